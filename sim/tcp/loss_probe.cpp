// Tail loss probe: when the last segments of a flight are lost, no later segment makes the receiver say so,
// and only the timeout would help, after which the sender starts slowly. So, sooner, the last segment (or a
// new one) is sent once more as a probe: its acknowledgement tells what is missing. RFC 8985 section 7; Linux
// tcp_schedule_loss_probe, tcp_send_loss_probe.
//
// Left out: what the probe's acknowledgement tells by SACK (TCPLossProbeRecovery), tcp_early_retrans.
#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

bool may_probe_tail(const Connection& connection) {
  return connection.sack_permitted && !connection.in_loss && connection.retransmits == 0 &&
         connection.snd_una != connection.iss && connection.snd_nxt > connection.snd_una;
}

Duration tail_probe_wait(const Connection& connection, const Sysctls& sysctls) {
  constexpr Duration two_ticks = 8 * millisecond;  // Linux TCP_TIMEOUT_MIN at HZ = 250
  if (connection.rtt.srtt == 0) return std::min<Duration>(1 * second, connection.rtt.rto);
  const bool one_segment = connection.last_start <= connection.snd_una;  // the receiver may delay its ACK
  const Duration two_round_trips = std::int64_t{connection.rtt.srtt} / 4 * microsecond;
  return std::min<Duration>(
      two_round_trips + (one_segment ? sysctls[Sysctl::TcpRtoMinUs] * microsecond : two_ticks),
      connection.rtt.rto);
}

void send_tail_probe(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  connection.tail_probe_waits = false;
  // One probe for each episode: until what it was sent for is acknowledged, only the timeout is left.
  if (connection.tail_probed && connection.snd_una < connection.tail_probe_end) return;
  if (!send_one_new(step, id, Reason::TailLossProbe)) send_last_again(step, id, Reason::TailLossProbe);
  Connection& probing = step.world.tcp.connections.write(id);
  probing.tail_probed = true;
  probing.tail_probe_end = probing.snd_nxt;
  step.count(step.world.inet.sockets.read(probing.socket).net, Counter::TcpExtTCPLossProbes);
}

}  // namespace sockarium::tcp
