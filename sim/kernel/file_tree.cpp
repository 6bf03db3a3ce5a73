#include "sim/kernel/file_tree.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/file_operations.h"
#include "sim/kernel/process.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

constexpr std::size_t name_most = 255, path_most = 4096;      // Linux NAME_MAX, PATH_MAX
constexpr std::int64_t content_most = std::int64_t{1} << 30;  // the model's own
constexpr std::uint32_t may_read = 4, may_write = 2, may_search = 1;
constexpr std::uint32_t sticky = 01000, umask = 022;

NodeId add_node(World& world, HostId host, NodeId parent, FileKind kind, const Bytes& name,
                std::uint32_t mode, std::uint32_t user) {
  Node node;
  node.host = host;
  node.parent = parent;
  node.kind = kind;
  node.mode = mode;
  node.user = user;
  node.name = name;
  if (parent) node.next = world.kernel.nodes.read(parent).first;
  const NodeId id = world.kernel.nodes.add(node);
  if (parent) world.kernel.nodes.write(parent).first = id;
  return id;
}

bool allowed(const World& world, ProcessId process, NodeId id, std::uint32_t wanted) {
  const std::uint32_t user = world.kernel.processes.read(process).user;
  const Node& node = world.kernel.nodes.read(id);
  if (user == 0) return true;  // CAP_DAC_OVERRIDE
  const std::uint32_t bits = user == node.user ? node.mode >> 6 : node.mode;
  return (bits & wanted) == wanted;
}

/// Where a path leads.
struct Place {
  Errno error = Errno::OK;
  NodeId directory;    ///< in which the last name is looked for; none: the path ends in a dot or the root
  Bytes name;          ///< the last one
  NodeId node;         ///< none: there is no such name
  bool slash = false;  ///< one follows the last name
};

NodeId child_of(const World& world, NodeId directory, const Bytes& name) {
  for (NodeId id = world.kernel.nodes.read(directory).first; id; id = world.kernel.nodes.read(id).next)
    if (world.kernel.nodes.read(id).name == name) return id;  // equal names are equal bytes
  return {};
}

/// Linux link_path_walk. Relative paths begin at the root: it is everybody's working directory.
Place look_up(Step& step, ProcessId process, const Bytes& path) {
  World& world = step.world;
  const std::string text = step.bytes.text(path);
  Place place;
  if (text.empty()) place.error = Errno::NOENT;
  if (text.size() >= path_most) place.error = Errno::NAMETOOLONG;
  NodeId here = world.kernel.hosts.read(machine_of(world, world.kernel.processes.read(process).host)).root;
  place.node = here;
  for (std::size_t at = 0; place.error == Errno::OK;) {
    at = text.find_first_not_of('/', at);
    if (at == std::string::npos) return place;
    const std::size_t end = std::min(text.find('/', at), text.size());
    const std::string_view name = std::string_view(text).substr(at, end - at);
    at = end;
    place.slash = end < text.size();
    if (!place.node) {
      place.error = Errno::NOENT;
    } else if (world.kernel.nodes.read(place.node).kind != FileKind::Directory) {
      place.error = Errno::NOTDIR;
    } else if (!allowed(world, process, place.node, may_search)) {
      place.error = Errno::ACCES;
    } else if (name.size() > name_most) {
      place.error = Errno::NAMETOOLONG;
    } else {
      here = place.node;
      place.directory = {};
      if (name == ".") continue;
      if (name == "..") {
        if (const NodeId above = world.kernel.nodes.read(here).parent) place.node = above;
        continue;
      }
      place.directory = here;
      place.name = step.bytes.intern(name);
      place.node = child_of(world, here, place.name);
    }
  }
  return place;
}

