// What tests have reached: arcs between the states of TCP, and reasons. Every test process writes what its
// worlds went through; tests/reached_test.cpp puts it all together.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lab/session/session.h"

namespace sockarium::test {

struct Reached {
  std::set<std::pair<TcpState, TcpState>> arcs;
  std::set<Reason> reasons;
};

/// Notes all that happened in a session's shown branch. `scenario`: a shipped one showed it.
void note_reached(const Session& session, bool scenario = false);

/// The same of a world that a test has stepped by itself.
void note_reached(const std::vector<Record>& records);

/// What all processes of this run of ctest have written; with `scenarios`, only what shipped scenarios
/// showed.
Reached all_reached(bool scenarios);
/// Is there a place where they write? (SOCKARIUM_REACHED, which ctest sets)
bool reached_is_kept();

}  // namespace sockarium::test
