// setsockopt() and getsockopt() for the options of option.def. Linux sk_setsockopt, do_tcp_setsockopt.
#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

constexpr std::int64_t least_receive_buffer = 2304,
                       least_send_buffer = 4608;  // Linux SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF
constexpr std::int64_t longest_timeout = 120;     // seconds, Linux TCP_RTO_MAX

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
  Connection& connection = world.tcp.connections.write(ConnectionId::from_raw(base.entry));
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  // The kernel doubles the wish: half is for its own bookkeeping (socket(7)).
  const auto doubled = [&](Sysctl bound, std::int64_t least) {
    return static_cast<std::uint32_t>(
        std::max(2 * std::clamp<std::int64_t>(call.value, 0, sysctls[bound]), least));
  };
  switch (call.option) {
    case Option::ReuseAddr:
      base.reuse_address = call.value != 0;
      return done(0);
    case Option::ReusePort:
      base.reuse_port = call.value != 0;
      return done(0);
    case Option::KeepAlive:
      base.keep_alive = call.value != 0;
      return done(0);
    case Option::Linger:
      base.linger = call.value != 0;
      base.linger_seconds = static_cast<std::uint32_t>(call.second);
      return done(0);
    case Option::ReceiveBuffer:
      connection.receive_buffer = doubled(Sysctl::RmemMax, least_receive_buffer);
      connection.fixed_receive_buffer = true;
      return done(0);
    case Option::SendBuffer:
      connection.send_buffer = doubled(Sysctl::WmemMax, least_send_buffer);
      connection.fixed_send_buffer = true;
      return done(0);
    case Option::ReceiveTimeout:
      base.receive_timeout = call.value;
      return done(0);
    case Option::SendTimeout:
      base.send_timeout = call.value;
      return done(0);
    case Option::NoDelay:
      connection.no_delay = call.value != 0;
      if (connection.no_delay && connection.state != TcpState::Closed && connection.state != TcpState::Listen)
        output(step, ConnectionId::from_raw(base.entry), Reason::DataSent);
      return done(0);
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
    case Option::UserTimeout:
      if (call.value < 0) return fail(Errno::INVAL);
      connection.user_timeout = static_cast<std::uint32_t>(call.value);
      return done(0);
    case Option::ReceiveErrors:
      base.receive_errors = call.value != 0;
      return done(0);
    case Option::Error:
    case Option::Type:
    case Option::AcceptConn:
      return fail(Errno::NOPROTOOPT);
  }
  return fail(Errno::NOPROTOOPT);
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  switch (call.option) {
    case Option::ReuseAddr:
      return done(base.reuse_address ? 1 : 0);
    case Option::ReusePort:
      return done(base.reuse_port ? 1 : 0);
    case Option::Error:
      if (base.error != Errno::OK)
        return done(static_cast<std::int64_t>(std::exchange(base.error, Errno::OK)));
      return done(static_cast<std::int64_t>(std::exchange(base.soft_error, Errno::OK)));
    case Option::Type:
      return done(static_cast<std::int64_t>(SocketType::Stream));
    case Option::AcceptConn:
      return done(connection.state == TcpState::Listen ? 1 : 0);
    case Option::KeepAlive:
      return done(base.keep_alive ? 1 : 0);
    case Option::Linger: {
      SysResult result = SysResult::of(base.linger ? 1 : 0);
      result.second = base.linger_seconds;
      return Done{result};
    }
    case Option::ReceiveBuffer:
      return done(connection.receive_buffer);
    case Option::SendBuffer:
      return done(connection.send_buffer);
    case Option::ReceiveTimeout:
      return done(base.receive_timeout);
    case Option::SendTimeout:
      return done(base.send_timeout);
    case Option::NoDelay:
      return done(connection.no_delay ? 1 : 0);
    case Option::SynCount:
      return done(connection.syn_count != 0 ? connection.syn_count
                                            : world.inet.nets.read(base.net).sysctls[Sysctl::TcpSynRetries]);
    case Option::DeferAccept:
      return done(seconds_of(connection.defer_accept));
    case Option::UserTimeout:
      return done(connection.user_timeout);
    case Option::ReceiveErrors:
      return done(base.receive_errors ? 1 : 0);
    case Option::MaxSeg:
      return done(connection.state != TcpState::Closed ? connection.mss
                  : connection.user_mss != 0           ? connection.user_mss
                                                       : default_mss);
  }
  return fail(Errno::NOPROTOOPT);
}

}  // namespace sockarium::tcp
