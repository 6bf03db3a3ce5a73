#include "sim/kernel/inotify.h"

#include <string>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/file_operations.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

constexpr std::size_t header_size = 16;  // sizeof(struct inotify_event); names are padded to a multiple of it

Errno find(const World& world, ProcessId process, std::int64_t fd, InotifyId& found) {
  const OpenFileId file = file_of(world, process, fd);
  if (!file) return Errno::BADF;
  const OpenFile& opened = world.kernel.files.read(file);
  if (opened.kind != FileKind::Inotify) return Errno::INVAL;
  found = InotifyId::from_raw(opened.object);
  return Errno::OK;
}

void put_number(std::string& text, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) text += static_cast<char>(number >> 8 * i & 0xff);
}

std::size_t padded(const Bytes& name) {
  return name.empty() ? 0 : (name.length + header_size) / header_size * header_size;  // with its zero
}

/// Queues an event, unless it only says again what the last one says.
void queue(Step& step, const InotifyWatch& watch, std::uint32_t mask, const Bytes& name) {
  World& world = step.world;
  Inotify& inotify = world.kernel.inotifies.write(watch.inotify);
  if (inotify.last) {
    const InotifyEvent& last = world.kernel.inotify_events.read(inotify.last);
    if (last.wd == watch.wd && last.mask == mask && last.name == name) return;
  }
  InotifyEvent event;
  event.wd = watch.wd;
  event.mask = mask;
  event.name = name;
  const InotifyEventId id = world.kernel.inotify_events.add(event);
  if (inotify.last)
    world.kernel.inotify_events.write(inotify.last).next = id;
  else
    inotify.first = id;
  inotify.last = id;
  ++inotify.waiting;
  const RecordNumber record = step.record(
      rec::FileChanged{FileKind::Inotify, 0, watch.inotify.raw(), inotify.waiting}, Reason::WatchedChanged);
  step.wake_ups.push_back(WakeUp{watch.inotify.raw(), Readiness::NotifyReadable, record});
}

void tell(Step& step, NodeId watched, std::uint32_t what, std::uint32_t more, const Bytes& name) {
  World& world = step.world;
  for (InotifyWatchId id = world.kernel.nodes.read(watched).first_watch; id;) {
    const InotifyWatch watch = world.kernel.inotify_watches.read(id);
    id = watch.next_of_node;
    if ((watch.mask & what) != 0) queue(step, watch, what | more, name);
  }
}

std::uint32_t directory_bit(const World& world, NodeId node) {
  return world.kernel.nodes.read(node).kind == FileKind::Directory ? in_isdir : 0u;
}

/// Takes a watch out of both its lists.
void remove_watch(Step& step, InotifyWatchId id) {
  World& world = step.world;
  const InotifyWatch watch = world.kernel.inotify_watches.read(id);
  InotifyWatchId* link = &world.kernel.inotifies.write(watch.inotify).first_watch;
  while (*link != id) link = &world.kernel.inotify_watches.write(*link).next_of_inotify;
  *link = watch.next_of_inotify;
  link = &world.kernel.nodes.write(watch.node).first_watch;
  while (*link != id) link = &world.kernel.inotify_watches.write(*link).next_of_node;
  *link = watch.next_of_node;
  world.kernel.inotify_watches.remove(id);
}

}  // namespace

Attempt try_inotify_init(Step& step, ProcessId process, const sys::InotifyInit& call) {
  World& world = step.world;
  const auto flags = static_cast<std::int32_t>(call.flags);
  if ((flags & ~(o_nonblock | o_cloexec)) != 0) return fail(Errno::INVAL);
  const std::int64_t fd = reserve_number(world, process);
  if (fd < 0) return fail(Errno::MFILE);
  if (file_table_full(world, process)) {
    unreserve_number(world, process, fd);
    return fail(Errno::NFILE);
  }
  const std::uint64_t object = world.kernel.inotifies.add(Inotify{}).raw();
  const HostId host = world.kernel.processes.read(process).host;
  install(step, process, fd,
          make_file(world, host, FileKind::Inotify, object, o_rdonly | (flags & o_nonblock)),
          (flags & o_cloexec) != 0);
  return done(fd);
}

