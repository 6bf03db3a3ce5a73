// The top level's word for the comparison with the real kernel: compare { params, sysctl, stop_at } names
// what shortens long waits there. It holds for both sides of a comparison, and for nothing else.
#include <fmt/format.h>

#include <algorithm>

#include "lab/script/loader.h"
#include "lab/script/suggest.h"

namespace sockarium::script {

namespace {

constexpr const char* example =
    "compare { params = { pause = \"50ms\" }, sysctl = { tcp_synack_retries = 1 } }";

const std::vector<Entry>& named_entries(Fields& fields, std::string_view key) {
  static const std::vector<Entry> none;
  const Value* table = fields.find(key);
  if (table == nullptr) return none;
  if (table->kind != Value::Kind::Table || table->length() > 0)
    fields.wrong(key, "a table of names and values", fmt::format("write {}", example));
  return table->entries;
}

Answer declare_comparing(Arguments& a) {
  require_phase(a, Phase::Loading);
  Loader& loader = *a.machine().loader;
  Scenario& scenario = loader.scenario();
  const Value table = a.value(1);
  if (table.kind != Value::Kind::Table)
    throw Fault(fmt::format("compare needs a table, not {}", describe(table)),
                fmt::format("write {}", example), "compare");
  Fields fields(table, "compare");
  HostSetup any;
  for (const Entry& entry : named_entries(fields, "sysctl")) set_sysctl(any, show(entry.key), entry.value);
  if (!any.reserved_ports.empty())
    throw Fault("compare: ip_local_reserved_ports cannot be set for the comparison alone",
                "set it at the host", "ip_local_reserved_ports");
  for (const Entry& entry : named_entries(fields, "params")) {
    const std::string name = show(entry.key);
    std::vector<std::string> names;
    for (const Param& param : scenario.params) names.push_back(param.name);
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Fault(fmt::format("compare: unknown param '{}'", name),
                  did_you_mean(name, names, "params { … } must come first"), name);
    scenario.comparing.params[name] = show(entry.value);
  }
  scenario.comparing.sysctls = std::move(any.sysctls);
  scenario.comparing.stop_at = fields.duration("stop_at").value_or(never);
  fields.finish();
  return answer();
}

}  // namespace

void open_comparison_declaration(lua_State* L) {
  offer_binding<&declare_comparing>(L, "compare");
}

}  // namespace sockarium::script
