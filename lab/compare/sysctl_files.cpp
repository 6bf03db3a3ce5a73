#include "lab/compare/sysctl_files.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "lab/compare/proc_file.h"

namespace sockarium::compare {

bool write_sysctl(const Sysctls& values, Sysctl id) {
  std::string path(row_of(id).name), text = std::to_string(values[id]);
  switch (id) {
    case Sysctl::PortRangeLow:
    case Sysctl::PortRangeHigh:
      text = fmt::format("{} {}", values[Sysctl::PortRangeLow], values[Sysctl::PortRangeHigh]);
      break;
    case Sysctl::PingGroupLow:
    case Sysctl::PingGroupHigh:
      text = fmt::format("{} {}", values[Sysctl::PingGroupLow], values[Sysctl::PingGroupHigh]);
      break;
    case Sysctl::TcpRmemMin:
    case Sysctl::TcpRmemDefault:
    case Sysctl::TcpRmemMax:
      text = fmt::format("{} {} {}", values[Sysctl::TcpRmemMin], values[Sysctl::TcpRmemDefault],
                         values[Sysctl::TcpRmemMax]);
      break;
    case Sysctl::TcpWmemMin:
    case Sysctl::TcpWmemDefault:
    case Sysctl::TcpWmemMax:
      text = fmt::format("{} {} {}", values[Sysctl::TcpWmemMin], values[Sysctl::TcpWmemDefault],
                         values[Sysctl::TcpWmemMax]);
      break;
    default:
      break;
  }
  constexpr std::string_view files_of_several[] = {
      "net.ipv4.ip_local_port_range", "net.ipv4.ping_group_range", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"};
  for (const std::string_view file : files_of_several)
    if (path.rfind(std::string(file) + ".", 0) == 0) path = file;
  for (char& c : path)
    if (c == '.') c = '/';
  return write_file("/proc/sys/" + path, text);
}

}  // namespace sockarium::compare
