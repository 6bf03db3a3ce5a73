// What a world is made from: the hosts, links, settings and processes that a scenario's top level names. The
// same value makes the first World and, on the real kernel, the namespaces. Plain data: it is read once,
// never stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/address.h"
#include "sim/core/profile.h"
#include "sim/core/sysctl.h"
#include "sim/core/time.h"
#include "sim/wire/filter.h"
#include "sim/wire/link.h"

namespace sockarium {

struct HostSetup {
  std::string name;                ///< resolves in connect()
  std::vector<Address> addresses;  ///< one interface each; loopback comes by itself
  Profile profile = Profile::Linux6_18;
  bool own_profile = false;  ///< it named one; else the scenario's, or --profile's
  /// Place in Setup::hosts of the machine whose kernel this container shares: files, their limit, and nothing
  /// of the network. None: it is a machine itself.
  std::optional<std::size_t> machine;
  std::vector<std::pair<Sysctl, std::int64_t>> sysctls;
  /// net.ipv4.ip_local_reserved_ports: first and last port of each range.
  std::vector<std::pair<std::uint16_t, std::uint16_t>> reserved_ports;
  std::uint64_t file_max = INT64_MAX;  ///< fs.file-max; the default is systemd's: no limit
  std::int64_t line = 0;               ///< of the scenario file
  /// A raw peer: it has no kernel, only the one link that it was declared with. What its programs inject goes
  /// down that link; what comes up it waits to be captured. For the host at the other end, that link is also
  /// the way to every address to which no other link leads (the first peer's, if it has several).
  bool raw = false;
};

/// Chances are in parts per million: integers, so that every machine draws alike.
struct LinkSetup {
  std::size_t a = 0, b = 0;    ///< places in Setup::hosts
  Duration delay = 0;          ///< one way
  Duration jitter = 0;         ///< at most so much more
  std::uint64_t rate = 0;      ///< bits per second; 0: unlimited
  std::uint64_t queue = 1000;  ///< full-size packets that may wait for the rate; more are dropped
  std::uint64_t loss_ppm = 0;
  std::uint64_t duplicate_ppm = 0;
  std::uint64_t reorder_ppm = 0;
  std::uint64_t corrupt_ppm = 0;
  std::uint64_t mtu = 1500;  ///< bytes, IP header included
  std::int64_t line = 0;
};

using wire::FaultAction;

/// «the 3rd SYN from that host»: exactly that packet, on every run and on both kernels.
struct FaultSetup {
  std::size_t link = 0;      ///< place in Setup::links
  std::size_t from = 0;      ///< place in Setup::hosts: the sender
  std::uint8_t flags = 0;    ///< wire::Flag bits that must be set
  std::uint8_t without = 0;  ///< bits that must not be set
  std::uint64_t nth = 1;     ///< 1: the first that matches
  FaultAction action = FaultAction::Drop;
  Duration by = 0;  ///< for Delay and Duplicate
};

/// A rule of a host's packet filter.
struct FilterSetup {
  std::size_t host = 0;  ///< place in Setup::hosts
  wire::Filter rule;     ///< its host still unnamed
  std::int64_t line = 0;
};

/// A line of a host's routing table.
struct RouteSetup {
  std::size_t host = 0;  ///< place in Setup::hosts
  Address destination;
  std::uint32_t prefix = 32;
  enum class Kind { Unreachable, Prohibit, Blackhole, OnLink, Via } kind = Kind::Unreachable;
  std::size_t link = 0;  ///< OnLink: place in Setup::links
  std::size_t via = 0;   ///< Via: place in Setup::hosts
  std::int64_t line = 0;
};

struct ProcessSetup {
  std::size_t host = 0;  ///< place in Setup::hosts
  std::string name;
  Time start = 0;
  std::uint64_t nofile = 1024;       ///< RLIMIT_NOFILE, soft
  std::uint64_t nofile_hard = 1024;  ///< and hard
  std::uint32_t user = 0;            ///< uid; 0 is root
  std::int64_t line = 0;
};

struct Setup {
  std::vector<HostSetup> hosts;
  std::vector<LinkSetup> links;
  std::vector<FaultSetup> faults;
  std::vector<FilterSetup> filters;
  std::vector<RouteSetup> routes;
  std::vector<ProcessSetup> processes;  ///< in file order; the n-th is program n of Programs
  std::uint64_t seed = 1;
  Duration syscall_time = 1 * microsecond;
  Time stop_at = never;
  std::uint64_t max_events = 1'000'000;
};

/// The link number `number` of Setup::links as the wire knows it, its ends still unnamed; and a fault, its
/// link still unnamed.
wire::Link make_link(const Setup& setup, std::size_t number);
wire::Fault make_fault(const Setup& setup, const FaultSetup& plan);
wire::Filter make_filter(const FilterSetup& plan);

}  // namespace sockarium
