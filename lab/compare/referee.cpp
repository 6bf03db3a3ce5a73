#include "lab/compare/referee.h"

#include <fmt/format.h>

#include <algorithm>

#include "lab/compare/difference.h"
#include "lab/compare/namespaces.h"
#include "lab/compare/real_run.h"

namespace sockarium::compare {

namespace {

using nlohmann::json;

constexpr Duration settling = 250 * millisecond;  // after the model's last observation: what else comes?
constexpr Duration overhead = 10 * second;        // for namespaces to be made and agents to start

json as_json(const Line& line) {
  return {{"text", line.text}, {"line", line.line}, {"time_ns", line.time}};
}

json as_json(const std::vector<Difference>& differences) {
  json all = json::array();
  for (const Difference& difference : differences) {
    json one{{"strand", difference.strand},
             {"what", difference.what},
             {"why", difference.why},
             {"source", difference.source}};
    if (difference.model) one["model"] = as_json(*difference.model);
    if (difference.real) one["real"] = as_json(*difference.real);
    all.push_back(one);
  }
  return all;
}

json as_json(const std::vector<Strand>& strands) {
  json all = json::array();
  for (const Strand& strand : strands) {
    json lines = json::array();
    for (const Line& line : strand.lines) lines.push_back(as_json(line));
    all.push_back({{"strand", strand.name}, {"lines", lines}});
  }
  return all;
}

Time last_observation(const Seen& seen) {
  Time last = 0;
  for (const SeenCall& call : seen.calls) last = std::max(last, call.left);
  for (const SeenPacket& packet : seen.packets) last = std::max(last, packet.sent);
  return last;
}

/// Empty, or what this machine can't give to the scenario.
std::string unable(const Setup& setup) {
  for (const HostSetup& host : setup.hosts)
    for (const Address& address : host.addresses)
      if (!address.is_v4()) return "IPv6 is not compared yet";
  return {};
}

json judge(const Setup& setup, const Seen& model, const ByteStore& model_bytes, const Seen& real,
           const ByteStore& real_bytes, const std::string& scenario, Time cut, std::size_t beyond) {
  const std::vector<Strand> theirs = in_script_space(real, setup, real_bytes);
  Verdict verdict =
      compare(in_script_space(model, setup, model_bytes), theirs, cut - cut * 7 / 100 - 20 * millisecond);
  explain(verdict, scenario);
  return {{"observations", verdict.observations},        {"same", verdict.same},
          {"left_out", verdict.left_out + beyond},       {"explained", as_json(verdict.explained)},
          {"unexplained", as_json(verdict.unexplained)}, {"stale", verdict.stale}};
}

}  // namespace

Report referee(const std::shared_ptr<const script::Scenario>& scenario, const Session& session,
               const Request& request) {
  Report report;
  const Setup& setup = scenario->setup;
  if (report.why = unable(setup); !report.why.empty()) {
    report.reached = Reached::Skipped;
    return report;
  }
  const Time cut = std::min(setup.stop_at, request.max_time);
  const Seen whole = observe_model(session, never);
  const Seen model = observe_model(session, cut);
  const Time last = last_observation(model);
  const Time until = std::min(cut, last + last * 7 / 100 + settling);
  const std::size_t beyond =
      whole.calls.size() + whole.packets.size() - model.calls.size() - model.packets.size();

  const auto work = [&]() -> std::string {
    json answer;
    RealNetwork network;
    if (const std::string why = build(setup, network); !why.empty()) {
      answer["trouble"] = why;
      return answer.dump();
    }
    ByteStore bytes;
    const std::unique_ptr<Programs> programs = script::programs_of(scenario)();
    const Seen real = run_for_real(setup, *programs, bytes, network, until);
    if (!real.trouble.empty())
      answer["trouble"] = real.trouble;
    else if (request.real_only)
      answer["strands"] = as_json(in_script_space(real, setup, bytes));
    else
      answer = judge(setup, model, session.bytes(), real, bytes, scenario->id, until, beyond);
    return answer.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  const Outcome outcome = in_new_namespaces(work, until + overhead);
  if (!outcome.possible) {
    report.reached = Reached::Impossible;
    report.why = "network namespaces can't be had here";
    return report;
  }
  report.found = json::parse(outcome.text, nullptr, false);
  if (!outcome.in_time || !outcome.finished || report.found.is_discarded()) {
    report.reached = Reached::Skipped;
    report.why = outcome.in_time ? "the real run was ended from outside" : "the real run did not end in time";
  } else if (report.found.contains("trouble")) {
    report.reached = Reached::Skipped;
    report.why = report.found["trouble"];
    if (report.why.find("packet sockets") != std::string::npos ||
        report.why.find("Ethernet") != std::string::npos)
      report.reached = Reached::Impossible;
  }
  return report;
}

}  // namespace sockarium::compare
