// Tables of single tools that have files of their own; tool_table() chooses among all. See tool_table.h.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/picture/tool_table.h"

namespace sockarium::picture {

/// «("web",pid=101,fd=3)» for each of these open files, by raw id: its users on the host.
std::map<std::uint64_t, std::string> users_of(const World& world, const ByteStore& bytes, HostId host,
                                              const std::vector<OpenFileId>& files);

/// ss -xap: Unix sockets with path, abstract name («@bus») or none («*»), each end by its inode.
ToolTable unix_table(const World& world, const ByteStore& bytes, HostId host, std::size_t most_rows);

/// bcc's tcplife: one line for each connection that has ended, the newest last. As there, a server's begins
/// when it is established, and one that ends in TIME-WAIT ends with entering it.
ToolTable life_table(const World& world, const ByteStore& bytes, const observe::Records& records, HostId host,
                     std::size_t most_rows);

}  // namespace sockarium::picture
