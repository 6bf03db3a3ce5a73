#include "lab/cli/comparing.h"

#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>

#include "lab/compare/namespaces.h"

namespace sockarium::cli {

namespace {

using nlohmann::json;

constexpr Duration patience = 10 * second;
constexpr uid_t nobody = 65534;

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string error_text(int error) {
  return error == 0 ? "" : std::strerror(error);
}

Setup two_hosts() {
  Setup setup;
  setup.hosts.resize(2);
  setup.hosts[0].name = "cli";
  setup.hosts[0].addresses = {Address::v4(10, 0, 0, 5)};
  setup.hosts[1].name = "srv";
  setup.hosts[1].addresses = {Address::v4(192, 168, 1, 10)};
  LinkSetup link;
  link.a = 0;
  link.b = 1;
  setup.links.push_back(link);
  return setup;
}

/// May a process become another user here? In a user namespace that one user was mapped into, it may not.
std::string become_somebody_else() {
  int status = 0;
  const pid_t child = fork();
  if (child == 0) _exit(setresuid(nobody, nobody, nobody) == 0 ? 0 : errno);
  if (child < 0 || waitpid(child, &status, 0) < 0) return error_text(errno);
  return error_text(WIFEXITED(status) ? WEXITSTATUS(status) : EINTR);
}

/// Inside the new namespaces: what works there, as JSON. An empty text: it works.
std::string try_inside() {
  json answer;
  const int packet_socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  answer["packet sockets"] = packet_socket >= 0 ? "" : error_text(errno);
  if (packet_socket >= 0) close(packet_socket);
  answer["user"] = become_somebody_else();
  answer["congestion"] = first_line("/proc/sys/net/ipv4/tcp_congestion_control");
  answer["available"] = first_line("/proc/sys/net/ipv4/tcp_available_congestion_control");
  compare::RealNetwork network;
  answer["trouble"] = compare::build(two_hosts(), network);
  return answer.dump();
}

/// How a process gets a network of its own here. Asked in a child, so that nothing of ours changes.
Finding namespaces() {
  Finding finding{
      "network namespaces", false, "",
      "run as root, or allow unprivileged user namespaces: sysctl -w "
      "kernel.unprivileged_userns_clone=1 user.max_user_namespaces=1000 (in a container: --privileged)"};
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNET | CLONE_NEWPID) == 0) _exit(0);
    _exit(unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID) == 0 ? 1 : 2);
  }
  int status = 0;
  if (child > 0) waitpid(child, &status, 0);
  const int answer = child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 2;
  finding.fine = answer < 2;
  finding.found = answer == 0 ? "yes, as root" : answer == 1 ? "yes, in a user namespace" : "not allowed";
  return finding;
}

Finding packet_sockets(const json& inside) {
  Finding finding{
      "packet sockets", inside["packet sockets"].get<std::string>().empty(), "inside the new network",
      "load the kernel's module for them: modprobe af_packet; a container's seccomp profile may forbid them"};
  if (!finding.fine) finding.found = inside["packet sockets"];
  return finding;
}

Finding virtual_ethernet(const std::string& trouble) {
  const bool fine = trouble.find("Ethernet") == std::string::npos;
  return {"virtual Ethernet", fine, fine ? "veth" : trouble,
          "load the kernel's module for it: modprobe veth"};
}

/// The real programs ask for cubic; what the machine prefers for others does not matter.
Finding congestion_control(const json& inside) {
  const std::string available = inside["available"];
  return {"congestion control", (" " + available + " ").find(" cubic ") != std::string::npos,
          fmt::format("{} (available: {})", inside["congestion"].get<std::string>(), available),
          "load the kernel's module for what the model does: modprobe tcp_cubic"};
}

Finding open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t usual = 1024;
  return {"open files, at most", limit.rlim_max >= usual,
          limit.rlim_max == RLIM_INFINITY ? "unlimited" : fmt::format("{}", limit.rlim_max),
          "processes of a scenario have 1024 unless it says otherwise: raise the hard limit (ulimit -Hn) in "
          "/etc/security/limits.conf"};
}

Finding second_user(const json& inside) {
  Finding finding{"a second user", inside["user"].get<std::string>().empty(), "yes",
                  "scenarios whose processes belong to different users need root"};
  if (!finding.fine) finding.found = "no: " + inside["user"].get<std::string>();
  return finding;
}

}  // namespace

std::vector<Finding> what_comparing_needs() {
  std::vector<Finding> findings{namespaces()};
  Finding whole{"compare", false, "",
                "sockarium compare needs what is missing above; everything else works without"};
  const compare::Outcome outcome = compare::in_new_namespaces(try_inside, patience);
  const json inside = json::parse(outcome.text, nullptr, false);
  if (!outcome.possible) {
    whole.found = "network namespaces can't be had here";
  } else if (inside.is_discarded() || !inside.is_object()) {
    whole.found =
        outcome.in_time ? "what was tried was ended from outside" : "what was tried did not end in time";
  } else {
    const std::string trouble = inside["trouble"];
    findings.push_back(packet_sockets(inside));
    findings.push_back(virtual_ethernet(trouble));
    findings.push_back(congestion_control(inside));
    findings.push_back(second_user(inside));
    whole.fine = trouble.empty();
    whole.found = whole.fine ? "with this machine's kernel" : trouble;
  }
  findings.push_back(open_files());
  findings.push_back(whole);
  return findings;
}

}  // namespace sockarium::cli
