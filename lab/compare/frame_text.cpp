#include "lab/compare/frame_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "sim/inet/device.h"
#include "sim/wire/ethernet.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::compare {

namespace {

constexpr std::uint32_t shown = 64;  // bytes of a payload

std::string packet_text(const wire::Packet& p, const SpokenNames& names, const ByteStore& bytes) {
  const bool ends = p.protocol == wire::TCP || (p.protocol == wire::UDP && !p.is_fragment());
  std::string text = fmt::format("{} {} > {}", wire::protocol_name(p.protocol),
                                 ends ? names.end(p.from) : to_string(p.from.ip),
                                 ends ? names.end(p.to) : to_string(p.to.ip));
  if (p.protocol == wire::TCP) text += " " + wire::tcpdump_flags(p.flags);
  if (p.is_icmp()) text += fmt::format(" type {} code {}", p.icmp.type, p.icmp.code);
  if (p.is_fragment()) text += fmt::format(" fragment at {}", p.fragment_offset);
  return text + fmt::format(" len {} ttl {} \"{}\"", p.payload.length, p.ttl,
                            bytes.text(p.payload.slice(0, std::min(p.payload.length, shown))));
}

std::string hex(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

/// The beginning of what can't be read as a packet: of IPv4's header without identification and checksum, and
/// nothing of what lies behind it.
std::string cut_text(std::string ip) {
  constexpr std::size_t header = 20;
  ip.resize(std::min(ip.size(), header));
  for (const std::size_t own : {4, 5, 10, 11})
    if (own < ip.size()) ip[own] = '\0';
  return "cut: " + hex(ip);
}

}  // namespace

std::string device_text(const SysResult& result) {
  const FrameName& frame = result.frame;
  return fmt::format(" {}, type {}, protocol {:#x}, hardware {}, {} bytes {:02x}",
                     inet::device_name(result.number), frame.type, frame.protocol, frame.hardware,
                     frame.address_length, fmt::join(frame.address, ":"));
}

std::string frame_text(const SysResult& result, const SpokenNames& names, const ByteStore& bytes) {
  const std::string text = bytes.text(result.data);
  const int version = static_cast<unsigned char>(text[0]) >> 4;
  const std::size_t skip = version == 4 || version == 6 ? 0 : std::min(text.size(), wire::ethernet_header);
  const std::string ip = text.substr(skip);
  ByteStore own;
  const std::span frame(reinterpret_cast<const std::uint8_t*>(ip.data()), ip.size());
  const auto packet = wire::from_wire(frame, own, wire::Checksums::Ignored);
  return fmt::format("{} {}[{}]{}{}", result.value, skip > 0 ? hex(text.substr(0, skip)) + " " : "",
                     packet ? packet_text(*packet, names, own) : cut_text(ip), device_text(result),
                     result.flags != 0 ? fmt::format(" flags {:#x}", result.flags) : "");
}

}  // namespace sockarium::compare
