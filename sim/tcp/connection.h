// A TCP connection: the transmission control block of RFC 9293 section 3.3.1 with Linux's additions. Names of
// the sequence variables are the RFC's. Also the smaller types that are not full connections: a half-open
// request, a TIME-WAIT entry, and what a listening socket has. Linux: struct tcp_sock, inet_request_sock,
// inet_timewait_sock.
#pragma once

#include <cstdint>

#include "sim/core/bytes.h"
#include "sim/core/event.h"
#include "sim/core/id.h"
#include "sim/core/slab.h"
#include "sim/core/tcp_state.h"
#include "sim/inet/socket_base.h"
#include "sim/wire/packet.h"
#include "sim/wire/seq.h"

namespace sockarium::tcp {

/// A run of bytes in a send or receive queue.
struct Piece {
  Bytes bytes;
  PieceId next;
  Seq seq;                ///< of its first byte (out-of-order queue)
  std::uint32_t fin = 0;  ///< 1: a FIN follows its last byte (out-of-order queue)
};

struct PieceQueue {
  PieceId first, last;
  std::uint64_t bytes = 0;
};

/// The round-trip estimator of RFC 6298, with Linux's scaling: srtt in 1/8 µs, the deviations in 1/4 µs.
struct RoundTrip {
  std::uint32_t srtt = 0, mdev = 0, mdev_max = 0, rttvar = 0;
  Seq next_update;
  std::uint32_t measuring = 0;  ///< 1: a segment is being timed
  Seq timed;                    ///< its end
  std::uint32_t reserved = 0;
  Time timed_at = 0;
  Duration rto = 1 * second;  ///< before any measurement: RFC 6298 2.1
};

/// The peer's urgent byte, as far as we are (Linux urg_data): announced, here, taken with MSG_OOB.
enum class UrgentByte : std::uint8_t { None, Announced, Here, Taken };

struct Connection {
  /// The sequence number of the first byte of the send queue: our SYN, while unacknowledged, comes before it.
  Seq data_start() const { return snd_una == iss ? iss + 1 : snd_una; }

  SocketId socket;
  ListenerId listener;     ///< in LISTEN only
  SocketId accept_parent;  ///< the listener's socket while waiting in its accept queue
  ConnectionId accept_next;
  std::uint64_t state_record = 0;  ///< the record of the last change of state

  PieceQueue send_queue;     ///< from snd_una on: sent or not
  PieceQueue receive_queue;  ///< in order, unread
  PieceQueue out_of_order;   ///< behind a gap, sorted

  TcpState state = TcpState::Closed;
  Seq iss, snd_una, snd_nxt, snd_wl1, snd_wl2, write_end;  ///< write_end: after the last byte written
  std::uint32_t snd_wnd = 0;                               ///< the peer's window, scaled up, bytes
  Seq small_end;                   ///< end of the last small segment sent (Linux snd_sml, for Nagle)
  Seq loss_end, loss_next;         ///< after a timeout: resend from loss_next to loss_end
  Seq irs, rcv_nxt, rcv_wup;       ///< rcv_wup: rcv_nxt when the last window was sent
  std::uint32_t rcv_wnd = 0;       ///< the window last offered, bytes
  std::uint32_t rcv_ssthresh = 0;  ///< offer no more than this
  std::uint32_t mss = 536;         ///< payload of a full segment, options taken off
  std::uint32_t advertised_mss = 0;
  std::uint32_t peer_mss = 536;
  std::uint32_t rcv_mss = 536;          ///< greatest segment seen: what «two segments» means
  std::uint32_t cwnd = 10;              ///< segments
  std::uint32_t ssthresh = 0x7fffffff;  ///< segments
  std::uint32_t cwnd_count = 0;
  std::uint32_t user_mss = 0;                         ///< TCP_MAXSEG
  std::uint32_t send_buffer = 0, receive_buffer = 0;  ///< bytes
  std::uint32_t timestamp_offset = 0;
  std::uint32_t ts_recent = 0;      ///< the peer's last timestamp
  std::uint32_t retransmits = 0;    ///< timeouts in a row
  std::uint32_t probes = 0;         ///< window probes in a row without answer
  std::uint32_t probe_backoff = 0;  ///< window probes since the window closed: each waits twice as long
  std::uint32_t user_timeout = 0;   ///< TCP_USER_TIMEOUT, ms; 0: none
  std::uint32_t keep_idle = 0,
                keep_interval = 0;  ///< TCP_KEEPIDLE, TCP_KEEPINTVL, seconds; 0: the namespace's
  std::uint32_t keep_count = 0;     ///< TCP_KEEPCNT; 0: the namespace's
  std::uint32_t defer_accept = 0;   ///< TCP_DEFER_ACCEPT, in timeouts of a SYN-ACK; 0: off
  std::int32_t linger2 = 0;  ///< TCP_LINGER2, seconds; 0: tcp_fin_timeout, −1: no FIN-WAIT-2 for orphans
  Seq last_start;            ///< where the last new segment began
  Seq tail_probe_end;        ///< what the tail loss probe was sent for (Linux tlp_high_seq)
  Seq snd_up;                ///< after our last urgent byte; snd_una: there is none
  Seq urgent_seq;            ///< the peer's urgent byte
  std::uint32_t quick_acks = 0;  ///< acknowledgements still to be sent at once
  std::uint8_t send_scale = 0, receive_scale = 0;
  bool has_scale = false;
  bool has_timestamps = false;
  bool sack_permitted = false;
  bool no_delay = false;                       ///< TCP_NODELAY
  bool fin_queued = false;                     ///< our FIN follows write_end
  bool fin_received = false;                   ///< Linux SOCK_DONE
  bool read_shut = false, write_shut = false;  ///< Linux RCV_SHUTDOWN, SEND_SHUTDOWN
  bool connecting = false;  ///< connect() was called and its outcome not yet told (Linux SS_CONNECTING)
  bool in_loss = false;
  bool ack_pending = false;
  bool pingpong = false;              ///< talks back: acknowledgements wait for data
  bool ever_received = false;         ///< data; before it a delayed ACK has no wait
  bool fixed_receive_buffer = false;  ///< SO_RCVBUF was set (Linux SOCK_RCVBUF_LOCK)
  bool fixed_send_buffer = false;     ///< SO_SNDBUF was set (Linux SOCK_SNDBUF_LOCK)
  bool connected = false;    ///< was open once: it can neither connect nor listen again (Linux SS_CONNECTED)
  bool fin_counted = false;  ///< an unread FIN counts 1 in Recv-Q
  bool tail_probe_waits = false;  ///< the retransmission timer is set for a tail loss probe
  bool tail_probed = false;       ///< one was sent
  std::uint8_t syn_count = 0;     ///< TCP_SYNCNT; 0: as tcp_syn_retries says
  UrgentByte urgent = UrgentByte::None;
  std::uint8_t urgent_byte = 0;

