// Keepalive: a connection on which nothing comes is asked from time to time whether its peer is still there,
// by a segment that carries nothing new. Who never answers is given up. RFC 9293 section 3.8.4; Linux
// tcp_keepalive_timer, tcp_set_keepalive.
#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

struct Plan {
  Duration idle, interval;
  std::uint32_t count;
};

/// The socket's own TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT, or the namespace's.
Plan plan_of(const World& world, const Connection& connection) {
  const Sysctls& sysctls = world.inet.nets.read(world.inet.sockets.read(connection.socket).net).sysctls;
  const auto own = [&](std::uint32_t value, Sysctl otherwise) {
    return value != 0 ? std::int64_t{value} : sysctls[otherwise];
  };
  return {own(connection.keep_idle, Sysctl::TcpKeepaliveTime) * second,
          own(connection.keep_interval, Sysctl::TcpKeepaliveIntvl) * second,
          static_cast<std::uint32_t>(own(connection.keep_count, Sysctl::TcpKeepaliveProbes))};
}

void arm_in(Step& step, ConnectionId id, Duration wait) {
  step.arm(step.world.tcp.connections.write(id).keepalive, TimerKind::KeepAlive, id.raw(), step.now() + wait,
           Reason::KeepaliveWaits);
}

bool may_probe(TcpState state) {
  return state != TcpState::Closed && state != TcpState::Listen && state != TcpState::SynSent;
}

}  // namespace

void start_keepalive(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  connection.last_ack = step.now();
  if (!step.world.inet.sockets.read(connection.socket).keep_alive || !may_probe(connection.state)) return;
  arm_in(step, id, plan_of(step.world, connection).idle);
}

void keepalive_changed(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  if (!step.world.inet.sockets.read(connection.socket).keep_alive || !may_probe(connection.state)) {
    Step::disarm(connection.keepalive);
    return;
  }
  const Duration idle = plan_of(step.world, connection).idle;
  const Duration quiet = step.now() - std::max(connection.last_received, connection.last_ack);
  arm_in(step, id, std::max<Duration>(idle - quiet, 0));
}

void on_keepalive_timer(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  if (!step.world.inet.sockets.read(connection.socket).keep_alive || !may_probe(connection.state)) return;
  const Plan plan = plan_of(step.world, connection);
  // While data waits for its own answer, that timer does the asking.
  if (connection.snd_nxt != connection.snd_una || connection.write_end != connection.snd_nxt)
    return arm_in(step, id, plan.idle);
  const Duration quiet = step.now() - std::max(connection.last_received, connection.last_ack);
  if (quiet < plan.idle) return arm_in(step, id, plan.idle - quiet);
  const bool limited = connection.user_timeout != 0;
  const bool over = limited ? quiet >= connection.user_timeout * millisecond && connection.probes > 0
                            : connection.probes >= plan.count;
  if (over) {
    const NetId net = step.world.inet.sockets.read(connection.socket).net;
    send_reset(step, id, Reason::KeepaliveOver);
    step.count(net, Counter::TcpExtTCPAbortOnTimeout);
    finish(step, id, Errno::TIMEDOUT, limited ? Reason::UserTimeoutOver : Reason::KeepaliveOver);
    return;
  }
  send_probe(step, id, Reason::KeepaliveProbe);
  step.count(step.world.inet.sockets.read(connection.socket).net, Counter::TcpExtTCPKeepAlive);
  ++step.world.tcp.connections.write(id).probes;
  arm_in(step, id, plan.interval);
}

}  // namespace sockarium::tcp
