// What the epolls of a world hold: interest lists and ready lists as rows, for pictures and texts.
#pragma once

#include <vector>

#include "sim/world.h"

namespace sockarium::observe {

/// One interest.
struct InterestLine {
  InterestId interest;
  OpenFileId file;
  std::int64_t fd = -1;      ///< as it was registered
  std::uint32_t events = 0;  ///< asked for, with epoll_et and its like; none: spent by EPOLLONESHOT
  std::uint32_t news = 0;    ///< what a look would find now
  std::size_t place = 0;     ///< on the ready list, 1 is next; 0: it is not there
};

struct EpollLine {
  EpollId epoll;
  OpenFileId file;
  std::vector<InterestLine> interests;  ///< in the order of registration
  std::vector<TaskId> waiting;          ///< in epoll_wait(), who is woken first comes first
};

/// All epolls, in the order of their making.
std::vector<EpollLine> epoll_lines(const World& world);

}  // namespace sockarium::observe
