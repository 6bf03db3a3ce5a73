// What the tools of a real machine would print on a simulated host at a moment, as tables: ss, strace,
// tcpdump, nstat, and bcc's tcpstates and tcplife. The command is one that a person can type there.
//
// Left out: what the model doesn't know of (ss's timers, tcpdump's link layer); of long logs all but the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/observe/names.h"

namespace sockarium::picture {

enum class Tool : std::uint8_t { Ss, SsUnix, Strace, Tcpdump, Nstat, Tcpstates, Tcplife };
inline constexpr std::size_t tool_count = 7;
std::string_view name(Tool tool);

struct ToolRow {
  std::vector<std::string> cells;
  RecordNumber record = 0;  ///< that it tells of, or that made it so; 0: unknown
  Ends ends;                ///< of a socket or packet; no ports: none
  std::string key;          ///< what stays the same while cells change
};

struct ToolTable {
  std::string command;             ///< «ss -tanp»
  std::vector<std::string> heads;  ///< empty: the tool prints none
  std::vector<bool> right;         ///< per column: numbers stand at the right
  std::vector<ToolRow> rows;
  std::size_t more = 0;     ///< rows that were left out: behind the rows of ss, before those of a log
  bool log = false;         ///< rows follow each other in time
  std::string empty_words;  ///< why there is no row, and what to do
};

/// At the moment of `world`, which `records` may go beyond. `listed`: how many rows ss has in all, where the
/// caller knows it (SocketMap::listed); else they are counted.
ToolTable tool_table(Tool tool, const World& world, const ByteStore& bytes, const observe::Records& records,
                     HostId host, std::size_t most_rows, std::optional<std::size_t> listed = std::nullopt);

/// Which cells of `now` are other than in `before`: [row][column]. A row that is new is other in all of them.
std::vector<std::vector<bool>> changed_cells(const ToolTable& now, const ToolTable& before);

/// As the tool prints it: columns padded, one line a row.
std::string text_of(const ToolTable& table);

}  // namespace sockarium::picture
