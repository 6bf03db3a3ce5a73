// The text of the scenario file as it is being edited, beside what the file holds. The panel edits it, the
// App reads and writes files; see panel_source.cpp and app_source.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lab/script/load_error.h"

namespace sockarium::gui {

struct SourceEditor {
  std::string text;       ///< as it is edited; lines end with \n, whatever the file's end with
  std::string saved;      ///< as it was read or written last
  bool crlf = false;      ///< the file's lines end with \r\n
  bool conflict = false;  ///< the file was changed by somebody else while there were edits
  std::string read_only;  ///< why the file cannot be edited unharmed; empty: it can
  std::optional<script::LoadError> error;  ///< why the file could not be read last time
  std::uint64_t edition = 0;               ///< another one: the text was replaced, not typed

  // Of the panel.
  bool focused = false;     ///< the keyboard writes into it
  bool take_focus = false;  ///< in the next frame it does
  std::int64_t cursor_line = 1;
  int cursor_place = -1;              ///< in bytes, where it was last; -1: nowhere yet
  std::optional<std::int64_t> go_to;  ///< a line to be brought in sight
  std::int64_t followed = 0;          ///< the line that was followed last

  bool edited() const { return text != saved; }
  /// What a file holds now. Edits are gone.
  void take(const std::string& content);
  /// What a file should hold.
  std::string for_file() const;
};

}  // namespace sockarium::gui
