// What is wrong with a scenario file, said as a person can use it: where, what, and what to write instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sockarium::script {

struct LoadError {
  std::string file;
  int line = 0;         ///< 0: not about a line
  int column = 0;       ///< from 1, in bytes; 0: not about a place in the line
  std::string message;  ///< «unknown call 'lisen'»
  std::string hint;     ///< «did you mean 'listen'?», or what to write
  std::string source_line;
  int width = 1;            ///< how many bytes the caret line marks
  bool unreadable = false;  ///< the file could not be read at all: nothing is known about what it says

  /// backlog.lua:14: error: unknown call 'lisen'
  ///    14 |   check(lisen(fd, 2))
  ///       |         ^^^^^ did you mean 'listen'?
  std::string format() const;
};

/// The lines of a text, without their ends.
std::vector<std::string> lines_of(std::string_view text);

/// Where `word` stands in `line` as a word of its own: column from 1, or 0.
int column_of(std::string_view line, std::string_view word);

/// Fills source line, column and width: `word` is looked for in the line, and, as a call may go over several
/// lines, in the few that follow.
void locate(LoadError& error, const std::vector<std::string>& lines, std::string_view word);

}  // namespace sockarium::script
