// Numbers into bytes and back, as the structs of C have them: what the files of this room share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/core/address.h"

namespace sockarium::netlink {

class Packer {
 public:
  Packer& u8(std::uint8_t value);
  Packer& u16(std::uint16_t value);
  Packer& u32(std::uint32_t value);
  Packer& u64(std::uint64_t value);
  Packer& port(std::uint16_t value);  ///< in the network's order
  /// Sixteen bytes, of which an address of IPv4 takes the first four.
  Packer& address(const Address& value, std::uint8_t family);
  Packer& text(std::string_view value);
  /// An attribute: its length, its type, its content, filled up to a multiple of four. Linux struct nlattr.
  Packer& attribute(std::uint16_t type, std::string_view content);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads from the front. What is not there any more reads as 0, and `whole` tells it.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  std::uint16_t port();
  Address address(std::uint8_t family);
  std::string_view text(std::size_t size);
  bool whole() const { return whole_; }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
  bool whole_ = true;
};

struct Attribute {
  std::uint16_t type = 0;
  std::string_view content;
};
/// The next attribute, taken from the front of `left`; type 0xffff: there is none.
Attribute next_attribute(std::string_view& left);

constexpr std::size_t filled_up(std::size_t size) {
  return (size + 3) / 4 * 4;
}

}  // namespace sockarium::netlink
