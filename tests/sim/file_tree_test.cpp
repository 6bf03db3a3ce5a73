// Files of a host: opening, where a program is in a file, and what dup, fork and exec share of that.
#include <gtest/gtest.h>

#include "tests/support/lone_program.h"

namespace sockarium::test {
namespace {

// Kernel-measured.
TEST(FileTree, OpensWhatIsThereOrSaysWhyNot) {
  Files f;
  const Syscall make = f.open("/tmp/a", o_creat | o_rdwr);
  check(f, {{"the lowest free number", {f.open("/dev/null")}, 3},
            {"made", {make}, 3},
            {"made and found again", {make, f.open("/tmp/a")}, 4},
            {"dots and slashes", {make, f.open("//tmp/./../tmp//a")}, 4},
            {"relative to the root", {make, f.open("tmp/a")}, 4},
            {"a directory", {f.open("/tmp", o_directory)}, 3},
            {"missing", {f.open("/tmp/a")}, 0, Errno::NOENT},
            {"nothing", {f.open("")}, 0, Errno::NOENT},
            {"in a missing directory", {f.open("/x/y", o_creat)}, 0, Errno::NOENT},
            {"below a file", {make, f.open("/tmp/a/b", o_creat)}, 0, Errno::NOTDIR},
            {"a file as a directory", {make, f.open("/tmp/a/")}, 0, Errno::NOTDIR},
            {"a file, dot", {make, f.open("/tmp/a/.")}, 0, Errno::NOTDIR},
            {"a file, O_DIRECTORY", {make, f.open("/tmp/a", o_directory)}, 0, Errno::NOTDIR},
            {"made with a slash", {f.open("/tmp/n/", o_creat)}, 0, Errno::ISDIR},
            {"a directory for writing", {f.open("/tmp", o_wronly)}, 0, Errno::ISDIR},
            {"a directory, O_CREAT", {f.open("/tmp", o_creat)}, 0, Errno::ISDIR},
            {"a directory, O_EXCL", {f.open("/tmp", o_creat | o_excl)}, 0, Errno::EXIST},
            {"there, O_EXCL", {make, f.open("/tmp/a", o_creat | o_excl)}, 0, Errno::EXIST},
            {"O_CREAT and O_DIRECTORY", {f.open("/tmp/z", o_creat | o_directory)}, 0, Errno::INVAL},
            {"a long name", {f.open(("/tmp/" + std::string(256, 'n')).c_str())}, 0, Errno::NAMETOOLONG}});
  check(f, {{"no number left, before the path", {f.open("/x")}, 0, Errno::MFILE}}, 0, 3);
}

TEST(FileTree, KeepsItsFlagsButThoseOfTheOpening) {
  Files f;
  const Syscall flags = sys::Fcntl{3, f_getfl, 0};
  check(f, {{"a file",
             {f.open("/tmp/a", o_rdwr | o_creat | o_excl | o_trunc | o_cloexec | o_append), flags},
             o_rdwr | o_append | o_largefile},
            {"a directory", {f.open("/tmp", o_directory), flags}, o_directory | o_largefile},
            {"O_CLOEXEC is the number's",
             {f.open("/tmp/a", o_creat | o_cloexec), sys::Fcntl{3, f_getfd, 0}},
             fd_cloexec}});
}

TEST(FileTree, KnowsWhoMay) {
  Files f;
  check(
      f,
      {{"in root's directory", {f.open("/a", o_creat)}, 0, Errno::ACCES},
       {"in /tmp", {f.open("/tmp/a", o_creat | o_wronly, 0444)}, 3},
       {"again, though it is its own",
        {f.open("/tmp/a", o_creat | o_wronly, 0444), f.open("/tmp/a", o_wronly)},
        0,
        Errno::ACCES},
       {"reading is allowed", {f.open("/tmp/a", o_creat, 0444), f.open("/tmp/a")}, 4},
       {"emptying is writing", {f.open("/tmp/a", o_creat, 0444), f.open("/tmp/a", o_trunc)}, 0, Errno::ACCES},
       {"unlink asks the directory", {f.open("/tmp/a", o_creat, 0), f.unlink("/tmp/a")}, 0},
       {"unlink of a device", {f.unlink("/dev/null")}, 0, Errno::ACCES}},
      1000);
}

// Kernel-measured.
TEST(FileTree, ReadsAndWritesWhereTheOpenFileStands) {
  Files f;
  const Syscall make = f.open("/tmp/a", o_creat | o_rdwr);
  check(f, {{"after a write", {make, write(3, 5), seek(3, 0, seek_cur)}, 5},
            {"the end", {make, write(3, 5), read(3, 10)}, 0},
            {"from the start", {make, write(3, 5), seek(3, 0), read(3, 10)}, 5},
            {"a dup shares it", {make, write(3, 5), sys::Dup{3}, seek(4, 1), read(3, 10)}, 4},
            {"another opening has its own", {make, write(3, 5), f.open("/tmp/a"), read(4, 10)}, 5},
            {"O_APPEND goes to the end",
             {f.open("/tmp/a", o_creat | o_rdwr | o_append), write(3, 5), seek(3, 0), write(3, 1),
              seek(3, 0, seek_cur)},
             6},
            {"in the middle", {make, write(3, 5), seek(3, 1), write(3, 2), seek(3, 0), read(3, 10)}, 5},
            {"behind the end",
             {make, write(3, 5), seek(3, 10, seek_end), write(3, 1), seek(3, 0), read(3, 99)},
             16},
            {"O_TRUNC", {make, write(3, 5), f.open("/tmp/a", o_wronly | o_trunc), seek(3, 0), read(3, 9)}, 0},
            {"before the start", {make, seek(3, -1)}, 0, Errno::INVAL},
            {"another whence", {make, seek(3, 0, 9)}, 0, Errno::INVAL},
            {"not for reading", {f.open("/tmp/a", o_creat | o_wronly), read(3, 1)}, 0, Errno::BADF},
            {"not for writing", {f.open("/tmp/a", o_creat), write(3, 1)}, 0, Errno::BADF},
            {"a directory", {f.open("/tmp"), read(3, 1)}, 0, Errno::ISDIR},
            {"a pipe has no place", {sys::Pipe{}, seek(3, 0)}, 0, Errno::SPIPE},
            {"a socket has none", {socket(), seek(3, 0)}, 0, Errno::SPIPE},
            {"/dev/null takes all", {f.open("/dev/null", o_wronly), write(3, 500)}, 500},
            {"/dev/null gives nothing", {f.open("/dev/null"), read(3, 500)}, 0},
            {"/dev/zero gives zeros", {f.open("/dev/zero"), read(3, 500)}, 500}});
  const SysResult hole =
      last_answer(f, {make, write(3, 2), seek(3, 2, seek_end), write(3, 1), seek(3, 0), read(3, 99)});
  EXPECT_EQ(f.names.text(hole.data), std::string("ab\0\0a", 5));
}

TEST(FileTree, AnUnlinkedFileLivesAsLongAsSomebodyHasItOpen) {
  Files f;
  const Syscall make = f.open("/tmp/a", o_creat | o_rdwr);
  check(f, {{"the name is gone", {make, f.unlink("/tmp/a"), f.open("/tmp/a")}, 0, Errno::NOENT},
            {"the content is not", {make, write(3, 5), f.unlink("/tmp/a"), seek(3, 0), read(3, 9)}, 5},
            {"the name may be given again", {make, write(3, 5), f.unlink("/tmp/a"), make, read(4, 9)}, 0},
            {"missing", {f.unlink("/tmp/a")}, 0, Errno::NOENT},
            {"a directory", {f.unlink("/tmp")}, 0, Errno::ISDIR},
            {"with a slash", {make, f.unlink("/tmp/a/")}, 0, Errno::NOTDIR}});
}

// fact 1-27
TEST(FileTree, OpenNeedsANumberBeforeAnythingElse) {
  Files f;
  check(f,
        {{"open", {socket(), socket(), f.open("/dev/null")}, 0, Errno::MFILE},
         {"eventfd", {socket(), socket(), sys::Eventfd{}}, 0, Errno::MFILE},
         {"timerfd", {socket(), socket(), sys::TimerfdCreate{}}, 0, Errno::MFILE}},
        0, 5);
}

TEST(FileTree, AChildSharesTheOffsetOfItsParent) {
  Lab lab;
  // «a»: a path of one letter, in the root.
  lab.program("cli", "p",
              {sys::Open{pattern(1), o_creat | o_rdwr, 0666}, write(3, 5), seek(3, 0), sys::Fork{},
               sys::Wait{}, read(3, 9)});
  lab.child_program("p", {0}, {read(3, 2)});
  lab.run();
  EXPECT_EQ(lab.result("p", "read", 1).value, 3);
}

TEST(Exec, ClosesWhatIsMarkedAndKeepsTheRest) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(sock_cloexec), bind(3, 80), listen(3, 2), accept(3), sys::Thread{}, sys::Exec{},
               sys::Fcntl{3, f_getfd, 0}, send(4, 5), sys::Dup{4}, sleep(1_s)});
  lab.child_program("web", {0}, {sleep(10_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), recv(3, 9), sleep(1_s)}).starting(1_ms);
  lab.run(500_ms);
  EXPECT_EQ(lab.result("web", "fcntl").error, Errno::BADF);
  EXPECT_EQ(lab.result("web", "dup").value, 3);
  EXPECT_EQ(lab.result("curl", "recv").value, 5);
  EXPECT_EQ(lab.states("srv"), std::vector<std::string>{"ESTAB"});  // nobody listens any more
  EXPECT_EQ(lab.session().world().kernel.processes.read(lab.process("web")).tasks, 1u);
}

}  // namespace
}  // namespace sockarium::test