/// What open() finds or makes at a place, or an error. Linux open_last_lookups, do_open.
struct Found {
  Errno error = Errno::OK;
  NodeId node;
  bool made = false;
};
Found find_or_make(Step& step, ProcessId process, const Place& place, const sys::Open& call) {
  World& world = step.world;
  Found found{place.error, place.node};
  if (found.error != Errno::OK) return found;
  const bool creates = (call.flags & o_creat) != 0;
  const auto refuse = [&](Errno error) {
    found.error = error;
    return found;
  };
  if (creates && place.slash && place.directory) return refuse(Errno::ISDIR);
  if (found.node) {
    const FileKind kind = world.kernel.nodes.read(found.node).kind;
    const bool directory = kind == FileKind::Directory;
    if (creates && (call.flags & o_excl) != 0) return refuse(Errno::EXIST);
    if (creates && directory) return refuse(Errno::ISDIR);
    if (!directory && (place.slash || (call.flags & o_directory) != 0)) return refuse(Errno::NOTDIR);
    const std::int32_t mode = call.flags & o_accmode;
    std::uint32_t wanted = (mode != o_wronly ? may_read : 0u) | (mode != o_rdonly ? may_write : 0u);
    if ((call.flags & o_trunc) != 0) wanted |= may_write;
    if (directory && (wanted & may_write) != 0) return refuse(Errno::ISDIR);
    if (!allowed(world, process, found.node, wanted)) return refuse(Errno::ACCES);
    if (kind == FileKind::Socket) return refuse(Errno::NXIO);  // bind() and connect() use it
    return found;
  }
  if (!creates) return refuse(Errno::NOENT);
  if (!allowed(world, process, place.directory, may_write)) return refuse(Errno::ACCES);
  const Process& owner = world.kernel.processes.read(process);
  found.node = add_node(world, owner.host, place.directory, FileKind::Regular, place.name,
                        static_cast<std::uint32_t>(call.mode) & 0777 & ~umask, owner.user);
  found.made = true;
  return found;
}

void remove_node(Step& step, NodeId id) {
  end_watches(step, id);
  step.world.kernel.nodes.remove(id);
}

RecordNumber record_size(Step& step, NodeId id, Reason reason) {
  const Node& node = step.world.kernel.nodes.read(id);
  return step.record(rec::FileChanged{node.kind, 0, id.raw(), node.content.length}, reason);
}

}  // namespace

NodeId make_tree(World& world, ByteStore& bytes, HostId host) {
  const NodeId root = add_node(world, host, {}, FileKind::Directory, {}, 0755, 0);
  const NodeId devices = add_node(world, host, root, FileKind::Directory, bytes.intern("dev"), 0755, 0);
  add_node(world, host, root, FileKind::Directory, bytes.intern("tmp"), sticky | 0777, 0);
  add_node(world, host, devices, FileKind::Null, bytes.intern("null"), 0666, 0);
  add_node(world, host, devices, FileKind::Zero, bytes.intern("zero"), 0666, 0);
  add_node(world, host, devices, FileKind::Terminal, bytes.intern("tty"), 0666, 0);
  return root;
}

Attempt try_open(Step& step, ProcessId process, const sys::Open& call) {
  World& world = step.world;
  if ((call.flags & o_creat) != 0 && (call.flags & o_directory) != 0) return fail(Errno::INVAL);
  const std::int64_t fd = reserve_number(world, process);
  if (fd < 0) return fail(Errno::MFILE);
  const Found found = file_table_full(world, process)
                          ? Found{Errno::NFILE, {}}
                          : find_or_make(step, process, look_up(step, process, call.path), call);
  if (found.error != Errno::OK) {
    unreserve_number(world, process, fd);
    return fail(found.error);
  }
  Node& node = world.kernel.nodes.write(found.node);
  if (found.made) {
    record_size(step, found.node, Reason::FileMade);
    notify_entry(step, node.parent, in_create, node.name);
  }
  if (node.kind == FileKind::Regular && (call.flags & o_trunc) != 0 && !node.content.empty()) {
    node.content = {};
    record_size(step, found.node, Reason::FileCut);
  }
  ++node.open;
  // Flags of the opening itself are not kept (Linux do_dentry_open, build_open_flags).
  const std::int32_t kept = (call.flags & ~(o_creat | o_excl | o_trunc | o_cloexec)) | o_largefile;
  const OpenFileId file = make_file(world, node.host, node.kind, found.node.raw(), kept);
  notify(step, found.node, in_open);
  if (node.kind == FileKind::Regular && (call.flags & o_trunc) != 0 && !found.made)
    notify(step, found.node, in_modify);
  install(step, process, fd, file, (call.flags & o_cloexec) != 0);
  return done(fd);
}

