#include "sim/kernel/sock_diag.h"

#include <algorithm>

#include "sim/inet/listener_table.h"
#include "sim/inet/memory.h"
#include "sim/kernel/diag_rows.h"
#include "sim/netlink/message.h"
#include "sim/netlink/netlink.h"
#include "sim/netlink/pack.h"
#include "sim/step.h"
#include "sim/udp/udp.h"

namespace sockarium::kernel::sock_diag {

namespace {

// A part of an answer is as long as a page holds, and once a program has come with a larger buffer as long as
// that, up to 32 KiB; without the trailer of the kernel's own. Linux netlink_dump, netlink_recvmsg.
constexpr std::uint32_t trailer = inet::memory_trailer, first_part = 4096 - trailer,
                        longest_part = 32768 - trailer;
constexpr std::uint32_t inet_row_room = 600;  // what Linux makes room for, for one row of internet sockets
constexpr std::uint16_t message_types = 16;   // below are netlink's own (Linux NLMSG_MIN_TYPE)
constexpr std::int32_t families = 46;         // Linux AF_MAX

/// How one question ends at once.
struct Outcome {
  Errno error = Errno::OK;
  bool silent = false;  ///< its answer comes in parts: there is nothing to acknowledge
};

std::int32_t family_of(std::string_view body) {
  return body.empty() ? -1 : static_cast<std::uint8_t>(body[0]);
}

/// What so many bytes take of a receive buffer.
std::uint32_t memory_of(std::size_t bytes) {
  return static_cast<std::uint32_t>(inet::memory_in_one_piece(bytes));
}

/// Is there somebody in the kernel who knows these sockets?
bool answers_for(std::string_view question) {
  if (family_of(question) == af_unix) return true;
  const auto protocol = static_cast<std::uint8_t>(question[1]);
  return protocol == wire::TCP || protocol == wire::UDP;
}

/// An error as messages carry it: below 0.
std::string number_of(Errno error) {
  return netlink::Packer().u32(static_cast<std::uint32_t>(-static_cast<std::int32_t>(error))).bytes();
}

/// NLMSG_ERROR: with the question behind it, or, where all is well, its header alone. Linux netlink_ack.
void acknowledge(Step& step, SocketId socket, const netlink::Message& question, std::string_view bytes,
                 Errno error) {
  const bool well = error == Errno::OK;
  std::string body = number_of(error).append(bytes.substr(0, well ? netlink::header_size : question.length));
  body.resize(netlink::filled_up(body.size()));
  netlink::answer(step, socket,
                  netlink::to_bytes(netlink::nlmsg_error, well ? netlink::nlm_f_capped : 0, question.sequence,
                                    netlink::read_entry(step.world, socket).port, body),
                  memory_of(netlink::header_size + body.size()));
}

// --- rows ---

bool is_asked(std::uint32_t states, std::uint8_t state) {
  return (states & 1u << state) != 0;
}

/// Rows of internet sockets come in rounds, as Linux walks its tables: who listens, who has a port and
/// nothing else, the others, and requests that are half open.
enum Round : std::uint32_t { Listeners, OnlyPorts, Others, Requests, Over };
constexpr std::uint8_t new_syn_recv = 12, bound_inactive = 13;  // pseudo-states that a question may name

/// The rows of a dump, one by one, and how far it has got.
class Walk {
 public:
  Walk(const World& world, const ByteStore& bytes, NetId net, const netlink::Dump& dump)
      : world_(world), bytes_(bytes), net_(net), dump_(dump), question_(bytes.text(dump.request)) {}

  /// The next row in bytes; empty: none is left.
  std::string next() {
    return family_of(question_) == af_unix ? next_unix(*netlink::unix_request_in(question_))
                                           : next_inet(*netlink::inet_request_in(question_));
  }
  const netlink::Dump& dump() const { return dump_; }

 private:
  std::string next_unix(const netlink::UnixRequest& asked) {
    while (const SocketId id = next_socket()) {
      const inet::SocketBase& base = world_.inet.sockets.read(id);
      if (base.kind != inet::EntryKind::Unix || base.net != net_ || !has_row(world_, id)) continue;
      const netlink::UnixRow row = unix_row(world_, bytes_, id, asked.show);
      if (is_asked(asked.states, row.state)) return netlink::to_bytes(row);
    }
    return {};
  }

