// Typed ids: how entries of the world name each other. The world owns no pointer into itself, so that a copy
// of it is a snapshot. An id whose entry is gone (its generation has moved on) names nothing any more.
#pragma once

#include <cstdint>

namespace sockarium {

template <class Entry>
struct Id {
  std::uint32_t index = 0;       ///< place in the slab; 0 is «none»
  std::uint32_t generation = 0;  ///< which tenant of that place

  constexpr explicit operator bool() const { return index != 0; }
  friend constexpr bool operator==(Id, Id) = default;
  /// Both halves in one number: for keys, records and tie-breaks.
  constexpr std::uint64_t raw() const { return (std::uint64_t{generation} << 32) | index; }
  static constexpr Id from_raw(std::uint64_t raw) {
    Id id;
    id.index = static_cast<std::uint32_t>(raw);
    id.generation = static_cast<std::uint32_t>(raw >> 32);
    return id;
  }
};

namespace wire {
struct Link;
struct Fault;
struct Filter;
struct Packet;
}  // namespace wire
namespace inet {
struct Net;
struct Interface;
struct SocketBase;
struct PortBucket;
struct Captured;
struct SpecialRoute;
struct Neighbour;
struct Membership;
struct Reassembly;
struct Tap;
struct Frame;
struct PortRange;
}  // namespace inet
namespace netlink {
struct Socket;
struct Part;
}  // namespace netlink
namespace udp {
struct Socket;
struct Datagram;
}  // namespace udp
namespace tcp {
struct Connection;
struct Listener;
struct Request;
struct TimeWait;
struct Piece;
}  // namespace tcp
namespace unix {
struct Socket;
struct Message;
struct Right;
}  // namespace unix
namespace kernel {
struct Host;
struct Process;
struct Task;
struct OpenFile;
struct Pipe;
struct Node;
struct EventFd;
struct TimerFd;
struct Inotify;
struct InotifyWatch;
struct InotifyEvent;
struct DescriptorBlock;
struct Waiter;
}  // namespace kernel
namespace poll {
struct Epoll;
struct Interest;
}  // namespace poll

using LinkId = Id<wire::Link>;
using FaultId = Id<wire::Fault>;
using FilterId = Id<wire::Filter>;
using PacketId = Id<wire::Packet>;
using NetId = Id<inet::Net>;
using InterfaceId = Id<inet::Interface>;
using SocketId = Id<inet::SocketBase>;
using CapturedId = Id<inet::Captured>;
using SpecialRouteId = Id<inet::SpecialRoute>;
using NeighbourId = Id<inet::Neighbour>;
using MembershipId = Id<inet::Membership>;
using ReassemblyId = Id<inet::Reassembly>;
using TapId = Id<inet::Tap>;
using FrameId = Id<inet::Frame>;
using PortBucketId = Id<inet::PortBucket>;
using PortRangeId = Id<inet::PortRange>;
using NetlinkSocketId = Id<netlink::Socket>;
using NetlinkPartId = Id<netlink::Part>;
using UdpSocketId = Id<udp::Socket>;
using DatagramId = Id<udp::Datagram>;
using ConnectionId = Id<tcp::Connection>;
using ListenerId = Id<tcp::Listener>;
using RequestId = Id<tcp::Request>;
using TimeWaitId = Id<tcp::TimeWait>;
using PieceId = Id<tcp::Piece>;
using UnixSocketId = Id<unix::Socket>;
using MessageId = Id<unix::Message>;
using RightId = Id<unix::Right>;
using HostId = Id<kernel::Host>;
using ProcessId = Id<kernel::Process>;
using TaskId = Id<kernel::Task>;
using PipeId = Id<kernel::Pipe>;
using NodeId = Id<kernel::Node>;
using EventFdId = Id<kernel::EventFd>;
using TimerFdId = Id<kernel::TimerFd>;
using InotifyId = Id<kernel::Inotify>;
using InotifyWatchId = Id<kernel::InotifyWatch>;
using InotifyEventId = Id<kernel::InotifyEvent>;
using OpenFileId = Id<kernel::OpenFile>;
using DescriptorBlockId = Id<kernel::DescriptorBlock>;
using WaiterId = Id<kernel::Waiter>;
using EpollId = Id<poll::Epoll>;
using InterestId = Id<poll::Interest>;

}  // namespace sockarium
