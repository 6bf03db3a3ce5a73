// Addresses of C from the model's and back, for the calls of agents.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <string_view>

#include "sim/core/syscall.h"

namespace sockarium::compare {

/// An address as C wants it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// `length`: 0 for the family's own.
SocketAddress to_sockaddr(const Endpoint& to, std::int32_t domain, std::int32_t length = 0);
/// Of AF_UNIX: an empty path is the address without one.
SocketAddress to_sockaddr_un(std::string_view path);
/// Of AF_PACKET: a device's index (0: every one) and a protocol (ETH_P_…; 0: as before).
SocketAddress to_sockaddr_ll(std::uint32_t device, std::uint16_t protocol, std::int32_t length = 0);
/// Of AF_NETLINK.
SocketAddress to_sockaddr_nl(std::uint32_t port, std::int32_t length = 0);
/// Does it name a file?
bool names_file(std::string_view path);
/// Into the result of a call; nothing where the kernel named nobody. A path goes to `place`, of which the
/// result tells the length.
void take_address(const SocketAddress& address, SysResult& result, char* place);

}  // namespace sockarium::compare
