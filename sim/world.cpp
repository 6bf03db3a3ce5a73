#include "sim/world.h"

#include "sim/kernel/calls.h"
#include "sim/kernel/fire.h"
#include "sim/kernel/local_sockets.h"
#include "sim/kernel/process.h"
#include "sim/kernel/receive.h"
#include "sim/kernel/wait_queue.h"
#include "sim/step.h"

namespace sockarium {

namespace {

/// Calls `use` for every part of a world that has a hash and pages.
template <class Use>
void for_each_part(const World& w, Use use) {
  use(w.queue);
  use(w.wire.links), use(w.wire.faults), use(w.wire.filters), use(w.wire.in_flight);
  use(w.inet.nets), use(w.inet.interfaces), use(w.inet.owners), use(w.inet.routes), use(w.inet.sockets);
  use(w.inet.buckets), use(w.inet.ports), use(w.inet.connections), use(w.inet.destinations),
      use(w.inet.taken);
  use(w.inet.listeners), use(w.inet.captured), use(w.inet.reserved), use(w.inet.icmp_budgets);
  use(w.inet.special_routes), use(w.inet.neighbours), use(w.inet.path_mtus);
  use(w.inet.memberships), use(w.inet.reassemblies), use(w.inet.taps), use(w.inet.frames);
  use(w.netlink.sockets), use(w.netlink.parts), use(w.netlink.ports);
  use(w.udp.sockets), use(w.udp.datagrams);
  use(w.unix.sockets), use(w.unix.messages), use(w.unix.rights), use(w.unix.abstract_names);
  use(w.tcp.connections), use(w.tcp.listeners), use(w.tcp.requests), use(w.tcp.time_waits), use(w.tcp.pieces);
  use(w.poll.epolls), use(w.poll.interests), use(w.poll.found), use(w.poll.watched);
  use(w.kernel.hosts), use(w.kernel.processes), use(w.kernel.tasks), use(w.kernel.files), use(w.kernel.pipes),
      use(w.kernel.nodes), use(w.kernel.eventfds), use(w.kernel.timerfds), use(w.kernel.inotifies),
      use(w.kernel.inotify_watches), use(w.kernel.inotify_events), use(w.kernel.descriptors);
  use(w.kernel.descriptor_blocks), use(w.kernel.waiters), use(w.kernel.wait_queues);
}

void add_hosts(World& world, const Setup& setup, ByteStore& bytes) {
  std::uint64_t number = 0;
  std::vector<HostId> made;
  for (const HostSetup& plan : setup.hosts) {
    kernel::Host host;
    host.name = bytes.intern(plan.name);
    host.number = number++;
    host.file_max = plan.file_max;
    const HostId id = world.kernel.hosts.add(host);
    inet::Net net;
    net.host = id;
    net.number = number;
    net.raw = plan.raw ? 1 : 0;
    net.sysctls = sysctls_of(plan.profile);
    net.traits = traits_of(plan.profile);
    for (const auto& [key, value] : plan.sysctls) net.sysctls[key] = value;
    const NetId net_id = world.inet.nets.add(net);
    made.push_back(id);
    world.kernel.hosts.write(id).net = net_id;
    world.kernel.hosts.write(id).machine = plan.machine ? made[*plan.machine] : id;
    if (!plan.raw && !plan.machine) world.kernel.hosts.write(id).root = kernel::make_tree(world, bytes, id);
    PortRangeId last_reserved;
    for (const auto& [low, high] : plan.reserved_ports) {
      const PortRangeId range = world.inet.reserved.add(inet::PortRange{low, high, {}});
      if (last_reserved)
        world.inet.reserved.write(last_reserved).next = range;
      else
        world.inet.nets.write(net_id).first_reserved = range;
      last_reserved = range;
    }
    InterfaceId last;
    for (const Address& address : plan.addresses) {
      inet::Interface face;
      face.net = net_id;
      face.address = address;
      const InterfaceId face_id = world.inet.interfaces.add(face);
      if (last)
        world.inet.interfaces.write(last).next = face_id;
      else
        world.inet.nets.write(net_id).first_interface = face_id;
      last = face_id;
      world.inet.owners.set(inet::AddressKey{address}, net_id);
    }
  }
}

NetId net_of(const World& world, std::size_t host) {
  HostId id;
  for (std::size_t i = 0; i <= host; ++i) id = world.kernel.hosts.next(id);
  return world.kernel.hosts.read(id).net;
}

void add_links(World& world, const Setup& setup) {
  std::vector<LinkId> made;
  for (std::size_t number = 0; number < setup.links.size(); ++number) {
    const LinkSetup& plan = setup.links[number];
    wire::Link link = make_link(setup, number);
    link.ends = {net_of(world, plan.a), net_of(world, plan.b)};
    const LinkId id = world.wire.links.add(link);
    made.push_back(id);
    for (std::size_t end = 0; end < 2; ++end) {
      const NetId here = link.ends[end];
      const NetId there = link.ends[1 - end];
      world.inet.routes.set(inet::RouteKey{here, there}, inet::Route{id, end});
      const bool hand_made = setup.hosts[plan.a].raw || setup.hosts[plan.b].raw;
      if (hand_made && !world.inet.nets.read(here).gateway) world.inet.nets.write(here).gateway = there;
    }
  }
  for (const FaultSetup& plan : setup.faults) {
    wire::Fault fault = make_fault(setup, plan);
    fault.link = made[plan.link];
    world.wire.faults.add(fault);
  }
  for (const FilterSetup& plan : setup.filters) {
    wire::Filter filter = make_filter(plan);
    filter.net = net_of(world, plan.host);
    world.wire.filters.add(filter);
  }
  for (const RouteSetup& plan : setup.routes) {
    inet::SpecialRoute route;
    route.net = net_of(world, plan.host);
    route.destination = plan.destination;
    route.prefix = plan.prefix;
    route.kind = static_cast<inet::RouteKind>(plan.kind);
    if (plan.kind == RouteSetup::Kind::OnLink) route.link = made[plan.link];
    if (plan.kind == RouteSetup::Kind::Via) route.via = net_of(world, plan.via);
    world.inet.special_routes.add(route);
  }
}

void add_processes(World& world, const Setup& setup, ByteStore& bytes) {
  std::uint32_t nth = 0;
  for (const ProcessSetup& plan : setup.processes) {
    const HostId host = world.inet.nets.read(net_of(world, plan.host)).host;
    const ProcessId process = kernel::make_process(world, host, bytes.intern(plan.name), plan.user,
                                                   static_cast<std::uint32_t>(plan.nofile),
                                                   static_cast<std::uint32_t>(plan.nofile_hard));
    const TaskId task = kernel::make_task(world, process, {}, nth++);
    world.kernel.tasks.write(task).line = plan.line;
    kernel::queue_turn(world, task, plan.start, 0);
  }
}

}  // namespace

std::uint64_t World::hash() const {
  Hasher hasher;
  hasher.add(static_cast<std::uint64_t>(now));
  hasher.add(events);
  hasher.add(records);
  hasher.add(seed);
  hasher.add(static_cast<std::uint64_t>(syscall_time));
  hasher.add(inet.last_inode);
  hasher.add(inet.last_fragment_id);
  hasher.add(inet.last_echo_id);
  hasher.add(static_cast<std::uint64_t>(kernel.last_pid));
  for_each_part(*this, [&](const auto& part) { hasher.add(part.hash()); });
  return hasher.value();
}

std::size_t World::count_bytes(std::set<const void*>& counted) const {
  std::size_t bytes = sizeof(World);
  for_each_part(*this, [&](const auto& part) { bytes += part.count_bytes(counted); });
  return bytes;
}

World make_world(const Setup& setup, ByteStore& bytes) {
  World world;
  world.seed = setup.seed;
  world.syscall_time = setup.syscall_time;
  add_hosts(world, setup, bytes);
  add_links(world, setup);
  add_processes(world, setup, bytes);
  return world;
}

void step(World& world, ByteStore& bytes, const Input& input, std::vector<Record>& records) {
  ++world.events;
  if (const auto* wish = std::get_if<Intervention>(&input)) {
    SOCKARIUM_ASSERT(refusal(world, *wish).empty());
    Step now(world, bytes, records, 0);
    intervene(now, *wish);
    kernel::local::release_left(now);
    kernel::deliver_wake_ups(now);
    kernel::settle_queue(world);
    return;
  }
  SOCKARIUM_ASSERT(!world.at_end());
  const Event event = world.queue.top();
  world.queue.pop();
  world.now = event.time;
  Step now(world, bytes, records, event.cause);
  const auto host_of_task = [&] {
    return world.kernel.processes.read(world.kernel.tasks.read(TaskId::from_raw(event.subject)).process).host;
  };
  switch (event.kind) {
    case EventKind::Arrival:
      kernel::receive(now, PacketId::from_raw(event.subject));
      break;
    case EventKind::Timer:
      kernel::fire(now, event);
      break;
    case EventKind::Wake:
      now.host = host_of_task();
      kernel::wake(now, TaskId::from_raw(event.subject));
      break;
    case EventKind::Turn: {
      const auto* call = std::get_if<ProgramCall>(&input);
      SOCKARIUM_ASSERT(call != nullptr);
      now.host = host_of_task();
      kernel::turn(now, TaskId::from_raw(event.subject), *call);
      break;
    }
  }
  kernel::local::release_left(now);
  kernel::deliver_wake_ups(now);
  kernel::settle_queue(world);
}

}  // namespace sockarium
