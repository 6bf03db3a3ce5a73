// When something is said or done in a run: the moments that a scenario file can name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/core/tcp_state.h"
#include "sim/core/time.h"

namespace sockarium::script {

/// The nth record of a kind: the moment that a lesson speaks about. Empty fields fit everything.
struct Trigger {
  std::string kind;  ///< «PacketDropped», as record.h names it
  std::string host, process;
  std::string reason;             ///< «AcceptQueueFull», as reason.h names it
  std::optional<TcpState> state;  ///< of a StateChanged: the state that is entered
  std::int64_t nth = 1;
  friend bool operator==(const Trigger&, const Trigger&) = default;
};

struct When {
  enum class Kind { End, Time, Bookmark, On };
  Kind kind = Kind::End;
  Time time = 0;  ///< after the last event not later than this
  std::string bookmark;
  Trigger on;
  friend bool operator==(const When&, const When&) = default;
};
/// «at the end», «at 25 ms», «at the bookmark full»
std::string to_string(const When& when);

}  // namespace sockarium::script
