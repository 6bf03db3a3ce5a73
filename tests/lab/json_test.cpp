// The run as JSON: one document that a script can trust.
#include "lab/formats/json.h"

#include <gtest/gtest.h>

#include "tests/support/small_worlds.h"

namespace sockarium {

using nlohmann::json;
using test::Story;

namespace {

json document_of(Story& run) {
  return formats::run_as_json(run.world(), run.bytes(), run.records(),
                              {"Backlog overflow", "the time is over"});
}

}  // namespace

TEST(Json, HasOneEntryForEveryEventAndRecord) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  const json document = document_of(run);
  EXPECT_EQ(document["schema"], 1);
  EXPECT_EQ(document["title"], "Backlog overflow");
  EXPECT_EQ(document["events"].size(), run.session().head());
  EXPECT_EQ(document["records"].size(), run.records().size());
  EXPECT_EQ(document["hosts"][0]["name"], "cli");
  EXPECT_EQ(document["hosts"][1]["addresses"][0], "192.168.1.10");
}

TEST(Json, TellsCauseBecauseAndReasonOfADrop) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  const RecordNumber drop = run.find(test::is_drop);
  const json record = document_of(run)["records"][drop - 1];
  EXPECT_EQ(record["kind"], "PacketDropped");
  EXPECT_EQ(record["host"], "srv");
  EXPECT_EQ(record["reason"], "AcceptQueueFull");
  EXPECT_EQ(record["cause"], run.records()[drop - 1].cause);
  EXPECT_EQ(record["because"], run.records()[drop - 1].because);
  EXPECT_TRUE(record["time"].is_number_integer());
}

TEST(Json, ListsSocketsAsSsDoes) {
  Story run(test::handshake());
  run.to_the_end();
  const json sockets = document_of(run)["sockets"];
  std::size_t open = 0;
  for (const json& row : sockets) {
    if (row["state"] == "LISTEN") {
      EXPECT_EQ(row["send_q"], 2);
      EXPECT_EQ(row["users"][0]["name"], "web");
      EXPECT_EQ(row["users"][0]["fd"], 3);
    }
    open += row["state"] == "ESTAB" ? 1 : 0;
  }
  EXPECT_EQ(sockets.size(), 3U);
  EXPECT_EQ(open, 2U);
}

TEST(Json, GivesTheSameBytesEachTimeAndReadsBack) {
  Story one(test::lost_syn());
  one.to_the_end();
  Story two(test::lost_syn());
  two.to_the_end();
  const std::string text = formats::json_text(document_of(one));
  EXPECT_EQ(text, formats::json_text(document_of(two)));
  EXPECT_EQ(json::parse(text), document_of(one));
  EXPECT_EQ(text.back(), '\n');
}

}  // namespace sockarium
