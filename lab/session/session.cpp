#include "lab/session/session.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace sockarium {

namespace {

using Clock = std::chrono::steady_clock;  // spaces keyframes by cost; never reaches the model

// A seek replays at most about this much: well under a frame.
constexpr std::chrono::nanoseconds keyframe_spacing = std::chrono::milliseconds(2);
constexpr std::uint64_t keyframe_events_most = 4096;
constexpr std::size_t keyframe_bytes_most = std::size_t{512} << 20;
constexpr std::size_t near_most = 64;

}  // namespace

struct Session::Branch {
  std::size_t parent = 0;
  std::uint64_t fork = 0;
  std::string label;
  PagedArray<JournalEntry> journal;
  RecordList records;
  PagedArray<EventLine> lines;
  std::map<std::uint64_t, World> keyframes;
  std::chrono::nanoseconds since_keyframe{};
  std::chrono::nanoseconds spacing = keyframe_spacing;
  World head;
  std::unique_ptr<Programs> programs;
  Ending ending = Ending::NotYet;

  void note_event(std::size_t records_before) {
    EventLine line;
    line.time = head.now;
    line.first = records_before + 1;
    line.last = records.size();
    lines.push_back(line);
  }

  void keep_keyframe() {
    keyframes.insert_or_assign(head.events, head);
    since_keyframe = {};
    if (keyframes.size() < 64 || (keyframes.size() & (keyframes.size() - 1)) != 0)
      return;  // looked at now and then
    std::size_t bytes = 0;
    std::set<const void*> counted;
    for (const auto& [event, world] : keyframes) bytes += world.count_bytes(counted);
    if (bytes < keyframe_bytes_most) return;
    bool odd = false;  // thin out: every second one goes, and new ones come half as often
    for (auto it = std::next(keyframes.begin()); it != keyframes.end(); odd = !odd)
      it = odd ? keyframes.erase(it) : std::next(it);
    spacing *= 2;
  }
};

std::string_view sentence(Ending ending) {
  switch (ending) {
    case Ending::NotYet:
      return "the run goes on";
    case Ending::NothingLeft:
      return "nothing is left to happen: every program has ended or waits for ever";
    case Ending::StopAt:
      return "the scenario stops here (stop_at)";
    case Ending::EventLimit:
      return "the limit of events is reached (max_events)";
  }
  return "";
}

TaskPath path_of(const World& world, TaskId id) {
  TaskPath path;
  for (; id; id = world.kernel.tasks.read(id).parent) path.push_back(world.kernel.tasks.read(id).nth);
  std::reverse(path.begin(), path.end());
  return path;
}

Session::Session(Setup setup, ProgramsFactory programs)
    : setup_(std::move(setup)), factory_(std::move(programs)) {
  auto trunk = std::make_unique<Branch>();
  trunk->head = make_world(setup_, bytes_);
  trunk->programs = factory_();
  trunk->keyframes.insert_or_assign(0, trunk->head);
  view_ = trunk->head;
  branches_.push_back(std::move(trunk));
}

Session::~Session() = default;

const RecordList& Session::records() const {
  return now().records;
}
const World& Session::latest() const {
  return now().head;
}
std::uint64_t Session::head() const {
  return now().head.events;
}
Ending Session::ending() const {
  return now().ending;
}
const EventLine& Session::line(std::uint64_t event) const {
  return now().lines[event - 1];
}
RecordNumber Session::records_at(std::uint64_t event) const {
  return event == 0 ? 0 : line(event).last;
}
Time Session::time_at(std::uint64_t event) const {
  return event == 0 ? 0 : line(event).time;
}
const PagedArray<JournalEntry>& Session::journal() const {
  return now().journal;
}
std::size_t Session::keyframe_count() const {
  return now().keyframes.size();
}

bool Session::step_head() {
  Branch& branch = now();
  World& world = branch.head;
  if (branch.ending != Ending::NotYet) return false;
  if (world.at_end())
    branch.ending = Ending::NothingLeft;
  else if (world.next_time() > setup_.stop_at)
    branch.ending = Ending::StopAt;
  else if (world.events >= setup_.max_events)
    branch.ending = Ending::EventLimit;
  if (branch.ending != Ending::NotYet) return false;

  Input input;
  if (const TaskId task = world.next_task()) {
    const kernel::Task& asks = world.kernel.tasks.read(task);
    JournalEntry entry;
    entry.event = world.events + 1;
    entry.task = path_of(world, task);
    entry.given = asks.returned == 0 ? asks.result : SysResult{};
    ProgramStep wish = branch.programs->resume(entry.task, entry.given, bytes_);
    entry.call = ProgramCall{wish.call, wish.line};
    entry.fault = std::move(wish.fault);
    input = entry.call;
    branch.journal.push_back(entry);
  }
  const std::size_t before = branch.records.size();
  std::vector<Record> fresh;
  const auto start = Clock::now();
  sockarium::step(world, bytes_, input, fresh);
  branch.since_keyframe += Clock::now() - start;
  for (const Record& record : fresh) {
    if (record.reason == Reason::EndlessCalls)
      branch.journal.write(branch.journal.size() - 1).fault =
          "line " + std::to_string(std::get<ProgramCall>(input).line) +
          ": the program was stopped: " + std::string(row_of(record.reason).sentence);
    branch.records.push_back(record);
  }
  branch.note_event(before);
  const std::uint64_t last_keyframe = branch.keyframes.rbegin()->first;
  if (branch.since_keyframe >= branch.spacing || world.events - last_keyframe >= keyframe_events_most)
    branch.keep_keyframe();
  return true;
}

