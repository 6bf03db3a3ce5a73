// Numbers: descriptors, and what socket() does not know.
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

TEST(Bind, OnADescriptorThatIsNoSocket) {
  Lab lab;
  lab.program("srv", "p", {bind(3, 80), bind(1, 80)});
  lab.run();
  EXPECT_EQ(lab.result("p", "bind", 1).error, Errno::BADF);
  EXPECT_EQ(lab.result("p", "bind", 2).error, Errno::NOTSOCK);
}

TEST(Descriptors, TheLowestFreeNumberIsGiven) {
  Lab lab;
  lab.program("cli", "p", {socket(), socket(), socket(), close(4), socket(), close(0), socket()});
  lab.run();
  EXPECT_EQ(lab.result("p", "socket", 3).value, 5);
  EXPECT_EQ(lab.result("p", "socket", 4).value, 4);
  EXPECT_EQ(lab.result("p", "socket", 5).value, 0);
}

TEST(Descriptors, EndAtTheLimitWithEmfile) {
  Lab lab;
  lab.program("cli", "p", {socket(), socket(), close(3), socket()}).limit_descriptors(4);
  lab.run();
  EXPECT_EQ(lab.result("p", "socket", 2).error, Errno::MFILE);
  EXPECT_EQ(lab.result("p", "socket", 3).value, 3);
}

TEST(Descriptors, AForkedChildSharesTheOpenFiles) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), sleep(1_s)});
  // The child (which has no script) ends at once; only the parent's close sends FIN.
  lab.program("cli", "p", {socket(), connect(3, 80), sys::Fork{}, sleep(500_ms), close(3), sleep(1_s)})
      .starting(1_ms);
  lab.run();
  EXPECT_GT(lab.call("web", "recv").returned, 500_ms);
}

TEST(Descriptors, ABlockedCallHoldsItsFileWhenTheNumberIsClosed) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(300_ms), send(4, 3), sleep(1_s)});
  lab.program("cli", "p", {socket(), connect(3, 80), sys::Thread{}, recv(3, 10), sleep(1_s)}).starting(1_ms);
  lab.run(5_s);
  EXPECT_EQ(lab.result("p", "recv").value, 3);
}

TEST(Socket, KnowsWhatItDoesNotKnow) {
  Lab lab;
  lab.program("cli", "p", {sys::Socket{99, 1, 0}, sys::Socket{2, 99, 0}, sys::Socket{2, 1, 17}});
  lab.run();
  EXPECT_EQ(lab.result("p", "socket", 1).error, Errno::AFNOSUPPORT);
  EXPECT_EQ(lab.result("p", "socket", 2).error, Errno::INVAL);
  EXPECT_EQ(lab.result("p", "socket", 3).error, Errno::PROTONOSUPPORT);
}

}  // namespace
}  // namespace sockarium::test
