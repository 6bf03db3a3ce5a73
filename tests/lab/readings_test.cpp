// What the large panels read from a world: the port map, the counts of states over a run, running timers, the
// tables of tools, a packet taken apart. Each is held against the world that it tells of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/picture/packet_fields.h"
#include "lab/picture/port_map.h"
#include "lab/picture/socket_map.h"
#include "lab/picture/state_series.h"
#include "lab/picture/timer_list.h"
#include "lab/picture/tool_table.h"
#include "lab/script/bookmark_file.h"
#include "sim/kernel/protocol.h"
#include "sim/observe/sockets.h"
#include "tests/support/lab.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sockarium::picture {
namespace {

using test::Lab;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace sockarium::literals;

/// Three clients for a server with backlog 1 that sleeps; then all close.
Lab slow_server() {
  Lab lab;
  lab.program("srv", "web",
              {test::socket(), test::bind(3, 80), test::listen(3, 1), test::sleep(2_s), test::accept(3),
               test::close(4)});
  for (int i = 0; i < 3; ++i)
    lab.program("cli", "curl-" + std::to_string(i + 1),
                {test::socket(), test::connect(3, 80), test::sleep(1_s), test::close(3)})
        .starting(1_ms + i * 30_ms);
  return lab;
}

NetId net_of(const World& world, HostId host) {
  return world.kernel.hosts.read(host).net;
}

/// The timers of a world that is looked at for the first time.
TimerList running_timers(const World& world, const ByteStore& bytes, const observe::Records& records,
                         std::size_t most) {
  TimerTable table;
  table.show(world);
  return table.list(bytes, records, most);
}

TEST(PortMap, ShowsWhoHoldsEachPortAndForgetsWhatWasReleased) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  PortQuestion question;
  question.net = net_of(session.world(), lab.host("cli"));
  PortMap map;
  session.seek(session.event_at(100_ms));
  map.show(session.world(), question);
  EXPECT_EQ(map.low(), 32768);
  EXPECT_EQ(map.range(), 28232);
  EXPECT_EQ(map.in_range(PortUse::Established), 2);
  EXPECT_EQ(map.in_range(PortUse::Opening), 1);
  EXPECT_EQ(map.in_range(PortUse::Free), 28229);
  ASSERT_EQ(map.destinations().size(), 1U);
  EXPECT_EQ(map.destinations().front().sockets, 3);
  EXPECT_NEAR(map.used_percent(), 100.0 * 3 / 28232, 1e-9);
}

TEST(PortMap, FollowedStepByStepForwardAndBackIsTheSameAsLookedAtAnew) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  for (const char* host : {"cli", "srv"}) {
    PortQuestion question;
    question.net = net_of(session.world(), lab.host(host));
    session.seek(0);
    PortMap followed;
    followed.show(session.world(), question);
    const auto step_to = [&](std::uint64_t event) {
      session.seek(event);
      followed.show(session.world(), question);
      PortMap anew;
      anew.show(session.world(), question);
      ASSERT_EQ(followed.cells(), anew.cells()) << host << " at event " << event;
      for (std::size_t use = 0; use < port_uses; ++use) {
        ASSERT_EQ(followed.in_range(static_cast<PortUse>(use)), anew.in_range(static_cast<PortUse>(use)));
        ASSERT_EQ(followed.in_all(static_cast<PortUse>(use)), anew.in_all(static_cast<PortUse>(use)));
      }
    };
    for (std::uint64_t event = 1; event <= session.head(); ++event) step_to(event);
    for (std::uint64_t event = session.head(); event-- > 0;) step_to(event);
  }
}

TEST(PortMap, AsksOnlyTowardsTheChosenDestination) {
  Lab lab;
  for (const std::uint16_t port : {80, 81})
    lab.program("srv", "web-" + std::to_string(port),
                {test::socket(), test::bind(3, port), test::listen(3, 5), test::sleep(100_s)});
  lab.program(
         "cli", "two",
         {test::socket(), test::connect(3, 80), test::socket(), test::connect(4, 81), test::sleep(100_s)})
      .starting(1_ms);
  Session& session = lab.run(50_s);
  PortQuestion question;
  question.net = net_of(session.world(), lab.host("cli"));
  PortMap map;
  map.show(session.world(), question);
  EXPECT_EQ(map.in_range(PortUse::Established), 2);
  question.destination = test::endpoint(test::server_address, 81);
  map.show(session.world(), question);
  EXPECT_EQ(map.in_range(PortUse::Established), 1);
  question.destination = test::endpoint(test::server_address, 82);
  map.show(session.world(), question);
  EXPECT_EQ(map.in_range(PortUse::Established), 0) << "nothing keeps connect() from these ports";
}

