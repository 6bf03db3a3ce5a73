#include "sim/wire/header_bytes.h"

#include <algorithm>
#include <string_view>

namespace sockarium::wire {

namespace {

constexpr std::size_t ipv4_header = 20, ipv6_header = 40, tcp_header = 20, udp_header = 8, icmp_header = 8;
constexpr std::uint8_t icmpv6 = 58;  // IPv6 has an ICMP of its own
constexpr std::uint8_t port_unreachable_v6[] = {1, 4};
constexpr std::size_t quoted_least = 8;  // what an ICMP error repeats at least behind the IP header (RFC 792)

// Option kinds: RFC 9293 section 3.1, RFC 7323, RFC 2018.
enum Kind : std::uint8_t { End = 0, Nop = 1, Mss = 2, WindowScale = 3, SackPermitted = 4, Timestamps = 8 };

void put16(std::vector<std::uint8_t>& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
void put32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value);
}
std::uint16_t get16(std::span<const std::uint8_t> in, std::size_t at) {
  return static_cast<std::uint16_t>(in[at] << 8 | in[at + 1]);
}
std::uint32_t get32(std::span<const std::uint8_t> in, std::size_t at) {
  return std::uint32_t{get16(in, at)} << 16 | get16(in, at + 2);
}
void set16(std::vector<std::uint8_t>& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

/// In Linux's order (tcp_options_write): MSS, timestamps (SACK permitted takes the place of their padding),
/// scale.
void put_options(std::vector<std::uint8_t>& out, const Packet& packet) {
  const Options& options = packet.options;
  const bool syn = packet.has(SYN);
  if (syn && options.mss != 0) {
    out.insert(out.end(), {Mss, 4});
    put16(out, options.mss);
  }
  const bool sack = syn && options.sack_permitted;
  if (sack) out.insert(out.end(), {SackPermitted, 2});
  if (options.has_timestamps) {
    if (!sack) out.insert(out.end(), {Nop, Nop});
    out.insert(out.end(), {Timestamps, 10});
    put32(out, options.timestamp);
    put32(out, options.echo);
  } else if (sack) {
    out.insert(out.end(), {Nop, Nop});
  }
  if (syn && options.has_window_scale) out.insert(out.end(), {Nop, WindowScale, 3, options.window_scale});
}

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

/// The sum over the pseudo header: of TCP and UDP (RFC 9293 section 3.1), for IPv6 also of ICMP (RFC 8200
/// section 8.1). `addresses`: both, of either family.
std::uint32_t pseudo_header(std::span<const std::uint8_t> addresses, std::uint8_t protocol,
                            std::size_t bytes) {
  std::uint32_t sum = protocol + static_cast<std::uint32_t>(bytes);
  for (std::size_t at = 0; at < addresses.size(); at += 2) sum += get16(addresses, at);
  return sum;
}

Address address_at(std::span<const std::uint8_t> in, std::size_t at, bool v4) {
  if (v4) return Address::v4(in[at], in[at + 1], in[at + 2], in[at + 3]);
  Address address;
  std::copy(in.begin() + static_cast<std::ptrdiff_t>(at), in.begin() + static_cast<std::ptrdiff_t>(at) + 16,
            address.bytes.begin());
  return address;
}

}  // namespace

std::uint16_t checksum(std::span<const std::uint8_t> bytes, std::uint32_t sum) {
  std::uint64_t total = sum;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) total += get16(bytes, at);
  if (bytes.size() % 2 != 0) total += std::uint64_t{bytes.back()} << 8;
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
  return static_cast<std::uint16_t>(~total);
}

