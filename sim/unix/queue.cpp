// The queue of messages at a receiver, and what they cost the sender. Linux sock_alloc_send_pskb,
// skb_set_owner_w, sock_wfree, unix_write_space.
#include <algorithm>

#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::unix {

namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t own = 256;      // the kernel's header of a buffer (struct sk_buff)
constexpr std::uint64_t trailer = 320;  // struct skb_shared_info

std::uint64_t whole_pages(std::uint64_t size) {
  return (size + page - 1) / page * page;
}

/// A block for `head` bytes comes in powers of two, the rest in pages (Linux alloc_skb_with_frags; measured
/// as capacities of a full socket).
std::uint64_t memory_of(std::uint64_t head, std::uint64_t pages) {
  constexpr std::uint64_t cache_line = 64, least_block = 512;
  const std::uint64_t needed = (head + cache_line - 1) / cache_line * cache_line + trailer;
  std::uint64_t block = least_block;
  while (block < needed) block *= 2;
  return block + own + pages;
}

}  // namespace

std::uint64_t memory_of_stream(std::uint64_t size) {
  constexpr std::uint64_t in_head = page - trailer;  // Linux SKB_MAX_HEAD
  const std::uint64_t pages = size > in_head ? whole_pages(size - in_head) : 0;
  return memory_of(size - std::min(size, pages), pages);
}

std::uint64_t memory_of_datagram(std::uint64_t size) {
  constexpr std::uint64_t in_head = 4 * page - trailer,
                          pages_most = 17 * page;  // SKB_MAX_ALLOC, MAX_SKB_FRAGS
  const std::uint64_t pages = size > in_head ? whole_pages(std::min(size - in_head, pages_most)) : 0;
  return memory_of(size - std::min(size, pages), pages);
}

Block wait_on(SocketId who, Readiness what, bool exclusive) {
  Block block;
  block.wait.who = who.raw();
  block.wait.what = what;
  block.wait.exclusive = exclusive ? 1 : 0;
  return block;
}

bool is_writable(const World& world, SocketId socket) {
  const Socket& entry = read_entry(world, socket);
  return entry.state != TcpState::Listen && (entry.memory + 1) * 4 <= entry.send_buffer;
}

void enqueue(Step& step, SocketId from, SocketId to, const Bytes& data, std::uint64_t memory,
             RightId& rights) {
  World& world = step.world;
  Socket& sender = entry_of(world, from);
  Socket& receiver = entry_of(world, to);
  Message message;
  message.sender = from;
  message.data = data;
  message.from = sender.name;
  message.rights = rights;
  message.memory = memory;
  const MessageId id = world.unix.messages.add(message);
  if (receiver.last)
    world.unix.messages.write(receiver.last).next = id;
  else
    receiver.first = id;
  receiver.last = id;
  ++receiver.waiting;
  sender.memory += memory;
  const std::vector<OpenFileId> files = files_in(world, rights);
  rights = {};
  receiver.unread += data.length;
  receiver.filled =
      step.record(rec::MessageMoved{from, to, data.length, static_cast<std::int64_t>(files.size()),
                                    receiver.unread, sender.name, receiver.name},
                  Reason::MessageQueued);
  world.unix.messages.write(id).queued = receiver.filled;
  for (const OpenFileId file : files)
    step.record(rec::DescriptorMoved{file, to, {}}, Reason::DescriptorSent, receiver.filled);
  step.wake(to, Readiness::Readable, receiver.filled);
}

RecordNumber take_bytes(Step& step, SocketId socket, std::uint32_t count, Reason reason) {
  Socket& entry = entry_of(step.world, socket);
  Message& message = step.world.unix.messages.write(entry.first);
  message.data = message.data.slice(count, message.data.length - count);
  entry.unread -= count;
  return step.record(rec::MessageMoved{message.sender, socket, -std::int64_t{count},
                                       static_cast<std::int64_t>(files_in(step.world, message.rights).size()),
                                       entry.unread, message.from, entry.name},
                     reason);
}

void remove_first(Step& step, SocketId socket, RecordNumber why) {
  World& world = step.world;
  Socket& entry = entry_of(world, socket);
  const MessageId id = entry.first;
  const Message message = world.unix.messages.read(id);
  entry.first = message.next;
  if (!entry.first) entry.last = {};
  --entry.waiting;
  world.unix.messages.remove(id);
  if (!world.inet.sockets.alive(message.sender)) return;
  Socket& sender = entry_of(world, message.sender);
  sender.memory -= message.memory;
  // Linux keeps one byte of what is freed, and one of its own, while it asks (sock_wfree).
  if (sender.state != TcpState::Listen && (sender.memory + 2) * 4 <= sender.send_buffer)
    step.wake(message.sender, Readiness::Writable, why);
}

void purge(Step& step, SocketId socket, Reason why) {
  World& world = step.world;
  while (const MessageId id = entry_of(world, socket).first) {
    const Message message = world.unix.messages.read(id);
    const RecordNumber lost = take_bytes(step, socket, message.data.length, Reason::MessageLost);
    for (const OpenFileId file : files_in(world, message.rights))
      step.record(rec::DescriptorMoved{file, socket, {}}, why, lost);
    drop_rights(step, message.rights);
    remove_first(step, socket, lost);
  }
}

}  // namespace sockarium::unix
