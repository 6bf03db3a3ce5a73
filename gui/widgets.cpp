// See widgets.h.
#include "gui/widgets.h"

#include "gui/draw_ink.h"
#include "gui/title_room.h"

// For writing into the text log at a place, and for «does the keyboard's focus show»: both internal in this
// version.
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

namespace sockarium::gui {

namespace {

// ImGui wants labels closed by a zero; ours are views.
class CString {
 public:
  explicit CString(std::string_view text) : text_(text) {}
  const char* get() const { return text_.c_str(); }

 private:
  std::string text_;
};

void show_tooltip(std::string_view text) {
  if (text.empty() || !ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) {
    return;
  }
  ImGui::BeginTooltip();
  continue_text_log();
  ImGui::PushTextWrapPos(ImGui::GetFontSize() * 28);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void push_button_colours(ButtonStyle style) {
  const Theme& theme = look().theme;
  const auto push = [](ImGuiCol which, ImU32 colour) { ImGui::PushStyleColor(which, colour); };
  switch (style) {
    case ButtonStyle::primary: {
      const Colour focus = theme.colours().focus;
      push(ImGuiCol_Button, theme.focus());
      push(ImGuiCol_ButtonHovered, to_imgui(palette::mix(focus, theme.colours().background, 0.12)));
      push(ImGuiCol_ButtonActive, to_imgui(palette::mix(focus, theme.colours().background, 0.24)));
      push(ImGuiCol_Text, theme.ink_on_focus());
      push(ImGuiCol_Border, theme.focus());
      return;
    }
    case ButtonStyle::quiet:
      push(ImGuiCol_Button, IM_COL32(0, 0, 0, 0));
      push(ImGuiCol_ButtonHovered, theme.raised());
      push(ImGuiCol_ButtonActive, theme.raised());
      push(ImGuiCol_Text, theme.muted());
      push(ImGuiCol_Border, IM_COL32(0, 0, 0, 0));
      return;
    case ButtonStyle::selected:
      push(ImGuiCol_Button, theme.marked());
      push(ImGuiCol_ButtonHovered, theme.marked());
      push(ImGuiCol_ButtonActive, theme.marked());
      push(ImGuiCol_Text, theme.text());
      push(ImGuiCol_Border, theme.focus());
      return;
    case ButtonStyle::plain:
      break;
  }
  push(ImGuiCol_Button, theme.raised());
  push(ImGuiCol_ButtonHovered, ImGui::GetColorU32(ImGuiCol_ButtonHovered));
  push(ImGuiCol_ButtonActive, ImGui::GetColorU32(ImGuiCol_ButtonActive));
  push(ImGuiCol_Text, theme.text());
  push(ImGuiCol_Border, theme.grid());
}

constexpr int button_colours = 5;

void paint_pattern(ImDrawList& list, ImVec2 min, ImVec2 max, palette::Pattern pattern, ImU32 ink,
                   ImU32 ground) {
  const Theme& theme = look().theme;
  const float line = std::max(1.0F, theme.px(1.5F));
  const float step = theme.px(6);
  const float width = max.x - min.x;
  const float height = max.y - min.y;
  switch (pattern) {
    case palette::Pattern::filled:
      return;
    case palette::Pattern::square:
      list.AddRect({min.x + line * 2, min.y + line * 2}, {max.x - line * 2, max.y - line * 2}, ink, 0, 0,
                   line);
      return;
    case palette::Pattern::half_filled:
      list.AddRectFilled({min.x + line, min.y + height / 2}, {max.x - line, max.y - line}, ground);
      return;
    case palette::Pattern::hatched:
      for (float x = min.x - height; x < max.x; x += step) {
        // Cut to the rectangle: a clip rectangle for each cell would break up the draw list.
        const float from = std::max(x, min.x);
        const float to = std::min(x + height, max.x);
        if (to > from) {
          list.AddLine({from, max.y - (from - x)}, {to, max.y - (to - x)}, ink, line);
        }
      }
      return;
    case palette::Pattern::dotted:
      for (float y = min.y + step / 2; y < max.y - line; y += step) {
        for (float x = min.x + step / 2; x < max.x - line; x += step) {
          list.AddRectFilled({x - line / 2, y - line / 2}, {x + line, y + line}, ink);
        }
      }
      return;
    case palette::Pattern::outline:
      list.AddRectFilled({min.x + line * 2, min.y + line * 2}, {max.x - line * 2, max.y - line * 2}, ground);
      return;
    case palette::Pattern::empty:
      list.AddRectFilled({min.x + line / 2, min.y + line / 2}, {max.x - line / 2, max.y - line / 2}, ground);
      return;
    case palette::Pattern::cross: {
      const float arm = std::min(width, height) / 2 - line;
      const ImVec2 middle = {(min.x + max.x) / 2, (min.y + max.y) / 2};
      list.AddLine({middle.x - arm, middle.y - arm}, {middle.x + arm, middle.y + arm}, ink, line * 1.5F);
      list.AddLine({middle.x - arm, middle.y + arm}, {middle.x + arm, middle.y - arm}, ink, line * 1.5F);
      return;
    }
  }
}

}  // namespace

void note_item(std::string_view label) {
  look().items.record(label);
  const ImGuiContext& context = *ImGui::GetCurrentContext();
  if (!ImGui::IsItemFocused() || context.NavDisableHighlight) {
    return;
  }
  const Theme& theme = look().theme;
  const float thickness = theme.px(3);
  const float out = theme.px(2);
  const ImVec2 min = ImGui::GetItemRectMin();
  const ImVec2 max = ImGui::GetItemRectMax();
  ImGui::GetWindowDrawList()->AddRect({min.x - out, min.y - out}, {max.x + out, max.y + out}, theme.focus(),
                                      theme.px(5), 0, thickness);
}

bool button(std::string_view label, const ButtonOptions& options) {
  continue_text_log();
  push_button_colours(options.style);
  ImGui::BeginDisabled(!options.enabled);
  ImVec2 size = options.size;
  if (size.x == 0) {
    // «1» is as easy to hit as «Interesting».
    size.x = std::max(look().theme.target(),
                      ImGui::CalcTextSize(label.data(), label.data() + label.size(), true).x +
                          2 * ImGui::GetStyle().FramePadding.x);
  }
  ImGui::PushStyleVar(ImGuiStyleVar_ButtonTextAlign, ImVec2(options.align_left ? 0.0F : 0.5F, 0.5F));
  const bool pressed = ImGui::Button(CString(label).get(), size);
  ImGui::PopStyleVar();
  note_item(label);
  ImGui::EndDisabled();
  ImGui::PopStyleColor(button_colours);
  show_tooltip(options.tooltip);
  return pressed;
}

bool checkbox(std::string_view label, bool& value) {
  continue_text_log();
  const bool changed = ImGui::Checkbox(CString(label).get(), &value);
  note_item(label);
  return changed;
}

bool selectable(std::string_view label, bool selected) {
  continue_text_log();
  const bool pressed = ImGui::Selectable(CString(label).get(), selected);
  note_item(label);
  return pressed;
}

bool slider(std::string_view label, int& value, int least, int most) {
  const bool changed =
      ImGui::SliderInt(CString(label).get(), &value, least, most, "%d", ImGuiSliderFlags_AlwaysClamp);
  note_item(label);
  return changed;
}

bool slider(std::string_view label, double& value, double least, double most, const char* format) {
  const bool changed = ImGui::SliderScalar(CString(label).get(), ImGuiDataType_Double, &value, &least, &most,
                                           format, ImGuiSliderFlags_AlwaysClamp);
  note_item(label);
  return changed;
}

bool text_field(std::string_view label, std::string& content, std::string_view hint, bool on_enter) {
  const bool done = ImGui::InputTextWithHint(CString(label).get(), CString(hint).get(), &content,
                                             on_enter ? ImGuiInputTextFlags_EnterReturnsTrue : 0);
  note_item(label);
  return done;
}

bool choice(std::string_view label, std::span<const std::string_view> names, int& chosen) {
  const ItemScope scope(label);
  bool changed = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) {
      ImGui::SameLine(0, look().theme.px(4));
    }
    const int number = static_cast<int>(i);
    ButtonOptions options;
    options.style = chosen == number ? ButtonStyle::selected : ButtonStyle::plain;
    if (button(names[i], options) && chosen != number) {
      chosen = number;
      changed = true;
    }
  }
  return changed;
}

