#include "lab/compare/machine.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <fstream>
#include <set>

#include "lab/compare/mailbox.h"
#include "lab/compare/network.h"

namespace sockarium::compare {

namespace {

std::string first_word(const char* path) {
  std::string word;
  std::ifstream(path) >> word;
  return word;
}

/// Two hosts and a link between them, as a comparison builds them. Empty, or what went wrong.
std::string try_network() {
  Setup setup;
  setup.hosts.resize(2);
  setup.hosts[0].addresses = {Address::v4(10, 0, 0, 1)};
  setup.hosts[1].addresses = {Address::v4(10, 0, 0, 2)};
  setup.links.resize(1);
  setup.links[0].b = 1;
  const Outcome outcome = Enclosure(
                              [&]() -> std::string {
                                RealNetwork network;
                                return build(setup, network);
                              },
                              5 * second)
                              .finish();
  if (!outcome.possible) return "network namespaces can't be had";
  return outcome.finished ? outcome.text : "building a network in a namespace did not end";
}

}  // namespace

Machine this_machine() {
  Machine machine;
  utsname name{};
  uname(&name);
  machine.kernel = fmt::format("{} {}", name.sysname, name.release);
  machine.rights = rights();
  machine.congestion_control = first_word("/proc/sys/net/ipv4/tcp_congestion_control");
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  machine.open_files = files.rlim_max;
  if (machine.rights == Rights::None) {
    machine.missing =
        "network namespaces are not allowed here: run as root, or allow unprivileged user namespaces "
        "(sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns)";
  } else if (const std::string trouble = try_network(); !trouble.empty()) {
    machine.missing = fmt::format("{}: run as root on a Linux with veth and packet sockets", trouble);
  }
  return machine;
}

std::vector<std::string> notes_on(const Machine& machine) {
  std::vector<std::string> notes;
  notes.push_back(machine.rights == Rights::Root
                      ? "Each host is a network namespace, made as root; nothing outside them is touched."
                      : "Each host is a network namespace inside a user namespace: one user only.");
  if (machine.congestion_control != "cubic")
    notes.push_back(fmt::format("The congestion control here is {}; agents set cubic on each socket.",
                                machine.congestion_control));
  notes.push_back(fmt::format("A process may have at most {} open files here.", machine.open_files));
  return notes;
}

std::string refusal(const Machine& machine, const Setup& setup) {
  std::set<std::uint32_t> users;
  for (const ProcessSetup& process : setup.processes) {
    users.insert(process.user);
    if (process.nofile_hard > machine.open_files)
      return fmt::format("{} wants {} open files, and this machine gives at most {}", process.name,
                         process.nofile_hard, machine.open_files);
  }
  if (machine.rights != Rights::Root && users.size() > 1)
    return "its programs run as several users, and only one can be had in a user namespace: run as root";
  if (setup.processes.size() > mailboxes_most)
    return fmt::format("it has {} programs, and at most {} can be compared", setup.processes.size(),
                       mailboxes_most);
  for (const HostSetup& host : setup.hosts) {
    if (host.profile != Profile::Linux6_18)
      return fmt::format("host {} has the kernel {}, and only linux-6.18 is compared", host.name,
                         info_of(host.profile).name);
    if (host.file_max != HostSetup{}.file_max)
      return "fs.file-max belongs to the whole machine, and is not changed for a comparison";
  }
  return {};
}

}  // namespace sockarium::compare
