// sendmsg() and recvmsg() for real, with descriptors in a control message of SOL_SOCKET, SCM_RIGHTS.
#pragma once

#include <string_view>

#include "sim/core/syscall.h"

namespace sockarium::compare {

/// `fds`: C's ints; `path`: to whom, empty for the peer; `data`: `call.data.length` bytes.
std::int64_t send_message(const sys::Sendmsg& call, std::string_view fds, std::string_view path,
                          const char* data);
/// `room`: bytes at `place`, behind which there is more for the sender's path and the descriptors; the result
/// tells the lengths.
std::int64_t receive_message(const sys::Recvmsg& call, std::size_t room, char* place, SysResult& result);

}  // namespace sockarium::compare
