// See reading.h.
#include "gui/reading.h"

#include <fmt/format.h>

#include <algorithm>

#include "lab/picture/socket_map.h"
#include "sim/tcp/tcp.h"

namespace sockarium::gui {

observe::Narrator narrator(const Frame& frame) {
  return observe::Narrator(*frame.latest, frame.session->bytes(), frame.session->records());
}

std::string host_name(const Frame& frame, HostId host) {
  const kernel::Host* found = frame.world().kernel.hosts.find(host);
  return found == nullptr ? "?" : frame.session->bytes().text(found->name);
}

std::string host_title(const Frame& frame, HostId host) {
  const kernel::Host* found = frame.world().kernel.hosts.find(host);
  if (found == nullptr) return "?";
  std::string title = frame.session->bytes().text(found->name);
  const auto& hosts = frame.session->setup().hosts;
  if (found->number < hosts.size() && !hosts[found->number].addresses.empty())
    title += " " + to_string(hosts[found->number].addresses.front());
  return title;
}

HostId host_of_net(const Frame& frame, NetId net) {
  const inet::Net* found = frame.world().inet.nets.find(net);
  return found == nullptr ? HostId{} : found->host;
}

std::optional<HostId> host_of_address(const Frame& frame, const Address& address) {
  inet::AddressKey key;
  key.address = address;
  const NetId* net = frame.world().inet.owners.find(key);
  if (net == nullptr) return std::nullopt;
  return host_of_net(frame, *net);
}

std::string process_name(const Frame& frame, ProcessId process) {
  return observe::Names(frame.world(), frame.session->bytes()).program(process);
}

std::string process_title(const Frame& frame, ProcessId process) {
  return observe::Names(frame.world(), frame.session->bytes()).process_with_pid(process);
}

std::string thread_name(const Frame& frame, TaskId task) {
  return observe::Names(frame.world(), frame.session->bytes()).thread(task);
}

std::vector<HostId> hosts(const Frame& frame) {
  std::vector<HostId> all;
  for (const HostId host : ids(frame.world().kernel.hosts)) all.push_back(host);
  return all;
}

std::vector<ProcessId> processes_of(const Frame& frame, HostId host) {
  std::vector<ProcessId> all;
  for (const ProcessId process : ids(frame.world().kernel.processes))
    if (frame.world().kernel.processes.read(process).host == host) all.push_back(process);
  return all;
}

std::vector<TaskId> tasks_of(const Frame& frame, ProcessId process) {
  std::vector<TaskId> all;
  for (const TaskId task : ids(frame.world().kernel.tasks))
    if (frame.world().kernel.tasks.read(task).process == process) all.push_back(task);
  return all;
}

Doing doing(const Frame& frame, TaskId id) {
  Doing result;
  const kernel::Task* task = frame.world().kernel.tasks.find(id);
  if (task == nullptr) {
    result.words = "gone";
    result.ended = true;
    return result;
  }
  const kernel::Process* process = frame.world().kernel.processes.find(task->process);
  if (task->state == kernel::TaskState::Ended) {
    result.ended = true;
    result.words = "ended";
    if (process != nullptr && process->signal != 0) {
      result.words = fmt::format("ended by signal {}", process->signal);
      result.fault = true;
    } else if (process != nullptr && process->ended != 0 && process->status != 0) {
      result.words = fmt::format("ended, status {}", process->status);
      result.fault = true;
    }
    return result;
  }
  const bool started = task->entered_record != 0;
  if (!started) {
    result.words = "not started";
    return result;
  }
  const Syscall call = unflatten(task->call);
  if (task->state == kernel::TaskState::Blocked) {
    result.waits = true;
    const Duration left = task->deadline.armed() ? task->deadline.deadline - frame.world().now : 0;
    if (std::holds_alternative<sys::Sleep>(call)) {
      result.words = fmt::format("asleep, {} left", duration_text(left));
      return result;
    }
    if (std::holds_alternative<sys::Compute>(call)) {
      result.words = fmt::format("computes, {} left", duration_text(left));
      return result;
    }
    const std::int32_t fd = fd_of(call);
    result.words = fd >= 0 ? fmt::format("blocked in {}({})", sockarium::name(call), fd)
                           : fmt::format("blocked in {}()", sockarium::name(call));
    return result;
  }
  result.words = task->returned == 0 ? fmt::format("{}() returns", sockarium::name(call)) : "running";
  return result;
}

std::string clock_text(Time time) {
  const std::int64_t micro = time / microsecond;
  std::string text = fmt::format("{}.{:03} {:03}", micro / 1'000'000, micro / 1000 % 1000, micro % 1000);
  if (time % microsecond != 0) text += fmt::format(" {:03}", time % microsecond);
  return text + " s";
}

std::string endpoint_text(const Endpoint& endpoint) {
  const std::string port = endpoint.port == 0 ? "*" : std::to_string(endpoint.port);
  if (endpoint.ip == Address{} || endpoint.ip.is_wildcard()) return "*:" + port;
  return to_string(endpoint.ip) + ":" + port;
}

namespace {

/// What a record says of ends without asking its causes.
std::optional<Ends> own_ends(const Session& session, const Record& record) {
  const auto full = [](const Ends& ends) -> std::optional<Ends> {
    if (ends.peer.port == 0) return std::nullopt;
    return ends;
  };
  const auto of_packet = [](const wire::Packet& packet) {
    Ends ends;
    ends.local = packet.from;
    ends.peer = packet.to;
    return ends;
  };
  if (const auto* changed = std::get_if<rec::StateChanged>(&record.what)) return full(changed->ends);
  if (const auto* entered = std::get_if<rec::QueueEntered>(&record.what)) return full(entered->ends);
  if (const auto* left = std::get_if<rec::QueueLeft>(&record.what)) return full(left->ends);
  if (const auto* freed = std::get_if<rec::SocketFreed>(&record.what)) return full(freed->ends);
  if (const auto* sent = std::get_if<rec::PacketSent>(&record.what)) return of_packet(sent->packet);
  RecordNumber of = 0;
  if (const auto* delivered = std::get_if<rec::PacketDelivered>(&record.what)) of = delivered->sent;
  if (const auto* dropped = std::get_if<rec::PacketDropped>(&record.what)) of = dropped->sent;
  if (of != 0)
    if (const auto* sent = std::get_if<rec::PacketSent>(&session.record(of).what))
      return of_packet(sent->packet);
  return std::nullopt;
}

}  // namespace

std::optional<Ends> ends_told(const Session& session, RecordNumber number) {
  return own_ends(session, session.record(number));
}

std::optional<Ends> ends_of(const Frame& frame, RecordNumber number) {
  for (int depth = 0; depth < 6 && number != 0 && number <= frame.session->records().size(); ++depth) {
    const Record& record = frame.session->record(number);
    if (auto ends = own_ends(*frame.session, record)) return ends;
    number = record.cause;
  }
  return std::nullopt;
}

bool same_connection(const Ends& a, const Ends& b) {
  return (a.local == b.local && a.peer == b.peer) || (a.local == b.peer && a.peer == b.local);
}

RecordNumber shown_record(const Frame& frame, const ViewState& view) {
  if (view.selected != 0 && view.selected <= frame.session->records().size()) return view.selected;
  const observe::Narrator tells = narrator(frame);
  for (std::uint64_t event = frame.session->cursor(), tries = 0; event > 0 && tries < 8; --event, ++tries) {
    const EventLine& line = frame.session->line(event);
    if (const RecordNumber found = tells.principal(line.first, line.last)) return found;
  }
  return 0;
}

std::vector<End> both_ends(const Frame& frame, const Ends& ends) {
  const World& world = frame.world();
  std::vector<End> found;
  for (const bool swapped : {false, true}) {
    End end;
    end.ends.local = swapped ? ends.peer : ends.local;
    end.ends.peer = swapped ? ends.local : ends.peer;
    const auto host = host_of_address(frame, end.ends.local.ip);
    if (!host) continue;
    end.host = *host;
    const NetId net = world.kernel.hosts.read(*host).net;
    inet::TupleKey key;
    key.net = net;
    key.local = end.ends.local;
    key.peer = end.ends.peer;
    if (const inet::Owner* owner = world.inet.connections.find(key)) {
      end.known = true;
      switch (owner->kind) {
        case inet::OwnerKind::Connection: {
          const tcp::Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(owner->id));
          end.state = connection.state;
          end.changed = connection.state_record;
          break;
        }
        case inet::OwnerKind::Request:
          end.state = TcpState::SynReceived;
          end.changed = world.tcp.requests.read(RequestId::from_raw(owner->id)).state_record;
          break;
        case inet::OwnerKind::TimeWait: {
          const tcp::TimeWait& entry = world.tcp.time_waits.read(TimeWaitId::from_raw(owner->id));
          end.state = entry.orphan_fin_wait != 0 ? TcpState::FinWait2 : TcpState::TimeWait;
          end.changed = entry.state_record;
          break;
        }
        case inet::OwnerKind::None:
          break;
      }
    } else {
      // Gone, or never there: the records of a while back tell. A bound keeps this cheap in long runs.
      RecordNumber number = frame.now();
      for (int tries = 0; number > 0 && tries < 4000; --number, ++tries) {
        const auto* changed = std::get_if<rec::StateChanged>(&frame.session->record(number).what);
        if (changed == nullptr || !(changed->ends == end.ends)) continue;
        end.known = true;
        end.state = changed->to;
        end.changed = number;
        break;
      }
    }
    inet::ListenKey listening;
    listening.net = net;
    listening.local = end.ends.local;
    bool serves = world.inet.listeners.find(listening) != nullptr;
    listening.local.ip = Address::any_v4();
    serves = serves || world.inet.listeners.find(listening) != nullptr;
    end.client = !serves && end.ends.local.port >= end.ends.peer.port;
    found.push_back(end);
  }
  if (found.size() == 2 && found[0].client == found[1].client)
    found[0].client = !(found[1].client = found[1].ends.local.port > found[0].ends.local.port);
  std::stable_sort(found.begin(), found.end(),
                   [](const End& a, const End& b) { return a.client && !b.client; });
  return found;
}

