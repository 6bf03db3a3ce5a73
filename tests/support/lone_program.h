// A program that runs alone on its host, may name files, and is asked for the answer to its last call: for
// tables of what each call gives.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/lab.h"
#include "tests/support/reached.h"

namespace sockarium::test {

inline Syscall write(std::int32_t fd, std::uint32_t bytes) {
  return sys::Write{fd, 0, pattern(bytes)};
}
inline Syscall read(std::int32_t fd, std::int64_t size) {
  return sys::Read{fd, 0, size};
}
inline Syscall seek(std::int32_t fd, std::int64_t offset, std::int32_t whence = seek_set) {
  return sys::Lseek{fd, whence, offset};
}

/// A lab whose programs may name paths.
struct Files {
  ByteStore names;
  Syscall open(const char* path, std::int32_t flags = o_rdonly, std::int32_t mode = 0666) {
    return sys::Open{names.intern(path), flags, mode};
  }
  Syscall unlink(const char* path) { return sys::Unlink{names.intern(path)}; }
};

/// The answer to the last call of a program that runs alone. Paths are those of `files`.
inline SysResult last_answer(Files& files, const std::vector<Syscall>& calls, std::uint32_t user = 0,
                             std::uint64_t nofile = 64) {
  Setup setup;
  HostSetup host;
  host.name = "cli";
  setup.hosts = {host};
  ProcessSetup process;
  process.name = "p";
  process.user = user;
  process.nofile = process.nofile_hard = nofile;
  setup.processes = {process};
  World world = make_world(setup, files.names);
  std::vector<Record> records;
  std::size_t made = 0;
  while (!world.at_end()) {
    Input input;
    if (world.next_is_turn())
      input = ProgramCall{made < calls.size() ? calls[made] : Syscall{sys::Exit{}}, 0}, ++made;
    step(world, files.names, input, records);
  }
  note_reached(records);
  SysResult answer;
  std::size_t returned = 0;
  for (const Record& record : records)
    if (const auto* back = std::get_if<rec::SyscallReturned>(&record.what))
      if (++returned == calls.size()) answer = back->result;
  EXPECT_EQ(returned, calls.size());
  return answer;
}

struct Row {
  const char* what;
  std::vector<Syscall> calls;
  std::int64_t value = 0;
  Errno error = Errno::OK;
};
inline void check(Files& files, const std::vector<Row>& rows, std::uint32_t user = 0,
                  std::uint64_t nofile = 64) {
  for (const Row& row : rows) {
    const SysResult answer = last_answer(files, row.calls, user, nofile);
    EXPECT_EQ(answer.error, row.error) << row.what;
    if (row.error == Errno::OK) {
      EXPECT_EQ(answer.value, row.value) << row.what;
    }
  }
}

}  // namespace sockarium::test