bool Session::run_ahead(std::uint64_t events) {
  for (; events > 0; --events)
    if (!step_head()) return false;
  return true;
}

void Session::run_to_end() {
  while (step_head()) {
  }
}

bool Session::run_ahead_for(double milliseconds) {
  const auto until = Clock::now() + std::chrono::duration<double, std::milli>(milliseconds);
  do {
    if (!run_ahead(32)) return false;
  } while (Clock::now() < until);
  return true;
}

void Session::replay(World& world, std::uint64_t event, bool leave_snapshots) {
  const Branch& branch = now();
  // The journal entries of events after world.events.
  std::size_t low = 0;
  std::size_t high = branch.journal.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (branch.journal[middle].event <= world.events)
      low = middle + 1;
    else
      high = middle;
  }
  const std::uint64_t stretch = std::max<std::uint64_t>(1, (event - world.events) / 8);
  std::vector<Record> again;
  while (world.events < event) {
    Input input;
    if (low < branch.journal.size() && branch.journal[low].event == world.events + 1) {
      const JournalEntry& entry = branch.journal[low++];
      if (entry.intervention)
        input = *entry.intervention;
      else
        input = entry.call;
    }
    const RecordNumber before = world.records;
    again.clear();
    sockarium::step(world, bytes_, input, again);
    SOCKARIUM_ASSERT(before + again.size() ==
                     branch.lines[world.events - 1].last);  // replay leaves the same records
    for (std::size_t i = 0; i < again.size(); ++i)
      SOCKARIUM_ASSERT(same(again[i], branch.records[before + i]));
    if (leave_snapshots && (event - world.events) % stretch == 0) near_.insert_or_assign(world.events, world);
  }
}

World Session::world_at(std::uint64_t event) {
  Branch& branch = now();
  SOCKARIUM_ASSERT(event <= branch.head.events);
  if (event == branch.head.events) return branch.head;
  auto frame = std::prev(branch.keyframes.upper_bound(event));
  const World* nearest = &frame->second;
  if (const auto close = near_.upper_bound(event); close != near_.begin()) {
    const auto before = std::prev(close);
    if (before->first > nearest->events) nearest = &before->second;
  }
  if (view_.events <= event && view_.events > nearest->events) nearest = &view_;
  World world = *nearest;
  const bool backwards = event < view_.events;
  replay(world, event, backwards);
  while (near_.size() > near_most) {  // those farthest from the cursor go first
    const auto first = near_.begin();
    const auto last = std::prev(near_.end());
    const std::uint64_t below = event > first->first ? event - first->first : 0;
    const std::uint64_t above = last->first > event ? last->first - event : 0;
    near_.erase(below >= above ? first : last);
  }
  return world;
}

void Session::seek(std::uint64_t event) {
  while (head() < event && step_head()) {
  }
  event = std::min(event, head());
  if (event != view_.events) view_ = world_at(event);
}

std::uint64_t Session::hash_at(std::uint64_t event) {
  return world_at(event).hash();
}

