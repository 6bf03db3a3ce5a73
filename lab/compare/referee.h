// The real kernel as referee: one scenario, run on both kernels, and every difference.
#pragma once

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "lab/script/scenario.h"
#include "lab/session/session.h"

namespace sockarium::compare {

struct Request {
  Duration max_time = 10 * second;  ///< of real time; later observations are left out
  bool real_only = false;           ///< only looks, compares nothing
};

enum class Reached {
  Compared,    ///< `report` says what was found
  Skipped,     ///< this machine can't run that scenario; `why`
  Impossible,  ///< this machine can't run any; `why`
};

struct Report {
  Reached reached = Reached::Compared;
  std::string why;
  nlohmann::json found;  ///< observations, same, left_out, explained, unexplained, stale; or strands
};

/// `session`: the model's run, at its end.
Report referee(const std::shared_ptr<const script::Scenario>& scenario, const Session& session,
               const Request& request);

}  // namespace sockarium::compare
