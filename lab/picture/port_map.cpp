// See port_map.h.
#include "lab/picture/port_map.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "sim/kernel/protocol.h"

namespace sockarium::picture {

namespace {

using palette::Hue;

/// A bucket with more holders than this is a listener's with its children: nobody walks it for one cell.
constexpr std::uint64_t long_bucket = 256;

PortUse use_of_socket(const World& world, SocketId id, const inet::SocketBase& base) {
  if (base.listening || base.peer.port == 0) return PortUse::Bound;
  if (base.protocol == wire::UDP) return PortUse::Established;
  const PortUse use = use_of(kernel::protocol::state_of(world, id));
  return use == PortUse::Free ? PortUse::Bound : use;
}

PortUse stronger(PortUse a, PortUse b) {
  const auto rank = [](PortUse use) { return use <= PortUse::Reserved ? 100 : static_cast<int>(use); };
  return rank(a) <= rank(b) ? a : b;
}

/// Does this socket keep connect() to the asked destination from its port?
bool counts(const PortQuestion& question, const inet::SocketBase& base) {
  if (!question.destination || base.peer == *question.destination) return true;
  return base.listening || base.peer.port == 0 || base.port_by_program;
}

}  // namespace

Hue hue_of(PortUse use) {
  switch (use) {
    case PortUse::Free:
    case PortUse::Reserved:
      break;
    case PortUse::Bound:
      return Hue::listen;
    case PortUse::CloseWait:
      return Hue::close_wait;
    case PortUse::Opening:
      return Hue::opening;
    case PortUse::Established:
      return Hue::established;
    case PortUse::Closing:
      return Hue::closing;
    case PortUse::TimeWait:
      return Hue::time_wait;
  }
  return Hue::closed;
}

std::string_view name(PortUse use) {
  switch (use) {
    case PortUse::Free:
      return "free";
    case PortUse::Reserved:
      return "reserved";
    case PortUse::Bound:
      return "bound, LISTEN";
    case PortUse::CloseWait:
      return "CLOSE-WAIT";
    case PortUse::Opening:
      return "opening";
    case PortUse::Established:
      return "ESTABLISHED";
    case PortUse::Closing:
      return "closing";
    case PortUse::TimeWait:
      return "TIME-WAIT";
  }
  return "";
}

PortUse use_of(TcpState state) {
  switch (state) {
    case TcpState::Listen:
      return PortUse::Bound;
    case TcpState::SynSent:
    case TcpState::SynReceived:
      return PortUse::Opening;
    case TcpState::Established:
      return PortUse::Established;
    case TcpState::CloseWait:
      return PortUse::CloseWait;
    case TcpState::FinWait1:
    case TcpState::FinWait2:
    case TcpState::Closing:
    case TcpState::LastAck:
      return PortUse::Closing;
    case TcpState::TimeWait:
      return PortUse::TimeWait;
    case TcpState::Closed:
      break;
  }
  return PortUse::Free;
}

double PortMap::used_percent() const {
  if (range() <= 0) return 0;
  return 100.0 * static_cast<double>(range() - in_range(PortUse::Free)) / static_cast<double>(range());
}

PortUse PortMap::empty(std::uint16_t port) const {
  return reserved_[port] ? PortUse::Reserved : PortUse::Free;
}

void PortMap::set(std::uint16_t port, PortUse use) {
  const PortUse before = cells_[port];
  if (before == use) return;
  cells_[port] = use;
  changed_[port / columns] = true;
  --in_all_[static_cast<std::size_t>(before)];
  ++in_all_[static_cast<std::size_t>(use)];
  if (port < low_ || port > high_) return;
  --in_range_[static_cast<std::size_t>(before)];
  ++in_range_[static_cast<std::size_t>(use)];
}

PortUse PortMap::look(const World& world, std::uint16_t port) const {
  inet::PortKey key;
  key.net = question_.net;
  key.protocol = question_.protocol;
  key.port = port;
  const PortBucketId* bucket = world.inet.ports.find(key);
  if (bucket == nullptr) return empty(port);
  const inet::PortBucket& held = world.inet.buckets.read(*bucket);
  if (held.only_connects == 0 && held.count > long_bucket) return PortUse::Bound;
  PortUse use = empty(port);
  for (SocketId id = held.first; id; id = world.inet.sockets.read(id).bucket_next) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (counts(question_, base)) use = stronger(use, use_of_socket(world, id, base));
  }
  return use;
}

