// The retransmission timer (RFC 6298) and, while the peer's window is closed, the persist timer (RFC 9293
// section 3.8.6.1). Linux tcp_rtt_estimator, tcp_retransmit_timer, tcp_write_timeout, tcp_probe_timer.
//
// Left out: TCP_USER_TIMEOUT for window probes, undoing of needless retransmissions.
#include <algorithm>

#include "sim/inet/neighbour.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

/// The time after which Linux gives up when `retries` timeouts have passed, each twice as long as the one
/// before, the longest `longest`. Linux tcp_model_timeout.
Duration give_up_after(std::int64_t retries, Duration first, Duration longest) {
  Duration total = 0;
  Duration wait = first;
  for (std::int64_t i = 0; i <= retries; ++i) {
    total += wait;
    wait = std::min(wait * 2, longest);
  }
  return total;
}

/// 0 means 8 (Linux tcp_orphan_retries).
std::int64_t orphan_retries(const Sysctls& sysctls) {
  return sysctls[Sysctl::TcpOrphanRetries] == 0 ? 8 : sysctls[Sysctl::TcpOrphanRetries];
}

/// TCP_USER_TIMEOUT: has nothing been acknowledged for so long? (RFC 5482; Linux retransmits_timed_out)
bool user_timeout_over(const Connection& connection, Time now) {
  return connection.user_timeout != 0 && connection.retransmits > 0 &&
         now - connection.retransmit_since >= connection.user_timeout * millisecond;
}

/// The timer comes in time for TCP_USER_TIMEOUT (Linux tcp_clamp_rto_to_user_timeout).
Duration within_user_timeout(const Connection& connection, Time now, Duration wait) {
  if (connection.user_timeout == 0) return wait;
  constexpr Duration tick = 4 * millisecond;  // at once, at HZ = 250
  const Duration left = connection.user_timeout * millisecond - (now - connection.retransmit_since);
  return std::min(wait, std::max(left, tick));
}

/// RFC 6298 section 5.4 onwards, for a SYN: Linux's first repeats come one second apart.
bool syn_given_up(const Connection& connection, const Sysctls& sysctls, const Traits& traits, Time now) {
  const std::int64_t retries =
      connection.syn_count != 0 ? connection.syn_count : sysctls[Sysctl::TcpSynRetries];
  const std::int64_t linear =
      connection.state == TcpState::SynSent ? sysctls[Sysctl::TcpSynLinearTimeouts] : 0;
  if (connection.retransmits >= retries + linear) return true;
  if (connection.user_timeout != 0) return user_timeout_over(connection, now);
  const Duration patience = traits[Trait::ConnectSeconds] * second;
  const Duration repeats = ((Duration{1} << std::min<std::int64_t>(retries + 1, 32)) - 1) *
                           traits[Trait::FirstWaitMs] * millisecond;
  return now - connection.retransmit_since >= (patience != 0 ? patience : repeats);
}

/// The timer comes in time for the end of connect()'s patience, where the kernel has one.
Duration within_patience(const Connection& connection, const Traits& traits, Time now, Duration wait) {
  const Duration patience = traits[Trait::ConnectSeconds] * second;
  return patience == 0 ? wait : std::min(wait, connection.retransmit_since + patience - now);
}

void on_syn_timeout(Step& step, ConnectionId id, const Sysctls& sysctls, const Traits& traits) {
  Connection& connection = step.world.tcp.connections.write(id);
  if (syn_given_up(connection, sysctls, traits, step.now())) {
    step.count(step.world.inet.sockets.read(connection.socket).net, Counter::TcpExtTCPAbortOnTimeout);
    const bool limited = user_timeout_over(connection, step.now());
    finish(step, id, Errno::TIMEDOUT, limited ? Reason::UserTimeoutOver : Reason::ConnectGivenUp);
    return;
  }
  ++connection.retransmits;
  const inet::SocketBase& base = step.world.inet.sockets.read(connection.socket);
  if (inet::waits_for_neighbour(step.world, base.net, base.peer.ip))  // the SYN has not left yet
    step.count(base.net, Counter::TcpExtTCPSpuriousRtxHostQueues);
  else
    send_syn(step, id, Reason::RetransmissionTimeout, connection.retransmits);
  if (connection.retransmits > sysctls[Sysctl::TcpSynLinearTimeouts])
    connection.rtt.rto =
        std::min<Duration>(connection.rtt.rto * 2, sysctls[Sysctl::TcpRtoMaxMs] * millisecond);
  const Duration wait = within_user_timeout(connection, step.now(), connection.rtt.rto);
  step.arm(connection.retransmit, TimerKind::Retransmit, id.raw(),
           step.now() + within_patience(connection, traits, step.now(), wait), Reason::Unacknowledged);
}