  std::string next_inet(const netlink::InetRequest& asked) {
    for (; dump_.round != Over; ++dump_.round, dump_.after = 0) {
      if (dump_.round == Requests) {
        while (const RequestId id = next_request()) {
          const netlink::InetRow row = inet_row(world_, id, privileged());
          if (world_.tcp.requests.read(id).net == net_ && fits(asked, row)) return netlink::to_bytes(row);
        }
        continue;
      }
      while (const SocketId id = next_socket()) {
        const inet::SocketBase& base = world_.inet.sockets.read(id);
        if (base.net != net_ || base.protocol != asked.protocol || !belongs(id, base, asked)) continue;
        const netlink::InetRow row = inet_row(world_, id, privileged());
        if (dump_.round == OnlyPorts ? row.family == asked.family : fits(asked, row))
          return netlink::to_bytes(row);
      }
    }
    return {};
  }

  /// Is this socket's row one of this round?
  bool belongs(SocketId id, const inet::SocketBase& base, const netlink::InetRequest& asked) const {
    if (dump_.round == OnlyPorts) return is_asked(asked.states, bound_inactive) && has_only_port(world_, id);
    return has_row(world_, id) && base.listening == (dump_.round == Listeners);
  }
  bool fits(const netlink::InetRequest& asked, const netlink::InetRow& row) const {
    const bool half_open = dump_.round == Requests && asked.protocol == wire::TCP;
    if (dump_.round == Requests && !half_open) return false;
    return row.family == asked.family &&
           (is_asked(asked.states, row.state) || (half_open && is_asked(asked.states, new_syn_recv))) &&
           (asked.local.port == 0 || asked.local.port == row.local.port) &&
           (asked.peer.port == 0 || asked.peer.port == row.peer.port);
  }
  bool privileged() const { return dump_.privileged != 0; }

  // The last one may be gone by now, and its place another's: the walk goes on behind it.
  SocketId next_socket() {
    const SocketId id = world_.inet.sockets.next(SocketId::from_raw(dump_.after));
    if (id) dump_.after = id.raw();
    return id;
  }
  RequestId next_request() {
    const RequestId id = world_.tcp.requests.next(RequestId::from_raw(dump_.after));
    if (id) dump_.after = id.raw();
    return id;
  }

  const World& world_;
  const ByteStore& bytes_;
  NetId net_;
  netlink::Dump dump_;
  std::string question_;
};

/// The next part of a running dump: as many rows as it holds; or, where none is left, NLMSG_DONE.
void give_part(Step& step, SocketId socket) {
  World& world = step.world;
  const netlink::Socket& entry = netlink::read_entry(world, socket);
  const std::uint32_t room = std::max(first_part, std::min(entry.longest, longest_part));
  const std::uint32_t sequence = entry.dump.sequence, port = entry.port;
  const std::string question = step.bytes.text(entry.dump.request);
  Walk walk(world, step.bytes, world.inet.sockets.read(socket).net, entry.dump);
  netlink::Dump got = entry.dump;
  const Errno error = answers_for(question) ? Errno::OK : Errno::NOENT;
  std::string part;
  while (error == Errno::OK) {
    const std::string row = walk.next();
    if (row.empty()) break;
    const std::string whole =
        netlink::to_bytes(netlink::sock_diag_by_family, netlink::nlm_f_multi, sequence, port, row);
    if (part.size() + whole.size() > room) break;
    part += whole;
    got = walk.dump();
  }
  if (part.empty()) {
    part = netlink::to_bytes(netlink::nlmsg_done, netlink::nlm_f_multi, sequence, port, number_of(error));
    got.running = 0;
  }
  netlink::entry_of(world, socket).dump = got;
  netlink::enqueue(step, socket, part, memory_of(room));
}

// --- the one socket that a question without NLM_F_DUMP names; empty: ENOENT ---

std::string find_unix(Step& step, NetId net, const netlink::UnixRequest& asked) {
  const World& world = step.world;
  for (const SocketId id : ids(world.inet.sockets)) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (base.kind == inet::EntryKind::Unix && base.net == net && base.file && base.inode == asked.inode)
      return netlink::to_bytes(unix_row(world, step.bytes, id, asked.show));
  }
  return {};
}

/// As a segment would find its socket. A datagram's would go the other way: what is asked as its source is
/// the socket's peer (kernel-measured; Linux udp_dump_one).
std::string find_inet(const World& world, NetId net, const netlink::InetRequest& asked, bool privileged) {
  SocketId socket;
  if (asked.protocol == wire::UDP) {
    socket = udp::receiver_of(world, net, asked.peer, asked.local);
  } else {
    const inet::Owner* owner = world.inet.connections.find(inet::TupleKey{net, asked.local, asked.peer});
    if (owner != nullptr && owner->kind == inet::OwnerKind::Request)
      return netlink::to_bytes(inet_row(world, RequestId::from_raw(owner->id), privileged));
    socket = owner != nullptr ? owner->socket : inet::find_listener(world, net, asked.local, asked.peer);
  }
  if (!socket) return {};
  const bool right =
      asked.cookie == netlink::no_cookie || asked.cookie == world.inet.sockets.read(socket).inode;
  return right ? netlink::to_bytes(inet_row(world, socket, privileged)) : std::string();
}

Outcome begin_dump(Step& step, SocketId socket, const netlink::Message& question, bool privileged) {
  netlink::Dump& dump = netlink::entry_of(step.world, socket).dump;
  if (dump.running != 0) return {Errno::BUSY};
  const netlink::Socket& entry = netlink::read_entry(step.world, socket);
  if (entry.memory >= entry.receive_buffer) return {Errno::NOBUFS};
  dump = netlink::Dump{};
  dump.running = 1;
  dump.sequence = question.sequence;
  dump.request = step.bytes.intern(question.body);
  dump.privileged = privileged ? 1 : 0;
  give_part(step, socket);
  return {Errno::OK, true};
}

/// In the order of Linux __sock_diag_cmd, inet_diag_handler_cmd, unix_diag_handler_dump.
Outcome answer(Step& step, SocketId socket, const netlink::Message& question, bool privileged) {
  const World& world = step.world;
  const bool destroys = question.type == netlink::sock_destroy;
  if (question.type != netlink::sock_diag_by_family && !destroys) return {Errno::INVAL};
  const std::string_view body = question.body;
  constexpr std::size_t least = 2;  // struct sock_diag_req
  if (body.size() < least || family_of(body) >= families) return {Errno::INVAL};
  const std::int32_t family = family_of(body);
  if (family != af_unix && family != af_inet && family != af_inet6) return {Errno::NOENT};
  const bool local = family == af_unix;
  if (local ? !netlink::unix_request_in(body) : !netlink::inet_request_in(body)) return {Errno::INVAL};
  if (destroys) return {Errno::OPNOTSUPP};  // as of a kernel without CONFIG_INET_DIAG_DESTROY
  if ((question.flags & netlink::nlm_f_dump) != 0) return begin_dump(step, socket, question, privileged);
  if (!answers_for(body)) return {Errno::NOENT};
  const netlink::UnixRequest asked = netlink::unix_request_in(body).value_or(netlink::UnixRequest{});
  if (local && asked.inode == 0) return {Errno::INVAL};
  const NetId net = world.inet.sockets.read(socket).net;
  const std::string row =
      local ? find_unix(step, net, asked)
            : find_inet(world, net, netlink::inet_request_in(body).value_or(netlink::InetRequest{}),
                        privileged);
  if (row.empty()) return {Errno::NOENT};
  const std::string whole = netlink::to_bytes(netlink::sock_diag_by_family, 0, question.sequence,
                                              netlink::read_entry(world, socket).port, row);
  netlink::answer(step, socket, whole, memory_of(local ? whole.size() : inet_row_room));
  return {};
}

}  // namespace

