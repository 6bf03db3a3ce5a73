// Descriptors that tell of events: eventfd, timerfd, inotify. All numbers are kernel-measured.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/support/lone_program.h"

namespace sockarium::test {
namespace {

Syscall write_number(ByteStore& bytes, std::int32_t fd, std::uint64_t number) {
  std::string text(8, '\0');
  for (char& byte : text) {
    byte = static_cast<char>(number & 0xff);
    number >>= 8;
  }
  return sys::Write{fd, 0, bytes.intern(text)};
}

TEST(EventFd, CountsUpToItsLimitAndGivesTheCount) {
  Files f;
  const Syscall make = sys::Eventfd{0, o_nonblock};
  const auto add = [&](std::uint64_t number) { return write_number(f.names, 3, number); };
  check(f, {{"empty", {make, read(3, 8)}, 0, Errno::AGAIN},
            {"a small buffer", {make, add(3), read(3, 7)}, 0, Errno::INVAL},
            {"a great one gets 8 bytes", {make, add(3), read(3, 100)}, 8},
            {"is empty then", {make, add(3), read(3, 8), read(3, 8)}, 0, Errno::AGAIN},
            {"adding 0 is nothing", {make, add(0), read(3, 8)}, 0, Errno::AGAIN},
            {"not 8 bytes", {make, write(3, 16)}, 0, Errno::INVAL},
            {"2^64 - 1", {make, add(~0ull)}, 0, Errno::INVAL},
            {"up to 2^64 - 2", {make, add(~0ull - 1)}, 8},
            {"and no further", {make, add(3), add(~0ull - 3)}, 0, Errno::AGAIN},
            {"unknown flags", {sys::Eventfd{0, 2}}, 0, Errno::INVAL},
            {"its flags", {make, sys::Fcntl{3, f_getfl, 0}}, o_rdwr | o_nonblock}});
  EXPECT_EQ(f.names.text(last_answer(f, {make, add(3), add(4), read(3, 8)}).data),
            std::string("\7\0\0\0\0\0\0\0", 8));
  const Syscall semaphore = sys::Eventfd{2, efd_semaphore | o_nonblock};
  EXPECT_EQ(f.names.text(last_answer(f, {semaphore, read(3, 8)}).data), std::string("\1\0\0\0\0\0\0\0", 8));
  check(f, {{"a semaphore", {semaphore, read(3, 8), read(3, 8), read(3, 8)}, 0, Errno::AGAIN}});
}

TEST(EventFd, WakesTheThreadThatWaits) {
  Lab lab;
  lab.program("cli", "p", {sys::Eventfd{}, sys::Thread{}, read(3, 8)});
  lab.child_program("p", {0}, {sleep(20_ms), write(3, 8)});  // eight letters are a number, too
  lab.run();
  EXPECT_EQ(lab.call("p", "read").returned / millisecond, 20);
  EXPECT_EQ(lab.result("p", "read").value, 8);
}

TEST(TimerFd, CountsHowOftenItRanOut) {
  Files f;
  const Syscall make = sys::TimerfdCreate{clock_monotonic, o_nonblock};
  const auto set = [](Duration value, Duration interval = 0) {
    return sys::TimerfdSettime{3, value, interval};
  };
  check(f, {{"not yet", {make, set(10_ms), read(3, 8)}, 0, Errno::AGAIN},
            {"a small buffer", {make, read(3, 7)}, 0, Errno::INVAL},
            {"it is not written to", {make, write(3, 8)}, 0, Errno::INVAL},
            {"once", {make, set(10_ms), sleep(15_ms), read(3, 8), read(3, 8)}, 0, Errno::AGAIN},
            {"setting forgets", {make, set(10_ms), sleep(15_ms), set(10_ms), read(3, 8)}, 0, Errno::AGAIN},
            {"off", {make, set(10_ms), set(0), sleep(15_ms), read(3, 8)}, 0, Errno::AGAIN},
            {"what was left", {make, set(10_ms), sleep(4_ms), set(1_s)}, 10_ms - 4_ms - 1_us},
            {"nothing is left", {make, set(10_ms), sleep(15_ms), sys::TimerfdGettime{3}}, 0},
            {"of a file that is none", {sys::TimerfdGettime{0}}, 0, Errno::INVAL},
            {"of a closed number", {sys::TimerfdGettime{9}}, 0, Errno::BADF},
            {"unknown flags", {sys::TimerfdCreate{clock_monotonic, 1}}, 0, Errno::INVAL},
            {"another clock", {sys::TimerfdCreate{77, 0}}, 0, Errno::INVAL}});
  const auto times = [&](Duration wait) {
    return f.names.text(last_answer(f, {make, set(50_ms, 10_ms), sleep(wait), read(3, 8)}).data)[0];
  };
  EXPECT_EQ(times(55_ms), 1);
  EXPECT_EQ(times(75_ms), 3);
  EXPECT_EQ(
      last_answer(f, {make, set(50_ms, 10_ms), sleep(75_ms), read(3, 8), sys::TimerfdGettime{3}}).second,
      10_ms);
}

TEST(TimerFd, WakesItsReaderAgainAndAgain) {
  Lab lab;
  lab.program("cli", "p",
              {sys::TimerfdCreate{}, sys::TimerfdSettime{3, 30_ms, 20_ms}, read(3, 8), read(3, 8),
               sleep(50_ms), read(3, 8), close(3)});
  lab.run();
  EXPECT_EQ(lab.call("p", "read", 1).returned / millisecond, 30);
  EXPECT_EQ(lab.call("p", "read", 2).returned / millisecond, 50);
  EXPECT_EQ(lab.call("p", "read", 3).returned / millisecond, 100);
}

/// The events that a read gave, one a line: «1 0x100 a».
std::string events_in(const std::string& data) {
  std::string text;
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(data[at + i]);
    return value;
  };
  for (std::size_t at = 0; at + 16 <= data.size(); at += 16 + number(at + 12)) {
    const std::string name = data.substr(at + 16, number(at + 12));
    text += fmt::format("{} {:#x} {}\n", number(at), number(at + 4), name.substr(0, name.find('\0')));
  }
  return text;
}

struct Watching {
  Files f;
  Syscall init = sys::InotifyInit{o_nonblock};
  Syscall make = f.open("/tmp/a", o_creat | o_rdwr);
  Syscall watch(const char* path, std::uint32_t mask = in_all_events) {
    return sys::InotifyAddWatch{f.names.intern(path), 3, mask};
  }
  std::string events(std::vector<Syscall> calls) {
    calls.push_back(read(3, 4096));
    return events_in(f.names.text(last_answer(f, calls).data));
  }
};

TEST(Inotify, TellsTheDirectorysWatchAndThenTheFiles) {
  Watching w;
  EXPECT_EQ(w.events({w.init, w.watch("/tmp"), w.make}), "1 0x100 a\n1 0x20 a\n");
  EXPECT_EQ(w.events({w.init, w.make, w.watch("/tmp"), w.watch("/tmp/a"), write(4, 5)}), "1 0x2 a\n2 0x2 \n");
  EXPECT_EQ(w.events({w.init, w.make, w.watch("/tmp"), write(4, 5), write(4, 5)}), "1 0x2 a\n");  // said once
  EXPECT_EQ(w.events({w.init, w.make, write(4, 5), w.watch("/tmp"), seek(4, 0), read(4, 5), read(4, 5)}),
            "1 0x1 a\n");  // the second read gave nothing
  EXPECT_EQ(w.events({w.init, w.make, w.watch("/tmp"), w.f.open("/tmp/a", o_wronly | o_trunc), close(5)}),
            "1 0x20 a\n1 0x2 a\n1 0x8 a\n");
  EXPECT_EQ(w.events({w.init, w.make, w.watch("/tmp"), w.f.open("/tmp/a"), close(5)}),
            "1 0x20 a\n1 0x10 a\n");
  EXPECT_EQ(w.events({w.init, w.watch("/tmp"), w.f.open("/tmp"), close(4)}),
            "1 0x40000020 \n1 0x40000010 \n");
  EXPECT_EQ(w.events({w.init, w.watch("/tmp", in_modify), w.make, write(4, 5)}), "1 0x2 a\n");
}

TEST(Inotify, FollowsAFileToItsEnd) {
  Watching w;
  EXPECT_EQ(w.events({w.init, w.make, w.watch("/tmp"), w.watch("/tmp/a"), w.f.unlink("/tmp/a")}),
            "2 0x4 \n1 0x200 a\n");
  EXPECT_EQ(w.events({w.init, w.make, w.watch("/tmp"), w.watch("/tmp/a"), w.f.unlink("/tmp/a"), read(3, 99),
                      write(4, 1), close(4)}),
            "1 0x2 a\n2 0x2 \n1 0x8 a\n2 0x8 \n2 0x400 \n2 0x8000 \n");
  EXPECT_EQ(w.events({w.init, w.make, close(4), w.watch("/tmp"), w.watch("/tmp/a"), w.f.unlink("/tmp/a")}),
            "2 0x4 \n2 0x400 \n2 0x8000 \n1 0x200 a\n");
}

TEST(Inotify, NumbersItsWatchesAndRefusesWhatIsNone) {
  Watching w;
  const auto in = [](std::int32_t fd, const Bytes& path, std::uint32_t mask) {
    return sys::InotifyAddWatch{path, fd, mask};
  };
  const Bytes tmp = w.f.names.intern("/tmp");
  check(
      w.f,
      {{"the first", {w.init, w.watch("/tmp")}, 1},
       {"the same again", {w.init, w.watch("/tmp"), w.watch("/tmp")}, 1},
       {"another", {w.init, w.watch("/tmp"), w.watch("/dev")}, 2},
       {"no number is given twice", {w.init, w.watch("/tmp"), sys::InotifyRmWatch{3, 1}, w.watch("/tmp")}, 2},
       {"missing", {w.init, w.watch("/tmp/x")}, 0, Errno::NOENT},
       {"for nothing", {w.init, in(99, tmp, 0)}, 0, Errno::INVAL},
       {"of a closed number", {w.init, in(99, tmp, in_open)}, 0, Errno::BADF},
       {"of no inotify", {w.init, in(0, tmp, in_open)}, 0, Errno::INVAL},
       {"no such watch", {w.init, sys::InotifyRmWatch{3, 1}}, 0, Errno::INVAL},
       {"nothing yet", {w.init, read(3, 4096)}, 0, Errno::AGAIN},
       {"not enough room", {w.init, w.watch("/tmp"), w.make, read(3, 31)}, 0, Errno::INVAL},
       {"room for one", {w.init, w.watch("/tmp"), w.make, read(3, 63)}, 32},
       {"it is not written to", {w.init, write(3, 1)}, 0, Errno::BADF},
       {"unknown flags", {sys::InotifyInit{1}}, 0, Errno::INVAL}});
  EXPECT_EQ(w.events({w.init, w.watch("/tmp"), sys::InotifyRmWatch{3, 1}}), "1 0x8000 \n");
}

TEST(Inotify, WakesWhoWaits) {
  Lab lab;
  // «a»: a path of one letter, in the root. Another program makes it.
  lab.program("cli", "p",
              {sys::InotifyInit{}, sys::Open{pattern(1), o_creat | o_wronly, 0666},
               sys::InotifyAddWatch{pattern(1), 3, in_modify}, read(3, 100)});
  lab.program("cli", "q", {sys::Open{pattern(1), o_wronly, 0}, write(3, 5)}).starting(30_ms);
  lab.run();
  EXPECT_EQ(lab.call("p", "read").returned / millisecond, 30);
  EXPECT_EQ(lab.result("p", "read").value, 16);
}

}  // namespace
}  // namespace sockarium::test