TEST(StateSeries, CountsAtEveryEventWhatTheWorldHolds) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  StateSeries series;
  series.follow(session.world(), session.bytes(), session.records());
  for (std::uint64_t event = 0; event <= session.head(); ++event) {
    session.seek(event);
    for (const char* name : {"cli", "srv"}) {
      const HostId host = lab.host(name);
      std::array<std::int32_t, palette::hue_count> wanted{};
      for (const observe::SocketLine& line : observe::socket_lines(session.world()))
        if (line.net == net_of(session.world(), host)) ++wanted[static_cast<std::size_t>(hue_of(line.state))];
      const StatePoint* point = StateSeries::at(series.of(host), event);
      const auto counted = point == nullptr ? std::array<std::int32_t, palette::hue_count>{} : point->count;
      ASSERT_EQ(counted, wanted) << name << " after event " << event;
    }
  }
  ASSERT_FALSE(series.queues().empty());
  bool overflowed = false;
  for (const QueueSeries& queue : series.queues())
    for (const LengthPoint& point : queue.points) overflowed = overflowed || point.length == queue.limit + 1;
  EXPECT_TRUE(overflowed) << "backlog 1 holds 2";
}

TEST(SocketMap, KeepsEveryCellAtItsPlaceWhenOthersGo) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  const NetId net = net_of(session.world(), lab.host("cli"));
  session.seek(session.event_at(100_ms));
  SocketMap map;
  map.show(session.world(), net);
  EXPECT_EQ(map.count(TcpState::Established), 2);
  EXPECT_EQ(map.count(TcpState::SynSent), 1);
  ASSERT_FALSE(map.groups().empty());
  for (std::size_t i = 1; i < map.groups().size(); ++i)
    EXPECT_GE(map.groups()[i - 1].count, map.groups()[i].count);
  const std::vector<SocketCell> before = map.cells();
  session.seek(session.head());
  map.show(session.world(), net);
  ASSERT_GE(map.cells().size(), before.size());
  for (const SocketCell& cell : before) {
    const auto same = [&](const SocketCell& each) { return each.place == cell.place; };
    EXPECT_TRUE(std::any_of(map.cells().begin(), map.cells().end(), same));
  }
}

TEST(SocketMap, FollowedToAnyMomentIsTheSameAsLookedAtAnew) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  for (const char* host : {"cli", "srv"}) {
    const NetId net = net_of(session.world(), lab.host(host));
    SocketMap followed;
    const auto alike_at = [&](std::uint64_t event) {
      session.seek(event);
      followed.show(session.world(), net);
      SocketMap anew;
      anew.show(session.world(), net);
      ASSERT_EQ(followed.alive(), anew.alive()) << host << " at event " << event;
      std::map<std::uint32_t, std::pair<SocketId, TcpState>> wanted;
      for (const SocketCell& cell : anew.cells()) wanted[cell.place] = {cell.socket, cell.state};
      for (const SocketCell& cell : followed.cells()) {
        const auto found = wanted.find(cell.place);
        const bool lives = found != wanted.end() && found->second.first;
        ASSERT_EQ(bool(cell.socket), lives) << host << " at event " << event;
        if (lives) {
          ASSERT_EQ(std::make_pair(cell.socket, cell.state), found->second);
        }
      }
      for (std::size_t state = 0; state < tcp_state_count; ++state)
        ASSERT_EQ(followed.count(static_cast<TcpState>(state)), anew.count(static_cast<TcpState>(state)));
      ASSERT_EQ(followed.groups().size(), anew.groups().size());
      for (std::size_t i = 0; i < anew.groups().size(); ++i) {
        ASSERT_EQ(followed.groups()[i].count, anew.groups()[i].count);
        ASSERT_EQ(followed.groups()[i].end, anew.groups()[i].end);
      }
    };
    for (std::uint64_t event = 0; event <= session.head(); ++event) alike_at(event);
    for (std::uint64_t event = session.head(); event-- > 0;) alike_at(event);
    for (const std::uint64_t event : {session.head(), std::uint64_t{3}, session.head() / 2}) alike_at(event);
  }
}

TEST(SocketMap, SeesADatagramSocketBeConnected) {
  Lab lab;
  lab.program("cli", "asker",
              {sys::Socket{2, 2, 0}, test::bind(3, 5353), test::connect(3, 53), test::sleep(1_s)});
  Session& session = lab.session();
  session.run_to_end();
  const NetId net = net_of(session.world(), lab.host("cli"));
  SocketMap followed;
  for (std::uint64_t event = 0; event <= session.head(); ++event) {
    session.seek(event);
    followed.show(session.world(), net);
    SocketMap anew;
    anew.show(session.world(), net);
    ASSERT_EQ(followed.count(TcpState::Established), anew.count(TcpState::Established)) << "event " << event;
    ASSERT_EQ(followed.listed(), anew.listed());
  }
}

