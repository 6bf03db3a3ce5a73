#include "lab/compare/agent_message.h"

#include <linux/errqueue.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "lab/compare/agent_address.h"

namespace sockarium::compare {

std::int64_t send_message(const sys::Sendmsg& call, std::string_view fds, std::string_view path,
                          const char* data) {
  SocketAddress address = to_sockaddr_un(path);
  iovec part{const_cast<char*>(data), call.data.length};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!path.empty()) {
    message.msg_name = &address.storage;
    message.msg_namelen = address.size;
  }
  std::vector<char> control(fds.empty() ? 0 : CMSG_SPACE(fds.size()));
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(fds.size());
    std::memcpy(CMSG_DATA(head), fds.data(), fds.size());
  }
  return sendmsg(call.fd, &message, call.flags);
}

namespace {

/// What the error queue says (ip(7), ipv6(7)): the error, ICMP's type and code, and who sent the message.
void take_error(const unsigned char* from, SysResult& result) {
  sock_extended_err error{};
  std::memcpy(&error, from, sizeof error);
  result.queued = static_cast<Errno>(error.ee_errno);
  result.second = error.ee_info;
  result.icmp = origin_and_type(error.ee_origin, error.ee_type, error.ee_code);
  SocketAddress offender;
  std::memcpy(&offender.storage, from + sizeof error,
              result.domain == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  // Nobody, where no message came: the family is none.
  offender.storage.ss_family = static_cast<sa_family_t>(result.domain);
  SysResult read;
  take_address(offender, read, nullptr);
  result.offender = read.peer.ip;
}

}  // namespace

std::int64_t receive_message(const sys::Recvmsg& call, std::size_t room, char* place, SysResult& result) {
  SocketAddress sender;
  iovec part{place, room};
  msghdr message{};
  message.msg_name = &sender.storage;
  message.msg_namelen = sender.size;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  // The error queue's message has room always: what a program would do with less is of no interest here.
  constexpr std::int64_t for_errors = 512;
  const std::int64_t wanted = (call.flags & MSG_ERRQUEUE) != 0 ? for_errors : call.control;
  std::vector<char> control(static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 0, 4096)));
  if (!control.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
  const ssize_t taken = recvmsg(call.fd, &message, call.flags);
  if (taken < 0) return taken;
  result.data.length = static_cast<std::uint32_t>(std::min(static_cast<std::size_t>(taken), room));
  result.flags = message.msg_flags & (MSG_TRUNC | MSG_CTRUNC | MSG_CMSG_CLOEXEC | MSG_ERRQUEUE);
  sender.size = message.msg_namelen;
  take_address(sender, result, place + result.data.length);
  char* fds = place + result.data.length + result.path.length;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    const bool told = (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_RECVERR) ||
                      (head->cmsg_level == IPPROTO_IPV6 && head->cmsg_type == IPV6_RECVERR);
    if (told) take_error(CMSG_DATA(head), result);
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t size = head->cmsg_len - CMSG_LEN(0);
    std::memcpy(fds, CMSG_DATA(head), size);
    result.fds.length = static_cast<std::uint32_t>(size);
  }
  return taken;
}

}  // namespace sockarium::compare
