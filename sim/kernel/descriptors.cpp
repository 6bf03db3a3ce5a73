#include "sim/kernel/descriptors.h"

#include "sim/kernel/protocol.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

constexpr std::int64_t block_size = 32;

DescriptorBlockId block_of(const World& world, ProcessId process, std::int64_t fd) {
  if (fd < 0) return {};
  const DescriptorBlockId* found = world.kernel.descriptor_blocks.find(
      DescriptorKey{process, static_cast<std::uint64_t>(fd / block_size)});
  return found != nullptr ? *found : DescriptorBlockId{};
}

std::uint32_t bit_of(std::int64_t fd) {
  return 1u << (fd % block_size);
}

/// Frees a number: it may be the lowest free one now.
void free_number(World& world, ProcessId process, std::int64_t fd) {
  DescriptorBlock& block = world.kernel.descriptors.write(block_of(world, process, fd));
  block.taken &= ~bit_of(fd);
  block.files[static_cast<std::size_t>(fd % block_size)] = {};
  Process& owner = world.kernel.processes.write(process);
  if (fd < owner.next_fd) owner.next_fd = static_cast<std::uint32_t>(fd);
}

}  // namespace

OpenFileId file_of(const World& world, ProcessId process, std::int64_t fd) {
  const DescriptorBlockId block = block_of(world, process, fd);
  if (!block) return {};
  return world.kernel.descriptors.read(block).files[static_cast<std::size_t>(fd % block_size)];
}

std::int64_t reserve_number(World& world, ProcessId process) {
  Process& owner = world.kernel.processes.write(process);
  for (std::int64_t fd = owner.next_fd; fd < owner.nofile; ++fd) {
    const DescriptorKey key{process, static_cast<std::uint64_t>(fd / block_size)};
    DescriptorBlockId id = block_of(world, process, fd);
    if (!id) {
      id = world.kernel.descriptors.add(DescriptorBlock{});
      world.kernel.descriptor_blocks.set(key, id);
    }
    if ((world.kernel.descriptors.read(id).taken & bit_of(fd)) != 0) continue;
    world.kernel.descriptors.write(id).taken |= bit_of(fd);
    owner.next_fd = static_cast<std::uint32_t>(fd + 1);
    return fd;
  }
  return -1;
}

void unreserve_number(World& world, ProcessId process, std::int64_t fd) {
  free_number(world, process, fd);
}

void install(Step& step, ProcessId process, std::int64_t fd, OpenFileId file) {
  World& world = step.world;
  world.kernel.descriptors.write(block_of(world, process, fd))
      .files[static_cast<std::size_t>(fd % block_size)] = file;
  OpenFile& opened = world.kernel.files.write(file);
  ++opened.references;
  step.record(rec::DescriptorOpened{process, file, opened.socket, fd}, Reason::AskedByCall);
}

bool close_number(Step& step, ProcessId process, std::int64_t fd, Reason reason) {
  World& world = step.world;
  const OpenFileId file = file_of(world, process, fd);
  if (!file) return false;
  free_number(world, process, fd);
  step.record(rec::DescriptorClosed{process, file, world.kernel.files.read(file).socket, fd}, reason);
  release_file(step, file);
  return true;
}

OpenNumber next_open(const World& world, ProcessId process, std::int64_t from) {
  const std::int64_t limit = world.kernel.processes.read(process).nofile;
  for (std::int64_t fd = from; fd < limit;) {
    const DescriptorBlockId block = block_of(world, process, fd);
    if (!block) return {};  // blocks are made from the bottom up and kept
    const OpenFileId file =
        world.kernel.descriptors.read(block).files[static_cast<std::size_t>(fd % block_size)];
    if (file) return OpenNumber{fd, file};
    ++fd;
  }
  return {};
}

void close_all(Step& step, ProcessId process, Reason reason) {
  for (OpenNumber open = next_open(step.world, process, 0); open.file;
       open = next_open(step.world, process, open.fd + 1))
    close_number(step, process, open.fd, reason);
  World& world = step.world;
  for (std::uint64_t number = 0;; ++number) {
    const DescriptorBlockId* block = world.kernel.descriptor_blocks.find(DescriptorKey{process, number});
    if (block == nullptr) break;
    world.kernel.descriptors.remove(*block);
    world.kernel.descriptor_blocks.erase(DescriptorKey{process, number});
  }
}

void copy_all(Step& step, ProcessId from, ProcessId to) {
  World& world = step.world;
  for (std::uint64_t number = 0;; ++number) {
    const DescriptorBlockId* block = world.kernel.descriptor_blocks.find(DescriptorKey{from, number});
    if (block == nullptr) break;
    DescriptorBlock copy = world.kernel.descriptors.read(*block);
    for (std::int64_t i = 0; i < block_size; ++i) {
      const OpenFileId file = copy.files[static_cast<std::size_t>(i)];
      if (!file) {
        copy.taken &= ~bit_of(i);  // a number that another thread has only reserved is not inherited
        continue;
      }
      OpenFile& shared = world.kernel.files.write(file);
      ++shared.references;
      step.record(
          rec::DescriptorOpened{to, file, shared.socket, static_cast<std::int64_t>(number) * block_size + i},
          Reason::TaskForked);
    }
    world.kernel.descriptor_blocks.set(DescriptorKey{to, number}, world.kernel.descriptors.add(copy));
  }
  world.kernel.processes.write(to).next_fd = 0;
}

OpenFileId make_file(World& world, FileKind kind, SocketId socket, bool nonblocking) {
  OpenFile file;
  file.kind = kind;
  file.socket = socket;
  file.nonblocking = nonblocking ? 1 : 0;
  const OpenFileId id = world.kernel.files.add(file);
  if (socket) {
    inet::SocketBase& base = world.inet.sockets.write(socket);
    base.file = id;
    if (base.inode == 0) base.inode = ++world.inet.last_inode;
  }
  return id;
}

void release_file(Step& step, OpenFileId id) {
  OpenFile& file = step.world.kernel.files.write(id);
  SOCKARIUM_ASSERT(file.references > 0);
  if (--file.references > 0) return;
  const SocketId socket = file.socket;
  step.world.kernel.files.remove(id);
  if (socket) protocol::close(step, socket);
}

}  // namespace sockarium::kernel
