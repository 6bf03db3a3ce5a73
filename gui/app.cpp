// See app.h. What the person wants is done in app_do.cpp.
#include "gui/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include "gui/commands.h"
#include "gui/comparison.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

// How far the head runs before the cursor: a lesson's whole run, a piece of an endless one.
constexpr std::uint64_t ahead_most = 20'000;
constexpr double ahead_milliseconds = 5;

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
  view_.theme = options.theme;
  view_.scale = clamp_scale(options.scale);
  if (!options.course_folder.empty()) course_ = course_in(options.course_folder);
}

App::~App() = default;

Theme App::theme() const {
  Theme theme;
  theme.kind = view_.theme;
  theme.scale = view_.scale;
  return theme;
}

std::string App::window_title() const {
  return title_.empty() ? "Sockarium" : title_ + " - Sockarium";
}

void App::tell(std::string notice, bool is_error) {
  view_.notice = std::move(notice);
  view_.notice_is_error = is_error;
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
  latest_ = session_->world();
  latest_event_ = 0;
  latest_branch_ = 0;
  comparison_.reset();
  view_.arrangement = Arrangement::Lesson;
  view_.selected = 0;
  view_.playing = false;
  view_.shown_process.clear();
  moved();
  catch_up(80);  // what is short is there at once
}

void App::show(std::unique_ptr<Session> session, std::string title) {
  scenario_.reset();
  title_ = std::move(title);
  path_.clear();
  view_.guesses.clear();
  start(std::move(session));
}

void App::show(std::shared_ptr<const script::Scenario> scenario, std::string path) {
  scenario_ = std::move(scenario);
  const std::string title =
      scenario_->title.empty() ? std::filesystem::path(scenario_->file).stem().string() : scenario_->title;
  title_ = scenario_->id.empty() ? title : scenario_->id + "  " + title;
  path_ = std::move(path);
  std::error_code failed;
  written_ = std::filesystem::last_write_time(path_, failed);
  load_error_.clear();
  start(std::make_unique<Session>(scenario_->setup, script::programs_of(scenario_)));
}

bool App::open(const std::string& path) {
  return read(path, {});
}

bool App::read(const std::string& path, const script::LoadOptions& how) {
  script::LoadResult result = script::load_file(path, how);
  if (const auto* error = std::get_if<script::LoadError>(&result)) {
    load_error_ = error->format();
    // What is being mended is watched, even where it could never be shown yet.
    if (session_ == nullptr || path_ == path) {
      path_ = path;
      std::error_code failed;
      written_ = std::filesystem::last_write_time(path_, failed);
    }
    return false;
  }
  view_.guesses.clear();
  view_.dialog = Dialog::None;
  view_.notice.clear();
  show(std::get<std::shared_ptr<const script::Scenario>>(result), path);
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
  if (scenario_ != nullptr) how.params = scenario_->overrides;
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
  reload();
}

void App::compare(bool again) {
  if (session_ == nullptr) return;
  view_.playing = false;
  view_.arrangement = Arrangement::Compare;
  const bool known =
      comparison_ != nullptr && compared_branch_ == session_->branch() && comparison_->impossible().empty();
  if (known && (!again || comparison_->running())) return;
  view_.compared_model = view_.compared_real = 0;
  view_.compared_front = PanelId::Differences;
  comparison_ = std::make_unique<Comparison>(scenario_, *session_, options_.program);
  compared_branch_ = session_->branch();
}

void App::catch_up(double milliseconds) {
  if (session_ == nullptr) return;
  Session& session = *session_;
  if (session.ending() == Ending::NotYet && session.head() < session.cursor() + ahead_most)
    session.run_ahead_for(milliseconds);
  const bool other_branch = latest_branch_ != session.branch();
  if (other_branch) timeline_.clear();
  if (other_branch || latest_event_ != session.head()) {
    const std::uint64_t cursor = session.cursor();
    session.seek(session.head());
    latest_ = session.world();
    session.seek(cursor);
    latest_event_ = session.head();
    latest_branch_ = session.branch();
    changed_ = true;
  }
  timeline_.follow(latest_, session.bytes(), session.records());
  axis_.update(session);
  lesson_.update(session, latest_, scenario_.get());
  session.set_marks(lesson_.marks());
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
  if (asking()) {
    view_.playing = false;
    view_.stopped = "What do you think? Answer the question of the lesson, then play on.";
    return;
  }
  view_.waited += static_cast<double>(seconds);
  if (view_.waited < view_.delay) return;
  view_.waited = 0;
  const std::uint64_t before = session_->cursor();
  step(view_.unit, true);
  if (session_->cursor() == before) view_.playing = false;
  if (asking()) {
    view_.playing = false;
    view_.stopped = "What do you think? Answer the question of the lesson, then play on.";
  }
}

