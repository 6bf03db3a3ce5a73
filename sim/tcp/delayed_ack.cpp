// When received data is acknowledged. A fresh connection acknowledges at once (quick-ack mode); one that
// talks back waits 40 ms for data to travel with; a bare FIN is acknowledged by the next timer tick. RFC 9293
// section 3.8.6.3; Linux __tcp_ack_snd_check, tcp_send_delayed_ack, tcp_event_data_recv.
//
// Left out: the adaptive part of the delay (it stays at Linux's minimum), TCP_QUICKACK.
#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {
constexpr Duration delayed_ack_minimum = 40 * millisecond;  // Linux TCP_DELACK_MIN, TCP_ATO_MIN
constexpr Duration timer_tick = 4 * millisecond;            // HZ = 250
constexpr std::uint32_t greatest_quick_acks = 16;           // Linux TCP_MAX_QUICKACKS
}  // namespace

void note_data_received(Step& step, Connection& connection, std::uint32_t length) {
  connection.rcv_mss = std::max(connection.rcv_mss, std::min(length, connection.mss));
  if (!connection.ever_received) {
    const std::uint32_t wanted = connection.rcv_wnd / (2 * connection.rcv_mss);
    connection.quick_acks = std::clamp<std::uint32_t>(wanted, 2, greatest_quick_acks);
  }
  connection.ever_received = true;
  connection.last_received = step.now();
}

void acknowledge(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  const auto unacknowledged = static_cast<std::uint32_t>(connection.rcv_nxt - connection.rcv_wup);
  if (unacknowledged == 0) return;
  const bool quick = connection.quick_acks > 0 && !connection.pingpong;
  if (unacknowledged > connection.rcv_mss || quick || connection.out_of_order.first) {
    send_ack(step, id, Reason::AckAtOnce);
    return;
  }
  connection.ack_pending = true;
  const Duration wait = connection.ever_received ? delayed_ack_minimum : timer_tick;
  if (!connection.delayed_ack.armed())
    step.arm(connection.delayed_ack, TimerKind::DelayedAck, id.raw(), step.now() + wait, Reason::AckDelayed);
}

void on_delayed_ack_timer(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  if (!connection.ack_pending) return;
  connection.pingpong = false;  // the delay was in vain: nothing was said (Linux tcp_delack_timer_handler)
  step.count(step.world.inet.sockets.read(connection.socket).net, Counter::TcpExtDelayedACKs);
  send_ack(step, id, Reason::AckDelayed);
}

}  // namespace sockarium::tcp
