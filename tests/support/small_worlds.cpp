// See small_worlds.h.
#include "tests/support/small_worlds.h"

#include <gtest/gtest.h>

namespace sockarium::test {

using namespace literals;

SmallWorld& SmallWorld::host(const std::string& name, const Address& address) {
  HostSetup plan;
  plan.name = name;
  plan.addresses = {address};
  setup.hosts.push_back(plan);
  return *this;
}

SmallWorld& SmallWorld::link(std::size_t a, std::size_t b, Duration delay) {
  LinkSetup plan;
  plan.a = a;
  plan.b = b;
  plan.delay = delay;
  setup.links.push_back(plan);
  return *this;
}

SmallWorld& SmallWorld::sysctl(std::size_t host, Sysctl id, std::int64_t value) {
  setup.hosts[host].sysctls.emplace_back(id, value);
  return *this;
}

SmallWorld& SmallWorld::drop(std::size_t from, std::uint8_t flags, std::uint8_t without, std::uint64_t nth) {
  FaultSetup plan;
  plan.from = from;
  plan.flags = flags;
  plan.without = without;
  plan.nth = nth;
  setup.faults.push_back(plan);
  return *this;
}

SmallWorld& SmallWorld::delay(std::size_t from, std::uint8_t flags, Duration by, std::uint64_t nth) {
  drop(from, flags, 0, nth);
  setup.faults.back().action = FaultAction::Delay;
  setup.faults.back().by = by;
  return *this;
}

SmallWorld& SmallWorld::program(std::size_t host, const std::string& name, std::vector<Syscall> calls,
                                Time start) {
  ProcessSetup plan;
  plan.host = host;
  plan.name = name;
  plan.start = start;
  scripts[{static_cast<std::uint32_t>(setup.processes.size())}] = in_order(std::move(calls));
  setup.processes.push_back(plan);
  return *this;
}

SmallWorld& SmallWorld::stop_at(Time time) {
  setup.stop_at = time;
  return *this;
}

Story& Story::to_the_end() {
  session_->run_to_end();
  session_->seek(session_->head());
  return *this;
}

Story& Story::to(const std::function<bool(const Record&)>& wanted) {
  EXPECT_TRUE(session_->step_until(wanted, true)) << "no such record in this run";
  return *this;
}

Story& Story::to(Time time) {
  session_->seek(session_->event_at(time));
  return *this;
}

RecordNumber Story::find(const std::function<bool(const Record&)>& wanted, RecordNumber after) const {
  for (RecordNumber n = after + 1; n <= records().size(); ++n)
    if (wanted(records()[n - 1])) return n;
  return 0;
}

std::vector<Record> Story::all_records() const {
  std::vector<Record> all;
  for (std::size_t i = 0; i < records().size(); ++i) all.push_back(records()[i]);
  return all;
}

std::vector<std::string> Story::captions() const {
  const observe::Narrator tells = narrator();
  std::vector<std::string> lines;
  for (std::uint64_t event = 1; event <= session_->cursor(); ++event)
    lines.push_back(tells.caption(session_->line(event).first, session_->line(event).last));
  return lines;
}

Endpoint server_port(std::uint16_t port) {
  return Endpoint{Address::v4(192, 168, 1, 10), port};
}
Endpoint any_address(std::uint16_t port) {
  return Endpoint{Address::any_v4(), port};
}

SmallWorld client_and_server() {
  return SmallWorld{}
      .host("cli", Address::v4(10, 0, 0, 5))
      .host("srv", Address::v4(192, 168, 1, 10))
      .link(0, 1, 10_ms);
}

SmallWorld handshake() {
  return client_and_server()
      .program(1, "web",
               {sys::Socket{}, sys::Bind{3, 2, any_address(), 0, {}}, sys::Listen{3, 2}, sys::Accept{3, 0},
                sys::Sleep{1_s}})
      .program(0, "curl", {sys::Socket{}, sys::Connect{3, 2, server_port(), 0, {}}, sys::Sleep{1_s}}, 1_ms)
      .stop_at(500_ms);
}

SmallWorld request_and_goodbye() {
  return client_and_server()
      .program(1, "web",
               {sys::Socket{}, sys::Bind{3, 2, any_address(), 0, {}}, sys::Listen{3, 2}, sys::Accept{3, 0},
                sys::Recv{4, 0, 1000}, sys::Send{4, 0, pattern(5)}, sys::Recv{4, 0, 1000}, sys::Close{4}})
      .program(0, "curl",
               {sys::Socket{}, sys::Connect{3, 2, server_port(), 0, {}}, sys::Send{3, 0, pattern(100)},
                sys::Recv{3, 0, 1000}, sys::Close{3}},
               1_ms);
}

SmallWorld overflowing_backlog() {
  SmallWorld world = client_and_server();
  world.program(1, "slowd",
                {sys::Socket{}, sys::Bind{3, 2, any_address(), 0, {}}, sys::Listen{3, 2}, sys::Sleep{10_s},
                 sys::Accept{3, 0}});
  for (int n = 1; n <= 4; ++n)
    world.program(0, "curl-" + std::to_string(n),
                  {sys::Socket{}, sys::Connect{3, 2, server_port(), 0, {}}, sys::Sleep{60_s}},
                  1_ms + n * 30_ms);
  return world.stop_at(2_s);
}

SmallWorld lost_syn() {
  return handshake().drop(0, wire::SYN).stop_at(1500_ms);
}

SmallWorld refused() {
  return client_and_server().program(0, "curl", {sys::Socket{}, sys::Connect{3, 2, server_port(81), 0, {}}},
                                     1_ms);
}

bool is_drop(const Record& record) {
  return std::holds_alternative<rec::PacketDropped>(record.what);
}

bool is_sent(const Record& record, std::uint8_t flags) {
  const auto* sent = std::get_if<rec::PacketSent>(&record.what);
  return sent != nullptr && (sent->packet.flags & flags) == flags;
}

bool is_state(const Record& record, TcpState to) {
  const auto* changed = std::get_if<rec::StateChanged>(&record.what);
  return changed != nullptr && changed->to == to;
}

bool is_failure(const Record& record) {
  const auto* returned = std::get_if<rec::SyscallReturned>(&record.what);
  return returned != nullptr && !returned->result.ok();
}

}  // namespace sockarium::test
