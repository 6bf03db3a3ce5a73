// The boxes about files: where an export goes, and what becomes of edits that something would overwrite.
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "gui/dialog_box.h"

namespace sockarium::gui {

namespace {

struct Kind {
  const char* label;
  const char* ending;
  Intent (*intent)(const std::string& path, bool replace);
};

constexpr std::array<Kind, 3> kinds{
    {{"Window as PNG", ".png",
      [](const std::string& path, bool replace) -> Intent {
        return intent::ExportPng{path, replace};
      }},
     {"Ladder as SVG", ".svg",
      [](const std::string& path, bool replace) -> Intent {
        return intent::ExportSvg{path, replace};
      }},
     {"What I did, as scenario", ".lua", [](const std::string& path, bool replace) -> Intent {
        return intent::ExportDeeds{path, replace};
      }}}};

const Kind& kind_of(const std::string& path) {
  for (const Kind& each : kinds)
    if (path.ends_with(each.ending)) return each;
  return kinds.front();
}

/// «2 interventions are in this branch.»
std::string deeds_text(const Frame& frame) {
  std::size_t deeds = 0;
  const auto& journal = frame.session->journal();
  for (std::size_t i = 0; i < journal.size(); ++i) deeds += journal[i].intervention ? 1 : 0;
  if (deeds == 0) return "Nothing was done in this branch yet: the scenario file has the knobs alone.";
  return fmt::format("{} in this branch: the scenario file does {} again.",
                     deeds == 1 ? "One intervention is" : fmt::format("{} interventions are", deeds),
                     deeds == 1 ? "it" : "them");
}

}  // namespace

void draw_export(const Frame& frame, ViewState& view, Intents& intents) {
  const Theme& theme = look().theme;
  const Box box("Export", theme.px(640), theme.px(300));
  muted_text("Where to? Enter takes the kind from the name: .png, .svg or .lua.", nullptr, true);
  focus_first(view);
  ImGui::SetNextItemWidth(-1);
  const bool entered =
      text_field("##file", view.path_field, "picture.png, ladder.svg or what-i-did.lua", true);
  const bool named = !view.path_field.empty();
  if (entered && named) intents.push_back(kind_of(view.path_field).intent(view.path_field, false));
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (i > 0) {
      ImGui::SameLine();
      if (ImGui::GetContentRegionAvail().x < text_size(kinds[i].label).x + theme.px(24)) ImGui::NewLine();
    }
    ButtonOptions options;
    options.enabled = named;
    options.style =
        named && &kind_of(view.path_field) == &kinds[i] ? ButtonStyle::primary : ButtonStyle::plain;
    if (button(kinds[i].label, options)) {
      if (!view.path_field.ends_with(kinds[i].ending)) view.path_field += kinds[i].ending;
      intents.push_back(kinds[i].intent(view.path_field, false));
    }
  }
  draw_error_line(view);
  std::error_code failed;
  if (view.dialog_error.empty() && named && !std::filesystem::path(view.path_field).is_absolute())
    muted_text("In the folder " + std::filesystem::current_path(failed).string(), look().fonts.small, true);
  if (named && view.taken_path == view.path_field) {
    ButtonOptions options;
    options.tooltip = "What is in that file now is gone then";
    if (button("Replace it", options))
      intents.push_back(kind_of(view.path_field).intent(view.path_field, true));
  }
  muted_text(deeds_text(frame), look().fonts.small, true);
}

void draw_unsaved(const Frame& frame, ViewState& view, Intents& intents) {
  const Theme& theme = look().theme;
  const Box box("The source has edits", theme.px(560), theme.px(220));
  text(fmt::format("{} was edited and is not saved. What is to become of that?", frame.path), nullptr, true);
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  focus_first(view);
  if (button("Save", options)) intents.push_back(intent::AboutEdits{intent::Edits::Save});
  ImGui::SameLine();
  if (button("Throw the edits away", {})) intents.push_back(intent::AboutEdits{intent::Edits::Discard});
  ImGui::SameLine();
  if (button("Go back", {})) intents.push_back(intent::AboutEdits{intent::Edits::Keep});
  draw_error_line(view);
}

void draw_file_changed(const Frame& frame, ViewState& view, Intents& intents) {
  const Theme& theme = look().theme;
  const Box box("The file has changed, too", theme.px(600), theme.px(250));
  text(fmt::format("{} was changed by another program, while the source here has edits that are not saved. "
                   "Nothing was overwritten yet.",
                   frame.path),
       nullptr, true);
  focus_first(view);
  ButtonOptions options;
  options.tooltip = "The edits stay; saving them overwrites what the other program wrote";
  if (button("Keep my edits", options)) intents.push_back(intent::AboutEdits{intent::Edits::Keep});
  ImGui::SameLine();
  ButtonOptions read;
  read.tooltip = "The edits are gone, and the file's text is run";
  if (button("Read the file, without my edits", read))
    intents.push_back(intent::AboutEdits{intent::Edits::Discard});
}

}  // namespace sockarium::gui
