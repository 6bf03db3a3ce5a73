// See look.h.
#include "gui/look.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui_internal.h>

#include <utility>

#include "sim/core/assert.h"

namespace sockarium::gui {

namespace {

// The keys that ImGui itself must know. All others are asked for by GLFW's number, with a window and without.
constexpr std::pair<ImGuiKey, int> known_keys[] = {
    {ImGuiKey_Tab, GLFW_KEY_TAB},
    {ImGuiKey_LeftArrow, GLFW_KEY_LEFT},
    {ImGuiKey_RightArrow, GLFW_KEY_RIGHT},
    {ImGuiKey_UpArrow, GLFW_KEY_UP},
    {ImGuiKey_DownArrow, GLFW_KEY_DOWN},
    {ImGuiKey_PageUp, GLFW_KEY_PAGE_UP},
    {ImGuiKey_PageDown, GLFW_KEY_PAGE_DOWN},
    {ImGuiKey_Home, GLFW_KEY_HOME},
    {ImGuiKey_End, GLFW_KEY_END},
    {ImGuiKey_Insert, GLFW_KEY_INSERT},
    {ImGuiKey_Delete, GLFW_KEY_DELETE},
    {ImGuiKey_Backspace, GLFW_KEY_BACKSPACE},
    {ImGuiKey_Space, GLFW_KEY_SPACE},
    {ImGuiKey_Enter, GLFW_KEY_ENTER},
    {ImGuiKey_Escape, GLFW_KEY_ESCAPE},
    {ImGuiKey_KeyPadEnter, GLFW_KEY_KP_ENTER},
    {ImGuiKey_A, GLFW_KEY_A},
    {ImGuiKey_C, GLFW_KEY_C},
    {ImGuiKey_V, GLFW_KEY_V},
    {ImGuiKey_X, GLFW_KEY_X},
    {ImGuiKey_Y, GLFW_KEY_Y},
    {ImGuiKey_Z, GLFW_KEY_Z},
};

}  // namespace

void continue_text_log() {
  if (look().text_log && !ImGui::GetCurrentContext()->LogEnabled) {
    ImGui::LogToClipboard();
  }
}

Look& look() {
  void* found = ImGui::GetIO().UserData;
  SOCKARIUM_ASSERT(found != nullptr && "the ImGui context was made by gui::Context");
  return *static_cast<Look*>(found);
}

Context::Context(const Theme& theme) : context_(ImGui::CreateContext()) {
  make_current();
  ImGuiIO& io = ImGui::GetIO();
  // Big pictures have more corners than 16 bits count; OpenGL 3.2 and later draw them with an offset.
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  io.IniFilename = nullptr;  // settings are kept by the application, in its own place
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  io.ConfigWindowsMoveFromTitleBarOnly = true;
  io.UserData = &look_;
  for (const auto& [key, number] : known_keys) {
    io.KeyMap[key] = number;
  }
  look_.theme = theme;
  look_.theme.scale = clamp_scale(theme.scale);
  look_.fonts = load_fonts(look_.theme);
  apply_theme(look_.theme);
}

Context::~Context() {
  ImGui::DestroyContext(context_);
}

void Context::make_current() {
  ImGui::SetCurrentContext(context_);
}

bool Context::set_theme(const Theme& theme) {
  make_current();
  Theme wanted = theme;
  wanted.scale = clamp_scale(theme.scale);
  if (wanted == look_.theme) {
    return false;
  }
  const bool other_fonts = wanted.scale != look_.theme.scale || wanted.viewing != look_.theme.viewing;
  look_.theme = wanted;
  if (other_fonts) {
    look_.fonts = load_fonts(look_.theme);
  }
  apply_theme(look_.theme);
  return other_fonts;
}

std::string Context::text_of(const std::function<void()>& draw_frame) {
  make_current();
  // ImGui hands a finished log to the clipboard; for one frame, the clipboard is this string.
  ImGuiIO& io = ImGui::GetIO();
  std::string result;
  const auto usual = std::exchange(io.SetClipboardTextFn, [](void* target, const char* content) {
    static_cast<std::string*>(target)->append(content);
  });
  void* const usual_data = std::exchange(io.ClipboardUserData, &result);
  look_.text_log = true;
  draw_frame();
  if (ImGui::GetCurrentContext()->LogEnabled) {
    ImGui::LogFinish();
  }
  look_.text_log = false;
  io.SetClipboardTextFn = usual;
  io.ClipboardUserData = usual_data;
  return result;
}

}  // namespace sockarium::gui
