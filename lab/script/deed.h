// What a person does in a run, as a scenario file says it: deed { … }, each at its moment; and recorded { …
// }, which says with what the run was loaded. A deed is in words (a host's name, the first SYN on its way),
// so that people can write it; what is meant is found in the world of its moment. See deeds.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lab/script/moment.h"
#include "lab/script/units.h"
#include "sim/core/address.h"
#include "sim/core/profile.h"
#include "sim/core/sysctl.h"

namespace sockarium::script {

/// One of the packets on their way. What is empty or 0 fits all.
struct PacketWords {
  std::string from, to;  ///< the sending host's name, or an address of the packet; likewise
  std::uint16_t from_port = 0, to_port = 0;
  std::uint8_t protocol = 0;  ///< wire::TCP, UDP or ICMP
  std::optional<FlagMatch> flags;
  std::int64_t nth = 1;  ///< of those that fit, in the order of their sending
};

/// One of the processes that live.
struct ProcessWords {
  std::optional<std::size_t> program;  ///< the main process of this place in Setup::processes
  std::string name, host;
  std::int64_t pid = 0;
};

namespace deed {

struct Drop {
  PacketWords packet;
};
struct Delay {
  PacketWords packet;
  Duration by = 0;
};
struct Double {
  PacketWords packet;
};
/// A segment that `from` never sent. A number that is not given is the one that fits the connection it is
/// forged into: what the receiver expects next, and has sent.
struct Forge {
  Endpoint from, to;
  std::uint8_t flags = 0;
  std::optional<std::uint32_t> seq, ack;
  std::uint16_t window = 0, mss = 0;
  std::string data;
};
struct Cut {
  std::size_t link = 0;  ///< place in Setup::links
  bool cut = true;       ///< false: it is mended
};
struct Kill {
  ProcessWords process;
};
struct Pause {
  ProcessWords process;
  bool pause = true;  ///< false: it goes on
};
struct Set {
  std::size_t host = 0;  ///< place in Setup::hosts
  Sysctl id = Sysctl::Somaxconn;
  std::int64_t value = 0;
};
struct Limit {
  ProcessWords process;
  std::int64_t nofile = 0;
};
using What = std::variant<Drop, Delay, Double, Forge, Cut, Kill, Pause, Set, Limit>;

}  // namespace deed

struct Deed {
  std::int64_t line = 0;
  std::optional<std::uint64_t> event;  ///< after so many events; else `when`
  When when;
  deed::What what;
};

/// With what a recorded run was loaded: as --set, --seed and --profile would say it, which win over it.
struct Recorded {
  std::int64_t line = 0;                      ///< 0: the file is no recording
  std::map<std::string, std::string> params;  ///< name → value as written after --set
  std::optional<std::uint64_t> seed;
  std::optional<Profile> profile;
};

}  // namespace sockarium::script
