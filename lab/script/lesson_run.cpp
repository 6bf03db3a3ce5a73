// See lesson_run.h.
#include "lab/script/lesson_run.h"

#include <algorithm>
#include <set>

#include "lab/script/lesson.h"
#include "lab/script/session_view.h"

namespace sockarium::script {

void LessonRun::clear() {
  *this = LessonRun();
}

void LessonRun::await(const When& when) {
  if (when.kind != When::Kind::On) return;
  for (const Awaited& each : awaited_)
    if (each.trigger == when.on) return;
  Awaited fresh;
  fresh.trigger = when.on;
  awaited_.push_back(fresh);
}

void LessonRun::scan(const Session& session, const World& latest) {
  const SessionView view(latest, session.bytes(), session.records());
  for (; scanned_ < session.records().size(); ++scanned_)
    for (Awaited& each : awaited_)
      if (!each.event && view.fits(each.trigger, scanned_ + 1) && ++each.seen == each.trigger.nth)
        each.event = session.record(scanned_ + 1).event;
}

std::optional<std::uint64_t> LessonRun::event_of(const Session& session, const When& when, int depth) const {
  switch (when.kind) {
    case When::Kind::End:
      if (session.ending() == Ending::NotYet) return std::nullopt;
      return session.head();
    case When::Kind::Time: {
      // Known as soon as something later has happened.
      if (session.ending() == Ending::NotYet && session.time_at(session.head()) <= when.time)
        return std::nullopt;
      std::uint64_t low = 0;
      std::uint64_t high = session.head();
      while (low < high) {
        const std::uint64_t middle = (low + high + 1) / 2;
        if (session.time_at(middle) <= when.time)
          low = middle;
        else
          high = middle - 1;
      }
      // A lesson's first words are said before anything happens.
      return when.time == 0 ? 0 : low;
    }
    case When::Kind::Bookmark:
      if (depth > 8) return std::nullopt;
      for (const auto* list : {&scenario_->bookmarks, &scenario_->checkpoints})
        for (const Bookmark& bookmark : *list)
          if (bookmark.name == when.bookmark) return event_of(session, bookmark.when, depth + 1);
      return std::nullopt;
    case When::Kind::On:
      for (const Awaited& each : awaited_)
        if (each.trigger == when.on) return each.event;
      return std::nullopt;
  }
  return std::nullopt;
}

void LessonRun::speak(Session& session) {
  for (std::size_t i = 0; i < scenario_->narrations.size(); ++i) {
    if (spoken_.count(i) != 0) continue;
    const Narration& narration = scenario_->narrations[i];
    const auto event = event_of(session, narration.when);
    if (!event) continue;
    session.seek(*event);
    const SessionView view(session.world(), session.bytes(), session.records());
    spoken_[i] = Spoken{*event, render(*scenario_, narration.text, narration.line, view).text};
  }
}

void LessonRun::ask(Session& session) {
  for (std::size_t i = 0; i < scenario_->predictions.size(); ++i) {
    if (std::any_of(questions_.begin(), questions_.end(),
                    [&](const Question& q) { return q.prediction == i; }))
      continue;
    const Prediction& prediction = scenario_->predictions[i];
    const auto event = event_of(session, prediction.at);
    if (!event) continue;
    session.seek(*event);
    const SessionView view(session.world(), session.bytes(), session.records());
    const EvaluatedPrediction found = evaluate(*scenario_, prediction, view);
    Question question;
    question.prediction = i;
    question.event = *event;
    // One event before its moment, or the picture would tell. What is asked about the whole run is asked at
    // its end.
    question.asked = prediction.at.kind == When::Kind::End || *event == 0 ? *event : *event - 1;
    question.ask = found.ask;
    question.answer = found.answer;
    question.options = found.options;
    question.items = found.items;
    question.correct = found.correct;
    question.number = found.number;
    question.tolerance = prediction.tolerance;
    question.type = prediction.type;
    if (found.error) question.error = found.error->format();
    if (prediction.type == Prediction::Type::YesNo && question.options.empty()) {
      question.options = {"yes", "no"};
      question.correct = question.answer == "yes" || question.answer == "true" ? 0 : 1;
    }
    questions_.push_back(std::move(question));
  }
  std::stable_sort(questions_.begin(), questions_.end(),
                   [](const Question& a, const Question& b) { return a.asked < b.asked; });
}

void LessonRun::update(Session& session, const World& latest, const Scenario* scenario) {
  const bool ended = session.ending() != Ending::NotYet;
  if (scenario != scenario_ || session.branch() != branch_) {
    clear();
    scenario_ = scenario;
    branch_ = session.branch();
    if (scenario_ != nullptr) {
      for (const auto& each : scenario_->narrations) await(each.when);
      for (const auto& each : scenario_->bookmarks) await(each.when);
      for (const auto& each : scenario_->checkpoints) await(each.when);
      for (const auto& each : scenario_->predictions) await(each.at);
      for (const auto& each : scenario_->expectations) await(each.when);
    }
  } else if (session.head() == head_ && ended == ended_) {
    return;
  }
  head_ = session.head();
  ended_ = ended;
  if (scenario_ == nullptr) return;
  scan(session, latest);
  bookmarks_.clear();
  for (const Bookmark& bookmark : scenario_->bookmarks)
    if (const auto event = event_of(session, bookmark.when)) bookmarks_.push_back({*event, bookmark.name});
  std::stable_sort(bookmarks_.begin(), bookmarks_.end(),
                   [](const Mark& a, const Mark& b) { return a.event < b.event; });
  const std::uint64_t cursor = session.cursor();
  speak(session);
  ask(session);
  session.seek(cursor);
}

std::vector<std::string> LessonRun::narrations(std::uint64_t event) const {
  std::vector<const Spoken*> due;
  for (const auto& [number, spoken] : spoken_)
    if (spoken.event <= event) due.push_back(&spoken);
  std::stable_sort(due.begin(), due.end(),
                   [](const Spoken* a, const Spoken* b) { return a->event < b->event; });
  std::vector<std::string> texts;
  for (const Spoken* each : due) texts.push_back(each->text);
  return texts;
}

std::vector<std::uint64_t> LessonRun::marks() const {
  std::set<std::uint64_t> events;
  for (const Mark& mark : bookmarks_) events.insert(mark.event);
  for (const Question& question : questions_) events.insert(question.asked);
  for (const auto& [number, spoken] : spoken_) events.insert(spoken.event);
  return {events.begin(), events.end()};
}

std::optional<std::uint64_t> LessonRun::bookmark(const std::string& name) const {
  for (const Mark& mark : bookmarks_)
    if (mark.name == name) return mark.event;
  return std::nullopt;
}

}  // namespace sockarium::script
