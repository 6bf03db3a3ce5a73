#include "sim/inet/fragments.h"

#include <algorithm>

#include "sim/inet/icmp.h"
#include "sim/step.h"
#include "sim/wire/header_layout.h"

namespace sockarium::inet {

namespace {

constexpr std::uint32_t inner_header = 8;  // of UDP, of an ICMP echo

/// The headers before a fragment's part: those of IPv6 have one more (RFC 8200 4.5).
std::uint32_t headers_of_fragment(bool by_v4) {
  using namespace wire::layout;
  return static_cast<std::uint32_t>(by_v4 ? ipv4_header : ipv6_header + fragment_header);
}

struct Counts {
  Counter created, cut, came, joined, failed, too_late;
};
Counts counts_of(bool by_v4) {
  if (by_v4)
    return {Counter::IpFragCreates, Counter::IpFragOKs,    Counter::IpReasmReqds,
            Counter::IpReasmOKs,    Counter::IpReasmFails, Counter::IpReasmTimeout};
  return {Counter::Ip6FragCreates, Counter::Ip6FragOKs,    Counter::Ip6ReasmReqds,
          Counter::Ip6ReasmOKs,    Counter::Ip6ReasmFails, Counter::Ip6ReasmTimeout};
}

/// Bytes behind the IP header.
std::uint32_t carries(const wire::Packet& fragment) {
  return fragment.payload.length + (fragment.fragment_offset == 0 ? inner_header : 0);
}

FragmentKey key_of(NetId net, const wire::Packet& fragment) {
  return FragmentKey{net, fragment.from.ip, fragment.to.ip, fragment.protocol, fragment.fragment_id};
}

bool same(const FragmentKey& a, const FragmentKey& b) {
  return a.net == b.net && a.from == b.from && a.to == b.to && a.protocol == b.protocol && a.id == b.id;
}

ReassemblyId find_or_begin(Step& step, const FragmentKey& key) {
  World& world = step.world;
  for (const ReassemblyId id : ids(world.inet.reassemblies))
    if (same(world.inet.reassemblies.read(id).key, key)) return id;
  Reassembly fresh;
  fresh.key = key;
  const ReassemblyId id = world.inet.reassemblies.add(fresh);
  const Sysctl limit = key.to.is_v4() ? Sysctl::FragmentTime : Sysctl::FragmentTime6;
  const std::int64_t patience = world.inet.nets.read(key.net).sysctls[limit];
  step.arm(world.inet.reassemblies.write(id).timer, TimerKind::Reassembly, id.raw(),
           world.now + patience * second, Reason::FragmentWaits);
  return id;
}

/// Puts the fragment into its place. False: something of it is there already.
bool keep(World& world, Reassembly& waiting, const wire::Packet& fragment) {
  CapturedId before, after = waiting.first;
  while (after && world.inet.captured.read(after).packet.fragment_offset < fragment.fragment_offset) {
    before = after;
    after = world.inet.captured.read(after).next;
  }
  const auto end_of = [&](CapturedId id) {
    const wire::Packet& packet = world.inet.captured.read(id).packet;
    return packet.fragment_offset + carries(packet);
  };
  if (before && end_of(before) > fragment.fragment_offset) return false;
  if (after &&
      fragment.fragment_offset + carries(fragment) > world.inet.captured.read(after).packet.fragment_offset)
    return false;
  Captured entry;
  entry.packet = fragment;
  entry.next = after;
  const CapturedId id = world.inet.captured.add(entry);
  if (before)
    world.inet.captured.write(before).next = id;
  else
    waiting.first = id;
  waiting.held += carries(fragment);
  if ((fragment.fragment_bits & wire::more_fragments) == 0)
    waiting.whole = fragment.fragment_offset + carries(fragment);
  return true;
}

/// Takes all parts out; they are one datagram now.
wire::Packet join(Step& step, const Reassembly& waiting, const wire::Packet& last) {
  World& world = step.world;
  wire::Packet datagram = world.inet.captured.read(waiting.first).packet;
  Bytes payload;
  std::uint32_t corrupted = 0;
  for (CapturedId id = waiting.first; id;) {
    const Captured part = world.inet.captured.read(id);
    payload = step.bytes.concat(payload, part.packet.payload);
    corrupted |= part.packet.corrupted;
    world.inet.captured.remove(id);
    id = part.next;
  }
  datagram.payload = payload;
  datagram.fragment_bits = datagram.by_v4() ? wire::may_fragment : 0;
  datagram.fragment_id = 0;
  datagram.whole = 0;
  datagram.sent = last.sent;
  datagram.copy = last.copy;
  datagram.corrupted = corrupted;
  return datagram;
}

}  // namespace

std::uint64_t send_datagram(Step& step, NetId net, const std::optional<Path>& path,
                            const wire::Packet& packet, Reason reason) {
  World& world = step.world;
  const bool by_v4 = packet.by_v4();
  // What IPv4 allows, loopback takes whole; IPv6 allows more.
  const bool fits = !path || (by_v4 && !path->link) || wire::wire_size(packet) <= path->mtu;
  if (fits) return send_along(step, net, path, packet, reason);
  const Counts counts = counts_of(by_v4);
  const std::uint32_t room = (static_cast<std::uint32_t>(path->mtu) - headers_of_fragment(by_v4)) / 8 * 8;
  const std::uint32_t total = inner_header + packet.payload.length;
  wire::Packet fragment = packet;
  fragment.fragment_id = static_cast<std::uint32_t>(world.inet.last_fragment_id++ % 65535 + 1);
  fragment.whole = packet.payload.length;
  std::uint64_t first = 0;
  for (std::uint32_t at = 0; at < total; at += room) {
    const std::uint32_t part = std::min(room, total - at);
    fragment.fragment_offset = static_cast<std::uint16_t>(at);
    fragment.fragment_bits = static_cast<std::uint8_t>((by_v4 ? wire::may_fragment : 0) |
                                                       (at + part < total ? wire::more_fragments : 0));
    fragment.payload = at == 0 ? packet.payload.slice(0, part - inner_header)
                               : packet.payload.slice(at - inner_header, part);
    const std::uint64_t sent = send_along(step, net, path, fragment, Reason::FragmentSent);
    if (at == 0) first = sent;
    step.count(net, counts.created);
  }
  step.count(net, counts.cut);
  return first;
}

std::optional<wire::Packet> reassemble(Step& step, NetId net, const wire::Packet& fragment) {
  World& world = step.world;
  const Counts counts = counts_of(fragment.by_v4());
  step.count(net, counts.came);
  const ReassemblyId id = find_or_begin(step, key_of(net, fragment));
  Reassembly& waiting = world.inet.reassemblies.write(id);
  if (!keep(world, waiting, fragment)) {
    step.record(rec::PacketDropped{fragment.sent, 0, fragment.copy}, Reason::FragmentAgain);
    return std::nullopt;
  }
  if (waiting.whole == 0 || waiting.held < waiting.whole) return std::nullopt;
  const wire::Packet datagram = join(step, waiting, fragment);
  world.inet.reassemblies.remove(id);
  step.count(net, counts.joined);
  return datagram;
}

void give_up_reassembly(Step& step, ReassemblyId id) {
  World& world = step.world;
  const Reassembly waiting = world.inet.reassemblies.read(id);
  world.inet.reassemblies.remove(id);
  const NetId net = waiting.key.net;
  std::optional<wire::Packet> first;
  for (CapturedId next = waiting.first; next;) {
    const Captured part = world.inet.captured.read(next);
    world.inet.captured.remove(next);
    next = part.next;
    if (part.packet.fragment_offset == 0) first = part.packet;
    step.record(rec::PacketDropped{part.packet.sent, 0, part.packet.copy}, Reason::FragmentsTooLate);
  }
  const Counts counts = counts_of(waiting.key.to.is_v4());
  step.count(net, counts.failed);
  step.count(net, counts.too_late);
  if (first) send_error(step, net, *first, wire::IcmpError::FragmentsTooLate, Reason::FragmentsTooLate);
}

}  // namespace sockarium::inet
