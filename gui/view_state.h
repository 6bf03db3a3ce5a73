// How the person looks at a run: what is selected, which panels stand where, how large, at what pace. A plain
// struct: no panel owns data, and what two panels share is a field here. Selections are numbers of records,
// never pointers; what is gone at this moment simply isn't found.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gui/forms.h"
#include "gui/source_editor.h"
#include "gui/theme.h"
#include "lab/picture/tool_table.h"
#include "lab/picture/waiting.h"
#include "lab/session/session.h"

namespace sockarium::gui {

using picture::Tool;

enum class PanelId : std::uint8_t {
  Lesson,
  Programs,
  Ladder,
  Kernels,
  Queues,
  States,
  Why,
  Tools,
  Ports,
  Sockets,
  Timers,
  Inspector,
  Settings,
  Plots,
  Source,
  Waiting,
  // of the comparison with the real kernel
  ModelLadder,
  RealLadder,
  Differences,
};
inline constexpr std::size_t lesson_panels = 16;  ///< the first ones
std::string_view name(PanelId panel);

/// What the window as a whole is for.
enum class Arrangement : std::uint8_t {
  Lesson,
  Projector,  ///< few panels, large type, light: for the back row of a lit room
  Debug,      ///< descriptors, timers, tools and bytes
  Ports,      ///< tens of thousands of ports and sockets
  Compare,    ///< with the real kernel
};
inline constexpr std::size_t arrangement_count = 5;
/// «Lesson»
std::string_view name(Arrangement arrangement);
/// By name, whatever its capitals; none: there is no such layout.
std::optional<Arrangement> arrangement_named(std::string_view name);

enum class CaptionSize : std::uint8_t { Normal, Large, Off };

/// A box over the panels that waits for an answer.
enum class Dialog : std::uint8_t {
  None,
  Help,
  Open,
  GoTo,
  Until,
  UntilBack,
  Export,
  Palette,
  Search,
  Bookmark,
  About,
  Tour,
  Surprises,
  Forge,
  Limit,
  Unsaved,      ///< the source has edits that would be lost
  FileChanged,  ///< … and the file has changed, too
};

/// How the timeline spreads the run.
enum class TimeScale : std::uint8_t {
  Events,      ///< equal spacing
  Compressed,  ///< the logarithm of each wait
  True,        ///< as time goes
};
std::string_view name(TimeScale scale);

/// A moment that a person has named; saved beside the scenario.
struct Bookmark {
  std::string name;
  std::uint64_t event = 0;
  friend bool operator==(const Bookmark&, const Bookmark&) = default;
};

/// Events whose captions have these words; found a piece at a time.
struct EventSearch {
  std::string words;
  std::vector<std::uint64_t> found;
  std::uint64_t next = 1;  ///< the first event that was not looked at
  std::size_t branch = 0;
};

/// What a person answered to a prediction. Kept: memory edits itself.
struct Guess {
  bool skipped = false;
  bool sure = false;
  std::optional<std::size_t> option;  ///< place among the options
  std::string words;                  ///< as it was said
  bool right = false;
};

/// A port of a host, pinned in the port map.
struct PortPin {
  HostId host;
  std::uint16_t port = 0;
  std::uint8_t protocol = 6;
  friend bool operator==(const PortPin&, const PortPin&) = default;
};

struct ViewState {
  RecordNumber selected = 0;  ///< pinned by a click, the same in every panel; 0: what happened last
  RecordNumber hovered = 0;   ///< under the pointer in this frame
  std::optional<PortPin> pinned_port, hovered_port;
  /// What was under the pointer in the last frame: every panel shows it as a preview.
  RecordNumber preview = 0;
  std::optional<PortPin> preview_port;

  Arrangement arrangement = Arrangement::Lesson;
  RecordNumber compared_model = 0, compared_real = 0;  ///< selected in the comparison, on either side
  PanelId compared_front = PanelId::Differences;       ///< in a small window
  bool compared_follows = true;       ///< the ladders keep the shown moment in sight, not what is selected
  std::uint64_t compared_moment = 0;  ///< the event that they followed last
  struct ComparedScroll {
    float seen = -1;  ///< the place that the ladder was brought to last
    float own = 0;    ///< how far it was scrolled in the last frame
  };
  ComparedScroll model_scroll, real_scroll;
  float compared_scroll = 0;  ///< of both, as their rows stand level

