// See items.h.
#include "gui/items.h"

// What ImGui knows of its last item beyond the rectangle (id, disabled, clipped) is internal in this version.
#include <imgui_internal.h>

#include "gui/look.h"

namespace sockarium::gui {

namespace {

bool ends_with_path(std::string_view path, std::string_view end) {
  if (path == end) {
    return true;
  }
  return path.size() > end.size() && path.ends_with(end) && path[path.size() - end.size() - 1] == '/';
}

}  // namespace

void ItemRegistry::begin_frame() {
  items_.clear();
  scopes_.clear();
}

void ItemRegistry::record(std::string_view label) {
  const ImGuiLastItemData& last = ImGui::GetCurrentContext()->LastItemData;
  Item item;
  item.path = path_of(label);
  item.id = last.ID;
  item.min = last.Rect.Min;
  item.max = last.Rect.Max;
  item.enabled = (last.InFlags & ImGuiItemFlags_Disabled) == 0;
  item.visible = ImGui::IsItemVisible();
  items_.push_back(std::move(item));
}

void ItemRegistry::record(std::string_view label, ImVec2 min, ImVec2 max) {
  Item item;
  item.path = path_of(label);
  item.min = min;
  item.max = max;
  item.visible = ImGui::IsRectVisible(min, max);
  items_.push_back(std::move(item));
}

const Item* ItemRegistry::find(std::string_view path) const {
  for (const Item& item : items_) {
    if (item.path == path) {
      return &item;
    }
  }
  for (const Item& item : items_) {
    if (ends_with_path(item.path, path)) {
      return &item;
    }
  }
  return nullptr;
}

void ItemRegistry::push_scope(std::string_view name) {
  scopes_.emplace_back(name);
}

void ItemRegistry::pop_scope() {
  scopes_.pop_back();
}

std::string ItemRegistry::path_of(std::string_view label) const {
  std::string path;
  for (const std::string& scope : scopes_) {
    path += scope;
    path += '/';
  }
  // «Play##transport» is drawn as «Play»; a label that is all «##name» is known by that name.
  const std::size_t hidden = label.find("##");
  if (hidden == 0) {
    label.remove_prefix(label.starts_with("###") ? 3 : 2);
  } else if (hidden != std::string_view::npos) {
    label = label.substr(0, hidden);
  }
  path += label;
  return path;
}

ItemScope::ItemScope(std::string_view name) {
  look().items.push_scope(name);
  ImGui::PushID(name.data(), name.data() + name.size());
}

ItemScope::~ItemScope() {
  ImGui::PopID();
  look().items.pop_scope();
}

}  // namespace sockarium::gui