Attempt try_inotify_add_watch(Step& step, ProcessId process, const sys::InotifyAddWatch& call) {
  World& world = step.world;
  const std::uint32_t mask = call.mask & in_all_events;
  if (mask == 0) return fail(Errno::INVAL);
  InotifyId inotify_id;
  if (const Errno error = find(world, process, call.fd, inotify_id); error != Errno::OK) return fail(error);
  NodeId node;
  if (const Errno error = find_node(step, process, call.path, node); error != Errno::OK) return fail(error);
  Inotify& inotify = world.kernel.inotifies.write(inotify_id);
  for (InotifyWatchId id = inotify.first_watch; id;
       id = world.kernel.inotify_watches.read(id).next_of_inotify) {
    if (world.kernel.inotify_watches.read(id).node != node) continue;
    world.kernel.inotify_watches.write(id).mask = mask;
    return done(world.kernel.inotify_watches.read(id).wd);
  }
  InotifyWatch watch;
  watch.inotify = inotify_id;
  watch.node = node;
  watch.next_of_inotify = inotify.first_watch;
  watch.next_of_node = world.kernel.nodes.read(node).first_watch;
  watch.wd = static_cast<std::int32_t>(++inotify.last_wd);
  watch.mask = mask;
  const InotifyWatchId id = world.kernel.inotify_watches.add(watch);
  inotify.first_watch = id;
  world.kernel.nodes.write(node).first_watch = id;
  return done(watch.wd);
}

Attempt try_inotify_rm_watch(Step& step, ProcessId process, const sys::InotifyRmWatch& call) {
  World& world = step.world;
  InotifyId inotify;
  if (const Errno error = find(world, process, call.fd, inotify); error != Errno::OK) return fail(error);
  for (InotifyWatchId id = world.kernel.inotifies.read(inotify).first_watch; id;
       id = world.kernel.inotify_watches.read(id).next_of_inotify) {
    const InotifyWatch watch = world.kernel.inotify_watches.read(id);
    if (watch.wd != call.wd) continue;
    queue(step, watch, in_ignored, {});
    remove_watch(step, id);
    return done(0);
  }
  return fail(Errno::INVAL);
}

Attempt read_inotify(Step& step, const FileUse& use, std::int64_t size) {
  World& world = step.world;
  const InotifyId id = InotifyId::from_raw(world.kernel.files.read(use.file).object);
  Inotify& inotify = world.kernel.inotifies.write(id);
  if (!inotify.first) {
    Block block;
    block.wait.who = id.raw();
    block.wait.what = Readiness::NotifyReadable;
    return block;
  }
  std::string text;
  while (inotify.first) {
    const InotifyEventId event_id = inotify.first;
    const InotifyEvent event = world.kernel.inotify_events.read(event_id);
    const std::size_t length = padded(event.name);
    if (text.size() + header_size + length > static_cast<std::size_t>(size)) break;
    put_number(text, static_cast<std::uint32_t>(event.wd));
    put_number(text, event.mask);
    put_number(text, 0);  // the cookie joins the two halves of a move
    put_number(text, static_cast<std::uint32_t>(length));
    const std::string name = step.bytes.text(event.name);
    text += name + std::string(length - name.size(), '\0');
    inotify.first = event.next;
    if (!inotify.first) inotify.last = {};
    --inotify.waiting;
    world.kernel.inotify_events.remove(event_id);
  }
  if (text.empty()) return fail(Errno::INVAL);
  SysResult result = SysResult::of(static_cast<std::int64_t>(text.size()));
  result.data = step.bytes.intern(text);
  return Done{result};
}

void release_inotify(Step& step, const OpenFile& file) {
  World& world = step.world;
  const InotifyId id = InotifyId::from_raw(file.object);
  while (const InotifyWatchId watch = world.kernel.inotifies.read(id).first_watch) remove_watch(step, watch);
  for (InotifyEventId event = world.kernel.inotifies.read(id).first; event;) {
    const InotifyEventId next = world.kernel.inotify_events.read(event).next;
    world.kernel.inotify_events.remove(event);
    event = next;
  }
  world.kernel.inotifies.remove(id);
}

void notify(Step& step, NodeId node, std::uint32_t what) {
  const Node& of = step.world.kernel.nodes.read(node);
  if (of.parent) tell(step, of.parent, what, directory_bit(step.world, node), of.name);
  notify_self(step, node, what);
}

void notify_entry(Step& step, NodeId directory, std::uint32_t what, const Bytes& name) {
  tell(step, directory, what, 0, name);
}

void notify_self(Step& step, NodeId node, std::uint32_t what) {
  tell(step, node, what, directory_bit(step.world, node), {});
}

void end_watches(Step& step, NodeId node) {
  World& world = step.world;
  notify_self(step, node, in_delete_self);
  while (const InotifyWatchId id = world.kernel.nodes.read(node).first_watch) {
    queue(step, world.kernel.inotify_watches.read(id), in_ignored, {});
    remove_watch(step, id);
  }
}

}  // namespace sockarium::kernel
