// See app.h. What the person wants is done in app_do.cpp.
#include "gui/app.h"

#include <fmt/format.h>
#include <imgui_internal.h>  // the text log

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <utility>

#include "gui/commands.h"
#include "gui/comparison.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"
#include "lab/script/bookmark_file.h"
#include "lab/script/deeds.h"

namespace sockarium::gui {

namespace {

// How far the head runs before the cursor: a lesson's whole run, a piece of an endless one.
constexpr std::uint64_t ahead_most = 20'000;
// It takes what drawing leaves of this, and at least some: the picture moves on smoothly while a long run
// grows.
constexpr double frame_milliseconds = 4;
constexpr double ahead_least = 0.5;
// «Run through» shows all of a run in this time.
constexpr double through_seconds = 20;

using Clock = std::chrono::steady_clock;
double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

std::string quoted_after(const std::string& line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string::npos) return {};
  const std::size_t open = line.find('"', at + word.size());
  const std::size_t close = open == std::string::npos ? open : line.find('"', open + 1);
  if (close == std::string::npos) return {};
  return line.substr(open + 1, close - open - 1);
}

}  // namespace

std::vector<CourseEntry> course_in(const std::string& folder) {
  std::vector<CourseEntry> course;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() != ".lua") continue;
    // Its head is enough: id and title stand in the first lines.
    std::ifstream file(entry.path());
    std::string line, id, title;
    for (int n = 0; n < 30 && std::getline(file, line); ++n) {
      if (id.empty()) id = quoted_after(line, "id =");
      if (title.empty()) title = quoted_after(line, "title =");
    }
    if (title.empty()) title = entry.path().stem().string();
    course.push_back({entry.path().string(), id.empty() ? title : id + "  " + title});
  }
  std::sort(course.begin(), course.end(),
            [](const CourseEntry& a, const CourseEntry& b) { return a.path < b.path; });
  return course;
}

App::App(const AppOptions& options) : options_(options) {
  restore_keys();
  gui::apply(options.settings, view_);
  view_.scale = clamp_scale(view_.scale);
  recent_ = options.settings.recent;
  if (options.tour) view_.dialog = Dialog::Tour;
  if (!options.course_folder.empty()) course_ = course_in(options.course_folder);
}

App::~App() = default;

Theme App::theme() const {
  Theme theme;
  const bool projector = view_.arrangement == Arrangement::Projector;
  theme.kind = projector ? view_.projector_theme : view_.theme;
  theme.viewing = projector ? Viewing::projector : Viewing::desktop;
  theme.scale = view_.scale;
  return theme;
}

std::string App::window_title() const {
  return title_.empty() ? "Sockarium" : (has_edits() ? "● " : "") + title_ + " - Sockarium";
}

void App::tell(std::string notice, bool is_error) {
  view_.notice = std::move(notice);
  view_.notice_is_error = is_error;
}

Settings App::settings() const {
  Settings settings = options_.settings;
  take(view_, settings);
  settings.recent = recent_;
  settings.tour_seen = true;
  return settings;
}

AppWishes App::take_wishes() {
  return std::exchange(wishes_, {});
}

void App::start(std::unique_ptr<Session> session) {
  session_ = std::move(session);
  timeline_.clear();
  axis_.clear();
  lesson_.clear();
  redo_.clear();
  followed_event_ = 0;
  followed_branch_ = 0;
  comparison_.reset();
  derived_.clear();
  if (view_.arrangement == Arrangement::Compare) view_.arrangement = Arrangement::Lesson;
  view_.selected = view_.hovered = view_.preview = 0;
  view_.pinned_port.reset();
  view_.preview_port.reset();
  view_.tool_host.reset();
  view_.map_host.reset();
  view_.settings_host.reset();
  view_.destination.reset();
  view_.playing = false;
  view_.shown_process.clear();
  view_.shown_thread.clear();
  view_.waiting = {};
  moved();
  catch_up(80);  // what is short is there at once
}

void App::show(std::unique_ptr<Session> session, std::string title) {
  scenario_.reset();
  title_ = std::move(title);
  path_.clear();
  view_.source = SourceEditor{};
  view_.guesses.clear();
  start(std::move(session));
}

