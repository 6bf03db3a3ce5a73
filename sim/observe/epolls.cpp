#include "sim/observe/epolls.h"

#include <map>

#include "sim/kernel/readiness.h"
#include "sim/kernel/wait_queue.h"

namespace sockarium::observe {

std::vector<EpollLine> epoll_lines(const World& world) {
  std::vector<EpollLine> lines;
  for (const EpollId id : ids(world.poll.epolls)) {
    const poll::Epoll& epoll = world.poll.epolls.read(id);
    EpollLine line;
    line.epoll = id;
    line.file = epoll.file;
    for (InterestId i = epoll.first; i; i = world.poll.interests.read(i).next) {
      const poll::Interest& interest = world.poll.interests.read(i);
      const std::uint32_t now =
          kernel::events_of(world, world.kernel.files.read(interest.file), interest.process);
      line.interests.push_back(InterestLine{i, interest.file, interest.fd, interest.events,
                                            now & interest.events & ~epoll_flags, 0});
    }
    std::map<std::uint64_t, std::size_t> places;  // by raw InterestId
    for (InterestId i = epoll.first_ready; i; i = world.poll.interests.read(i).next_ready)
      places.emplace(i.raw(), places.size() + 1);
    for (InterestLine& interest : line.interests)
      if (const auto found = places.find(interest.interest.raw()); found != places.end())
        interest.place = found->second;
    for (WaiterId w = kernel::first_waiter(world, id.raw()); w; w = world.kernel.waiters.read(w).next) {
      const kernel::Waiter& waiter = world.kernel.waiters.read(w);
      if (waiter.task && (waiter.wait.what & Readiness::EpollEvents) != Readiness::None)
        line.waiting.push_back(waiter.task);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace sockarium::observe
