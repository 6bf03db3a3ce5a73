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

/// Words of the filter language that need no look into the machine's files of names.
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
                              "src",
                              "tcp",
                              "udp",
                              "rarp",
                              "igmp",
                              "icmptype",
                              "icmpcode",
                              "tcpflags",
                              "tcp-syn",
                              "tcp-ack",
                              "tcp-fin",
                              "tcp-rst",
                              "tcp-push",
                              "tcp-urg",
                              "icmp-echo",
                              "icmp-echoreply",
                              "icmp-unreach",
                              "icmp-timxceed",
                              "icmp-redirect",
                              "icmp-paramprob"};

bool belongs_to_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
}

/// A word with a letter in it that is neither a keyword nor a number or an address.
bool is_name(const std::string& word) {
  if (std::find(keywords.begin(), keywords.end(), word) != keywords.end()) return false;
  if (word.find(':') != std::string::npos) return false;  // an address of IPv6, or of Ethernet
  if (word.substr(0, 2) == "0x") return false;
  return std::isalpha(static_cast<unsigned char>(word[0])) != 0;
}

/// Puts addresses for the names of hosts. Another name is trouble.
std::string without_names(const std::string& expression,
                          const std::vector<std::pair<std::string, Address>>& hosts, std::string& trouble) {
  std::string text;
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
    if (host != hosts.end())
      text += to_string(host->second);
    else if (is_name(word) && trouble.empty())
      trouble = fmt::format("'{}' is no word of the filter language and no host of this file", word);
    else
      text += word;
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
