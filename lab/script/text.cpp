#include "lab/script/text.h"

#include <fmt/format.h>

#include "lab/script/machine.h"

namespace sockarium::script {

namespace {

/// The end of the expression that begins at `from`: the closing brace that is not in a table or a text of
/// Lua.
std::size_t end_of_expression(std::string_view text, std::size_t from) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\')
        ++i;
      else if (c == quote)
        quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && depth-- == 0) {
      return i;
    }
  }
  throw Fault(fmt::format("the text \"{}\" has a {{ without its }}", text),
              "write {{ for a brace that is only a brace");
}

}  // namespace

std::vector<TextPiece> split_text(std::string_view text) {
  std::vector<TextPiece> pieces;
  std::string words;
  const auto end_words = [&] {
    if (!words.empty()) pieces.push_back(TextPiece{false, words});
    words.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{' && text[i] != '}') {
      words += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == text[i]) {
      words += text[i++];
      continue;
    }
    if (text[i] == '}')
      throw Fault(fmt::format("the text \"{}\" has a }} without its {{", text),
                  "write }} for a brace that is only a brace");
    const std::size_t end = end_of_expression(text, i + 1);
    end_words();
    pieces.push_back(TextPiece{true, std::string(text.substr(i + 1, end - i - 1))});
    i = end;
  }
  end_words();
  return pieces;
}

std::string chunk_of(const std::string& expression) {
  return "local w = ... return " + expression;
}

}  // namespace sockarium::script
