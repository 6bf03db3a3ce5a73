// TCP as the kernel room sees it: what programs' calls do to a socket, what an arriving segment does, what a
// timer does. Each function is explained in the file that is named beside it. Read first: RFC 9293 section 3.
//
// Left out so far: SACK blocks, RACK and fast retransmit; congestion control beyond slow start and
// congestion avoidance; TCP Fast Open; SIGURG; corking; path MTU discovery; the
// memory accounting of Linux's buffers (the model counts payload).
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"
#include "sim/core/syscall.h"
#include "sim/record.h"
#include "sim/wire/packet.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::tcp {

struct Connection;

// --- calls
// -----------------------------------------------------------------------------------------------------

/// socket(): a connection in CLOSED, which has no name yet. `ipv6`: AF_INET6. [socket.cpp]
SocketId open(Step& step, NetId net, std::uint32_t user, bool ipv6 = false);
/// bind(): EINVAL, EADDRNOTAVAIL, EACCES, EADDRINUSE, in Linux's order. [bind.cpp]
Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call);
/// listen(): also autobinds, and changes the backlog of a listener. [listen.cpp]
Attempt try_listen(Step& step, SocketId socket, const sys::Listen& call);
/// accept(): takes a child from the accept queue; the result's value is its raw SocketId. [accept_queue.cpp]
Attempt try_accept(Step& step, SocketId socket);
/// connect(). `again`: the call was blocked and is tried a second time. [connect.cpp]
Attempt try_connect(Step& step, SocketId socket, const sys::Connect& call, bool again);
/// connect() with AF_UNSPEC: never fails. [disconnect.cpp]
Attempt disconnect(Step& step, SocketId socket);
/// send(), write(). `taken`: bytes that earlier tries of this call have taken. [send.cpp]
Attempt try_send(Step& step, SocketId socket, const Bytes& data, std::int32_t flags, std::uint64_t taken);
/// recv(), read(). `gathered`: what earlier tries of a call with MSG_WAITALL have received. [receive.cpp]
Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags,
                    const Bytes& gathered);
/// shutdown(): ENOTCONN. [close.cpp]
Attempt try_shutdown(Step& step, SocketId socket, Shut how);
/// The last descriptor is gone: the socket closes in the way that its state asks for. [close.cpp]
void close(Step& step, SocketId socket);
/// Must close() wait (SO_LINGER with a time) until our FIN is acknowledged? [close.cpp]
bool lingers(const World& world, SocketId socket);
/// Such a close() begins: FIN is sent, but the socket is no orphan yet. [close.cpp]
void begin_lingering(Step& step, SocketId socket);
/// … and waits. Linux sk_stream_wait_close. [close.cpp]
Attempt try_linger(Step& step, SocketId socket);
/// [options.cpp]
Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call);
Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call);

// --- segments
// --------------------------------------------------------------------------------------------------

/// A segment for a full connection. [input.cpp]
void input(Step& step, ConnectionId connection, const wire::Packet& packet);
/// A segment for a listening socket. [listen.cpp]
void input(Step& step, ListenerId listener, const wire::Packet& packet);
/// A segment for a half-open request. True: its listener is gone, and with it the request: offer the segment
/// to whoever listens now. [request.cpp]
bool input(Step& step, RequestId request, const wire::Packet& packet);
/// A segment for a TIME-WAIT entry. True: it made room for a new connection, offer the segment to the
/// listener. [time_wait.cpp]
bool input(Step& step, TimeWaitId time_wait, const wire::Packet& packet);
/// An ICMP error about a segment that `net` has sent. [icmp.cpp]
void input_icmp(Step& step, NetId net, const wire::Packet& packet);
/// A segment that belongs to nobody: RST, or silence. [reset.cpp]
void refuse(Step& step, NetId net, const wire::Packet& packet, Reason reason, RecordNumber because = 0);

// --- timers
// ----------------------------------------------------------------------------------------------------

void on_retransmit_timer(Step& step, ConnectionId connection);   // [retransmit_timer.cpp]
void on_keepalive_timer(Step& step, ConnectionId connection);    // [keepalive.cpp]
void on_delayed_ack_timer(Step& step, ConnectionId connection);  // [delayed_ack.cpp]
void on_syn_ack_timer(Step& step, RequestId request);            // [request.cpp]
void on_time_wait_timer(Step& step, TimeWaitId time_wait);       // [time_wait.cpp]

// --- readings
// --------------------------------------------------------------------------------------------------

/// Recv-Q and Send-Q as ss shows them (kernel-measured): unread bytes and a FIN that was not read yet; bytes
/// not acknowledged, with a SYN or FIN counting 1. For a listener: accept queue and backlog.
std::int64_t receive_queue(const World& world, SocketId socket);
std::int64_t send_queue(const World& world, SocketId socket);
/// The events that poll() would find: poll_in … [readiness.cpp]
std::uint32_t poll_events(const World& world, SocketId socket);
/// SIOCATMARK: 1 where the next byte is the urgent one. [urgent.cpp]
Attempt try_at_mark(const World& world, SocketId socket);
/// FIONREAD: bytes that the next recv() could take; the urgent byte ends them. EINVAL: it listens.
/// [urgent.cpp]
Attempt try_readable_bytes(const World& world, SocketId socket);
/// The state that ss shows for a socket entry.
TcpState state_of(const World& world, SocketId socket);

}  // namespace sockarium::tcp
