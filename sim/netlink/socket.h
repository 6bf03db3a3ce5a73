// What a netlink socket has: a port id instead of an address, a queue of parts of answers, and how far
// a long answer has got. Linux struct netlink_sock, struct netlink_callback.
#pragma once

#include <cstdint>

#include "sim/core/bytes.h"
#include "sim/core/hash_index.h"
#include "sim/core/id.h"
#include "sim/core/slab.h"

namespace sockarium::netlink {

/// What one recv() brings: one or more netlink messages.
struct Part {
  Bytes data;
  NetlinkPartId next;
  std::uint64_t memory = 0;
};

/// A dump: rows come part by part, each as it stands when it is read.
struct Dump {
  std::uint32_t running = 0;  ///< 1: there is more to come
  std::uint32_t sequence = 0;
  Bytes request;
  std::uint32_t round = 0;       ///< of the walk: see sock_diag.cpp
  std::uint32_t privileged = 0;  ///< 1: who asked may see the sockets' marks (CAP_NET_ADMIN)
  std::uint64_t after = 0;       ///< raw id of the last socket or request that was looked at in this round
};

struct Socket {
  SocketId socket;
  NetlinkPartId first, last;
  std::uint64_t waiting = 0;  ///< parts
  std::uint32_t memory = 0;   ///< bytes of the receive buffer in use
  std::uint32_t receive_buffer = 0, send_buffer = 0;
  std::uint32_t port = 0;       ///< nl_pid, as getsockname() tells it
  std::uint32_t bound = 0;      ///< 1: it has that port
  std::uint32_t raw = 0;        ///< 1: SOCK_RAW, which is the same as SOCK_DGRAM
  std::uint32_t longest = 0;    ///< bytes: the largest buffer that recv() came with
  std::uint32_t congested = 0;  ///< 1: answers are lost until the queue is empty
  Dump dump;
};

struct PortKey {
  NetId net;
  std::uint32_t port = 0;
  std::uint32_t reserved = 0;
};

/// The room's part of the world.
struct Netlink {
  Slab<Socket> sockets;
  Slab<Part> parts;
  HashIndex<PortKey, SocketId> ports;

  friend bool operator==(const Netlink&, const Netlink&) = default;
};

}  // namespace sockarium::netlink
