// The one seam between programs and kernels. Whoever runs a world (the session, the comparison, a test) asks
// the programs for their next call; Lua scenarios, packetdrill scripts and tests answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/bytes.h"
#include "sim/core/syscall.h"

namespace sockarium {

/// Which task asks: a path of child numbers, the same on both kernels. {4} is the main task of Setup's 5th
/// process, {4, 0} the first thread or forked child that it made.
using TaskPath = std::vector<std::uint32_t>;

struct ProgramStep {
  Syscall call = sys::Exit{};
  std::int64_t line = 0;  ///< of the scenario file, where the call stands; 0: unknown
  std::string fault;      ///< not empty: the program broke (a script error) and `call` is its exit
};

class Programs {
 public:
  virtual ~Programs() = default;
  /// Hands the task the result of its last call (at its first turn: a result of 0) and runs it up to its next
  /// call. Payloads are put into `bytes`. A task that has come to its end answers sys::Exit.
  virtual ProgramStep resume(const TaskPath& task, const SysResult& result, ByteStore& bytes) = 0;
};

/// Fresh programs at their first lines; the same each time.
using ProgramsFactory = std::function<std::unique_ptr<Programs>()>;

}  // namespace sockarium
