#include "sim/netlink/message.h"

#include <algorithm>

#include "sim/netlink/pack.h"

namespace sockarium::netlink {

namespace {

constexpr std::uint16_t unix_name = 0, unix_vfs = 1, unix_peer = 2, unix_icons = 3, unix_rqlen = 4,
                        unix_shutdown = 6, unix_uid = 7;
constexpr std::uint16_t inet_shutdown = 8, inet_skv6only = 11, inet_mark = 15, inet_cgroup = 21,
                        inet_sockopt = 22;
constexpr std::uint64_t root_cgroup = 1;
constexpr std::uint8_t af_unix = 1;

/// Linux struct inet_diag_sockid.
struct SocketName {
  Endpoint local, peer;
  std::uint32_t device = 0;
  std::uint64_t cookie = no_cookie;
};

void put(Packer& out, const SocketName& id, std::uint8_t family) {
  out.port(id.local.port).port(id.peer.port).address(id.local.ip, family).address(id.peer.ip, family);
  out.u32(id.device).u64(id.cookie);
}

SocketName socket_name(Unpacker& in, std::uint8_t family) {
  SocketName id;
  id.local.port = in.port();
  id.peer.port = in.port();
  id.local.ip = in.address(family);
  id.peer.ip = in.address(family);
  id.device = in.u32();
  id.cookie = in.u64();
  return id;
}

std::string bytes_of(std::uint32_t number) {
  return Packer().u32(number).bytes();
}

std::string bytes_of(const std::vector<std::uint32_t>& numbers) {
  Packer out;
  for (const std::uint32_t number : numbers) out.u32(number);
  return out.bytes();
}

}  // namespace

std::vector<Message> messages_in(std::string_view text) {
  std::vector<Message> all;
  while (text.size() >= header_size) {
    Unpacker in(text);
    Message message;
    message.length = in.u32();
    message.type = in.u16();
    message.flags = in.u16();
    message.sequence = in.u32();
    message.port = in.u32();
    if (message.length < header_size || message.length > text.size()) break;
    message.body = text.substr(header_size, message.length - header_size);
    all.push_back(message);
    text.remove_prefix(std::min(filled_up(message.length), text.size()));
  }
  return all;
}

std::string to_bytes(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, std::uint32_t port,
                     std::string_view body) {
  Packer out;
  out.u32(static_cast<std::uint32_t>(header_size + body.size())).u16(type).u16(flags).u32(sequence).u32(port);
  std::string bytes = out.text(body).bytes();
  bytes.resize(filled_up(bytes.size()));
  return bytes;
}

std::string to_bytes(const InetRequest& request) {
  Packer out;
  out.u8(request.family).u8(request.protocol).u8(request.extensions).u8(0).u32(request.states);
  put(out, {request.local, request.peer, request.device, request.cookie}, request.family);
  return out.bytes();
}

std::optional<InetRequest> inet_request_in(std::string_view body) {
  Unpacker in(body);
  InetRequest request;
  request.family = in.u8();
  request.protocol = in.u8();
  request.extensions = in.u8();
  in.u8();
  request.states = in.u32();
  const SocketName id = socket_name(in, request.family);
  request.local = id.local;
  request.peer = id.peer;
  request.device = id.device;
  request.cookie = id.cookie;
  return in.whole() ? std::optional(request) : std::nullopt;
}

std::string to_bytes(const UnixRequest& request) {
  Packer out;
  out.u8(af_unix).u8(0).u16(0).u32(request.states).u32(request.inode).u32(request.show).u64(no_cookie);
  return out.bytes();
}

std::optional<UnixRequest> unix_request_in(std::string_view body) {
  Unpacker in(body);
  UnixRequest request;
  in.u32();
  request.states = in.u32();
  request.inode = in.u32();
  request.show = in.u32();
  in.u64();
  return in.whole() ? std::optional(request) : std::nullopt;
}

std::string to_bytes(const InetRow& row) {
  Packer out;
  out.u8(row.family).u8(row.state).u8(static_cast<std::uint8_t>(row.timer)).u8(row.retransmits);
  put(out, {row.local, row.peer, 0, row.cookie}, row.family);
  out.u32(row.expires).u32(row.receive_queue).u32(row.send_queue).u32(row.user).u32(row.inode);
  if (row.shutdown) out.attribute(inet_shutdown, Packer().u8(*row.shutdown).bytes());
  if (row.ipv6_only) out.attribute(inet_skv6only, Packer().u8(*row.ipv6_only).bytes());
  if (row.mark) out.attribute(inet_mark, bytes_of(*row.mark));
  if (row.options)
    out.attribute(inet_cgroup, Packer().u64(root_cgroup).bytes())
        .attribute(inet_sockopt, Packer().u16(*row.options).bytes());
  return out.bytes();
}

std::optional<InetRow> inet_row_in(std::string_view body) {
  Unpacker in(body);
  InetRow row;
  row.family = in.u8();
  row.state = in.u8();
  row.timer = static_cast<TimerName>(in.u8());
  row.retransmits = in.u8();
  const SocketName id = socket_name(in, row.family);
  row.local = id.local;
  row.peer = id.peer;
  row.cookie = id.cookie;
  row.expires = in.u32();
  row.receive_queue = in.u32();
  row.send_queue = in.u32();
  row.user = in.u32();
  row.inode = in.u32();
  if (!in.whole()) return std::nullopt;
  for (std::string_view left = in.left(); !left.empty();) {
    const Attribute attribute = next_attribute(left);
    if (attribute.content.empty()) continue;
    const auto value = static_cast<std::uint8_t>(attribute.content[0]);
    if (attribute.type == inet_shutdown) row.shutdown = value;
    if (attribute.type == inet_skv6only) row.ipv6_only = value;
    if (attribute.type == inet_mark) row.mark = Unpacker(attribute.content).u32();
    if (attribute.type == inet_sockopt) row.options = Unpacker(attribute.content).u16();
  }
  return row;
}

std::string to_bytes(const UnixRow& row) {
  Packer out;
  out.u8(af_unix).u8(row.type).u8(row.state).u8(0).u32(row.inode).u64(row.cookie);
  if (row.name && !row.name->empty()) out.attribute(unix_name, *row.name);
  if (row.file) out.attribute(unix_vfs, Packer().u32(*row.file).u32(0).bytes());
  if (row.peer) out.attribute(unix_peer, bytes_of(*row.peer));
  if (row.pending) out.attribute(unix_icons, bytes_of(*row.pending));
  if (row.receive_queue && row.send_queue)
    out.attribute(unix_rqlen, bytes_of(*row.receive_queue) + bytes_of(*row.send_queue));
  out.attribute(unix_shutdown, Packer().u8(row.shutdown).bytes());
  if (row.user) out.attribute(unix_uid, bytes_of(*row.user));
  return out.bytes();
}

std::optional<UnixRow> unix_row_in(std::string_view body) {
  Unpacker in(body);
  UnixRow row;
  in.u8();
  row.type = in.u8();
  row.state = in.u8();
  in.u8();
  row.inode = in.u32();
  row.cookie = in.u64();
  if (!in.whole()) return std::nullopt;
  for (std::string_view left = in.left(); !left.empty();) {
    const Attribute attribute = next_attribute(left);
    Unpacker content(attribute.content);
    switch (attribute.type) {
      case unix_name:
        row.name = std::string(attribute.content);
        break;
      case unix_vfs:
        row.file = content.u32();
        break;
      case unix_peer:
        row.peer = content.u32();
        break;
      case unix_icons:
        row.pending.emplace();
        while (content.left().size() >= 4) row.pending->push_back(content.u32());
        break;
      case unix_rqlen:
        row.receive_queue = content.u32();
        row.send_queue = content.u32();
        break;
      case unix_shutdown:
        row.shutdown = content.u8();
        break;
      case unix_uid:
        row.user = content.u32();
        break;
      default:
        break;
    }
  }
  return row;
}

Errno error_in(const Message& message) {
  Unpacker in(message.body);
  return static_cast<Errno>(static_cast<std::int32_t>(0U - in.u32()));
}

}  // namespace sockarium::netlink
