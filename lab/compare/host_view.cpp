#include "lab/compare/host_view.h"

#include <fcntl.h>
#include <unistd.h>

#include <sstream>

#include "sim/core/counter.h"

namespace sockarium::compare {

namespace {

std::string whole_file(int fd) {
  std::string text;
  std::array<char, 16384> part{};
  for (ssize_t size = 0; (size = pread(fd, part.data(), part.size(), static_cast<off_t>(text.size()))) > 0;)
    text.append(part.data(), static_cast<std::size_t>(size));
  return text;
}

/// IPv6's: a name and a value in each line.
void read_counters_v6(const std::string& text, std::map<std::string, std::int64_t>& counters) {
  std::istringstream words(text);
  std::string name;
  for (std::int64_t value = 0; words >> name >> value;)
    if (counter_named(name)) counters[name] = value;
}

/// Two lines for each protocol: names, and values. «TcpExt: SyncookiesSent …», «TcpExt: 0 …».
void read_counters(const std::string& text, std::map<std::string, std::int64_t>& counters) {
  std::istringstream lines(text);
  for (std::string names, values; std::getline(lines, names) && std::getline(lines, values);) {
    std::istringstream name_words(names), value_words(values);
    std::string protocol, name;
    std::int64_t value = 0;
    name_words >> protocol;
    value_words >> name;  // the protocol again
    protocol.resize(protocol.size() - 1);
    while (name_words >> name && value_words >> value) {
      const std::string full = protocol + name;
      if (protocol == "Tcp" || protocol == "TcpExt" || counter_named(full)) counters[full] = value;
    }
  }
}

}  // namespace

bool HostView::open() {
  socket_list_ = netlink::open_socket_list();
  counter_files_ = {::open("/proc/thread-self/net/snmp", O_RDONLY | O_CLOEXEC),
                    ::open("/proc/thread-self/net/netstat", O_RDONLY | O_CLOEXEC),
                    ::open("/proc/thread-self/net/snmp6", O_RDONLY | O_CLOEXEC)};  // none where IPv6 is off
  return socket_list_ >= 0 && counter_files_[0] >= 0 && counter_files_[1] >= 0;
}

std::vector<netlink::SocketRow> HostView::sockets() const {
  std::vector<netlink::SocketRow> all;
  netlink::list_sockets(socket_list_, all);
  return all;
}

std::vector<netlink::LocalRow> HostView::local_sockets() const {
  std::vector<netlink::LocalRow> all;
  netlink::list_local_sockets(socket_list_, all);
  return all;
}

std::map<std::string, std::int64_t> HostView::counters() const {
  std::map<std::string, std::int64_t> all;
  for (const int file : {counter_files_[0], counter_files_[1]}) read_counters(whole_file(file), all);
  if (counter_files_[2] >= 0) read_counters_v6(whole_file(counter_files_[2]), all);
  return all;
}

}  // namespace sockarium::compare
