// The kernels that a host can have: Linux 6.18, which everything here was measured on, and others, which are
// told by what they do differently. A profile is data: rows that change a sysctl's default, or a trait, which
// is what no sysctl says. What a profile does not name is as on Linux 6.18, and for other systems that is a
// guess: see `not_modelled`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/core/sysctl.h"

namespace sockarium {

enum class Trait : std::uint32_t {
#define SOCKARIUM_TRAIT(id, name, initial, low, high, what) id,
#include "sim/core/trait.def"
#undef SOCKARIUM_TRAIT
};

struct TraitRow {
  Trait id;
  std::string_view name;
  std::int64_t initial, low, high;
  std::string_view what;
};

inline constexpr std::array trait_table{
#define SOCKARIUM_TRAIT(id, name, initial, low, high, what) \
  TraitRow{Trait::id, name, initial, low, high, what},
#include "sim/core/trait.def"
#undef SOCKARIUM_TRAIT
};

/// What a kernel is like besides its settings.
struct Traits {
  std::array<std::int64_t, trait_table.size()> values{};
  std::int64_t operator[](Trait id) const { return values[static_cast<std::size_t>(id)]; }
  std::int64_t& operator[](Trait id) { return values[static_cast<std::size_t>(id)]; }
};

enum class Profile : std::uint32_t { Linux6_18, Linux6_1, Linux4_19, MacOs, Windows };
inline constexpr std::size_t profile_count = 5;

/// How well a row is known. Only Linux 6.18 was measured.
enum class Certainty : std::uint32_t {
  Documented,  ///< the named source says so
  Uncertain,   ///< believed, from memory or from sources that disagree
};

struct ProfileRow {
  std::optional<Sysctl> sysctl;  ///< none: it is a trait
  Trait trait = Trait::TimeWaitSeconds;
  std::int64_t value = 0;
  Certainty certainty = Certainty::Documented;
  std::string_view source;

  std::string_view name() const;
};

struct ProfileInfo {
  Profile id = Profile::Linux6_18;
  std::string_view name;  ///< «linux-6.1»
  std::string_view title;
  std::span<const ProfileRow> rows;  ///< what differs from Linux 6.18
  std::string_view not_modelled;     ///< one sentence: what is as on Linux here, and is not so there
};

const std::array<ProfileInfo, profile_count>& profiles();
const ProfileInfo& info_of(Profile profile);
std::optional<Profile> profile_named(std::string_view name);

/// The settings of a fresh network namespace under this kernel.
Sysctls sysctls_of(Profile profile);
Traits traits_of(Profile profile);

}  // namespace sockarium
