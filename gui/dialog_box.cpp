// See dialog_box.h.
#include "gui/dialog_box.h"

#include <algorithm>
#include <cmath>

namespace sockarium::gui {

Box::Box(std::string_view title, float width, float height) : scope_(title) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const ImVec2 window = ImGui::GetIO().DisplaySize;
  width = std::min(width, window.x - theme.px(24));
  height = std::min(height, window.y - theme.px(24));
  ImGui::GetWindowDrawList()->AddRectFilled({0, 0}, window, (theme.background() & 0x00FFFFFF) | 0xB0000000);
  ImGui::SetNextWindowPos({std::floor((window.x - width) / 2), std::floor((window.y - height) / 2)});
  ImGui::SetNextWindowSize({width, height});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.panel());
  const std::string id = std::string("##box ") + std::string(title);
  ImGui::Begin(id.c_str(), nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleColor();
  if (ImGui::IsWindowAppearing()) ImGui::SetWindowFocus();
  continue_text_log();
  text(title, current.fonts.title);
  ImGui::Separator();
  ImGui::BeginChild("inside");
}

Box::~Box() {
  ImGui::EndChild();
  ImGui::End();
}

void draw_error_line(const ViewState& view) {
  if (view.dialog_error.empty()) return;
  ImGui::PushStyleColor(ImGuiCol_Text, look().theme.text());
  text("✗ " + view.dialog_error, nullptr, true);
  ImGui::PopStyleColor();
}

void focus_first(ViewState& view) {
  if (view.dialog_fresh) ImGui::SetKeyboardFocusHere();
  view.dialog_fresh = false;
}

}  // namespace sockarium::gui
