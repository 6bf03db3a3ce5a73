// How the person looks at a run: what is selected, which panels stand where, how large, at what pace. A plain
// struct: no panel owns data, and what two panels share is a field here. Selections are numbers of records,
// never pointers; what is gone at this moment simply isn't found.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gui/theme.h"
#include "lab/session/session.h"

namespace sockarium::gui {

enum class PanelId : std::uint8_t {
  Lesson,
  Programs,
  Ladder,
  Kernels,
  Queues,
  States,
  Why,
  // of the comparison with the real kernel
  ModelLadder,
  RealLadder,
  Differences,
};
inline constexpr std::size_t lesson_panels = 7;  ///< the first ones
std::string_view name(PanelId panel);

/// What the window as a whole is for.
enum class Arrangement : std::uint8_t { Lesson, Compare };

enum class CaptionSize : std::uint8_t { Normal, Large, Off };

/// A box over the panels that waits for an answer.
enum class Dialog : std::uint8_t { None, Help, Open, GoTo, Until, Export };

/// What a person answered to a prediction. Kept: memory edits itself.
struct Guess {
  bool skipped = false;
  bool sure = false;
  std::optional<std::size_t> option;  ///< place among the options
  std::string words;                  ///< as it was said
  bool right = false;
};

struct ViewState {
  RecordNumber selected = 0;  ///< pinned by a click, the same in every panel; 0: what happened last
  RecordNumber hovered = 0;   ///< under the pointer in the last frame

  Arrangement arrangement = Arrangement::Lesson;
  RecordNumber compared_model = 0, compared_real = 0;  ///< selected in the comparison, on either side
  PanelId compared_front = PanelId::Differences;       ///< in a small window
  float model_scroll_seen = -1, real_scroll_seen = -1;

  Unit unit = Unit::Interesting;
  bool playing = false;
  double delay = 0.9;   ///< seconds for each shown event
  double waited = 0;    ///< of them, so far
  std::string stopped;  ///< why playing stopped by itself; empty: it did not

  ThemeKind theme = ThemeKind::dark;
  float scale = 1.0F;  ///< the user's own
  CaptionSize caption = CaptionSize::Normal;
  bool blank = false;  ///< «look at me, not at the screen»

  /// Which panel stands in front where there is no room for all: left, middle, right; and the one of a tiny
  /// window.
  std::array<PanelId, 3> front{PanelId::Programs, PanelId::Ladder, PanelId::Queues};
  PanelId single = PanelId::Ladder;
  std::optional<PanelId> enlarged;  ///< with room for all: this one takes the whole column

  std::map<std::uint64_t, ProcessId> shown_process;  ///< by host (raw id); absent: whoever did something last
  float ladder_scroll_seen = -1;  ///< where «now» was when the ladder last scrolled to it

  std::map<std::size_t, Guess> guesses;  ///< by prediction
  std::optional<std::size_t> chosen;     ///< the option that is marked, not yet said
  std::vector<std::size_t> order;        ///< the options that were put in order, so far
  std::string typed;                     ///< the answer that is being typed

  Dialog dialog = Dialog::None;
  bool dialog_fresh = false;  ///< it was opened in this frame: its first field takes the keyboard
  std::string path_field, moment_field, dialog_error;
  std::string sysctl_name = "net.core.somaxconn", sysctl_value;

  std::string notice;  ///< one sentence about what was just done; gone with the next step
  bool notice_is_error = false;
};

inline void open_dialog(ViewState& view, Dialog dialog) {
  view.dialog = view.dialog == dialog ? Dialog::None : dialog;
  view.dialog_fresh = true;
  view.dialog_error.clear();
  view.moment_field.clear();
  view.path_field.clear();
}

}  // namespace sockarium::gui
