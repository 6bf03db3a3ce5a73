// setsockopt() and getsockopt() for what TCP has besides inet/options. Linux do_tcp_setsockopt, and
// sk_setsockopt for the buffers.
#include "sim/inet/options.h"

#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

constexpr std::int64_t longest_timeout = 120;  // seconds, Linux TCP_RTO_MAX

/// The time of TCP_DEFER_ACCEPT is kept as a number of SYN-ACK timeouts: 1 s, 2 s, 4 s, … (Linux
/// secs_to_retrans).
std::uint32_t timeouts_within(std::int64_t seconds) {
  if (seconds <= 0) return 0;
  std::uint32_t count = 1;
  for (std::int64_t timeout = 1, total = 1; seconds > total && count < 255; ++count) {
    timeout = std::min(timeout * 2, longest_timeout);
    total += timeout;
  }
  return count;
}

/// And back: what getsockopt gives (Linux retrans_to_secs).
std::int64_t seconds_of(std::uint32_t timeouts) {
  std::int64_t total = 0, timeout = 1;
  for (std::uint32_t i = 0; i < timeouts; ++i) {
    total += timeout;
    timeout = std::min(timeout * 2, longest_timeout);
  }
  return total;
}

}  // namespace

Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (const auto attempt = inet::set_option(base, call)) {
    if (call.option == Option::KeepAlive) keepalive_changed(step, ConnectionId::from_raw(base.entry));
    return *attempt;
  }
  Connection& connection = world.tcp.connections.write(ConnectionId::from_raw(base.entry));
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  switch (call.option) {
    case Option::ReceiveBuffer:
      connection.receive_buffer = inet::receive_buffer_for(sysctls, call.value);
      connection.fixed_receive_buffer = true;
      return done(0);
    case Option::SendBuffer:
      connection.send_buffer = inet::send_buffer_for(sysctls, call.value);
      connection.fixed_send_buffer = true;
      step.wake(socket, Readiness::Writable, step.cause);  // Linux sk_setsockopt, sk_write_space
      return done(0);
    case Option::NoDelay:
      connection.no_delay = call.value != 0;
      if (connection.no_delay && connection.state != TcpState::Closed && connection.state != TcpState::Listen)
        output(step, ConnectionId::from_raw(base.entry), Reason::DataSent);
      return done(0);
    case Option::Linger2: {  // at most 120 s (Linux TCP_FIN_TIMEOUT_MAX)
      connection.linger2 = static_cast<std::int32_t>(std::clamp<std::int64_t>(call.value, -1, 120));
      return done(0);
    }
    case Option::MaxSeg:
      if (call.value != 0 && (call.value < 88 || call.value > 32767)) return fail(Errno::INVAL);
      connection.user_mss = static_cast<std::uint32_t>(call.value);
      return done(0);
    case Option::SynCount:
      if (call.value < 1 || call.value > 127) return fail(Errno::INVAL);
      connection.syn_count = static_cast<std::uint8_t>(call.value);
      return done(0);
    case Option::DeferAccept:
      connection.defer_accept = timeouts_within(call.value);
      return done(0);
    case Option::KeepIdle:
    case Option::KeepInterval:
      if (call.value < 1 || call.value > 32767) return fail(Errno::INVAL);
      (call.option == Option::KeepIdle ? connection.keep_idle : connection.keep_interval) =
          static_cast<std::uint32_t>(call.value);
      if (call.option == Option::KeepIdle) keepalive_changed(step, ConnectionId::from_raw(base.entry));
      return done(0);
    case Option::KeepCount:
      if (call.value < 1 || call.value > 127) return fail(Errno::INVAL);
      connection.keep_count = static_cast<std::uint32_t>(call.value);
      return done(0);
    case Option::UserTimeout:
      if (call.value < 0) return fail(Errno::INVAL);
      connection.user_timeout = static_cast<std::uint32_t>(call.value);
      return done(0);
    default:
      return fail(Errno::NOPROTOOPT);
  }
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (const auto attempt = inet::get_option(base, world.inet.nets.read(base.net).sysctls, call))
    return *attempt;
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  const auto own = [&](std::uint32_t value, Sysctl otherwise) {
    return done(value != 0 ? std::int64_t{value} : world.inet.nets.read(base.net).sysctls[otherwise]);
  };
  switch (call.option) {
    case Option::KeepIdle:
      return own(connection.keep_idle, Sysctl::TcpKeepaliveTime);
    case Option::KeepInterval:
      return own(connection.keep_interval, Sysctl::TcpKeepaliveIntvl);
    case Option::KeepCount:
      return own(connection.keep_count, Sysctl::TcpKeepaliveProbes);
    case Option::Type:
      return done(static_cast<std::int64_t>(SocketType::Stream));
    case Option::AcceptConn:
      return done(connection.state == TcpState::Listen ? 1 : 0);
    case Option::ReceiveBuffer:
      return done(connection.receive_buffer);
    case Option::SendBuffer:
      return done(connection.send_buffer);
    case Option::NoDelay:
      return done(connection.no_delay ? 1 : 0);
    case Option::SynCount:
      return done(connection.syn_count != 0 ? connection.syn_count
                                            : world.inet.nets.read(base.net).sysctls[Sysctl::TcpSynRetries]);
    case Option::DeferAccept:
      return done(seconds_of(connection.defer_accept));
    case Option::UserTimeout:
      return done(connection.user_timeout);
    case Option::Linger2:
      return done(connection.linger2 != 0 ? connection.linger2
                                          : world.inet.nets.read(base.net).sysctls[Sysctl::TcpFinTimeout]);
    case Option::MaxSeg:
      return done(connection.state != TcpState::Closed ? connection.mss
                  : connection.user_mss != 0           ? connection.user_mss
                                                       : default_mss);
    default:
      return fail(Errno::NOPROTOOPT);
  }
}

}  // namespace sockarium::tcp
