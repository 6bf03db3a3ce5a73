// What the kernel of one real host tells when it is asked: its sockets (sock_diag) and its counters, as ss
// and nstat read them.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "lab/compare/netlink.h"

namespace sockarium::compare {

class HostView {
 public:
  /// For the namespace of the calling thread; stays with it. False: see errno.
  bool open();
  std::vector<netlink::SocketRow> sockets() const;
  std::vector<netlink::LocalRow> local_sockets() const;
  /// By nstat's names; those of TCP, and of others what the model counts.
  std::map<std::string, std::int64_t> counters() const;

 private:
  int socket_list_ = -1;
  std::array<int, 3> counter_files_{-1, -1, -1};
};

}  // namespace sockarium::compare
