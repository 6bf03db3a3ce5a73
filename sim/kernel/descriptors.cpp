#include "sim/kernel/descriptors.h"

#include <algorithm>

#include "sim/kernel/epoll.h"
#include "sim/kernel/file_operations.h"
#include "sim/kernel/process.h"
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
  block.cloexec &= ~bit_of(fd);
  block.files[static_cast<std::size_t>(fd % block_size)] = {};
  Process& owner = world.kernel.processes.write(process);
  if (fd < owner.next_fd) owner.next_fd = static_cast<std::uint32_t>(fd);
}

/// The block of a number, made if it is not there yet. Blocks are kept until the process ends.
DescriptorBlockId make_block_of(World& world, ProcessId process, std::int64_t fd) {
  if (const DescriptorBlockId found = block_of(world, process, fd)) return found;
  const auto number = static_cast<std::uint64_t>(fd / block_size);
  const DescriptorBlockId made = world.kernel.descriptors.add(DescriptorBlock{});
  world.kernel.descriptor_blocks.set(DescriptorKey{process, number}, made);
  Process& owner = world.kernel.processes.write(process);
  owner.blocks = std::max(owner.blocks, static_cast<std::uint32_t>(number + 1));
  return made;
}

}  // namespace

OpenFileId file_of(const World& world, ProcessId process, std::int64_t fd) {
  const DescriptorBlockId block = block_of(world, process, fd);
  if (!block) return {};
  return world.kernel.descriptors.read(block).files[static_cast<std::size_t>(fd % block_size)];
}

std::int64_t reserve_number(World& world, ProcessId process, std::int64_t from) {
  Process& owner = world.kernel.processes.write(process);
  for (std::int64_t fd = std::max<std::int64_t>(from, owner.next_fd); fd < owner.nofile; ++fd) {
    const DescriptorBlockId id = make_block_of(world, process, fd);
    if ((world.kernel.descriptors.read(id).taken & bit_of(fd)) != 0) continue;
    world.kernel.descriptors.write(id).taken |= bit_of(fd);
    if (from <= owner.next_fd) owner.next_fd = static_cast<std::uint32_t>(fd + 1);
    return fd;
  }
  return -1;
}

void take_number(World& world, ProcessId process, std::int64_t fd) {
  world.kernel.descriptors.write(make_block_of(world, process, fd)).taken |= bit_of(fd);
}

bool is_reserved(const World& world, ProcessId process, std::int64_t fd) {
  const DescriptorBlockId block = block_of(world, process, fd);
  return block && (world.kernel.descriptors.read(block).taken & bit_of(fd)) != 0 &&
         !file_of(world, process, fd);
}

void unreserve_number(World& world, ProcessId process, std::int64_t fd) {
  free_number(world, process, fd);
}

bool closes_on_exec(const World& world, ProcessId process, std::int64_t fd) {
  return (world.kernel.descriptors.read(block_of(world, process, fd)).cloexec & bit_of(fd)) != 0;
}

void set_close_on_exec(World& world, ProcessId process, std::int64_t fd, bool on) {
  std::uint32_t& bits = world.kernel.descriptors.write(block_of(world, process, fd)).cloexec;
  bits = on ? bits | bit_of(fd) : bits & ~bit_of(fd);
}

void install(Step& step, ProcessId process, std::int64_t fd, OpenFileId file, bool cloexec) {
  World& world = step.world;
  world.kernel.descriptors.write(block_of(world, process, fd))
      .files[static_cast<std::size_t>(fd % block_size)] = file;
  if (cloexec) set_close_on_exec(world, process, fd, true);
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
  // Not RLIMIT_NOFILE: numbers that were given before it was lowered stay open.
  const std::int64_t end = std::int64_t{world.kernel.processes.read(process).blocks} * block_size;
  for (std::int64_t fd = from; fd < end;) {
    const DescriptorBlockId block = block_of(world, process, fd);
    if (!block) {  // dup2 to a high number leaves holes
      fd = (fd / block_size + 1) * block_size;
      continue;
    }
    const OpenFileId file =
        world.kernel.descriptors.read(block).files[static_cast<std::size_t>(fd % block_size)];
    if (file) return OpenNumber{fd, file};
    ++fd;
  }
  return {};
}

