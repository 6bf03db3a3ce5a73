#include "sim/intervention.h"

#include <utility>

#include "sim/inet/route.h"
#include "sim/kernel/process.h"
#include "sim/step.h"

namespace sockarium {

namespace {

/// The host whose address a segment pretends to come from, or none.
NetId pretended_sender(const World& world, const wire::Packet& packet) {
  const NetId* owner = world.inet.owners.find(inet::AddressKey{packet.from.ip});
  return owner != nullptr ? *owner : NetId{};
}

struct Apply {
  Step& step;

  World& world() const { return step.world; }

  wire::Packet take_from_wire(PacketId id) const {
    const wire::Packet packet = world().wire.in_flight.read(id);
    step.host = world().inet.nets.read(NetId::from_raw(packet.net)).host;
    step.cause = packet.sent;
    return packet;
  }
  /// When a packet in flight is due: the queue knows.
  Time due(PacketId id) const { return world().queue.time_of(EventKind::Arrival, id.raw()); }
  void arrives(PacketId id, Time when, RecordNumber cause) const {
    Event arrival;
    arrival.time = when;
    arrival.kind = EventKind::Arrival;
    arrival.subject = id.raw();
    arrival.cause = cause;
    world().queue.push(arrival);
  }

  void operator()(const DropPacket& wish) const {
    const wire::Packet packet = take_from_wire(wish.packet);
    world().wire.in_flight.remove(wish.packet);
    step.record(rec::PacketDropped{packet.sent, 1, packet.copy}, Reason::DroppedByPerson);
  }
  void operator()(const DelayPacket& wish) const {
    const Time before = due(wish.packet);
    const wire::Packet packet = take_from_wire(wish.packet);
    world().wire.in_flight.remove(wish.packet);  // its old arrival means nobody now
    const PacketId id = world().wire.in_flight.add(packet);
    const Time later = before + wish.by;
    arrives(id, later,
            step.record(rec::PacketDelayed{packet.sent, packet.copy, id, later}, Reason::DelayedByPerson));
  }
  void operator()(const DuplicatePacket& wish) const {
    const Time when = due(wish.packet);
    wire::Packet copy = take_from_wire(wish.packet);
    copy.copy = 1;
    const PacketId id = world().wire.in_flight.add(copy);
    arrives(id, when, step.record(rec::PacketDuplicated{copy.sent, id, when}, Reason::DuplicatedByPerson));
  }
  void operator()(const ForgePacket& wish) const {
    const NetId sender = pretended_sender(world(), wish.packet);
    step.host = world().inet.nets.read(sender).host;
    inet::send(step, sender, wish.packet, Reason::ForgedByPerson);
  }
  void operator()(const CutLink& wish) const {
    wire::Link& link = world().wire.links.write(wish.link);
    link.cut = wish.cut ? 1 : 0;
    step.host = world().inet.nets.read(link.ends[0]).host;
    step.record(rec::LinkChanged{wish.link, link.cut},
                wish.cut ? Reason::CutByPerson : Reason::MendedByPerson);
  }
  void operator()(const KillProcess& wish) const {
    step.host = world().kernel.processes.read(wish.process).host;
    kernel::send_signal(step, wish.process, sigkill, Reason::KilledByPerson);
  }
  void operator()(const PauseProcess& wish) const {
    step.host = world().kernel.processes.read(wish.process).host;
    kernel::send_signal(step, wish.process, wish.pause ? sigstop : sigcont,
                        wish.pause ? Reason::PausedByPerson : Reason::ContinuedByPerson);
  }
  void operator()(const SetSysctl& wish) const {
    inet::Net& net = world().inet.nets.write(wish.net);
    step.host = net.host;
    const std::int64_t from = std::exchange(net.sysctls[wish.id], wish.value);
    step.record(rec::SysctlChanged{wish.id, 0, from, wish.value}, Reason::SetByPerson);
  }
  void operator()(const SetLimit& wish) const {
    kernel::Process& process = world().kernel.processes.write(wish.process);
    step.host = process.host;
    const auto limit = static_cast<std::uint32_t>(wish.nofile);
    const std::int64_t from = std::exchange(process.nofile, limit);
    if (process.nofile_hard < limit) process.nofile_hard = limit;
    step.record(rec::LimitChanged{wish.process, from, wish.nofile}, Reason::SetByPerson);
  }
};

struct Refusal {
  const World& world;

  std::string flies(PacketId packet) const {
    return world.wire.in_flight.alive(packet) ? "" : "this packet is not in flight at this moment";
  }
  std::string lives(ProcessId id) const {
    const kernel::Process* process = world.kernel.processes.find(id);
    return process != nullptr && process->ended == 0 ? "" : "this process does not live at this moment";
  }

  std::string operator()(const DropPacket& wish) const { return flies(wish.packet); }
  std::string operator()(const DelayPacket& wish) const {
    if (wish.by < 0) return "a packet cannot arrive earlier than it would";
    return flies(wish.packet);
  }
  std::string operator()(const DuplicatePacket& wish) const {
    const std::string why = flies(wish.packet);
    if (!why.empty()) return why;
    const wire::Packet& packet = world.wire.in_flight.read(wish.packet);
    for (const PacketId id : ids(world.wire.in_flight))
      if (const wire::Packet& other = world.wire.in_flight.read(id);
          other.sent == packet.sent && (other.copy != 0 || packet.copy != 0))
        return "there are two of this packet already";
    return "";
  }
  std::string operator()(const ForgePacket& wish) const {
    const NetId sender = pretended_sender(world, wish.packet);
    if (!sender) return "no host has the address that it pretends to come from";
    if (!inet::route(world, sender, wish.packet.to.ip)) return "no way leads from there to its destination";
    return "";
  }
  std::string operator()(const CutLink& wish) const {
    if (!world.wire.links.alive(wish.link)) return "there is no such link";
    if ((world.wire.links.read(wish.link).cut != 0) == wish.cut)
      return wish.cut ? "this link is cut already" : "this link is whole";
    return "";
  }
  std::string operator()(const KillProcess& wish) const { return lives(wish.process); }
  std::string operator()(const PauseProcess& wish) const {
    const std::string why = lives(wish.process);
    if (!why.empty()) return why;
    if ((world.kernel.processes.read(wish.process).stopped != 0) == wish.pause)
      return wish.pause ? "this process is paused already" : "this process is not paused";
    return "";
  }
  std::string operator()(const SetSysctl& wish) const {
    if (!world.inet.nets.alive(wish.net)) return "there is no such host";
    const SysctlRow& row = row_of(wish.id);
    if (wish.value >= row.low && wish.value <= row.high) return "";
    return std::string(row.name) + " takes " + std::to_string(row.low) + " to " + std::to_string(row.high);
  }
  std::string operator()(const SetLimit& wish) const {
    const std::string why = lives(wish.process);
    if (!why.empty()) return why;
    if (wish.nofile < 0 || wish.nofile > nr_open)
      return "a process may have 0 to " + std::to_string(nr_open) + " descriptors";
    return "";
  }
};

}  // namespace

std::string refusal(const World& world, const Intervention& intervention) {
  return std::visit(Refusal{world}, intervention);
}

void intervene(Step& step, const Intervention& intervention) {
  std::visit(Apply{step}, intervention);
}

}  // namespace sockarium