Attempt try_lseek(Step& step, ProcessId process, const sys::Lseek& call) {
  World& world = step.world;
  const OpenFileId id = file_of(world, process, call.fd);
  if (!id) return fail(Errno::BADF);
  OpenFile& file = world.kernel.files.write(id);
  switch (file.kind) {
    case FileKind::Socket:
    case FileKind::Pipe:
    case FileKind::Terminal:
      return fail(Errno::SPIPE);
    case FileKind::Null:
    case FileKind::Zero:
    case FileKind::EventFd:
    case FileKind::TimerFd:
    case FileKind::Inotify:
    case FileKind::SignalFd:
    case FileKind::Epoll:
      return call.whence < 0 || call.whence > seek_end ? fail(Errno::INVAL) : done(0);
    case FileKind::Regular:
    case FileKind::Directory:
      break;
  }
  std::int64_t to = call.offset;
  if (call.whence == seek_cur) to += file.offset;
  if (call.whence == seek_end) to += world.kernel.nodes.read(NodeId::from_raw(file.object)).content.length;
  if (call.whence < 0 || call.whence > seek_end || to < 0) return fail(Errno::INVAL);
  file.offset = to;
  return done(to);
}

namespace {

/// May the process take this name away? Linux may_delete.
Errno refuses_removal(const World& world, ProcessId process, const Place& place) {
  const Node& node = world.kernel.nodes.read(place.node);
  const Node& directory = world.kernel.nodes.read(place.directory);
  const std::uint32_t user = world.kernel.processes.read(process).user;
  if (!allowed(world, process, place.directory, may_write | may_search)) return Errno::ACCES;
  if ((directory.mode & sticky) != 0 && user != 0 && user != node.user && user != directory.user)
    return Errno::PERM;
  return node.kind == FileKind::Directory ? Errno::ISDIR : Errno::OK;
}

void leave_directory(World& world, NodeId id) {
  Node& node = world.kernel.nodes.write(id);
  NodeId* link = &world.kernel.nodes.write(node.parent).first;
  while (*link != id) link = &world.kernel.nodes.write(*link).next;
  *link = node.next;
  node.next = {};
}

void unlink_node(Step& step, const Place& place) {
  Node& node = step.world.kernel.nodes.write(place.node);
  leave_directory(step.world, place.node);
  node.unlinked = 1;
  record_size(step, place.node, Reason::FileUnlinked);
  const Bytes name = node.name;
  notify_self(step, place.node, in_attrib);  // the count of its names
  if (node.open == 0) remove_node(step, place.node);
  notify_entry(step, place.directory, in_delete, name);
}

}  // namespace

Attempt try_unlink(Step& step, ProcessId process, const sys::Unlink& call) {
  const World& world = step.world;
  const Place place = look_up(step, process, call.path);
  if (place.error != Errno::OK) return fail(place.error);
  if (!place.directory) return fail(Errno::ISDIR);
  if (!place.node) return fail(Errno::NOENT);
  if (place.slash)
    return fail(world.kernel.nodes.read(place.node).kind == FileKind::Directory ? Errno::ISDIR
                                                                                : Errno::NOTDIR);
  if (const Errno refused = refuses_removal(world, process, place); refused != Errno::OK)
    return fail(refused);
  unlink_node(step, place);
  return done(0);
}

Attempt try_rename(Step& step, ProcessId process, const sys::Rename& call) {
  World& world = step.world;
  const Place from = look_up(step, process, call.from), to = look_up(step, process, call.to);
  for (const Place* place : {&from, &to})
    if (place->error != Errno::OK) return fail(place->error);
  if (!from.directory || !to.directory) return fail(Errno::BUSY);
  if (!from.node) return fail(Errno::NOENT);
  if (from.slash || to.slash) return fail(Errno::NOTDIR);
  if (const Errno refused = refuses_removal(world, process, from); refused != Errno::OK)
    return fail(refused == Errno::ISDIR ? Errno::BUSY : refused);  // directories keep their names here
  if (from.node == to.node) return done(0);
  if (to.node) {
    if (const Errno refused = refuses_removal(world, process, to); refused != Errno::OK) return fail(refused);
    unlink_node(step, to);
  } else if (!allowed(world, process, to.directory, may_write | may_search)) {
    return fail(Errno::ACCES);
  }
  leave_directory(world, from.node);
  Node& node = world.kernel.nodes.write(from.node);
  Node& directory = world.kernel.nodes.write(to.directory);
  node.parent = to.directory;
  node.name = to.name;
  node.next = std::exchange(directory.first, from.node);
  record_size(step, from.node, Reason::FileRenamed);
  return done(0);
}

