// bind(): gives a socket its local name. Checks in the order of Linux __inet_bind.
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  if (call.domain != 2) return fail(Errno::AFNOSUPPORT);
  const Address& ip = call.to.ip;
  const bool may_be_bound = ip.is_wildcard() || inet::is_local(world, base.net, ip) || ip.is_multicast() ||
                            ip.is_broadcast() || sysctls[Sysctl::NonlocalBind] != 0;
  if (!may_be_bound) return fail(Errno::ADDRNOTAVAIL);
  if (call.to.port != 0 && call.to.port < sysctls[Sysctl::UnprivilegedPortStart] && base.user != 0)
    return fail(Errno::ACCES);
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  if (connection.state != TcpState::Closed || base.local.port != 0) return fail(Errno::INVAL);
  std::uint16_t port = call.to.port;
  if (port == 0) {
    port = inet::choose_port_for_bind(step, socket, ip);
    if (port == 0) return fail(Errno::ADDRINUSE);
  } else if (const SocketId holder = inet::bind_conflict(world, socket, ip, port)) {
    step.obstacle = world.inet.sockets.read(holder).bound_record;
    return fail(Errno::ADDRINUSE);
  }
  base.local.ip = ip;
  base.address_by_program = !ip.is_wildcard();
  base.port_by_program = call.to.port != 0;
  inet::hold_port(step, socket, port, false,
                  call.to.port != 0 ? Reason::BoundByProgram : Reason::PortChosenForBind);
  return done(0);
}

}  // namespace sockarium::tcp