namespace {

std::uint8_t number_of(std::uint8_t protocol, bool v4) {
  return protocol == ICMP && !v4 ? icmpv6 : protocol;
}

/// What an IPv4 header says besides: which datagram it is a part of, the bits and the place of a fragment in
/// units of eight bytes, hops.
struct Rest {
  std::uint16_t id = 0, fragment = 0x4000;  ///< don't fragment
  std::uint8_t hops = 64;
};

Rest rest_of(const Packet& packet) {
  Rest rest;
  rest.id = packet.fragment_id;
  rest.hops = packet.ttl;
  if (packet.is_fragment() || (packet.fragment_bits & may_fragment) != 0)
    rest.fragment = static_cast<std::uint16_t>(packet.fragment_offset / 8);
  if ((packet.fragment_bits & more_fragments) != 0) rest.fragment |= 0x2000;
  return rest;
}

/// The IP header of a packet with `length` bytes behind it.
std::vector<std::uint8_t> ip_header_for(const Endpoint& from, const Endpoint& to, std::uint8_t protocol,
                                        std::size_t length, const Rest& rest = {}) {
  const bool v4 = from.ip.is_v4();
  const std::uint8_t number = number_of(protocol, v4);
  std::vector<std::uint8_t> out;
  if (v4) {
    out = {0x45, 0, 0, 0, 0, 0, 0, 0, rest.hops, number, 0, 0};
    set16(out, 2, static_cast<std::uint16_t>(ipv4_header + length));
    set16(out, 4, rest.id);
    set16(out, 6, rest.fragment);
  } else {
    out = {0x60, 0, 0, 0, 0, 0, number, rest.hops};
    set16(out, 4, static_cast<std::uint16_t>(length));
  }
  for (const Address& address : {from.ip, to.ip})
    out.insert(out.end(), address.bytes.begin() + (v4 ? 12 : 0), address.bytes.end());
  if (v4) set16(out, 10, checksum(out));
  return out;
}

std::vector<std::uint8_t> tcp_bytes(const Packet& packet, const std::string& payload) {
  std::vector<std::uint8_t> out;
  put16(out, packet.from.port);
  put16(out, packet.to.port);
  put32(out, packet.seq.value);
  put32(out, packet.ack.value);
  out.insert(out.end(), {0, packet.flags});
  put16(out, packet.window);
  put16(out, 0);  // checksum
  put16(out, packet.urgent);
  put_options(out, packet);
  out[12] = static_cast<std::uint8_t>(out.size() / 4 << 4);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

std::vector<std::uint8_t> udp_bytes(const Endpoint& from, const Endpoint& to, const std::string& payload) {
  std::vector<std::uint8_t> out;
  put16(out, from.port);
  put16(out, to.port);
  put16(out, static_cast<std::uint32_t>(udp_header + payload.size()));
  put16(out, 0);  // checksum
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

/// The echo of IPv6 has numbers of its own (RFC 4443 section 4).
constexpr std::uint8_t echo_v6 = 128, echo_reply_v6 = 129;
std::uint8_t icmp_type(std::uint8_t type, bool v4) {
  if (v4) return type;
  return type == icmp_echo ? echo_v6 : type == icmp_echo_reply ? echo_reply_v6 : type;
}

/// RFC 792: type, code, checksum, a word that only «fragmentation needed» uses (RFC 1191), and the head of
/// what it answers: of a segment the ports and the sequence number. «Port unreachable» has other numbers in
/// RFC 4443.
std::vector<std::uint8_t> icmp_bytes(const Packet& packet, const std::string& payload) {
  const Icmp& icmp = packet.icmp;
  const bool v4 = packet.from.ip.is_v4();
  if (!packet.is_icmp_error()) {
    std::vector<std::uint8_t> out{icmp_type(icmp.type, v4), icmp.code, 0, 0};
    put16(out, icmp.id);
    put16(out, icmp.number);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
  }
  std::vector<std::uint8_t> out{
      v4 ? icmp.type : port_unreachable_v6[0], v4 ? icmp.code : port_unreachable_v6[1], 0, 0, 0, 0};
  put16(out, icmp.mtu);
  const auto protocol = static_cast<std::uint8_t>(icmp.protocol);
  std::vector<std::uint8_t> head;
  if (protocol == UDP) {
    head = udp_bytes(icmp.from, icmp.to, payload);
  } else if (protocol == ICMP) {  // an echo request
    head = {icmp_echo, 0, 0, 0};
    put16(head, icmp.id);
    put16(head, icmp.number);
    head.insert(head.end(), payload.begin(), payload.end());
  } else {
    put16(head, icmp.from.port);
    put16(head, icmp.to.port);
    put32(head, icmp.seq.value);
  }
  const std::vector<std::uint8_t> header =
      ip_header_for(icmp.from, icmp.to, protocol, protocol == TCP ? tcp_header : head.size());
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), head.begin(), head.end());
  return out;
}

std::size_t checksum_place(std::uint8_t protocol) {
  return protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
}

/// Does the protocol's checksum cover the addresses?
bool covers_addresses(std::uint8_t protocol, bool v4) {
  return protocol != ICMP || !v4;
}

}  // namespace

