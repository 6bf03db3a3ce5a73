#include "sim/kernel/socket_call.h"

#include "sim/kernel/local_sockets.h"
#include "sim/netlink/message.h"
#include "sim/netlink/netlink.h"
#include "sim/packet/packet.h"
#include "sim/step.h"
#include "sim/tcp/tcp.h"
#include "sim/udp/echo.h"
#include "sim/udp/udp.h"
#include "sim/unix/unix.h"

namespace sockarium::kernel {

namespace {

// Numbers of Linux's include/linux/socket.h, include/uapi/linux/in.h.
constexpr std::int32_t families = 46, types = 11, protocols = 263;
constexpr std::int32_t af_vsock = 40, af_xdp = 44;
constexpr std::int32_t stream = 1, datagram = 2, raw = 3, seqpacket = 5, sock_packet = 10;

bool has_net_raw(std::uint32_t user) {
  return user == 0;
}

/// Its group is between the two numbers. A process's group has the number of its user.
bool may_ping(const World& world, NetId net, std::uint32_t user) {
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  return user >= sysctls[Sysctl::PingGroupLow] && user <= sysctls[Sysctl::PingGroupHigh];
}

SocketPlan plan_unix(std::int32_t type, std::int32_t protocol) {
  SocketPlan plan;
  plan.domain = Domain::Unix;
  if (protocol != 0 && protocol != af_unix) return refused(Errno::PROTONOSUPPORT);
  if (type == raw) type = datagram;  // as BSD has it (Linux unix_create)
  if (!local::is_local_type(type)) return refused(Errno::SOCKTNOSUPPORT);
  plan.type = static_cast<SocketType>(type);
  return plan;
}

SocketPlan plan_inet(const World& world, NetId net, std::uint32_t user, std::int32_t domain,
                     std::int32_t type, std::int32_t protocol) {
  SocketPlan plan;
  plan.domain = static_cast<Domain>(domain);
  plan.type = static_cast<SocketType>(type);
  const bool v6 = domain == af_inet6;
  if (protocol < 0 || protocol >= protocols) return refused(Errno::INVAL);
  switch (type) {
    case stream:
      return protocol == 0 || protocol == wire::TCP ? plan : refused(Errno::PROTONOSUPPORT);
    case datagram:
      if (protocol == 0 || protocol == wire::UDP) return plan;
      if (protocol != (v6 ? ipproto_icmpv6 : ipproto_icmp)) return refused(Errno::PROTONOSUPPORT);
      if (!may_ping(world, net, user)) return refused(Errno::ACCES);
      break;
    case raw:
      if (protocol == 0) return refused(Errno::PROTONOSUPPORT);
      if (!has_net_raw(user)) return refused(Errno::PERM);
      break;
    default:
      return refused(Errno::SOCKTNOSUPPORT);
  }
  plan.icmp = protocol == (v6 ? ipproto_icmpv6 : ipproto_icmp);
  return plan.icmp ? plan : refused(Errno::PROTONOSUPPORT);
}

/// `protocol`: in the network's order, and cut to two bytes. The old SOCK_PACKET is left out.
SocketPlan plan_packet(std::uint32_t user, std::int32_t type, std::int32_t protocol) {
  SocketPlan plan;
  if (!has_net_raw(user)) return refused(Errno::PERM);
  if (type == sock_packet) return refused(Errno::AFNOSUPPORT);
  if (type != datagram && type != raw) return refused(Errno::SOCKTNOSUPPORT);
  plan.domain = Domain::Packet;
  plan.type = static_cast<SocketType>(type);
  plan.protocol = static_cast<std::uint16_t>((protocol & 0xff) << 8 | (protocol >> 8 & 0xff));
  return plan;
}

SocketPlan plan_netlink(std::int32_t type, std::int32_t protocol) {
  SocketPlan plan;
  if (type != datagram && type != raw) return refused(Errno::SOCKTNOSUPPORT);
  if (protocol != netlink::sock_diag) return refused(Errno::PROTONOSUPPORT);
  plan.domain = Domain::Netlink;
  plan.type = static_cast<SocketType>(type);
  return plan;
}

/// A family that the model knows by name only: its order of refusals.
SocketPlan plan_other(std::uint32_t user, std::int32_t domain, std::int32_t type) {
  switch (domain) {
    case af_vsock:
      return refused(type == stream || type == datagram || type == seqpacket ? Errno::AFNOSUPPORT
                                                                             : Errno::SOCKTNOSUPPORT);
    case af_xdp:
      if (!has_net_raw(user)) return refused(Errno::PERM);
      return refused(type == raw ? Errno::AFNOSUPPORT : Errno::SOCKTNOSUPPORT);
    default:
      return refused(Errno::AFNOSUPPORT);
  }
}

}  // namespace

SocketPlan refused(Errno error) {
  SocketPlan plan;
  plan.error = error;
  return plan;
}

SocketPlan plan_socket(const World& world, NetId net, std::uint32_t user, const sys::Socket& call) {
  constexpr std::int32_t type_bits = 0xf;
  const std::int32_t type = call.type & type_bits;
  if ((call.type & ~type_bits & ~(sock_nonblock | sock_cloexec)) != 0) return refused(Errno::INVAL);
  if (call.domain < 0 || call.domain >= families) return refused(Errno::AFNOSUPPORT);
  if (type >= types) return refused(Errno::INVAL);
  switch (call.domain) {
    case af_unix:
      return plan_unix(type, call.protocol);
    case af_inet:
      if (type == sock_packet) return plan_packet(user, type, call.protocol);  // its old name
      return plan_inet(world, net, user, af_inet, type, call.protocol);
    case af_inet6:
      return plan_inet(world, net, user, af_inet6, type, call.protocol);
    case af_packet:
      return plan_packet(user, type, call.protocol);
    case af_netlink:
      return plan_netlink(type, call.protocol);
    default:
      return plan_other(user, call.domain, type);
  }
}

SocketId open_socket(Step& step, NetId net, std::uint32_t user, const SocketPlan& plan) {
  const bool ipv6 = plan.domain == Domain::Inet6;
  const bool is_raw = plan.type == SocketType::Raw;
  if (plan.domain == Domain::Unix) return unix::open(step, net, user, plan.type);
  if (plan.domain == Domain::Packet) return packet::open(step, net, user, !is_raw, plan.protocol);
  if (plan.domain == Domain::Netlink) return netlink::open(step, net, user, is_raw);
  if (plan.icmp) return udp::open_icmp(step, net, user, is_raw, ipv6);
  return plan.type == SocketType::Datagram ? udp::open(step, net, user, ipv6)
                                           : tcp::open(step, net, user, ipv6);
}

}  // namespace sockarium::kernel
