// What a Unix socket has: a name in the file tree or beside it, a peer on the same machine, and a queue of
// messages that lies at the receiver, while their memory counts in the sender's buffer. Linux: struct
// unix_sock, struct unix_skb_parms.
#pragma once

#include <cstdint>

#include "sim/core/bytes.h"
#include "sim/core/hash_index.h"
#include "sim/core/id.h"
#include "sim/core/slab.h"
#include "sim/core/syscall.h"
#include "sim/core/tcp_state.h"

namespace sockarium::unix {

/// Who a process is, as its peer is told by SO_PEERCRED (Linux struct ucred).
struct Credentials {
  std::int64_t pid = 0;
  std::uint32_t user = ~0u, group = ~0u;  ///< −1: nobody
};

/// An open file on its way in a message. Each holds one reference on its file.
struct Right {
  OpenFileId file;
  RightId next;
};

/// What one call put into a queue, or a part of it.
struct Message {
  SocketId sender;  ///< may be closed by now
  Bytes data;       ///< unread
  Bytes from;       ///< the sender's name; empty: it had none
  RightId rights;   ///< the first of the open files that travel with it
  MessageId next;
  std::uint64_t memory = 0;  ///< what it takes of the sender's buffer until it is read to the end, bytes
  std::uint64_t queued = 0;  ///< the record of its coming
};

struct Socket {
  SocketId socket;
  SocketId peer;    ///< may be closed by now: then a stream keeps it, and a datagram socket until it sends
  Bytes name;       ///< sun_path; empty: it has none. An abstract one begins with a zero byte
  Bytes peer_name;  ///< of a peer that may be closed
  NodeId node;      ///< the file by which it is found
  MessageId first, last;
  SocketId first_pending, last_pending;  ///< of a listener: server ends that wait to be accepted
  SocketId next_pending;                 ///< of a server end that waits
  SocketId listener;                     ///< of a server end that waits: in whose queue
  std::int64_t waiting = 0;              ///< messages in its queue, or connections
  std::int64_t limit = 0;                ///< of them; one more fits (Linux sk_max_ack_backlog)
  std::int64_t unread = 0;               ///< bytes in its queue
  std::uint64_t memory = 0;  ///< of its own messages in others' queues, bytes (Linux sk_wmem_alloc)
  std::uint32_t receive_buffer = 0, send_buffer = 0;  ///< bytes; only the second limits anything
  Credentials peer_credentials;
  SocketType type = SocketType::Stream;
  TcpState state = TcpState::Closed;  ///< Closed, Listen or Established, as Linux calls them here, too
  std::uint64_t filled = 0;           ///< the record that made its queue as long as it is
  std::uint64_t ended = 0;            ///< the record by which a direction was shut, or its peer closed
  bool read_shut = false, write_shut = false;  ///< Linux RCV_SHUTDOWN, SEND_SHUTDOWN
  bool has_peer = false;                       ///< `peer` means somebody, though perhaps closed by now
  std::uint8_t reserved = 0;
  std::uint32_t reserved_word = 0;

  bool connection_based() const { return type != SocketType::Datagram; }
  bool full() const { return waiting > limit; }
};

/// Abstract names belong to a network namespace, and each type of socket has its own.
struct NameKey {
  NetId net;
  Bytes name;
  SocketType type = SocketType::Stream;
  std::uint32_t reserved = 0;
};

/// The room's part of the world.
struct Unix {
  Slab<Socket> sockets;
  Slab<Message> messages;
  Slab<Right> rights;
  HashIndex<NameKey, SocketId> abstract_names;

  friend bool operator==(const Unix&, const Unix&) = default;
};

}  // namespace sockarium::unix