namespace {

/// A fragment's bytes: the datagram is made, and the fragment's part cut out of it. The payload of a fragment
/// is a slice of its datagram's.
std::vector<std::uint8_t> fragment_to_wire(const Packet& packet, const ByteStore& bytes) {
  constexpr std::uint32_t header = 8;  // of UDP, of an echo
  const std::uint32_t before = packet.fragment_offset == 0 ? 0 : packet.fragment_offset - header;
  Packet datagram = packet;
  datagram.fragment_offset = 0;
  datagram.fragment_bits = may_fragment;
  if (packet.whole != 0) {
    datagram.payload.offset -= before;
    datagram.payload.length = packet.whole;
  }
  const std::vector<std::uint8_t> whole = to_wire(datagram, bytes);
  const std::size_t start = ipv4_header + (packet.whole != 0             ? packet.fragment_offset
                                           : packet.fragment_offset == 0 ? 0u
                                                                         : header);
  const std::size_t length = packet.payload.length + (packet.fragment_offset == 0 ? header : 0);
  std::vector<std::uint8_t> out =
      ip_header_for(packet.from, packet.to, packet.protocol, length, rest_of(packet));
  out.insert(out.end(), whole.begin() + static_cast<std::ptrdiff_t>(start),
             whole.begin() + static_cast<std::ptrdiff_t>(start + length));
  return out;
}

}  // namespace

std::vector<std::uint8_t> to_wire(const Packet& packet, const ByteStore& bytes) {
  const bool v4 = packet.from.ip.is_v4();
  if (packet.is_fragment() && v4) return fragment_to_wire(packet, bytes);
  const std::string payload = bytes.text(packet.payload);
  std::vector<std::uint8_t> body = packet.protocol == UDP    ? udp_bytes(packet.from, packet.to, payload)
                                   : packet.protocol == ICMP ? icmp_bytes(packet, payload)
                                                             : tcp_bytes(packet, payload);
  std::vector<std::uint8_t> out =
      ip_header_for(packet.from, packet.to, packet.protocol, body.size(), rest_of(packet));
  const auto addresses = std::span(out).subspan(v4 ? 12 : 8);
  const std::uint32_t start = covers_addresses(packet.protocol, v4)
                                  ? pseudo_header(addresses, number_of(packet.protocol, v4), body.size())
                                  : 0;
  const std::uint16_t sum = checksum(body, start);
  // UDP: 0 would mean that there is none (RFC 768).
  set16(body, checksum_place(packet.protocol), packet.protocol == UDP && sum == 0 ? 0xffff : sum);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

namespace {

/// A packet without its payload, which is `payload` of the frame.
struct Parsed {
  Packet packet;
  std::span<const std::uint8_t> payload;
};

/// An IP header, and what lies behind it.
struct Carried {
  Endpoint from, to;  ///< without ports
  std::uint8_t protocol = 0, hops = 64;
  std::uint16_t id = 0;
  std::uint16_t fragment = 0;  ///< as in the header: bits and place
  std::span<const std::uint8_t> addresses, body;

  bool is_fragment() const { return (fragment & 0x3fff) != 0; }
};

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
  carried.protocol = v4 ? frame[9] : frame[6] == icmpv6 ? std::uint8_t(ICMP) : frame[6];
  carried.from.ip = address_at(frame, v4 ? 12 : 8, v4);
  carried.to.ip = address_at(frame, v4 ? 16 : 24, v4);
  carried.addresses = frame.subspan(v4 ? 12 : 8, v4 ? 8 : 32);
  carried.body = frame.subspan(header, std::min(total, frame.size()) - header);
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
  const std::uint8_t type = v4                         ? body[0]
                            : body[0] == echo_v6       ? icmp_echo
                            : body[0] == echo_reply_v6 ? icmp_echo_reply
                                                       : icmp_unreachable;
  if (!is_icmp_error(type)) {
    icmp.type = type;
    icmp.code = body[1];
    icmp.protocol = 0;
    icmp.id = get16(body, 4);
    icmp.number = get16(body, 6);
    parsed.payload = body.subspan(icmp_header);
    return true;
  }
  if (!v4 && (body[0] != port_unreachable_v6[0] || body[1] != port_unreachable_v6[1])) return false;
  const auto quoted = parse_ip(body.subspan(icmp_header), false);
  if (!quoted || (quoted->fragment & 0x1fff) != 0 || quoted->body.size() < quoted_least ||
      (quoted->protocol != UDP && quoted->protocol != TCP && quoted->protocol != ICMP))
    return false;
  icmp.type = v4 ? body[0] : icmp_unreachable;
  icmp.code = v4 ? body[1] : icmp_port;
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