  Time last_received = 0;     ///< time of the last data
  Time last_ack = 0;          ///< and of the last acknowledgement
  Time retransmit_since = 0;  ///< first sending of what is now repeated
  RoundTrip rtt;
  Timer retransmit;  ///< SYN, data, FIN, or window probe
  Timer delayed_ack;
  Timer keepalive;
};

/// What listen() adds: the two queues. Both hold one more than the backlog (kernel-measured; Linux
/// sk_acceptq_is_full, inet_csk_reqsk_queue_is_full).
struct Listener {
  SocketId socket;
  std::int64_t backlog = 0;    ///< min(asked, somaxconn)
  std::int64_t syn_extra = 1;  ///< how many half-open requests it takes beyond the backlog
  ConnectionId accept_first, accept_last;
  std::int64_t accept_length = 0;
  RequestId syn_first, syn_last;
  std::int64_t syn_length = 0;
  std::int64_t syn_young = 0;  ///< of these: whose SYN-ACK was not sent again yet
  Time cookies_since =
      never;  ///< about when the last cookie was sent (Linux ts_recent_stamp); never: none was
  std::uint64_t filled_accept = 0;  ///< the record that put the last entry into the accept queue
  std::uint64_t filled_syn = 0;
};

/// A half-open connection in the SYN queue: far smaller than a Connection, which it becomes when the final
/// ACK comes.
struct Request {
  NetId net;
  SocketId listener;  ///< none: the listener was closed meanwhile
  RequestId next, previous;
  Endpoint local, peer;
  Seq iss, irs;
  wire::Options peer_options;  ///< of its SYN
  std::uint32_t peer_window = 0;
  std::uint32_t receive_window = 0;
  std::uint32_t timestamp_offset = 0;
  std::uint32_t retransmits = 0;
  std::uint32_t receive_scale = 0;
  std::uint32_t timeouts = 0;  ///< of its timer
  std::uint32_t acked = 0;     ///< 1: its ACK came and could not complete it
  std::uint32_t group =
      0;  ///< of a listener that closed: 1 it may move to others of its name, 2 to those of the wildcard
  Time answered = never;  ///< when a doubtful segment was last answered
  Time created = 0;
  Duration timeout = 1 * second;
  Timer timer;
  std::uint64_t state_record = 0;
};

/// What is left of a connection: enough to answer late segments.
struct TimeWait {
  SocketId socket;
  std::uint64_t orphan_fin_wait =
      0;  ///< 1: an orphan that still waits for the peer's FIN (shown as FIN-WAIT-2)
  Seq snd_nxt, rcv_nxt;
  std::uint32_t window = 0;
  std::uint32_t ts_recent = 0;
  std::uint32_t timestamp_offset = 0;
  std::uint32_t has_timestamps = 0;
  Timer timer;
  std::uint64_t state_record = 0;
};

/// The room's part of the world.
struct Tcp {
  Slab<Connection> connections;
  Slab<Listener> listeners;
  Slab<Request> requests;
  Slab<TimeWait> time_waits;
  Slab<Piece> pieces;

  friend bool operator==(const Tcp&, const Tcp&) = default;
};

}  // namespace sockarium::tcp
