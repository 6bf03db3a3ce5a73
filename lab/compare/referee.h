// The real kernel as referee: one scenario, played on both kernels, and every difference.
//
//   Match match(scenario, Request{}, this_machine());
//   if (match.skipped().empty()) {
//     Enclosure played([&] { return match.play(); }, match.limit());
//     Report report = match.judge(played.finish());
//   }
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lab/compare/difference.h"
#include "lab/compare/doings.h"
#include "lab/compare/machine.h"
#include "lab/compare/observation.h"
#include "lab/script/scenario.h"
#include "sim/observe/names.h"

namespace sockarium::compare {

struct Request {
  Duration max_time = 10 * second;  ///< of real time; later observations are left out and counted
  std::vector<Doing> doings;        ///< what a person did in the run, which is then taken as it is shown: the
                                    ///< scenario's own settings for comparing are left aside
};

/// A run that came later than this is no measurement: it is played again, whatever it showed.
inline constexpr Duration disturbed = 10 * millisecond;

/// What came out of it.
struct Report {
  std::string skipped;  ///< not empty: it could not be played here, and why
  Seen real;            ///< what was seen of the real kernel; its payloads lie in the session's store …
  observe::Records records;  ///< … and the same as records, for the ladder
  Verdict verdict;
  std::size_t beyond = 0;            ///< observations of the model later than max_time, which were not played
  std::vector<std::string> notes;    ///< what people should know of this match
  std::vector<std::string> unknown;  ///< counters that moved there and that the model has not
};

class Match {
 public:
  /// Runs the model to its end.
  Match(std::shared_ptr<const script::Scenario> scenario, const Request& request, const Machine& machine);
  ~Match();
  Match(const Match&) = delete;
  Match& operator=(const Match&) = delete;

  /// Not empty: this machine can't play it, and why.
  const std::string& skipped() const { return skipped_; }
  /// The most real time that play() may take.
  Duration limit() const;
  /// Plays it on the real kernel, in an enclosure; a parcel of what was seen comes back.
  std::string play() const;
  /// Reads the parcel and compares.
  Report judge(const Outcome& outcome);

  const script::Scenario& scenario() const { return *scenario_; }
  /// The model's run, at its end.
  Session& session() { return *session_; }

 private:
  std::shared_ptr<const script::Scenario> scenario_;
  Setup setup_;
  std::vector<Deed> deeds_;
  std::unique_ptr<Session> session_;
  std::string skipped_;
  Time cut_ = 0, until_ = 0;
  Moments moments_;
  Seen model_;
  std::size_t beyond_ = 0;
};

}  // namespace sockarium::compare
