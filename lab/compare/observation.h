// What was seen of a run, alike for both kernels: each task's calls in program order, and the packets at the
// moment when they were sent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/session/programs.h"
#include "lab/session/session.h"
#include "sim/core/syscall.h"
#include "sim/wire/packet.h"

namespace sockarium::compare {

struct SeenCall {
  TaskPath task;
  Syscall call;
  std::int64_t line = 0;  ///< of the scenario file
  SysResult result;
  bool returned = false;  ///< false: it blocks to this day, or `signal` ended its process in it
  std::int64_t signal = 0;
  Time entered = 0, left = 0;
};

struct SeenPacket {
  Time sent = 0;
  std::int64_t link = -1;  ///< place in Setup::links; −1: loopback
  wire::Packet packet;
  bool lost = false;  ///< the link dropped it
};

struct Seen {
  std::vector<SeenCall> calls;      ///< in the order of entry
  std::vector<SeenPacket> packets;  ///< in the order of sending
  std::string trouble;              ///< not empty: the run was cut short, and why
};

/// What the model shows up to `until`.
Seen observe_model(const Session& session, Time until);

}  // namespace sockarium::compare
