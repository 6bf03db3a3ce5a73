// Variable content (payloads, names, messages). The world holds only `Bytes`: which chunk, where, how long.
// The chunks are immutable and live in a `ByteStore` beside the worlds, shared by all snapshots and branches.
//
// A chunk is named by the hash of its content, so a name never depends on what else was stored before:
// replaying a stretch of history stores nothing new, and equal worlds hold equal names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sockarium {

struct Bytes {
  std::uint64_t chunk = 0;  ///< name of the chunk; 0: the endless pattern
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  bool empty() const { return length == 0; }
  /// `count` bytes from `from` on.
  Bytes slice(std::uint32_t from, std::uint32_t count) const;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

/// A payload of `length` bytes that costs nothing to hold: a…z again and again.
Bytes pattern(std::uint32_t length);

class ByteStore {
 public:
  /// The name of `content`, stored if it is new.
  Bytes intern(std::string_view content);
  /// The bytes themselves.
  std::string text(const Bytes& bytes) const;
  /// `a` and then `b`; free of cost where they already lie side by side.
  Bytes concat(const Bytes& a, const Bytes& b);

 private:
  std::unordered_map<std::uint64_t, std::unique_ptr<const std::string>> chunks_;  // asked, never walked
};

}  // namespace sockarium
