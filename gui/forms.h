// What is being typed into the boxes of interventions that need more than a click.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "sim/core/id.h"

namespace sockarium::gui {

/// A segment that nobody has sent. Empty numbers: those that fit the connection.
struct ForgeForm {
  /// Places of SYN, ACK, FIN, RST, PSH in `flags`.
  enum Flag : std::uint8_t { Syn, Ack, Fin, Rst, Psh };
  std::string from, to;  ///< «10.0.0.5:41000»
  std::array<bool, 5> flags{};
  std::string seq, ack, window;
};

/// RLIMIT_NOFILE of a process.
struct LimitForm {
  ProcessId process;
  std::string number;
};

}  // namespace sockarium::gui
