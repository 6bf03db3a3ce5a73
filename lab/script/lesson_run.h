// When a lesson speaks: the events at which its narrations, bookmarks and predictions come due in the run
// that is shown. Worked out from the records of the branch as the head runs ahead; each record is looked at
// once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/script/scenario.h"
#include "lab/session/session.h"

namespace sockarium::script {

/// What a prediction asks and what is true, worked out at its moment.
struct Question {
  std::size_t prediction = 0;
  std::uint64_t event = 0;  ///< the moment that it is about
  std::uint64_t asked = 0;  ///< when it is asked: just before
  std::string ask, answer;
  std::vector<std::string> options;  ///< empty: the answer is typed
  std::vector<std::string> items;    ///< of an answer that is an order
  std::size_t correct = 0;
  std::optional<double> number;
  double tolerance = 0;
  Prediction::Type type = Prediction::Type::Choice;
  std::string error;  ///< the lesson itself is wrong here
};

struct Mark {
  std::uint64_t event = 0;
  std::string name;
};

class LessonRun {
 public:
  /// Looks at what the session has simulated since the last time. `latest`: the world at its head. `scenario`
  /// may be null. Moves the session's cursor to the moments that it asks about, and back.
  void update(Session& session, const World& latest, const Scenario* scenario);
  void clear();

  const std::vector<Mark>& bookmarks() const { return bookmarks_; }
  const std::vector<Question>& questions() const { return questions_; }
  /// The narrations that are due at `event`, oldest first, with their expressions worked out at their
  /// moments.
  std::vector<std::string> narrations(std::uint64_t event) const;
  /// Events that a step to «what is interesting» stops at.
  std::vector<std::uint64_t> marks() const;
  std::optional<std::uint64_t> bookmark(const std::string& name) const;
  /// The event after which `when` has come; none: not yet, or never. Known after update().
  std::optional<std::uint64_t> event_of(const Session& session, const When& when, int depth = 0) const;

 private:
  struct Awaited {
    Trigger trigger;
    std::int64_t seen = 0;
    std::optional<std::uint64_t> event;
  };
  struct Spoken {
    std::uint64_t event = 0;
    std::string text;
  };
  void await(const When& when);
  void scan(const Session& session, const World& latest);
  void speak(Session& session);
  void ask(Session& session);

  std::size_t branch_ = 0;
  RecordNumber scanned_ = 0;
  std::uint64_t head_ = 0;
  bool ended_ = false;
  const Scenario* scenario_ = nullptr;
  std::vector<Awaited> awaited_;

  std::vector<Mark> bookmarks_;
  std::vector<Question> questions_;
  std::map<std::size_t, Spoken> spoken_;
};

}  // namespace sockarium::script
