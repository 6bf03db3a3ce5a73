#include "sim/observe/local_sockets.h"

#include "sim/unix/unix.h"

namespace sockarium::observe {

std::string local_name(const ByteStore& bytes, const Bytes& name) {
  std::string text = bytes.text(name);
  if (!text.empty() && text[0] == '\0') text[0] = '@';
  return text;
}

std::string_view netid(SocketType type) {
  switch (type) {
    case SocketType::Stream:
      return "u_str";
    case SocketType::Datagram:
    case SocketType::Raw:  // a datagram socket by another name
      return "u_dgr";
    case SocketType::SeqPacket:
      return "u_seq";
  }
  return "u_str";
}

std::vector<LocalLine> local_lines(const World& world, const ByteStore& bytes) {
  std::vector<LocalLine> lines;
  for (const SocketId id : ids(world.inet.sockets)) {
    if (!unix::is_unix(world, id)) continue;
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (!base.file) continue;  // it waits to be accepted, and has no inode (Linux sk_diag_dump)
    const unix::Socket& entry = unix::read_entry(world, id);
    const bool peer_lives = entry.has_peer && world.inet.sockets.alive(entry.peer);
    LocalLine line;
    line.net = base.net;
    line.socket = id;
    line.peer = entry.peer;
    line.type = entry.type;
    line.state = entry.state;
    line.name = local_name(bytes, entry.name);
    line.peer_name =
        local_name(bytes, peer_lives ? unix::read_entry(world, entry.peer).name : entry.peer_name);
    line.receive_queue = unix::receive_queue(world, id);
    line.send_queue = unix::send_queue(world, id);
    line.messages = entry.waiting;
    line.file = base.file;
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<InFlight> files_in_flight(const World& world) {
  std::vector<InFlight> all;
  for (const UnixSocketId id : ids(world.unix.sockets)) {
    const unix::Socket& entry = world.unix.sockets.read(id);
    std::int64_t place = 0;
    for (MessageId n = entry.first; n; n = world.unix.messages.read(n).next, ++place) {
      const unix::Message& message = world.unix.messages.read(n);
      for (const OpenFileId file : unix::files_in(world, message.rights))
        all.push_back({file, entry.socket, message.sender, place});
    }
  }
  return all;
}

}  // namespace sockarium::observe
