// What people call the things of a world: «srv», «curl», «cli:41000», «connect(3, srv:80)». Captions,
// reasons, pictures and logs all take their words from here, so that one thing has one name everywhere.
//
// A name never depends on the moment: a program of the scenario is called by its name where that is unique,
// else with its pid. Forked children and threads are called by who made them, and as which: «web/2».
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/core/paged.h"
#include "sim/world.h"

namespace sockarium::observe {

/// Record n is at place n − 1.
using Records = PagedArray<Record>;

/// Cheap to make; keep one for a stretch of work with the same world.
class Names {
 public:
  Names(const World& world, const ByteStore& bytes) : world_(world), bytes_(bytes) {}

  /// «srv»
  std::string host(HostId id) const;
  /// Whose address it is; none for addresses of nobody and for loopback, which everybody has.
  HostId host_of(const Address& address) const;
  HostId host_of(ProcessId id) const;
  /// «10.0.0.5»: the address of the host's first interface.
  std::string address(HostId id) const;

  /// «curl», of a forked child «web/1»: web's first child.
  std::string program(ProcessId id) const;
  /// As program(), or «curl (pid 102)» where several programs have that name.
  std::string process(ProcessId id) const;
  /// «curl (pid 102)»
  std::string process_with_pid(ProcessId id) const;
  /// Whose line of execution it is, without a pid: «curl», «web/1», «web/1/2».
  std::string thread(TaskId id) const;
  /// As process(); threads after the first are called as thread() says.
  std::string task(TaskId id) const;
  /// «web/1 (pid 101)»
  std::string task_with_pid(TaskId id) const;
  ProcessId process_of(TaskId id) const;

  /// «cli:41000», «*:80», «localhost:80»; the plain address where it is nobody's or its owner has several.
  std::string endpoint(const Endpoint& endpoint) const;
  /// «cli:41000 to srv:80»; «*:80» for ends without a peer.
  /// One end of a packet: ICMP has no ports.
  std::string end(const wire::Packet& packet, const Endpoint& sender_or_receiver) const;
  std::string ends(const Ends& ends) const;
  /// As ends(); «a socket» when it is gone.
  std::string socket(SocketId id) const;
  /// A Unix socket: «the socket of web», «/tmp/log of web», or as much of that as is known.
  std::string local(SocketId id) const;
  /// «/tmp/log», «@bus», or «without a name».
  std::string local_name(const Bytes& name) const;
  /// «*:8080 on srv»: a listening socket.
  std::string listener(SocketId id, HostId where) const;
  /// What an open file is, a socket aside: «/tmp/log», «/tmp/log (deleted)», «pipe», «eventfd».
  std::string file(OpenFileId id) const;
  /// The call as one would say it, not as strace prints it: «connect(3, srv:80)», «send(3, 100 bytes)».
  std::string call(const Syscall& call) const;

  const World& world() const { return world_; }
  const ByteStore& bytes() const { return bytes_; }

 private:
  bool is_shared(const Bytes& name) const;
  TaskId main_task(ProcessId id) const;

  const World& world_;
  const ByteStore& bytes_;
  mutable std::vector<Bytes> programs_;  ///< names of the scenario's programs, sorted; made when first asked
  mutable std::map<std::uint64_t, TaskId> main_tasks_;  ///< of forked children; made when first asked
};

/// «SYN», «SYN-ACK», «ACK», «FIN», «RST», «100 bytes», «100 bytes with FIN»: a segment by what it does.
std::string segment_name(const wire::Packet& packet);
/// «1 s», «10 ms», «1.032 s», «250 us», «31.001 ms».
std::string duration_text(Duration duration);
/// «28,232»
std::string number_text(std::int64_t number);
/// «1 entry», «3 entries»
std::string counted(std::int64_t number, std::string_view one, std::string_view many);

}  // namespace sockarium::observe
