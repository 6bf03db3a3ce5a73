// How much of a panel's title bar, at its right end, belongs to something else (tabs): the panel's title and
// note keep away from it. Kept with the window in which panels stand, for as long as this lives.
#pragma once

#include <imgui.h>

namespace sockarium::gui {

class TitleRoom {
 public:
  explicit TitleRoom(float pixels) { ImGui::GetStateStorage()->SetFloat(id, pixels); }
  ~TitleRoom() { ImGui::GetStateStorage()->SetFloat(id, 0); }
  TitleRoom(const TitleRoom&) = delete;
  TitleRoom& operator=(const TitleRoom&) = delete;

  static float taken() { return ImGui::GetStateStorage()->GetFloat(id, 0); }

 private:
  static constexpr ImGuiID id = 0x71717171;
};

}  // namespace sockarium::gui
