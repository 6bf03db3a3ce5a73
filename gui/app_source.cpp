// The scenario file and what is edited of it; what was done, as a file; and the link to a moment.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gui/app.h"
#include "gui/link.h"
#include "lab/script/deeds.h"
#include "lab/script/text_file.h"
#include "sim/observe/names.h"

namespace sockarium::gui {

void SourceEditor::take(const std::string& content) {
  std::string plain;
  plain.reserve(content.size());
  constexpr std::string_view mark = "\xef\xbb\xbf";  // some editors begin a file with it; nobody misses it
  std::size_t at = content.starts_with(mark) ? mark.size() : 0;
  for (; at < content.size(); ++at)
    if (content[at] != '\r' || at + 1 == content.size() || content[at + 1] != '\n') plain += content[at];
  crlf = content.find("\r\n") != std::string::npos;
  conflict = false;
  error.reset();
  if (plain != text) ++edition;
  text = saved = std::move(plain);
}

std::string SourceEditor::for_file() const {
  if (!crlf) return text;
  std::string lines;
  for (const char c : text) {
    if (c == '\n') lines += '\r';
    lines += c;
  }
  return lines;
}

namespace {

constexpr std::size_t most_shown = std::size_t{1} << 20;

/// Why the editor would harm this text; empty: it would not. ImGui's field holds characters of 16 bits, and
/// turns what is longer, or is no UTF-8, into a sign of its own with the first edit.
std::string harm_of(std::string_view text) {
  if (text.size() > most_shown) return "it is larger than 1 MiB";
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead == 0) return "it holds a zero byte";
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                                                             : 4;
    if (lead >= 0x80 && (lead < 0xc2 || lead > 0xf4)) return "it is not UTF-8";
    for (std::size_t k = 1; k < length; ++k)
      if (i + k >= text.size() || (static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80)
        return "it is not UTF-8";
    if (length == 4 && sizeof(ImWchar) == 2)
      return "it holds characters beyond U+FFFF, which the field would lose";
    i += length;
  }
  return {};
}

}  // namespace

/// What the file holds now, into the editor. What could not be shown unharmed is not edited.
void App::read_source() {
  std::ifstream file(path_, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::string harm = !file && content.empty() ? "it cannot be read" : harm_of(content);
  const bool shows = content.size() <= most_shown && content.find('\0') == std::string::npos;
  view_.source.take(shows ? content : std::string{});
  view_.source.read_only = harm;
}

/// Writes the edits. False: it could not be done, and the edits stay.
bool App::save_source() {
  if (!view_.source.read_only.empty()) {
    tell(path_ + " is not edited here: " + view_.source.read_only + ".", true);
    return false;
  }
  if (const std::string failed = script::write_text_file(path_, view_.source.for_file()); !failed.empty()) {
    tell(failed, true);
    view_.dialog_error = failed;
    return false;
  }
  view_.source.saved = view_.source.text;
  view_.source.conflict = false;
  std::error_code failed;
  written_ = std::filesystem::last_write_time(path_, failed);
  return true;
}

/// Would it lose edits of the source? Then it waits for an answer.
bool App::holds_back(const Intent& wish) {
  if (!has_edits()) return false;
  const bool loses =
      std::holds_alternative<intent::Open>(wish) || std::holds_alternative<intent::Reload>(wish) ||
      std::holds_alternative<intent::Quit>(wish) || std::holds_alternative<intent::Revert>(wish);
  if (!loses) return false;
  held_back_ = wish;
  view_.dialog = Dialog::None;
  open_dialog(view_, Dialog::Unsaved);
  changed_ = true;
  return true;
}

void App::about_edits(intent::Edits choice) {
  const bool changed_outside = view_.dialog == Dialog::FileChanged;
  const std::optional<Intent> next = std::exchange(held_back_, std::nullopt);
  if (choice == intent::Edits::Save && view_.source.conflict) {  // nobody was asked about that yet
    view_.dialog = Dialog::None;
    open_dialog(view_, Dialog::FileChanged);
    return;
  }
  if (choice == intent::Edits::Save && !save_source()) {
    held_back_ = next;
    return;
  }
  view_.dialog = Dialog::None;
  changed_ = true;
  if (choice == intent::Edits::Keep) {
    // Who keeps the edits knows by now that saving overwrites the other's.
    if (changed_outside) view_.source.conflict = false;
    return;
  }
  if (choice == intent::Edits::Discard) read_source();
  if (changed_outside)
    reload();
  else if (next)
    apply(*next);
}

void App::export_deeds(const intent::ExportDeeds& wish) {
  if (scenario_ == nullptr) {
    view_.dialog_error = "This run has no scenario file behind which it could be written.";
    return;
  }
  const script::Recording recording = script::record(*session_, *scenario_);
  const std::string failed =
      recording.trouble.empty() ? script::write_text_file(wish.path, recording.text) : recording.trouble;
  if (!failed.empty()) {
    view_.dialog_error = failed;
    return;
  }
  view_.dialog = Dialog::None;
  tell(fmt::format(
           "Wrote {}, with {}. «sockarium run {}» does it again.", wish.path,
           observe::counted(static_cast<std::int64_t>(recording.deeds), "intervention", "interventions"),
           wish.path),
       false);
}

std::string App::link() const {
  if (session_ == nullptr || scenario_ == nullptr || path_.empty()) return {};
  return link_to(path_, scenario_->asked, session_->cursor(), view_);
}

}  // namespace sockarium::gui
