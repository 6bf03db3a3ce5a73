#include "sim/inet/groups.h"

#include "sim/inet/device.h"
#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

namespace {

constexpr std::size_t memberships_most = 20;  // net.ipv4.igmp_max_memberships

/// The interface that a request names: OK and the link, or none for loopback; ENODEV. Linux ip_mc_find_dev.
struct Place {
  Errno error = Errno::OK;
  LinkId link;
};
Place place_of(const World& world, NetId net, const Address& group, std::int64_t interface) {
  Place place;
  if (interface != 0) {
    const Address address = address_in(interface);
    if (is_local(world, net, address))
      place.link = link_of_address(world, net, address);
    else
      place.error = Errno::NODEV;
    return place;
  }
  const auto path = route(world, net, group);
  if (path)
    place.link = path->link;
  else
    place.error = Errno::NODEV;
  return place;
}

/// The same for IPv6, whose interfaces have numbers; 0: where the way to the group leads. Linux
/// ipv6_sock_mc_join.
Place place_of_v6(const World& world, NetId net, const Address& group, std::int64_t number) {
  Place place;
  const auto path = number == 0 ? route(world, net, group)
                                : way_by_interface(world, net, static_cast<std::uint32_t>(number));
  if (path)
    place.link = path->link;
  else
    place.error = Errno::NODEV;
  return place;
}

struct Wish {
  Address group;
  Place place;
  bool anywhere = false;  ///< no interface was named
};
Wish wish_of(const World& world, NetId net, const sys::Setsockopt& call) {
  const bool v6 = call.option == Option::JoinGroup6 || call.option == Option::LeaveGroup6;
  Wish wish;
  wish.group = v6 ? call.group : address_in(call.value);
  wish.anywhere = v6 && call.value == 0;
  wish.place =
      v6 ? place_of_v6(world, net, wish.group, call.value) : place_of(world, net, wish.group, call.second);
  return wish;
}

/// A group of IPv4 in the form of IPv6 is none.
bool is_mapped(const sys::Setsockopt& call, const Address& group) {
  return (call.option == Option::JoinGroup6 || call.option == Option::LeaveGroup6) && group.is_v4();
}

/// Groups in which every host is, or every router, without a program's asking.
bool is_in_by_itself(const World& world, NetId net, const Address& group) {
  if (group.is_v4()) return group == Address::v4(224, 0, 0, 1);
  constexpr std::uint8_t nodes = 1, routers = 2;
  const std::uint8_t scope = group.bytes[1], number = group.bytes[15];
  Address small;
  small.bytes[0] = 0xff;
  small.bytes[1] = scope;
  small.bytes[15] = number;
  if (group != small) return false;
  if (number == nodes) return scope == 1 || scope == 2;
  return number == routers && (scope == 1 || scope == 2 || scope == 5) &&
         world.inet.nets.read(net).sysctls[Sysctl::Forwarding6] != 0;
}

}  // namespace

bool is_for_all(const Address& address) {
  return address.is_broadcast() || address == Address::v4(127, 255, 255, 255);
}

bool needs_interface(const Address& address) {
  constexpr std::uint8_t node_local = 1, link_local = 2, scope_bits = 0xf;
  const std::uint8_t scope = address.bytes[1] & scope_bits;
  return !address.is_v4() && address.is_multicast() && (scope == node_local || scope == link_local);
}

bool is_for_many(const Address& address) {
  return is_for_all(address) || address.is_multicast();
}

Address address_in(std::int64_t value) {
  const auto number = static_cast<std::uint32_t>(value);
  const auto byte = [&](int shift) { return static_cast<std::uint8_t>(number >> shift); };
  return Address::v4(byte(24), byte(16), byte(8), byte(0));
}

std::int64_t value_of(const Address& address) {
  std::int64_t value = 0;
  for (std::size_t i = 12; i < 16; ++i) value = value << 8 | address.bytes[i];
  return value;
}

