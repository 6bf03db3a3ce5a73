// The settings of a network namespace that the model obeys, with Linux's names, defaults and bounds. One
// table: what a scenario may set, what `sysctl` prints and what the model reads are the same rows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sockarium {

enum class Sysctl : std::uint32_t {
#define SOCKARIUM_SYSCTL(id, name, initial, low, high, what) id,
#include "sim/core/sysctl.def"
#undef SOCKARIUM_SYSCTL
};

struct SysctlRow {
  Sysctl id;
  std::string_view name;  ///< «net.ipv4.tcp_syn_retries»
  std::int64_t initial, low, high;
  std::string_view what;  ///< one sentence for people
};

inline constexpr std::array sysctl_table{
#define SOCKARIUM_SYSCTL(id, name, initial, low, high, what) \
  SysctlRow{Sysctl::id, name, initial, low, high, what},
#include "sim/core/sysctl.def"
#undef SOCKARIUM_SYSCTL
};
inline constexpr std::size_t sysctl_count = sysctl_table.size();

constexpr const SysctlRow& row_of(Sysctl id) {
  return sysctl_table[static_cast<std::size_t>(id)];
}

/// Finds «net.ipv4.tcp_syn_retries», also by its last part.
constexpr std::optional<Sysctl> sysctl_named(std::string_view name) {
  for (const SysctlRow& row : sysctl_table)
    if (row.name == name ||
        (row.name.size() > name.size() && row.name.substr(row.name.size() - name.size()) == name &&
         row.name[row.name.size() - name.size() - 1] == '.'))
      return row.id;
  return std::nullopt;
}

/// The values of one network namespace.
struct Sysctls {
  std::array<std::int64_t, sysctl_count> values{};
  std::int64_t operator[](Sysctl id) const { return values[static_cast<std::size_t>(id)]; }
  std::int64_t& operator[](Sysctl id) { return values[static_cast<std::size_t>(id)]; }
  /// The defaults of Linux 6.18.
  static constexpr Sysctls defaults() {
    Sysctls all;
    for (const SysctlRow& row : sysctl_table) all.values[static_cast<std::size_t>(row.id)] = row.initial;
    return all;
  }
};

}  // namespace sockarium