std::optional<Ends> shown_connection(const Frame& frame, const ViewState& view) {
  if (view.selected != 0)
    if (auto ends = ends_of(frame, view.selected)) return ends;
  RecordNumber number = frame.now();
  for (int tries = 0; number > 0 && tries < 4000; --number, ++tries) {
    const Record& record = frame.session->record(number);
    if (std::holds_alternative<rec::StateChanged>(record.what) ||
        std::holds_alternative<rec::PacketSent>(record.what) ||
        std::holds_alternative<rec::PacketDropped>(record.what) ||
        std::holds_alternative<rec::PacketDelivered>(record.what))
      if (auto ends = own_ends(*frame.session, record)) return ends;
  }
  return std::nullopt;
}

std::optional<PacketId> in_flight(const Frame& frame, RecordNumber number) {
  if (number == 0 || number > frame.now()) return std::nullopt;
  const auto* sent = std::get_if<rec::PacketSent>(&frame.session->record(number).what);
  if (sent == nullptr) return std::nullopt;
  const wire::Packet* packet = frame.world().wire.in_flight.find(sent->id);
  if (packet == nullptr || packet->sent != number) return std::nullopt;
  return sent->id;
}

std::string packet_text(const wire::Packet& packet) {
  if (packet.is_icmp()) return "ICMP " + wire::icmp_name(packet);
  return fmt::format("{} :{} → :{}",
                     packet.protocol == wire::TCP ? wire::flag_names(packet.flags)
                                                  : std::string(wire::protocol_name(packet.protocol)),
                     packet.from.port, packet.to.port);
}

RecordNumber socket_record(const Frame& frame, SocketId socket) {
  if (const RecordNumber known = picture::record_of(frame.world(), socket)) return known;
  RecordNumber number = frame.now();
  for (int tries = 0; number > 0 && tries < 20000; --number, ++tries)
    if (const auto* made = std::get_if<rec::SocketCreated>(&frame.session->record(number).what);
        made != nullptr && made->socket == socket)
      return number;
  return 0;
}

bool touches(const What& what, SocketId socket) {
  if (const auto* changed = std::get_if<rec::StateChanged>(&what)) return changed->socket == socket;
  if (const auto* created = std::get_if<rec::SocketCreated>(&what)) return created->socket == socket;
  if (const auto* bound = std::get_if<rec::PortBound>(&what)) return bound->socket == socket;
  if (const auto* opened = std::get_if<rec::DescriptorOpened>(&what)) return opened->socket == socket;
  if (const auto* buffer = std::get_if<rec::BufferChanged>(&what)) return buffer->socket == socket;
  if (const auto* error = std::get_if<rec::SocketError>(&what)) return error->socket == socket;
  return false;
}

}  // namespace sockarium::gui
