// The texts of a lesson: words with {expressions} between them, which are Lua and see params, the file's
// globals and `w`. {{ and }} stand for the braces themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sockarium::script {

struct TextPiece {
  bool is_expression = false;
  std::string text;
};

/// Throws Fault where a brace has no partner.
std::vector<TextPiece> split_text(std::string_view text);

/// The Lua chunk of an expression: a function of `w`.
std::string chunk_of(const std::string& expression);

}  // namespace sockarium::script
