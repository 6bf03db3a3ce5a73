// The counters of a network namespace, with the names of nstat(8).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sockarium {

enum class Counter : std::uint32_t {
#define SOCKARIUM_COUNTER(id, what) id,
#include "sim/core/counter.def"
#undef SOCKARIUM_COUNTER
};

struct CounterRow {
  Counter id;
  std::string_view name;  ///< «TcpExtListenOverflows»
  std::string_view what;  ///< one sentence for people
};

inline constexpr std::array counter_table{
#define SOCKARIUM_COUNTER(id, what) CounterRow{Counter::id, #id, what},
#include "sim/core/counter.def"
#undef SOCKARIUM_COUNTER
};
inline constexpr std::size_t counter_count = counter_table.size();

constexpr const CounterRow& row_of(Counter id) {
  return counter_table[static_cast<std::size_t>(id)];
}
constexpr std::optional<Counter> counter_named(std::string_view name) {
  for (const CounterRow& row : counter_table)
    if (row.name == name || (row.name.substr(0, 6) == "TcpExt" && row.name.substr(6) == name)) return row.id;
  return std::nullopt;
}

struct Counters {
  std::array<std::uint64_t, counter_count> values{};
  std::uint64_t operator[](Counter id) const { return values[static_cast<std::size_t>(id)]; }
  std::uint64_t& operator[](Counter id) { return values[static_cast<std::size_t>(id)]; }
};

}  // namespace sockarium
