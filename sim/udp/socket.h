// What a UDP socket has besides its name: a queue of datagrams, each of which stays whole, and a bound on the
// memory that they take. Linux: struct udp_sock, sk_receive_queue.
#pragma once

#include <cstdint>

#include "sim/core/address.h"
#include "sim/core/bytes.h"
#include "sim/core/errno.h"
#include "sim/core/id.h"
#include "sim/core/slab.h"

namespace sockarium::udp {

/// A datagram that waits to be read.
struct Datagram {
  Endpoint from, to;
  Bytes data;
  DatagramId next;
  std::uint64_t memory = 0;  ///< what it takes of the receive buffer, bytes
  // In an error queue: what SysResult says of it.
  Errno error = Errno::OK;
  std::uint32_t icmp = 0;
  std::uint32_t mtu = 0;
  Address offender;
  std::uint32_t reserved = 0;
};

struct Socket {
  SocketId socket;
  DatagramId first, last;
  DatagramId first_error, last_error;  ///< the error queue, with IP_RECVERR
  std::uint64_t waiting = 0;           ///< datagrams
  std::uint64_t drops = 0;             ///< datagrams that found no room
  std::uint64_t filled = 0;            ///< the record of the last one that came into the queue
  std::uint32_t memory = 0;            ///< bytes of the receive buffer in use: what ss shows as Recv-Q
  std::uint32_t receive_buffer = 0, send_buffer = 0;  ///< bytes
  bool connected = false;                             ///< connect() named a peer (ss: ESTAB)
  bool read_shut = false, write_shut = false;         ///< Linux RCV_SHUTDOWN, SEND_SHUTDOWN
  bool raw = false;                                   ///< SOCK_RAW
};

/// The room's part of the world.
struct Udp {
  Slab<Socket> sockets;
  Slab<Datagram> datagrams;

  friend bool operator==(const Udp&, const Udp&) = default;
};

}  // namespace sockarium::udp
