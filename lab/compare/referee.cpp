#include "lab/compare/referee.h"

#include <fmt/format.h>

#include <algorithm>

#include "lab/compare/network.h"
#include "lab/compare/parcel.h"
#include "lab/compare/real_records.h"
#include "lab/compare/real_run.h"

namespace sockarium::compare {

namespace {

constexpr Duration settling = 350 * millisecond;  // after the model's last observation: what else comes?
constexpr Duration worth_telling = 5 * millisecond;
constexpr Duration overhead = 10 * second;  // for namespaces to be made and agents to start

Time last_observation(const Seen& seen, const std::vector<Moment>& moments) {
  Time last = 0;
  for (const SeenCall& call : seen.calls) last = std::max(last, call.left);
  for (const SeenPacket& packet : seen.packets) last = std::max(last, packet.sent);
  if (!moments.empty()) last = std::max(last, moments.back().at);
  return last;
}

/// A long sleep or wait of the model says nothing about the real kernel while nobody can see its end.
Time last_of_interest(const Session& session, Time cut) {
  Time last = 0;
  for (std::uint64_t event = 1; event <= session.head() && session.time_at(event) <= cut; ++event)
    last = session.time_at(event);
  return last;
}

std::size_t observations(const Seen& seen) {
  return seen.calls.size() + seen.packets.size();
}

/// Would the model itself give what the real kernel gave, if calls took longer? Then the scenario has a tie:
/// two things at the same moment, of which either may come first.
bool is_tie(const std::shared_ptr<const script::Scenario>& scenario, Setup setup,
            const std::vector<Moment>& moments, Time cut, const std::vector<Strand>& real, Time edge,
            std::size_t differences) {
  for (const Duration other : {40 * microsecond, 300 * microsecond}) {
    setup.syscall_time = other;
    Session again(setup, script::programs_of(scenario));
    again.run_to_end();
    again.seek(again.head());
    Seen seen = observe_model(again, cut);
    observe_rests(again, moments, seen);
    if (compare(in_script_space(seen, setup, again.bytes()), real, edge).unexplained.size() < differences)
      return true;
  }
  return false;
}

}  // namespace

Match::Match(std::shared_ptr<const script::Scenario> scenario, const Request& request, const Machine& machine)
    : scenario_(std::move(scenario)), setup_(scenario_->setup) {
  const bool as_shown = !request.doings.empty();
  for (HostSetup& host : setup_.hosts)
    if (!as_shown)
      host.sysctls.insert(host.sysctls.end(), scenario_->comparing.sysctls.begin(),
                          scenario_->comparing.sysctls.end());
  skipped_ = refusal(machine, setup_);
  session_ = std::make_unique<Session>(setup_, script::programs_of(scenario_));
  if (const std::string refused = do_again(*session_, request.doings); !refused.empty() && skipped_.empty())
    skipped_ = "what was done can't be done again: " + refused;
  session_->run_to_end();
  session_->seek(session_->head());
  if (!skipped_.empty()) return;
  if (as_shown) {
    const RealDoings real = for_the_real_kernel(*session_, request.doings, setup_);
    deeds_ = real.deeds;
    if (!(skipped_ = real.trouble).empty()) return;
  }
  cut_ = std::min({setup_.stop_at, as_shown ? never : scenario_->comparing.stop_at, request.max_time});
  moments_ = moments_of(*session_, *scenario_, cut_);
  const Time last = last_of_interest(*session_, cut_);
  model_ = observe_model(*session_, cut_);
  std::erase_if(moments_.moments, [&](const Moment& moment) { return moment.at > cut_; });
  observe_rests(*session_, moments_.moments, model_);
  const Time seen_last = std::max(last, last_observation(model_, moments_.moments));
  until_ = std::min(cut_ + settling, seen_last + seen_last * 7 / 100 + settling);
  beyond_ = observations(observe_model(*session_, never)) - observations(model_);
}

Match::~Match() = default;

Duration Match::limit() const {
  return until_ + overhead;
}

std::string Match::play() const {
  Seen seen;
  ByteStore bytes;
  RealNetwork network;
  if (seen.trouble = build(setup_, network); seen.trouble.empty()) {
    const std::unique_ptr<Programs> programs = script::programs_of(scenario_)();
    seen = run_for_real(setup_, *programs, bytes, network, moments_.moments, deeds_, until_);
  }
  return pack(seen, bytes);
}

Report Match::judge(const Outcome& outcome) {
  Report report;
  std::optional<Seen> real;
  if (!outcome.possible)
    report.skipped = "network namespaces can't be had here";
  else if (!outcome.in_time)
    report.skipped = fmt::format("the real run did not end within {} s", limit() / second);
  else if (!outcome.finished || !(real = unpack(outcome.text, session_->bytes())))
    report.skipped = "the real run was ended from outside";
  else if (!real->trouble.empty())
    report.skipped = real->trouble;
  if (!report.skipped.empty()) return report;
  report.real = std::move(*real);
  report.records = records_of(report.real, session_->world());
  report.beyond = beyond_;
  report.notes = report.real.notes;
  if (report.real.late > worth_telling)
    report.notes.push_back(
        fmt::format("this machine was busy: up to {} ms late", report.real.late / millisecond));
  // What was looked at too late shows another moment.
  Seen model = model_;
  std::erase_if(report.real.rests, [](const Rest& rest) { return rest.moment.at > rest.moment.until; });
  std::erase_if(model.rests, [&](const Rest& rest) {
    return std::none_of(report.real.rests.begin(), report.real.rests.end(),
                        [&](const Rest& other) { return other.moment.name == rest.moment.name; });
  });
  if (model.rests.size() < model_.rests.size())
    report.notes.push_back(fmt::format("{} moments were looked at too late, or not at all, and left out",
                                       model_.rests.size() - model.rests.size()));
  for (const std::string& name : moments_.too_close)
    report.notes.push_back(
        fmt::format("the checkpoint {} lies between events that come too close together", name));
  if (moments_.left_out > 0)
    report.notes.push_back(fmt::format("{} further moments of rest were not looked at", moments_.left_out));
  report.unknown = unknown_counters(report.real, setup_);
  const Time edge = cut_ - cut_ * 7 / 100 - 20 * millisecond;
  const std::vector<Strand> theirs = in_script_space(report.real, setup_, session_->bytes());
  report.verdict = compare(in_script_space(model, setup_, session_->bytes()), theirs, edge);
  explain(report.verdict, scenario_->id);
  const std::size_t differences = report.verdict.unexplained.size() + report.verdict.explained.size();
  if (!report.verdict.unexplained.empty() && deeds_.empty() &&
      is_tie(scenario_, setup_, moments_.moments, cut_, theirs, edge, differences))
    report.notes.push_back(
        "with calls that take longer the model itself comes nearer to the real kernel: the scenario has a "
        "tie, "
        "two things at one moment");
  return report;
}

}  // namespace sockarium::compare