Frame App::make_frame() const {
  Frame frame;
  frame.session = session_.get();
  frame.scenario = scenario_.get();
  frame.latest = &latest_;
  frame.timeline = &timeline_;
  frame.axis = &axis_;
  frame.lesson = &lesson_;
  frame.course = &course_;
  frame.title = title_.empty() ? "Welcome" : title_;
  frame.path = path_;
  frame.load_error = load_error_;
  frame.comparison = comparison_.get();
  frame.compact = layout_.room != Room::Wide;
  if (session_ != nullptr) {
    frame.asking = asking();
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
      switch (slot.panel) {
        case PanelId::Lesson:
          place(slot.area, draw_lesson);
          break;
        case PanelId::Programs:
          place(slot.area, draw_programs);
          break;
        case PanelId::Ladder:
          place(slot.area, draw_ladder);
          break;
        case PanelId::Kernels:
          place(slot.area, draw_kernels);
          break;
        case PanelId::Queues:
          place(slot.area, draw_queues);
          break;
        case PanelId::States:
          place(slot.area, draw_states);
          break;
        case PanelId::Why:
          place(slot.area, draw_why);
          break;
        case PanelId::ModelLadder:
          place(slot.area, draw_compared_model);
          break;
        case PanelId::RealLadder:
          place(slot.area, draw_compared_real);
          break;
        case PanelId::Differences:
          place(slot.area, draw_differences);
          break;
      }
    }
    if (layout_.room != Room::Wide && view_.arrangement == Arrangement::Lesson) draw_tabs(frame);
    place(layout_.caption, draw_caption);
    place(layout_.timeline, draw_timeline);
    place(layout_.transport, draw_transport);
  }
  frame.area = layout_.header;
  draw_dialog(frame, view_, intents);
  if (!load_error_.empty()) draw_load_error(frame, view_, intents);
}

void App::draw_tabs(const Frame& frame) {
  // Where a column has one panel in front, the others are one click away, at the right end of its title.
  struct Tab {
    PanelId panel;
    std::string_view label;
  };
  static constexpr std::array<std::array<Tab, 3>, 3> columns{
      {{{{PanelId::Lesson, "Lesson F2"}, {PanelId::Programs, "Programs F3"}, {PanelId::Programs, ""}}},
       {{{PanelId::Ladder, "Ladder F4"}, {PanelId::Kernels, "Kernels F5"}, {PanelId::Kernels, ""}}},
       {{{PanelId::Queues, "Queues F6"}, {PanelId::States, "States F7"}, {PanelId::Why, "Why? F8"}}}}};
  const Look& current = look();
  const Theme& theme = current.theme;
  const ItemScope scope("Tabs");
  const bool narrow = layout_.room == Room::Narrow;
  const std::uint64_t cursor = session_->cursor();
  const std::size_t before = cursor == 0 ? 0 : lesson_.narrations(cursor - 1).size();
  const bool news = frame.scenario != nullptr && lesson_.narrations(cursor).size() > before;
  ImGui::PushFont(current.fonts.small);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(6), theme.px(2)));
  for (const Slot& slot : layout_.panels) {
    float x = slot.area.max.x - theme.px(6);
    const float title_end =
        slot.area.min.x + theme.px(24) + text_size(name(slot.panel), current.fonts.title).x;
    for (std::size_t c = columns.size(); c-- > 0;) {
      const bool mine = std::any_of(columns[c].begin(), columns[c].end(),
                                    [&](const Tab& t) { return t.panel == slot.panel; });
      // The second panel of the right column has no tabs of its own.
      if (!narrow && (!mine || (slot.panel == PanelId::Kernels && c == 1 &&
                                slot.area.min.x > layout_.header.max.x * 0.6F)))
        continue;
      for (std::size_t t = columns[c].size(); t-- > 0;) {
        const Tab& tab = columns[c][t];
        if (tab.label.empty() || tab.panel == slot.panel) continue;
        const bool dot = tab.panel == PanelId::Lesson && news;
        const std::string label =
            (dot ? "● " : "") + std::string(tab.label) + "###" + std::string(name(tab.panel));
        const float width = text_size((dot ? "● " : "") + std::string(tab.label)).x + theme.px(12);
        if (x - width < title_end && !narrow) continue;
        x -= width;
        ButtonOptions options;
        options.style = dot ? ButtonStyle::selected : ButtonStyle::quiet;
        options.size = {width, std::max(theme.target(), current.fonts.small->FontSize + theme.px(4))};
        ImGui::SetCursorScreenPos(
            {std::floor(x), std::floor(slot.area.min.y + (panel_title_height() - options.size.y) / 2)});
        if (button(label, options)) bring_to_front(view_, tab.panel, layout_.room);
        x -= theme.px(2);
      }
    }
  }
  ImGui::PopStyleVar();
  ImGui::PopFont();
}

bool App::frame(float seconds, const std::vector<std::string>& dropped_files) {
  changed_ = false;
  view_.hovered = 0;
  for (const std::string& path : dropped_files) open(path);
  watch_file();
  if (comparison_ != nullptr && comparison_->advance()) {
    changed_ = true;
    if (comparison_->impossible().empty())
      if (const compare::Difference* first = comparison_->first_difference()) {
        view_.compared_model = first->model ? first->model->record : 0;
        view_.compared_real = first->real ? first->real->record : 0;
      }
  }
  advance(seconds);
  catch_up(ahead_milliseconds);

  LayoutWish wish;
  wish.window = ImGui::GetIO().DisplaySize;
  wish.timeline_height =
      look().theme.px(52) + static_cast<float>(timeline_.lanes().size()) * look().theme.px(20);
  wish.asks = session_ != nullptr && asking().has_value();
  layout_ = make_layout(look().theme, view_, wish);

  Intents intents;
  read_keys(make_frame(), view_, intents);
  if (!intents.empty()) {
    for (const Intent& each : intents) apply(each);
    intents.clear();
    catch_up(ahead_milliseconds);
    wish.asks = session_ != nullptr && asking().has_value();
  }
  layout_ = make_layout(look().theme, view_, wish);
  {
    const Root root;
    draw(make_frame(), intents);
  }
  share_keys();
  for (const Intent& each : intents) apply(each);
  if (!intents.empty()) {
    catch_up(ahead_milliseconds);
    changed_ = true;
  }
  const bool runs = session_ != nullptr && session_->ending() == Ending::NotYet &&
                    session_->head() < session_->cursor() + ahead_most;
  return changed_ || view_.playing || runs;
}

}  // namespace sockarium::gui
