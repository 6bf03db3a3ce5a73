// The options of a netlink socket: those of every socket. Linux sk_setsockopt, netlink_setsockopt.
#include "sim/inet/options.h"
#include "sim/netlink/netlink.h"
#include "sim/step.h"

namespace sockarium::netlink {

namespace {

/// The levels of internet protocols are not a netlink socket's.
bool is_of_another_level(Option option) {
  return option_table[static_cast<std::size_t>(option)].level != "SOL_SOCKET";
}

}  // namespace

Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  if (is_of_another_level(call.option)) return fail(Errno::NOPROTOOPT);
  switch (call.option) {
    case Option::ReceiveBuffer:
      entry_of(world, socket).receive_buffer = inet::receive_buffer_for(sysctls, call.value);
      return done(0);
    case Option::SendBuffer:
      entry_of(world, socket).send_buffer = inet::send_buffer_for(sysctls, call.value);
      return done(0);
    case Option::ReusePort:
      return fail(Errno::OPNOTSUPP);
    default:
      break;
  }
  const auto attempt = inet::set_option(base, call);
  return attempt ? *attempt : fail(Errno::NOPROTOOPT);
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Socket& entry = read_entry(world, socket);
  if (is_of_another_level(call.option)) return fail(Errno::NOPROTOOPT);
  switch (call.option) {
    case Option::Type:
      return done(static_cast<std::int64_t>(entry.raw != 0 ? SocketType::Raw : SocketType::Datagram));
    case Option::AcceptConn:
      return done(0);
    case Option::ReceiveBuffer:
      return done(entry.receive_buffer);
    case Option::SendBuffer:
      return done(entry.send_buffer);
    default:
      break;
  }
  const auto attempt = inet::get_option(base, world.inet.nets.read(base.net).sysctls, call);
  return attempt ? *attempt : fail(Errno::NOPROTOOPT);
}

}  // namespace sockarium::netlink
