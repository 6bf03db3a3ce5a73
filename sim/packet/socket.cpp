// A packet socket's beginning, its place and its end. Linux packet_create, packet_bind, packet_getname,
// packet_release.
#include "sim/inet/bind.h"
#include "sim/inet/device.h"
#include "sim/packet/packet.h"
#include "sim/packet/tap_of.h"
#include "sim/step.h"

namespace sockarium::packet {

namespace {

constexpr std::int32_t name_size = 20, name_most = 128;  // struct sockaddr_ll, sockaddr_storage

}  // namespace

SocketId open(Step& step, NetId net, std::uint32_t user, bool cooked, std::uint32_t protocol) {
  World& world = step.world;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  inet::SocketBase base = inet::fresh_socket(world, net, user, false);
  base.kind = inet::EntryKind::Packet;
  base.protocol = 0;
  const SocketId socket = world.inet.sockets.add(base);
  inet::Tap tap;
  tap.socket = socket;
  tap.receive_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::RmemDefault]);
  tap.send_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::WmemDefault]);
  tap.protocol = protocol;
  tap.cooked = cooked ? 1 : 0;
  world.inet.sockets.write(socket).entry = world.inet.taps.add(tap).raw();
  step.record(rec::SocketCreated{socket}, Reason::AskedByCall);
  return socket;
}

Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call) {
  World& world = step.world;
  const bool fits = call.length == 0 || (call.length >= name_size && call.length <= name_most);
  if (call.domain != af_packet || !fits) return fail(Errno::INVAL);
  const NetId net = world.inet.sockets.read(socket).net;
  if (call.number != 0 && !inet::link_of_device(world, net, call.number)) return fail(Errno::NODEV);
  inet::Tap& tap = write_tap(world, socket);
  tap.device = call.number;
  if (call.to.port != 0) tap.protocol = call.to.port;
  return done(0);
}

Attempt try_getsockname(const World& world, SocketId socket) {
  const inet::Tap& tap = read_tap(world, socket);
  SysResult result;
  result.domain = af_packet;
  result.number = tap.device;
  result.frame.protocol = static_cast<std::uint16_t>(tap.protocol);
  if (tap.device != 0) {
    const NetId net = world.inet.sockets.read(socket).net;
    const LinkId link = inet::link_of_device(world, net, tap.device).value_or(LinkId{});
    result.frame.hardware = link ? arphrd_ether : arphrd_loopback;
    result.frame.address = inet::mac_of_device(world, net, link);
    result.frame.address_length = static_cast<std::uint8_t>(result.frame.address.size());
  }
  return Done{result};
}

Attempt try_send(const World& world, SocketId socket) {
  return fail(read_tap(world, socket).device == 0 ? Errno::NXIO : Errno::OPNOTSUPP);
}

void close(Step& step, SocketId socket) {
  World& world = step.world;
  const TapId id = TapId::from_raw(world.inet.sockets.read(socket).entry);
  while (world.inet.taps.read(id).first) inet::remove_first_frame(world, world.inet.taps.write(id));
  step.record(rec::SocketFreed{socket, Ends{}}, Reason::LastReference);
  world.inet.taps.remove(id);
  world.inet.sockets.remove(socket);
}

}  // namespace sockarium::packet