  Unit unit = Unit::Interesting;
  bool playing = false;
  bool through = false;  ///< playing goes through the whole run in some seconds, without a stop at each step
  double delay = 0.9;    ///< seconds for each shown event
  double waited = 0;     ///< of them, so far; when going through: the part of an event that is due
  std::string stopped;   ///< why playing stopped by itself; empty: it did not

  TimeScale time_scale = TimeScale::Events;
  double timeline_from = 0, timeline_to = 1;  ///< the part of the run that the timeline shows
  std::uint64_t timeline_seen = 0;            ///< the moment whose lane was brought into sight
  std::vector<Bookmark> bookmarks;
  bool bookmarks_changed = false;  ///< since they were saved
  EventSearch search;
  std::size_t tour_step = 0;

  ThemeKind theme = ThemeKind::dark;
  ThemeKind projector_theme = ThemeKind::light;  ///< lit rooms wash dark themes out
  float scale = 1.0F;                            ///< the user's own
  CaptionSize caption = CaptionSize::Normal;
  bool blank = false;  ///< «look at me, not at the screen»

  /// Where panels share a place: the one in front, by the place's name («Lesson/wide/1/0»). And how the space
  /// is shared out, by the name of the row or column, where a person has dragged. See layout.h.
  std::map<std::string, PanelId> front;
  std::map<std::string, std::vector<float>> shares;
  std::optional<PanelId> enlarged;  ///< takes its whole column

  Tool tool = Tool::Ss;                 ///< shown in Tools
  std::optional<HostId> tool_host;      ///< none: where something happened last
  std::optional<HostId> map_host;       ///< of ports and sockets; none: who has most
  std::optional<Endpoint> destination;  ///< of the port map; none: any
  bool map_all = false;                 ///< all 65,536 ports, not only the ephemeral range
  bool map_udp = false;
  std::optional<HostId> settings_host;
  std::string settings_filter;
  std::string_view setting_edited;  ///< a sysctl's name, in the table of all; empty: none
  std::string setting_value;
  bool setting_fresh = false;
  std::size_t layer = 0;  ///< of the inspected packet: 0 all, 1 IP, 2 TCP or UDP, 3 payload

  std::map<std::uint64_t, ProcessId> shown_process;  ///< by host (raw id); absent: whoever did something last
  std::map<std::uint64_t, TaskId> shown_thread;      ///< by process (raw id); absent: whichever moved last
  float ladder_scroll_seen = -1;  ///< where «now» was when the ladder last scrolled to it

  std::map<std::size_t, Guess> guesses;  ///< by prediction
  std::optional<std::size_t> chosen;     ///< the option that is marked, not yet said
  std::vector<std::size_t> order;        ///< the options that were put in order, so far
  std::string typed;                     ///< the answer that is being typed

  Dialog dialog = Dialog::None;
  bool dialog_fresh = false;  ///< it was opened in this frame: its first field takes the keyboard
  std::string path_field, moment_field, palette_field, dialog_error;
  int dialog_row = 0;      ///< which of a list Enter takes
  std::string taken_path;  ///< that is there already: may it be replaced?
  ForgeForm forge;
  LimitForm limit;
  /// Who waits where, at the moment that it was asked for last: too much for every frame.
  struct {
    bool known = false;
    std::size_t branch = 0;
    std::uint64_t event = 0;
    picture::Waiting rows;
  } waiting;
  SourceEditor source;
  std::string sysctl_name = "net.core.somaxconn", sysctl_value;

  std::string notice;  ///< one sentence about what was just done; gone with the next step
  bool notice_is_error = false;
};

/// Opens a box, or closes it if it is open.
inline void open_dialog(ViewState& view, Dialog dialog) {
  view.dialog = view.dialog == dialog ? Dialog::None : dialog;
  view.dialog_fresh = true;
  view.dialog_error.clear();
  view.moment_field.clear();
  view.palette_field.clear();
  view.dialog_row = 0;
  view.path_field.clear();
  view.taken_path.clear();
}

}  // namespace sockarium::gui
