#include "sim/kernel/diag_rows.h"

#include <algorithm>
#include <array>

#include "sim/kernel/protocol.h"
#include "sim/kernel/socket_timer.h"
#include "sim/unix/unix.h"

namespace sockarium::kernel {

namespace {

// In the order of Linux's numbers, from 1 on.
constexpr std::array states{TcpState::Established, TcpState::SynSent,   TcpState::SynReceived,
                            TcpState::FinWait1,    TcpState::FinWait2,  TcpState::TimeWait,
                            TcpState::Closed,      TcpState::CloseWait, TcpState::LastAck,
                            TcpState::Listen,      TcpState::Closing,   TcpState::SynReceived};

constexpr std::uint8_t shut_reading = 1, shut_writing = 2;

std::uint8_t shut_bits(bool reading, bool writing) {
  return static_cast<std::uint8_t>((reading ? shut_reading : 0) | (writing ? shut_writing : 0));
}

netlink::TimerName name_of(RunningKind kind) {
  switch (kind) {
    case RunningKind::Retransmit:
      return netlink::TimerName::On;
    case RunningKind::KeepAlive:
      return netlink::TimerName::KeepAlive;
    case RunningKind::TimeWait:
      return netlink::TimerName::TimeWait;
    case RunningKind::Persist:
      return netlink::TimerName::Persist;
    case RunningKind::None:
      break;
  }
  return netlink::TimerName::None;
}

void tell_timer(const World& world, const RunningTimer& timer, netlink::InetRow& row) {
  row.timer = name_of(timer.kind);
  row.retransmits = static_cast<std::uint8_t>(timer.times);
  if (timer)
    row.expires = static_cast<std::uint32_t>(std::max<Duration>(timer.deadline - world.now, 0) / millisecond);
}

std::uint8_t shut_of(const World& world, const inet::SocketBase& base) {
  if (base.kind == inet::EntryKind::TcpConnection) {
    const tcp::Connection& c = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
    return shut_bits(c.read_shut, c.write_shut);
  }
  const udp::Socket& s = world.udp.sockets.read(UdpSocketId::from_raw(base.entry));
  return shut_bits(s.read_shut, s.write_shut);
}

/// The bits of Linux struct inet_diag_sockopt that the model has an option for.
std::uint16_t options_of(const inet::SocketBase& base) {
  constexpr std::uint16_t recverr = 1, is_icsk = 2, mc_loop = 0x10, mc_all = 0x40, late_port = 0x100;
  std::uint16_t bits = 0;
  const auto set = [&](bool on, std::uint16_t bit) {
    bits = on ? static_cast<std::uint16_t>(bits | bit) : bits;
  };
  set(base.receive_errors, recverr);
  set(base.protocol == wire::TCP, is_icsk);
  set(base.multicast_loop, mc_loop);
  set(base.multicast_all && !base.ipv6, mc_all);
  set(base.late_port, late_port);
  return bits;
}

std::uint32_t inode_of(const World& world, SocketId socket) {
  return static_cast<std::uint32_t>(world.inet.sockets.read(socket).inode);
}

}  // namespace

std::uint8_t number_of(TcpState state) {
  return static_cast<std::uint8_t>(std::find(states.begin(), states.end(), state) - states.begin() + 1);
}

TcpState state_of_number(std::uint8_t number) {
  return number >= 1 && number <= states.size() ? states[number - 1u] : TcpState::Closed;
}

bool has_row(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  switch (base.kind) {
    case inet::EntryKind::Unix:
      return bool(base.file);
    case inet::EntryKind::Udp:
      return bool(base.bucket);
    case inet::EntryKind::TcpConnection:
    case inet::EntryKind::TcpTimeWait:
      return protocol::state_of(world, socket) != TcpState::Closed;
    default:
      return false;
  }
}

bool has_only_port(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  return base.kind == inet::EntryKind::TcpConnection && base.bucket &&
         protocol::state_of(world, socket) == TcpState::Closed;
}

netlink::InetRow inet_row(const World& world, SocketId socket, bool privileged) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  netlink::InetRow row;
  row.family = static_cast<std::uint8_t>(base.ipv6 ? af_inet6 : af_inet);
  row.state = number_of(protocol::state_of(world, socket));
  row.local = base.local;
  row.peer = base.peer;
  row.cookie = base.inode;
  row.receive_queue = static_cast<std::uint32_t>(protocol::receive_queue(world, socket));
  row.send_queue = static_cast<std::uint32_t>(protocol::send_queue(world, socket));
  tell_timer(world, running_timer(world, socket), row);
  if (privileged) row.mark = 0;
  if (base.kind == inet::EntryKind::TcpTimeWait) return row;  // it belongs to nobody
  if (base.file) {                                            // else to nobody yet, or no more
    row.user = base.user;
    row.inode = inode_of(world, socket);
  }
  row.shutdown = shut_of(world, base);
  row.options = options_of(base);
  if (base.ipv6 && base.peer.port == 0)
    row.ipv6_only = base.ipv6_only || !base.local.ip.is_wildcard() ? 1 : 0;
  return row;
}

netlink::InetRow inet_row(const World& world, RequestId id, bool privileged) {
  const tcp::Request& request = world.tcp.requests.read(id);
  const inet::SocketBase* listener = world.inet.sockets.find(request.listener);
  netlink::InetRow row;
  row.family = static_cast<std::uint8_t>(listener != nullptr && listener->ipv6 ? af_inet6 : af_inet);
  row.state = number_of(TcpState::SynReceived);
  row.local = request.local;
  row.peer = request.peer;
  if (privileged) row.mark = 0;
  tell_timer(world, running_timer(request), row);
  return row;
}

netlink::UnixRow unix_row(const World& world, const ByteStore& bytes, SocketId socket, std::uint32_t show) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const unix::Socket& entry = unix::read_entry(world, socket);
  netlink::UnixRow row;
  row.type = static_cast<std::uint8_t>(entry.type);
  row.state = number_of(entry.state);
  row.inode = inode_of(world, socket);
  row.cookie = base.inode;
  row.shutdown = shut_bits(entry.read_shut, entry.write_shut);
  if ((show & netlink::show_name) != 0) {
    row.name = bytes.text(entry.name);
    if (!row.name->empty() && row.name->front() != '\0') *row.name += '\0';  // a path ends with one
  }
  if ((show & netlink::show_vfs) != 0 && entry.node) row.file = static_cast<std::uint32_t>(entry.node.index);
  if ((show & netlink::show_peer) != 0 && entry.has_peer) {
    const inet::SocketBase* peer = world.inet.sockets.find(entry.peer);
    row.peer = peer != nullptr && peer->file ? static_cast<std::uint32_t>(peer->inode) : 0;
  }
  if ((show & netlink::show_icons) != 0 && entry.state == TcpState::Listen) {
    row.pending.emplace();
    for (SocketId n = entry.first_pending; n; n = unix::read_entry(world, n).next_pending) {
      const SocketId client = unix::read_entry(world, n).peer;
      row.pending->push_back(world.inet.sockets.alive(client) ? inode_of(world, client) : 0);
    }
  }
  if ((show & netlink::show_rqlen) != 0) {
    row.receive_queue = static_cast<std::uint32_t>(unix::receive_queue(world, socket));
    row.send_queue = static_cast<std::uint32_t>(unix::send_queue(world, socket));
  }
  if ((show & netlink::show_uid) != 0) row.user = base.user;
  return row;
}

}  // namespace sockarium::kernel
