// Who waits where at a moment: every blocked task with what it waits for and its place in that queue; every
// epoll with its interest list and its ready list; and the open files that lie in messages, which no process
// holds. What the window draws and what a text can say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/observe/names.h"

namespace sockarium::picture {

struct WaitingTask {
  TaskId task;
  HostId host;
  std::string who;                ///< «web (pid 101)»
  std::string call;               ///< «accept(3)»
  std::string what;               ///< «a connection to *:8080»; empty: only for time to pass
  std::size_t place = 0, of = 0;  ///< in the queue of what it waits for first: 1 is woken first; 0: in none
  bool exclusive = false;         ///< of those that are, a wake-up reaches one
  Duration left = -1;             ///< until it gives up; -1: it never does
  RecordNumber record = 0;        ///< of its blocking
};

struct InterestRow {
  std::int64_t fd = -1;
  std::string what;       ///< «TCP 192.168.1.10:80 – 10.0.0.5:41000»
  std::string asked;      ///< «IN|ET», without ERR and HUP, which come unasked; «spent»: EPOLLONESHOT
  std::string news;       ///< what a look would find now; empty: nothing
  std::size_t place = 0;  ///< on the ready list, 1 is next; 0: it is not there
  SocketId socket;
};
struct EpollRow {
  EpollId epoll;
  HostId host;
  std::string name;  ///< «fd 5 of web (pid 101)»
  std::vector<InterestRow> interests;
  std::size_t ready = 0;             ///< how many are on the ready list
  std::vector<std::string> waiting;  ///< in epoll_wait(), who is woken first comes first
};

struct FlightRow {
  HostId host;
  OpenFileId file;
  std::string what;        ///< «TCP *:80 LISTEN»
  std::string queue;       ///< of whom the message waits for: «/tmp/log», «socket 1002»
  std::string from;        ///< «socket 1003», or «a socket that is closed»
  std::int64_t place = 1;  ///< of the message in that queue
};

struct Waiting {
  std::vector<WaitingTask> tasks;
  std::size_t more_tasks = 0;  ///< that were left out
  std::vector<EpollRow> epolls;
  std::vector<FlightRow> in_flight;
};
/// At most so many tasks, and as many interests of an epoll.
Waiting waiting_at(const World& world, const ByteStore& bytes, std::size_t most);

/// «TCP *:80 LISTEN», «unix /tmp/log», «pipe»: what is behind an open file.
std::string file_text(const World& world, const ByteStore& bytes, OpenFileId file);
/// «/tmp/log», «→ @bus» (it has no name, its peer has), «⇄ 1003» (neither has: the peer's inode), «unnamed».
std::string unix_text(const World& world, const ByteStore& bytes, SocketId socket);

}  // namespace sockarium::picture
