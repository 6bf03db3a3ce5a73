// What a program asks the kernel over a netlink socket of NETLINK_SOCK_DIAG, as ss does: which sockets are
// there? sock_diag(7); Linux net/core/sock_diag.c, net/ipv4/inet_diag.c, net/unix/diag.c.
//
// An answer comes in parts. The first is made when the question comes; each further one when the program has
// read one and less than half of its receive buffer is in use. So the rows of a long answer are not all of
// the same moment.
//
// SOCK_DESTROY answers as on a kernel without it: EOPNOTSUPP.
//
// Left out: byte code that filters (INET_DIAG_REQ_BYTECODE), extensions beside the queues (INET_DIAG_INFO,
// …), SOCK_DESTROY, sockets of other families than AF_INET, AF_INET6 and AF_UNIX, raw sockets.
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel::sock_diag {

/// send(), sendto(): the messages that lie in `data`, each answered at once or, with NLM_F_DUMP, part by
/// part. What can't be read is passed over. EINVAL: an address of another family; EOPNOTSUPP (MSG_OOB);
/// ENODATA: not a byte; EMSGSIZE: more than the send buffer holds.
Attempt try_send(Step& step, ProcessId process, SocketId socket, const Bytes& data, std::int32_t flags,
                 const sys::Sendto* to);
/// recv(): as netlink::try_receive; then the next part of a long answer may be made.
Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags);

}  // namespace sockarium::kernel::sock_diag