Attempt try_send(Step& step, ProcessId process, SocketId socket, const Bytes& data, std::int32_t flags,
                 const sys::Sendto* to) {
  if ((flags & msg_oob) != 0) return fail(Errno::OPNOTSUPP);
  if (data.empty()) return fail(Errno::NODATA);
  if (to != nullptr && to->domain != af_netlink) return fail(Errno::INVAL);
  const Process& who = step.world.kernel.processes.read(process);
  constexpr std::uint32_t held_back = 32;
  netlink::autobind(step, socket, who.pid);
  if (data.length > netlink::read_entry(step.world, socket).send_buffer - held_back)
    return fail(Errno::MSGSIZE);
  const bool privileged = who.user == 0;
  const std::string text = step.bytes.text(data);
  std::string_view left = text;
  for (const netlink::Message& question : netlink::messages_in(text)) {
    const std::string_view bytes = left.substr(0, question.length);
    left.remove_prefix(std::min(netlink::filled_up(question.length), left.size()));
    const bool asks = (question.flags & netlink::nlm_f_request) != 0 && question.type >= message_types;
    const Outcome outcome = asks ? answer(step, socket, question, privileged) : Outcome{};
    if (outcome.silent) continue;
    if (outcome.error != Errno::OK || (question.flags & netlink::nlm_f_ack) != 0)
      acknowledge(step, socket, question, bytes, outcome.error);
  }
  return done(data.length);
}

Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags) {
  Attempt attempt = netlink::try_receive(step, socket, size, flags);
  const Done* done = std::get_if<Done>(&attempt);
  if (done == nullptr || !done->result.ok()) return attempt;
  netlink::Socket& entry = netlink::entry_of(step.world, socket);
  entry.longest =
      std::max(entry.longest, static_cast<std::uint32_t>(std::min<std::int64_t>(size, longest_part)));
  if (entry.dump.running != 0 && entry.memory <= entry.receive_buffer / 2) give_part(step, socket);
  return attempt;
}

}  // namespace sockarium::kernel::sock_diag
