// See lua_code.h.
#include "gui/lua_code.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "gui/look.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

constexpr std::array<std::string_view, 22> keywords{
    "and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
    "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};

bool begins_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool goes_on(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Reads one piece after the other (Lua 5.4 reference manual, 3.1).
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<CodePiece> read() {
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      const CodeKind kind = next();
      if (!pieces_.empty() && kind == CodeKind::Plain && pieces_.back().kind == kind)
        pieces_.back().end = at_;
      else
        pieces_.push_back({begin, at_, kind});
    }
    return std::move(pieces_);
  }

 private:
  char here(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  CodeKind next() {
    if (here() == '-' && here(1) == '-') {
      at_ += 2;
      if (!long_bracket()) at_ = std::min(text_.find('\n', at_), text_.size());
      return CodeKind::Comment;
    }
    if (here() == '[' && long_bracket()) return CodeKind::String;
    if (here() == '"' || here() == '\'') return quoted();
    if (is_digit(here()) || (here() == '.' && is_digit(here(1)))) return number();
    if (begins_name(here())) {
      const std::size_t begin = at_;
      while (goes_on(here())) ++at_;
      const std::string_view name = text_.substr(begin, at_ - begin);
      return std::find(keywords.begin(), keywords.end(), name) != keywords.end() ? CodeKind::Keyword
                                                                                 : CodeKind::Plain;
    }
    if (here() == '.')  // of «..» no dot begins a number
      while (here() == '.') ++at_;
    else
      ++at_;
    return CodeKind::Plain;
  }

  CodeKind quoted() {
    const char quote = text_[at_++];
    while (at_ < text_.size() && here() != quote && here() != '\n') at_ += here() == '\\' ? 2 : 1;
    at_ = std::min(text_.size(), at_ + (here() == quote ? 1 : 0));
    return CodeKind::String;
  }

  CodeKind number() {
    const bool hexadecimal = here() == '0' && (here(1) == 'x' || here(1) == 'X');
    while (goes_on(here()) || (here() == '.' && here(1) != '.') ||
           ((here() == '+' || here() == '-') && ends_with_exponent(hexadecimal)))
      ++at_;
    return CodeKind::Number;
  }
  bool ends_with_exponent(bool hexadecimal) const {
    const char before = static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_ - 1])));
    return before == (hexadecimal ? 'p' : 'e');
  }

  /// «[[ … ]]», «[==[ … ]==]». False: none begins here, and nothing was read.
  bool long_bracket() {
    if (here() != '[') return false;
    std::size_t level = 0;
    while (here(1 + level) == '=') ++level;
    if (here(1 + level) != '[') return false;
    const std::string close = "]" + std::string(level, '=') + "]";
    const std::size_t end = text_.find(close, at_ + 2 + level);
    at_ = end == std::string_view::npos ? text_.size() : end + close.size();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<CodePiece> pieces_;
};

}  // namespace

std::vector<CodePiece> code_pieces(std::string_view text) {
  return Reader(text).read();
}

ImU32 colour_of(CodeKind kind) {
  const Theme& theme = look().theme;
  switch (kind) {
    case CodeKind::Keyword:
      return to_imgui(theme.colours().keyword);
    case CodeKind::String:
      return to_imgui(theme.colours().string);
    case CodeKind::Number:
      return to_imgui(theme.colours().number);
    case CodeKind::Comment:
      return theme.muted();
    case CodeKind::Plain:
      break;
  }
  return theme.text();
}

ImFont* font_of(CodeKind kind) {
  return kind == CodeKind::Keyword ? look().fonts.small_mono_bold : look().fonts.small_mono;
}

void paint_code(ImDrawList& list, ImVec2 place, std::string_view line, bool dim) {
  for (const CodePiece& piece : code_pieces(line)) {
    const std::string_view words = line.substr(piece.begin, piece.end - piece.begin);
    paint_text(list, place, dim ? look().theme.muted() : colour_of(piece.kind), words, font_of(piece.kind));
    place.x += text_size(words, font_of(piece.kind)).x;
  }
}

void paint_code_lines(ImDrawList& list, ImVec2 place, std::string_view text, float line_height,
                      std::size_t first, std::size_t last) {
  std::size_t line = 0;
  float x = place.x;
  for (const CodePiece& piece : code_pieces(text)) {
    for (std::size_t begin = piece.begin; begin < piece.end;) {
      const std::size_t end = std::min(text.find('\n', begin), piece.end);
      const std::string_view words = text.substr(begin, end - begin);
      if (line >= first && line <= last && !words.empty()) {
        ImFont* font = font_of(piece.kind);
        list.AddText(font, font->FontSize, {x, place.y + static_cast<float>(line) * line_height},
                     colour_of(piece.kind), words.data(), words.data() + words.size());
        x += text_size(words, font).x;
      }
      begin = end;
      if (begin == piece.end) break;
      ++begin;  // the end of the line
      ++line;
      x = place.x;
    }
    if (line > last) break;
  }
}

}  // namespace sockarium::gui
