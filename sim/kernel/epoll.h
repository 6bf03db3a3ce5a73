// epoll: the kernel keeps the set. A watched file calls the epoll when something changes; epoll_wait() looks
// at those alone that have called. Level-triggered interests stay on the ready list as long as a look finds
// them ready; edge-triggered ones leave it with the report. epoll(7); Linux fs/eventpoll.c.
#pragma once

#include "sim/core/attempt.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
struct WakeUp;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// EINVAL (unknown flags), EMFILE, ENFILE.
Attempt try_epoll_create(Step& step, ProcessId process, const sys::EpollCreate& call);
/// EBADF; EPERM (a file that knows no waiting); EINVAL (no epoll, itself, EPOLLEXCLUSIVE where it may not
/// be); EEXIST, ENOENT; ELOOP (a circle, or more than 5 epolls in a chain).
Attempt try_epoll_ctl(Step& step, TaskId task, const sys::EpollCtl& call);
/// → how many reports, and they as data. EBADF, EINVAL.
Attempt try_epoll_wait(Step& step, TaskId task, OpenFileId file, const sys::EpollWait& call);
void release_epoll(Step& step, const OpenFile& file);

/// The last descriptor of `file` is gone: no epoll watches it any more. Linux eventpoll_release_file.
void forget_file(Step& step, OpenFileId file);
/// A wake-up reached an interest in the wait queue of its file: it comes to the ready list, and who waits for
/// the epoll is woken. False: it was exclusive and has woken nobody. Linux ep_poll_callback.
bool tell_epoll(Step& step, InterestId interest, const WakeUp& wake);
/// Would epoll_wait() report something? Linux __ep_eventpoll_poll.
bool has_news(const World& world, EpollId epoll);

}  // namespace sockarium::kernel
