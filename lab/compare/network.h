// The machines of a scenario on the real kernel: a network namespace for each host, joined by virtual
// Ethernet pairs whose other ends lie in a namespace of the relay's. Built inside an enclosure, with which it
// goes.
//
// A host's addresses lie on its loopback interface, and a route of its own leads to each address of a
// neighbour; neighbours are entered by hand, so nobody asks by ARP.
#pragma once

#include <pcap/pcap.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lab/compare/host_view.h"
#include "sim/setup.h"

namespace sockarium::compare {

struct RealNetwork {
  std::vector<int> hosts;  ///< namespace descriptors, in the order of Setup::hosts; −1: a raw peer has none
  std::vector<std::array<int, 2>> wires;  ///< packet sockets at the far ends of each link
  std::vector<int> peers;  ///< for each link: where the program of its raw peer sends and gets frames, or −1
  std::vector<std::unique_ptr<pcap_t, void (*)(pcap_t*)>> loopbacks;  ///< what hears each host's loopback
  std::vector<HostView> views;                                        ///< what each host's kernel tells
};

/// Builds the hosts and links of `setup`; to be called in an enclosure. What went wrong, or nothing.
std::string build(const Setup& setup, RealNetwork& network);

/// What stands before a packet of a raw peer: an Ethernet header to the host of its link.
std::array<std::uint8_t, 14> frame_header(std::size_t link, bool v4 = true);

/// Moves the calling thread to a host's namespace.
bool enter(int host_namespace);

}  // namespace sockarium::compare
