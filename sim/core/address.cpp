#include "sim/core/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sockarium {

namespace {
constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
}

Address Address::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  Address address;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
  address.bytes[12] = a;
  address.bytes[13] = b;
  address.bytes[14] = c;
  address.bytes[15] = d;
  return address;
}

bool Address::is_v4() const {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

bool Address::is_wildcard() const {
  return *this == any_v4() || *this == Address{};
}

bool Address::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  Address one;
  one.bytes[15] = 1;
  return *this == one;
}

bool Address::is_multicast() const {
  return is_v4() ? bytes[12] >> 4 == 14 : bytes[0] == 0xff;
}

bool Address::is_broadcast() const {
  return *this == v4(255, 255, 255, 255);
}

std::optional<Address> parse_v4(std::string_view text) {
  std::array<std::uint8_t, 4> part{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (i > 0) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    unsigned value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || value > 255 || (*at == '0' && next != at + 1)) return std::nullopt;
    part[i] = static_cast<std::uint8_t>(value);
    at = next;
  }
  if (at != end) return std::nullopt;
  return Address::v4(part[0], part[1], part[2], part[3]);
}

std::string to_string(const Address& a) {
  if (a.is_v4()) return fmt::format("{}.{}.{}.{}", a.bytes[12], a.bytes[13], a.bytes[14], a.bytes[15]);
  if (a.is_wildcard()) return "::";
  if (a.is_loopback()) return "::1";
  std::string text;
  for (std::size_t i = 0; i < 16; i += 2)
    text += fmt::format("{}{:x}", i == 0 ? "" : ":", a.bytes[i] * 256 + a.bytes[i + 1]);
  return text;
}

std::string to_string(const Endpoint& endpoint) {
  const std::string port = endpoint.port == 0 ? "*" : std::to_string(endpoint.port);
  const std::string ip = to_string(endpoint.ip);
  return endpoint.ip.is_v4() ? ip + ":" + port : "[" + ip + "]:" + port;
}

}  // namespace sockarium
