// A host's files: a small tree in memory, enough to give descriptors something else than sockets to name. It
// begins with /dev/null, /dev/zero, /dev/tty and an empty /tmp. Where a program is in a file stands in the
// open file description, so that dup and fork share it. open(2), lseek(2), unlink(2), rename(2); Linux
// fs/namei.c.
//
// Left out: links, directories beyond those two (and listing them), other times and owners than at the
// making, renaming directories (and telling inotify of moves), mapping, sizes above 1 GiB,
// fs.protected_regular.
#pragma once

#include <cstdint>

#include "sim/core/attempt.h"
#include "sim/core/bytes.h"
#include "sim/core/file.h"
#include "sim/core/id.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

struct FileUse;
struct OpenFile;

/// A file or directory, whether or not anybody has it open. Linux: struct inode with its one struct dentry.
struct Node {
  HostId host;
  NodeId parent;  ///< none: the root. An unlinked file keeps it, as Linux does
  NodeId next;    ///< in the same directory
  NodeId first;   ///< of a directory: what is in it
  InotifyWatchId first_watch;
  FileKind kind = FileKind::Regular;
  std::uint32_t mode = 0;      ///< permission bits: 0644
  std::uint32_t user = 0;      ///< owner, whose group has the same number
  std::uint32_t open = 0;      ///< open file descriptions of it
  std::uint32_t unlinked = 0;  ///< 1: it has no name any more
  std::uint32_t reserved = 0;
  Bytes name;
  Bytes content;    ///< of a regular file
  SocketId socket;  ///< of a socket's name: who is bound there; none: nobody any more
};

/// The tree that a host starts with.
NodeId make_tree(World& world, ByteStore& bytes, HostId host);

/// EMFILE, ENFILE, then what the path meets: ENOENT, ENOTDIR, ENAMETOOLONG, EACCES, EEXIST, EISDIR; EINVAL.
Attempt try_open(Step& step, ProcessId process, const sys::Open& call);
/// → the new offset. EBADF, ESPIPE (no such file has one), EINVAL.
Attempt try_lseek(Step& step, ProcessId process, const sys::Lseek& call);
/// The file of a Unix socket's name, which bind() makes. EADDRINUSE (the path exists, whatever is there),
/// ENOENT, ENOTDIR, EACCES.
Errno make_socket_file(Step& step, ProcessId process, const Bytes& path, NodeId& made);
/// Takes it back: the bind did not come about.
void remove_socket_file(Step& step, NodeId node);
/// The socket whose name a path is; the process must be allowed to write to the file. ECONNREFUSED (no
/// socket's file, or nobody is bound there any more), ENOENT, ENOTDIR, EACCES.
Errno find_socket(Step& step, ProcessId process, const Bytes& path, SocketId& found);
/// Gives a file another name, in any directory; what had that name loses it. ENOENT, EACCES, EPERM, ENOTDIR,
/// EISDIR, EBUSY.
Attempt try_rename(Step& step, ProcessId process, const sys::Rename& call);
/// Takes a file's name away; its content goes with the last descriptor. ENOENT, EISDIR, EACCES, EPERM.
Attempt try_unlink(Step& step, ProcessId process, const sys::Unlink& call);

/// The file or directory of a path that the process may read, or an error.
Errno find_node(Step& step, ProcessId process, const Bytes& path, NodeId& found);
/// read() or write() of `bytes` bytes went well: who watches the file is told. `what`: in_access, in_modify.
void note_use(Step& step, OpenFileId file, std::uint32_t what);

Attempt read_regular(Step& step, const FileUse& use, std::int64_t size);
Attempt write_regular(Step& step, const FileUse& use, const Bytes& data);
void release_node(Step& step, const OpenFile& file);

}  // namespace sockarium::kernel
