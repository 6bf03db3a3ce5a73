// ICMP through sockets: ping sockets, whose identifier the kernel keeps, and raw sockets, which get a copy of
// every ICMP message. Their queues are those of datagram sockets. icmp(7), raw(7); Linux net/ipv4/ping.c,
// net/ipv4/raw.c.
//
// Left out: ICMPv6, raw sockets of other protocols, IP_HDRINCL, ICMP_FILTER. What a raw socket reads has an
// IP header whose identification and checksum are 0: both are the real kernel's own choice.
#pragma once

#include "sim/udp/udp.h"

namespace sockarium::udp {

/// socket(AF_INET, SOCK_DGRAM or SOCK_RAW, IPPROTO_ICMP). Who may, the caller has looked at. [echo.cpp]
SocketId open_icmp(Step& step, NetId net, std::uint32_t user, bool raw);
/// bind(): the port is a ping socket's identifier; 0: the kernel chooses. EADDRINUSE, EADDRNOTAVAIL, EINVAL,
/// EAFNOSUPPORT. [echo.cpp]
Attempt try_bind_icmp(Step& step, SocketId socket, const sys::Bind& call);
/// connect(): notes the peer. [echo.cpp]
Attempt try_connect_icmp(Step& step, SocketId socket, const sys::Connect& call);
/// send(), sendto(): `data` begins with the ICMP header. A ping socket sends echo requests only (EINVAL), and
/// puts its identifier and the checksum in. [echo.cpp]
Attempt try_send_icmp(Step& step, SocketId socket, const Bytes& data, const Target* target);

/// An ICMP message has come: raw sockets get copies. True: one took it. [echo.cpp]
bool copy_to_raw(Step& step, NetId net, const wire::Packet& packet);
/// An echo reply has come: the ping socket with its identifier takes it. `copied`: a raw socket has one.
/// [echo.cpp]
void input_echo_reply(Step& step, NetId net, const wire::Packet& packet, bool copied);

}  // namespace sockarium::udp
