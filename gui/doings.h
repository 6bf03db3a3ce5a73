// What a person could do at the shown moment, about what is selected or what has just happened: the buttons
// below «Why?» and the menu «What if» offer the same. Doing any of it starts a branch.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gui/panels.h"

namespace sockarium::gui {

struct Doable {
  enum class Kind : std::uint8_t { Drop, Delay, Double, Cut, Mend, Kill, Pause };
  Kind kind = Kind::Drop;
  std::string label, hint;  ///< «Drop this packet», and what that does
  Intervention what;
  std::string told;  ///< what the branch is called: «drop SYN seq 0 :41000 → :8080»
};

/// Only what the model does not refuse at this moment.
std::vector<Doable> doables(const Frame& frame, const ViewState& view);
std::optional<Doable> doable(const Frame& frame, const ViewState& view, Doable::Kind kind);

/// The living process that the selected record, or the shown event, is about.
std::optional<ProcessId> meant_process(const Frame& frame, const ViewState& view);

/// Opens the box for a segment that nobody has sent, filled in with the connection that is shown: its
/// client's RST.
void open_forge(const Frame& frame, ViewState& view);
/// Opens the box for RLIMIT_NOFILE, with the process that is meant.
void open_limit(const Frame& frame, ViewState& view);

/// «10.0.0.5:41000», «[2001:db8::5]:80», «srv:80»; none: it is no end.
std::optional<Endpoint> parse_end(const Frame& frame, std::string_view text);

}  // namespace sockarium::gui