std::uint64_t Session::event_at(Time time) {
  while ((head() == 0 || time_at(head()) <= time) && step_head()) {
  }
  std::uint64_t low = 0;
  std::uint64_t high = head();
  while (low < high) {
    const std::uint64_t middle = (low + high + 1) / 2;
    if (time_at(middle) <= time)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

bool interesting(const Record& record) {
  if (std::holds_alternative<rec::StateChanged>(record.what) ||
      std::holds_alternative<rec::PacketDropped>(record.what) ||
      std::holds_alternative<rec::PacketDuplicated>(record.what) ||
      std::holds_alternative<rec::TaskEnded>(record.what) ||
      std::holds_alternative<rec::SocketError>(record.what) ||
      std::holds_alternative<rec::SysctlChanged>(record.what) ||
      std::holds_alternative<rec::LimitChanged>(record.what) ||
      std::holds_alternative<rec::LinkChanged>(record.what) ||
      std::holds_alternative<rec::PacketDelayed>(record.what) ||
      std::holds_alternative<rec::SignalSent>(record.what) ||
      std::holds_alternative<rec::Printed>(record.what))
    return true;
  if (const auto* returned = std::get_if<rec::SyscallReturned>(&record.what)) return !returned->result.ok();
  if (const auto* sent = std::get_if<rec::PacketSent>(&record.what))
    return sent->again > 0 || record.reason == Reason::CookieSent || record.reason == Reason::CookieAlways;
  if (const auto* entered = std::get_if<rec::QueueEntered>(&record.what))
    return entered->length > entered->limit;
  if (const auto* left = std::get_if<rec::QueueLeft>(&record.what))
    return left->length == 0 || left->length == left->limit;
  if (const auto* opened = std::get_if<rec::DescriptorOpened>(&record.what)) return bool(opened->socket);
  return std::holds_alternative<rec::SocketFreed>(record.what);
}

bool Session::event_matches(std::uint64_t event, Unit unit, ProcessId process) const {
  if (unit == Unit::Event) return true;
  if (unit == Unit::Interesting && std::find(marks_.begin(), marks_.end(), event) != marks_.end())
    return true;
  const EventLine& of = line(event);
  for (RecordNumber n = of.first; n <= of.last; ++n) {
    const Record& r = record(n);
    switch (unit) {
      case Unit::Event:
        return true;
      case Unit::Packet:
        if (std::holds_alternative<rec::PacketSent>(r.what) ||
            std::holds_alternative<rec::PacketDelivered>(r.what) ||
            std::holds_alternative<rec::PacketDropped>(r.what))
          return true;
        break;
      case Unit::Call: {
        TaskId task;
        if (const auto* entered = std::get_if<rec::SyscallEntered>(&r.what)) task = entered->task;
        if (const auto* returned = std::get_if<rec::SyscallReturned>(&r.what)) task = returned->task;
        if (task && (!process || now().head.kernel.tasks.read(task).process == process)) return true;
        break;
      }
      case Unit::Interesting:
        if (interesting(r)) return true;
        break;
    }
  }
  return false;
}

bool Session::step_to_match(const std::function<bool(std::uint64_t)>& matches, bool forward) {
  if (!forward) {
    for (std::uint64_t event = cursor(); event > 1; --event)
      if (matches(event - 1)) {
        seek(event - 1);
        return true;
      }
    const bool moved = cursor() > 0;
    seek(0);
    return moved;
  }
  for (std::uint64_t event = cursor() + 1;; ++event) {
    if (event > head() && !step_head()) break;
    if (matches(event)) {
      seek(event);
      return true;
    }
  }
  const bool moved = cursor() < head();
  seek(head());
  return moved;
}

bool Session::step(Unit unit, bool forward, ProcessId process) {
  return step_to_match([&](std::uint64_t event) { return event_matches(event, unit, process); }, forward);
}

bool Session::step_until(const std::function<bool(const Record&)>& wanted, bool forward) {
  return step_to_match(
      [&](std::uint64_t event) {
        const EventLine& of = line(event);
        for (RecordNumber n = of.first; n <= of.last; ++n)
          if (wanted(record(n))) return true;
        return false;
      },
      forward);
}

std::string Session::intervene(const Intervention& intervention, std::string label) {
  if (std::string why = refusal(view_, intervention); !why.empty()) return why;
  const Branch& old = now();
  auto branch = std::make_unique<Branch>();
  branch->parent = current_;
  branch->fork = cursor();
  branch->label = std::move(label);
  branch->journal = old.journal;
  std::size_t entries = branch->journal.size();
  while (entries > 0 && branch->journal[entries - 1].event > cursor()) --entries;
  branch->journal.truncate(entries);
  branch->records = old.records;
  branch->records.truncate(records_at(cursor()));
  branch->lines = old.lines;
  branch->lines.truncate(cursor());
  for (const auto& [event, world] : old.keyframes)
    if (event <= cursor()) branch->keyframes.emplace(event, world);
  branch->head = view_;

  // Fresh programs are led to this moment by the recorded results.
  branch->programs = factory_();
  for (std::size_t i = 0; i < branch->journal.size(); ++i) {
    const JournalEntry& entry = branch->journal[i];
    if (entry.intervention) continue;
    const ProgramStep wish = branch->programs->resume(entry.task, entry.given, bytes_);
    SOCKARIUM_ASSERT(flatten(wish.call) ==
                     flatten(entry.call.call));  // else a program has inputs beside the journal
  }

  JournalEntry entry;
  entry.event = branch->head.events + 1;
  entry.intervention = intervention;
  branch->journal.push_back(entry);
  const std::size_t before = branch->records.size();
  std::vector<Record> fresh;
  sockarium::step(branch->head, bytes_, intervention, fresh);
  for (const Record& record : fresh) branch->records.push_back(record);
  branch->note_event(before);
  branch->keep_keyframe();

  branches_.push_back(std::move(branch));
  current_ = branches_.size() - 1;
  near_.clear();
  view_ = now().head;
  return {};
}

Session::BranchInfo Session::branch_info(std::size_t index) const {
  const Branch& branch = *branches_[index];
  BranchInfo info;
  info.parent = branch.parent;
  info.fork = branch.fork;
  info.head = branch.head.events;
  info.label = branch.label;
  return info;
}

void Session::switch_branch(std::size_t branch) {
  SOCKARIUM_ASSERT(branch < branches_.size());
  const std::uint64_t event = cursor();
  current_ = branch;
  near_.clear();
  view_ = now().keyframes.begin()->second;
  seek(std::min(event, head()));
}

}  // namespace sockarium
