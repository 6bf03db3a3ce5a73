#include "sim/inet/tap.h"

#include <algorithm>
#include <array>
#include <optional>

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

/// A packet on its way past the taps of a namespace: what they need of it is worked out once, when one of
/// them needs it.
class Passing {
 public:
  Passing(const Step& step, NetId net, const wire::Packet& packet, bool outgoing)
      : step_(step), net_(net), outgoing_(outgoing) {
    frame_.packet = packet;
    frame_.link = LinkId::from_raw(packet.link);
    frame_.memory = memory_of(packet);
    frame_.type = type_of(packet, outgoing);
    device_ = device_of_link(step.world, net, frame_.link);
  }

  bool is_wanted_by(const Tap& tap) const {
    return wants(tap, device_, wire::ethertype_of(frame_.packet.to.ip.is_v4()), outgoing_);
  }
  /// The bytes of it that a tap's filter leaves; 0: it is not for this one.
  std::uint32_t left_by(const Tap& tap) {
    const bool cooked = tap.cooked != 0;
    const std::size_t header = cooked ? 0 : wire::ethernet_header;
    const auto size = static_cast<std::uint32_t>(wire::wire_size(frame_.packet) + header);
    if (tap.filter.empty()) return size;
    std::vector<std::uint8_t>& bytes = bytes_[cooked ? 1 : 0];
    if (bytes.empty()) bytes = frame_bytes(step_.world, step_.bytes, net_, frame_, cooked);
    return std::min(size, wire::bpf_run(wire::bpf_program(step_.bytes.text(tap.filter)), bytes));
  }
  const Frame& frame() const { return frame_; }

 private:
  const Step& step_;
  NetId net_;
  bool outgoing_;
  Frame frame_;
  std::uint32_t device_ = 0;
  std::array<std::vector<std::uint8_t>, 2> bytes_;  // with its Ethernet header, and without
};

/// The hardware address at this namespace's end of a link, or at the other; of loopback zeros.
wire::Mac mac_at(const World& world, NetId net, LinkId link, bool here) {
  if (!link) return {};
  const wire::Link& wire = world.wire.links.read(link);
  const std::size_t mine = wire.ends[0] == net ? 0 : 1;
  return wire::mac_of(wire.number, here ? mine : 1 - mine);
}

/// Linux packet_rcv: the filter, then room (one more frame fits while the buffer is not full), then the copy.
void give(Step& step, Tap& tap, Passing& passing) {
  Frame frame = passing.frame();
  frame.taken = passing.left_by(tap);
  if (frame.taken == 0) return;
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
  std::optional<Passing> passing;
  for (const TapId id : ids(world.inet.taps)) {
    const Tap& known = world.inet.taps.read(id);
    if (world.inet.sockets.read(known.socket).net != net) continue;
    if (!passing) passing.emplace(step, net, packet, outgoing);
    if (passing->is_wanted_by(known)) give(step, world.inet.taps.write(id), *passing);
  }
}

std::vector<std::uint8_t> frame_bytes(const World& world, const ByteStore& bytes, NetId net,
                                      const Frame& frame, bool cooked) {
  const std::vector<std::uint8_t> packet = wire::to_wire(frame.packet, bytes);
  if (cooked) return packet;
  const Address& ip = frame.packet.to.ip;
  const bool by_hardware_group = frame.link && (ip.is_multicast() || ip.is_broadcast());
  const wire::Mac to = by_hardware_group ? wire::mac_for_many(ip)
                                         : mac_at(world, net, frame.link, frame.type != FrameType::Outgoing);
  const auto header =
      wire::ethernet_header_of(to, frame_sender(world, net, frame), wire::ethertype_of(ip.is_v4()));
  std::vector<std::uint8_t> whole(header.begin(), header.end());
  whole.insert(whole.end(), packet.begin(), packet.end());
  return whole;
}

wire::Mac frame_sender(const World& world, NetId net, const Frame& frame) {
  return mac_at(world, net, frame.link, frame.type == FrameType::Outgoing);
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
