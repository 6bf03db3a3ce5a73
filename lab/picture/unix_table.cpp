// The rows of ss -xap. See tool_tables.h.
#include "lab/picture/tool_tables.h"
#include "sim/observe/local_sockets.h"

namespace sockarium::picture {

namespace {

/// «/tmp/log 1002», «@bus 1003», «* 0»: an end as ss writes it.
std::string end_text(const World& world, const std::string& name, SocketId socket) {
  const inet::SocketBase* base = world.inet.sockets.find(socket);
  return (name.empty() ? "*" : name) + " " + std::to_string(base == nullptr ? 0 : base->inode);
}

}  // namespace

ToolTable unix_table(const World& world, const ByteStore& bytes, HostId host, std::size_t most) {
  ToolTable table;
  table.command = "ss -xap";
  table.heads = {"Netid", "State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process"};
  table.right = {false, false, true, true, true, true, false};
  table.empty_words =
      "No Unix socket here. socket(AF_UNIX, …) or socketpair() makes a row: lesson X1 has some.";
  const kernel::Host* owner = world.kernel.hosts.find(host);
  if (owner == nullptr) return table;
  const std::vector<observe::LocalLine> lines = observe::local_lines(world, bytes);
  std::vector<OpenFileId> files;
  for (const observe::LocalLine& line : lines) files.push_back(line.file);
  const auto users = users_of(world, bytes, host, files);
  for (const observe::LocalLine& line : lines) {
    if (!(line.net == owner->net)) continue;
    if (table.rows.size() >= most) {
      ++table.more;
      continue;
    }
    ToolRow row;
    const auto user = users.find(line.file.raw());
    row.cells = {std::string(observe::netid(line.type)),
                 std::string(line.state == TcpState::Closed ? "UNCONN" : ss_name(line.state)),
                 std::to_string(line.receive_queue),
                 std::to_string(line.send_queue),
                 end_text(world, line.name, line.socket),
                 end_text(world, "", line.peer),
                 user == users.end() || user->second.empty() ? "" : "users:(" + user->second + ")"};
    row.record = world.inet.sockets.read(line.socket).bound_record;
    row.key = std::to_string(world.inet.sockets.read(line.socket).inode);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace sockarium::picture