bool App::show(std::shared_ptr<const script::Scenario> scenario, std::string path) {
  auto begun = script::start(scenario);
  if (const auto* error = std::get_if<script::LoadError>(&begun)) {
    refuse(*error, path);
    return false;
  }
  std::unique_ptr<Session>& session = std::get<std::unique_ptr<Session>>(begun);
  session->seek(0);
  scenario_ = std::move(scenario);
  const std::string title =
      scenario_->title.empty() ? std::filesystem::path(scenario_->file).stem().string() : scenario_->title;
  title_ = scenario_->id.empty() ? title : scenario_->id + "  " + title;
  path_ = std::move(path);
  view_.bookmarks.clear();
  for (const script::NamedMoment& each : script::read_bookmarks(path_))
    view_.bookmarks.push_back({each.name, each.event});
  view_.bookmarks_changed = false;
  view_.search = EventSearch{};
  view_.timeline_from = 0;
  view_.timeline_to = 1;
  std::error_code failed;
  if (const std::string whole = std::filesystem::absolute(path_, failed).lexically_normal().string();
      !failed) {
    recent_.erase(std::remove(recent_.begin(), recent_.end(), whole), recent_.end());
    recent_.insert(recent_.begin(), whole);
    if (recent_.size() > most_recent) recent_.resize(most_recent);
  }
  written_ = std::filesystem::last_write_time(path_, failed);
  load_error_.clear();
  read_source();
  start(std::move(session));
  return true;
}

void App::refuse(const script::LoadError& error, const std::string& path) {
  load_error_ = error.format();
  // What is being mended is watched, even where it could never be shown yet.
  if (session_ != nullptr && path_ != path) return;
  path_ = path;
  std::error_code failed;
  written_ = std::filesystem::last_write_time(path_, failed);
  if (!has_edits()) read_source();
  view_.source.error = error;
}

bool App::open(const std::string& path) {
  return read(path, {});
}

bool App::read(const std::string& path, const script::LoadOptions& how) {
  script::LoadResult result = script::load_file(path, how);
  if (const auto* error = std::get_if<script::LoadError>(&result)) {
    refuse(*error, path);
    return false;
  }
  if (!show(std::get<std::shared_ptr<const script::Scenario>>(result), path)) return false;
  view_.guesses.clear();
  if (view_.dialog != Dialog::Tour) view_.dialog = Dialog::None;
  view_.notice.clear();
  return true;
}

void App::reload() {
  if (path_.empty()) {
    tell("This run has no file that could be read again.", true);
    return;
  }
  const std::uint64_t event = session_ == nullptr ? 0 : session_->cursor();
  const Time time = session_ == nullptr ? 0 : session_->world().now;
  const std::map<std::size_t, Guess> guesses = view_.guesses;
  script::LoadOptions how;
  if (scenario_ != nullptr) how = scenario_->asked;
  if (!read(path_, how)) return;
  view_.guesses = guesses;
  // The same event where it is still at the same time, else the same time.
  session_->run_ahead(event);
  const bool same = session_->head() >= event && session_->time_at(event) == time;
  session_->seek(same ? event : session_->event_at(time));
  moved();
  catch_up(20);
  tell("Read again: " + path_, false);
}

void App::watch_file() {
  if (path_.empty()) return;
  std::error_code failed;
  const auto now = std::filesystem::last_write_time(path_, failed);
  if (failed || now == written_) return;
  written_ = now;
  if (!has_edits()) return reload();
  view_.source.conflict = true;
  if (view_.dialog == Dialog::None) open_dialog(view_, Dialog::FileChanged);
}

void App::compare(bool again) {
  if (session_ == nullptr) return;
  view_.playing = false;
  view_.arrangement = Arrangement::Compare;
  const bool known =
      comparison_ != nullptr && compared_branch_ == session_->branch() && comparison_->impossible().empty();
  if (known && (!again || comparison_->running())) return;
  view_.compared_model = view_.compared_real = 0;
  view_.compared_moment = session_->cursor();
  view_.compared_follows = true;
  view_.model_scroll = view_.real_scroll = {};
  view_.compared_front = PanelId::Differences;
  comparison_ = std::make_unique<Comparison>(scenario_, *session_, options_.program);
  compared_branch_ = session_->branch();
}

