// See theme.h. Everything that is not one of the guide's named colours is mixed from them, so that a palette
// stays six colours and eight hues.
#include "gui/theme.h"

#include <algorithm>
#include <cmath>

namespace sockarium::gui {

namespace {

Colour raised_colour(const palette::Palette& colours) {
  return palette::mix(colours.panel, colours.text, 0.08);
}

Colour marked_colour(const palette::Palette& colours) {
  return palette::mix(colours.panel, colours.focus, 0.16);
}

ImVec4 vec4(Colour colour, float alpha = 1.0F) {
  return ImGui::ColorConvertU32ToFloat4(to_imgui(colour, alpha));
}

}  // namespace

const palette::Palette& Theme::colours() const {
  switch (kind) {
    case ThemeKind::light:
      return palette::light;
    case ThemeKind::high_contrast:
      return palette::high_contrast;
    case ThemeKind::dark:
      break;
  }
  return palette::dark;
}

const TypeSizes& Theme::type() const {
  return viewing == Viewing::projector ? projector_type : desktop_type;
}

ImU32 to_imgui(Colour colour, float alpha) {
  const auto opacity = std::lround(std::clamp(alpha, 0.0F, 1.0F) * 255.0F);
  return IM_COL32(colour.red, colour.green, colour.blue, opacity);
}

ImU32 Theme::hue(Hue which, float alpha) const {
  return to_imgui(colours()[which], alpha);
}
ImU32 Theme::background() const {
  return to_imgui(colours().background);
}
ImU32 Theme::panel() const {
  return to_imgui(colours().panel);
}
ImU32 Theme::text() const {
  return to_imgui(colours().text);
}
ImU32 Theme::muted() const {
  return to_imgui(colours().muted);
}
ImU32 Theme::grid() const {
  return to_imgui(colours().grid);
}
ImU32 Theme::focus() const {
  return to_imgui(colours().focus);
}
ImU32 Theme::raised() const {
  return to_imgui(raised_colour(colours()));
}
ImU32 Theme::marked() const {
  return to_imgui(marked_colour(colours()));
}
ImU32 Theme::alarmed() const {
  return to_imgui(palette::mix(colours().panel, colours()[Hue::error], 0.18));
}
ImU32 Theme::ink(Hue ground) const {
  return to_imgui(palette::ink_on(colours()[ground]));
}
ImU32 Theme::ink_on_focus() const {
  return to_imgui(palette::ink_on(colours().focus));
}

std::string_view theme_name(ThemeKind kind) {
  switch (kind) {
    case ThemeKind::light:
      return "light";
    case ThemeKind::high_contrast:
      return "high contrast";
    case ThemeKind::dark:
      break;
  }
  return "dark";
}

ThemeKind next_theme(ThemeKind kind) {
  switch (kind) {
    case ThemeKind::dark:
      return ThemeKind::light;
    case ThemeKind::light:
      return ThemeKind::high_contrast;
    case ThemeKind::high_contrast:
      break;
  }
  return ThemeKind::dark;
}

float clamp_scale(float scale) {
  // The negation also catches NaN.
  return !(scale >= minimum_scale) ? minimum_scale : std::min(scale, maximum_scale);
}

void apply_theme(const Theme& theme) {
  const palette::Palette& colours = theme.colours();
  const bool contrast = theme.kind == ThemeKind::high_contrast;

  // A fresh style each time: ScaleAllSizes multiplies what it finds.
  ImGuiStyle style;
  // A frame is as high as its text and twice the padding; it must be a target that a hand can hit.
  const float target = theme.target() / theme.scale;
  const float padding = std::max(4.0F, std::ceil((target - theme.type().body * line_height_in_ems) / 2.0F));
  style.FramePadding = ImVec2(10, padding);
  style.WindowPadding = ImVec2(12, 10);
  style.ItemSpacing = ImVec2(8, 6);
  style.ItemInnerSpacing = ImVec2(6, 4);
  style.CellPadding = ImVec2(6, 3);
  style.ScrollbarSize = theme.viewing == Viewing::projector ? 16 : 12;
  style.GrabMinSize = target / 2;
  style.WindowRounding = 4;
  style.ChildRounding = 4;
  style.FrameRounding = 4;
  style.PopupRounding = 4;
  style.GrabRounding = 4;
  style.ScrollbarRounding = 4;
  style.TabRounding = 4;
  style.WindowBorderSize = 1;
  style.ChildBorderSize = 1;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 1;
  style.ScaleAllSizes(theme.scale);
  // Sizes that ScaleAllSizes leaves alone: borders stay lines, but lines of the theme.
  style.FrameBorderSize = style.ChildBorderSize = style.PopupBorderSize = style.WindowBorderSize =
      std::max(1.0F, theme.line() / (theme.viewing == Viewing::projector ? 2.0F : 1.0F));

  const Colour raised = contrast ? colours.background : raised_colour(colours);
  const Colour hovered = contrast ? palette::hex(0x404040) : palette::mix(colours.panel, colours.text, 0.16);
  const Colour pressed = palette::mix(colours.panel, colours.text, 0.26);
  ImVec4* colour = style.Colors;
  colour[ImGuiCol_Text] = vec4(colours.text);
  colour[ImGuiCol_TextDisabled] = vec4(colours.muted);
  colour[ImGuiCol_WindowBg] = vec4(colours.background);
  colour[ImGuiCol_ChildBg] = vec4(colours.panel);
  colour[ImGuiCol_PopupBg] = vec4(colours.panel);
  colour[ImGuiCol_Border] = vec4(colours.grid);
  colour[ImGuiCol_BorderShadow] = vec4(colours.background, 0);
  colour[ImGuiCol_FrameBg] = vec4(raised);
  colour[ImGuiCol_FrameBgHovered] = vec4(hovered);
  colour[ImGuiCol_FrameBgActive] = vec4(pressed);
  colour[ImGuiCol_TitleBg] = vec4(colours.panel);
  colour[ImGuiCol_TitleBgActive] = vec4(raised);
  colour[ImGuiCol_TitleBgCollapsed] = vec4(colours.panel);
  colour[ImGuiCol_MenuBarBg] = vec4(colours.panel);
  colour[ImGuiCol_ScrollbarBg] = vec4(colours.panel);
  colour[ImGuiCol_ScrollbarGrab] = vec4(colours.grid);
  colour[ImGuiCol_ScrollbarGrabHovered] = vec4(colours.muted);
  colour[ImGuiCol_ScrollbarGrabActive] = vec4(colours.text);
  colour[ImGuiCol_CheckMark] = vec4(colours.focus);
  colour[ImGuiCol_SliderGrab] = vec4(colours.muted);
  colour[ImGuiCol_SliderGrabActive] = vec4(colours.focus);
  colour[ImGuiCol_Button] = vec4(raised);
  colour[ImGuiCol_ButtonHovered] = vec4(hovered);
  colour[ImGuiCol_ButtonActive] = vec4(pressed);
  colour[ImGuiCol_Header] = vec4(contrast ? palette::hex(0x404040) : marked_colour(colours));
  colour[ImGuiCol_HeaderHovered] = vec4(hovered);
  colour[ImGuiCol_HeaderActive] = vec4(pressed);
  colour[ImGuiCol_Separator] = vec4(colours.grid);
  colour[ImGuiCol_SeparatorHovered] = vec4(colours.muted);
  colour[ImGuiCol_SeparatorActive] = vec4(colours.focus);
  colour[ImGuiCol_ResizeGrip] = vec4(colours.grid);
  colour[ImGuiCol_ResizeGripHovered] = vec4(colours.muted);
  colour[ImGuiCol_ResizeGripActive] = vec4(colours.focus);
  colour[ImGuiCol_Tab] = vec4(colours.panel);
  colour[ImGuiCol_TabHovered] = vec4(hovered);
  colour[ImGuiCol_TabActive] = vec4(raised);
  colour[ImGuiCol_TabUnfocused] = vec4(colours.panel);
  colour[ImGuiCol_TabUnfocusedActive] = vec4(raised);
  colour[ImGuiCol_PlotLines] = vec4(colours.text);
  colour[ImGuiCol_PlotLinesHovered] = vec4(colours.focus);
  colour[ImGuiCol_PlotHistogram] = vec4(colours.muted);
  colour[ImGuiCol_PlotHistogramHovered] = vec4(colours.focus);
  colour[ImGuiCol_TableHeaderBg] = vec4(raised);
  colour[ImGuiCol_TableBorderStrong] = vec4(colours.grid);
  colour[ImGuiCol_TableBorderLight] = vec4(colours.grid);
  colour[ImGuiCol_TableRowBg] = vec4(colours.panel, 0);
  colour[ImGuiCol_TableRowBgAlt] = vec4(colours.text, 0.03F);
  colour[ImGuiCol_TextSelectedBg] = vec4(colours.focus, 0.35F);
  colour[ImGuiCol_DragDropTarget] = vec4(colours.focus);
  colour[ImGuiCol_NavHighlight] = vec4(colours.focus);
  colour[ImGuiCol_NavWindowingHighlight] = vec4(colours.focus);
  colour[ImGuiCol_NavWindowingDimBg] = vec4(colours.background, 0.5F);
  colour[ImGuiCol_ModalWindowDimBg] = vec4(colours.background, 0.6F);
  ImGui::GetStyle() = style;
}

}  // namespace sockarium::gui
