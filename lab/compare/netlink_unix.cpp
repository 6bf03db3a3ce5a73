// The Unix sockets of a network namespace, by unix_diag (sock_diag(7)).
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "lab/compare/netlink.h"

namespace sockarium::compare::netlink {

namespace {

LocalRow row_of(const nlmsghdr& part) {
  unix_diag_msg head{};
  std::memcpy(&head, NLMSG_DATA(&part), sizeof head);
  LocalRow row;
  row.state = state_of(head.udiag_state);
  row.type = head.udiag_type;
  const auto* begin = static_cast<const char*>(NLMSG_DATA(&part)) + NLMSG_ALIGN(sizeof head);
  const auto* attribute = reinterpret_cast<const rtattr*>(begin);
  auto left = static_cast<int>(part.nlmsg_len - NLMSG_LENGTH(sizeof head));
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type == UNIX_DIAG_NAME) {
      row.name.assign(static_cast<const char*>(RTA_DATA(attribute)), RTA_PAYLOAD(attribute));
      if (row.name[0] == '\0')
        row.name[0] = '@';
      else
        row.name.resize(strnlen(row.name.c_str(), row.name.size()));
    } else if (attribute->rta_type == UNIX_DIAG_RQLEN) {
      unix_diag_rqlen lengths{};
      std::memcpy(&lengths, RTA_DATA(attribute), sizeof lengths);
      row.receive_queue = lengths.udiag_rqueue;
      row.send_queue = lengths.udiag_wqueue;
    }
  }
  return row;
}

}  // namespace

int list_local_sockets(int door, std::vector<LocalRow>& sockets) {
  struct {
    nlmsghdr header;
    unix_diag_req body;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = ~0u;
  request.body.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN;
  if (::send(door, &request, sizeof request, 0) < 0) return errno;
  std::vector<std::uint8_t> answer(std::size_t{1} << 16);
  for (;;) {
    const ssize_t size = recv(door, answer.data(), answer.size(), 0);
    if (size < 0) return errno;
    auto left = static_cast<unsigned>(size);
    for (auto* part = reinterpret_cast<nlmsghdr*>(answer.data()); NLMSG_OK(part, left);
         part = NLMSG_NEXT(part, left)) {
      if (part->nlmsg_type == NLMSG_DONE) return 0;
      if (part->nlmsg_type == NLMSG_ERROR) {
        nlmsgerr report{};
        std::memcpy(&report, NLMSG_DATA(part), sizeof report);
        return -report.error;
      }
      sockets.push_back(row_of(*part));
    }
  }
}

}  // namespace sockarium::compare::netlink
