// See port_map.h.
#include "lab/picture/port_map.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "lab/picture/moved.h"
#include "sim/kernel/protocol.h"

namespace sockarium::picture {

namespace {

using palette::Hue;

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

/// Are the range and the reserved ports what they were?
bool PortMap::same_rules(const World& world) const {
  const inet::Net* net = world.inet.nets.find(question_.net);
  const inet::Net* before = shown_.inet.nets.find(question_.net);
  return net != nullptr && before != nullptr && net->sysctls[Sysctl::PortRangeLow] == low_ &&
         net->sysctls[Sysctl::PortRangeHigh] == high_ && net->first_reserved == before->first_reserved &&
         world.inet.reserved == shown_.inet.reserved;
}

/// An empty table.
void PortMap::begin(const World& world, const PortQuestion& question) {
  question_ = question;
  shown_ = World{};
  reserved_.assign(65536, false);
  holders_.assign(65536, {});
  unsettled_.clear();
  changed_.fill(true);
  in_range_.fill(0);
  in_all_.fill(0);
  peers_.clear();
  peers_changed_ = true;
  low_ = high_ = 0;
  if (const inet::Net* net = world.inet.nets.find(question.net)) {
    low_ = static_cast<std::uint16_t>(net->sysctls[Sysctl::PortRangeLow]);
    high_ = static_cast<std::uint16_t>(net->sysctls[Sysctl::PortRangeHigh]);
    for (PortRangeId id = net->first_reserved; id; id = world.inet.reserved.read(id).next) {
      const inet::PortRange& range = world.inet.reserved.read(id);
      for (std::uint32_t port = range.low; port <= range.high && port < 65536; ++port) reserved_[port] = true;
    }
  }
  for (std::size_t port = 0; port < cells_.size(); ++port) {
    cells_[port] = reserved_[port] ? PortUse::Reserved : PortUse::Free;
    ++in_all_[static_cast<std::size_t>(cells_[port])];
    if (port >= low_ && port <= high_) ++in_range_[static_cast<std::size_t>(cells_[port])];
  }
}

/// Counts a socket among the holders of its port, or (`sign` −1) no longer.
void PortMap::add(const World& world, SocketId socket, std::int32_t sign) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if (!(base.net == question_.net) || !base.bucket || base.protocol != question_.protocol) return;
  const std::uint16_t port = base.local.port;
  if (counts(question_, base)) {
    holders_[port][static_cast<std::size_t>(use_of_socket(world, socket, base))] += sign;
    unsettled_.push_back(port);
  }
  // Children of a listener lead to their clients: those are no destinations that anybody chose.
  if (base.peer.port == 0 || port < low_ || port > high_) return;
  const PeerKey key{base.peer.ip.bytes, base.peer.port};
  if ((peers_[key] += sign) == 0) peers_.erase(key);
  peers_changed_ = true;
}

/// What the port shows, now that its holders are known.
void PortMap::settle(std::uint16_t port) {
  PortUse use = reserved_[port] ? PortUse::Reserved : PortUse::Free;
  for (std::size_t each = 0; each < port_uses; ++each)
    if (holders_[port][each] > 0) use = stronger(use, static_cast<PortUse>(each));
  const PortUse before = std::exchange(cells_[port], use);
  if (before == use) return;
  changed_[port / columns] = true;
  --in_all_[static_cast<std::size_t>(before)];
  ++in_all_[static_cast<std::size_t>(use)];
  if (port < low_ || port > high_) return;
  --in_range_[static_cast<std::size_t>(before)];
  ++in_range_[static_cast<std::size_t>(use)];
}

void PortMap::list_destinations() {
  destinations_.clear();
  for (const auto& [key, sockets] : peers_) {
    Destination to;
    to.peer.ip.bytes = std::get<0>(key);
    to.peer.port = std::get<1>(key);
    to.sockets = sockets;
    destinations_.push_back(to);
  }
  std::stable_sort(destinations_.begin(), destinations_.end(),
                   [](const Destination& a, const Destination& b) { return a.sockets > b.sockets; });
  if (destinations_.size() > most_destinations) destinations_.resize(most_destinations);
}

void PortMap::show(const World& world, const PortQuestion& question) {
  if (!(question == question_) || !same_rules(world)) begin(world, question);
  const std::vector<std::uint32_t> moved = moved_sockets(shown_, world);
  for (const std::uint32_t place : moved)
    if (const SocketId socket = shown_.inet.sockets.at(place)) add(shown_, socket, -1);
  for (const std::uint32_t place : moved)
    if (const SocketId socket = world.inet.sockets.at(place)) add(world, socket, 1);
  shown_ = world;
  for (const std::uint16_t port : unsettled_) settle(port);
  unsettled_.clear();
  if (std::exchange(peers_changed_, false)) list_destinations();
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
