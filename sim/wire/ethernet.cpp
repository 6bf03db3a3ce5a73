#include "sim/wire/ethernet.h"

#include <algorithm>

namespace sockarium::wire {

Mac mac_of(std::uint64_t link, std::size_t end) {
  return {2,
          0,
          0,
          static_cast<std::uint8_t>(link >> 8),
          static_cast<std::uint8_t>(link),
          static_cast<std::uint8_t>(end)};
}

Mac mac_for_many(const Address& to) {
  const auto& b = to.bytes;
  if (to.is_broadcast()) return {255, 255, 255, 255, 255, 255};
  if (!to.is_v4()) return {0x33, 0x33, b[12], b[13], b[14], b[15]};
  return {1, 0, 0x5e, static_cast<std::uint8_t>(b[13] & 0x7f), b[14], b[15]};
}

std::array<std::uint8_t, ethernet_header> ethernet_header_of(const Mac& to, const Mac& from,
                                                             std::uint16_t type) {
  std::array<std::uint8_t, ethernet_header> header{};
  std::copy(to.begin(), to.end(), header.begin());
  std::copy(from.begin(), from.end(), header.begin() + 6);
  header[12] = static_cast<std::uint8_t>(type >> 8);
  header[13] = static_cast<std::uint8_t>(type);
  return header;
}

}  // namespace sockarium::wire
