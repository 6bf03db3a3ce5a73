// The panels of the window. Each is one function in a file of its own: it reads a Frame, may change how the
// person looks (ViewState) and says what the person wants (Intents). No panel owns data, and none calls
// another.
#pragma once

#include <imgui.h>

#include <optional>
#include <string>
#include <vector>

#include "gui/derived.h"
#include "gui/intents.h"
#include "gui/lesson_run.h"
#include "gui/linked.h"
#include "gui/look.h"
#include "gui/time_axis.h"
#include "gui/view_state.h"
#include "lab/picture/lanes.h"
#include "lab/script/scenario.h"
#include "lab/session/session.h"

namespace sockarium::gui {

class Comparison;

struct Rect {
  ImVec2 min{0, 0}, max{0, 0};
  float width() const { return max.x - min.x; }
  float height() const { return max.y - min.y; }
  ImVec2 size() const { return {width(), height()}; }
  bool empty() const { return width() <= 0 || height() <= 0; }
};

/// One scenario of the course, for the menu.
struct CourseEntry {
  std::string path, title;
};

enum class Room : std::uint8_t {
  Wide,     ///< several panels in a column: 1920x1080
  Compact,  ///< three columns, mostly one panel in each: 1280x720
  Narrow,   ///< one panel: small windows and great scales
};

/// All that there is to draw from, for one frame.
struct Frame {
  const Session* session = nullptr;            ///< null only where no scenario could be opened yet
  const script::Scenario* scenario = nullptr;  ///< null: a session without a file
  const World* latest = nullptr;  ///< at the head: it knows the names of all that the records speak of; null
                                  ///< only without a session
  const picture::Timeline* timeline = nullptr;  ///< lanes of the whole branch
  const TimeAxis* axis = nullptr;
  const LessonRun* lesson = nullptr;       ///< never null
  const Comparison* comparison = nullptr;  ///< with the real kernel; null: none was asked for
  std::optional<std::size_t> asking;  ///< the question that waits for an answer now; the future is hidden
  const std::vector<CourseEntry>* course = nullptr;  ///< never null
  std::string title, path;
  std::string load_error;  ///< formatted; the scenario of before is still shown
  Rect area;               ///< of the panel that is being drawn
  bool compact = false;    ///< no room for all panels
  Room room = Room::Wide;
  const std::vector<std::string>* recent = nullptr;  ///< files that were opened, the newest first; never null
  bool can_undo = false, can_redo = false;
  Derived* derived = nullptr;  ///< null only without a session
  Lights lights;

  const World& world() const { return session->world(); }
  /// The last record that has been left at the shown moment.
  RecordNumber now() const { return session->records_at(session->cursor()); }
  const Question* question() const { return asking ? &lesson->questions()[*asking] : nullptr; }
  /// Records of the shown event: first … now(). first > now() when it left none, or at the start.
  RecordNumber first() const { return session->cursor() == 0 ? 1 : session->line(session->cursor()).first; }
  /// Did the shown event leave this record?
  bool is_new(RecordNumber number) const { return number != 0 && number >= first() && number <= now(); }
};

void draw_header(const Frame& frame, ViewState& view, Intents& intents);
void draw_lesson(const Frame& frame, ViewState& view, Intents& intents);
void draw_programs(const Frame& frame, ViewState& view, Intents& intents);
void draw_ladder(const Frame& frame, ViewState& view, Intents& intents);
void draw_kernels(const Frame& frame, ViewState& view, Intents& intents);
void draw_queues(const Frame& frame, ViewState& view, Intents& intents);
void draw_states(const Frame& frame, ViewState& view, Intents& intents);
void draw_why(const Frame& frame, ViewState& view, Intents& intents);
void draw_tools(const Frame& frame, ViewState& view, Intents& intents);
void draw_ports(const Frame& frame, ViewState& view, Intents& intents);
void draw_sockets(const Frame& frame, ViewState& view, Intents& intents);
void draw_timers(const Frame& frame, ViewState& view, Intents& intents);
void draw_inspector(const Frame& frame, ViewState& view, Intents& intents);
void draw_settings(const Frame& frame, ViewState& view, Intents& intents);
void draw_plots(const Frame& frame, ViewState& view, Intents& intents);
void draw_source(const Frame& frame, ViewState& view, Intents& intents);
void draw_waiting(const Frame& frame, ViewState& view, Intents& intents);
void draw_compared_model(const Frame& frame, ViewState& view, Intents& intents);
void draw_compared_real(const Frame& frame, ViewState& view, Intents& intents);
void draw_differences(const Frame& frame, ViewState& view, Intents& intents);
void draw_caption(const Frame& frame, ViewState& view, Intents& intents);
void draw_timeline(const Frame& frame, ViewState& view, Intents& intents);
void draw_transport(const Frame& frame, ViewState& view, Intents& intents);

/// What stands over the panels: help, open, go to, run until, export; a file that could not be read.
void draw_dialog(const Frame& frame, ViewState& view, Intents& intents);
void draw_load_error(const Frame& frame, ViewState& view, Intents& intents);
/// In place of all panels while nothing is open.
void draw_welcome(const Frame& frame, ViewState& view, Intents& intents);

}  // namespace sockarium::gui