TEST(SocketMap, NamesTheCellsThatHaveChanged) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  const NetId net = net_of(session.world(), lab.host("cli"));
  session.seek(session.event_at(100_ms));
  SocketMap map;
  map.show(session.world(), net);
  EXPECT_FALSE(map.take_changed()) << "at first, everything has";
  map.show(session.world(), net);
  const auto still = map.take_changed();
  ASSERT_TRUE(still);
  EXPECT_TRUE(still->empty()) << "the same moment again";
}

TEST(TimerTable, FollowedToAnyMomentIsTheSameAsLookedAtAnew) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  TimerTable followed;
  const auto alike_at = [&](std::uint64_t event) {
    session.seek(event);
    followed.show(session.world());
    const TimerList now = followed.list(session.bytes(), session.records(), 1000);
    const TimerList anew = running_timers(session.world(), session.bytes(), session.records(), 1000);
    ASSERT_EQ(now.all, anew.all) << "at event " << event;
    ASSERT_EQ(now.timers.size(), anew.timers.size());
    for (std::size_t i = 0; i < now.timers.size(); ++i) {
      ASSERT_EQ(now.timers[i].deadline, anew.timers[i].deadline);
      ASSERT_EQ(now.timers[i].what, anew.timers[i].what);
      ASSERT_EQ(now.timers[i].whose, anew.timers[i].whose);
    }
  };
  for (std::uint64_t event = 0; event <= session.head(); ++event) alike_at(event);
  for (std::uint64_t event = session.head(); event-- > 0;) alike_at(event);
}

TEST(TimerList, HasTheNextToFireOnTop) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  session.seek(session.event_at(100_ms));
  const TimerList timers = running_timers(session.world(), session.bytes(), session.records(), 100);
  ASSERT_FALSE(timers.timers.empty());
  bool sleep = false, syn = false;
  Time last = 0;
  for (const RunningTimer& timer : timers.timers) {
    EXPECT_GE(timer.deadline, last);
    EXPECT_GE(timer.deadline, session.world().now);
    EXPECT_LE(timer.since, session.world().now);
    last = timer.deadline;
    sleep = sleep || (timer.what == "sleep" && timer.whose == "web");
    syn = syn || timer.what == "repeat the SYN";
  }
  EXPECT_TRUE(sleep);
  EXPECT_TRUE(syn);
  EXPECT_EQ(running_timers(session.world(), session.bytes(), session.records(), 1).timers.size(), 1U);
  EXPECT_EQ(running_timers(session.world(), session.bytes(), session.records(), 1).all, timers.all);
}

TEST(ToolTable, SsShowsWhatTheRealOneShows) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  session.seek(session.event_at(100_ms));
  const ToolTable table =
      tool_table(Tool::Ss, session.world(), session.bytes(), session.records(), lab.host("srv"), 100);
  const std::string text = text_of(table);
  EXPECT_THAT(text, HasSubstr("LISTEN"));
  EXPECT_THAT(text, HasSubstr("0.0.0.0:80"));
  EXPECT_THAT(text, HasSubstr("users:((\"web\",pid=101,fd=3))"));
  EXPECT_EQ(table.rows.front().cells[2], "2") << "Recv-Q of a listener: its accept queue";
  const ToolTable short_table =
      tool_table(Tool::Ss, session.world(), session.bytes(), session.records(), lab.host("srv"), 1);
  EXPECT_EQ(short_table.rows.size(), 1U);
  EXPECT_EQ(short_table.more, table.rows.size() - 1);
}

TEST(ToolTable, OnlyWhatIsOtherThanBeforeIsMarked) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  session.seek(session.event_at(25_ms));
  const ToolTable before =
      tool_table(Tool::Ss, session.world(), session.bytes(), session.records(), lab.host("srv"), 100);
  session.seek(session.event_at(40_ms));
  const ToolTable now =
      tool_table(Tool::Ss, session.world(), session.bytes(), session.records(), lab.host("srv"), 100);
  const auto changed = changed_cells(now, before);
  ASSERT_EQ(changed.size(), now.rows.size());
  ASSERT_EQ(now.rows.front().cells[1], "LISTEN");
  EXPECT_TRUE(changed.front()[2]) << "its accept queue has grown";
  EXPECT_FALSE(changed.front()[4]) << "its address has not";
  for (const auto& row : changed_cells(now, now))
    for (const bool cell : row) EXPECT_FALSE(cell);
}

