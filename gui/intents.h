// What the person wants, as values. Keys, menus and panels only collect these; the App applies them to the
// session once a frame. One direction: input → intents → session → drawing.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gui/view_state.h"
#include "lab/session/session.h"

namespace sockarium::gui {

namespace intent {

struct StepBy {
  Unit unit = Unit::Interesting;
  bool forward = true;
};
struct SeekTo {
  std::uint64_t event = 0;
};
/// «25 ms», «17», «end», or a bookmark's name.
struct GoTo {
  std::string moment;
};
enum class Until : std::uint8_t { Error, Drop, Again, State, Bookmark, End };
struct StepUntil {
  Until what = Until::Error;
  bool forward = true;
};
struct SetPlaying {
  bool on = false;
  bool through = false;  ///< not step by step, but the whole run at an even pace
};
struct Intervene {
  Intervention what;
  std::string label;
};
struct Undo {};
struct Redo {};
struct ShowBranch {
  std::size_t branch = 0;
};
struct Open {
  std::string path;
};
struct Reload {};
struct CloseError {};
struct Answer {
  std::size_t prediction = 0;
  Guess guess;
};
/// Files are replaced only where `replace` says that the person agreed.
struct ExportPng {
  std::string path;
  bool replace = false;
};
struct ExportSvg {
  std::string path;
  bool replace = false;
};
/// What was done in the shown branch, as a scenario file.
struct ExportDeeds {
  std::string path;
  bool replace = false;
};
/// The command line that shows this moment again, into the clipboard.
struct CopyLink {};
/// What becomes of edits in the source that something else would overwrite.
enum class Edits : std::uint8_t {
  Save,     ///< written to the file; then what was asked for goes on
  Discard,  ///< given up; then it goes on
  Keep,     ///< kept, and nothing goes on
};
struct AboutEdits {
  Edits choice = Edits::Keep;
};
/// Plays the shown run on the real kernel and shows both; what was found before is shown again, unless asked.
struct Compare {
  bool again = false;
};
/// A bookmark of this name at the shown moment; one that is there already is taken away.
struct SetBookmark {
  std::string name;
};
struct NextBookmark {
  bool forward = true;
};
/// Writes what is edited to the scenario file and runs it anew; or the bookmarks, beside it.
struct Save {};
/// Gives up what was edited in the source: it is as in the file again.
struct Revert {};
struct ResetLayout {};
/// A panel's content, as text, into the clipboard.
struct CopyText {};
struct ShowPanel {
  PanelId panel = PanelId::Ladder;
};
struct Arrange {
  Arrangement arrangement = Arrangement::Lesson;
};
struct FullScreen {};
struct Quit {};

}  // namespace intent

using Intent =
    std::variant<intent::StepBy, intent::SeekTo, intent::GoTo, intent::StepUntil, intent::SetPlaying,
                 intent::Intervene, intent::Undo, intent::Redo, intent::ShowBranch, intent::Open,
                 intent::Reload, intent::CloseError, intent::Answer, intent::ExportPng, intent::ExportSvg,
                 intent::ExportDeeds, intent::CopyLink, intent::AboutEdits, intent::Revert, intent::Compare,
                 intent::Arrange, intent::SetBookmark, intent::NextBookmark, intent::Save,
                 intent::ResetLayout, intent::CopyText, intent::ShowPanel, intent::FullScreen, intent::Quit>;
using Intents = std::vector<Intent>;

}  // namespace sockarium::gui