void on_persist_timeout(Step& step, ConnectionId id, const Sysctls& sysctls) {
  Connection& connection = step.world.tcp.connections.write(id);
  const bool orphan = !step.world.inet.sockets.read(connection.socket).file;
  const std::int64_t limit = orphan ? orphan_retries(sysctls) : sysctls[Sysctl::TcpRetries2];
  if (connection.probes >= limit) {
    step.count(step.world.inet.sockets.read(connection.socket).net, Counter::TcpExtTCPAbortOnTimeout);
    finish(step, id, Errno::TIMEDOUT, Reason::GivenUp);
    return;
  }
  if (connection.snd_wnd > 0)
    send_part(step, id, connection.snd_wnd);
  else
    send_probe(step, id, Reason::WindowProbe);
  ++connection.probes;
  ++connection.probe_backoff;
  rearm_retransmit(step, id);
}

}  // namespace

void measure_round_trip(RoundTrip& rtt, Duration took, const Sysctls& sysctls, Seq snd_una, Seq snd_nxt) {
  const auto least = static_cast<std::uint32_t>(sysctls[Sysctl::TcpRtoMinUs]);
  std::int64_t m = std::max<std::int64_t>(1, took / microsecond);
  if (rtt.srtt == 0) {
    rtt.srtt = static_cast<std::uint32_t>(m * 8);
    rtt.mdev = static_cast<std::uint32_t>(m * 2);
    rtt.rttvar = std::max(rtt.mdev, least);
    rtt.mdev_max = rtt.rttvar;
    rtt.next_update = snd_nxt;
  } else {
    m -= rtt.srtt / 8;
    rtt.srtt = static_cast<std::uint32_t>(rtt.srtt + m);  // 7/8 old + 1/8 new
    std::int64_t deviation = m < 0 ? -m : m;
    deviation -= rtt.mdev / 4;
    if (m < 0 && deviation > 0) deviation /= 8;  // a shorter round trip must not lengthen the timeout
    rtt.mdev = static_cast<std::uint32_t>(rtt.mdev + deviation);
    if (rtt.mdev > rtt.mdev_max) {
      rtt.mdev_max = rtt.mdev;
      rtt.rttvar = std::max(rtt.rttvar, rtt.mdev_max);
    }
    if (snd_una > rtt.next_update) {
      if (rtt.mdev_max < rtt.rttvar) rtt.rttvar -= (rtt.rttvar - rtt.mdev_max) / 4;
      rtt.next_update = snd_nxt;
      rtt.mdev_max = least;
    }
  }
  const Duration rto = (rtt.srtt / 8 + std::int64_t{rtt.rttvar}) * microsecond;
  rtt.rto = std::min<Duration>(rto, sysctls[Sysctl::TcpRtoMaxMs] * millisecond);
}

