#include "sim/core/profile.h"

namespace sockarium {

namespace {

constexpr auto Documented = Certainty::Documented;
constexpr auto Uncertain = Certainty::Uncertain;

constexpr ProfileRow set(Sysctl id, std::int64_t value, Certainty certainty, std::string_view source) {
  return {id, {}, value, certainty, source};
}
constexpr ProfileRow is(Trait id, std::int64_t value, Certainty certainty, std::string_view source) {
  return {std::nullopt, id, value, certainty, source};
}

constexpr std::array linux_6_1{
    set(Sysctl::TcpSynLinearTimeouts, 0, Documented, "ip-sysctl.rst: the sysctl is there since Linux 6.5"),
    set(Sysctl::TcpRmemMax, 6291456, Documented, "tcp(7)"),
    set(Sysctl::RmemMax, 212992, Documented, "Linux SK_RMEM_MAX"),
    set(Sysctl::WmemMax, 212992, Documented, "Linux SK_WMEM_MAX"),
    is(Trait::SynQueueExtra, 0, Uncertain, "Linux reqsk_queue_is_full before about 6.14"),
};

constexpr std::array linux_4_19{
    set(Sysctl::TcpSynLinearTimeouts, 0, Documented, "ip-sysctl.rst: the sysctl is there since Linux 6.5"),
    set(Sysctl::Somaxconn, 128, Documented, "listen(2): 4096 since Linux 5.4"),
    set(Sysctl::TcpRmemMax, 6291456, Documented, "tcp(7)"),
    set(Sysctl::RmemMax, 212992, Documented, "Linux SK_RMEM_MAX"),
    set(Sysctl::WmemMax, 212992, Documented, "Linux SK_WMEM_MAX"),
    is(Trait::SynQueueExtra, 0, Uncertain, "Linux reqsk_queue_is_full before about 6.14"),
    is(Trait::ConnectPortSteps, 0, Uncertain, "Linux __inet_hash_connect before about 5.12"),
};

constexpr std::array macos{
    set(Sysctl::PortRangeLow, 49152, Documented, "net.inet.ip.portrange.hifirst"),
    set(Sysctl::PortRangeHigh, 65535, Documented, "net.inet.ip.portrange.hilast"),
    set(Sysctl::Somaxconn, 128, Uncertain, "kern.ipc.somaxconn"),
    set(Sysctl::TcpTwReuse, 0, Uncertain, "XNU has no such setting"),
    set(Sysctl::TcpSynRetries, 12, Uncertain, "XNU TCP_MAXRXTSHIFT; the 75 s end it before"),
    set(Sysctl::TcpSynLinearTimeouts, 4, Uncertain, "XNU tcp_syn_backoff"),
    set(Sysctl::TcpSyncookies, 0, Uncertain, "the SYN queue drops"),
    is(Trait::TimeWaitSeconds, 30, Documented, "twice net.inet.tcp.msl = 15000"),
    is(Trait::ConnectSeconds, 75, Uncertain, "net.inet.tcp.keepinit = 75000"),
    is(Trait::SynQueueExtra, 0, Uncertain, "XNU sonewconn"),
    is(Trait::ConnectPortSteps, 0, Uncertain, "XNU in_pcbbind"),
};

constexpr std::array windows{
    set(Sysctl::PortRangeLow, 49152, Documented, "netsh int ipv4 show dynamicport tcp"),
    set(Sysctl::PortRangeHigh, 65535, Documented, "netsh int ipv4 show dynamicport tcp"),
    set(Sysctl::Somaxconn, 200, Uncertain, "listen(), SOMAXCONN: depends on the edition and its version"),
    set(Sysctl::TcpTwReuse, 0, Uncertain, "no such setting"),
    set(Sysctl::TcpSynRetries, 2, Documented, "netsh int tcp: MaxSynRetransmissions (4 in newer versions)"),
    set(Sysctl::TcpSynLinearTimeouts, 0, Documented, "each wait is twice the one before"),
    set(Sysctl::TcpSyncookies, 0, Uncertain, "SYN attack protection is not documented in detail"),
    set(Sysctl::TcpTimestamps, 0, Uncertain, "netsh int tcp: off unless asked for, by version"),
    is(Trait::TimeWaitSeconds, 120, Uncertain, "TcpTimedWaitDelay: 30 to 300 s; sources say 120 and 240"),
    is(Trait::FirstWaitMs, 3000, Documented, "netsh int tcp: InitialRto (1000 in newer versions)"),
    is(Trait::SynQueueExtra, 0, Uncertain, "there is no separate SYN queue that is documented"),
    is(Trait::FullQueueRefuses, 1, Documented, "Microsoft Knowledge Base 113576"),
    is(Trait::ConnectPortSteps, 0, Uncertain, "ports go up one after the other"),
};

const std::array<ProfileInfo, profile_count> all{{
    {Profile::Linux6_18,
     "linux-6.18",
     "Linux 6.18, as measured",
     {},
     "Everything is compared with this kernel; what is left out stands in the README."},
    {Profile::Linux6_1, "linux-6.1", "Linux 6.1 (Debian 12)", linux_6_1,
     "tcp_rto_min_us, tcp_rto_max_ms, tcp_tw_reuse_delay and IP_LOCAL_PORT_RANGE can be used here and are "
     "not "
     "there."},
    {Profile::Linux4_19, "linux-4.19", "Linux 4.19 (Debian 10)", linux_4_19,
     "tcp_rto_min_us, tcp_rto_max_ms, tcp_tw_reuse_delay, tcp_migrate_req, ip_autobind_reuse and "
     "IP_LOCAL_PORT_RANGE can be used here and are not there."},
    {Profile::MacOs, "macos", "macOS, as its open source says", macos,
     "The rules of bind(), the parity of ports, buffers, delayed ACKs, retransmission of data and the names "
     "of "
     "settings and counters are Linux's."},
    {Profile::Windows, "windows", "Windows 7 to 10, as documented", windows,
     "The rules of bind() and SO_REUSEADDR, the parity of ports, buffers, delayed ACKs, retransmission of "
     "data, "
     "the repeats of connect() after RST and the names of errors, settings and counters are Linux's."},
}};

}  // namespace

std::string_view ProfileRow::name() const {
  return sysctl ? row_of(*sysctl).name : trait_table[static_cast<std::size_t>(trait)].name;
}

const std::array<ProfileInfo, profile_count>& profiles() {
  return all;
}

const ProfileInfo& info_of(Profile profile) {
  return all[static_cast<std::size_t>(profile)];
}

std::optional<Profile> profile_named(std::string_view name) {
  for (const ProfileInfo& info : all)
    if (info.name == name) return info.id;
  return std::nullopt;
}

Sysctls sysctls_of(Profile profile) {
  Sysctls settings = Sysctls::defaults();
  for (const ProfileRow& row : info_of(profile).rows)
    if (row.sysctl) settings[*row.sysctl] = row.value;
  return settings;
}

Traits traits_of(Profile profile) {
  Traits traits;
  for (const TraitRow& row : trait_table) traits[row.id] = row.initial;
  for (const ProfileRow& row : info_of(profile).rows)
    if (!row.sysctl) traits[row.trait] = row.value;
  return traits;
}

}  // namespace sockarium