void App::catch_up(double milliseconds) {
  if (session_ == nullptr) return;
  Session& session = *session_;
  if (session.ending() == Ending::NotYet && session.head() < session.cursor() + ahead_most)
    session.run_ahead_for(milliseconds);
  const bool other_branch = followed_branch_ != session.branch();
  if (other_branch) timeline_.clear();
  if (other_branch || followed_event_ != session.head()) {
    followed_event_ = session.head();
    followed_branch_ = session.branch();
    changed_ = true;
  }
  timeline_.follow(session.latest(), session.bytes(), session.records());
  axis_.update(session);
  lesson_.update(session, session.latest(), scenario_.get());
  session.set_marks(lesson_.marks());
  derived_.begin(session);
}

std::optional<std::size_t> App::asking() const {
  const auto& questions = lesson_.questions();
  for (std::size_t i = 0; i < questions.size(); ++i)
    if (session_->cursor() == questions[i].asked && questions[i].error.empty() &&
        view_.guesses.count(questions[i].prediction) == 0)
      return i;
  return std::nullopt;
}

void App::advance(float seconds) {
  if (!view_.playing || session_ == nullptr) return;
  const auto stop_to_ask = [&] {
    view_.playing = false;
    view_.stopped = "What do you think? Answer the question of the lesson, then play on.";
  };
  if (asking()) return stop_to_ask();
  const std::uint64_t before = session_->cursor();
  if (view_.through) {
    view_.waited += static_cast<double>(seconds) * static_cast<double>(session_->head()) / through_seconds;
    const auto due = static_cast<std::uint64_t>(view_.waited);
    if (due == 0) return;
    view_.waited -= static_cast<double>(due);
    std::uint64_t target = std::min(before + due, session_->head());
    for (const Question& question : lesson_.questions())
      if (question.asked > before && view_.guesses.count(question.prediction) == 0)
        target = std::min(target, question.asked);
    session_->seek(target);
    moved();
    if (target == session_->head() && session_->ending() != Ending::NotYet) view_.playing = false;
  } else {
    view_.waited += static_cast<double>(seconds);
    if (view_.waited < view_.delay) return;
    view_.waited = 0;
    step(view_.unit, true);
    if (session_->cursor() == before) view_.playing = false;
  }
  if (asking()) stop_to_ask();
}

Frame App::make_frame() {
  Frame frame;
  frame.session = session_.get();
  frame.scenario = scenario_.get();
  frame.timeline = &timeline_;
  frame.axis = &axis_;
  frame.lesson = &lesson_;
  frame.course = &course_;
  frame.title = title_.empty() ? "Welcome" : title_;
  frame.path = path_;
  frame.load_error = load_error_;
  frame.comparison = comparison_.get();
  frame.compact = layout_.room != Room::Wide;
  frame.room = layout_.room;
  frame.recent = &recent_;
  if (session_ != nullptr) {
    frame.latest = &session_->latest();
    frame.asking = asking();
    frame.derived = &derived_;
    frame.can_undo = session_->branch() != 0;
    frame.can_redo = !redo_.empty();
  }
  return frame;
}

void App::draw(const Frame& shared, Intents& intents) {
  const Theme& theme = look().theme;
  Frame frame = shared;
  const auto place = [&](const Rect& area, auto&& panel) {
    if (area.empty()) return;
    frame.area = area;
    panel(frame, view_, intents);
  };
  if (view_.blank) {
    const ImVec2 window = ImGui::GetIO().DisplaySize;
    const std::string words = "B shows the picture again";
    const ImVec2 size = text_size(words);
    paint_text(*ImGui::GetWindowDrawList(), {(window.x - size.x) / 2, (window.y - size.y) / 2}, theme.muted(),
               words);
    return;
  }
  place(layout_.header, draw_header);
  if (session_ == nullptr) {
    Rect rest;
    rest.min = {0, layout_.header.max.y};
    rest.max = ImGui::GetIO().DisplaySize;
    place(rest, draw_welcome);
  } else {
    for (const Slot& slot : layout_.panels) {
      if (slot.area.empty()) continue;
      frame.area = slot.area;
      draw_slot(slot, frame, intents);
    }
    draw_splits();
    place(layout_.caption, draw_caption);
    place(layout_.timeline, draw_timeline);
    place(layout_.transport, draw_transport);
  }
  frame.area = layout_.header;
  draw_dialog(frame, view_, intents);
  // The source shows in its line what is wrong; without it a box tells.
  const bool source_shows = std::any_of(layout_.panels.begin(), layout_.panels.end(),
                                        [](const Slot& slot) { return slot.panel == PanelId::Source; });
  if (!load_error_.empty() && (session_ == nullptr || !source_shows || !view_.source.error))
    draw_load_error(frame, view_, intents);
}

