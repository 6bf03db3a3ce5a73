// The interest list: which files an epoll watches, and for what. An interest is found by file and number
// together, so one file may be watched twice under two numbers. Linux ep_find, ep_insert, ep_remove.
#include "sim/poll/poll.h"
#include "sim/world.h"

namespace sockarium::poll {

InterestId find_interest(const World& world, EpollId epoll, OpenFileId file, std::int64_t fd) {
  const InterestId* found = world.poll.found.find(InterestKey{epoll, file, fd});
  return found != nullptr ? *found : InterestId{};
}

InterestId first_interest_in(const World& world, OpenFileId file) {
  const InterestId* found = world.poll.watched.find(FileKey{file});
  return found != nullptr ? *found : InterestId{};
}

InterestId add_interest(World& world, EpollId epoll_id, OpenFileId file, ProcessId process, std::int64_t fd,
                        std::uint32_t events) {
  Epoll& epoll = world.poll.epolls.write(epoll_id);
  Interest interest;
  interest.epoll = epoll_id;
  interest.file = file;
  interest.process = process;
  interest.fd = fd;
  interest.events = events;
  interest.previous = epoll.last;
  interest.next_of_file = first_interest_in(world, file);
  const InterestId id = world.poll.interests.add(interest);
  if (epoll.last)
    world.poll.interests.write(epoll.last).next = id;
  else
    epoll.first = id;
  epoll.last = id;
  ++epoll.interests;
  if (interest.next_of_file) world.poll.interests.write(interest.next_of_file).previous_of_file = id;
  world.poll.watched.set(FileKey{file}, id);
  world.poll.found.set(InterestKey{epoll_id, file, fd}, id);
  return id;
}

void remove_interest(World& world, InterestId id) {
  leave_ready_list(world, id);
  const Interest interest = world.poll.interests.read(id);
  Epoll& epoll = world.poll.epolls.write(interest.epoll);
  (interest.previous ? world.poll.interests.write(interest.previous).next : epoll.first) = interest.next;
  (interest.next ? world.poll.interests.write(interest.next).previous : epoll.last) = interest.previous;
  --epoll.interests;
  if (interest.next_of_file)
    world.poll.interests.write(interest.next_of_file).previous_of_file = interest.previous_of_file;
  if (interest.previous_of_file)
    world.poll.interests.write(interest.previous_of_file).next_of_file = interest.next_of_file;
  else if (interest.next_of_file)
    world.poll.watched.set(FileKey{interest.file}, interest.next_of_file);
  else
    world.poll.watched.erase(FileKey{interest.file});
  world.poll.found.erase(InterestKey{interest.epoll, interest.file, interest.fd});
  world.poll.interests.remove(id);
}

}  // namespace sockarium::poll
