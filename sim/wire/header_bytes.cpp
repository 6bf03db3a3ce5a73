#include "sim/wire/header_bytes.h"

#include <algorithm>

#include "sim/wire/header_layout.h"

namespace sockarium::wire {

using namespace layout;

std::uint16_t checksum(std::span<const std::uint8_t> bytes, std::uint32_t sum) {
  std::uint64_t total = sum;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) total += get16(bytes, at);
  if (bytes.size() % 2 != 0) total += std::uint64_t{bytes.back()} << 8;
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
  return static_cast<std::uint16_t>(~total);
}

namespace {

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

/// What the header says of fragments and hops. IPv6 has a header of its own for a fragment, and nothing where
/// a packet is whole: on the way it is never cut.
struct Rest {
  std::uint32_t id = 0;
  std::uint16_t place = 0;  ///< of a fragment, in units of eight bytes
  bool more = false, whole = true, may_be_cut = false;
  std::uint8_t hops = 64;
};

Rest rest_of(const Packet& packet) {
  Rest rest;
  rest.id = packet.fragment_id;
  rest.place = packet.fragment_offset / 8;
  rest.more = (packet.fragment_bits & more_fragments) != 0;
  rest.whole = !packet.is_fragment();
  rest.may_be_cut = (packet.fragment_bits & may_fragment) != 0;
  rest.hops = packet.ttl;
  return rest;
}

void put_ipv4(std::vector<std::uint8_t>& out, std::uint8_t protocol, std::size_t length, const Rest& rest) {
  constexpr std::uint16_t dont_fragment = 0x4000, more_follow = 0x2000;
  out = {0x45, 0, 0, 0, 0, 0, 0, 0, rest.hops, protocol, 0, 0};
  set16(out, 2, static_cast<std::uint16_t>(ipv4_header + length));
  set16(out, 4, static_cast<std::uint16_t>(rest.id));
  const bool fixed = rest.whole && !rest.may_be_cut;
  set16(out, 6,
        fixed ? dont_fragment : static_cast<std::uint16_t>(rest.place | (rest.more ? more_follow : 0)));
}

/// The IP header of a packet with `length` bytes behind it.
std::vector<std::uint8_t> ip_header_for(const Endpoint& from, const Endpoint& to, std::uint8_t protocol,
                                        std::size_t length, const Rest& rest = {}) {
  const bool v4 = from.ip.is_v4();
  const std::uint8_t number = number_of(protocol, v4);
  std::vector<std::uint8_t> out;
  if (v4) {
    put_ipv4(out, number, length, rest);
  } else {
    out = {0x60, 0, 0, 0, 0, 0, rest.whole ? number : ipv6_fragment, rest.hops};
    set16(out, 4, static_cast<std::uint16_t>(length + (rest.whole ? 0 : fragment_header)));
  }
  for (const Address& address : {from.ip, to.ip})
    out.insert(out.end(), address.bytes.begin() + (v4 ? 12 : 0), address.bytes.end());
  if (v4) set16(out, 10, checksum(out));
  if (!v4 && !rest.whole) {  // RFC 8200 4.5
    out.insert(out.end(), {number, 0});
    put16(out, static_cast<std::uint32_t>(rest.place << 3 | (rest.more ? 1 : 0)));
    put32(out, rest.id);
  }
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

/// Type, code, checksum, a word that only «too long» uses (RFC 1191; RFC 4443 3.2), and the head of what it
/// answers: of a segment the ports and the sequence number.
std::vector<std::uint8_t> icmp_bytes(const Packet& packet, const std::string& payload) {
  const Icmp& icmp = packet.icmp;
  const bool v4 = packet.from.ip.is_v4();
  std::vector<std::uint8_t> out{icmp.type, icmp.code, 0, 0};
  if (!packet.is_icmp_error()) {
    put16(out, icmp.id);
    put16(out, icmp.number);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
  }
  put32(out, icmp.mtu);
  const auto protocol = static_cast<std::uint8_t>(icmp.protocol);
  std::vector<std::uint8_t> head;
  if (protocol == UDP) {
    head = udp_bytes(icmp.from, icmp.to, payload);
  } else if (protocol == ICMP) {  // an echo request
    head = {v4 ? icmp_echo : icmp6_echo, 0, 0, 0};
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

/// A fragment's bytes: the datagram is made, and the fragment's part cut out of it. The payload of a fragment
/// is a slice of its datagram's.
std::vector<std::uint8_t> fragment_to_wire(const Packet& packet, const ByteStore& bytes) {
  constexpr std::uint32_t header = 8;                      // of UDP, of an echo
  if (packet.whole == 0 && packet.fragment_offset != 0) {  // read from bytes: its datagram is not known
    const std::string payload = bytes.text(packet.payload);
    std::vector<std::uint8_t> out =
        ip_header_for(packet.from, packet.to, packet.protocol, payload.size(), rest_of(packet));
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
  }
  const std::uint32_t before = packet.fragment_offset == 0 ? 0 : packet.fragment_offset - header;
  Packet datagram = packet;
  datagram.fragment_offset = 0;
  datagram.fragment_bits = may_fragment;
  if (packet.whole != 0) {
    datagram.payload.offset -= before;
    datagram.payload.length = packet.whole;
  }
  const std::vector<std::uint8_t> whole = to_wire(datagram, bytes);
  const std::size_t start = (packet.from.ip.is_v4() ? ipv4_header : ipv6_header) + packet.fragment_offset;
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
  if (packet.is_fragment()) return fragment_to_wire(packet, bytes);
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

}  // namespace sockarium::wire
