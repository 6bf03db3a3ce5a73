#include "lab/script/load_error.h"

#include <fmt/format.h>

#include <algorithm>

namespace sockarium::script {

namespace {
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool continues_utf8(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}
/// What comes from the file must not command the terminal: control characters become «?», one for one, so
/// that the caret stays under its word.
std::string harmless(std::string text) {
  for (char& c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7f) c = '?';
  return text;
}
}  // namespace

std::string LoadError::format() const {
  std::string text = file;
  if (line > 0) text += fmt::format(":{}", line);
  text += fmt::format(": error: {}\n", harmless(message));
  const std::string gutter(5, ' ');
  if (line > 0 && !source_line.empty()) {
    text += fmt::format("{:5} | {}\n", line, harmless(source_line));
    if (column > 0 || !hint.empty()) {
      text += gutter + " | ";
      if (column > 0) {
        const std::string_view shown(source_line);
        const auto from = std::min(static_cast<std::size_t>(column) - 1, shown.size());
        for (const char c : shown.substr(0, from))
          if (!continues_utf8(c))
            text += c == '\t' ? '\t' : ' ';  // the caret stands under the word with tabs too
        for (const char c : shown.substr(from, static_cast<std::size_t>(width)))
          if (!continues_utf8(c)) text += '^';
        if (from == shown.size()) text += '^';
        if (!hint.empty()) text += ' ';
      }
      text += hint + "\n";
    }
  } else if (!hint.empty()) {
    text += gutter + "   " + hint + "\n";
  }
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

int column_of(std::string_view line, std::string_view word) {
  if (word.empty()) return 0;
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const bool starts = at == 0 || !is_letter(word.front()) || !is_letter(line[at - 1]);
    const std::size_t end = at + word.size();
    const bool ends = end == line.size() || !is_letter(word.back()) || !is_letter(line[end]);
    if (starts && ends) return static_cast<int>(at) + 1;
  }
  return 0;
}

void locate(LoadError& error, const std::vector<std::string>& lines, std::string_view word) {
  constexpr int farthest = 40;
  const int count = static_cast<int>(lines.size());
  if (error.line < 1) return;
  error.line = std::min(error.line, count);
  for (int line = error.line; !word.empty() && line <= std::min(count, error.line + farthest); ++line) {
    const int column = column_of(lines[static_cast<std::size_t>(line) - 1], word);
    if (column == 0) continue;
    error.line = line;
    error.column = column;
    error.width = static_cast<int>(word.size());
    break;
  }
  if (error.line > 0) error.source_line = lines[static_cast<std::size_t>(error.line) - 1];
}

}  // namespace sockarium::script
