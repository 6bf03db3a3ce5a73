#include "sim/inet/tap.h"

#include <algorithm>

#include "sim/inet/device.h"
#include "sim/inet/memory.h"
#include "sim/step.h"
#include "sim/wire/bpf.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::inet {

namespace {

/// As the hardware address tells; on loopback all have the same one.
FrameType type_of(const wire::Packet& packet, bool outgoing) {
  if (outgoing) return FrameType::Outgoing;
  if (packet.link == 0) return FrameType::Host;
  if (packet.to.ip.is_broadcast()) return FrameType::Broadcast;
  return packet.to.ip.is_multicast() ? FrameType::Multicast : FrameType::Host;
}

bool wants(const Tap& tap, std::uint32_t device, std::uint32_t protocol, bool outgoing) {
  if (tap.device != 0 && tap.device != device) return false;
  if (outgoing) return tap.protocol == protocol_all && tap.ignores_outgoing == 0;
  return tap.protocol == protocol_all || tap.protocol == protocol;
}

void append(World& world, Tap& tap, const Frame& frame) {
  const FrameId id = world.inet.frames.add(frame);
  if (tap.last)
    world.inet.frames.write(tap.last).next = id;
  else
    tap.first = id;
  tap.last = id;
  ++tap.waiting;
  tap.memory += static_cast<std::uint32_t>(frame.memory);
}

/// Linux packet_rcv: the filter, then room (one more frame fits while the buffer is not full), then the copy.
void give(Step& step, Tap& tap, NetId net, Frame frame) {
  const std::vector<std::uint8_t> bytes = frame_bytes(step.world, step.bytes, net, frame, tap.cooked != 0);
  frame.taken = static_cast<std::uint32_t>(bytes.size());
  if (!tap.filter.empty()) {
    const std::uint32_t wanted = wire::bpf_run(wire::bpf_program(step.bytes.text(tap.filter)), bytes);
    if (wanted == 0) return;
    frame.taken = std::min(frame.taken, wanted);
  }
  ++tap.received;
  if (tap.memory >= tap.receive_buffer) {
    ++tap.drops;
    ++tap.lost;
    step.record(rec::BufferChanged{tap.socket, BufferKind::Receive, 0, tap.memory}, Reason::CopyWithoutRoom,
                tap.filled);
    return;
  }
  append(step.world, tap, frame);
  tap.filled = step.record(rec::BufferChanged{tap.socket, BufferKind::Receive, 0, tap.memory},
                           Reason::CopiedToPacketSocket);
  step.wake(tap.socket, Readiness::Readable, tap.filled);
}

}  // namespace

void tap(Step& step, NetId net, const wire::Packet& packet, bool outgoing) {
  World& world = step.world;
  if (world.inet.taps.count() == 0) return;
  Frame frame;
  frame.packet = packet;
  frame.link = LinkId::from_raw(packet.link);
  frame.memory = memory_of(packet);
  frame.type = type_of(packet, outgoing);
  const std::uint32_t device = device_of_link(world, net, frame.link);
  const std::uint32_t protocol = wire::ethertype_of(packet.to.ip.is_v4());
  for (const TapId id : ids(world.inet.taps)) {
    const Tap& known = world.inet.taps.read(id);
    if (world.inet.sockets.read(known.socket).net == net && wants(known, device, protocol, outgoing))
      give(step, world.inet.taps.write(id), net, frame);
  }
}

std::vector<std::uint8_t> frame_bytes(const World& world, const ByteStore& bytes, NetId net,
                                      const Frame& frame, bool cooked) {
  const std::vector<std::uint8_t> packet = wire::to_wire(frame.packet, bytes);
  if (cooked) return packet;
  wire::Mac to{}, from{};
  if (frame.link) {
    const wire::Link& link = world.wire.links.read(frame.link);
    const std::size_t here = link.ends[0] == net ? 0 : 1;
    const bool outgoing = frame.type == FrameType::Outgoing;
    from = wire::mac_of(link.number, outgoing ? here : 1 - here);
    const Address& ip = frame.packet.to.ip;
    const bool for_many = ip.is_multicast() || ip.is_broadcast();
    to = for_many ? wire::mac_for_many(ip) : wire::mac_of(link.number, outgoing ? 1 - here : here);
  }
  const auto header = wire::ethernet_header_of(to, from, wire::ethertype_of(frame.packet.to.ip.is_v4()));
  std::vector<std::uint8_t> whole(header.begin(), header.end());
  whole.insert(whole.end(), packet.begin(), packet.end());
  return whole;
}

wire::Mac frame_sender(const World& world, NetId net, const Frame& frame) {
  if (!frame.link) return {};
  const wire::Link& link = world.wire.links.read(frame.link);
  const std::size_t here = link.ends[0] == net ? 0 : 1;
  return wire::mac_of(link.number, frame.type == FrameType::Outgoing ? here : 1 - here);
}

void remove_first_frame(World& world, Tap& tap) {
  const FrameId id = tap.first;
  const Frame& frame = world.inet.frames.read(id);
  tap.first = frame.next;
  if (!tap.first) tap.last = {};
  --tap.waiting;
  tap.memory -= static_cast<std::uint32_t>(frame.memory);
  world.inet.frames.remove(id);
}

}  // namespace sockarium::inet
