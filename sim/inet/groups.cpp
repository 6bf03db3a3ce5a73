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

}  // namespace

bool is_for_all(const Address& address) {
  return address.is_broadcast() || address == Address::v4(127, 255, 255, 255);
}

bool is_for_many(const Address& address) {
  return is_for_all(address) || (address.is_v4() && address.is_multicast());
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
  Membership fresh;
  fresh.net = base.net;
  fresh.socket = socket;
  fresh.group = address_in(call.value);
  if (!fresh.group.is_multicast()) return fail(Errno::INVAL);
  const Place place = place_of(world, base.net, fresh.group, call.second);
  if (place.error != Errno::OK) return fail(place.error);
  fresh.link = place.link;
  std::size_t count = 0;
  for (const MembershipId id : ids(world.inet.memberships)) {
    const Membership& known = world.inet.memberships.read(id);
    if (known.socket != socket) continue;
    ++count;
    if (known.group == fresh.group && known.link == fresh.link) return fail(Errno::ADDRINUSE);
  }
  if (count >= memberships_most) return fail(Errno::NOBUFS);
  world.inet.memberships.add(fresh);
  return done(0);
}

Attempt try_leave(World& world, SocketId socket, const sys::Setsockopt& call) {
  const SocketBase& base = world.inet.sockets.read(socket);
  const Address group = address_in(call.value);
  const Place place = place_of(world, base.net, group, call.second);
  if (place.error != Errno::OK) return fail(place.error);
  for (const MembershipId id : ids(world.inet.memberships)) {
    const Membership& known = world.inet.memberships.read(id);
    if (known.socket != socket || known.group != group || known.link != place.link) continue;
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

bool has_joined(const World& world, NetId net, const Address& group, LinkId link) {
  if (link && group == Address::v4(224, 0, 0, 1)) return true;
  for (const MembershipId id : ids(world.inet.memberships)) {
    const Membership& known = world.inet.memberships.read(id);
    if (known.net == net && known.group == group && known.link == link) return true;
  }
  return false;
}

bool takes_for_many(const World& world, NetId net, const wire::Packet& packet) {
  if (packet.to.ip.is_broadcast()) return true;
  return packet.to.ip.is_v4() && packet.to.ip.is_multicast() &&
         has_joined(world, net, packet.to.ip, LinkId::from_raw(packet.link));
}

bool hears(const World& world, SocketId socket, const Address& group, LinkId link) {
  if (!group.is_multicast()) return true;
  for (const MembershipId id : ids(world.inet.memberships)) {
    const Membership& known = world.inet.memberships.read(id);
    if (known.socket == socket && known.group == group && known.link == link) return true;
  }
  return world.inet.sockets.read(socket).multicast_all;
}

}  // namespace sockarium::inet