void PortMap::show(const World& world, const PortQuestion& question) {
  question_ = question;
  cells_.assign(65536, PortUse::Free);
  reserved_.assign(65536, false);
  changed_.fill(true);
  in_range_.fill(0);
  in_all_.fill(0);
  destinations_.clear();
  const inet::Net* net = world.inet.nets.find(question.net);
  if (net == nullptr) return;
  low_ = static_cast<std::uint16_t>(net->sysctls[Sysctl::PortRangeLow]);
  high_ = static_cast<std::uint16_t>(net->sysctls[Sysctl::PortRangeHigh]);
  for (PortRangeId id = net->first_reserved; id; id = world.inet.reserved.read(id).next) {
    const inet::PortRange& range = world.inet.reserved.read(id);
    for (std::uint32_t port = range.low; port <= range.high && port < 65536; ++port) reserved_[port] = true;
  }
  for (std::size_t port = 0; port < cells_.size(); ++port)
    cells_[port] = empty(static_cast<std::uint16_t>(port));
  std::map<std::tuple<std::array<std::uint8_t, 16>, std::uint16_t>, Destination> found;
  for (const SocketId id : ids(world.inet.sockets)) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (!(base.net == question.net) || !base.bucket || base.protocol != question.protocol) continue;
    const std::uint16_t port = base.local.port;
    if (counts(question, base)) cells_[port] = stronger(cells_[port], use_of_socket(world, id, base));
    // Children of a listener lead to their clients: those are no destinations that anybody chose.
    if (base.peer.port == 0 || (port < low_ || port > high_)) continue;
    Destination& to = found[{base.peer.ip.bytes, base.peer.port}];
    to.peer = base.peer;
    ++to.sockets;
  }
  for (std::size_t port = 0; port < cells_.size(); ++port) {
    ++in_all_[static_cast<std::size_t>(cells_[port])];
    if (port >= low_ && port <= high_) ++in_range_[static_cast<std::size_t>(cells_[port])];
  }
  for (const auto& [key, to] : found) destinations_.push_back(to);
  std::stable_sort(destinations_.begin(), destinations_.end(),
                   [](const Destination& a, const Destination& b) { return a.sockets > b.sockets; });
  if (destinations_.size() > most_destinations) destinations_.resize(most_destinations);
}

void PortMap::follow(const World& world, const observe::Records& records, RecordNumber first,
                     RecordNumber last) {
  for (RecordNumber n = first; n <= last && n != 0; ++n) {
    const Record& record = records[n - 1];
    std::optional<std::uint16_t> port;
    if (const auto* changed = std::get_if<rec::StateChanged>(&record.what))
      port = changed->ends.local.port;
    else if (const auto* bound = std::get_if<rec::PortBound>(&record.what))
      port = bound->local.port;
    else if (const auto* released = std::get_if<rec::PortReleased>(&record.what))
      port = released->local.port;
    else if (const auto* freed = std::get_if<rec::SocketFreed>(&record.what))
      port = freed->ends.local.port;
    else if (const auto* setting = std::get_if<rec::SysctlChanged>(&record.what);
             setting != nullptr &&
             (setting->id == Sysctl::PortRangeLow || setting->id == Sysctl::PortRangeHigh)) {
      show(world, PortQuestion(question_));
      return;
    }
    if (!port || *port == 0) continue;
    set(*port, look(world, *port));
    if (const auto* changed = std::get_if<rec::StateChanged>(&record.what);
        changed != nullptr && changed->ends.peer.port != 0 && *port >= low_ && *port <= high_) {
      // A destination that is new must be offered; its number is told anew with the next look at all.
      const bool known =
          std::any_of(destinations_.begin(), destinations_.end(),
                      [&](const Destination& each) { return each.peer == changed->ends.peer; });
      const inet::Net* net = world.inet.nets.find(question_.net);
      if (!known && net != nullptr && net->host == record.host && destinations_.size() < most_destinations)
        destinations_.push_back({changed->ends.peer, 1});
    }
  }
}

std::vector<int> PortMap::take_changed_rows() {
  std::vector<int> all;
  for (int row = 0; row < rows; ++row)
    if (std::exchange(changed_[static_cast<std::size_t>(row)], false)) all.push_back(row);
  return all;
}

SocketId holder_of(const World& world, const PortQuestion& question, std::uint16_t port) {
  inet::PortKey key;
  key.net = question.net;
  key.protocol = question.protocol;
  key.port = port;
  const PortBucketId* bucket = world.inet.ports.find(key);
  if (bucket == nullptr) return {};
  SocketId best;
  PortUse use = PortUse::Free;
  std::uint64_t tries = 0;
  for (SocketId id = world.inet.buckets.read(*bucket).first; id && tries < 100'000;
       id = world.inet.sockets.read(id).bucket_next, ++tries) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (!counts(question, base)) continue;
    const PortUse here = use_of_socket(world, id, base);
    if (!best || stronger(here, use) == here) {
      if (best && here == use) continue;
      best = id;
      use = here;
    }
  }
  return best;
}

}  // namespace sockarium::picture
