// The rows of `ss -xa`, and what no tool of Linux shows: open files on their way in messages.
#pragma once

#include <string>
#include <vector>

#include "sim/world.h"

namespace sockarium::observe {

/// A name as people write it: «/tmp/log», «@bus» for an abstract one, «» for none.
std::string local_name(const ByteStore& bytes, const Bytes& name);
/// «u_str», «u_dgr», «u_seq»: what ss calls the type.
std::string_view netid(SocketType type);

struct LocalLine {
  NetId net;
  SocketId socket, peer;  ///< peer: none, or perhaps closed by now
  SocketType type = SocketType::Stream;
  TcpState state = TcpState::Closed;
  std::string name, peer_name;
  std::int64_t receive_queue = 0, send_queue = 0;  ///< Recv-Q, Send-Q: see unix::receive_queue, send_queue
  std::int64_t messages = 0;                       ///< that wait in its queue, or connections
  OpenFileId file;
};

/// In the order of their making. What waits to be accepted is not among them, as ss does not show it: see its
/// listener's receive_queue.
std::vector<LocalLine> local_lines(const World& world, const ByteStore& bytes);

/// An open file that a message carries.
struct InFlight {
  OpenFileId file;
  SocketId queue;          ///< of whom the message waits for
  SocketId from;           ///< who sent it; perhaps closed by now
  std::int64_t place = 0;  ///< 0: in the first message of that queue
};
/// By queues, in the order in which they will be received.
std::vector<InFlight> files_in_flight(const World& world);

}  // namespace sockarium::observe
