// A netlink socket's beginning, its port id and its end. Linux netlink_create, netlink_bind,
// netlink_autobind, netlink_release.
#include "sim/inet/bind.h"
#include "sim/netlink/netlink.h"
#include "sim/step.h"

namespace sockarium::netlink {

namespace {

constexpr std::int32_t name_size = 12;  // struct sockaddr_nl

Errno take_port(World& world, SocketId socket, std::uint32_t port) {
  const NetId net = world.inet.sockets.read(socket).net;
  Socket& entry = entry_of(world, socket);
  entry.port = port;  // getsockname() tells it, even where it can't be had
  if (world.netlink.ports.find(PortKey{net, port, 0}) != nullptr) return Errno::ADDRINUSE;
  world.netlink.ports.set(PortKey{net, port, 0}, socket);
  entry.bound = 1;
  return Errno::OK;
}

Attempt name_of(std::uint32_t port) {
  SysResult result;
  result.domain = af_netlink;
  result.number = port;
  return Done{result};
}

}  // namespace

Socket& entry_of(World& world, SocketId socket) {
  return world.netlink.sockets.write(NetlinkSocketId::from_raw(world.inet.sockets.read(socket).entry));
}

const Socket& read_entry(const World& world, SocketId socket) {
  return world.netlink.sockets.read(NetlinkSocketId::from_raw(world.inet.sockets.read(socket).entry));
}

SocketId open(Step& step, NetId net, std::uint32_t user, bool raw) {
  World& world = step.world;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  inet::SocketBase base = inet::fresh_socket(world, net, user, false);
  base.kind = inet::EntryKind::Netlink;
  base.protocol = 0;
  const SocketId socket = world.inet.sockets.add(base);
  Socket entry;
  entry.socket = socket;
  entry.raw = raw ? 1 : 0;
  entry.receive_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::RmemDefault]);
  entry.send_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::WmemDefault]);
  world.inet.sockets.write(socket).entry = world.netlink.sockets.add(entry).raw();
  step.record(rec::SocketCreated{socket}, Reason::AskedByCall);
  return socket;
}

void autobind(Step& step, SocketId socket, std::int64_t pid) {
  if (read_entry(step.world, socket).bound != 0) return;
  // Where another socket of the process has its number: from the other end of the numbers downwards.
  for (auto port = static_cast<std::uint32_t>(pid); take_port(step.world, socket, port) != Errno::OK;)
    port = port < (1u << 31) ? static_cast<std::uint32_t>(-4096) : port - 1;
}

Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call, std::int64_t pid) {
  if (call.domain != af_netlink || (call.length != 0 && call.length < name_size)) return fail(Errno::INVAL);
  const Socket& entry = read_entry(step.world, socket);
  if (entry.bound != 0) return entry.port == call.number ? done(0) : fail(Errno::INVAL);
  if (call.number == 0) {
    autobind(step, socket, pid);
    return done(0);
  }
  const Errno error = take_port(step.world, socket, call.number);
  return error == Errno::OK ? done(0) : fail(error);
}

Attempt try_connect(Step& step, SocketId socket, const sys::Connect& call, std::int64_t pid) {
  if (call.domain == af_unspec) return done(0);
  if (call.domain != af_netlink) return fail(Errno::INVAL);
  autobind(step, socket, pid);
  return done(0);
}

Attempt try_getsockname(const World& world, SocketId socket) {
  return name_of(read_entry(world, socket).port);
}

Attempt try_getpeername() {
  return name_of(0);  // the kernel
}

void close(Step& step, SocketId socket) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const NetlinkSocketId id = NetlinkSocketId::from_raw(base.entry);
  const Socket entry = world.netlink.sockets.read(id);
  for (NetlinkPartId part = entry.first; part;) {
    const NetlinkPartId next = world.netlink.parts.read(part).next;
    world.netlink.parts.remove(part);
    part = next;
  }
  if (entry.bound != 0) world.netlink.ports.erase(PortKey{base.net, entry.port, 0});
  step.record(rec::SocketFreed{socket, Ends{}}, Reason::LastReference);
  world.netlink.sockets.remove(id);
  world.inet.sockets.remove(socket);
}

}  // namespace sockarium::netlink
