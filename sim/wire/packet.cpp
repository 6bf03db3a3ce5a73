#include "sim/wire/packet.h"

#include <array>
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
  const std::uint32_t ip_header = packet.from.ip.is_v4() ? 20 : 40;
  constexpr std::uint32_t udp_header = 8, icmp_header = 8;
  if (packet.fragment_offset != 0) return ip_header + packet.payload.length;
  if (packet.protocol == UDP) return ip_header + udp_header + packet.payload.length;
  if (packet.protocol == ICMP && !packet.is_icmp_error())
    return ip_header + icmp_header + packet.payload.length;
  if (packet.protocol == ICMP)  // it quotes the headers of what it answers, of TCP eight bytes
    return ip_header + icmp_header + ip_header + udp_header + packet.payload.length;
  return ip_header + 20 + options_size(packet.options, packet.flags) + packet.payload.length;
}

std::string_view protocol_name(std::uint8_t protocol) {
  return protocol == UDP ? "UDP" : protocol == ICMP ? "ICMP" : "TCP";
}

std::string icmp_name(std::uint8_t type, std::uint8_t code) {
  static constexpr std::array<std::string_view, 16> unreachable{"net unreachable",
                                                                "host unreachable",
                                                                "protocol unreachable",
                                                                "port unreachable",
                                                                "fragmentation needed",
                                                                "source route failed",
                                                                "net unknown",
                                                                "host unknown",
                                                                "source isolated",
                                                                "net prohibited",
                                                                "host prohibited",
                                                                "net unreachable for TOS",
                                                                "host unreachable for TOS",
                                                                "admin prohibited",
                                                                "host precedence violation",
                                                                "precedence cutoff"};
  if (type == icmp_unreachable && code < unreachable.size()) return std::string(unreachable[code]);
  if (type == icmp_time_exceeded) return code == 0 ? "time exceeded" : "reassembly time exceeded";
  if (type == icmp_parameter_problem) return "parameter problem";
  if (type == icmp_redirect) return "redirect";
  if (type == icmp_echo && code == 0) return "echo request";
  if (type == icmp_echo_reply && code == 0) return "echo reply";
  return "type " + std::to_string(type) + ", code " + std::to_string(code);
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
