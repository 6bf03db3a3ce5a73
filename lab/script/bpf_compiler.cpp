#include "lab/script/bpf_compiler.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <span>
#include <string_view>

namespace sockarium::script {

namespace {

constexpr int snap_length = 262144;  // as tcpdump's

/// Words of the filter language that need no look into the machine's files of names (pcap-filter(7)).
constexpr std::array keywords{"and",
                              "arp",
                              "broadcast",
                              "dst",
                              "ether",
                              "gateway",
                              "greater",
                              "host",
                              "icmp",
                              "icmp6",
                              "ip",
                              "ip6",
                              "len",
                              "less",
                              "multicast",
                              "net",
                              "mask",
                              "not",
                              "or",
                              "port",
                              "portrange",
                              "proto",
                              "protochain",
                              "src",
                              "tcp",
                              "udp",
                              "rarp",
                              "igmp",
                              "sctp",
                              "vlan",
                              "icmptype",
                              "icmpcode",
                              "icmp6type",
                              "icmp6code",
                              "tcpflags",
                              "tcp-syn",
                              "tcp-ack",
                              "tcp-fin",
                              "tcp-rst",
                              "tcp-push",
                              "tcp-urg",
                              "tcp-ece",
                              "tcp-cwr",
                              "icmp-echo",
                              "icmp-echoreply",
                              "icmp-unreach",
                              "icmp-timxceed",
                              "icmp-redirect",
                              "icmp-paramprob"};
/// These ask the kernel, not the frame: BPF has them by extensions of Linux.
constexpr std::array beyond{"inbound", "outbound", "ifname", "rnr", "rset", "action"};

bool belongs_to_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
}

template <class Words>
bool is_one_of(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool consists_of(const std::string& word, std::string_view letters) {
  return word.find_first_not_of(letters) == std::string::npos;
}

/// A number, two of them («1-1023»), a part of an address of IPv4, an address of IPv6 or of Ethernet. What is
/// anything else libpcap would look up, in files or by asking a name server.
bool is_number_or_address(const std::string& word) {
  if (consists_of(word, "0123456789.") || consists_of(word, "0123456789-")) return true;
  if (word.substr(0, 2) == "0x") return consists_of(word.substr(2), "0123456789abcdefABCDEF");
  return word.find(':') != std::string::npos && consists_of(word, "0123456789abcdefABCDEF:.") &&
         (parse_v6(word) || std::count(word.begin(), word.end(), ':') == 5);
}

std::string trouble_with(const std::string& word) {
  if (is_one_of(beyond, word))
    return fmt::format(
        "'{}' is not modelled; see PACKET_IGNORE_OUTGOING, and the type of what recvfrom brings", word);
  return fmt::format("'{}' is no word of the filter language and no host of this file", word);
}

/// Puts addresses for the names of hosts, where a name may stand. Another name is trouble.
std::string without_names(const std::string& expression,
                          const std::vector<std::pair<std::string, Address>>& hosts, std::string& trouble) {
  constexpr std::array before_names{"host", "src", "dst", "net", "gateway"};
  std::string text, last;
  for (std::size_t at = 0; at < expression.size();) {
    if (!belongs_to_word(expression[at])) {
      text += expression[at++];
      continue;
    }
    const auto end = std::find_if_not(expression.begin() + static_cast<std::ptrdiff_t>(at), expression.end(),
                                      belongs_to_word);
    const std::string word(expression.begin() + static_cast<std::ptrdiff_t>(at), end);
    at += word.size();
    const auto host =
        std::find_if(hosts.begin(), hosts.end(), [&](const auto& known) { return known.first == word; });
    const bool keyword = is_one_of(keywords, word);
    if (host != hosts.end() && (!keyword || last == "host") && is_one_of(before_names, last))
      text += to_string(host->second);
    else if (!keyword && !is_number_or_address(word) && trouble.empty())
      trouble = trouble_with(word);
    else
      text += word;
    last = word;
  }
  return text;
}

}  // namespace

CompiledFilter compile_filter(const std::string& expression, bool ethernet,
                              const std::vector<std::pair<std::string, Address>>& hosts) {
  CompiledFilter answer;
  const std::string text = without_names(expression, hosts, answer.trouble);
  if (!answer.trouble.empty()) return answer;
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> handle(
      pcap_open_dead(ethernet ? DLT_EN10MB : DLT_RAW, snap_length), pcap_close);
  bpf_program program{};
  if (handle == nullptr || pcap_compile(handle.get(), &program, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    answer.trouble = handle == nullptr ? "libpcap does not answer" : pcap_geterr(handle.get());
    return answer;
  }
  for (const bpf_insn& i : std::span(program.bf_insns, program.bf_len)) {
    answer.program += {static_cast<char>(i.code & 0xff), static_cast<char>(i.code >> 8),
                       static_cast<char>(i.jt), static_cast<char>(i.jf)};
    for (int shift = 0; shift < 32; shift += 8) answer.program += static_cast<char>(i.k >> shift & 0xff);
  }
  pcap_freecode(&program);
  return answer;
}

}  // namespace sockarium::script
