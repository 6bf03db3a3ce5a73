#include "lab/compare/real_records.h"

#include <algorithm>
#include <map>

namespace sockarium::compare {

namespace {

/// Something that happened at a time; the order of the kinds settles what happened at the same one.
struct Happening {
  enum class Kind { Delivered, Returned, Entered, Blocked, Sent, Lost, Ended };
  Time time = 0;
  Kind kind = Kind::Entered;
  std::size_t place = 0;  ///< in Seen::calls or Seen::packets
  std::size_t copy = 0;   ///< Delivered: which of a packet's arrivals
};

std::vector<Happening> in_order(const Seen& seen) {
  using Kind = Happening::Kind;
  std::vector<Happening> all;
  for (std::size_t i = 0; i < seen.calls.size(); ++i) {
    const SeenCall& call = seen.calls[i];
    all.push_back({call.entered, Kind::Entered, i});
    if (call.blocked || (!call.returned && call.signal == 0)) all.push_back({call.entered, Kind::Blocked, i});
    if (call.returned) all.push_back({call.left, Kind::Returned, i});
    if (call.signal != 0 || std::holds_alternative<sys::Exit>(call.call))
      all.push_back({call.left, Kind::Ended, i});
  }
  for (std::size_t i = 0; i < seen.packets.size(); ++i) {
    all.push_back({seen.packets[i].sent, Kind::Sent, i});
    if (seen.packets[i].lost) all.push_back({seen.packets[i].sent, Kind::Lost, i});
    for (std::size_t copy = 0; copy < seen.packets[i].arrivals.size(); ++copy)
      all.push_back({seen.packets[i].arrivals[copy], Kind::Delivered, i, copy});
  }
  std::stable_sort(all.begin(), all.end(), [](const Happening& a, const Happening& b) {
    return a.time != b.time ? a.time < b.time : a.kind < b.kind;
  });
  return all;
}

class Writer {
 public:
  Writer(Seen& seen, const World& world) : seen_(seen), world_(world) {
    for (const TaskId id : ids(world.kernel.tasks)) tasks_[path_of(world, id)] = id;
  }

  observe::Records take() {
    for (const Happening& happening : in_order(seen_)) write(happening);
    return std::move(records_);
  }

 private:
  TaskId task_of(TaskPath path) const {
    for (; !path.empty(); path.pop_back())
      if (const auto found = tasks_.find(path); found != tasks_.end()) return found->second;
    return {};
  }
  HostId host_of(TaskId task) const {
    const kernel::Task* found = world_.kernel.tasks.find(task);
    return found == nullptr ? HostId{} : world_.kernel.processes.read(found->process).host;
  }
  HostId host_of(const Address& address) const {
    const NetId* net = world_.inet.owners.find(inet::AddressKey{address});
    return net == nullptr ? HostId{} : world_.inet.nets.read(*net).host;
  }

  RecordNumber add(Time time, HostId host, RecordNumber cause, What what, Reason reason = Reason::None) {
    Record record;
    record.time = time;
    record.event = ++events_;
    record.host = host;
    record.cause = cause;
    record.reason = reason;
    record.what = std::move(what);
    records_.push_back(record);
    return records_.size();
  }

  void write(const Happening& happening) {
    switch (happening.kind) {
      case Happening::Kind::Entered:
      case Happening::Kind::Blocked:
      case Happening::Kind::Returned:
      case Happening::Kind::Ended:
        return write_call(happening, seen_.calls[happening.place]);
      case Happening::Kind::Sent:
      case Happening::Kind::Lost:
      case Happening::Kind::Delivered:
        return write_packet(happening, seen_.packets[happening.place]);
    }
  }

  void write_call(const Happening& happening, SeenCall& call) {
    const TaskId task = task_of(call.task);
    const HostId host = host_of(task);
    const FlatCall flat = flatten(call.call);
    if (happening.kind == Happening::Kind::Entered)
      call.record = add(happening.time, host, 0, rec::SyscallEntered{task, flat, call.line});
    else if (happening.kind == Happening::Kind::Blocked)
      add(happening.time, host, call.record, rec::TaskBlocked{task, 0, Readiness::None, 0, 0});
    else if (happening.kind == Happening::Kind::Returned)
      add(happening.time, host, call.record, rec::SyscallReturned{task, call.record, flat, call.result});
    else if (const kernel::Task* found = world_.kernel.tasks.find(task))
      add(happening.time, host, call.record, rec::TaskEnded{task, found->process, 0, call.signal});
  }

  void write_packet(const Happening& happening, SeenPacket& packet) {
    const HostId from = host_of(packet.packet.from.ip), to = host_of(packet.packet.to.ip);
    if (happening.kind == Happening::Kind::Lost) {
      add(happening.time, from, packet.record, rec::PacketDropped{packet.record, 1}, packet.why_lost);
    } else if (happening.kind == Happening::Kind::Delivered) {
      add(happening.time, to ? to : from, packet.record, rec::PacketDelivered{packet.record, happening.copy});
    } else {
      rec::PacketSent sent;
      sent.packet = packet.packet;
      if (const kernel::Host* host = world_.kernel.hosts.find(to)) sent.packet.net = host->net.raw();
      sent.arrives = packet.arrivals.empty() ? 0 : packet.arrivals.front();
      const auto key = std::pair(to_string(packet.packet.from) + to_string(packet.packet.to),
                                 std::pair(packet.packet.seq.value, packet.packet.length()));
      sent.again = packet.packet.length() > 0 ? times_sent_[key]++ : 0;
      sent.packet.sent = records_.size() + 1;  // names the record of its sending, as in the model
      packet.record = add(happening.time, from, 0, sent);
      if (packet.arrivals.size() > 1)
        add(happening.time, from, packet.record,
            rec::PacketDuplicated{packet.record, PacketId{}, packet.arrivals[1]}, packet.why_copied);
    }
  }

  Seen& seen_;
  const World& world_;
  std::map<TaskPath, TaskId> tasks_;
  std::map<std::pair<std::string, std::pair<std::uint32_t, std::uint32_t>>, std::int64_t> times_sent_;
  observe::Records records_;
  std::uint64_t events_ = 0;
};

}  // namespace

observe::Records records_of(Seen& seen, const World& world) {
  return Writer(seen, world).take();
}

}  // namespace sockarium::compare
