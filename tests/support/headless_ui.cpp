// See headless_ui.h. Input goes into ImGui's IO the way its GLFW backend would put it there.
#include "tests/support/headless_ui.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gtest/gtest.h>
#include <imgui.h>

#include <utility>

namespace sockarium::test {

HeadlessUi::HeadlessUi(std::function<void()> draw, const Options& options)
    : draw_(std::move(draw)), context_(options.theme) {
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = ImVec2(options.width, options.height);
  io.DeltaTime = options.frame_seconds;
  frame(2);
}

void HeadlessUi::frame(int count) {
  context_.make_current();
  for (int i = 0; i < count; ++i) {
    ImGui::NewFrame();
    context_.look().items.begin_frame();
    draw_();
    ImGui::Render();
  }
}

const gui::Item* HeadlessUi::find(std::string_view path) {
  return context_.look().items.find(path);
}

const gui::Item* HeadlessUi::reachable(std::string_view path) {
  const gui::Item* item = find(path);
  if (item != nullptr && item->enabled && item->visible) {
    return item;
  }
  std::string known;
  for (const gui::Item& each : context_.look().items.items()) {
    known +=
        "\n  " + each.path + (each.enabled ? "" : " (disabled)") + (each.visible ? "" : " (not visible)");
  }
  ADD_FAILURE() << "the item «" << path << "» cannot be reached; the window has:" << known;
  return nullptr;
}

void HeadlessUi::move_to(float x, float y) {
  context_.make_current();
  ImGui::GetIO().MousePos = ImVec2(x, y);
  frame();
}

void HeadlessUi::button(int number, bool down) {
  context_.make_current();
  ImGui::GetIO().MouseDown[number] = down;
  frame();
}

void HeadlessUi::click_at(float x, float y) {
  move_to(x, y);
  button(0, true);
  button(0, false);
  frame();  // what the click changed is drawn
}

void HeadlessUi::hover(std::string_view path) {
  if (const gui::Item* item = reachable(path)) {
    const ImVec2 place = item->centre();
    move_to(place.x, place.y);
    frame();
  }
}

void HeadlessUi::click(std::string_view path) {
  if (const gui::Item* item = reachable(path)) {
    const ImVec2 place = item->centre();
    click_at(place.x, place.y);
  }
}

void HeadlessUi::double_click(std::string_view path) {
  if (const gui::Item* item = reachable(path)) {
    const ImVec2 place = item->centre();
    move_to(place.x, place.y);
    for (int i = 0; i < 2; ++i) {
      button(0, true);
      button(0, false);
    }
    frame();
  }
}

void HeadlessUi::drag(std::string_view path, float by_x, float by_y) {
  if (const gui::Item* item = reachable(path)) {
    const ImVec2 from = item->centre();
    move_to(from.x, from.y);
    button(0, true);
    move_to(from.x + by_x / 2, from.y + by_y / 2);
    move_to(from.x + by_x, from.y + by_y);
    button(0, false);
    frame();
  }
}

void HeadlessUi::wheel(std::string_view path, float notches) {
  if (const gui::Item* item = reachable(path)) {
    const ImVec2 place = item->centre();
    move_to(place.x, place.y);
    ImGui::GetIO().MouseWheel = notches;
    frame(2);
  }
}

void HeadlessUi::press(int glfw_key, Modifiers modifiers) {
  context_.make_current();
  ImGuiIO& io = ImGui::GetIO();
  const auto hold = [&](bool down) {
    io.KeyCtrl = down && modifiers.ctrl;
    io.KeyShift = down && modifiers.shift;
    io.KeyAlt = down && modifiers.alt;
    io.KeysDown[GLFW_KEY_LEFT_CONTROL] = io.KeyCtrl;
    io.KeysDown[GLFW_KEY_LEFT_SHIFT] = io.KeyShift;
    io.KeysDown[GLFW_KEY_LEFT_ALT] = io.KeyAlt;
    io.KeysDown[glfw_key] = down;
  };
  hold(true);
  frame();
  hold(false);
  frame(2);
}

void HeadlessUi::type(std::string_view text) {
  context_.make_current();
  ImGui::GetIO().AddInputCharactersUTF8(std::string(text).c_str());
  frame(2);
}

std::string HeadlessUi::text() {
  return context_.text_of([this] { frame(); });
}

int HeadlessUi::vertices() const {
  return ImGui::GetDrawData()->TotalVtxCount;
}

void HeadlessUi::set_theme(const gui::Theme& theme) {
  context_.set_theme(theme);
  frame(2);
}

}  // namespace sockarium::test
