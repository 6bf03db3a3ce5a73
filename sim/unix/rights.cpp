// Descriptors in flight: a message carries open files, not numbers. Each entry of such a list holds a
// reference, so that a file lives on when its sender closes it. Linux struct scm_fp_list, scm_fp_copy,
// unix_attach_fds.
#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::unix {

RightId make_rights(Step& step, const std::vector<OpenFileId>& files) {
  Slab<Right>& rights = step.world.unix.rights;
  RightId first, last;
  for (const OpenFileId file : files) {
    Right right;
    right.file = file;
    const RightId id = rights.add(right);
    if (last)
      rights.write(last).next = id;
    else
      first = id;
    last = id;
  }
  return first;
}

std::vector<OpenFileId> take_rights(World& world, RightId first) {
  std::vector<OpenFileId> files;
  while (first) {
    const Right right = world.unix.rights.read(first);
    files.push_back(right.file);
    world.unix.rights.remove(first);
    first = right.next;
  }
  return files;
}

std::vector<OpenFileId> files_in(const World& world, RightId first) {
  std::vector<OpenFileId> files;
  for (; first; first = world.unix.rights.read(first).next)
    files.push_back(world.unix.rights.read(first).file);
  return files;
}

void drop_rights(Step& step, RightId first) {
  for (const OpenFileId file : take_rights(step.world, first)) step.released.push_back(file);
}

}  // namespace sockarium::unix