TEST(ToolTable, StraceShowsACallThatHasNotReturned) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  session.seek(session.event_at(15_ms));
  const std::string text = text_of(
      tool_table(Tool::Strace, session.world(), session.bytes(), session.records(), lab.host("cli"), 100));
  EXPECT_THAT(text, HasSubstr("connect(3"));
  EXPECT_THAT(text, HasSubstr("<unfinished ...>"));
  session.seek(session.event_at(25_ms));
  const std::string later = text_of(
      tool_table(Tool::Strace, session.world(), session.bytes(), session.records(), lab.host("cli"), 100));
  EXPECT_THAT(later, HasSubstr("= 0 <0.020"));
}

TEST(ToolTable, TcpdumpSeesWhatLeavesAndWhatArrives) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  session.seek(session.event_at(15_ms));
  const auto of = [&](const char* host) {
    return text_of(
        tool_table(Tool::Tcpdump, session.world(), session.bytes(), session.records(), lab.host(host), 100));
  };
  EXPECT_THAT(of("cli"), HasSubstr("Out  IP 10.0.0.5."));
  EXPECT_THAT(of("cli"), HasSubstr("> 192.168.1.10.80: Flags [S], seq 0"));
  EXPECT_THAT(of("cli"), Not(HasSubstr("In"))) << "the answer is still on its way";
  EXPECT_THAT(of("srv"), HasSubstr("In"));
  EXPECT_THAT(of("srv"), HasSubstr("[S.]"));
}

TEST(ToolTable, TcpstatesTellsHowLongAStateLasted) {
  Lab lab = slow_server();
  Session& session = lab.session();
  session.run_to_end();
  session.seek(session.head());
  const ToolTable table =
      tool_table(Tool::Tcpstates, session.world(), session.bytes(), session.records(), lab.host("cli"), 100);
  const std::string text = text_of(table);
  EXPECT_THAT(text, HasSubstr("SYN-SENT"));
  EXPECT_THAT(text, HasSubstr("20.000")) << "a round trip, in milliseconds";
}

TEST(TakenApart, EveryByteOfTheHeadersBelongsToAField) {
  Lab lab = slow_server();
  Session& session = lab.run(1_s);
  int packets = 0;
  for (RecordNumber n = 1; n <= session.records().size(); ++n) {
    const auto* sent = std::get_if<rec::PacketSent>(&session.record(n).what);
    if (sent == nullptr) continue;
    ++packets;
    const TakenApart apart = take_apart(sent->packet, session.bytes());
    std::vector<bool> told(apart.bytes.size(), false);
    for (const PacketField& field : apart.fields)
      for (std::size_t i = field.from; i < field.from + field.length && i < told.size(); ++i) told[i] = true;
    for (std::size_t i = 0; i < apart.payload; ++i)
      EXPECT_TRUE(told[i]) << "byte " << i << " of record " << n;
    EXPECT_EQ(apart.bytes[0], 0x45);
    EXPECT_EQ(apart.transport, 20U);
  }
  EXPECT_GT(packets, 3);
  const TakenApart syn = take_apart(lab.packets("cli").front(), session.bytes());
  std::string all;
  for (const PacketField& field : syn.fields) all += field.name + "=" + field.value + "\n";
  EXPECT_THAT(all, HasSubstr("flags=SYN"));
  EXPECT_THAT(all, HasSubstr("option: maximum segment size=1460 bytes"));
  EXPECT_THAT(all, HasSubstr("destination port=80"));
}

TEST(BookmarkFile, KeepsNamesBesideTheScenario) {
  const std::string scenario =
      (std::filesystem::temp_directory_path() / ("sockarium-marks-" + std::to_string(getpid()) + ".lua"))
          .string();
  const std::vector<script::NamedMoment> moments{{"first drop", 37}, {"the end of it", 55}};
  EXPECT_EQ(script::write_bookmarks(scenario, moments), "");
  EXPECT_EQ(script::read_bookmarks(scenario), moments);
  {
    std::ofstream more(script::bookmark_path(scenario), std::ios::app);
    more << "no number\n12\n 7 x\n";
  }
  EXPECT_EQ(script::read_bookmarks(scenario), moments) << "what is no bookmark is left out";
  EXPECT_EQ(script::write_bookmarks(scenario, {}), "");
  EXPECT_FALSE(std::filesystem::exists(script::bookmark_path(scenario)));
  EXPECT_NE(script::write_bookmarks("/nowhere/at/all.lua", moments), "");
}

}  // namespace
}  // namespace sockarium::picture
