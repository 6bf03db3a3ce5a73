// What the top level of a file declares, while it runs: the functions host{…}, link{…}, process(…) and so on
// write into a Scenario.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "lab/script/binding.h"
#include "lab/script/scenario.h"

namespace sockarium::script {

class Loader {
 public:
  Loader(Scenario& scenario, const LoadOptions& options) : scenario_(scenario), options_(options) {}

  Scenario& scenario() { return scenario_; }
  Setup& setup() { return scenario_.setup; }
  const LoadOptions& options() const { return options_; }

  std::vector<When> moments;           ///< what on{…} made; handles hold places here
  std::vector<int> process_functions;  ///< references, in the order of Setup::processes
  std::set<std::string> used_overrides;
  bool has_scenario = false, has_params = false;

 private:
  Scenario& scenario_;
  const LoadOptions& options_;
};

// Used by other bindings, too.
Answer declare_params(Arguments& arguments);

/// Adds what `sysctl = { name = value }` says to a host; throws for names and values that Linux has not.
void set_sysctl(HostSetup& host, const std::string& name, const Value& value);
/// A host given as handle or by its name; throws with `what` in the message.
std::size_t host_from(const Setup& setup, const Value& value, const std::string& what);
/// The same for a host that can run processes, hold settings and be linked: not a raw peer.
std::size_t kernel_from(const Setup& setup, const Value& value, const std::string& what);
/// The field `profile`: a kernel's name; throws for one that nobody knows.
std::optional<Profile> profile_field(Fields& fields);
/// The field `state`, as ss or RFC 9293 spells it; throws for a word that is no state.
std::optional<TcpState> state_field(Fields& fields);
/// A moment: nothing or "end", a duration, on{…}, or a bookmark's name.
When moment_from(const Loader& loader, const Value& value, const std::string& what);
/// Texts with {expressions}: throws where braces or expressions are broken, so that it shows when the file is
/// read.
void check_text(Arguments& arguments, const std::string& text);

/// What can only be said once everything is declared: bookmarks that are named, hosts and processes that
/// exist. Throws Fault; `line` gets the place.
void check_whole(Loader& loader, std::int64_t& line);

void open_network_declarations(lua_State* L);
void open_lesson_declarations(lua_State* L);
void open_comparison_declaration(lua_State* L);
void open_deed_declarations(lua_State* L);

}  // namespace sockarium::script