float panel_title_height() {
  const Look& current = look();
  return current.fonts.title->FontSize + current.theme.px(14);
}

Panel::Panel(std::string_view title, ImVec2 min, ImVec2 size, std::string_view note, const Options& options)
    : scope_(title) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const ImVec2 max = {min.x + size.x, min.y + size.y};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(min, max, theme.panel(), theme.px(4));
  list.AddRect(min, max, options.accent ? theme.focus() : theme.grid(), theme.px(4), 0,
               options.accent ? theme.px(2) : theme.line());

  float top = min.y;
  if (!title.empty()) {
    const float bar = panel_title_height();
    const float side = theme.px(12);
    const float taken = TitleRoom::taken();
    const std::string shown = fitted(title, current.fonts.title, size.x - taken - 2 * side);
    const ImVec2 title_size = text_size(shown, current.fonts.title);
    list.PushClipRect(min, {max.x - side, min.y + bar}, true);
    paint_text(list, {min.x + side, min.y + (bar - title_size.y) / 2}, theme.text(), shown,
               current.fonts.title);
    if (!note.empty()) {
      const ImVec2 note_size = text_size(note, current.fonts.small);
      // A note that does not fit beside the title is left out rather than written over it.
      if (title_size.x + note_size.x + taken + 3 * side <= size.x) {
        paint_text(list, {max.x - side - taken - note_size.x, min.y + (bar - note_size.y) / 2}, theme.muted(),
                   note, current.fonts.small);
      }
    }
    list.PopClipRect();
    list.AddLine({min.x + theme.line(), min.y + bar}, {max.x - theme.line(), min.y + bar}, theme.grid(),
                 theme.line());
    top += bar + theme.line();
  }
  look().items.record("panel", min, max);

  const float border = theme.line();
  ImGui::SetCursorScreenPos({min.x + border, top});
  ImGui::PushStyleColor(ImGuiCol_ChildBg, IM_COL32(0, 0, 0, 0));
  ImGuiWindowFlags flags = options.scrolling
                               ? ImGuiWindowFlags_None
                               : ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse;
  if (options.padding) {
    flags |= ImGuiWindowFlags_AlwaysUseWindowPadding;
  }
  open_ =
      ImGui::BeginChild("content", {size.x - 2 * border, std::max(1.0F, max.y - top - border)}, false, flags);
  ImGui::PopStyleColor();
}

