#include "sim/inet/device.h"

#include "sim/world.h"

namespace sockarium::inet {

namespace {

bool touches(const wire::Link& link, NetId net) {
  return link.ends[0] == net || link.ends[1] == net;
}

}  // namespace

std::optional<LinkId> link_of_device(const World& world, NetId net, std::uint32_t index) {
  if (index == loopback_index) return LinkId{};
  std::uint32_t at = first_link_index;
  for (const LinkId id : ids(world.wire.links))
    if (touches(world.wire.links.read(id), net) && at++ == index) return id;
  return std::nullopt;
}

std::uint32_t device_of_link(const World& world, NetId net, LinkId link) {
  if (!link) return loopback_index;
  std::uint32_t index = first_link_index;
  for (const LinkId id : ids(world.wire.links)) {
    if (id == link) break;
    index += touches(world.wire.links.read(id), net) ? 1 : 0;
  }
  return index;
}

LinkId link_of_address(const World& world, NetId net, const Address& address) {
  if (address.is_loopback()) return {};
  std::uint32_t before = 0;
  for (InterfaceId id = world.inet.nets.read(net).first_interface; id;
       id = world.inet.interfaces.read(id).next) {
    const Address& other = world.inet.interfaces.read(id).address;
    if (other == address) break;
    before += other.is_v4() && !other.is_loopback() ? 1 : 0;
  }
  LinkId found;
  for (const LinkId id : ids(world.wire.links)) {
    if (!touches(world.wire.links.read(id), net)) continue;
    found = id;
    if (before-- == 0) break;
  }
  return found;
}

std::string device_name(std::uint32_t index) {
  if (index == 0) return "any";
  return index == loopback_index ? "lo" : "eth" + std::to_string(index - first_link_index);
}

std::uint32_t device_index(std::string_view name) {
  constexpr std::size_t digits_most = 5;
  if (name == "lo") return loopback_index;
  if (name.substr(0, 3) != "eth" || name.size() == 3 || name.size() > 3 + digits_most) return 0;
  std::uint32_t number = 0;
  for (const char digit : name.substr(3)) {
    if (digit < '0' || digit > '9') return 0;
    number = number * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  return device_name(number + first_link_index) == name ? number + first_link_index : 0;
}

wire::Mac mac_of_device(const World& world, NetId net, LinkId link) {
  if (!link) return {};
  const wire::Link& wire = world.wire.links.read(link);
  return wire::mac_of(wire.number, wire.ends[0] == net ? 0 : 1);
}

}  // namespace sockarium::inet