void App::draw_panel(PanelId panel, const Frame& frame, Intents& intents) {
  switch (panel) {
    case PanelId::Lesson:
      return draw_lesson(frame, view_, intents);
    case PanelId::Programs:
      return draw_programs(frame, view_, intents);
    case PanelId::Ladder:
      return draw_ladder(frame, view_, intents);
    case PanelId::Kernels:
      return draw_kernels(frame, view_, intents);
    case PanelId::Queues:
      return draw_queues(frame, view_, intents);
    case PanelId::States:
      return draw_states(frame, view_, intents);
    case PanelId::Why:
      return draw_why(frame, view_, intents);
    case PanelId::Tools:
      return draw_tools(frame, view_, intents);
    case PanelId::Ports:
      return draw_ports(frame, view_, intents);
    case PanelId::Sockets:
      return draw_sockets(frame, view_, intents);
    case PanelId::Timers:
      return draw_timers(frame, view_, intents);
    case PanelId::Inspector:
      return draw_inspector(frame, view_, intents);
    case PanelId::Settings:
      return draw_settings(frame, view_, intents);
    case PanelId::Plots:
      return draw_plots(frame, view_, intents);
    case PanelId::Source:
      return draw_source(frame, view_, intents);
    case PanelId::Waiting:
      return draw_waiting(frame, view_, intents);
    case PanelId::ModelLadder:
      return draw_compared_model(frame, view_, intents);
    case PanelId::RealLadder:
      return draw_compared_real(frame, view_, intents);
    case PanelId::Differences:
      return draw_differences(frame, view_, intents);
  }
}

bool App::frame(float seconds, const std::vector<std::string>& dropped_files) {
  changed_ = false;
  view_.preview = std::exchange(view_.hovered, 0);
  view_.preview_port = std::exchange(view_.hovered_port, std::nullopt);
  for (const std::string& path : dropped_files) apply(intent::Open{path});
  watch_file();
  if (comparison_ != nullptr && comparison_->advance()) {
    changed_ = true;
    if (comparison_->impossible().empty())
      if (const compare::Difference* first = comparison_->first_difference()) {
        view_.compared_model = first->model ? first->model->record : 0;
        view_.compared_real = first->real ? first->real->record : 0;
        view_.compared_follows = false;
      }
  }
  advance(seconds);
  catch_up(std::max(ahead_least, frame_milliseconds - drawing_));
  const Clock::time_point drawing = Clock::now();

  LayoutWish wish;
  wish.window = ImGui::GetIO().DisplaySize;
  wish.timeline_height =
      look().theme.px(52) + static_cast<float>(timeline_.lanes().size()) * look().theme.px(20);
  if (scenario_ != nullptr && !scenario_->predictions.empty())  // they have a row of their own
    wish.timeline_height += look().fonts.body->FontSize;
  wish.asks = session_ != nullptr && asking().has_value();
  layout_ = make_layout(look().theme, view_, wish);

  // The text of one whole frame, as a reader would meet it.
  const bool copies = std::exchange(copy_wanted_, false);
  if (copies) {
    look().text_log = true;
    changed_ = true;
  }
  Intents intents;
  read_keys(make_frame(), view_, intents);
  if (!intents.empty()) {
    for (const Intent& each : intents) apply(each);
    intents.clear();
    catch_up(ahead_least);
    wish.asks = session_ != nullptr && asking().has_value();
  }
  layout_ = make_layout(look().theme, view_, wish);
  {
    const Root root;
    Frame frame = make_frame();
    frame.lights = lights_of(frame, view_);
    draw(frame, intents);
  }
  if (copies) {
    if (ImGui::GetCurrentContext()->LogEnabled) ImGui::LogFinish();  // into the clipboard
    look().text_log = false;
  }
  share_keys();
  for (const Intent& each : intents) apply(each);
  if (!intents.empty()) {
    catch_up(ahead_least);
    changed_ = true;
  }
  drawing_ = milliseconds_since(drawing);
  const bool runs = session_ != nullptr && session_->ending() == Ending::NotYet &&
                    session_->head() < session_->cursor() + ahead_most;
  const bool looked = view_.preview != view_.hovered || view_.preview_port != view_.hovered_port;
  return changed_ || view_.playing || runs || looked;
}

}  // namespace sockarium::gui
