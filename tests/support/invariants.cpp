#include "tests/support/invariants.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/readiness.h"
#include "sim/tcp/tcp.h"
#include "sim/unix/unix.h"

namespace sockarium::test {

namespace {

/// Descriptors and blocked calls are all that refers to an open file, and every reference is counted.
std::string files(const World& w) {
  std::map<std::uint64_t, std::uint64_t> references;
  for (const ProcessId process : ids(w.kernel.processes)) {
    if (w.kernel.processes.read(process).ended != 0) {
      if (kernel::next_open(w, process, 0).file) return "an ended process has an open descriptor";
      continue;
    }
    for (kernel::OpenNumber open = kernel::next_open(w, process, 0); open.file;
         open = kernel::next_open(w, process, open.fd + 1))
      ++references[open.file.raw()];
  }
  for (const TaskId task : ids(w.kernel.tasks))
    if (const OpenFileId held = w.kernel.tasks.read(task).held) ++references[held.raw()];
  for (const RightId right : ids(w.unix.rights)) ++references[w.unix.rights.read(right).file.raw()];
  for (const WaiterId waiter : ids(w.kernel.waiters))
    if (const OpenFileId held = w.kernel.waiters.read(waiter).wait.file) ++references[held.raw()];
  for (const OpenFileId file : ids(w.kernel.files)) {
    const kernel::OpenFile& of = w.kernel.files.read(file);
    if (of.references != references[file.raw()])
      return fmt::format("open file {} counts {} references and has {}", file.index, of.references,
                         references[file.raw()]);
    if (of.socket && (!w.inet.sockets.alive(of.socket) || w.inet.sockets.read(of.socket).file != file))
      return "an open file and its socket do not name each other";
  }
  return {};
}

/// Each end of a pipe has its open file as long as it counts as there, and a pipe without both is gone; what
/// hosts count as open files are all of theirs; a taken number is open, or reserved by a call.
std::string pipes_and_tables(const World& w) {
  std::map<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>> ends;
  std::map<std::uint64_t, std::uint64_t> of_host;
  for (const OpenFileId id : ids(w.kernel.files)) {
    const kernel::OpenFile& file = w.kernel.files.read(id);
    ++of_host[w.kernel.hosts.read(file.host).machine.raw()];
    if (file.kind == FileKind::Pipe) ++(file.reads() ? ends[file.object].first : ends[file.object].second);
  }
  for (const HostId id : ids(w.kernel.hosts))
    if (w.kernel.hosts.read(id).files != of_host[id.raw()]) return "a host counts its open files wrongly";
  for (const PipeId id : ids(w.kernel.pipes)) {
    const kernel::Pipe& pipe = w.kernel.pipes.read(id);
    if (std::pair(pipe.readers, pipe.writers) != ends[id.raw()]) return "a pipe counts its ends wrongly";
    if (pipe.readers + pipe.writers == 0) return "a pipe has no end and is still there";
    for (std::uint32_t n = 0; n < kernel::pipe_pages_most; ++n) {
      const kernel::PipePage& page = pipe.pages[(pipe.first + n) % kernel::pipe_pages_most];
      if (page.bytes.empty() != (n >= pipe.used)) return "a pipe counts its pages wrongly";
      if (page.offset + page.bytes.length > kernel::page_size) return "a page of a pipe is too long";
    }
  }
  std::map<std::uint64_t, std::uint32_t> opened;
  std::size_t eventfds = 0, timerfds = 0;
  for (const OpenFileId id : ids(w.kernel.files)) {
    const kernel::OpenFile& file = w.kernel.files.read(id);
    if (file.kind == FileKind::EventFd) ++eventfds;
    if (file.kind == FileKind::TimerFd) ++timerfds;
    const bool own_entry = file.kind == FileKind::Socket || file.kind == FileKind::Pipe ||
                           file.kind == FileKind::EventFd || file.kind == FileKind::TimerFd ||
                           file.kind == FileKind::Inotify || file.kind == FileKind::Epoll;
    if (!own_entry && file.object != 0) ++opened[file.object];
  }
  std::size_t watches = 0, events = 0;
  for (const InotifyId id : ids(w.kernel.inotifies)) {
    const kernel::Inotify& inotify = w.kernel.inotifies.read(id);
    for (InotifyWatchId n = inotify.first_watch; n; n = w.kernel.inotify_watches.read(n).next_of_inotify)
      ++watches;
    std::int64_t waiting = 0;
    for (InotifyEventId n = inotify.first; n; n = w.kernel.inotify_events.read(n).next) ++waiting;
    if (waiting != inotify.waiting) return "an inotify counts its events wrongly";
    events += static_cast<std::size_t>(waiting);
  }
  for (const NodeId id : ids(w.kernel.nodes))
    for (InotifyWatchId n = w.kernel.nodes.read(id).first_watch; n;
         n = w.kernel.inotify_watches.read(n).next_of_node)
      --watches;
  if (watches != 0 || events != w.kernel.inotify_events.count()) return "a watch or its event is nobody's";
  if (eventfds != w.kernel.eventfds.count() || timerfds != w.kernel.timerfds.count())
    return "an eventfd or timerfd is nobody's";
  for (const NodeId id : ids(w.kernel.nodes)) {
    const kernel::Node& node = w.kernel.nodes.read(id);
    if (node.open != opened[id.raw()]) return "a file counts its openings wrongly";
    if (node.unlinked != 0 && node.open == 0) return "an unlinked file that nobody has open is still there";
  }
  if (ends.size() != w.kernel.pipes.count()) return "an open file names a pipe that is gone";
  std::map<std::pair<std::uint64_t, std::int64_t>, int> reserved;
  for (const TaskId id : ids(w.kernel.tasks)) {
    const kernel::Task& task = w.kernel.tasks.read(id);
    if (task.reserved_fd >= 0) ++reserved[{task.process.raw(), task.reserved_fd}];
  }
  for (const ProcessId id : ids(w.kernel.processes)) {
    const kernel::Process& process = w.kernel.processes.read(id);
    for (std::uint32_t number = 0; number < process.blocks; ++number) {
      const DescriptorBlockId* found = w.kernel.descriptor_blocks.find(kernel::DescriptorKey{id, number});
      if (found == nullptr) continue;
      const kernel::DescriptorBlock& block = w.kernel.descriptors.read(*found);
      for (std::uint32_t i = 0; i < 32; ++i) {
        const std::int64_t fd = std::int64_t{number} * 32 + i;
        const bool open = bool(block.files[i]), taken = (block.taken >> i & 1) != 0;
        if (taken != (open || reserved.count({id.raw(), fd}) != 0)) return "a number is taken by nobody";
        if (!taken && fd < process.next_fd) return "a free number lies below the lowest free one";
        if (!open && (block.cloexec >> i & 1) != 0) return "a closed number has FD_CLOEXEC";
      }
    }
  }
  return {};
}

/// Every socket with a bucket is in that bucket's list, and the other way round; the counts are right.
std::string ports(const World& w) {
  std::map<std::uint64_t, std::uint64_t> holders;
  for (const SocketId id : ids(w.inet.sockets)) {
    const inet::SocketBase& base = w.inet.sockets.read(id);
    if (!base.bucket) continue;
    ++holders[base.bucket.raw()];
    if (w.inet.buckets.read(base.bucket).key.port != base.local.port)
      return "a socket is in another port's bucket";
  }
  if (w.inet.ports.count() != w.inet.buckets.count()) return "port table and buckets differ in number";
  for (const PortBucketId id : ids(w.inet.buckets)) {
    const inet::PortBucket& bucket = w.inet.buckets.read(id);
    std::uint64_t listed = 0;
    for (SocketId s = bucket.first; s; s = w.inet.sockets.read(s).bucket_next) ++listed;
    if (listed != bucket.count || listed != holders[id.raw()] || listed == 0)
      return fmt::format("port {} counts {} holders, lists {}, has {}", bucket.key.port, bucket.count, listed,
                         holders[id.raw()]);
    const PortBucketId* found = w.inet.ports.find(bucket.key);
    if (found == nullptr || *found != id) return "a bucket is not in the port table";
  }
  return {};
}

std::string queues(const World& w) {
  std::set<std::uint64_t> in_queue;
  for (const ListenerId id : ids(w.tcp.listeners)) {
    const tcp::Listener& listener = w.tcp.listeners.read(id);
    std::int64_t length = 0;
    for (ConnectionId c = listener.accept_first; c; c = w.tcp.connections.read(c).accept_next) {
      ++length;
      in_queue.insert(c.raw());
    }
    if (length != listener.accept_length) return "accept queue: length and list differ";
    length = 0;
    for (RequestId r = listener.syn_first; r; r = w.tcp.requests.read(r).next) ++length;
    if (length != listener.syn_length) return "SYN queue: length and list differ";
    std::int64_t young = 0;
    for (RequestId r = listener.syn_first; r; r = w.tcp.requests.read(r).next)
      young += w.tcp.requests.read(r).timeouts == 0 ? 1 : 0;
    if (young != listener.syn_young) return "SYN queue: the young are counted wrongly";
  }
  for (const ConnectionId id : ids(w.tcp.connections)) {
    const tcp::Connection& c = w.tcp.connections.read(id);
    if (bool(c.accept_parent) != (in_queue.count(id.raw()) != 0))
      return "a connection lies about its accept queue";
  }
  return {};
}

std::string connections(const World& w) {
  std::size_t hashed = 0;
  for (const ConnectionId id : ids(w.tcp.connections)) {
    const tcp::Connection& c = w.tcp.connections.read(id);
    const inet::SocketBase& base = w.inet.sockets.read(c.socket);
    if (base.entry != id.raw()) return "a connection and its socket do not name each other";
    const bool named = c.state != TcpState::Closed && c.state != TcpState::Listen;
    const inet::Owner* owner = w.inet.connections.find(inet::TupleKey{base.net, base.local, base.peer});
    const bool found =
        owner != nullptr && owner->kind == inet::OwnerKind::Connection && owner->id == id.raw();
    if (named != found)
      return fmt::format("a {} connection is {}in the connection table", rfc_name(c.state),
                         found ? "" : "not ");
    hashed += found ? 1 : 0;
    if ((named || c.state == TcpState::Listen) && !base.bucket) return "a socket with a name holds no port";
    if (c.state == TcpState::Listen) {
      const SocketId* first = w.inet.listeners.find(inet::ListenKey{base.net, base.local, 0});
      SocketId in_group = first != nullptr ? *first : SocketId{};
      while (in_group && in_group != c.socket) in_group = w.inet.sockets.read(in_group).group_next;
      if (!in_group) return "a listening socket is not found by its name";
    } else if (base.group_next) {
      return "a socket that does not listen is in a group of listeners";
    }
    if (!base.file && !c.accept_parent && (c.state == TcpState::Closed || c.state == TcpState::Established))
      return fmt::format("nobody owns a connection in {}", rfc_name(c.state));
    for (const tcp::PieceQueue* queue : {&c.send_queue, &c.receive_queue, &c.out_of_order}) {
      std::uint64_t bytes = 0;
      for (PieceId p = queue->first; p; p = w.tcp.pieces.read(p).next)
        bytes += w.tcp.pieces.read(p).bytes.length;
      if (bytes != queue->bytes) return "a queue of bytes counts wrongly";
    }
    if (named && c.state != TcpState::SynSent && c.state != TcpState::SynReceived) {
      if (c.snd_una > c.snd_nxt) return "SND.UNA is beyond SND.NXT";
      if (static_cast<std::int64_t>(c.send_queue.bytes) != std::max(0, c.write_end - c.data_start()) &&
          c.snd_una <= c.write_end)
        return "the send queue is not what lies between SND.UNA and the last byte written";
      const bool outstanding = c.snd_nxt > c.snd_una;
      if (outstanding && !c.retransmit.armed()) return "something is unacknowledged and no timer runs";
    }
  }
  hashed += w.tcp.requests.count() + w.tcp.time_waits.count();
  if (hashed != w.inet.connections.count()) return "the connection table holds somebody unknown";
  return {};
}

std::string tasks(const World& w) {
  std::size_t waiting = 0;
  for (const TaskId id : ids(w.kernel.tasks)) {
    const kernel::Task& task = w.kernel.tasks.read(id);
    for (WaiterId n = task.waiter; n; n = w.kernel.waiters.read(n).next_of_task) {
      ++waiting;
      if (w.kernel.waiters.read(n).task != id)
        return "a task and its place in a wait queue do not name each other";
      if (task.state != kernel::TaskState::Blocked) return "a task that does not block is in a wait queue";
    }
    if (task.state == kernel::TaskState::Blocked && !task.waiter && !task.deadline.armed() &&
        task.wake_queued == 0)
      return "a blocked task waits for nothing";
  }
  if (waiting + w.poll.interests.count() != w.kernel.waiters.count())
    return "the wait queues hold somebody unknown";
  return {};
}

/// Interests and files name each other as long as the file is open; what is level-triggered and has news is
/// on the ready list; lists are as long as they say.
std::string epolls(const World& w) {
  std::size_t interests = 0, files = 0;
  for (const OpenFileId id : ids(w.kernel.files))
    files += w.kernel.files.read(id).kind == FileKind::Epoll ? 1 : 0;
  if (files != w.poll.epolls.count()) return "an epoll is nobody's";
  for (const EpollId id : ids(w.poll.epolls)) {
    const poll::Epoll& epoll = w.poll.epolls.read(id);
    if (w.kernel.files.find(epoll.file) == nullptr) return "an epoll's file is gone";
    std::uint32_t listed = 0, ready = 0;
    InterestId last;
    for (InterestId n = epoll.first; n; n = w.poll.interests.read(n).next) {
      const poll::Interest& interest = w.poll.interests.read(n);
      ++listed;
      if (interest.epoll != id || interest.previous != last) return "an interest list is torn";
      last = n;
      if (!w.kernel.files.alive(interest.file)) return "an epoll watches a file that is gone";
      if (poll::find_interest(w, id, interest.file, interest.fd) != n) return "an interest is not found";
      if (w.kernel.waiters.read(interest.waiter).interest != n)
        return "an interest and its place in a wait queue do not name each other";
      bool known = false;
      for (InterestId m = poll::first_interest_in(w, interest.file); m;
           m = w.poll.interests.read(m).next_of_file)
        known = known || m == n;
      if (!known) return "a file does not know who watches it";
      const std::uint32_t news = kernel::events_of(w, w.kernel.files.read(interest.file), interest.process) &
                                 interest.events & ~epoll_flags;
      // An exclusive one may have been passed by: a wake-up ended at another.
      if (news != 0 && (interest.events & (epoll_et | epoll_exclusive)) == 0 && interest.ready == 0)
        return fmt::format("{} has news ({}), and the ready list does not know", interest.fd,
                           event_names(news, ""));
    }
    for (InterestId n = epoll.first_ready; n; n = w.poll.interests.read(n).next_ready) {
      ++ready;
      if (w.poll.interests.read(n).ready == 0) return "who is on the ready list does not know it";
    }
    if (listed != epoll.interests || ready != epoll.ready) return "an epoll counts its lists wrongly";
    interests += listed;
  }
  return interests == w.poll.interests.count() ? "" : "an interest is nobody's";
}

/// Every UDP socket and its common part name each other, and its queue is as long as it says.
std::string datagrams(const World& w) {
  std::size_t waiting = 0;
  for (const UdpSocketId id : ids(w.udp.sockets)) {
    const udp::Socket& socket = w.udp.sockets.read(id);
    const inet::SocketBase& base = w.inet.sockets.read(socket.socket);
    const bool udp = base.kind == inet::EntryKind::Udp && base.protocol == wire::UDP;
    const bool icmp = base.kind == inet::EntryKind::Icmp && base.protocol == wire::ICMP;
    if (base.entry != id.raw() || (!udp && !icmp))
      return "a UDP socket and its common part do not name each other";
    std::uint64_t listed = 0, memory = 0;
    for (DatagramId d = socket.first; d; d = w.udp.datagrams.read(d).next) {
      ++listed;
      memory += w.udp.datagrams.read(d).memory;
    }
    if (listed != socket.waiting || memory != socket.memory) return "a queue of datagrams counts wrongly";
    if (listed > 1 && memory > socket.receive_buffer) return "datagrams take more than the receive buffer";
    waiting += listed;
    for (DatagramId d = socket.first_error; d; d = w.udp.datagrams.read(d).next) ++waiting;
  }
  return waiting == w.udp.datagrams.count() ? "" : "a datagram is nobody's";
}

/// Unix sockets: every queue is as long as it says, bytes and memory are somebody's, names and files lead to
/// their sockets, and every descriptor in flight lies in one message or waits with a call.
std::string local_sockets(const World& w) {
  std::map<std::uint64_t, std::uint64_t> memory;
  std::size_t messages = 0, rights = 0, abstract = 0;
  const auto count_rights = [&](RightId first) { rights += unix::files_in(w, first).size(); };
  for (const UnixSocketId id : ids(w.unix.sockets)) {
    const unix::Socket& socket = w.unix.sockets.read(id);
    const inet::SocketBase& base = w.inet.sockets.read(socket.socket);
    if (base.entry != id.raw() || base.kind != inet::EntryKind::Unix)
      return "a Unix socket and its common part do not name each other";
    std::int64_t listed = 0, bytes = 0, pending = 0;
    for (MessageId n = socket.first; n; n = w.unix.messages.read(n).next) {
      const unix::Message& message = w.unix.messages.read(n);
      ++listed;
      bytes += message.data.length;
      memory[message.sender.raw()] += message.memory;
      count_rights(message.rights);
    }
    messages += static_cast<std::size_t>(listed);
    for (SocketId n = socket.first_pending; n; n = unix::read_entry(w, n).next_pending) {
      ++pending;
      if (unix::read_entry(w, n).listener != socket.socket)
        return "a pending connection lies about its listener";
    }
    if (listed + pending != socket.waiting || bytes != socket.unread)
      return "a queue of a Unix socket counts wrongly";
    if (pending > 0 && socket.state != TcpState::Listen)
      return "connections wait for a socket that does not listen";
    if (bool(socket.listener) == bool(base.file))
      return "a Unix socket is nobody's, or waits although it is accepted";
    const bool peer_lives = socket.has_peer && w.inet.sockets.alive(socket.peer);
    if (socket.connection_based() && peer_lives && unix::read_entry(w, socket.peer).peer != socket.socket)
      return "the ends of a connection do not name each other";
    if (socket.node && w.kernel.nodes.alive(socket.node) &&
        w.kernel.nodes.read(socket.node).socket != socket.socket)
      return "a socket's file leads elsewhere";
    const SocketId* holder = w.unix.abstract_names.find(unix::NameKey{base.net, socket.name, socket.type, 0});
    abstract += holder != nullptr && *holder == socket.socket ? 1 : 0;
  }
  for (const UnixSocketId id : ids(w.unix.sockets)) {
    const unix::Socket& socket = w.unix.sockets.read(id);
    if (socket.memory != memory[socket.socket.raw()]) return "a send buffer of a Unix socket counts wrongly";
  }
  for (const TaskId task : ids(w.kernel.tasks)) count_rights(w.kernel.tasks.read(task).rights);
  for (const NodeId id : ids(w.kernel.nodes)) {
    const kernel::Node& node = w.kernel.nodes.read(id);
    if (node.socket && (!w.inet.sockets.alive(node.socket) || unix::read_entry(w, node.socket).node != id))
      return "a file leads to a socket that is gone";
  }
  if (messages != w.unix.messages.count()) return "a message is nobody's";
  if (rights != w.unix.rights.count()) return "a descriptor in flight is nobody's";
  if (abstract != w.unix.abstract_names.count()) return "an abstract name is nobody's";
  return {};
}

/// Every packet socket and its tap name each other, and its queue is as long as it says.
std::string taps(const World& w) {
  std::size_t waiting = 0;
  for (const TapId id : ids(w.inet.taps)) {
    const inet::Tap& tap = w.inet.taps.read(id);
    const inet::SocketBase& base = w.inet.sockets.read(tap.socket);
    if (base.entry != id.raw() || base.kind != inet::EntryKind::Packet)
      return "a packet socket and its tap do not name each other";
    std::uint64_t listed = 0, memory = 0, last = 0;
    for (FrameId f = tap.first; f; f = w.inet.frames.read(f).next) {
      ++listed;
      last = w.inet.frames.read(f).memory;
      memory += last;
    }
    if (listed != tap.waiting || memory != tap.memory) return "a packet socket's queue counts wrongly";
    if (tap.drops > tap.received) return "a packet socket has lost more frames than it got";
    waiting += listed;
  }
  return waiting == w.inet.frames.count() ? "" : "a frame is nobody's";
}

/// Every netlink socket has the port id that the index knows, and its queue is as long as it says.
std::string netlink_sockets(const World& w) {
  std::size_t waiting = 0, named = 0;
  for (const NetlinkSocketId id : ids(w.netlink.sockets)) {
    const netlink::Socket& socket = w.netlink.sockets.read(id);
    const inet::SocketBase& base = w.inet.sockets.read(socket.socket);
    if (base.entry != id.raw() || base.kind != inet::EntryKind::Netlink)
      return "a netlink socket and its common part do not name each other";
    std::uint64_t listed = 0, memory = 0;
    for (NetlinkPartId p = socket.first; p; p = w.netlink.parts.read(p).next) {
      ++listed;
      memory += w.netlink.parts.read(p).memory;
    }
    if (listed != socket.waiting || memory != socket.memory) return "a netlink socket's queue counts wrongly";
    waiting += listed;
    if (socket.bound == 0) continue;
    const SocketId* holder = w.netlink.ports.find(netlink::PortKey{base.net, socket.port, 0});
    if (holder == nullptr || *holder != socket.socket) return "a port id of netlink leads elsewhere";
    ++named;
  }
  if (named != w.netlink.ports.count()) return "a port id of netlink is nobody's";
  return waiting == w.netlink.parts.count() ? "" : "a part of an answer is nobody's";
}

/// What waits at raw peers, and for ARP, is listed and counted.
std::string captures(const World& w) {
  std::size_t waiting = 0;
  for (const NetId id : ids(w.inet.nets)) {
    const inet::Net& net = w.inet.nets.read(id);
    std::uint64_t listed = 0;
    for (CapturedId c = net.first_captured; c; c = w.inet.captured.read(c).next) ++listed;
    if (listed != net.captured) return "a raw peer's queue: length and list differ";
    waiting += listed;
  }
  for (const NeighbourId id : ids(w.inet.neighbours)) {
    const inet::Neighbour& neighbour = w.inet.neighbours.read(id);
    if (!neighbour.timer.armed()) return "packets wait for ARP, and no timer runs";
    for (CapturedId c = neighbour.first_waiting; c; c = w.inet.captured.read(c).next) ++waiting;
  }
  for (const ReassemblyId id : ids(w.inet.reassemblies)) {
    const inet::Reassembly& reassembly = w.inet.reassemblies.read(id);
    std::uint64_t held = 0, end = 0;
    for (CapturedId c = reassembly.first; c; c = w.inet.captured.read(c).next) {
      const wire::Packet& part = w.inet.captured.read(c).packet;
      if (part.fragment_offset < end) return "fragments that wait overlap";
      const std::uint64_t carries = part.payload.length + (part.fragment_offset == 0 ? 8u : 0u);
      held += carries;
      end = part.fragment_offset + carries;
      ++waiting;
    }
    if (held == 0 || held != reassembly.held) return "what waits for its other fragments counts wrongly";
    if (reassembly.whole != 0 && held >= reassembly.whole) return "a datagram is whole, and waits";
    if (!reassembly.timer.armed()) return "fragments wait without a timer";
  }
  for (const MembershipId id : ids(w.inet.memberships))
    if (!w.inet.sockets.alive(w.inet.memberships.read(id).socket))
      return "a socket that is gone is in a group";
  return waiting == w.inet.captured.count() ? "" : "a captured packet is nobody's";
}

}  // namespace

std::string broken_invariant(const World& world) {
  for (const auto& check : {files, pipes_and_tables, ports, queues, connections, tasks, captures, datagrams,
                            epolls, local_sockets, taps, netlink_sockets})
    if (std::string what = check(world); !what.empty()) return what;
  return {};
}

}  // namespace sockarium::test
