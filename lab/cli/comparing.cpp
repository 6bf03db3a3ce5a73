#include "lab/cli/comparing.h"

#include <fmt/format.h>

#include "lab/compare/machine.h"

namespace sockarium::cli {

std::vector<Finding> what_comparing_needs() {
  const compare::Machine machine = compare::this_machine();
  const bool root = machine.rights == compare::Rights::Root;
  const bool allowed = machine.rights != compare::Rights::None;
  constexpr std::uint64_t usual_open_files = 1024;
  return {
      {"network namespaces", allowed,
       root      ? "yes, as root"
       : allowed ? "yes, in a user namespace"
                 : "not allowed",
       "run as root, or allow unprivileged user namespaces (in a container: --privileged)"},
      {"congestion control", true, machine.congestion_control, ""},
      {"open files, at most", machine.open_files >= usual_open_files, fmt::format("{}", machine.open_files),
       "processes of a scenario have 1024 unless it says otherwise: raise the hard limit (ulimit -Hn)"},
      {"a second user", root, root ? "yes" : "no: a user namespace has one",
       "scenarios whose processes belong to different users need root"},
      {"compare", machine.missing.empty(),
       machine.missing.empty() ? fmt::format("with {}", machine.kernel) : machine.missing,
       "sockarium compare needs what is missing; everything else works without"},
  };
}

}  // namespace sockarium::cli
