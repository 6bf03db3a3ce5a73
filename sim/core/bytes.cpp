#include "sim/core/bytes.h"

#include "sim/core/assert.h"
#include "sim/core/hash.h"

namespace sockarium {

namespace {
constexpr std::uint64_t pattern_chunk = 0;
}

Bytes Bytes::slice(std::uint32_t from, std::uint32_t count) const {
  SOCKARIUM_ASSERT(from <= length && count <= length - from);
  Bytes part = *this;
  part.offset = count == 0 ? 0 : offset + from;
  part.chunk = count == 0 ? 0 : chunk;
  part.length = count;
  return part;
}

Bytes pattern(std::uint32_t length) {
  Bytes bytes;
  bytes.chunk = pattern_chunk;
  bytes.length = length;
  return bytes;
}

Bytes ByteStore::intern(std::string_view content) {
  Bytes bytes;
  if (content.empty()) return bytes;
  bytes.chunk = hash_bytes(content.data(), content.size()) | 1u;  // never the pattern's name
  bytes.length = static_cast<std::uint32_t>(content.size());
  auto& chunk = chunks_[bytes.chunk];
  if (!chunk) chunk = std::make_unique<const std::string>(content);
  SOCKARIUM_ASSERT(*chunk == content);  // two contents with one name: one in 2^63
  return bytes;
}

std::string ByteStore::text(const Bytes& bytes) const {
  if (bytes.chunk == pattern_chunk) {
    std::string text(bytes.length, ' ');
    for (std::uint32_t i = 0; i < bytes.length; ++i)
      text[i] = static_cast<char>('a' + (bytes.offset + i) % 26);
    return text;
  }
  const auto chunk = chunks_.find(bytes.chunk);
  SOCKARIUM_ASSERT(chunk != chunks_.end());
  return chunk->second->substr(bytes.offset, bytes.length);
}

Bytes ByteStore::concat(const Bytes& a, const Bytes& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  if (a.chunk == b.chunk && a.offset + a.length == b.offset) {
    Bytes both = a;
    both.length += b.length;
    return both;
  }
  return intern(text(a) + text(b));
}

}  // namespace sockarium
