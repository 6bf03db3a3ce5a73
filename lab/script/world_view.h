// What a lesson's functions may see of a moment: plain rows, as the tools of a real machine print them.
// Whoever holds a world and its records implements this; scripts reach it as `w`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/script/units.h"
#include "sim/core/address.h"
#include "sim/core/counter.h"
#include "sim/core/errno.h"
#include "sim/core/reason.h"
#include "sim/core/sysctl.h"
#include "sim/core/time.h"
#include "sim/record.h"

namespace sockarium::script {

/// A line of `ss`.
struct SocketRow {
  std::string host, process;  ///< process: "" where nobody owns it
  TcpState state = TcpState::Closed;
  Endpoint local, peer;
  std::string src, dst;       ///< the ends as ss writes them
  std::string proto = "tcp";  ///< «tcp», «udp», «unix»
  std::int64_t recvq = 0, sendq = 0;
  std::string timer;          ///< as ss -o writes it; empty: none runs
  std::string type;           ///< of a Unix socket: «u_str», «u_dgr», «u_seq»
  std::int64_t messages = 0;  ///< likewise: that wait in its queue, or connections
};

struct ListenerRow {
  std::int64_t accept_queue = 0;  ///< connections that wait to be accepted
  std::int64_t backlog = 0;       ///< the queue holds one more
  std::int64_t requests = 0;      ///< half-open
};

struct CallRow {
  RecordNumber number = 0;  ///< of its return, or, while it blocks, of its entry
  std::string host, process, name;
  std::int64_t pid = 0, thread = 0;  ///< who made it; a process's first thread is 1
  Time entered = 0;
  std::optional<Time> returned;
  std::int64_t value = 0;  ///< once returned
  Errno error = Errno::OK;
  std::int64_t line = 0;
};

struct PacketRow {
  RecordNumber number = 0;  ///< of its sending
  std::string from, to;     ///< hosts; `to` is "" where no host has the address
  Endpoint source, destination;
  std::string proto;  ///< «TCP», «UDP», «ICMP»
  std::uint8_t flags = 0;
  std::string icmp;  ///< «host unreachable»; "" for TCP
  std::uint32_t seq = 0, ack = 0, length = 0;
  std::int64_t again = 0;  ///< how often it had been sent before
  Time sent = 0;
  std::optional<Time> arrived;
  std::optional<Time> dropped;
  Reason reason = Reason::None;  ///< why it was dropped, or else why it was sent
};

struct RecordRow {
  RecordNumber number = 0, cause = 0, because = 0;
  std::uint64_t event = 0;
  Time time = 0;
  std::string kind, host, process;
  Reason reason = Reason::None;
  std::optional<TcpState> was, state;  ///< of a StateChanged: before and after
};

struct DescriptorRow {
  std::int64_t fd = 0;
  std::string what;  ///< «TCP *:8080 (LISTEN)», «/dev/pts/0»
};

struct InFlightRow {
  std::string what;        ///< as DescriptorRow
  std::string to;          ///< the name of the socket in whose queue it lies; «» for none
  std::int64_t place = 0;  ///< 1: in the message that is read next
};

/// What a process, its threads and children of its name have cost so far.
struct CostsRow {
  std::int64_t calls = 0, looked_at = 0, copied = 0, switches = 0, wake_ups = 0;
};

struct PortRow {
  std::uint16_t port = 0;
  bool udp = false;          ///< each protocol has ports of its own
  std::int64_t sockets = 0;  ///< that hold it
};

/// Empty fields fit everything.
struct CallQuery {
  std::string host, process, name;
};
struct PacketQuery {
  std::string from, to, proto;
  FlagMatch flags;
};
struct RecordQuery {
  std::string kind, host, process;
  std::optional<Reason> reason;
  std::optional<TcpState> state;
};

class WorldView {
 public:
  virtual ~WorldView() = default;
  virtual Time time() const = 0;
  virtual std::vector<SocketRow> sockets(const std::string& host) const = 0;
  virtual std::optional<ListenerRow> listener(const std::string& host, std::uint16_t port) const = 0;
  /// These three: in the order of happening.
  virtual std::vector<CallRow> calls(const CallQuery& query) const = 0;
  virtual std::vector<PacketRow> packets(const PacketQuery& query) const = 0;
  virtual std::vector<RecordRow> records(const RecordQuery& query) const = 0;
  virtual std::optional<RecordRow> record(RecordNumber number) const = 0;
  virtual std::uint64_t counter(const std::string& host, Counter counter) const = 0;
  virtual std::int64_t sysctl(const std::string& host, Sysctl id) const = 0;
  virtual std::vector<DescriptorRow> descriptors(const std::string& host,
                                                 const std::string& process) const = 0;
  /// Open files that messages of a host's Unix sockets carry.
  virtual std::vector<InFlightRow> in_flight(const std::string& host) const = 0;
  virtual CostsRow costs(const std::string& host, const std::string& process) const = 0;
  virtual std::vector<PortRow> ports(const std::string& host) const = 0;
};

}  // namespace sockarium::script
