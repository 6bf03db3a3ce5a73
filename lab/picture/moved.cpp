// See moved.h.
#include "lab/picture/moved.h"

#include <algorithm>

namespace sockarium::picture {

std::vector<std::uint32_t> moved_sockets(const World& from, const World& to) {
  std::vector<std::uint32_t> places;
  from.inet.sockets.differing(to.inet.sockets, [&](std::uint32_t place) { places.push_back(place); });
  const auto owners = [&](const auto& before, const auto& after) {
    each_differing(before, after, [&](auto id) { places.push_back(before.read(id).socket.index); });
    each_differing(after, before, [&](auto id) { places.push_back(after.read(id).socket.index); });
  };
  owners(from.tcp.connections, to.tcp.connections);
  owners(from.tcp.time_waits, to.tcp.time_waits);
  owners(from.udp.sockets, to.udp.sockets);
  owners(from.unix.sockets, to.unix.sockets);
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

}  // namespace sockarium::picture
