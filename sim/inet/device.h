// The network devices of a namespace: «lo», whose index is 1, and one for each of its links, «eth0», «eth1»,
// … with the indices 2, 3, … in the order of the links. A host's first address of IPv4 lies on eth0, its
// second on eth1, and so on; what is left over on its last link, and without a link on lo. netdevice(7);
// Linux dev_get_by_index, ip_dev_find.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/core/id.h"
#include "sim/wire/ethernet.h"

namespace sockarium {
struct World;
}
namespace sockarium::wire {
struct Link;
struct Packet;
}  // namespace sockarium::wire

namespace sockarium::inet {

inline constexpr std::uint32_t loopback_index = 1, first_link_index = 2;
/// A link that takes less, bytes, has no IPv6 (RFC 8200 5).
inline constexpr std::uint64_t least_mtu_v6 = 1280;

/// The link behind an index, none behind `loopback_index`; nothing where no device has it.
std::optional<LinkId> link_of_device(const World& world, NetId net, std::uint32_t index);
/// The index of the device at a link's end in this namespace. `link`: none for loopback.
std::uint32_t device_of_link(const World& world, NetId net, LinkId link);
/// The link on whose device an own address of IPv4 lies; none: on loopback.
LinkId link_of_address(const World& world, NetId net, const Address& address);
/// «lo», «eth0»; index 0, no device at all: «any».
std::string device_name(std::uint32_t index);
/// The index that a name like «eth0» stands for on every host; 0: it is no such name.
std::uint32_t device_index(std::string_view name);
/// Its hardware address; of loopback zeros.
wire::Mac mac_of_device(const World& world, NetId net, LinkId link);

}  // namespace sockarium::inet
