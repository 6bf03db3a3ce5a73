// The filter language of tcpdump (pcap-filter(7)), made into a program of BPF by libpcap.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/core/address.h"

namespace sockarium::script {

struct CompiledFilter {
  std::string program;  ///< instructions of eight bytes each, see bpf.h; empty: see `trouble`
  std::string trouble;  ///< what is wrong with the words, and where
};

/// `expression`: «tcp port 80 and host srv». Names of the scenario's hosts stand for their first address
/// (`hosts`); other names are looked up nowhere. `ethernet`: for frames with their Ethernet header
/// (SOCK_RAW), else from the IP header on (SOCK_DGRAM).
CompiledFilter compile_filter(const std::string& expression, bool ethernet,
                              const std::vector<std::pair<std::string, Address>>& hosts);

}  // namespace sockarium::script
