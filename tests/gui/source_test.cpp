// The source panel as a person uses it: reads along, edits, saves, makes mistakes, and never loses what was
// typed.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "gui/app.h"
#include "gui/commands.h"
#include "gui/layout.h"
#include "tests/support/headless_ui.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string small = R"(scenario { title = "A small lesson" }
local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }
process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  check(accept(fd))
end)
process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
end)
)";

class Editing : public testing::Test {
 protected:
  void SetUp() override {
    folder = std::filesystem::temp_directory_path() / ("sockarium-source-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    path = (folder / "small.lua").string();
    write(small);
    ASSERT_TRUE(app.open(path)) << app.load_error();
    HeadlessUi::Options options;
    options.width = 1920;
    options.height = 1080;
    ui = std::make_unique<HeadlessUi>([this] { app.frame(1.0F / 60.0F); }, options);
    ui->press(GLFW_KEY_F9);
  }
  void TearDown() override {
    ui.reset();
    std::filesystem::remove_all(folder);
  }
  /// As another program would.
  void write(const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
    std::filesystem::last_write_time(
        path, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(++writes));
  }
  std::string on_disk() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  /// Puts the cursor before everything.
  void to_top() {
    ui->press(GLFW_KEY_F9, {.shift = true});
    ui->frame(2);
    ASSERT_TRUE(app.view().source.focused);
    ui->press(GLFW_KEY_HOME, {.ctrl = true});
  }
  std::string& text() { return app.view().source.text; }

  std::filesystem::path folder;
  std::string path;
  int writes = 0;
  App app{AppOptions{}};
  std::unique_ptr<HeadlessUi> ui;
};

TEST_F(Editing, TheLineWhereAProgramStandsIsMarkedAndFollowed) {
  app.apply(intent::GoTo{"15ms"});
  ui->frame(2);
  EXPECT_THAT(ui->text(), HasSubstr("web: accept(3)"));
  EXPECT_TRUE(ui->has("Source/current line")) << "of the client, which did something last";
  EXPECT_TRUE(ui->has("Source/line of a program")) << "of the server, which waits";
}

TEST_F(Editing, TypedTextIsSavedByItsKeyAndRunsAtOnce) {
  to_top();
  ui->type("-- mine");
  ui->press(GLFW_KEY_ENTER);
  EXPECT_EQ(text(), "-- mine\n" + small);
  EXPECT_THAT(ui->text(), HasSubstr("● edited"));
  EXPECT_TRUE(app.window_title().starts_with("●"));
  EXPECT_EQ(on_disk(), small) << "nothing is written before it is asked for";
  ui->press(GLFW_KEY_S, {.ctrl = true});
  EXPECT_EQ(on_disk(), "-- mine\n" + small);
  EXPECT_FALSE(app.has_edits());
  EXPECT_THAT(ui->text(), HasSubstr("Read again"));
  EXPECT_FALSE(std::filesystem::exists(path + ".new")) << "written whole, and nothing left beside";
}

TEST_F(Editing, LettersAndArrowsBelongToTheTextAndEscLetsGoWithoutUndoing) {
  to_top();
  const ThemeKind theme = app.view().theme;
  const std::uint64_t cursor = app.session()->cursor();
  ui->type("t");
  ui->press(GLFW_KEY_T);
  ui->press(GLFW_KEY_RIGHT);
  ui->press(GLFW_KEY_SPACE);
  EXPECT_EQ(app.view().theme, theme);
  EXPECT_EQ(app.session()->cursor(), cursor);
  EXPECT_FALSE(app.view().playing);
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_FALSE(app.view().source.focused);
  EXPECT_EQ(text(), "t" + small) << "Esc takes nothing back";
  ui->press(GLFW_KEY_T);
  EXPECT_NE(app.view().theme, theme);
}

TEST_F(Editing, ANewLineBeginsWhereTheLineBeforeBegins) {
  to_top();
  for (int line = 0; line < 5; ++line) ui->press(GLFW_KEY_DOWN);
  ui->press(GLFW_KEY_END);
  ui->press(GLFW_KEY_ENTER);
  ui->type("x()");
  EXPECT_THAT(text(), HasSubstr("SOCK_STREAM))\n  x()\n"));
}

TEST_F(Editing, AMistakeIsMarkedInItsLineAndTheOldRunStays) {
  std::string broken = small;
  broken.replace(broken.find("link {"), 4, "lnik");
  text() = broken;
  ++app.view().source.edition;
  ui->frame(2);
  ui->press(GLFW_KEY_S, {.ctrl = true});
  EXPECT_EQ(on_disk(), broken);
  ASSERT_TRUE(app.view().source.error);
  EXPECT_EQ(app.view().source.error->line, 4);
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("did you mean 'link'?"));
  EXPECT_THAT(all, HasSubstr("^^^^"));
  EXPECT_THAT(all, Not(HasSubstr("This scenario could not be read"))) << "it stands in the panel, once";
  EXPECT_TRUE(ui->has("Source/error line"));
  EXPECT_NE(app.session(), nullptr);
  text() = small;
  ++app.view().source.edition;
  ui->frame(2);
  ui->press(GLFW_KEY_S, {.ctrl = true});
  EXPECT_FALSE(app.view().source.error);
  EXPECT_EQ(app.load_error(), "");
}

