#include "lab/compare/relay.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <queue>

#include "lab/compare/mailbox.h"
#include "lab/compare/punctual.h"
#include "sim/wire/header_bytes.h"
#include "sim/wire/link.h"

namespace sockarium::compare {

namespace {

constexpr std::size_t ethernet_header = 14;
constexpr std::size_t no_packet = static_cast<std::size_t>(-1);
constexpr Duration look_up = 20 * millisecond;  // how long a stop may go unnoticed

struct Carried {
  std::size_t way = 0;  ///< place in the ways
  Time due = 0;
  std::uint64_t number = 0;  // packets due at one moment keep their order
  int to = -1;
  std::size_t packet = 0;  ///< place in Relay::packets_; `no_packet`: nothing that is captured
  std::vector<std::uint8_t> frame;
  friend bool operator>(const Carried& a, const Carried& b) {
    return a.due != b.due ? a.due > b.due : a.number > b.number;
  }
};

struct Arrived {
  std::vector<std::uint8_t> frame;
  std::int64_t stamp = 0;  ///< CLOCK_REALTIME, ns
};

bool receive(int fd, Arrived& arrived) {
  alignas(cmsghdr) std::array<char, 256> control{};
  arrived.frame.resize(70'000);
  iovec place{arrived.frame.data(), arrived.frame.size()};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = recvmsg(fd, &message, MSG_DONTWAIT);
  if (size < 0) return false;
  arrived.frame.resize(static_cast<std::size_t>(size));
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part))
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
      arrived.stamp = stamp.tv_sec * second + stamp.tv_nsec;
    }
  return true;
}

bool is_ipv4(const std::vector<std::uint8_t>& frame) {
  return frame[12] == 0x08 && frame[13] == 0x00;
}

std::int64_t realtime_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * second + now.tv_nsec;
}

struct Way {
  int from = -1, to = -1;
  std::size_t link = 0, direction = 0;
  pcap_t* loopback = nullptr;            ///< not null: it is not carried, only heard
  std::size_t sender = 0, receiver = 0;  ///< places in Setup::hosts
};

/// The rule of a host's packet filter that this packet fits, or nullptr.
const wire::Filter* filter_for(const Setup& setup, std::size_t host,
                               const std::optional<wire::Packet>& packet, bool outgoing, Time now) {
  if (!packet) return nullptr;
  for (const FilterSetup& plan : setup.filters)
    if (plan.host == host && wire::fits(plan.rule, *packet, outgoing, now)) return &plan.rule;
  return nullptr;
}

/// A packet in a frame that goes back to where `frame` came from.
std::vector<std::uint8_t> answering(const std::vector<std::uint8_t>& frame, const wire::Packet& packet,
                                    const ByteStore& bytes) {
  std::vector<std::uint8_t> answer(frame.begin(), frame.begin() + ethernet_header);
  std::swap_ranges(answer.begin(), answer.begin() + 6, answer.begin() + 6);
  const std::vector<std::uint8_t> inside = wire::to_wire(packet, bytes);
  answer.insert(answer.end(), inside.begin(), inside.end());
  return answer;
}

/// What libpcap has heard of a loopback interface since the last time.
template <class Take>
void hear(pcap_t* ear, Take take) {
  pcap_pkthdr* header = nullptr;
  const std::uint8_t* frame = nullptr;
  while (pcap_next_ex(ear, &header, &frame) == 1) {
    Arrived arrived;
    arrived.frame.assign(frame, frame + header->caplen);
    arrived.stamp = header->ts.tv_sec * second + header->ts.tv_usec;  // nanoseconds, as we asked for
    take(arrived);
  }
}

struct PlacedFault {
  wire::Fault fault;
  std::size_t link = 0;
};

}  // namespace

void Relay::begin(std::int64_t start) {
  start_ = start;
  thread_ = std::thread([this] { carry(); });
}

void Relay::stop() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
  std::stable_sort(packets_.begin(), packets_.end(),
                   [](const SeenPacket& a, const SeenPacket& b) { return a.sent < b.sent; });
}

std::vector<SeenPacket> Relay::packets(ByteStore& bytes) const {
  std::vector<SeenPacket> all = packets_;
  for (SeenPacket& seen : all)
    if (!seen.packet.payload.empty()) seen.packet.payload = bytes.intern(bytes_.text(seen.packet.payload));
  return all;
}

