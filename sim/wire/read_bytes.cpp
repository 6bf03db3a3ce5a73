// Reading a packet from its bytes: see header_bytes.h.
#include <algorithm>

#include "sim/wire/header_bytes.h"
#include "sim/wire/header_layout.h"

namespace sockarium::wire {

using namespace layout;

namespace {

constexpr std::size_t quoted_least = 8;  // what an ICMP error repeats at least behind the IP header (RFC 792)

bool read_options(std::span<const std::uint8_t> in, Options& options) {
  for (std::size_t at = 0; at < in.size();) {
    const std::uint8_t kind = in[at];
    if (kind == End) return true;
    if (kind == Nop) {
      ++at;
      continue;
    }
    if (at + 1 >= in.size()) return false;
    const std::size_t size = in[at + 1];
    if (size < 2 || at + size > in.size()) return false;
    if (kind == Mss && size == 4) options.mss = get16(in, at + 2);
    if (kind == WindowScale && size == 3) {
      options.window_scale = in[at + 2];
      options.has_window_scale = true;
    }
    if (kind == SackPermitted && size == 2) options.sack_permitted = true;
    if (kind == Timestamps && size == 10) {
      options.timestamp = get32(in, at + 2);
      options.echo = get32(in, at + 6);
      options.has_timestamps = true;
    }
    at += size;
  }
  return true;
}

Address address_at(std::span<const std::uint8_t> in, std::size_t at, bool v4) {
  if (v4) return Address::v4(in[at], in[at + 1], in[at + 2], in[at + 3]);
  Address address;
  std::copy(in.begin() + static_cast<std::ptrdiff_t>(at), in.begin() + static_cast<std::ptrdiff_t>(at) + 16,
            address.bytes.begin());
  return address;
}

/// A packet without its payload, which is `payload` of the frame.
struct Parsed {
  Packet packet;
  std::span<const std::uint8_t> payload;
};

/// An IP header, and what lies behind it.
struct Carried {
  Endpoint from, to;  ///< without ports
  std::uint8_t protocol = 0, hops = 64;
  std::uint32_t id = 0;
  std::uint16_t fragment = 0;  ///< as in the header of IPv4: bits and place
  std::span<const std::uint8_t> addresses, body;