Panel::~Panel() {
  ImGui::EndChild();
}

Root::Root() {
  continue_text_log();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0F);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0F);
  ImGui::Begin("##root", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar(3);
}

Root::~Root() {
  ImGui::End();
}

void fill_state(ImDrawList& list, ImVec2 min, ImVec2 max, Hue hue, bool outline, bool always_pattern) {
  const Theme& theme = look().theme;
  list.AddRectFilled(min, max, theme.hue(hue));
  if (always_pattern || theme.kind == ThemeKind::high_contrast) {
    paint_pattern(list, min, max, palette::pattern(hue), theme.ink(hue), theme.background());
  }
  if (outline) {
    list.AddRect(min, max, theme.text(), 0, 0, std::max(1.0F, theme.px(1)));
  }
}

void paint_chip(ImDrawList& list, ImVec2 min, ImVec2 max, Hue hue, std::string_view content) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const std::string_view shown = content.empty() ? palette::letter(hue) : content;
  const float rounding = theme.px(3);
  list.AddRectFilled(min, max, theme.hue(hue), rounding);
  list.AddRect(min, max, theme.text(), rounding, 0, std::max(1.0F, theme.px(1)));
  ImFont* font = content.empty() ? current.fonts.bold : current.fonts.mono;
  ImVec2 size = text_size(shown, font);
  if (size.x > max.x - min.x || size.y > max.y - min.y + theme.px(2)) {
    font = content.empty() ? current.fonts.small : current.fonts.small_mono;
    size = text_size(shown, font);
  }
  paint_text(
      list,
      {std::floor((min.x + max.x - size.x) / 2 + 0.5F), std::floor((min.y + max.y - size.y) / 2 + 0.5F)},
      theme.ink(hue), shown, font);
}

