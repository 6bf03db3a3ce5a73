// The top line: menus and the lesson's title at the left, the clock in the middle, where we are at the right.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/commands.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

bool menu_item(std::string_view label, const std::string& key, bool selected, bool enabled) {
  continue_text_log();
  const std::string name(label);
  const bool pressed = ImGui::MenuItem(name.c_str(), key.empty() ? nullptr : key.c_str(), selected, enabled);
  note_item(label);
  return pressed;
}

void command_item(const Command& each, const Frame& frame, ViewState& view, Intents& intents) {
  if (menu_item(each.name, keys_text(each), false, possible(each, frame, view)) && each.run != nullptr)
    each.run(frame, view, intents);
  if (ImGui::IsItemHovered()) {
    ImGui::BeginTooltip();
    continue_text_log();
    ImGui::TextUnformatted(each.sentence.data(), each.sentence.data() + each.sentence.size());
    ImGui::EndTooltip();
  }
}

void draw_entries(Menu menu, const Frame& frame, ViewState& view, Intents& intents) {
  const ItemScope scope(name(menu));
  continue_text_log();
  if (menu == Menu::File && !frame.course->empty()) {
    muted_text("The course");
    for (const CourseEntry& entry : *frame.course)
      if (menu_item(entry.title + "##" + entry.path, {}, entry.path == frame.path, true))
        intents.push_back(intent::Open{entry.path});
    ImGui::Separator();
  }
  if (menu == Menu::File && !frame.recent->empty()) {
    muted_text("Opened last");
    for (const std::string& path : *frame.recent)
      if (menu_item(path.substr(path.rfind('/') + 1) + "##recent " + path, {}, false, true))
        intents.push_back(intent::Open{path});
    ImGui::Separator();
  }
  if (menu == Menu::Move && frame.session != nullptr && !view.bookmarks.empty()) {
    muted_text("Your bookmarks");
    for (const Bookmark& own : view.bookmarks)
      if (menu_item("⚑ " + own.name, {}, own.event == frame.session->cursor(), true))
        intents.push_back(intent::SeekTo{own.event});
    ImGui::Separator();
  }
  if (menu == Menu::Move && frame.session != nullptr && !frame.lesson->bookmarks().empty()) {
    muted_text("Bookmarks");
    for (const Mark& mark : frame.lesson->bookmarks())
      if (menu_item("⚑ " + mark.name, {}, mark.event == frame.session->cursor(), true))
        intents.push_back(intent::SeekTo{mark.event});
    ImGui::Separator();
  }
  if (menu == Menu::Move && frame.session != nullptr && frame.session->branch_count() > 1) {
    muted_text("Branches");
    for (std::size_t b = 0; b < frame.session->branch_count(); ++b) {
      const auto info = frame.session->branch_info(b);
      const std::string label =
          b == 0 ? "What happened by itself" : fmt::format("{} (from event {})", info.label, info.fork);
      if (menu_item(label, {}, b == frame.session->branch(), true)) intents.push_back(intent::ShowBranch{b});
    }
    ImGui::Separator();
  }
  for (const Command& each : commands())
    if (each.menu == menu) command_item(each, frame, view, intents);
}

void draw_menu(Menu menu, const Frame& frame, ViewState& view, Intents& intents) {
  const std::string title(name(menu));
  ButtonOptions options;
  options.style = ButtonStyle::quiet;
  if (button(title, options)) ImGui::OpenPopup(title.c_str());
  const ImVec2 below = {ImGui::GetItemRectMin().x, ImGui::GetItemRectMax().y};
  ImGui::SetNextWindowPos(below, ImGuiCond_Appearing);
  if (!ImGui::BeginPopup(title.c_str())) return;
  draw_entries(menu, frame, view, intents);
  ImGui::EndPopup();
}

/// What the window is for, as buttons from the right; where they begin.
float draw_layouts(const Frame&, ViewState& view, Intents& intents, float right, float middle) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const float height = ImGui::GetFrameHeight();
  const float top = std::round(middle - height / 2);
  float x = right;
  const auto place = [&](const std::string& label, const ButtonOptions& options) {
    const float width = text_size(label.substr(0, label.find("##"))).x + 2 * ImGui::GetStyle().FramePadding.x;
    x -= width;
    ImGui::SetCursorScreenPos({std::floor(x), top});
    const bool pressed = button(label, options);
    x -= theme.px(2);
    return pressed;
  };
  ButtonOptions options;
  options.style = ButtonStyle::quiet;
  const std::string help = tooltip("Keys");
  options.tooltip = help;
  if (place("?##keys", options)) open_dialog(view, Dialog::Help);
  options.style = ButtonStyle::plain;
  const std::string search = tooltip("Search…");
  options.tooltip = search;
  options.enabled = view.arrangement != Arrangement::Compare;
  if (place("Search /##search", options)) open_dialog(view, Dialog::Search);
  x -= theme.px(8);
  for (std::size_t i = arrangement_count; i-- > 0;) {
    const auto each = static_cast<Arrangement>(i);
    ButtonOptions one;
    one.style = view.arrangement == each ? ButtonStyle::selected : ButtonStyle::quiet;
    const std::string tip = tooltip(each == Arrangement::Compare ? "Compare with the real kernel"
                                                                 : "Layout: " + std::string(name(each)));
    one.tooltip = tip;
    if (place(std::string(name(each)) + "##layout", one) && view.arrangement != each)
      intents.push_back(intent::Arrange{each});
  }
  return x - theme.px(8);
}

}  // namespace

