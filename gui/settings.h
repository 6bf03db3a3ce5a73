// What a person likes, kept between starts: theme, size, layout, keys, the last files. A JSON file in the
// configuration folder of the platform; what it says yields to SOCKARIUM_* of the environment, and that to
// the options of the command line.
//
// A file that can't be read is left as it is, and nothing is written over it: it is a person's work.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gui/view_state.h"

namespace sockarium::gui {

struct Settings {
  ThemeKind theme = ThemeKind::dark;
  ThemeKind projector_theme = ThemeKind::light;
  float scale = 1.0F;
  CaptionSize caption = CaptionSize::Normal;
  Unit unit = Unit::Interesting;
  double delay = 0.9;  ///< seconds for each shown event
  Arrangement layout = Arrangement::Lesson;
  TimeScale time_scale = TimeScale::Events;
  std::map<std::string, std::vector<float>> shares;
  std::map<std::string, PanelId> front;
  std::map<std::string, std::vector<std::string>> keys;  ///< by a command's name, only where other than usual
  std::vector<std::string> recent;                       ///< files, the newest first
  bool tour_seen = false;
};
inline constexpr std::size_t most_recent = 10;

struct SettingsFile {
  Settings settings;
  std::string error;     ///< one sentence: what is wrong, where, and what to do; empty: fine
  bool writable = true;  ///< false: there is a file that could not be understood
};

/// `$SOCKARIUM_CONFIG`, else `$XDG_CONFIG_HOME/sockarium/settings.json`, else below `~/.config`. Empty: there
/// is no such folder.
std::string settings_path();
/// Reads it; one that is not there has the usual settings.
SettingsFile read_settings(const std::string& path);
/// Whole or not at all. Empty: written; else what went wrong.
std::string write_settings(const std::string& path, const Settings& settings);
/// SOCKARIUM_THEME, SOCKARIUM_SCALE, SOCKARIUM_LAYOUT. Empty, or which of them says nonsense.
std::string apply_environment(Settings& settings);

/// To and from what the window holds.
void apply(const Settings& settings, ViewState& view);
void take(const ViewState& view, Settings& settings);

std::optional<ThemeKind> theme_named(std::string_view name);

}  // namespace sockarium::gui