Attempt try_join(World& world, SocketId socket, const sys::Setsockopt& call) {
  const SocketBase& base = world.inet.sockets.read(socket);
  const Wish wish = wish_of(world, base.net, call);
  if (!wish.group.is_multicast() || is_mapped(call, wish.group)) return fail(Errno::INVAL);
  if (wish.place.error != Errno::OK && !wish.anywhere) return fail(wish.place.error);
  Membership fresh;
  fresh.net = base.net;
  fresh.socket = socket;
  fresh.group = wish.group;
  fresh.link = wish.place.link;
  std::size_t count = 0;
  for (const MembershipId id : ids(world.inet.memberships)) {
    const Membership& known = world.inet.memberships.read(id);
    if (known.socket != socket || known.group.is_v4() != fresh.group.is_v4()) continue;
    ++count;
    if (known.group == fresh.group && (known.link == fresh.link || wish.anywhere))
      return fail(Errno::ADDRINUSE);
  }
  if (wish.place.error != Errno::OK) return fail(wish.place.error);
  if (fresh.group.is_v4() && count >= memberships_most) return fail(Errno::NOBUFS);
  world.inet.memberships.add(fresh);
  return done(0);
}

Attempt try_leave(World& world, SocketId socket, const sys::Setsockopt& call) {
  const SocketBase& base = world.inet.sockets.read(socket);
  const Wish wish = wish_of(world, base.net, call);
  if (call.option == Option::LeaveGroup6) {
    if (!wish.group.is_multicast() || is_mapped(call, wish.group)) return fail(Errno::INVAL);
    if (wish.place.error != Errno::OK && !wish.anywhere) return fail(Errno::ADDRNOTAVAIL);
  } else if (wish.place.error != Errno::OK) {
    return fail(wish.place.error);
  }
  for (const MembershipId id : ids(world.inet.memberships)) {
    const Membership& known = world.inet.memberships.read(id);
    if (known.socket != socket || known.group != wish.group) continue;
    if (known.link != wish.place.link && !wish.anywhere) continue;
    world.inet.memberships.remove(id);
    return done(0);
  }
  return fail(Errno::ADDRNOTAVAIL);
}

void leave_all(World& world, SocketId socket) {
  std::vector<MembershipId> own;
  for (const MembershipId id : ids(world.inet.memberships))
    if (world.inet.memberships.read(id).socket == socket) own.push_back(id);
  for (const MembershipId id : own) world.inet.memberships.remove(id);
}

bool stays_in_host(const Address& group) {
  constexpr std::uint8_t interface_local = 1, scope = 0xf;
  return !group.is_v4() && group.is_multicast() && (group.bytes[1] & scope) <= interface_local;
}

bool has_joined(const World& world, NetId net, const Address& group, LinkId link) {
  if (link && is_in_by_itself(world, net, group)) return true;
  for (const MembershipId id : ids(world.inet.memberships)) {
    const Membership& known = world.inet.memberships.read(id);
    if (known.net == net && known.group == group && known.link == link) return true;
  }
  return false;
}

bool takes_for_many(const World& world, NetId net, const wire::Packet& packet) {
  if (packet.to.ip.is_broadcast()) return true;
  return packet.to.ip.is_multicast() && has_joined(world, net, packet.to.ip, LinkId::from_raw(packet.link));
}

bool hears(const World& world, SocketId socket, const Address& group, LinkId link) {
  if (!group.is_multicast()) return true;
  for (const MembershipId id : ids(world.inet.memberships)) {
    const Membership& known = world.inet.memberships.read(id);
    if (known.socket == socket && known.group == group && (known.link == link || !group.is_v4())) return true;
  }
  const SocketBase& base = world.inet.sockets.read(socket);
  return group.is_v4() ? base.multicast_all : base.six.multicast_all;
}

}  // namespace sockarium::inet