void Relay::carry() {
  be_punctual();
  std::vector<wire::Link> links;
  std::vector<PlacedFault> faults;
  std::vector<Way> ways;
  std::vector<pollfd> ears;
  for (std::size_t i = 0; i < setup_.links.size(); ++i) {
    links.push_back(make_link(setup_, i));
    const std::array<std::size_t, 2> hosts{setup_.links[i].a, setup_.links[i].b};
    for (std::size_t end = 0; end < 2; ++end)
      ways.push_back(
          {network_.wires[i][end], network_.wires[i][1 - end], i, end, nullptr, hosts[end], hosts[1 - end]});
  }
  for (const auto& ear : network_.loopbacks)
    ways.push_back({pcap_get_selectable_fd(ear.get()), -1, 0, 0, ear.get(), 0, 0});
  for (const Way& way : ways) ears.push_back({way.from, POLLIN, 0});
  for (const FaultSetup& plan : setup_.faults) {
    PlacedFault placed{make_fault(setup_, plan), plan.link};
    faults.push_back(placed);
  }
  const std::int64_t shift = realtime_now() - monotonic_now();
  std::priority_queue<Carried, std::vector<Carried>, std::greater<>> on_the_way;
  std::uint64_t number = 0;

  // What a host rejects of its own never leaves it, and so does the answer.
  const auto reject_at_home = [&](const Way& way, const wire::Filter& filter, const wire::Packet& packet,
                                  const std::vector<std::uint8_t>& frame) {
    const auto answer = wire::rejection(filter, packet);
    if (!answer) return;
    SeenPacket seen;
    seen.packet = *answer;
    seen.sent = monotonic_now() - start_;
    seen.arrivals.push_back(seen.sent);
    packets_.push_back(seen);
    const std::vector<std::uint8_t> back = answering(frame, *answer, bytes_);
    [[maybe_unused]] const ssize_t sent = send(way.from, back.data(), back.size(), 0);
  };

  const auto take = [&](std::size_t which, Arrived& arrived) {
    const Way& way = ways[which];
    SeenPacket seen;
    seen.sent = (arrived.stamp != 0 ? arrived.stamp - shift : monotonic_now()) - start_;
    if (arrived.frame.size() < ethernet_header) return;
    const bool loopback = way.loopback != nullptr;
    const auto packet = wire::from_wire(std::span(arrived.frame).subspan(ethernet_header), bytes_,
                                        loopback ? wire::Checksums::Ignored : wire::Checksums::Checked);
    if (!packet && !is_ipv4(arrived.frame)) return;  // what IPv6 says by itself (RFC 4861) is not carried
    wire::Offer offer;
    const wire::Filter* filter = loopback ? nullptr : filter_for(setup_, way.sender, packet, true, seen.sent);
    const bool rejected = filter != nullptr && filter->action == wire::FilterAction::Reject;
    if (filter != nullptr) offer.lose(rejected ? Reason::FilterRejects : Reason::FilterDrops);
    if (!loopback && filter == nullptr) {
      offer = wire::offer(links[way.link], way.direction, setup_.seed, seen.sent,
                          static_cast<std::uint32_t>(arrived.frame.size() - ethernet_header));
      for (PlacedFault& placed : faults) {
        if (!packet || placed.link != way.link || placed.fault.direction != way.direction) continue;
        wire::strike(placed.fault, *packet, offer);
      }
    }
    if (packet) {
      seen.packet = *packet;
      seen.link = loopback ? -1 : static_cast<std::int64_t>(way.link);
      seen.lost = offer.lost();
      seen.why_lost = offer.reason;
      seen.why_copied = offer.copied;
      if (loopback) seen.arrivals.push_back(seen.sent);
      packets_.push_back(seen);
    }
    if (rejected) reject_at_home(way, *filter, *packet, arrived.frame);
    if (loopback) return;
    if (offer.corrupted) wire::corrupt(std::span(arrived.frame).subspan(ethernet_header));
    const std::size_t captured = packet ? packets_.size() - 1 : no_packet;
    for (std::size_t copy = 0; copy < offer.copies; ++copy)
      on_the_way.push({which, offer.due[copy], ++number, way.to, captured, arrived.frame});
  };
  // A packet that has come to its receiver's door. False: the filter stops it.
  const auto enters = [&](const Carried& carried, Time now) {
    const auto packet =
        wire::from_wire(std::span(carried.frame).subspan(ethernet_header), bytes_, wire::Checksums::Ignored);
    const Way& way = ways[carried.way];
    const wire::Filter* filter = filter_for(setup_, way.receiver, packet, false, now);
    if (filter == nullptr) return true;
    if (filter->action == wire::FilterAction::Reject)
      if (const auto answer = wire::rejection(*filter, *packet)) {
        Arrived made;
        made.frame = answering(carried.frame, *answer, bytes_);
        take(carried.way ^ 1, made);
      }
    return false;
  };

  while (!stopped_) {
    const Time now = monotonic_now() - start_;
    while (!on_the_way.empty() && on_the_way.top().due <= now) {
      const Carried carried = on_the_way.top();
      on_the_way.pop();
      // Before it is handed over: the kernel there may answer before send() returns.
      const Time arrived = monotonic_now() - start_;
      latest_ = std::max(latest_, arrived - carried.due);
      if (carried.packet != no_packet) packets_[carried.packet].arrivals.push_back(arrived);
      if (!enters(carried, arrived)) continue;
      // A frame that the kernel does not take is lost, as on any wire.
      [[maybe_unused]] const ssize_t sent = send(carried.to, carried.frame.data(), carried.frame.size(), 0);
    }
    const Duration wait =
        on_the_way.empty() ? look_up : std::clamp<Duration>(on_the_way.top().due - now, 0, look_up);
    const timespec until{0, wait};
    if (ppoll(ears.data(), ears.size(), &until, nullptr) <= 0) continue;
    for (std::size_t i = 0; i < ears.size(); ++i) {
      if ((ears[i].revents & POLLIN) == 0) continue;
      if (ways[i].loopback != nullptr) {
        hear(ways[i].loopback, [&](Arrived& arrived) { take(i, arrived); });
      } else {
        Arrived arrived;
        while (receive(ears[i].fd, arrived)) take(i, arrived);
      }
    }
  }
}

}  // namespace sockarium::compare
