// Who listens on a name (address and port)? A listener bound to the very address comes before one of the
// wildcard. Several sockets of one name (SO_REUSEPORT) form a group, and a hash of a connection's four
// numbers chooses among them: always the same one while the group stays as it is. Linux inet_lookup_listener,
// reuseport_select_sock, reciprocal_scale.
//
// Left out: programs of SO_ATTACH_REUSEPORT_CBPF and _EBPF.
#pragma once

#include "sim/core/address.h"
#include "sim/core/id.h"

namespace sockarium {
struct World;
}

namespace sockarium::inet {

/// Enters a listening socket under its local name, behind those that are there.
void enter_listener(World& world, SocketId socket);
/// Takes it out; the last of its group takes its place (Linux reuseport_detach_sock).
void leave_listener(World& world, SocketId socket);
/// The listener for what comes from `peer` to `local`, or none.
SocketId find_listener(const World& world, NetId net, const Endpoint& local, const Endpoint& peer);
/// The same, only among those that listen on exactly the name `name`.
SocketId choose_listener(const World& world, NetId net, const Endpoint& name, const Endpoint& local,
                         const Endpoint& peer);
/// How many sockets listen on the name of this listener, itself included.
std::uint64_t group_size(const World& world, SocketId listener);

}  // namespace sockarium::inet
