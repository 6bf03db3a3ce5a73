// What an epoll is: an interest list (which files are watched, for what) and a ready list (which of them
// seem to have something to tell). Pure lists: what a file has to tell is the kernel room's business, which
// also puts interests into the wait queues of their files. epoll(7); Linux fs/eventpoll.c.
//
// Left out: fs.epoll.max_user_watches, the bound on paths of nested epolls (reverse_path_check), busy
// polling, EPOLLWAKEUP (it concerns sleep of the machine).
#pragma once

#include <cstdint>

#include "sim/core/hash_index.h"
#include "sim/core/id.h"
#include "sim/core/slab.h"

namespace sockarium {
struct World;
}  // namespace sockarium

namespace sockarium::poll {

/// Linux: struct eventpoll.
struct Epoll {
  InterestId first, last;              ///< the interest list, in order of registration
  InterestId first_ready, last_ready;  ///< the ready list, in the order in which it is reported
  std::uint32_t interests = 0, ready = 0;
  OpenFileId file;  ///< its own
};

/// One open file that an epoll watches under one number. The number stays a name for it when the descriptor
/// is closed and the file lives on. Linux: struct epitem.
struct Interest {
  EpollId epoll;
  OpenFileId file;
  ProcessId process;  ///< who registered it: a signalfd tells of this process's signals
  std::int64_t fd = -1;
  std::uint32_t events = 0;  ///< asked for, with epoll_et and its like
  std::uint32_t ready = 0;   ///< 1: it is on the ready list
  WaiterId waiter;           ///< its place in the wait queue of what the file is
  InterestId next, previous;
  InterestId next_ready, previous_ready;
  InterestId next_of_file, previous_of_file;  ///< the same file, in other epolls or under other numbers
};

struct InterestKey {
  EpollId epoll;
  OpenFileId file;
  std::int64_t fd = -1;
};
struct FileKey {
  OpenFileId file;
};

/// The room's part of the world.
struct Poll {
  Slab<Epoll> epolls;
  Slab<Interest> interests;
  HashIndex<InterestKey, InterestId> found;
  HashIndex<FileKey, InterestId> watched;  ///< a file → the first interest in it

  friend bool operator==(const Poll&, const Poll&) = default;
};

// --- the interest list [interest_list.cpp] ---
/// None: it is not there (ENOENT).
InterestId find_interest(const World& world, EpollId epoll, OpenFileId file, std::int64_t fd);
/// The first interest in a file, whoever has it; the others follow by `next_of_file`.
InterestId first_interest_in(const World& world, OpenFileId file);
InterestId add_interest(World& world, EpollId epoll, OpenFileId file, ProcessId process, std::int64_t fd,
                        std::uint32_t events);
/// Takes it off both lists.
void remove_interest(World& world, InterestId interest);

// --- the ready list [ready_list.cpp] ---
/// Puts it at the end. False: it was there already.
bool enter_ready_list(World& world, InterestId interest);
/// Takes it out. False: it was not there.
bool leave_ready_list(World& world, InterestId interest);

}  // namespace sockarium::poll