void draw_header(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Rect& area = frame.area;
  const ItemScope scope("Header");
  list.AddLine({area.min.x, area.max.y}, {area.max.x, area.max.y}, theme.grid(), theme.line());
  const float middle = (area.min.y + area.max.y) / 2;
  const auto centred = [&](ImFont* font) { return std::round(middle - font->FontSize / 2); };

  float x = area.min.x + theme.px(14);
  if (!frame.compact || area.width() > theme.px(1100)) {
    paint_text(list, {x, centred(current.fonts.bold)}, theme.text(), "sockarium", current.fonts.bold);
    x += text_size("sockarium", current.fonts.bold).x + theme.px(10);
  }
  ImGui::SetCursorScreenPos({x, std::round(middle - ImGui::GetFrameHeight() / 2)});
  for (const Menu menu : {Menu::File, Menu::Move, Menu::WhatIf, Menu::View, Menu::Panels, Menu::Help}) {
    draw_menu(menu, frame, view, intents);
    ImGui::SameLine(0, 0);
  }
  x = ImGui::GetCursorScreenPos().x + theme.px(6);
  if (frame.session == nullptr) {
    paint_text(list, {x, centred(current.fonts.bold)}, theme.text(), frame.title, current.fonts.bold);
    ImGui::SetCursorScreenPos({area.min.x, area.max.y});
    return;
  }

  // From the right: where we are, as a button that asks where to go.
  const Session& session = *frame.session;
  const bool whole = session.ending() != Ending::NotYet;
  std::string where =
      fmt::format("event {} of {}{}", number_text(static_cast<std::int64_t>(session.cursor())),
                  number_text(static_cast<std::int64_t>(session.head())), whole ? "" : "+");
  std::string doing = !view.playing  ? "paused"
                      : view.through ? "running through"
                                     : fmt::format("playing, {:.2g} s a step", view.delay);
  if (session.branch() != 0)
    where = "branch " + std::string(1, static_cast<char>('A' + session.branch() % 26)) + " · " + where;
  std::string place = where + " · " + doing;
  // In a small window the numbers alone: the clock must stay.
  const float least_clock = text_size("t = 0.000 000 s", current.fonts.mono_bold).x;
  if (x + least_clock + text_size(place, current.fonts.body).x + theme.px(60) > area.max.x)
    place = fmt::format("{}/{}", session.cursor(), session.head());
  ButtonOptions quiet;
  quiet.style = ButtonStyle::quiet;
  quiet.tooltip = "Go to a time, an event's number or a bookmark (G)";
  const float place_width = text_size(place, current.fonts.body).x + 2 * ImGui::GetStyle().FramePadding.x;
  float right = area.max.x - theme.px(10);
  if (frame.room == Room::Wide) right = draw_layouts(frame, view, intents, right, middle);
  ImGui::SetCursorScreenPos({right - place_width, std::round(middle - ImGui::GetFrameHeight() / 2)});
  if (button(place + "###where", quiet)) open_dialog(view, Dialog::GoTo);

  const std::string clock = "t = " + clock_text(frame.world().now);
  float clock_width = text_size(clock, current.fonts.clock).x;
  float clock_x = std::round((area.min.x + area.max.x - clock_width) / 2);
  const float clock_limit = right - place_width - theme.px(16) - clock_width;
  // In the middle of the window, unless the title or the place need room.
  const float title_width = text_size(frame.title, current.fonts.bold).x;
  clock_x = std::min(std::max(clock_x, x + title_width + theme.px(24)), clock_limit);
  // The clock is always there; where room is short, the title gives way, and then the clock is smaller.
  ImFont* clock_font = current.fonts.clock;
  if (clock_x < x) {
    clock_font = current.fonts.mono_bold;
    clock_width = text_size(clock, clock_font).x;
    clock_x = std::max(x, right - place_width - theme.px(12) - clock_width);
  }
  paint_text(list, {clock_x, centred(clock_font)}, theme.text(), clock, clock_font);
  look().items.record("clock", {clock_x, area.min.y}, {clock_x + clock_width, area.max.y});
  const float title_room = clock_x - x - theme.px(16);
  if (title_room > theme.px(40)) {
    if (title_width <= title_room) {
      paint_text(list, {x, centred(current.fonts.bold)}, theme.text(), frame.title, current.fonts.bold);
    } else {  // two small lines
      const float height =
          paint_wrapped(list, {x, 0}, title_room, theme.text(), frame.title, current.fonts.small, false);
      if (height <= area.height())
        paint_wrapped(list, {x, std::round(middle - height / 2)}, title_room, theme.text(), frame.title,
                      current.fonts.small);
      else
        paint_text(list, {x, centred(current.fonts.small)}, theme.text(),
                   fitted(frame.title, current.fonts.small, title_room), current.fonts.small);
    }
  }
  ImGui::SetCursorScreenPos({area.min.x, area.max.y});
}

}  // namespace sockarium::gui
