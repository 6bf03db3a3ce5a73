// Everything in the window that can be pointed at, by name: «Transport/Step back» -> rectangle and ImGui id.
// Tests click through it, a lesson points through it, and scripted pictures find their place with it. It is
// always filled: a button that only exists in tests teaches nothing.
#pragma once

#include <imgui.h>

#include <string>
#include <string_view>
#include <vector>

namespace sockarium::gui {

struct Item {
  std::string path;  ///< scopes and label, joined by «/»; the label without what follows «##»
  ImGuiID id = 0;
  ImVec2 min;  ///< in pixels of the window, upper left
  ImVec2 max;
  bool enabled = true;
  bool visible = true;  ///< false: scrolled out of its panel, a click would not reach it

  ImVec2 centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
};

class ItemRegistry {
 public:
  /// Forgets the last frame. Its items stay readable until then.
  void begin_frame();

  /// Notes the item that ImGui has just drawn under this label.
  void record(std::string_view label);
  /// Notes something that was only painted (a slot, a packet): no id, but a place.
  void record(std::string_view label, ImVec2 min, ImVec2 max);

  /// By whole path, or by its end from a «/» on («Step back» finds «Transport/Step back»). Null when there is
  /// none. Of several items the first drawn is taken.
  const Item* find(std::string_view path) const;
  const std::vector<Item>& items() const { return items_; }

  void push_scope(std::string_view name);
  void pop_scope();

 private:
  std::string path_of(std::string_view label) const;

  std::vector<Item> items_;
  std::vector<std::string> scopes_;
};

/// Names and ids inside it begin with this name: two hosts may both have an item «fd 3».
class ItemScope {
 public:
  explicit ItemScope(std::string_view name);
  ~ItemScope();
  ItemScope(const ItemScope&) = delete;
  ItemScope& operator=(const ItemScope&) = delete;
};

}  // namespace sockarium::gui
