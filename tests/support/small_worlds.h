// Small worlds that many stories begin with: a client and a server, 10 ms apart, and what usually happens
// between them.
//
//   auto run = handshake();
//   run.to_the_end();
//   EXPECT_EQ(run.captions().back(), …);
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lab/session/session.h"
#include "sim/observe/caption.h"
#include "tests/support/scripted.h"

namespace sockarium::test {

/// Hosts, links and programs, put together like a scenario file.
class SmallWorld {
 public:
  /// Host number 0, 1, … in the order of calls.
  SmallWorld& host(const std::string& name, const Address& address);
  SmallWorld& link(std::size_t a, std::size_t b, Duration delay);
  SmallWorld& sysctl(std::size_t host, Sysctl id, std::int64_t value);
  /// The nth packet of `from` on link 0 that has all of `flags` and none of `without`.
  SmallWorld& drop(std::size_t from, std::uint8_t flags, std::uint8_t without = 0, std::uint64_t nth = 1);
  SmallWorld& delay(std::size_t from, std::uint8_t flags, Duration by, std::uint64_t nth = 1);
  SmallWorld& program(std::size_t host, const std::string& name, std::vector<Syscall> calls, Time start = 0);
  SmallWorld& stop_at(Time time);

  Setup setup;
  std::map<TaskPath, Script> scripts;
};

/// A run of such a world, and what one asks of it.
class Story {
 public:
  explicit Story(const SmallWorld& world)
      : session_(std::make_unique<Session>(world.setup, scripted(world.scripts))) {}

  Story& to_the_end();
  /// Shows the moment after the first event with a record for which `wanted` is true; must exist.
  Story& to(const std::function<bool(const Record&)>& wanted);
  /// Shows the last moment not later than `time`.
  Story& to(Time time);

  Session& session() { return *session_; }
  const World& world() const { return session_->world(); }
  const RecordList& records() const { return session_->records(); }
  const ByteStore& bytes() const { return session_->bytes(); }
  RecordNumber cursor() const { return session_->records_at(session_->cursor()); }
  /// The number of the first record (after `after`) for which `wanted` is true; 0: there is none.
  RecordNumber find(const std::function<bool(const Record&)>& wanted, RecordNumber after = 0) const;
  observe::Narrator narrator() const { return {world(), bytes(), records()}; }
  /// Copies of all records, for loops.
  std::vector<Record> all_records() const;
  /// Captions of all events so far, one a line without the time.
  std::vector<std::string> captions() const;

 private:
  std::unique_ptr<Session> session_;
};

inline constexpr std::uint16_t web_port = 80;
Endpoint server_port(std::uint16_t port = web_port);  ///< 192.168.1.10
Endpoint any_address(std::uint16_t port = web_port);

/// cli 10.0.0.5 and srv 192.168.1.10 with 10 ms between them; no programs yet.
SmallWorld client_and_server();
/// web listens on port 80 and accepts; curl connects.
SmallWorld handshake();
/// The same, with a request of 100 bytes, an answer of 5, and curl closing first.
SmallWorld request_and_goodbye();
/// slowd listens with backlog 2 and sleeps; four clients connect, 30 ms apart: the fourth finds the queue
/// full.
SmallWorld overflowing_backlog();
/// As handshake(), but the first SYN is lost.
SmallWorld lost_syn();
/// curl connects to a port where nobody listens.
SmallWorld refused();

bool is_drop(const Record& record);
bool is_sent(const Record& record, std::uint8_t flags);
bool is_state(const Record& record, TcpState to);
bool is_failure(const Record& record);

}  // namespace sockarium::test
