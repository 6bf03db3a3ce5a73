#include "sim/wire/header_bytes.h"

#include <algorithm>
#include <string_view>

namespace sockarium::wire {

namespace {

constexpr std::size_t ip_header = 20, tcp_header = 20, icmp_header = 8;
constexpr std::size_t quoted = ip_header + 8;  // what an ICMP error repeats at least (RFC 792)

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

/// The sum over the pseudo header of RFC 9293 section 3.1.
std::uint32_t pseudo_header(std::span<const std::uint8_t> ip, std::size_t tcp_bytes) {
  std::uint32_t sum = 6 + static_cast<std::uint32_t>(tcp_bytes);
  for (std::size_t at = 12; at < 20; at += 2) sum += get16(ip, at);
  return sum;
}

Address address_at(std::span<const std::uint8_t> in, std::size_t at) {
  return Address::v4(in[at], in[at + 1], in[at + 2], in[at + 3]);
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

/// An IPv4 header: don't fragment, TTL 64; length and checksum are still to come.
std::vector<std::uint8_t> ip_head(std::uint8_t protocol, const Address& from, const Address& to) {
  std::vector<std::uint8_t> out{0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, protocol, 0, 0};
  for (const Address& address : {from, to})
    out.insert(out.end(), address.bytes.begin() + 12, address.bytes.end());
  return out;
}

void finish_ip(std::vector<std::uint8_t>& out, std::size_t at, std::size_t length) {
  set16(out, at + 2, static_cast<std::uint16_t>(length));
  set16(out, at + 10, checksum(std::span(out).subspan(at, ip_header)));
}

/// RFC 792: type, code, checksum, a word that only «fragmentation needed» uses (RFC 1191), the quoted head.
std::vector<std::uint8_t> icmp_to_wire(const Packet& packet) {
  const Icmp& icmp = packet.icmp;
  std::vector<std::uint8_t> out = ip_head(1, packet.from.ip, packet.to.ip);
  out.insert(out.end(), {icmp.type, icmp.code, 0, 0, 0, 0});
  put16(out, icmp.mtu);
  const std::size_t inner = out.size();
  const std::vector<std::uint8_t> head =
      ip_head(static_cast<std::uint8_t>(icmp.protocol), icmp.from.ip, icmp.to.ip);
  out.insert(out.end(), head.begin(), head.end());
  finish_ip(out, inner, ip_header + tcp_header);
  put16(out, icmp.from.port);
  put16(out, icmp.to.port);
  put32(out, icmp.seq.value);
  finish_ip(out, 0, out.size());
  set16(out, ip_header + 2, checksum(std::span(out).subspan(ip_header)));
  return out;
}

}  // namespace

std::vector<std::uint8_t> to_wire(const Packet& packet, const ByteStore& bytes) {
  if (packet.is_icmp()) return icmp_to_wire(packet);
  std::vector<std::uint8_t> out = ip_head(6, packet.from.ip, packet.to.ip);
  put16(out, packet.from.port);
  put16(out, packet.to.port);
  put32(out, packet.seq.value);
  put32(out, packet.ack.value);
  out.insert(out.end(), {0, packet.flags});
  put16(out, packet.window);
  put32(out, 0);  // checksum, urgent pointer
  put_options(out, packet);
  out[ip_header + 12] = static_cast<std::uint8_t>((out.size() - ip_header) / 4 << 4);
  const std::string payload = bytes.text(packet.payload);
  out.insert(out.end(), payload.begin(), payload.end());
  finish_ip(out, 0, out.size());
  set16(out, ip_header + 16,
        checksum(std::span(out).subspan(ip_header), pseudo_header(out, out.size() - ip_header)));
  return out;
}

namespace {

/// A packet without its payload, which is `payload` of the frame.
struct Parsed {
  Packet packet;
  std::span<const std::uint8_t> payload;
};

std::optional<Packet> parse_icmp(std::span<const std::uint8_t> frame, std::span<const std::uint8_t> message,
                                 Checksums checksums) {
  if (message.size() < icmp_header + quoted) return std::nullopt;
  if (checksums == Checksums::Checked && checksum(message) != 0) return std::nullopt;
  Packet packet;
  packet.protocol = 1;
  packet.from.ip = address_at(frame, 12);
  packet.to.ip = address_at(frame, 16);
  const auto inner = message.subspan(icmp_header);
  const std::size_t behind = (inner[0] & 0xfu) * 4u;
  if (inner[0] >> 4 != 4 || behind < ip_header || inner.size() < behind + 8) return std::nullopt;
  packet.icmp.type = message[0];
  packet.icmp.code = message[1];
  packet.icmp.mtu = get16(message, 6);
  packet.icmp.protocol = inner[9];
  packet.icmp.from = {address_at(inner, 12), get16(inner, behind), 0};
  packet.icmp.to = {address_at(inner, 16), get16(inner, behind + 2), 0};
  packet.icmp.seq = Seq{get32(inner, behind + 4)};
  return packet;
}

std::optional<Parsed> parse(std::span<const std::uint8_t> frame, Checksums checksums) {
  if (frame.size() < ip_header || frame[0] >> 4 != 4) return std::nullopt;
  const std::size_t header = (frame[0] & 0xfu) * 4u;
  const std::size_t total = get16(frame, 2);
  if (header < ip_header || total > frame.size() || total < header) return std::nullopt;
  const bool fragment = (get16(frame, 6) & 0x3fff) != 0;
  if (fragment || checksum(frame.first(header)) != 0) return std::nullopt;
  if (frame[9] == 1) {
    const auto icmp = parse_icmp(frame, frame.subspan(header, total - header), checksums);
    return icmp ? std::optional(Parsed{*icmp, {}}) : std::nullopt;
  }
  if (frame[9] != 6 || total < header + tcp_header) return std::nullopt;
  const auto tcp = frame.subspan(header, total - header);
  const std::size_t data = (tcp[12] >> 4) * 4u;
  if (data < tcp_header || data > tcp.size()) return std::nullopt;
  if (checksums == Checksums::Checked && checksum(tcp, pseudo_header(frame, tcp.size())) != 0)
    return std::nullopt;
  Parsed parsed;
  Packet& packet = parsed.packet;
  packet.from = {address_at(frame, 12), get16(tcp, 0), 0};
  packet.to = {address_at(frame, 16), get16(tcp, 2), 0};
  packet.seq = Seq{get32(tcp, 4)};
  packet.ack = Seq{get32(tcp, 8)};
  packet.flags = tcp[13] & 0x3f;
  packet.window = get16(tcp, 14);
  if (!read_options(tcp.subspan(tcp_header, data - tcp_header), packet.options)) return std::nullopt;
  parsed.payload = tcp.subspan(data);
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
  if (frame.size() < ip_header + tcp_header) return;
  const std::size_t total = get16(frame, 2);
  if (total >= ip_header + tcp_header && total <= frame.size()) frame[total - 1] ^= 1;
}

}  // namespace sockarium::wire
