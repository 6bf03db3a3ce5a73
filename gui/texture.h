// A picture that changes often and is drawn as one quad: 65,536 ports are one texture, never 65,536 widgets.
// Texels stay sharp when enlarged. Without OpenGL (headless tests) it keeps its size and draws nothing.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <span>

namespace sockarium::gui {

/// Tells textures that an OpenGL context came or went; called by Window and Offscreen only.
void gl_context_began();
void gl_context_ended();

class Texture {
 public:
  Texture() = default;
  ~Texture();
  Texture(const Texture&) = delete;
  Texture& operator=(const Texture&) = delete;

  /// Replaces the whole picture. `pixels`: width x height, as ImGui packs colours (IM_COL32), rows from top
  /// to bottom.
  void set(int width, int height, std::span<const ImU32> pixels);
  /// Replaces some whole rows of a picture that was set before; `pixels`: rows x width.
  void set_rows(int first_row, std::span<const ImU32> pixels);

  /// False when set() must be called (again): never filled, or the OpenGL context is another one.
  bool ready() const;
  int width() const { return width_; }
  int height() const { return height_; }
  ImTextureID id() const;
  /// Draws it into this rectangle; nothing without OpenGL.
  void draw(ImDrawList& list, ImVec2 min, ImVec2 max) const;
  /// Only its part between these corners, in shares of the whole (0 to 1).
  void draw(ImDrawList& list, ImVec2 min, ImVec2 max, ImVec2 from, ImVec2 to) const;

 private:
  unsigned name_ = 0;
  unsigned context_ = 0;  // which OpenGL context it was made in; 0: none
  int width_ = 0;
  int height_ = 0;
};

}  // namespace sockarium::gui
