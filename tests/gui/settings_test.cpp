// What a person likes is kept, read again, and never lost: not even where the file is broken.
#include "gui/settings.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gui/commands.h"

namespace sockarium::gui {
namespace {

using ::testing::HasSubstr;

class SettingsIn : public testing::Test {
 protected:
  SettingsIn()
      : folder_(std::filesystem::temp_directory_path() / ("sockarium-settings-" + std::to_string(getpid()))),
        path_((folder_ / "deeper" / "settings.json").string()) {}
  ~SettingsIn() override {
    restore_keys();
    std::filesystem::remove_all(folder_);
  }
  void write(const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
    std::ofstream(path_) << content;
  }
  std::string content() const {
    std::ifstream in(path_);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(SettingsIn, WhatIsWrittenIsReadAgain) {
  Settings settings;
  settings.theme = ThemeKind::high_contrast;
  settings.scale = 1.5F;
  settings.layout = Arrangement::Debug;
  settings.unit = Unit::Packet;
  settings.time_scale = TimeScale::Compressed;
  settings.shares["Debug/wide"] = {0.25F, 0.5F, 0.25F};
  settings.front["Debug/wide/0/0"] = PanelId::Ports;
  settings.keys["Step"] = {"n", "Right"};
  settings.recent = {"/tmp/a.lua", "/tmp/b.lua"};
  settings.tour_seen = true;
  ASSERT_EQ(write_settings(path_, settings), "");
  const SettingsFile again = read_settings(path_);
  EXPECT_EQ(again.error, "");
  EXPECT_EQ(again.settings.theme, settings.theme);
  EXPECT_FLOAT_EQ(again.settings.scale, 1.5F);
  EXPECT_EQ(again.settings.layout, Arrangement::Debug);
  EXPECT_EQ(again.settings.unit, Unit::Packet);
  EXPECT_EQ(again.settings.time_scale, TimeScale::Compressed);
  EXPECT_EQ(again.settings.shares, settings.shares);
  EXPECT_EQ(again.settings.front, settings.front);
  EXPECT_EQ(again.settings.keys, settings.keys);
  EXPECT_EQ(again.settings.recent, settings.recent);
  EXPECT_TRUE(again.settings.tour_seen);
}

TEST_F(SettingsIn, NoFileIsNoFault) {
  const SettingsFile none = read_settings(path_);
  EXPECT_EQ(none.error, "");
  EXPECT_TRUE(none.writable);
  EXPECT_EQ(none.settings.theme, ThemeKind::dark);
}

TEST_F(SettingsIn, ABrokenFileIsToldWithItsLineAndStaysAsItIs) {
  const std::string broken = "{\n  \"theme\": \"light\",\n  \"scale\" 2\n}\n";
  write(broken);
  const SettingsFile read = read_settings(path_);
  EXPECT_THAT(read.error, HasSubstr(path_));
  EXPECT_THAT(read.error, HasSubstr("line 3"));
  EXPECT_FALSE(read.writable);
  EXPECT_EQ(read.settings.theme, ThemeKind::dark) << "all of it or nothing";
  EXPECT_EQ(content(), broken);
}

TEST_F(SettingsIn, NonsenseIsToldByItsName) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"theme": "pink"})", "'pink' is no theme"},
      {R"({"scale": 9})", "from 0.75 to 3"},
      {R"({"scale": "big"})", "'scale' should be a number"},
      {R"({"layuot": "Debug"})", "'layuot' is no setting"},
      {R"({"layout": "Debugger"})", "'Debugger' is no layout"},
      {R"({"keys": {"Jump": ["j"]}})", "'Jump' is no command"},
      {R"({"keys": {"Step": ["Hyper+x"]}})", "'Hyper+x' is no key"},
      {R"([1])", "one object"},
  };
  for (const auto& [file, message] : wrong) {
    write(file);
    const SettingsFile read = read_settings(path_);
    EXPECT_THAT(read.error, HasSubstr(message)) << file;
    EXPECT_FALSE(read.writable) << file;
  }
}

TEST_F(SettingsIn, AKeyThatIsGivenToAnotherCommandLeavesItsOldOne) {
  Settings settings;
  settings.keys["Theme"] = {"m"};
  ViewState view;
  apply(settings, view);
  EXPECT_EQ(keys_text(command("Theme")), "M");
  EXPECT_EQ(keys_text(command("Bookmark")), "") << "M was its key";
  EXPECT_THAT(tooltip("Theme"), HasSubstr("(M)"));
  restore_keys();
  EXPECT_EQ(keys_text(command("Bookmark")), "M");
}

TEST(Keys, AreReadAsTheyAreWritten) {
  for (const Command& each : original_commands())
    for (const Key& key : each.keys) {
      const auto again = parse_key(key_text(key));
      if (key.key == GLFW_KEY_EQUAL || (key.key == GLFW_KEY_SLASH && key.shift)) continue;  // «+», «?»
      ASSERT_TRUE(again) << key_text(key);
      EXPECT_EQ(*again, key) << key_text(key);
    }
  EXPECT_FALSE(parse_key(""));
  EXPECT_FALSE(parse_key("Ctrl+"));
  EXPECT_FALSE(parse_key("F13"));
}

TEST(Environment, SaysNonsenseInOneSentence) {
  Settings settings;
  setenv("SOCKARIUM_SCALE", "huge", 1);
  EXPECT_THAT(apply_environment(settings), HasSubstr("SOCKARIUM_SCALE"));
  setenv("SOCKARIUM_SCALE", "1.25", 1);
  setenv("SOCKARIUM_LAYOUT", "ports", 1);
  EXPECT_EQ(apply_environment(settings), "");
  EXPECT_FLOAT_EQ(settings.scale, 1.25F);
  EXPECT_EQ(settings.layout, Arrangement::Ports);
  unsetenv("SOCKARIUM_SCALE");
  unsetenv("SOCKARIUM_LAYOUT");
}

}  // namespace
}  // namespace sockarium::gui
