// Chance without a generator: a number is a function of the seed, the place that asks, and how often that
// place has asked. Nothing shares a stream, so one packet more on one link changes no loss on another.
#pragma once

#include <cstdint>

#include "sim/core/hash.h"

namespace sockarium {

/// Who asks. Part of the numbers' definition: add at the end, never reorder.
enum class Place : std::uint32_t {
  LinkLoss = 1,
  InitialSequence,
  TimestampOffset,
  EphemeralPort,
  EphemeralStep,
  TaskRandom,
  LinkJitter,
  LinkCopyJitter,
  LinkDuplicate,
  LinkReorder,
  LinkCorrupt,
  DatagramGroup,
  SynCookie,
  ReusePortHash,
  UnixName,
};

/// 64 random bits for the `count`-th question of `place` (with `who` telling equal places apart).
constexpr std::uint64_t chance(std::uint64_t seed, Place place, std::uint64_t who, std::uint64_t count) {
  return mix(mix(mix(seed ^ (std::uint64_t{static_cast<std::uint32_t>(place)} << 48)) ^ who) ^ count);
}

}  // namespace sockarium
