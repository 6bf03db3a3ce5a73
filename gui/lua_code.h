// Lua's words, told apart for the eye: keywords, strings, numbers, comments. Colour says nothing that the
// text does not say; keywords are bold as well, and where there are no colours that is all.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace sockarium::gui {

enum class CodeKind : std::uint8_t { Plain, Keyword, String, Number, Comment };

struct CodePiece {
  std::size_t begin = 0, end = 0;  ///< bytes
  CodeKind kind = CodeKind::Plain;
  friend bool operator==(const CodePiece&, const CodePiece&) = default;
};

/// The pieces of a text, in order and without gaps. Strings and comments in long brackets may go over lines;
/// none of the other pieces does.
std::vector<CodePiece> code_pieces(std::string_view text);

ImU32 colour_of(CodeKind kind);
/// Fonts of one size, in which all letters are equally wide.
ImFont* font_of(CodeKind kind);

/// Paints one line. `dim`: of a program that has ended.
void paint_code(ImDrawList& list, ImVec2 place, std::string_view line, bool dim);
/// Paints the lines from `first` to `last` (counted from 0) of a text, whose first line stands at `place`,
/// without writing them into the text log.
void paint_code_lines(ImDrawList& list, ImVec2 place, std::string_view text, float line_height,
                      std::size_t first, std::size_t last);

}  // namespace sockarium::gui
