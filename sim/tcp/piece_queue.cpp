// Send and receive queues: runs of bytes in a row. They hold ranges of immutable chunks, so queueing copies
// nothing.
#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

void append(World& world, PieceQueue& queue, const Bytes& bytes) {
  if (bytes.empty()) return;
  queue.bytes += bytes.length;
  if (queue.last) {  // a continuation of the same chunk needs no new piece
    Piece& last = world.tcp.pieces.write(queue.last);
    if (last.bytes.chunk == bytes.chunk && last.bytes.offset + last.bytes.length == bytes.offset) {
      last.bytes.length += bytes.length;
      return;
    }
  }
  Piece piece;
  piece.bytes = bytes;
  const PieceId id = world.tcp.pieces.add(piece);
  if (queue.last)
    world.tcp.pieces.write(queue.last).next = id;
  else
    queue.first = id;
  queue.last = id;
}

void drop_front(World& world, PieceQueue& queue, std::uint64_t count) {
  SOCKARIUM_ASSERT(count <= queue.bytes);
  queue.bytes -= count;
  while (count > 0) {
    Piece& piece = world.tcp.pieces.write(queue.first);
    if (piece.bytes.length > count) {
      piece.bytes = piece.bytes.slice(static_cast<std::uint32_t>(count),
                                      piece.bytes.length - static_cast<std::uint32_t>(count));
      return;
    }
    count -= piece.bytes.length;
    const PieceId next = piece.next;
    world.tcp.pieces.remove(queue.first);
    queue.first = next;
    if (!next) queue.last = {};
  }
}

Bytes copy_out(Step& step, const PieceQueue& queue, std::uint64_t offset, std::uint32_t count) {
  SOCKARIUM_ASSERT(offset + count <= queue.bytes);
  Bytes result;
  for (PieceId id = queue.first; id && count > 0;) {
    const Piece& piece = step.world.tcp.pieces.read(id);
    if (offset >= piece.bytes.length) {
      offset -= piece.bytes.length;
    } else {
      const std::uint32_t from = static_cast<std::uint32_t>(offset);
      const std::uint32_t part = std::min(count, piece.bytes.length - from);
      result = step.bytes.concat(result, piece.bytes.slice(from, part));
      count -= part;
      offset = 0;
    }
    id = piece.next;
  }
  return result;
}

void clear(World& world, PieceQueue& queue) {
  for (PieceId id = queue.first; id;) {
    const PieceId next = world.tcp.pieces.read(id).next;
    world.tcp.pieces.remove(id);
    id = next;
  }
  queue = PieceQueue{};
}

}  // namespace sockarium::tcp
