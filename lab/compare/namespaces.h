// The machines of a scenario on the real kernel: a network namespace for each host, joined by virtual
// Ethernet pairs whose other ends lie in a namespace of the relay's. All of it lives and dies with the one
// process that `in_new_namespaces` starts: it is the first of a process namespace, so its end ends everything
// that it made.
//
// A host's addresses lie on its loopback interface, and a route of its own leads to each address of a
// neighbour; neighbours are entered by hand, so nobody asks by ARP.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "sim/setup.h"

namespace sockarium::compare {

struct RealNetwork {
  std::vector<int> hosts;                 ///< namespace descriptors, in the order of Setup::hosts
  std::vector<std::array<int, 2>> wires;  ///< packet sockets at the far ends of each link
  std::vector<int> loopbacks;             ///< packet sockets that hear each host's loopback
};

/// How `in_new_namespaces` ended.
struct Outcome {
  bool possible = true;   ///< false: namespaces can't be had here
  bool finished = false;  ///< the work came to its end in time
  bool in_time = true;
  std::string text;  ///< what the work gave back
};

/// Runs `work` in a process of its own with network and process namespaces of its own, as root or by a user
/// namespace, and brings back the text that it gives. After `limit` of real time the process is ended.
Outcome in_new_namespaces(const std::function<std::string()>& work, Duration limit);

/// Builds the hosts and links of `setup`; to be called inside. What went wrong, or nothing.
std::string build(const Setup& setup, RealNetwork& network);

/// Moves the calling thread to a host's namespace.
bool enter(int host_namespace);

}  // namespace sockarium::compare