void rearm_retransmit(Step& step, ConnectionId id, bool sent) {
  Connection& connection = step.world.tcp.connections.write(id);
  const Sysctls& sysctls =
      step.world.inet.nets.read(step.world.inet.sockets.read(connection.socket).net).sysctls;
  const Duration longest = sysctls[Sysctl::TcpRtoMaxMs] * millisecond;
  const Duration wait = std::min<Duration>(
      connection.rtt.rto << std::min<std::uint32_t>(connection.retransmits + connection.probe_backoff, 20),
      longest);
  const bool outstanding = connection.snd_nxt > connection.snd_una;
  const bool waiting = connection.write_end > connection.snd_nxt ||
                       (connection.fin_queued && connection.snd_nxt <= connection.write_end);
  if (outstanding) {
    if (connection.retransmit.armed() && connection.retransmits > 0) return;  // its own timeout has set it
    const bool runs = connection.retransmit.armed() && connection.retransmit_since != 0;
    if (runs && !(sent && connection.tail_probe_waits)) return;
    if (!runs) connection.retransmit_since = step.now();
    connection.tail_probe_waits = may_probe_tail(connection);
    if (connection.tail_probe_waits)
      step.arm(connection.retransmit, TimerKind::Retransmit, id.raw(),
               step.now() + tail_probe_wait(connection, sysctls), Reason::TailProbeWaits);
    else
      step.arm(connection.retransmit, TimerKind::Retransmit, id.raw(), step.now() + wait,
               Reason::Unacknowledged);
  } else if (waiting) {
    connection.retransmit_since = 0;
    if (connection.retransmit.armed())
      return;  // a new write does not put the probe off (Linux tcp_check_probe_timer)
    step.arm(connection.retransmit, TimerKind::Retransmit, id.raw(), step.now() + wait,
             Reason::KeepsWindowTimer);
  } else {
    connection.retransmit_since = 0;
    Step::disarm(connection.retransmit);
  }
}

void on_retransmit_timer(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  const inet::SocketBase& base = step.world.inet.sockets.read(connection.socket);
  const Sysctls sysctls = step.world.inet.nets.read(base.net).sysctls;
  const NetId net = base.net;
  const bool orphan = !base.file;
  if (connection.snd_nxt == connection.snd_una) {
    on_persist_timeout(step, id, sysctls);
    return;
  }
  if (connection.tail_probe_waits) {
    send_tail_probe(step, id);
    step.arm(connection.retransmit, TimerKind::Retransmit, id.raw(), step.now() + connection.rtt.rto,
             Reason::Unacknowledged);
    return;
  }
  step.count(net, Counter::TcpExtTCPTimeouts);
  if (connection.snd_una == connection.iss) {
    on_syn_timeout(step, id, sysctls, step.world.inet.nets.read(base.net).traits);
    return;
  }
  const Duration least = sysctls[Sysctl::TcpRtoMinUs] * microsecond;
  const Duration longest = sysctls[Sysctl::TcpRtoMaxMs] * millisecond;
  const std::int64_t retries = orphan ? orphan_retries(sysctls) : sysctls[Sysctl::TcpRetries2];
  const bool limited = user_timeout_over(connection, step.now());
  const Duration most = give_up_after(retries, least, longest);
  const bool patient = connection.user_timeout != 0 || connection.retransmits == 0 ||
                       step.now() - connection.retransmit_since < most;
  if (limited || !patient) {
    step.count(net, Counter::TcpExtTCPAbortOnTimeout);
    finish(step, id, Errno::TIMEDOUT, limited ? Reason::UserTimeoutOver : Reason::GivenUp);
    return;
  }
  if (!connection.in_loss) {  // RFC 5681 3.1: half of what was in flight, at least two segments
    const auto flight = static_cast<std::uint32_t>(connection.snd_nxt - connection.snd_una) / connection.mss;
    connection.ssthresh = std::max<std::uint32_t>(flight / 2, 2);
  }
  connection.in_loss = true;
  connection.cwnd = 1;
  connection.cwnd_count = 0;
  connection.loss_end = connection.snd_nxt;
  ++connection.retransmits;
  send_oldest_again(step, id, Reason::RetransmissionTimeout);
  const Duration wait =
      std::min<Duration>(connection.rtt.rto << std::min<std::uint32_t>(connection.retransmits, 20), longest);
  step.arm(connection.retransmit, TimerKind::Retransmit, id.raw(),
           step.now() + within_user_timeout(connection, step.now(), wait), Reason::Unacknowledged);
}

}  // namespace sockarium::tcp
