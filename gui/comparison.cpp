// See comparison.h.
#include "gui/comparison.h"

#include <utility>

namespace sockarium::gui {

namespace {

/// The scenario as it is compared: with the params that its `compare` names, where the person set none.
std::shared_ptr<const script::Scenario> for_comparison(std::shared_ptr<const script::Scenario> scenario) {
  script::LoadOptions how = scenario->asked;
  how.seed = scenario->setup.seed;
  how.params.insert(scenario->comparing.params.begin(), scenario->comparing.params.end());
  if (how.params == scenario->asked.params) return scenario;
  const script::LoadResult again = script::load_text(scenario->file, scenario->source, how);
  const auto* loaded = std::get_if<std::shared_ptr<const script::Scenario>>(&again);
  return loaded != nullptr ? *loaded : scenario;
}

}  // namespace

Comparison::Comparison(const std::shared_ptr<const script::Scenario>& scenario, const Session& session,
                       const std::string& program)
    : machine_(compare::this_machine()) {
  if (scenario == nullptr) {
    impossible_ = "This run has no scenario file that the real kernel could play.";
    return;
  }
  if (!machine_.missing.empty()) {
    impossible_ = machine_.missing;
    return;
  }
  compare::Request request;
  request.doings = compare::doings_of(session);
  std::vector<std::string> command{program, "real-run", scenario->file, "--seed",
                                   std::to_string(scenario->setup.seed)};
  for (const auto& [name, value] : scenario->asked.params) {
    command.emplace_back("--set");
    command.push_back(name + "=" + value);
  }
  for (const compare::Doing& doing : request.doings) {
    command.emplace_back("--do");
    command.push_back(compare::to_text(doing));
  }
  playing_ = std::make_unique<compare::Playing>(
      std::make_unique<compare::Match>(request.doings.empty() ? for_comparison(scenario) : scenario, request,
                                       machine_),
      [command](const compare::Match& match) {
        return std::make_unique<compare::Enclosure>(command, match.limit());
      });
}

double Comparison::seconds_left() const {
  return running() ? static_cast<double>(playing_->left()) / 1e9 : 0;
}

bool Comparison::advance() {
  if (!running() || !playing_->over()) return false;
  over_ = true;
  conclude();
  return true;
}

void Comparison::conclude() {
  impossible_ = report().skipped;
  if (!impossible_.empty()) return;
  Session& session = playing_->match().session();
  model_ = {&session.world(), &session.bytes(), &session.records(), {}};
  real_ = {&session.world(), &session.bytes(), &report().records, {}};
  same_ = report().verdict.pairs;
  for (const auto* differences : {&report().verdict.unexplained, &report().verdict.explained})
    for (const compare::Difference& difference : *differences) {
      if (difference.model && difference.model->record != 0) model_.marked.insert(difference.model->record);
      if (difference.real && difference.real->record != 0) real_.marked.insert(difference.real->record);
      if (difference.model && difference.real && difference.model->record != 0)
        same_.emplace_back(difference.model->record, difference.real->record);
    }
}

RecordNumber Comparison::subject(const ComparedSide& side, RecordNumber number) {
  if (number == 0 || number > side.records->size()) return 0;
  const What& what = (*side.records)[number - 1].what;
  if (const auto* returned = std::get_if<rec::SyscallReturned>(&what)) return returned->entered;
  if (const auto* delivered = std::get_if<rec::PacketDelivered>(&what)) return delivered->sent;
  if (const auto* dropped = std::get_if<rec::PacketDropped>(&what)) return dropped->sent;
  if (std::holds_alternative<rec::TaskBlocked>(what)) return (*side.records)[number - 1].cause;
  return number;
}

const compare::Difference* Comparison::first_difference() const {
  const compare::Verdict& verdict = report().verdict;
  if (!verdict.unexplained.empty()) return &verdict.unexplained.front();
  return verdict.explained.empty() ? nullptr : &verdict.explained.front();
}

RecordNumber Comparison::in_real(RecordNumber model) const {
  for (const auto& [one, other] : same_)
    if (one == model) return other;
  return 0;
}

RecordNumber Comparison::in_model(RecordNumber real) const {
  for (const auto& [one, other] : same_)
    if (other == real) return one;
  return 0;
}

RecordNumber Comparison::reached(const Session& shown) const {
  const observe::Records& records = *model_.records;
  const RecordNumber now = shown.records_at(shown.cursor());
  if (now == 0) return 0;
  // The same record, as long as it is the same run; with other params the same time.
  const Record& last = shown.record(now);
  if (now <= records.size() && records[now - 1].time == last.time && records[now - 1].event == last.event &&
      records[now - 1].what.index() == last.what.index())
    return now;
  RecordNumber first = 0, behind = records.size();
  while (first < behind) {
    const RecordNumber middle = (first + behind) / 2;
    if (records[middle].time <= last.time)
      first = middle + 1;
    else
      behind = middle;
  }
  return first;
}

}  // namespace sockarium::gui