TEST_F(Editing, NothingThatWouldLoseEditsHappensUnasked) {
  to_top();
  ui->type("-- a thought ");
  ui->press(GLFW_KEY_ESCAPE);
  const std::string edited = text();
  for (const Intent& wish : {Intent(intent::Open{path}), Intent(intent::Reload{}), Intent(intent::Quit{}),
                             Intent(intent::Revert{})}) {
    app.apply(wish);
    ui->frame(2);
    EXPECT_EQ(app.view().dialog, Dialog::Unsaved);
    EXPECT_EQ(text(), edited);
    EXPECT_FALSE(app.take_wishes().quit);
    ui->press(GLFW_KEY_ESCAPE);
    EXPECT_EQ(app.view().dialog, Dialog::None);
    EXPECT_EQ(text(), edited) << "Esc goes back to the edits";
  }
  app.apply(intent::Quit{});
  ui->frame(2);
  ui->click("The source has edits/Save");
  EXPECT_EQ(on_disk(), edited);
  EXPECT_TRUE(app.take_wishes().quit) << "what was asked for goes on";
}

TEST_F(Editing, AFileThatTheFieldWouldHarmIsOnlyShown) {
  for (const std::string& odd : {std::string("-- \xf0\x9f\x90\x9f\n"), std::string("-- \xff\n")}) {
    write(small + odd);
    ui->frame(3);
    EXPECT_THAT(ui->text(), HasSubstr("read only"));
    to_top();
    ui->type("-- more ");
    ui->frame(2);
    ui->press(GLFW_KEY_S, {.ctrl = true});
    ui->frame(2);
    EXPECT_EQ(on_disk(), small + odd) << "not a byte of it is another";
    ui->press(GLFW_KEY_ESCAPE);
  }
}

TEST_F(Editing, EditsCanBeThrownAway) {
  to_top();
  ui->type("nonsense ");
  ui->press(GLFW_KEY_ESCAPE);
  app.apply(intent::Reload{});
  ui->frame(2);
  ui->click("Throw the edits away");
  EXPECT_EQ(text(), small);
  EXPECT_EQ(on_disk(), small);
  EXPECT_THAT(ui->text(), HasSubstr("Read again"));
}

TEST_F(Editing, AFileThatSomebodyElseChangesIsReadUnlessThereAreEdits) {
  write("-- theirs\n" + small);
  ui->frame(2);
  EXPECT_EQ(text(), "-- theirs\n" + small);
  to_top();
  ui->type("-- mine ");
  const std::string edited = text();
  write("-- theirs again\n" + small);
  ui->frame(2);
  EXPECT_EQ(app.view().dialog, Dialog::FileChanged);
  EXPECT_EQ(text(), edited);
  EXPECT_THAT(ui->text(), HasSubstr("was changed by another program"));
  ui->click("Keep my edits");
  EXPECT_EQ(text(), edited);
  EXPECT_EQ(on_disk(), "-- theirs again\n" + small);
  ui->press(GLFW_KEY_S, {.ctrl = true});
  EXPECT_EQ(on_disk(), edited);
}

TEST_F(Editing, OrTheirsIsReadInstead) {
  to_top();
  ui->type("-- mine ");
  write("-- theirs\n" + small);
  ui->frame(2);
  ui->click("Read the file, without my edits");
  EXPECT_EQ(text(), "-- theirs\n" + small);
  EXPECT_FALSE(app.has_edits());
}

TEST_F(Editing, AFileThatCannotBeWrittenSaysSoAndTheEditsStay) {
  to_top();
  ui->type("-- mine ");
  const std::string edited = text();
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);  // nobody can write a file there
  ui->press(GLFW_KEY_S, {.ctrl = true});
  EXPECT_EQ(text(), edited);
  EXPECT_TRUE(app.has_edits());
  EXPECT_TRUE(app.view().notice_is_error || app.view().dialog == Dialog::FileChanged);
}

TEST(SourceEditor, KeepsTheEndsOfLinesThatAFileHas) {
  SourceEditor editor;
  editor.take("one\r\ntwo\r\n");
  EXPECT_EQ(editor.text, "one\ntwo\n");
  editor.text += "three\n";
  EXPECT_TRUE(editor.edited());
  EXPECT_EQ(editor.for_file(), "one\r\ntwo\r\nthree\r\n");
  editor.take("\xef\xbb\xbfone\n");
  EXPECT_EQ(editor.text, "one\n");
  EXPECT_EQ(editor.for_file(), "one\n");
}

TEST_F(Editing, ThePanelIsLegibleInEverySizeAndTheme) {
  for (const auto& [width, height] : {std::pair{640.0F, 480.0F}, {1280.0F, 720.0F}, {1920.0F, 1080.0F}})
    for (const float scale : {1.0F, 3.0F})
      for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light, ThemeKind::high_contrast}) {
        HeadlessUi::Options options;
        options.width = width;
        options.height = height;
        app.view().theme = kind;
        app.view().scale = scale;
        options.theme = app.theme();
        HeadlessUi small_ui([this] { app.frame(1.0F / 60.0F); }, options);
        const Layout layout = app.layout();
        if (!is_in_front(app.view(), PanelId::Source, layout.room))
          bring_to_front(app.view(), PanelId::Source, layout.room);
        small_ui.frame(2);
        const std::string all = small_ui.text();
        EXPECT_THAT(all, HasSubstr("Source")) << width << " x " << height << " at " << scale;
        EXPECT_TRUE(small_ui.has("Source/editor"));
      }
}

}  // namespace
}  // namespace sockarium::gui
