#include "tests/support/lab.h"

#include "tests/support/reached.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/kernel/protocol.h"

namespace sockarium::test {

Endpoint endpoint(std::string_view ip, std::uint16_t port) {
  Endpoint to;
  const auto v4 = parse_v4(ip);
  to.ip = v4 ? *v4 : *parse_v6(ip);
  to.port = port;
  return to;
}

Syscall socket(std::int32_t extra_type) {
  sys::Socket call;
  call.type |= extra_type;
  return call;
}
Syscall bind(std::int32_t fd, std::uint16_t port, std::string_view ip) {
  return sys::Bind{fd, 2, endpoint(ip, port), 0, {}};
}
Syscall listen(std::int32_t fd, std::int32_t backlog) {
  return sys::Listen{fd, backlog};
}
Syscall accept(std::int32_t fd) {
  return sys::Accept{fd, 0};
}
Syscall connect(std::int32_t fd, std::uint16_t port, std::string_view ip) {
  return sys::Connect{fd, 2, endpoint(ip, port), 0, {}};
}
Syscall send(std::int32_t fd, std::uint32_t bytes, std::int32_t flags) {
  return sys::Send{fd, flags, pattern(bytes)};
}
Syscall recv(std::int32_t fd, std::int64_t size, std::int32_t flags) {
  return sys::Recv{fd, flags, size};
}
Syscall close(std::int32_t fd) {
  return sys::Close{fd};
}
Syscall shut_write(std::int32_t fd) {
  return sys::Shutdown{fd, Shut::Write};
}
Syscall set(std::int32_t fd, Option option, std::int64_t value, std::int64_t second) {
  return sys::Setsockopt{fd, option, value, second, {}};
}
Syscall get(std::int32_t fd, Option option) {
  return sys::Getsockopt{fd, option};
}
Syscall set_nonblock(std::int32_t fd, bool on) {
  return sys::Fcntl{fd, f_setfl, on ? o_nonblock : 0};
}
Syscall sleep(Duration duration) {
  return sys::Sleep{duration};
}

Lab::Lab(Duration delay) {
  HostSetup client;
  client.name = "cli";
  client.addresses = {*parse_v4(client_address)};
  HostSetup server;
  server.name = "srv";
  server.addresses = {*parse_v4(server_address)};
  setup.hosts = {client, server};
  LinkSetup link;
  link.b = 1;
  link.delay = delay;
  setup.links = {link};
}

Lab::Program& Lab::Program::starting(Time time) {
  lab_.setup.processes[place_].start = time;
  return *this;
}
Lab::Program& Lab::Program::limit_descriptors(std::uint64_t nofile) {
  lab_.setup.processes[place_].nofile = lab_.setup.processes[place_].nofile_hard = nofile;
  return *this;
}
Lab::Program& Lab::Program::as_user(std::uint32_t uid) {
  lab_.setup.processes[place_].user = uid;
  return *this;
}

Lab::~Lab() {
  if (session_) note_reached(*session_);
}

Lab::Program Lab::program(std::string_view host, std::string name, Script script) {
  ProcessSetup process;
  process.host = place_of_host(host);
  process.name = std::move(name);
  scripts_[{static_cast<std::uint32_t>(setup.processes.size())}] = std::move(script);
  setup.processes.push_back(process);
  return Program(*this, setup.processes.size() - 1);
}
Lab::Program Lab::program(std::string_view host, std::string name, std::vector<Syscall> calls) {
  return program(host, std::move(name), in_order(std::move(calls)));
}

Lab& Lab::child_program(std::string_view program, const TaskPath& path, std::vector<Syscall> calls) {
  for (std::size_t place = 0; place < setup.processes.size(); ++place)
    if (setup.processes[place].name == program) {
      TaskPath whole{static_cast<std::uint32_t>(place)};
      whole.insert(whole.end(), path.begin(), path.end());
      scripts_[whole] = in_order(std::move(calls));
    }
  return *this;
}

Lab& Lab::sysctl(std::string_view host, Sysctl id, std::int64_t value) {
  setup.hosts[place_of_host(host)].sysctls.emplace_back(id, value);
  return *this;
}

Lab& Lab::drop(std::string_view host, std::uint8_t flags, std::uint64_t nth, std::uint8_t without) {
  FaultSetup fault;
  fault.from = place_of_host(host);
  fault.flags = flags;
  fault.without = without;
  fault.nth = nth;
  setup.faults.push_back(fault);
  return *this;
}

Session& Lab::session() {
  if (!session_) session_ = std::make_unique<Session>(setup, scripted(scripts_));
  return *session_;
}

Session& Lab::run(Time until) {
  Session& of = session();
  if (until == never) {
    of.run_to_end();
    of.seek(of.head());
  } else {
    of.seek(of.event_at(until));
  }
  return of;
}

std::size_t Lab::place_of_host(std::string_view name) const {
  for (std::size_t i = 0; i < setup.hosts.size(); ++i)
    if (setup.hosts[i].name == name) return i;
  ADD_FAILURE() << "no host " << name;
  return 0;
}

HostId Lab::host(std::string_view name) const {
  const std::size_t place = place_of_host(name);
  for (const HostId id : ids(session_->world().kernel.hosts))
    if (session_->world().kernel.hosts.read(id).number == place) return id;
  return {};
}

ProcessId Lab::process(std::string_view name) const {
  for (const ProcessId id : ids(session_->world().kernel.processes))
    if (session_->bytes().text(session_->world().kernel.processes.read(id).name) == name) return id;
  ADD_FAILURE() << "no program " << name;
  return {};
}

std::vector<CallLine> Lab::calls(std::string_view program, std::string_view wanted) const {
  std::vector<CallLine> lines;
  const ProcessId of = process(program);
  std::map<RecordNumber, std::size_t> by_entry;
  for (RecordNumber n = 1; n <= session_->records_at(session_->cursor()); ++n) {
    const Record& record = session_->record(n);
    if (const auto* entered = std::get_if<rec::SyscallEntered>(&record.what)) {
      if (session_->world().kernel.tasks.read(entered->task).process != of) continue;
      const Syscall call = unflatten(entered->call);
      if (name(call) != wanted) continue;
      by_entry[n] = lines.size();
      lines.push_back(CallLine{call, {}, record.time, never});
    } else if (const auto* returned = std::get_if<rec::SyscallReturned>(&record.what)) {
      const auto found = by_entry.find(returned->entered);
      if (found == by_entry.end()) continue;
      lines[found->second].result = returned->result;
      lines[found->second].returned = record.time;
    }
  }
  return lines;
}

CallLine Lab::call(std::string_view program, std::string_view wanted, std::size_t nth) const {
  const std::vector<CallLine> lines = calls(program, wanted);
  if (lines.size() < nth) {
    ADD_FAILURE() << program << " made " << lines.size() << " calls of " << wanted << ", not " << nth;
    return {};
  }
  return lines[nth - 1];
}

SysResult Lab::result(std::string_view program, std::string_view wanted, std::size_t nth) const {
  const CallLine line = call(program, wanted, nth);
  EXPECT_NE(line.returned, never) << program << "'s " << wanted << " #" << nth << " never returned";
  return line.result;
}

std::int64_t Lab::counter(std::string_view name, Counter counter) const {
  const World& world = session_->world();
  return static_cast<std::int64_t>(
      world.inet.nets.read(world.kernel.hosts.read(host(name)).net).counters[counter]);
}

std::vector<std::string> Lab::states(std::string_view name) const {
  const World& world = session_->world();
  const NetId net = world.kernel.hosts.read(host(name)).net;
  std::vector<std::string> all;
  for (const SocketId id : ids(world.inet.sockets))
    if (world.inet.sockets.read(id).net == net && kernel::protocol::state_of(world, id) != TcpState::Closed)
      all.emplace_back(ss_name(kernel::protocol::state_of(world, id)));
  for (const RequestId id : ids(world.tcp.requests))
    if (world.tcp.requests.read(id).net == net) all.emplace_back("SYN-RECV");
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> Lab::path(std::string_view name) const {
  std::vector<std::string> steps;
  for (RecordNumber n = 1; n <= session_->records_at(session_->cursor()); ++n) {
    const Record& record = session_->record(n);
    const auto* change = std::get_if<rec::StateChanged>(&record.what);
    if (change == nullptr || record.host != host(name) || change->to == TcpState::Listen ||
        (change->from == TcpState::Listen && change->to == TcpState::Closed))
      continue;
    steps.emplace_back(rfc_name(change->to));
  }
  return steps;
}

std::vector<wire::Packet> Lab::packets(std::string_view name) const {
  std::vector<wire::Packet> all;
  for (RecordNumber n = 1; n <= session_->records_at(session_->cursor()); ++n)
    if (const auto* sent = std::get_if<rec::PacketSent>(&session_->record(n).what))
      if (session_->record(n).host == host(name)) all.push_back(sent->packet);
  return all;
}

std::vector<Time> Lab::sent(std::string_view name, std::uint8_t flags) const {
  std::vector<Time> times;
  for (RecordNumber n = 1; n <= session_->records_at(session_->cursor()); ++n) {
    const Record& record = session_->record(n);
    const auto* packet = std::get_if<rec::PacketSent>(&record.what);
    if (packet != nullptr && record.host == host(name) && packet->packet.flags == flags)
      times.push_back(record.time);
  }
  return times;
}

std::vector<Reason> Lab::drops(std::string_view name) const {
  std::vector<Reason> reasons;
  for (RecordNumber n = 1; n <= session_->records_at(session_->cursor()); ++n)
    if (std::holds_alternative<rec::PacketDropped>(session_->record(n).what) &&
        session_->record(n).host == host(name))
      reasons.push_back(session_->record(n).reason);
  return reasons;
}

}  // namespace sockarium::test