  bool is_fragment() const { return (fragment & 0x3fff) != 0; }
};

/// What the fragment header of IPv6 says, where there is one (RFC 8200 4.5). False: it is cut off.
bool read_fragment_header(Carried& carried) {
  if (carried.protocol != ipv6_fragment) return true;
  if (carried.body.size() < fragment_header) return false;
  const std::uint16_t place = get16(carried.body, 2);
  carried.protocol = carried.body[0];
  carried.fragment = static_cast<std::uint16_t>(place >> 3 | ((place & 1) != 0 ? 0x2000 : 0));
  carried.id = get32(carried.body, 4);
  carried.body = carried.body.subspan(fragment_header);
  return true;
}

/// `whole`: the body may not be shorter than the header says.
std::optional<Carried> parse_ip(std::span<const std::uint8_t> frame, bool whole) {
  if (frame.empty()) return std::nullopt;
  const bool v4 = frame[0] >> 4 == 4;
  if (!v4 && frame[0] >> 4 != 6) return std::nullopt;
  if (frame.size() < (v4 ? ipv4_header : ipv6_header)) return std::nullopt;
  const std::size_t header = v4 ? (frame[0] & 0xfu) * 4u : ipv6_header;
  const std::size_t total = v4 ? get16(frame, 2) : ipv6_header + get16(frame, 4);
  if (header < (v4 ? ipv4_header : ipv6_header) || header > frame.size() || total < header ||
      (whole && total > frame.size()))
    return std::nullopt;
  if (v4 && whole && checksum(frame.first(header)) != 0) return std::nullopt;
  Carried carried;
  if (v4) {
    carried.id = get16(frame, 4);
    carried.fragment = get16(frame, 6);
  }
  carried.hops = v4 ? frame[8] : frame[7];
  carried.protocol = v4 ? frame[9] : frame[6];
  carried.from.ip = address_at(frame, v4 ? 12 : 8, v4);
  carried.to.ip = address_at(frame, v4 ? 16 : 24, v4);
  carried.addresses = frame.subspan(v4 ? 12 : 8, v4 ? 8 : 32);
  carried.body = frame.subspan(header, std::min(total, frame.size()) - header);
  if (v4) return carried;
  if (!read_fragment_header(carried)) return std::nullopt;
  if (carried.protocol == icmpv6)
    carried.protocol = ICMP;
  else if (carried.protocol == ICMP)
    return std::nullopt;  // IPv4's
  return carried;
}

bool read_tcp(std::span<const std::uint8_t> body, Parsed& parsed) {
  if (body.size() < tcp_header) return false;
  const std::size_t data = (body[12] >> 4) * 4u;
  if (data < tcp_header || data > body.size()) return false;
  Packet& packet = parsed.packet;
  packet.from.port = get16(body, 0);
  packet.to.port = get16(body, 2);
  packet.seq = Seq{get32(body, 4)};
  packet.ack = Seq{get32(body, 8)};
  packet.flags = body[13] & 0x3f;
  packet.window = get16(body, 14);
  if (packet.has(URG)) packet.urgent = get16(body, 18);
  if (!read_options(body.subspan(tcp_header, data - tcp_header), packet.options)) return false;
  parsed.payload = body.subspan(data);
  return true;
}

bool read_udp(std::span<const std::uint8_t> body, Parsed& parsed) {
  if (body.size() < udp_header || get16(body, 4) != body.size()) return false;
  parsed.packet.from.port = get16(body, 0);
  parsed.packet.to.port = get16(body, 2);
  parsed.payload = body.subspan(udp_header);
  return true;
}

bool read_icmp(std::span<const std::uint8_t> body, Parsed& parsed) {
  Packet& packet = parsed.packet;
  Icmp& icmp = packet.icmp;
  if (body.size() < icmp_header) return false;
  const bool v4 = packet.from.ip.is_v4();
  icmp.type = body[0];
  icmp.code = body[1];
  if (!is_icmp_error(icmp.type, v4)) {
    icmp.protocol = 0;
    icmp.id = get16(body, 4);
    icmp.number = get16(body, 6);
    parsed.payload = body.subspan(icmp_header);
    return true;
  }
  const auto quoted = parse_ip(body.subspan(icmp_header), false);
  if (!quoted || (quoted->fragment & 0x1fff) != 0 || quoted->body.size() < quoted_least ||
      (quoted->protocol != UDP && quoted->protocol != TCP && quoted->protocol != ICMP))
    return false;
  icmp.mtu = get16(body, 6);
  icmp.protocol = quoted->protocol;
  if (quoted->protocol == ICMP) {
    icmp.from = {quoted->from.ip, 0, 0};
    icmp.to = {quoted->to.ip, 0, 0};
    icmp.id = get16(quoted->body, 4);
    icmp.number = get16(quoted->body, 6);
    parsed.payload = quoted->body.subspan(icmp_header);
    return true;
  }
  icmp.from = {quoted->from.ip, get16(quoted->body, 0), 0};
  icmp.to = {quoted->to.ip, get16(quoted->body, 2), 0};
  if (quoted->protocol == TCP) {
    icmp.seq = Seq{get32(quoted->body, 4)};
    return true;
  }
  packet.from.port = icmp.to.port;
  packet.to.port = icmp.from.port;
  parsed.payload = quoted->body.subspan(udp_header);
  return true;
}

/// A part of a datagram of UDP or of an echo. Only the first knows ports, and how long the datagram is.
std::optional<Parsed> fragment_of(const Carried& carried, Parsed parsed) {
  Packet& packet = parsed.packet;
  const auto& body = carried.body;
  if (carried.protocol != UDP && carried.protocol != ICMP) return std::nullopt;
  packet.fragment_id = carried.id;
  packet.icmp.protocol = 0;
  packet.fragment_offset = static_cast<std::uint16_t>((carried.fragment & 0x1fff) * 8);
  if ((carried.fragment & 0x2000) != 0) packet.fragment_bits = more_fragments;
  parsed.payload = body;
  if (packet.fragment_offset != 0) return parsed;
  if (body.size() < udp_header) return std::nullopt;
  parsed.payload = body.subspan(udp_header);
  if (carried.protocol == UDP) {
    packet.from.port = get16(body, 0);
    packet.to.port = get16(body, 2);
  } else {
    packet.icmp.type = body[0];
    packet.icmp.code = body[1];
    packet.icmp.id = get16(body, 4);
    packet.icmp.number = get16(body, 6);
  }
  return parsed;
}

std::optional<Parsed> parse(std::span<const std::uint8_t> frame, Checksums checksums) {
  const auto carried = parse_ip(frame, true);
  if (!carried) return std::nullopt;
  const bool v4 = carried->from.ip.is_v4();
  const auto& body = carried->body;
  Parsed parsed;
  parsed.packet.from = carried->from;
  parsed.packet.to = carried->to;
  parsed.packet.protocol = carried->protocol;
  parsed.packet.ttl = carried->hops;
  if (carried->is_fragment()) return fragment_of(*carried, parsed);
  if (v4 && (carried->fragment & 0x4000) == 0) parsed.packet.fragment_bits = may_fragment;
  const bool understood = carried->protocol == TCP    ? read_tcp(body, parsed)
                          : carried->protocol == UDP  ? read_udp(body, parsed)
                          : carried->protocol == ICMP ? read_icmp(body, parsed)
                                                      : false;
  if (!understood) return std::nullopt;
  const std::uint32_t start =
      covers_addresses(carried->protocol, v4)
          ? pseudo_header(carried->addresses, number_of(carried->protocol, v4), body.size())
          : 0;
  const bool none = carried->protocol == UDP && v4 && get16(body, 6) == 0;  // RFC 768: the sender made none
  if (checksums == Checksums::Checked && !none && checksum(body, start) != 0) return std::nullopt;
  return parsed;
}

}  // namespace

std::optional<Packet> from_wire(std::span<const std::uint8_t> frame, ByteStore& bytes, Checksums checksums) {
  std::optional<Parsed> parsed = parse(frame, checksums);
  if (!parsed) return std::nullopt;
  const auto payload = parsed->payload;
  if (!payload.empty())
    parsed->packet.payload = bytes.intern({reinterpret_cast<const char*>(payload.data()), payload.size()});
  return parsed->packet;
}

std::optional<Packet> from_wire(const Bytes& frame, const ByteStore& bytes, Checksums checksums) {
  const std::string text = bytes.text(frame);
  const std::span all(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  std::optional<Parsed> parsed = parse(all, checksums);
  if (!parsed) return std::nullopt;
  if (!parsed->payload.empty())
    parsed->packet.payload = frame.slice(static_cast<std::uint32_t>(parsed->payload.data() - all.data()),
                                         static_cast<std::uint32_t>(parsed->payload.size()));
  return parsed->packet;
}

void corrupt(std::span<std::uint8_t> frame) {
  const auto carried = parse_ip(frame, true);
  if (!carried || carried->body.size() < udp_header) return;
  frame[static_cast<std::size_t>(carried->body.data() - frame.data()) + carried->body.size() - 1] ^= 1;
}

}  // namespace sockarium::wire
