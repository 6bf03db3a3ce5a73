// Where model and real kernel differ. Strands are compared by name and each in its own order, never across: a
// real machine has no order between processes. A difference may be known; see known_differences.def.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/compare/script_space.h"

namespace sockarium::compare {

struct Difference {
  std::string strand;
  std::optional<Line> model, real;  ///< one of them may be missing
  std::string what;                 ///< beside the texts: «after 1.2 s, in the model after 1 s»
  std::string why, source;          ///< of the ledger; empty: unexplained
};

struct Verdict {
  std::size_t observations = 0;  ///< on either side, pairs counted once
  std::size_t same = 0;
  std::vector<std::pair<RecordNumber, RecordNumber>> pairs;  ///< the same on both sides: model's, real's
  std::size_t left_out = 0;  ///< so close to the end of the run that the other side may have had no time
  std::vector<Difference> explained, unexplained;
  std::vector<std::string> stale;  ///< entries of the ledger that did not occur
};

/// `edge`: what only one side shows after this moment is left out.
Verdict compare(const std::vector<Strand>& model, const std::vector<Strand>& real, Time edge);

/// An entry of the ledger: one scenario and one exact observation.
struct Known {
  std::string_view scenario, strand, model, real, why, source;
};
std::span<const Known> ledger();

/// Moves the known differences of `scenario` to `explained`, and notes entries that did not occur.
void explain(Verdict& verdict, const std::string& scenario, std::span<const Known> known = ledger());

/// Does a timer of the real kernel agree with the model's nominal time? From −1 % to +7 % + 20 ms: Linux's
/// timer wheel rounds up by at most an eighth of a level's unit, and a busy machine is late. What waits for
/// the next tick of the kernel's clock (the ACK of a bare FIN) waits for 0 to 4 ms, as the clock happens to
/// stand.
bool agree(Duration model, Duration real);

}  // namespace sockarium::compare
