// See texture.h. A texture may outlive the OpenGL context that it was made in; contexts are numbered, and a
// name from another one is simply forgotten.
#include "gui/texture.h"

#include <glad/gl.h>

#include "sim/core/assert.h"

namespace sockarium::gui {

namespace {

struct ContextNumber {
  unsigned current = 0;
  unsigned last = 0;
};
ContextNumber context_number;

}  // namespace

void gl_context_began() {
  context_number.current = ++context_number.last;
}
void gl_context_ended() {
  context_number.current = 0;
}

Texture::~Texture() {
  if (name_ != 0 && context_ != 0 && context_ == context_number.current) {
    glDeleteTextures(1, &name_);
  }
}

bool Texture::ready() const {
  return width_ > 0 && context_ == context_number.current;
}

void Texture::set(int width, int height, std::span<const ImU32> pixels) {
  SOCKARIUM_ASSERT(width > 0 && height > 0);
  SOCKARIUM_ASSERT(pixels.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  const bool same = ready() && width == width_ && height == height_;
  const bool fresh = context_ != context_number.current;
  width_ = width;
  height_ = height;
  context_ = context_number.current;
  if (context_ == 0) {
    name_ = 0;
    return;
  }
  if (name_ == 0 || fresh) {
    glGenTextures(1, &name_);
  }
  glBindTexture(GL_TEXTURE_2D, name_);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  if (same) {
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
    return;
  }
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
}

void Texture::set_rows(int first_row, std::span<const ImU32> pixels) {
  SOCKARIUM_ASSERT(ready());
  const int rows = static_cast<int>(pixels.size()) / width_;
  SOCKARIUM_ASSERT(static_cast<std::size_t>(rows) * static_cast<std::size_t>(width_) == pixels.size());
  SOCKARIUM_ASSERT(first_row >= 0 && first_row + rows <= height_);
  if (context_ == 0) {
    return;
  }
  glBindTexture(GL_TEXTURE_2D, name_);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, first_row, width_, rows, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
}

ImTextureID Texture::id() const {
  const unsigned name = ready() && context_ != 0 ? name_ : 0;
  return reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(name));
}

void Texture::draw(ImDrawList& list, ImVec2 min, ImVec2 max) const {
  draw(list, min, max, {0, 0}, {1, 1});
}

void Texture::draw(ImDrawList& list, ImVec2 min, ImVec2 max, ImVec2 from, ImVec2 to) const {
  if (id() != nullptr) {
    list.AddImage(id(), min, max, from, to);
  }
}

}  // namespace sockarium::gui
