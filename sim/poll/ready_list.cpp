// The ready list: interests whose files have called since they were last found without news. Reporting takes
// from the front; what stays ready goes back to the end, so that each has its turn. Linux rdllist.
#include "sim/poll/poll.h"
#include "sim/world.h"

namespace sockarium::poll {

bool enter_ready_list(World& world, InterestId id) {
  Interest& interest = world.poll.interests.write(id);
  if (interest.ready != 0) return false;
  Epoll& epoll = world.poll.epolls.write(interest.epoll);
  interest.ready = 1;
  interest.previous_ready = epoll.last_ready;
  (epoll.last_ready ? world.poll.interests.write(epoll.last_ready).next_ready : epoll.first_ready) = id;
  epoll.last_ready = id;
  ++epoll.ready;
  return true;
}

bool leave_ready_list(World& world, InterestId id) {
  Interest& interest = world.poll.interests.write(id);
  if (interest.ready == 0) return false;
  Epoll& epoll = world.poll.epolls.write(interest.epoll);
  (interest.previous_ready ? world.poll.interests.write(interest.previous_ready).next_ready
                           : epoll.first_ready) = interest.next_ready;
  (interest.next_ready ? world.poll.interests.write(interest.next_ready).previous_ready : epoll.last_ready) =
      interest.previous_ready;
  interest.ready = 0;
  interest.next_ready = interest.previous_ready = {};
  --epoll.ready;
  return true;
}

}  // namespace sockarium::poll
