// poll, select and epoll on the real kernel, for the agents: sets come and go in a mailbox's payload.
#pragma once

#include "lab/compare/mailbox.h"

namespace sockarium::compare {

// Each gives what the call gives; −1: see errno.
std::int64_t real_poll(const sys::Poll& call, Mailbox& box, SysResult& result);
std::int64_t real_select(const sys::Select& call, Mailbox& box, SysResult& result);
std::int64_t real_epoll_ctl(const sys::EpollCtl& call);
std::int64_t real_epoll_wait(const sys::EpollWait& call, Mailbox& box, SysResult& result);

}  // namespace sockarium::compare
