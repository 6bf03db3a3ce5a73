#include "sim/netlink/pack.h"

#include <algorithm>

namespace sockarium::netlink {

namespace {

constexpr std::uint8_t inet6 = 10;

template <class Number>
void append(std::string& bytes, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

template <class Number>
Number number_in(std::string_view text) {
  Number value = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    value |= static_cast<Number>(static_cast<Number>(static_cast<std::uint8_t>(text[i])) << (8 * i));
  return value;
}

}  // namespace

Packer& Packer::u8(std::uint8_t value) {
  bytes_ += static_cast<char>(value);
  return *this;
}
Packer& Packer::u16(std::uint16_t value) {
  append(bytes_, value);
  return *this;
}
Packer& Packer::u32(std::uint32_t value) {
  append(bytes_, value);
  return *this;
}
Packer& Packer::u64(std::uint64_t value) {
  append(bytes_, value);
  return *this;
}
Packer& Packer::port(std::uint16_t value) {
  return u8(static_cast<std::uint8_t>(value >> 8)).u8(static_cast<std::uint8_t>(value));
}

Packer& Packer::address(const Address& value, std::uint8_t family) {
  const auto* bytes = reinterpret_cast<const char*>(value.bytes.data());
  if (family == inet6) return text({bytes, 16});
  return text({bytes + 12, 4}).text(std::string(12, '\0'));
}

Packer& Packer::text(std::string_view value) {
  bytes_ += value;
  return *this;
}

Packer& Packer::attribute(std::uint16_t type, std::string_view content) {
  constexpr std::size_t header = 4;
  u16(static_cast<std::uint16_t>(header + content.size())).u16(type).text(content);
  bytes_.resize(filled_up(bytes_.size()));
  return *this;
}

std::string_view Unpacker::text(std::size_t size) {
  whole_ = whole_ && size <= left_.size();
  const std::string_view taken = left_.substr(0, size);
  left_.remove_prefix(taken.size());
  return taken;
}
std::uint8_t Unpacker::u8() {
  return number_in<std::uint8_t>(text(1));
}
std::uint16_t Unpacker::u16() {
  return number_in<std::uint16_t>(text(2));
}
std::uint32_t Unpacker::u32() {
  return number_in<std::uint32_t>(text(4));
}
std::uint64_t Unpacker::u64() {
  return number_in<std::uint64_t>(text(8));
}
std::uint16_t Unpacker::port() {
  const std::uint16_t swapped = u16();
  return static_cast<std::uint16_t>(swapped << 8 | swapped >> 8);
}

Address Unpacker::address(std::uint8_t family) {
  const std::string_view bytes = text(16);
  Address value = family == inet6 ? Address{} : Address::any_v4();
  if (bytes.size() < 16) return value;
  if (family == inet6)
    std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
  else
    std::copy(bytes.begin(), bytes.begin() + 4, value.bytes.begin() + 12);
  return value;
}

Attribute next_attribute(std::string_view& left) {
  constexpr std::size_t header = 4;
  Unpacker in(left);
  const std::size_t length = in.u16();
  const std::uint16_t type = in.u16();
  if (!in.whole() || length < header || length > left.size()) {
    left = {};
    return {0xffff, {}};
  }
  const Attribute attribute{type, left.substr(header, length - header)};
  left.remove_prefix(std::min(filled_up(length), left.size()));
  return attribute;
}

}  // namespace sockarium::netlink
