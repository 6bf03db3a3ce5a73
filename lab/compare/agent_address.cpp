#include "lab/compare/agent_address.h"

#include <linux/if_packet.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>

namespace sockarium::compare {

namespace {

template <class Struct>
SocketAddress address_of(const Struct& name, std::int32_t length) {
  SocketAddress address;
  std::memcpy(&address.storage, &name, sizeof name);
  address.size = length != 0 ? static_cast<socklen_t>(length) : sizeof name;
  return address;
}

void take_device(const sockaddr_storage& storage, SysResult& result) {
  sockaddr_ll name{};
  std::memcpy(&name, &storage, sizeof name);
  result.number = static_cast<std::uint32_t>(name.sll_ifindex);
  result.frame.protocol = ntohs(name.sll_protocol);
  result.frame.hardware = name.sll_hatype;
  result.frame.type = name.sll_pkttype;
  result.frame.address_length = name.sll_halen;
  std::memcpy(result.frame.address.data(), name.sll_addr,
              std::min<std::size_t>(name.sll_halen, result.frame.address.size()));
}

}  // namespace

SocketAddress to_sockaddr_ll(std::uint32_t device, std::uint16_t protocol, std::int32_t length) {
  sockaddr_ll name{};
  name.sll_family = AF_PACKET;
  name.sll_ifindex = static_cast<int>(device);
  name.sll_protocol = htons(protocol);
  return address_of(name, length);
}

SocketAddress to_sockaddr_nl(std::uint32_t port, std::int32_t length) {
  sockaddr_nl name{};
  name.nl_family = AF_NETLINK;
  name.nl_pid = port;
  return address_of(name, length);
}

SocketAddress to_sockaddr(const Endpoint& to, std::int32_t domain, std::int32_t length) {
  SocketAddress address;
  if (domain == AF_INET6) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(to.port);
    std::memcpy(&six.sin6_addr, to.ip.bytes.data(), 16);
    std::memcpy(&address.storage, &six, sizeof six);
    address.size = sizeof six;
  } else {
    sockaddr_in four{};
    four.sin_family = static_cast<sa_family_t>(domain);
    four.sin_port = htons(to.port);
    std::memcpy(&four.sin_addr, to.ip.bytes.data() + 12, 4);
    std::memcpy(&address.storage, &four, sizeof four);
    address.size = sizeof four;
  }
  if (length != 0) address.size = static_cast<socklen_t>(length);
  return address;
}

bool names_file(std::string_view path) {
  return !path.empty() && path[0] != '\0';
}

SocketAddress to_sockaddr_un(std::string_view path) {
  constexpr std::size_t begin = offsetof(sockaddr_un, sun_path), most = sizeof(sockaddr_un{}.sun_path);
  SocketAddress address;
  address.storage.ss_family = AF_UNIX;
  // One byte beyond the limit is as bad as many.
  const std::size_t size = std::min(path.size(), most + 1);
  std::memcpy(reinterpret_cast<char*>(&address.storage) + begin, path.data(), size);
  const bool terminated = names_file(path) && size < most;
  address.size = static_cast<socklen_t>(begin + size + (terminated ? 1 : 0));
  return address;
}

void take_address(const SocketAddress& address, SysResult& result, char* place) {
  if (address.size == 0) return;
  result.domain = address.storage.ss_family;
  if (address.storage.ss_family == AF_UNIX) {
    constexpr std::size_t begin = offsetof(sockaddr_un, sun_path);
    if (address.size <= begin) return;
    const char* path = reinterpret_cast<const char*>(&address.storage) + begin;
    std::size_t size = address.size - begin;
    if (path[0] != '\0') size = strnlen(path, size);
    std::memcpy(place, path, size);
    result.path.length = static_cast<std::uint32_t>(size);
  } else if (address.storage.ss_family == AF_PACKET) {
    take_device(address.storage, result);
  } else if (address.storage.ss_family == AF_NETLINK) {
    sockaddr_nl name{};
    std::memcpy(&name, &address.storage, sizeof name);
    result.number = name.nl_pid;
  } else if (address.storage.ss_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address.storage, sizeof six);
    std::memcpy(result.peer.ip.bytes.data(), &six.sin6_addr, 16);
    result.peer.port = ntohs(six.sin6_port);
  } else {
    sockaddr_in four{};
    std::memcpy(&four, &address.storage, sizeof four);
    const auto* b = reinterpret_cast<const std::uint8_t*>(&four.sin_addr);
    result.peer.ip = Address::v4(b[0], b[1], b[2], b[3]);
    result.peer.port = ntohs(four.sin_port);
  }
}

}  // namespace sockarium::compare
