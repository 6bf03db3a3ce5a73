// The calls of sockets.
#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/calls.h"
#include "lab/script/options.h"
#include "lab/script/runner.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::script {

namespace {

Answer call_socket(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Socket call;
  call.domain = a.int32(1, "domain");
  call.type = a.int32(2, "type");
  call.protocol = a.missing(3) ? 0 : a.int32(3, "protocol");
  return make_call(a, call);
}

/// Netlink leads to the kernel alone.
void only_to_the_kernel(const Arguments& a, const OtherName& name) {
  if (name.domain == af_netlink && name.number != 0)
    a.not_modelled("netlink between programs", "the kernel's port id is 0: write { pid = 0 }");
}

/// bind(fd, ip, port), connect(fd, ip, port); bind(fd, path) and connect(fd, path) of AF_UNIX;
/// bind(fd, { interface = "eth0" }) of AF_PACKET, bind(fd, { pid = 0 }) of AF_NETLINK. The family is
/// the address's, or a fourth argument: bind(fd, "0.0.0.0", 80, AF_UNSPEC). connect(fd, AF_UNSPEC) takes the
/// peer away.
template <class Call>
Answer call_with_endpoint(Arguments& a) {
  require_phase(a, Phase::Running);
  Call call;
  call.fd = fd_argument(a);
  const Value second = a.value(2, 2);
  if (std::is_same_v<Call, sys::Connect> && second.kind == Value::Kind::Integer &&
      second.integer == af_unspec) {
    call.domain = af_unspec;
    call.to.ip = Address::any_v4();
    return make_call(a, call);
  }
  if (a.missing(3) && is_local_name(a, 2)) {
    call.domain = af_unix;
    call.path = local_name_argument(a, 2);
    return make_call(a, call);
  }
  if (const auto name = other_name_argument(a, 2)) {
    call.domain = name->domain;
    call.to.port = name->protocol;
    if constexpr (std::is_same_v<Call, sys::Bind>)
      call.number = name->number;
    else
      only_to_the_kernel(a, *name);
    return make_call(a, call);
  }
  endpoint_arguments(a, 2, call);
  if (!a.missing(4)) call.domain = a.int32(4, "family");
  return make_call(a, call);
}

Answer call_listen(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Listen call;
  call.fd = fd_argument(a);
  call.backlog = a.int32(2, "backlog");
  return make_call(a, call);
}

Answer call_accept(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Accept call;
  call.fd = fd_argument(a);
  if (a.call() == "accept4") call.flags = a.int32(2, "flags");
  return make_call(a, call);
}

/// The flags of send and recv that the model has.
std::int32_t message_flags(const Arguments& a, int n) {
  if (a.missing(n)) return 0;
  const std::int32_t flags = a.int32(n, "flags");
  constexpr std::int32_t known =
      msg_oob | msg_peek | msg_trunc | msg_dontwait | msg_waitall | msg_nosignal | msg_errqueue;
  if ((flags & ~known) != 0)
    a.not_modelled(fmt::format("flag {:#x} of {}", flags & ~known, a.call()),
                   "there are MSG_OOB, MSG_PEEK, MSG_TRUNC, MSG_DONTWAIT, MSG_WAITALL, MSG_ERRQUEUE and "
                   "MSG_NOSIGNAL");
  return flags;
}

Answer call_send(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Send call;
  call.fd = fd_argument(a);
  call.data = data_argument(a, 2);
  call.flags = message_flags(a, 3);
  return make_call(a, call);
}

/// sendto(fd, data, ip, port[, flags]); sendto(fd, data, path[, flags]); sendto(fd, data, { pid = 0 }[,
/// flags])
Answer call_sendto(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Sendto call;
  call.fd = fd_argument(a);
  call.data = data_argument(a, 2);
  if (is_local_name(a, 3)) {
    call.domain = af_unix;
    call.path = local_name_argument(a, 3);
    call.flags = message_flags(a, 4);
    return make_call(a, call);
  }
  if (const auto name = other_name_argument(a, 3)) {
    if (name->domain == af_packet)
      a.not_modelled("sending over a packet socket", "p:send of a raw peer makes packets by hand");
    only_to_the_kernel(a, *name);
    call.domain = name->domain;
    call.flags = message_flags(a, 4);
    return make_call(a, call);
  }
  endpoint_arguments(a, 3, call);
  call.flags = message_flags(a, 5);
  return make_call(a, call);
}

template <class Call>
Answer call_recv(Arguments& a) {
  require_phase(a, Phase::Running);
  Call call;
  call.fd = fd_argument(a);
  call.size = a.integer(2, "size", 0, most_bytes);
  call.flags = message_flags(a, 3);
  return make_call(a, call);
}

Answer call_shutdown(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Shutdown call;
  call.fd = fd_argument(a);
  const Value how = a.value(2, 0);
  if (how.kind != Value::Kind::Integer) a.wrong(2, "how", "SHUT_RD, SHUT_WR or SHUT_RDWR");
  call.how = static_cast<Shut>(a.integer(2, "how", 0, 2));
  return make_call(a, call);
}

/// ioctl(fd, SIOCATMARK | FIONREAD | SIOCOUTQ) → a number; sockatmark(fd) is the first of them.
Answer call_ioctl(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Ioctl call;
  call.fd = fd_argument(a);
  call.request = siocatmark;
  if (a.call() != "sockatmark") call.request = a.integer(2, "request", 0, UINT32_MAX);
  if (call.request != siocatmark && call.request != fionread && call.request != siocoutq)
    a.not_modelled("this request of ioctl", "there are SIOCATMARK, FIONREAD and SIOCOUTQ");
  return make_call(a, call);
}

/// in_cksum(text) → the Internet checksum (RFC 1071) of a message, for raw sockets; put in with
/// string.pack(">I2", …).
Answer internet_checksum(Arguments& a) {
  const std::string text = a.text(1, "text");
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  return answer(Value::of(std::int64_t{wire::checksum(bytes)}));
}

Answer call_setsockopt(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, setsockopt_call(a));
}

Answer call_getsockopt(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Getsockopt call;
  call.fd = fd_argument(a);
  call.option = option_argument(a);
  if (call.option == Option::AttachFilter || call.option == Option::DetachFilter)
    a.not_modelled("reading a filter back");
  return make_call(a, call);
}

}  // namespace

void open_socket_calls(lua_State* L) {
  offer_binding<&call_socket>(L, "socket");
  offer_binding<&call_with_endpoint<sys::Bind>>(L, "bind");
  offer_binding<&call_with_endpoint<sys::Connect>>(L, "connect");
  offer_binding<&call_listen>(L, "listen");
  offer_binding<&call_accept>(L, "accept");
  offer_binding<&call_accept>(L, "accept4");
  offer_binding<&call_send>(L, "send");
  offer_binding<&call_sendto>(L, "sendto");
  offer_binding<&call_recv<sys::Recv>>(L, "recv");
  offer_binding<&call_recv<sys::Recvfrom>>(L, "recvfrom");
  offer_binding<&call_shutdown>(L, "shutdown");
  offer_binding<&call_with_fd<sys::Getsockname>>(L, "getsockname");
  offer_binding<&call_with_fd<sys::Getpeername>>(L, "getpeername");
  offer_binding<&call_ioctl>(L, "ioctl");
  offer_binding<&call_ioctl>(L, "sockatmark");
  offer_binding<&internet_checksum>(L, "in_cksum");
  offer_binding<&call_setsockopt>(L, "setsockopt");
  offer_binding<&call_getsockopt>(L, "getsockopt");
}

}  // namespace sockarium::script
