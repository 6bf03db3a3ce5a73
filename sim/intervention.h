// What a person may do to a world: each is an event of its own, at the world's present time, and the first of
// a branch. Nothing here is a rule of Linux; what follows from it is.
#pragma once

#include <string>
#include <variant>

#include "sim/core/id.h"
#include "sim/core/sysctl.h"
#include "sim/core/time.h"
#include "sim/wire/packet.h"

namespace sockarium {

class Step;
struct World;

struct DropPacket {  ///< it is lost where it is
  PacketId packet;
};
struct DelayPacket {  ///< it arrives `by` later than it would
  PacketId packet;
  Duration by = 0;
};
struct DuplicatePacket {  ///< a copy of it arrives at the same time
  PacketId packet;
};
/// A segment that nobody has sent arrives as if the host of `packet.from` had: it goes down that host's link.
struct ForgePacket {
  wire::Packet packet;  ///< addresses, ports, flags, numbers; the rest is made
};
struct CutLink {  ///< what is sent from now on is lost, until the link is mended
  LinkId link;
  bool cut = true;
};
struct KillProcess {  ///< SIGKILL
  ProcessId process;
};
struct PauseProcess {  ///< SIGSTOP, and SIGCONT
  ProcessId process;
  bool pause = true;
};
struct SetSysctl {
  NetId net;
  Sysctl id = Sysctl::Somaxconn;
  std::int64_t value = 0;
};
struct SetLimit {  ///< RLIMIT_NOFILE, soft; the hard one rises with it (prlimit(2))
  ProcessId process;
  std::int64_t nofile = 0;
};
using Intervention = std::variant<DropPacket, KillProcess, SetSysctl, DelayPacket, DuplicatePacket,
                                  ForgePacket, CutLink, PauseProcess, SetLimit>;

/// Can this be done to that world now? Empty, or the reason why not.
std::string refusal(const World& world, const Intervention& intervention);
/// Does it, where it can be done.
void intervene(Step& step, const Intervention& intervention);

}  // namespace sockarium
