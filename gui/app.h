// The window's content as a whole: holds the session, applies what the person wants, lets time run, and
// draws. It needs only an ImGui context, so that a window, a picture without a display and a test all run the
// same thing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/layout.h"
#include "gui/panels.h"
#include "gui/settings.h"

namespace sockarium::gui {

struct AppOptions {
  std::string course_folder;  ///< where the lessons lie; empty: none
  Settings settings;
  bool tour = false;                       ///< the first start: the three steps are shown
  std::string program = "/proc/self/exe";  ///< sockarium itself, which plays the real side of a comparison
};

/// What the App cannot do itself and asks of whoever shows it.
struct AppWishes {
  bool quit = false;
  bool full_screen = false;        ///< change between full screen and window
  std::optional<std::string> png;  ///< write the next frame there
};

class App {
 public:
  explicit App(const AppOptions& options);
  ~App();

  /// Reads a file and shows it. False: it could not be read; what was shown before stays, and the error is
  /// shown.
  bool open(const std::string& path);
  /// Shows a scenario that was read already. False: one of its deeds can't be done; what was shown stays.
  bool show(std::shared_ptr<const script::Scenario> scenario, std::string path);
  /// Shows a session that has no file.
  void show(std::unique_ptr<Session> session, std::string title);

  /// Draws one frame, between ImGui's NewFrame and Render. True while something moves: another frame should
  /// follow.
  bool frame(float seconds, const std::vector<std::string>& dropped_files = {});
  AppWishes take_wishes();
  void tell(std::string notice, bool is_error);

  void seek(std::uint64_t event);
  /// What a key or a panel would ask for.
  void apply(const Intent& intent);

  ViewState& view() { return view_; }
  const Session* session() const { return session_.get(); }
  const LessonRun& lesson() const { return lesson_; }
  const Comparison* comparison() const { return comparison_.get(); }
  const std::string& load_error() const { return load_error_; }
  const Layout& layout() const { return layout_; }
  std::string window_title() const;
  /// Has the source edits that closing would lose? Then intent::Quit asks first.
  bool has_edits() const { return view_.source.edited(); }
  /// As they are now, to be kept for the next start.
  Settings settings() const;
  Theme theme() const;  ///< as the person wants it, without the monitor's scale

 private:
  struct Doer;
  bool read(const std::string& path, const script::LoadOptions& how);
  void start(std::unique_ptr<Session> session);
  void refuse(const script::LoadError& error, const std::string& path);
  void catch_up(double milliseconds);
  void advance(float seconds);
  void watch_file();
  void read_source();
  bool save_source();
  bool holds_back(const Intent& wish);
  void about_edits(intent::Edits choice);
  void export_deeds(const intent::ExportDeeds& wish);
  std::string link() const;
  void compare(bool again);
  void step(Unit unit, bool forward);
  void moved();
  void reload();
  std::optional<std::size_t> asking() const;
  Frame make_frame();
  void draw(const Frame& frame, Intents& intents);
  void draw_panel(PanelId panel, const Frame& frame, Intents& intents);
  void draw_slot(const Slot& slot, const Frame& frame, Intents& intents);
  void draw_splits();

  AppOptions options_;
  std::vector<CourseEntry> course_;
  std::unique_ptr<Session> session_;
  std::shared_ptr<const script::Scenario> scenario_;
  std::string title_, path_;
  std::filesystem::file_time_type written_{};
  std::string load_error_;

  std::uint64_t followed_event_ = 0;  ///< the head and the branch when they were looked at last
  std::size_t followed_branch_ = 0;
  picture::Timeline timeline_;
  TimeAxis axis_;
  LessonRun lesson_;
  Derived derived_;
  std::vector<std::string> recent_;  ///< files, the newest first
  std::optional<Intent> held_back_;  ///< waits until it is said what becomes of the source's edits
  bool copy_wanted_ = false;         ///< the next frame's text goes into the clipboard
  std::vector<std::size_t> redo_;    ///< branches that were left by undo

  std::unique_ptr<Comparison> comparison_;
  std::size_t compared_branch_ = 0;

  ViewState view_;
  Layout layout_;
  AppWishes wishes_;
  bool changed_ = false;  ///< since the panels were drawn
  double drawing_ = 0;    ///< milliseconds that the last frame took to draw
};

/// The lessons of a folder, in the course's order.
std::vector<CourseEntry> course_in(const std::string& folder);

}  // namespace sockarium::gui
