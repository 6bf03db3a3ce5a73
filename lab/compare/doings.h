// What a person did in the middle of a run (drop a packet, kill a process, set a sysctl), told so that it can
// be done again: to the model, event by event, and to the real kernel, as a fault of the wire or at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/compare/observation.h"
#include "lab/session/session.h"

namespace sockarium::compare {

/// Done after `event` events.
struct Doing {
  std::uint64_t event = 0;
  Intervention what;
};

/// What was done in the branch that the session shows, in order.
std::vector<Doing> doings_of(const Session& session);
/// Does the same in a fresh session of the same scenario. Empty, or why it can't be done.
std::string do_again(Session& session, const std::vector<Doing>& doings);

/// As a word of a command line: «17:drop:12».
std::string to_text(const Doing& doing);
std::optional<Doing> parse_doing(std::string_view text);

/// What the real side does at a moment of script time, once its programs have come as far as in the model.
struct Deed {
  Time at = 0;
  CallsMade calls;          ///< by then
  std::size_t process = 0;  ///< to be killed: place in Setup::processes …
  bool kills = false;
  std::size_t host = 0;  ///< … or where a sysctl is set: place in Setup::hosts
  Sysctl sysctl = Sysctl::Somaxconn;
  std::int64_t value = 0;
};

/// The same for the real kernel. Dropped packets become faults of `setup`: «the n-th packet in that direction
/// of the link». `trouble`: not empty where something can't be done there, and why.
struct RealDoings {
  std::vector<Deed> deeds;
  std::string trouble;
};
RealDoings for_the_real_kernel(const Session& session, const std::vector<Doing>& doings, Setup& setup);

}  // namespace sockarium::compare
