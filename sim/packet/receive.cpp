// What a packet socket has heard is read frame by frame. Linux packet_recvmsg, packet_poll.
#include <algorithm>

#include "sim/core/poll_events.h"
#include "sim/inet/device.h"
#include "sim/inet/reading.h"
#include "sim/packet/packet.h"
#include "sim/packet/tap_of.h"
#include "sim/step.h"

namespace sockarium::packet {

namespace {

/// Who sent a frame, on which device: struct sockaddr_ll.
void name_sender(const World& world, NetId net, const inet::Frame& frame, SysResult& result) {
  result.domain = af_packet;
  result.number = inet::device_of_link(world, net, frame.link);
  result.frame.protocol = wire::ethertype_of(frame.packet.to.ip.is_v4());
  result.frame.hardware = frame.link ? arphrd_ether : arphrd_loopback;
  result.frame.type = static_cast<std::uint8_t>(frame.type);
  result.frame.address = inet::frame_sender(world, net, frame);
  result.frame.address_length = static_cast<std::uint8_t>(result.frame.address.size());
}

}  // namespace

Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if ((flags & ~(msg_peek | msg_dontwait | msg_trunc | msg_errqueue)) != 0) return fail(Errno::INVAL);
  if ((flags & msg_errqueue) != 0) return fail(Errno::AGAIN);  // it holds time stamps alone
  inet::Tap& tap = write_tap(world, socket);
  if (!tap.first) return inet::wait_for_message(world, socket);
  const inet::Frame frame = world.inet.frames.read(tap.first);
  std::vector<std::uint8_t> bytes = inet::frame_bytes(world, step.bytes, base.net, frame, tap.cooked != 0);
  bytes.resize(frame.taken);
  const std::size_t taken = std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(size));
  const bool cut = taken < bytes.size();
  SysResult result =
      SysResult::of(static_cast<std::int64_t>((flags & msg_trunc) != 0 ? bytes.size() : taken));
  if (taken > 0) result.data = step.bytes.intern({reinterpret_cast<const char*>(bytes.data()), taken});
  result.flags = cut ? msg_trunc : 0;
  name_sender(world, base.net, frame, result);
  if ((flags & msg_peek) != 0) return Done{result};
  inet::remove_first_frame(world, tap);
  step.record(rec::BufferChanged{socket, BufferKind::Receive, 0, tap.memory}, Reason::FrameRead);
  return Done{result};
}

std::int64_t receive_queue(const World& world, SocketId socket) {
  return read_tap(world, socket).memory;
}

std::int64_t next_length(const World& world, SocketId socket) {
  const inet::Tap& tap = read_tap(world, socket);
  return tap.first ? world.inet.frames.read(tap.first).taken : 0;
}

std::uint32_t poll_events(const World& world, SocketId socket) {
  const std::uint32_t always = poll_out | poll_wrnorm | poll_wrband;
  return read_tap(world, socket).first ? always | poll_in | poll_rdnorm : always;
}

}  // namespace sockarium::packet