Errno make_socket_file(Step& step, ProcessId process, const Bytes& path, NodeId& made) {
  World& world = step.world;
  const Place place = look_up(step, process, path);
  if (place.error != Errno::OK) return place.error;
  if (place.node || !place.directory) return Errno::ADDRINUSE;
  if (place.slash) return Errno::NOENT;
  if (!allowed(world, process, place.directory, may_write | may_search)) return Errno::ACCES;
  const Process& owner = world.kernel.processes.read(process);
  made =
      add_node(world, owner.host, place.directory, FileKind::Socket, place.name, 0777 & ~umask, owner.user);
  record_size(step, made, Reason::FileMade);
  notify_entry(step, place.directory, in_create, place.name);
  return Errno::OK;
}

void remove_socket_file(Step& step, NodeId id) {
  Place place;
  place.node = id;
  place.directory = step.world.kernel.nodes.read(id).parent;
  unlink_node(step, place);
}

Errno find_socket(Step& step, ProcessId process, const Bytes& path, SocketId& found) {
  const World& world = step.world;
  const Place place = look_up(step, process, path);
  if (place.error != Errno::OK) return place.error;
  if (!place.node) return Errno::NOENT;
  const Node& node = world.kernel.nodes.read(place.node);
  if (place.slash && node.kind != FileKind::Directory) return Errno::NOTDIR;
  if (!allowed(world, process, place.node, may_write)) return Errno::ACCES;
  if (node.kind != FileKind::Socket || !node.socket) return Errno::CONNREFUSED;
  found = node.socket;
  return Errno::OK;
}

Errno find_node(Step& step, ProcessId process, const Bytes& path, NodeId& found) {
  const Place place = look_up(step, process, path);
  if (place.error != Errno::OK) return place.error;
  if (!place.node) return Errno::NOENT;
  const bool directory = step.world.kernel.nodes.read(place.node).kind == FileKind::Directory;
  if (place.slash && !directory) return Errno::NOTDIR;
  if (!allowed(step.world, process, place.node, may_read)) return Errno::ACCES;
  found = place.node;
  return Errno::OK;
}

void note_use(Step& step, OpenFileId file, std::uint32_t what) {
  const OpenFile& used = step.world.kernel.files.read(file);
  switch (used.kind) {
    case FileKind::Regular:
    case FileKind::Null:
    case FileKind::Zero:
    case FileKind::Terminal:
      if (used.object != 0) notify(step, NodeId::from_raw(used.object), what);
      break;
    default:
      break;
  }
}

Attempt read_regular(Step& step, const FileUse& use, std::int64_t size) {
  OpenFile& file = step.world.kernel.files.write(use.file);
  const Bytes& content = step.world.kernel.nodes.read(NodeId::from_raw(file.object)).content;
  const std::int64_t left = std::max<std::int64_t>(0, content.length - file.offset);
  SysResult result = SysResult::of(std::min(size, left));
  if (result.value > 0)
    result.data =
        content.slice(static_cast<std::uint32_t>(file.offset), static_cast<std::uint32_t>(result.value));
  file.offset += result.value;
  return Done{result};
}

Attempt write_regular(Step& step, const FileUse& use, const Bytes& data) {
  OpenFile& file = step.world.kernel.files.write(use.file);
  const NodeId id = NodeId::from_raw(file.object);
  Node& node = step.world.kernel.nodes.write(id);
  if (data.empty()) return done(0);
  const std::int64_t length = node.content.length;
  if ((file.flags & o_append) != 0) file.offset = length;
  const std::int64_t end = file.offset + data.length;
  if (end > content_most) return fail(Errno::FBIG);
  const auto part = [&](std::int64_t from, std::int64_t to) {
    return node.content.slice(static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - from));
  };
  Bytes content = part(0, std::min(file.offset, length));
  if (file.offset > length)  // a hole reads as zeros
    content = step.bytes.concat(
        content, step.bytes.intern(std::string(static_cast<std::size_t>(file.offset - length), '\0')));
  content = step.bytes.concat(content, data);
  if (end < length) content = step.bytes.concat(content, part(end, length));
  node.content = content;
  file.offset = end;
  record_size(step, id, Reason::FileWritten);
  return done(data.length);
}

void release_node(Step& step, const OpenFile& file) {
  World& world = step.world;
  const NodeId id = NodeId::from_raw(file.object);
  Node& node = world.kernel.nodes.write(id);
  notify(step, id, file.writes() ? in_close_write : in_close_nowrite);
  if (--node.open == 0 && node.unlinked != 0) remove_node(step, id);
}

}  // namespace sockarium::kernel
