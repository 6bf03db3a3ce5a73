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

Address Address::loopback_v6() {
  Address one;
  one.bytes[15] = 1;
  return one;
}

bool Address::is_v4() const {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

bool Address::is_wildcard() const {
  return *this == any_v4() || *this == Address{};
}

bool Address::is_loopback() const {
  return is_v4() ? bytes[12] == 127 : *this == loopback_v6();
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

std::optional<Address> parse_v6(std::string_view text) {
  std::array<std::uint8_t, 16> before{}, after{};  // the bytes before and behind «::»
  std::size_t count = 0, behind = 0;
  bool gap = false;
  std::size_t at = 0;
  if (text.substr(0, 2) == "::") {
    gap = true;
    at = 2;
  }
  while (at < text.size()) {
    std::array<std::uint8_t, 16>& part = gap ? after : before;
    std::size_t& used = gap ? behind : count;
    std::size_t end = text.find(':', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view group = text.substr(at, end - at);
    if (group.find('.') != std::string_view::npos) {  // the last 32 bits in IPv4's manner
      const auto v4 = parse_v4(group);
      if (!v4 || end != text.size() || count + behind > 12) return std::nullopt;
      std::copy(v4->bytes.begin() + 12, v4->bytes.end(), part.begin() + static_cast<std::ptrdiff_t>(used));
      used += 4;
      break;
    }
    unsigned value = 0;
    const auto [last, error] = std::from_chars(group.data(), group.data() + group.size(), value, 16);
    if (error != std::errc{} || last != group.data() + group.size() || group.size() > 4 ||
        count + behind > 14)
      return std::nullopt;
    part[used++] = static_cast<std::uint8_t>(value >> 8);
    part[used++] = static_cast<std::uint8_t>(value);
    if (end == text.size()) break;
    at = end + 1;
    if (at == text.size()) return std::nullopt;  // «1:» ends in the middle
    if (text[at] == ':') {
      if (gap) return std::nullopt;
      gap = true;
      ++at;
    }
  }
  if (gap ? count + behind > 14 : count != 16) return std::nullopt;
  Address address;
  address.bytes = before;
  std::copy(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(behind),
            address.bytes.end() - static_cast<std::ptrdiff_t>(behind));
  return address;
}

std::string to_string(const Address& a) {
  return to_string(a, false);
}

std::string to_string(const Address& a, bool ipv6) {
  if (a.is_v4())
    return fmt::format("{}{}.{}.{}.{}", ipv6 ? "::ffff:" : "", a.bytes[12], a.bytes[13], a.bytes[14],
                       a.bytes[15]);
  std::array<unsigned, 8> group{};
  for (std::size_t i = 0; i < 8; ++i) group[i] = a.bytes[2 * i] * 256u + a.bytes[2 * i + 1];
  // RFC 5952 4.2: the longest run of two or more zeros, the first of equals.
  std::size_t gap = 8, longest = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t run = 0;
    while (i + run < 8 && group[i + run] == 0) ++run;
    if (run > longest) {
      gap = i;
      longest = run;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < 8;) {
    if (i == gap) {
      text += "::";
      i += longest;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += fmt::format("{:x}", group[i++]);
  }
  return text;
}

std::string to_string(const Endpoint& endpoint) {
  return to_string(endpoint, false);
}

std::string to_string(const Endpoint& endpoint, bool ipv6) {
  const std::string port = endpoint.port == 0 ? "*" : std::to_string(endpoint.port);
  const std::string ip = to_string(endpoint.ip, ipv6);
  return endpoint.ip.is_v4() && !ipv6 ? ip + ":" + port : "[" + ip + "]:" + port;
}

}  // namespace sockarium