void chip(Hue hue, std::string_view content) {
  const Look& current = look();
  const float side = std::floor(ImGui::GetTextLineHeight() * 1.3F);
  const float gap = content.empty() ? 0 : ImGui::GetStyle().ItemInnerSpacing.x;
  const ImVec2 size = content.empty() ? ImVec2(0, 0) : text_size(content);
  const ImVec2 place = ImGui::GetCursorScreenPos();
  ImGui::Dummy({side + gap + size.x, side});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  paint_chip(list, place, {place.x + side, place.y + side}, hue);
  paint_text(list, {place.x + side + gap, place.y + (side - size.y) / 2}, current.theme.text(), content);
}

void badge(std::string_view content, Hue hue) {
  const Look& current = look();
  const ImVec2 size = text_size(content, current.fonts.bold);
  const float pad = current.theme.px(8);
  const ImVec2 place = ImGui::GetCursorScreenPos();
  ImGui::Dummy({size.x + 2 * pad, size.y + current.theme.px(4)});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 max = ImGui::GetItemRectMax();
  list.AddRectFilled(place, max, current.theme.hue(hue), (max.y - place.y) / 2);
  paint_text(list, {place.x + pad, place.y + current.theme.px(2)}, current.theme.ink(hue), content,
             current.fonts.bold);
}

void text(std::string_view content, ImFont* font, bool wrapped) {
  continue_text_log();
  if (font != nullptr) {
    ImGui::PushFont(font);
  }
  if (wrapped) {
    ImGui::PushTextWrapPos(0);
  }
  ImGui::TextUnformatted(content.data(), content.data() + content.size());
  if (wrapped) {
    ImGui::PopTextWrapPos();
  }
  if (font != nullptr) {
    ImGui::PopFont();
  }
}

void muted_text(std::string_view content, ImFont* font, bool wrapped) {
  ImGui::PushStyleColor(ImGuiCol_Text, look().theme.muted());
  text(content, font, wrapped);
  ImGui::PopStyleColor();
}

void text_right(std::string_view content, bool muted) {
  const float free = ImGui::GetContentRegionAvail().x - text_size(content).x;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0F, free));
  if (muted) {
    muted_text(content);
  } else {
    text(content);
  }
}

void paint_text(ImDrawList& list, ImVec2 place, ImU32 colour, std::string_view content, ImFont* font) {
  if (content.empty()) {
    return;
  }
  ImFont* face = font == nullptr ? ImGui::GetFont() : font;
  continue_text_log();
  list.AddText(face, face->FontSize, place, colour, content.data(), content.data() + content.size());
  if (ImGui::GetCurrentContext()->LogEnabled) {
    ImGui::LogRenderedText(&place, content.data(), content.data() + content.size());
  }
}

ImVec2 text_size(std::string_view content, ImFont* font) {
  ImFont* face = font == nullptr ? ImGui::GetFont() : font;
  const ImVec2 size = face->CalcTextSizeA(face->FontSize, std::numeric_limits<float>::max(), 0.0F,
                                          content.data(), content.data() + content.size());
  // As ImGui::CalcTextSize: whole pixels, so that what is centred does not tremble.
  return {std::ceil(size.x), size.y};
}

}  // namespace sockarium::gui