std::size_t open_count(const World& world, ProcessId process) {
  std::size_t count = 0;
  const std::uint32_t blocks = world.kernel.processes.read(process).blocks;
  for (std::uint64_t number = 0; number < blocks; ++number)
    if (const DescriptorBlockId* block =
            world.kernel.descriptor_blocks.find(DescriptorKey{process, number})) {
      const auto& files = world.kernel.descriptors.read(*block).files;
      count += static_cast<std::size_t>(
          std::count_if(files.begin(), files.end(), [](OpenFileId file) { return bool(file); }));
    }
  return count;
}

std::vector<OpenNumber> last_open(const World& world, ProcessId process, std::size_t most) {
  std::vector<OpenNumber> found;
  for (std::int64_t block = world.kernel.processes.read(process).blocks;
       block-- > 0 && found.size() < most;) {
    std::vector<OpenNumber> of_block;
    for (OpenNumber open = next_open(world, process, block * block_size);
         open.fd >= 0 && open.fd < (block + 1) * block_size; open = next_open(world, process, open.fd + 1))
      of_block.push_back(open);
    found.insert(found.begin(), of_block.begin(), of_block.end());
  }
  if (found.size() > most) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(most));
  return found;
}

void close_all(Step& step, ProcessId process, Reason reason) {
  for (OpenNumber open = next_open(step.world, process, 0); open.file;
       open = next_open(step.world, process, open.fd + 1))
    close_number(step, process, open.fd, reason);
  World& world = step.world;
  const std::uint32_t blocks = std::exchange(world.kernel.processes.write(process).blocks, 0u);
  for (std::uint64_t number = 0; number < blocks; ++number) {
    const DescriptorBlockId* block = world.kernel.descriptor_blocks.find(DescriptorKey{process, number});
    if (block == nullptr) continue;
    world.kernel.descriptors.remove(*block);
    world.kernel.descriptor_blocks.erase(DescriptorKey{process, number});
  }
}

void close_on_exec(Step& step, ProcessId process) {
  for (OpenNumber open = next_open(step.world, process, 0); open.file;
       open = next_open(step.world, process, open.fd + 1))
    if (closes_on_exec(step.world, process, open.fd))
      close_number(step, process, open.fd, Reason::ClosedOnExec);
}

void copy_all(Step& step, ProcessId from, ProcessId to) {
  World& world = step.world;
  const std::uint32_t blocks = world.kernel.processes.read(from).blocks;
  for (std::uint64_t number = 0; number < blocks; ++number) {
    const DescriptorBlockId* block = world.kernel.descriptor_blocks.find(DescriptorKey{from, number});
    if (block == nullptr) continue;
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

bool file_table_full(const World& world, ProcessId process, std::uint64_t wanted) {
  const Process& owner = world.kernel.processes.read(process);
  const Host& host = world.kernel.hosts.read(machine_of(world, owner.host));
  return host.files + wanted > host.file_max && owner.user != 0;
}

OpenFileId make_file(World& world, HostId host, FileKind kind, std::uint64_t object, std::int32_t flags) {
  OpenFile file;
  file.kind = kind;
  file.flags = flags;
  file.host = host;
  file.object = object;
  ++world.kernel.hosts.write(machine_of(world, host)).files;
  return world.kernel.files.add(file);
}

OpenFileId make_file(World& world, SocketId socket, bool nonblocking) {
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const HostId host = world.inet.nets.read(base.net).host;
  const OpenFileId id = make_file(world, host, FileKind::Socket, 0, o_rdwr | (nonblocking ? o_nonblock : 0));
  world.kernel.files.write(id).socket = socket;
  base.file = id;
  if (base.inode == 0) base.inode = ++world.inet.last_inode;
  return id;
}

void release_file(Step& step, OpenFileId id) {
  OpenFile& file = step.world.kernel.files.write(id);
  SOCKARIUM_ASSERT(file.references > 0);
  if (--file.references > 0) return;
  forget_file(step, id);
  const OpenFile gone = file;
  step.world.kernel.files.remove(id);
  --step.world.kernel.hosts.write(machine_of(step.world, gone.host)).files;
  if (const auto release = operations_of(gone.kind).release) release(step, gone);
}

}  // namespace sockarium::kernel
