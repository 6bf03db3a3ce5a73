#include "sim/wire/packet.h"

#include <string_view>

namespace sockarium::wire {

std::uint32_t options_size(const Options& options, std::uint8_t flags) {
  std::uint32_t size = 0;
  if ((flags & SYN) != 0 && options.mss != 0) size += 4;
  if (options.has_timestamps) size += (options.sack_permitted && (flags & SYN) != 0) ? 10 : 12;
  if ((flags & SYN) != 0 && options.sack_permitted) size += options.has_timestamps ? 2 : 4;
  if ((flags & SYN) != 0 && options.has_window_scale) size += 4;
  return (size + 3) / 4 * 4;
}

std::uint32_t wire_size(const Packet& packet) {
  constexpr std::uint32_t udp_header = 8, icmp_header = 8, fragment_header = 8;
  const bool v4 = packet.from.ip.is_v4();
  const std::uint32_t ip_header = (v4 ? 20 : 40) + (!v4 && packet.is_fragment() ? fragment_header : 0);
  if (packet.fragment_offset != 0) return ip_header + packet.payload.length;
  if (packet.protocol == UDP) return ip_header + udp_header + packet.payload.length;
  if (packet.protocol == ICMP && (packet.is_fragment() || !packet.is_icmp_error()))
    return ip_header + icmp_header + packet.payload.length;
  if (packet.protocol == ICMP)  // it quotes the headers of what it answers, of TCP eight bytes
    return ip_header + icmp_header + ip_header + udp_header + packet.payload.length;
  return ip_header + 20 + options_size(packet.options, packet.flags) + packet.payload.length;
}

std::string_view protocol_name(std::uint8_t protocol) {
  return protocol == UDP ? "UDP" : protocol == ICMP ? "ICMP" : "TCP";
}

bool says(const Packet& packet, IcmpError error) {
  const IcmpNumbers numbers = numbers_of(error, packet.by_v4());
  return packet.is_icmp() && packet.icmp.type == numbers.type && packet.icmp.code == numbers.code;
}

std::string icmp_name(const Packet& packet) {
  return icmp_name(packet.icmp.type, packet.icmp.code, packet.by_v4());
}

std::string flag_names(std::uint8_t flags) {
  std::string text;
  const auto add = [&](Flag flag, const char* word) {
    if ((flags & flag) == 0) return;
    if (!text.empty()) text += ",";
    text += word;
  };
  add(SYN, "SYN");
  add(FIN, "FIN");
  add(RST, "RST");
  add(PSH, "PSH");
  add(ACK, "ACK");
  add(URG, "URG");
  return text.empty() ? "none" : text;
}

std::string tcpdump_flags(std::uint8_t flags) {
  std::string text = "[";
  if ((flags & FIN) != 0) text += "F";
  if ((flags & SYN) != 0) text += "S";
  if ((flags & RST) != 0) text += "R";
  if ((flags & PSH) != 0) text += "P";
  if ((flags & ACK) != 0) text += ".";
  if ((flags & URG) != 0) text += "U";
  return (text.size() == 1 ? text + "none" : text) + "]";
}

}  // namespace sockarium::wire
