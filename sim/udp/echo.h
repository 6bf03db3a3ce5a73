// ICMP through sockets: ping sockets, whose identifier the kernel keeps, and raw sockets, which get a copy of
// every ICMP message. Their queues are those of datagram sockets. icmp(7), raw(7), ipv6(7); Linux
// net/ipv4/ping.c, net/ipv6/ping.c, net/ipv4/raw.c, net/ipv6/raw.c.
//
// Left out: raw sockets of other protocols, messages of fewer than eight bytes, IP_HDRINCL, ICMP_FILTER,
// ICMP6_FILTER. What a raw socket of IPv4 reads has an IP header whose identification and checksum are 0:
// both are the real kernel's own choice. One of IPv6 reads no IP header, and the kernel makes its checksums.
#pragma once

#include "sim/udp/udp.h"

namespace sockarium::udp {

/// socket(AF_INET, SOCK_DGRAM or SOCK_RAW, IPPROTO_ICMP), or AF_INET6 and IPPROTO_ICMPV6. Who may, the caller
/// has looked at. [echo.cpp]
SocketId open_icmp(Step& step, NetId net, std::uint32_t user, bool raw, bool ipv6);
/// bind(): the port is a ping socket's identifier; 0: the kernel chooses. Both families share the
/// identifiers. EADDRINUSE, EADDRNOTAVAIL, EINVAL, EAFNOSUPPORT. [echo_name.cpp]
Attempt try_bind_icmp(Step& step, SocketId socket, const sys::Bind& call);
/// connect(): notes the peer. [echo_name.cpp]
Attempt try_connect_icmp(Step& step, SocketId socket, const sys::Connect& call);
/// send(), sendto(): `data` begins with the ICMP header. A ping socket sends echo requests only (EINVAL), and
/// puts its identifier and the checksum in. EFAULT: shorter than a type and a code. [echo.cpp]
Attempt try_send_icmp(Step& step, SocketId socket, const Bytes& data, const Target* target);

/// An ICMP message has come: raw sockets get copies. True: one took it. [echo.cpp]
bool copy_to_raw(Step& step, NetId net, const wire::Packet& packet);
/// An echo reply has come: the ping socket with its identifier takes it. `copied`: a raw socket has one.
/// [echo.cpp]
void input_echo_reply(Step& step, NetId net, const wire::Packet& packet, bool copied);

/// Has the socket an identifier? Else it gets the next free one. EAGAIN: none is left. [echo_name.cpp]
Errno autobind_icmp(Step& step, SocketId socket);
/// Is it a raw socket?
bool is_raw(const World& world, SocketId socket);

}  // namespace sockarium::udp
