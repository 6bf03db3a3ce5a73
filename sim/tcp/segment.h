// Making and sending segments: what the other files of this room share. Linux tcp_output.c.
#pragma once

#include <cstdint>

#include "sim/tcp/connection.h"
#include "sim/tcp/tcp.h"
#include "sim/world.h"

namespace sockarium::tcp {

/// Linux TCP_INIT_CWND.
inline constexpr std::uint32_t initial_window = 10;
/// Linux TCP_MSS_DEFAULT, for a peer that sends no MSS option (RFC 9293 3.7.1).
inline constexpr std::uint32_t default_mss = 536;
/// Behind IPv4's header at Ethernet's MTU, where the way back is not known.
inline constexpr std::uint64_t usual_room = 1480;
/// Bytes that the timestamps option takes from each segment.
inline constexpr std::uint32_t timestamps_size = 12;

/// Milliseconds, with the connection's own offset (RFC 7323 5.4; Linux tcp_time_stamp_ms).
std::uint32_t timestamp(const World& world, std::uint32_t offset);
/// A number that nobody outside can guess for these four numbers (RFC 6528), and one for its timestamps.
Seq initial_sequence(const World& world, NetId net, const Ends& ends);
std::uint32_t initial_timestamp_offset(const World& world, NetId net, const Ends& ends);

/// Sends whatever may be sent now: new data, FIN, or what is to be repeated after a timeout. [output.cpp]
void output(Step& step, ConnectionId connection, Reason reason);
/// Sends a bare ACK. [output.cpp]
void send_ack(Step& step, ConnectionId connection, Reason reason, RecordNumber because = 0);
/// Sends SYN (SYN-SENT) or SYN-ACK (simultaneous open). [output.cpp]
void send_syn(Step& step, ConnectionId connection, Reason reason, std::int64_t again);
/// Sends the oldest unacknowledged segment again. [output.cpp]
void send_oldest_again(Step& step, ConnectionId connection, Reason reason);
/// How many segments leave as one burst, of which the last carries PSH. [burst.cpp]
std::uint32_t burst_length(const Connection& connection, std::uint32_t unsent, std::uint32_t window_left,
                           std::uint32_t in_flight);
/// Sends one new segment whatever the congestion window says; false: there is none, or the peer's window has
/// no room. [output.cpp]
bool send_one_new(Step& step, ConnectionId connection, Reason reason);
/// Sends the last segment again. [output.cpp]
void send_last_again(Step& step, ConnectionId connection, Reason reason);
/// Sends a window probe: an ACK of a sequence number already passed. [output.cpp]
/// SO_KEEPALIVE: from now on silence is measured. [keepalive.cpp]
void start_keepalive(Step& step, ConnectionId connection);
/// SO_KEEPALIVE or TCP_KEEPIDLE was set: the wait that runs ends earlier or later.
void keepalive_changed(Step& step, ConnectionId connection);
void send_probe(Step& step, ConnectionId connection, Reason reason);
/// Sends `bytes` new bytes, fewer than a segment: the window stays small. [output.cpp]
void send_part(Step& step, ConnectionId connection, std::uint32_t bytes);
/// Sends RST for a connection that ends now (with ACK, as Linux tcp_send_active_reset). [output.cpp]
void send_reset(Step& step, ConnectionId connection, Reason reason, RecordNumber because = 0);

/// The window to offer now, bytes; remembers it as offered. Never takes back what was offered (RFC
/// 9293 3.8.6).
std::uint16_t choose_window(Connection& connection);
/// The first window and the scale, from the receive buffer (Linux tcp_select_initial_window).
struct InitialWindow {
  std::uint32_t window = 0;
  std::uint8_t scale = 0;
};
/// A buffer that the program has fixed can't grow, so it decides the scale; otherwise the greatest buffer
/// does.
InitialWindow initial_receive_window(const Connection& owner, const Sysctls& sysctls, std::uint32_t mss,
                                     bool scaling);

/// What we offer in our SYN: the MTU without the IP and TCP headers (RFC 9293 3.7.1). `room`: what a packet
/// has behind its IP header.
std::uint32_t greatest_mss(std::uint64_t room);
/// The largest payload that one segment to the peer may carry.
std::uint32_t effective_mss(std::uint32_t peer_mss, std::uint64_t room, bool timestamps);
/// Fills in what a connection learns from the peer's SYN: MSS, scale, timestamps.
void learn_options(Connection& connection, const wire::Options& options, std::uint64_t room);
/// Send buffer for ten segments in flight (Linux tcp_init_buffer_space, tcp_sndbuf_expand).
void grow_send_buffer(Connection& connection, const Sysctls& sysctls);

/// Wakes writers when a third of the send buffer is free (Linux sk_stream_write_space).
bool has_room(const Connection& connection);

/// Urgent data [urgent.cpp]: what is sent of it …
void note_urgent_written(Connection& connection);
bool has_urgent_unacknowledged(const Connection& connection);
void mark_urgent(const Connection& connection, wire::Packet& packet);
/// … what a segment with URG says, and whether its byte has come …
void check_urgent(Step& step, ConnectionId connection, const wire::Packet& packet);
/// … and what reading makes of it: how many of `count` bytes may be taken now, whether the next one must be
/// passed over, and that bytes were taken. `at`: the sequence number of the next byte.
Seq next_unread(const Connection& connection);
std::uint32_t up_to_urgent(const Connection& connection, bool in_line, std::uint32_t count);
bool is_passed_over(const Connection& connection, bool in_line);
void leave_urgent_behind(Connection& connection);
/// recv() with MSG_OOB. EINVAL: there is none (any more), or it is in line; EAGAIN: it has not come yet.
Attempt try_receive_urgent(Step& step, SocketId socket, std::int64_t size, std::int32_t flags);

// --- queues of bytes [piece_queue.cpp] ---
void append(World& world, PieceQueue& queue, const Bytes& bytes);
/// Takes `count` bytes off the front.
void drop_front(World& world, PieceQueue& queue, std::uint64_t count);
/// `count` bytes from `offset` on, joined.
Bytes copy_out(Step& step, const PieceQueue& queue, std::uint64_t offset, std::uint32_t count);
void clear(World& world, PieceQueue& queue);

// --- the end of a connection [close.cpp] ---
/// To CLOSED: timers off, out of the tables; an orphan is freed. `error` waits for the program.
void finish(Step& step, ConnectionId connection, Errno error, Reason reason, RecordNumber because = 0);
/// Frees a connection that no descriptor names.
void free_socket(Step& step, ConnectionId connection, Reason reason);
/// Leaves the connection table.
void unhash(Step& step, ConnectionId connection);

// --- timers [retransmit_timer.cpp, delayed_ack.cpp] ---
/// Starts, restarts or stops the retransmission timer as what is outstanding asks. `sent`: new data has just
/// left, so that a tail loss probe waits anew.
void rearm_retransmit(Step& step, ConnectionId connection, bool sent = false);
/// May the end of the flight be probed before the timeout? [loss_probe.cpp]
bool may_probe_tail(const Connection& connection);
/// … and how long after the last sending or acknowledgement? [loss_probe.cpp]
Duration tail_probe_wait(const Connection& connection, const Sysctls& sysctls);
void send_tail_probe(Step& step, ConnectionId connection);
/// A round trip was measured. Linux tcp_rtt_estimator.
void measure_round_trip(RoundTrip& rtt, Duration took, const Sysctls& sysctls, Seq snd_una, Seq snd_nxt);
/// Data or a FIN was received: acknowledge at once or later. Linux __tcp_ack_snd_check.
void acknowledge(Step& step, ConnectionId connection);
/// Remembers that data came. Linux tcp_event_data_recv.
void note_data_received(Step& step, Connection& connection, std::uint32_t length);

// --- time-wait [time_wait.cpp] ---
/// A full connection becomes a TIME-WAIT entry (or an orphan's FIN-WAIT-2 entry of the same kind).
void enter_time_wait(Step& step, ConnectionId connection, bool orphan_fin_wait, Reason reason);
/// Removes the entry of a TIME-WAIT socket.
void remove_time_wait(Step& step, TimeWaitId time_wait, Reason reason, RecordNumber because = 0);

// --- half-open requests [request.cpp] ---
/// The request that a SYN asks for; it is stored nowhere yet. `mss`: of the segments for which the window is
/// offered; 0: what the path allows.
Request draft_request(const World& world, ListenerId listener, const wire::Packet& syn,
                      std::uint32_t mss = 0);
wire::Packet make_syn_ack(const World& world, const Request& request);
/// The request ends without a connection.
void give_up_request(Step& step, RequestId request, Reason reason);
/// Sends the SYN-ACK of a request and starts its timer.
void send_syn_ack(Step& step, RequestId request, Reason reason, std::int64_t again);

// --- what a completed handshake makes [child.cpp] ---
struct Agreed {  ///< options that both sides want
  bool timestamps = false, sack = false, scale = false;
  std::uint8_t receive_scale = 0;
};
Agreed agreed(const World& world, const Request& request);
/// Makes the connection and puts it into the accept queue; data or FIN in `packet` go to it. `round_trip`: as
/// measured; negative: it was not.
void open_child(Step& step, ListenerId listener, const Request& request, Duration round_trip,
                const wire::Packet& packet, Reason reason);

// --- SYN cookies [syn_cookies.cpp] ---
/// Answers a SYN without storing anything.
void send_cookie(Step& step, ListenerId listener, const wire::Packet& syn, Reason reason,
                 RecordNumber because);
enum class CookieCheck { NoCookie, Taken };
/// Does this ACK bring a cookie back? Then a connection is made of it, or the accept queue is full.
CookieCheck take_cookie(Step& step, ListenerId listener, const wire::Packet& ack);

// --- the end of listening [listen.cpp] ---
/// What waits in the accept queue is reset, or moved to the group (tcp_migrate_req); requests are left to
/// their timers.
void stop_listening(Step& step, ConnectionId connection);
/// Where a request or child of a closed listener moves: another socket of its group, or none. Linux
/// reuseport_migrate_sock.
ListenerId heir_of(Step& step, NetId net, const Endpoint& name, const Ends& ends);

// --- queues of a listener [syn_queue.cpp, accept_queue.cpp] ---
void join_syn_queue(Step& step, ListenerId listener, RequestId request, Reason reason);
void leave_syn_queue(Step& step, RequestId request, Reason reason);
void free_request(Step& step, RequestId request, Reason reason);
bool syn_queue_full(const Listener& listener);
bool accept_queue_full(const Listener& listener);
void join_accept_queue(Step& step, ListenerId listener, ConnectionId child, Reason reason);
/// Takes the oldest; none if the queue is empty.
ConnectionId leave_accept_queue(Step& step, ListenerId listener, Reason reason);
/// Empties the accept queue: the listener goes. `migrates`: what waits may move to others of its group.
void drop_accept_queue(Step& step, ListenerId listener, bool migrates);

inline Ends ends_of(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  return Ends{base.local, base.peer};
}

}  // namespace sockarium::tcp
