// Internet addresses and endpoints. An address is 16 bytes; IPv4 addresses are held in their mapped form
// (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2), so that one type serves both families.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sockarium {

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const Address&, const Address&) = default;

  static Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  /// 0.0.0.0
  static Address any_v4() { return v4(0, 0, 0, 0); }
  /// 127.0.0.1
  static Address loopback_v4() { return v4(127, 0, 0, 1); }
  /// ::1
  static Address loopback_v6();

  bool is_v4() const;
  bool is_wildcard() const;   ///< 0.0.0.0 or ::
  bool is_loopback() const;   ///< 127.0.0.0/8 or ::1
  bool is_multicast() const;  ///< 224.0.0.0/4 or ff00::/8
  bool is_broadcast() const;  ///< 255.255.255.255
};

/// Reads «10.0.0.5».
std::optional<Address> parse_v4(std::string_view text);
/// Reads «2001:db8::5», «::1», «::ffff:10.0.0.5» (RFC 4291 section 2.2); zones («%eth0») are not read.
std::optional<Address> parse_v6(std::string_view text);
/// «10.0.0.5», or as RFC 5952 wants it: the longest run of zeros left out, small letters.
std::string to_string(const Address& address);
/// As a socket of that family shows it: for AF_INET6 an IPv4 address is «::ffff:10.0.0.5».
std::string to_string(const Address& address, bool ipv6);

/// An address and a port: one end of a connection.
struct Endpoint {
  Address ip;
  std::uint16_t port = 0;
  std::uint16_t reserved = 0;  ///< always 0: makes the size a multiple of four
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};
/// «10.0.0.5:80»; a wildcard and port 0 print as `ss` does: «0.0.0.0:*».
std::string to_string(const Endpoint& endpoint);
/// As a socket of that family shows it: «[::ffff:10.0.0.5]:80».
std::string to_string(const Endpoint& endpoint, bool ipv6);

}  // namespace sockarium
