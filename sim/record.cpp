#include "sim/record.h"

#include <vector>

namespace sockarium {

const std::vector<std::string_view>& kind_names() {
  static const std::vector<std::string_view> names{
      "TaskStarted",      "TaskEnded",        "SyscallEntered",   "SyscallReturned", "TaskBlocked",
      "TaskWoken",        "PacketSent",       "PacketDelivered",  "PacketDropped",   "StateChanged",
      "QueueEntered",     "QueueLeft",        "PortBound",        "PortReleased",    "TimerArmed",
      "TimerFired",       "DescriptorOpened", "DescriptorClosed", "SocketCreated",   "SocketFreed",
      "BufferChanged",    "SocketError",      "CounterBumped",    "Printed",         "SysctlChanged",
      "PacketDuplicated", "FileChanged",      "SignalSent",       "InterestChanged", "ReadyListChanged",
      "PacketDelayed",    "LinkChanged",      "LimitChanged",     "NameTaken",       "NameFreed",
      "LocalConnected",   "LocalQueue",       "LocalEnd",         "MessageMoved",    "DescriptorMoved"};
  SOCKARIUM_ASSERT(names.size() == std::variant_size_v<What>);
  return names;
}

std::string_view kind_name(const What& what) {
  return kind_names()[what.index()];
}

std::uint64_t hash_of(const Record& record) {
  Hasher hasher;
  hasher.add(static_cast<std::uint64_t>(record.time));
  hasher.add(record.event);
  hasher.add(record.host.raw());
  hasher.add(record.cause);
  hasher.add(record.because);
  hasher.add((std::uint64_t{static_cast<std::uint32_t>(record.reason)} << 32) | record.what.index());
  std::visit([&](const auto& what) { hasher.add_flat(what); }, record.what);
  return hasher.value();
}

bool same(const Record& a, const Record& b) {
  if (a.time != b.time || a.event != b.event || a.host != b.host || a.cause != b.cause ||
      a.because != b.because || a.reason != b.reason || a.what.index() != b.what.index())
    return false;
  return std::visit(
      [&](const auto& what) {
        using Kind = std::remove_cv_t<std::remove_reference_t<decltype(what)>>;
        static_assert(Flat<Kind>);
        return std::memcmp(&what, &std::get<Kind>(b.what), sizeof what) == 0;
      },
      a.what);
}

}  // namespace sockarium
