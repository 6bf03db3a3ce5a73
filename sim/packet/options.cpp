// The options of a packet socket: its filter, its statistics, and which frames it wants. Linux
// packet_setsockopt, packet_getsockopt, sk_attach_filter.
#include "sim/inet/options.h"
#include "sim/inet/device.h"
#include "sim/packet/packet.h"
#include "sim/packet/tap_of.h"
#include "sim/step.h"
#include "sim/wire/bpf.h"

namespace sockarium::packet {

namespace {

/// Those of IP have another level, which packet sockets do not have.
bool is_of_ip(Option option) {
  const std::string_view level = option_table[static_cast<std::size_t>(option)].level;
  return level == "IPPROTO_IP" || level == "IPPROTO_IPV6" || level == "IPPROTO_TCP";
}

Attempt attach_filter(Step& step, inet::Tap& tap, const Bytes& filter) {
  if (!wire::bpf_is_valid(wire::bpf_program(step.bytes.text(filter)))) return fail(Errno::INVAL);
  tap.filter = filter;
  return done(0);
}

}  // namespace

Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  inet::Tap& tap = write_tap(world, socket);
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  if (is_of_ip(call.option)) return fail(Errno::NOPROTOOPT);
  switch (call.option) {
    case Option::AttachFilter:
      return attach_filter(step, tap, call.data);
    case Option::DetachFilter:
      if (tap.filter.empty()) return fail(Errno::NOENT);
      tap.filter = {};
      return done(0);
    case Option::IgnoreOutgoing:
      if (call.value != 0 && call.value != 1) return fail(Errno::INVAL);
      tap.ignores_outgoing = static_cast<std::uint32_t>(call.value);
      return done(0);
    case Option::PacketMembership:  // a link has two ends: what comes is for this host anyway
      return inet::link_of_device(world, base.net, static_cast<std::uint32_t>(call.value))
                 ? done(0)
                 : fail(Errno::NODEV);
    case Option::PacketStatistics:
      return fail(Errno::NOPROTOOPT);
    case Option::ReusePort:
      return fail(Errno::OPNOTSUPP);
    case Option::ReceiveBuffer:
      tap.receive_buffer = inet::receive_buffer_for(sysctls, call.value);
      return done(0);
    case Option::SendBuffer:
      tap.send_buffer = inet::send_buffer_for(sysctls, call.value);
      return done(0);
    default:
      break;
  }
  const auto attempt = inet::set_option(base, call);
  return attempt ? *attempt : fail(Errno::NOPROTOOPT);
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  inet::Tap& tap = write_tap(world, socket);
  if (is_of_ip(call.option)) return fail(Errno::NOPROTOOPT);
  switch (call.option) {
    case Option::Type:
      return done(static_cast<std::int64_t>(tap.cooked != 0 ? SocketType::Datagram : SocketType::Raw));
    case Option::AcceptConn:
      return done(0);
    case Option::ReceiveBuffer:
      return done(tap.receive_buffer);
    case Option::SendBuffer:
      return done(tap.send_buffer);
    case Option::IgnoreOutgoing:
      return done(tap.ignores_outgoing);
    case Option::PacketStatistics: {  // asking sets them back
      SysResult result = SysResult::of(static_cast<std::int64_t>(tap.received));
      result.second = static_cast<std::int64_t>(tap.drops);
      tap.received = tap.drops = 0;
      return Done{result};
    }
    case Option::AttachFilter:
    case Option::DetachFilter:
    case Option::PacketMembership:
      return fail(Errno::NOPROTOOPT);
    default:
      break;
  }
  const auto attempt = inet::get_option(base, world.inet.nets.read(base.net).sysctls, call);
  return attempt ? *attempt : fail(Errno::NOPROTOOPT);
}

}  // namespace sockarium::packet
