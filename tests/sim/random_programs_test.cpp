// Programs that make no sense: random calls on random descriptors over a lossy link, with every checker after
// every event. Whatever they do, the world stays whole, ends, and is the same the second time.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "sim/core/chance.h"
#include "sim/core/signal.h"
#include "sim/netlink/message.h"
#include "tests/support/invariants.h"
#include "tests/support/lab.h"
#include "tests/support/waiting.h"

namespace sockarium::test {
namespace {

constexpr std::int32_t SOCK_STREAM_ = 1, SOCK_DGRAM_ = 2, SOCK_SEQPACKET_ = 5;
constexpr std::string_view local_names[] = {"/tmp/a", "/tmp/b", std::string_view("\0a", 2),
                                            std::string_view("\0b", 2)};

/// What a program may ask sock_diag, whole or cut.
Bytes question(std::uint64_t kind, std::uint64_t cut) {
  netlink::InetRequest request;
  request.protocol = kind % 3 == 0 ? wire::UDP : wire::TCP;
  request.family = static_cast<std::uint8_t>(kind % 5 == 0 ? af_inet6 : af_inet);
  const std::string body =
      kind == 7 ? netlink::to_bytes(netlink::UnixRequest{~0u, 0, ~0u}) : netlink::to_bytes(request);
  std::string text = netlink::to_bytes(netlink::sock_diag_by_family,
                                       kind % 2 == 0 ? netlink::nlm_f_request | netlink::nlm_f_dump
                                                     : netlink::nlm_f_request | netlink::nlm_f_ack,
                                       1, 0, body);
  if (cut < 10) text.resize(text.size() - cut * 4);
  return carried(text);
}

/// A program of `length` random calls, a pure function of its seed.
Script nonsense(std::uint64_t seed, std::size_t length) {
  return [seed, length](const SysResult&, std::size_t made) -> Syscall {
    if (made >= length) return sys::Exit{};
    const auto draw = [&](std::uint64_t what, std::uint64_t below) {
      return chance(seed, Place::TaskRandom, what, made) % below;
    };
    const auto fd = static_cast<std::int32_t>(3 + draw(1, 5));
    const auto port = static_cast<std::uint16_t>(80 + draw(2, 3));
    const char* addresses[] = {server_address, client_address, "127.0.0.1"};
    const char* to = addresses[draw(3, 3)];
    const std::int32_t local_types[] = {SOCK_STREAM_, SOCK_DGRAM_, SOCK_SEQPACKET_};
    const std::int32_t local_type = local_types[draw(18, 3)] | (draw(19, 3) == 0 ? sock_nonblock : 0);
    const Bytes name = carried(local_names[draw(20, 4)]);
    constexpr std::int32_t signals[] = {10, 14, 17, 18, 19};  // USR1, ALRM, CHLD, CONT, STOP
    switch (draw(4, 102)) {
      case 0:
      case 1:
      case 2:
        return socket(draw(5, 2) == 0 ? sock_nonblock : 0);
      case 3:
        return bind(fd, draw(6, 4) == 0 ? std::uint16_t{0} : port);
      case 4:
        return listen(fd, static_cast<std::int32_t>(draw(6, 3)));
      case 5:
        return set_nonblock(fd);
      case 6:
      case 7:
      case 8:
        return connect(fd, port, to);
      case 9:
        return accept(fd);
      case 10:
      case 11:
        return send(fd, static_cast<std::uint32_t>(draw(7, 20'000)), msg_nosignal);
      case 12:
      case 13:
        return recv(fd, static_cast<std::int64_t>(draw(8, 30'000)),
                    draw(13, 4) == 0   ? msg_waitall
                    : draw(13, 4) == 1 ? msg_peek
                                       : 0);
      case 14:
        return close(fd);
      case 15:
        return sys::Shutdown{fd, static_cast<Shut>(draw(9, 3))};
      case 16:
        return set(fd, Option::ReuseAddr, 1);
      case 17:
        return set(fd, Option::Linger, 1, static_cast<std::int64_t>(draw(10, 2)));
      case 18:
        return draw(11, 6) == 0 ? Syscall{sys::Fork{}} : set(fd, Option::ReceiveTimeout, 100_ms);
      case 19:
        return sys::Thread{};
      case 20:
        return set(fd, draw(14, 2) == 0 ? Option::ReceiveBuffer : Option::SendBuffer,
                   static_cast<std::int64_t>(draw(15, 20'000)));
      case 21:
        return set(fd, Option::ReusePort, 1);
      case 22:
        return sys::Shutdown{fd, Shut::Read};
      case 23:
        return sys::Pipe{draw(16, 3) == 0 ? o_nonblock : 0};
      case 24:
        return sys::Dup{fd};
      case 25:
        return sys::Dup2{fd, static_cast<std::int32_t>(draw(16, 70))};
      case 26:
        return sys::Fcntl{fd, static_cast<std::int32_t>(draw(16, 5)),
                          static_cast<std::int64_t>(draw(17, 70))};
      case 27:
        return sys::Write{fd, 0, pattern(static_cast<std::uint32_t>(draw(7, 80'000)))};
      case 28:
      case 29:
        return sys::Read{fd, 0, static_cast<std::int64_t>(draw(8, 30'000))};
      case 31:
      case 32: {  // «a», «ab» … in the root; every name is some file's
        constexpr std::int32_t flags[] = {o_rdwr | o_creat, o_rdwr | o_creat | o_append, o_wronly | o_trunc,
                                          o_rdonly | o_cloexec};
        return sys::Open{pattern(static_cast<std::uint32_t>(1 + draw(17, 3))), flags[draw(16, 4)], 0666};
      }
      case 33:
        return sys::Lseek{fd, static_cast<std::int32_t>(draw(16, 3)),
                          static_cast<std::int64_t>(draw(17, 200)) - 50};
      case 34:
        return sys::Unlink{pattern(static_cast<std::uint32_t>(1 + draw(17, 3)))};
      case 35:
        return sys::Eventfd{static_cast<std::uint32_t>(draw(16, 3)), draw(17, 2) == 0 ? o_nonblock : 0};
      case 36:
        return sys::TimerfdCreate{clock_monotonic, 0};
      case 37:
        return sys::TimerfdSettime{fd, static_cast<Duration>(draw(16, 20)) * millisecond,
                                   static_cast<Duration>(draw(17, 3)) * 5 * millisecond};
      case 38:
        return sys::Write{fd, 0, pattern(8)};
      case 40:
        return sys::InotifyInit{draw(16, 2) == 0 ? o_nonblock : 0};
      case 41:
        return sys::InotifyAddWatch{pattern(static_cast<std::uint32_t>(1 + draw(17, 3))), fd,
                                    draw(16, 2) == 0 ? in_all_events : in_modify};
      case 42:
        return sys::InotifyRmWatch{fd, static_cast<std::int32_t>(1 + draw(16, 3))};
      case 43:
      case 44:
      case 45: {  // with every flag, also where the kernel refuses it
        constexpr std::uint32_t flags[] = {
            0, 0, 0, epoll_et, epoll_et, epoll_oneshot, epoll_exclusive, epoll_et | epoll_oneshot};
        constexpr std::uint32_t events[] = {poll_in, poll_in | poll_out, poll_out, poll_in | poll_rdhup};
        const auto target = static_cast<std::int32_t>(3 + draw(16, 8));
        return sys::EpollCtl{static_cast<std::int32_t>(3 + draw(18, 8)),
                             static_cast<std::int32_t>(draw(19, 8) < 5 ? 1 : 1 + draw(20, 3)), target,
                             events[draw(17, 4)] | flags[draw(21, 8)]};
      }
      case 46:
        return sys::EpollCreate{};
      case 47:
        return sys::EpollWait{static_cast<std::int32_t>(3 + draw(18, 8)),
                              static_cast<std::int32_t>(1 + draw(16, 3)),
                              static_cast<Duration>(draw(17, 30)) * millisecond};
      case 48:
        return poll({{fd, static_cast<std::uint16_t>(draw(16, 2) == 0 ? poll_in : poll_out), 0},
                     {fd + 1, poll_in | poll_rdhup, 0},
                     {fd, poll_in, 0}},
                    static_cast<Duration>(draw(17, 30)) * millisecond);
      case 49:
        return select({{fd, poll_in, 0}, {fd + 1, static_cast<std::uint16_t>(draw(16, 8)), 0}},
                      static_cast<Duration>(draw(17, 30)) * millisecond);
      case 39:
        return draw(16, 5) == 0 ? Syscall{sys::Exec{}} : Syscall{sys::Read{fd, 0, 8}};
      case 30:
        return draw(16, 4) == 0
                   ? Syscall{sys::Setrlimit{rlimit_nofile, 20 + static_cast<std::int64_t>(draw(17, 60)), 80}}
                   : sys::Exit{};
      case 51:
      case 52:
        return sys::Socket{af_unix, local_type};
      case 53:
      case 54:
        return sys::Socketpair{af_unix, local_type};
      case 55:
      case 56:
        return sys::Bind{fd, af_unix, {}, 0, draw(21, 8) == 0 ? Bytes{} : name};
      case 57:
      case 58:
        return sys::Connect{fd, draw(21, 8) == 0 ? af_unspec : af_unix, {}, 0, name};
      case 59:
        return sys::Sendto{fd, msg_nosignal, pattern(static_cast<std::uint32_t>(draw(7, 2'000))),
                           {}, af_unix,      name};
      case 60:
      case 61:
      case 62: {
        const char fds[] = {static_cast<char>(fd), 0, 0, 0, static_cast<char>(3 + draw(22, 6)), 0, 0, 0};
        return sys::Sendmsg{static_cast<std::int32_t>(3 + draw(23, 6)), msg_nosignal,
                            pattern(static_cast<std::uint32_t>(draw(7, 2'000))),
                            carried(std::string_view(fds, draw(24, 2) == 0 ? 4 : 8)),
                            draw(25, 4) == 0 ? name : Bytes{}};
      }
      case 63:
      case 64:
        return sys::Recvmsg{fd, draw(26, 4) == 0 ? msg_peek : 0, static_cast<std::int64_t>(draw(8, 3'000)),
                            static_cast<std::int64_t>(draw(27, 3)) * 12};
      case 65:
        return sys::Rename{carried("/tmp/a"), carried("/tmp/b")};
      case 66:
        return sys::Unlink{carried("/tmp/b")};
      case 67:
      case 68:
        return sys::Sigaction{signals[draw(28, 5)], static_cast<std::int32_t>(draw(29, 3)),
                              draw(30, 2) == 0 ? std::int64_t{sa_restart} : 0};
      case 69:
        return sys::Sigprocmask{static_cast<std::int32_t>(draw(29, 3)), signal_bit(signals[draw(28, 5)])};
      case 70:
        return sys::Alarm{static_cast<Duration>(draw(31, 60)) * millisecond};
      case 71:
      case 72:  // stopped ones are let go on as often as they are stopped
        return sys::Kill{static_cast<std::int64_t>(101 + draw(32, 4)), signals[draw(28, 5)]};
      case 73:
        return sys::Signalfd{draw(33, 3) == 0 ? fd : -1, signal_bit(sigalrm) | signal_bit(10),
                             draw(30, 2) == 0 ? std::int64_t{o_nonblock} : 0};
      case 75:
      case 76:
        return sys::Socket{af_inet, SOCK_DGRAM_, 0};
      case 77:
        return sys::Socket{af_inet, draw(34, 2) == 0 ? SOCK_DGRAM_ : 3, ipproto_icmp};
      case 78:
      case 79:
      case 80: {
        const char* targets[] = {to, "127.255.255.255", "255.255.255.255", "224.1.1.1"};
        return sys::Sendto{fd,
                           draw(35, 8) == 0 ? msg_oob : 0,
                           draw(36, 2) == 0 ? pattern(static_cast<std::uint32_t>(draw(7, 5'000)))
                                            : carried(std::string_view("\x08\0\xf7\xff\0\0\0\0ping", 12)),
                           endpoint(draw(37, 2) == 0 ? to : targets[draw(37, 4)], port),
                           2,
                           {}};
      }
      case 81:
      case 82:
        return sys::Recvfrom{fd,
                             draw(35, 3) == 0   ? msg_errqueue
                             : draw(35, 3) == 1 ? msg_dontwait
                                                : 0,
                             static_cast<std::int64_t>(draw(8, 3'000))};
      case 83:
        return send(fd, static_cast<std::uint32_t>(draw(7, 2'000)), msg_oob | msg_nosignal);
      case 84:
        return recv(fd, static_cast<std::int64_t>(draw(8, 10)),
                    draw(35, 2) == 0 ? msg_oob : msg_oob | msg_peek);
      case 85: {
        constexpr std::int64_t requests[] = {siocatmark, fionread, siocoutq, 5};
        return sys::Ioctl{fd, requests[draw(34, 4)]};
      }
      case 86:
        return set(fd, Option::OobInline, static_cast<std::int64_t>(draw(34, 2)));
      case 87:
        return set(fd, draw(34, 2) == 0 ? Option::ReceiveErrors : Option::Broadcast, 1);
      case 88:
        return set(fd, Option::MtuDiscover, static_cast<std::int64_t>(draw(34, 4)));
      case 89:
      case 90: {
        constexpr std::int64_t group = 0xe0010101, loopback = 0x7f000001;
        const bool named = draw(35, 2) == 0;
        return set(fd, draw(34, 3) == 0 ? Option::DropMembership : Option::AddMembership, group,
                   named ? loopback : 0);
      }
      case 91:
        return set(fd, Option::MulticastInterface, 0x7f000001);
      case 92:
      case 93:
        return sys::Socket{af_packet, draw(34, 2) == 0 ? SOCK_DGRAM_ : 3, draw(35, 3) == 0 ? 0x0008 : 0x0300};
      case 94:
        return sys::Bind{fd, af_packet, {Address{}, static_cast<std::uint16_t>(draw(34, 2) * 3), 0},
                         0,  {},        static_cast<std::uint32_t>(draw(35, 4)),
                         0};
      case 95: {  // of each frame 20 bytes, or nothing; or no program at all
        constexpr std::string_view programs[] = {std::string_view("\6\0\0\0\24\0\0\0", 8),
                                                 std::string_view("\6\0\0\0\0\0\0\0", 8), "nonsense"};
        return sys::Setsockopt{fd, draw(34, 3) == 0 ? Option::DetachFilter : Option::AttachFilter,
                               0,  0,
                               {}, carried(programs[draw(35, 3)])};
      }
      case 96:
        return draw(34, 2) == 0 ? get(fd, Option::PacketStatistics) : set(fd, Option::IgnoreOutgoing, 1);
      case 97:
      case 98:
        return sys::Socket{af_netlink, 3, netlink::sock_diag};
      case 99:
      case 100:
        return sys::Send{fd, 0, question(draw(34, 8), draw(35, 40))};
      case 101:
        return sys::Bind{fd, af_netlink, {}, 0, {}, static_cast<std::uint32_t>(draw(34, 3)), 0};
      default:
        return sleep(static_cast<Duration>(draw(12, 50)) * millisecond);
    }
  };
}

void fill(Lab& lab, std::uint64_t seed) {
  lab.setup.seed = seed;
  lab.setup.links[0].loss_ppm = seed % 3 == 0 ? 200'000 : 0;
  if (seed % 4 == 0) {
    LinkSetup& link = lab.setup.links[0];
    link.jitter = 10_ms;
    link.duplicate_ppm = link.reorder_ppm = link.corrupt_ppm = 100'000;
  }
  lab.setup.max_events = 3'000;
  if (seed % 5 == 0) lab.setup.links[0].mtu = 1000;
  for (const char* host : {"srv", "cli"}) {
    lab.sysctl(host, Sysctl::PingGroupLow, 0);
    lab.sysctl(host, Sysctl::FragmentTime, 1);
  }
  for (std::uint64_t i = 0; i < 4; ++i)
    lab.program(i % 2 == 0 ? "srv" : "cli", "p" + std::to_string(i), nonsense(seed * 10 + i, 60));
}

TEST(RandomPrograms, NeverBreakTheWorld) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Lab lab(5_ms);
    fill(lab, seed);
    Session& session = lab.session();
    while (session.run_ahead(1)) {
      session.seek(session.head());
      const std::string broken = broken_invariant(session.world());
      ASSERT_EQ(broken, "") << "seed " << seed << ", event " << session.cursor();
    }
  }
}

/// Messages and connections of Unix sockets, as the records tell: no queue grows beyond its bound, and every
/// byte that was put into one is read or lost.
TEST(RandomPrograms, LoseNoByteBetweenUnixSockets) {
  std::int64_t queued = 0, carried_files = 0;
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    Lab lab(5_ms);
    fill(lab, seed);
    Session& session = lab.run();
    std::map<std::uint64_t, std::int64_t> unread;
    for (std::size_t i = 0; i < session.records().size(); ++i) {
      const Record& record = session.records()[i];
      if (const auto* queue = std::get_if<rec::LocalQueue>(&record.what);
          queue != nullptr && record.reason == Reason::LocalConnects) {
        ASSERT_LE(queue->length, queue->limit + 1) << "seed " << seed;
      }
      if (const auto* moved = std::get_if<rec::MessageMoved>(&record.what)) {
        std::int64_t& bytes = unread[moved->to.raw()];
        bytes += moved->bytes;
        ASSERT_EQ(bytes, moved->waiting) << "seed " << seed;
        ASSERT_GE(bytes, 0);
        queued += moved->bytes > 0 ? moved->bytes : 0;
        carried_files += record.reason == Reason::MessageQueued ? moved->descriptors : 0;
      }
    }
  }
  EXPECT_GT(queued, 100'000);  // else nothing was shown
  EXPECT_GT(carried_files, 50);
}

TEST(RandomPrograms, AreTheSameTheSecondTimeAndFromEveryKeyframe) {
  for (std::uint64_t seed = 200; seed <= 210; ++seed) {
    Lab first(5_ms);
    Lab second(5_ms);
    fill(first, seed);
    fill(second, seed);
    Session& a = first.run();
    Session& b = second.run();
    ASSERT_EQ(a.head(), b.head());
    ASSERT_EQ(a.world().hash(), b.world().hash()) << "seed " << seed;
    for (std::uint64_t probe = 0; probe < 20; ++probe) {
      const std::uint64_t event = chance(seed, Place::TaskRandom, 99, probe) % (a.head() + 1);
      EXPECT_EQ(a.hash_at(event), b.hash_at(event));
    }
  }
}

}  // namespace
}  // namespace sockarium::test
