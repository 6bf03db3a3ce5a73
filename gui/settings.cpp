// See settings.h.
#include "gui/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gui/commands.h"
#include "lab/script/text_file.h"

namespace sockarium::gui {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> caption_names{"normal", "large", "off"};
constexpr std::array<std::string_view, 4> unit_names{"event", "call", "packet", "interesting"};

/// What is wrong with one entry, told with its name.
struct Wrong {
  std::string words;
};

template <class Value>
std::optional<Value> entry(const json& file, const char* name, const char* wanted) {
  const auto found = file.find(name);
  if (found == file.end()) return std::nullopt;
  try {
    return found->get<Value>();
  } catch (const json::exception&) {
    throw Wrong{fmt::format("'{}' should be {}, not {}", name, wanted, found->dump())};
  }
}

template <class Names>
std::size_t place_of(const Names& names, const std::string& word, const char* of) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == word) return i;
  std::string all;
  for (const auto& each : names) all += (all.empty() ? "" : ", ") + std::string(each);
  throw Wrong{fmt::format("'{}' is no {}; there are: {}", word, of, all)};
}

std::optional<PanelId> panel_named(const std::string& word) {
  for (std::size_t i = 0; i < lesson_panels; ++i)
    if (name(static_cast<PanelId>(i)) == word) return static_cast<PanelId>(i);
  return std::nullopt;
}

void read(const json& file, Settings& settings) {
  if (!file.is_object()) throw Wrong{"it should be one object: { … }"};
  constexpr std::array known{"version", "theme", "projector_theme", "scale",    "caption",
                             "unit",    "delay", "layout",          "timeline", "shares",
                             "front",   "keys",  "recent",          "tour_seen"};
  for (const auto& [name, value] : file.items())
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Wrong{fmt::format("'{}' is no setting", name)};
  for (const auto& [name, to] :
       {std::pair<const char*, ThemeKind*>{"theme", &settings.theme},
        std::pair<const char*, ThemeKind*>{"projector_theme", &settings.projector_theme}})
    if (const auto word = entry<std::string>(file, name, "a text")) {
      const auto kind = theme_named(*word);
      if (!kind) throw Wrong{fmt::format("'{}' is no theme; there are: dark, light, high contrast", *word)};
      *to = *kind;
    }
  if (const auto scale = entry<float>(file, "scale", "a number from 0.75 to 3")) {
    if (*scale < minimum_scale || *scale > maximum_scale) throw Wrong{"'scale' goes from 0.75 to 3"};
    settings.scale = *scale;
  }
  if (const auto word = entry<std::string>(file, "caption", "a text"))
    settings.caption = static_cast<CaptionSize>(place_of(caption_names, *word, "size of captions"));
  if (const auto word = entry<std::string>(file, "unit", "a text"))
    settings.unit = static_cast<Unit>(place_of(unit_names, *word, "unit of steps"));
  if (const auto delay = entry<double>(file, "delay", "seconds")) {
    if (*delay < 0.15 || *delay > 4) throw Wrong{"'delay' goes from 0.15 to 4 seconds"};
    settings.delay = *delay;
  }
  if (const auto word = entry<std::string>(file, "layout", "a text")) {
    const auto layout = arrangement_named(*word);
    if (!layout || *layout == Arrangement::Compare)
      throw Wrong{fmt::format("'{}' is no layout; there are: Lesson, Projector, Debug, Ports", *word)};
    settings.layout = *layout;
  }
  if (const auto word = entry<std::string>(file, "timeline", "a text")) {
    std::array<std::string_view, 3> scales{name(TimeScale::Events), name(TimeScale::Compressed),
                                           name(TimeScale::True)};
    settings.time_scale = static_cast<TimeScale>(place_of(scales, *word, "scale of time"));
  }
  if (auto shares = entry<std::map<std::string, std::vector<float>>>(file, "shares", "lists of numbers"))
    settings.shares = std::move(*shares);
  if (const auto front = entry<std::map<std::string, std::string>>(file, "front", "names of panels"))
    for (const auto& [place, word] : *front) {
      const auto panel = panel_named(word);
      if (!panel) throw Wrong{fmt::format("'{}' is no panel", word)};
      settings.front[place] = *panel;
    }
  if (auto keys = entry<std::map<std::string, std::vector<std::string>>>(file, "keys", "lists of keys")) {
    for (const auto& [command_name, words] : *keys) {
      const auto all = original_commands();
      const bool exists =
          std::any_of(all.begin(), all.end(),
                      [&, &wanted = command_name](const Command& each) { return each.name == wanted; });
      if (!exists) throw Wrong{fmt::format("'{}' is no command; F1 shows their names", command_name)};
      for (const std::string& word : words)
        if (!parse_key(word))
          throw Wrong{fmt::format("'{}' is no key; write it as in «Ctrl+Shift+F5»", word)};
    }
    settings.keys = std::move(*keys);
  }
  if (auto recent = entry<std::vector<std::string>>(file, "recent", "a list of files")) {
    settings.recent = std::move(*recent);
    if (settings.recent.size() > most_recent) settings.recent.resize(most_recent);
  }
  if (const auto seen = entry<bool>(file, "tour_seen", "true or false")) settings.tour_seen = *seen;
}

}  // namespace

std::string_view name(TimeScale scale) {
  switch (scale) {
    case TimeScale::Events:
      return "events";
    case TimeScale::Compressed:
      return "compressed";
    case TimeScale::True:
      return "true time";
  }
  return "";
}

std::optional<ThemeKind> theme_named(std::string_view name) {
  for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light, ThemeKind::high_contrast})
    if (name == theme_name(kind)) return kind;
  if (name == "high-contrast" || name == "contrast") return ThemeKind::high_contrast;
  return std::nullopt;
}

std::string settings_path() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (std::string path = variable("SOCKARIUM_CONFIG"); !path.empty()) return path;
  if (const std::string folder = variable("XDG_CONFIG_HOME"); !folder.empty())
    return folder + "/sockarium/settings.json";
  if (const std::string home = variable("HOME"); !home.empty())
    return home + "/.config/sockarium/settings.json";
  return {};
}

SettingsFile read_settings(const std::string& path) {
  SettingsFile result;
  std::error_code failed;
  if (path.empty() || !std::filesystem::exists(path, failed)) return result;
  std::ifstream in(path, std::ios::binary);
  std::stringstream content;
  content << in.rdbuf();
  const auto refuse = [&](const std::string& what) {
    result.settings = Settings{};
    result.writable = false;
    result.error = fmt::format(
        "{}: {}. The usual settings are taken, and the file stays as it is: mend it, or take it away.", path,
        what);
  };
  if (!in) {
    refuse("it cannot be read");
    return result;
  }
  try {
    read(json::parse(content.str()), result.settings);
  } catch (const json::parse_error& error) {
    const std::string text = content.str();
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(text.size(), error.byte));
    refuse(fmt::format("line {} is no JSON", 1 + std::count(text.begin(), end, '\n')));
  } catch (const Wrong& wrong) {
    refuse(wrong.words);
  }
  return result;
}

std::string write_settings(const std::string& path, const Settings& settings) {
  if (path.empty()) return {};
  json file;
  file["version"] = 1;
  file["theme"] = theme_name(settings.theme);
  file["projector_theme"] = theme_name(settings.projector_theme);
  file["scale"] = std::round(static_cast<double>(settings.scale) * 100) / 100;
  file["caption"] = caption_names[static_cast<std::size_t>(settings.caption)];
  file["unit"] = unit_names[static_cast<std::size_t>(settings.unit)];
  file["delay"] = settings.delay;
  file["layout"] = name(settings.layout == Arrangement::Compare ? Arrangement::Lesson : settings.layout);
  file["timeline"] = name(settings.time_scale);
  file["shares"] = settings.shares;
  file["front"] = json::object();
  for (const auto& [place, panel] : settings.front) file["front"][place] = name(panel);
  file["keys"] = settings.keys;
  file["recent"] = settings.recent;
  file["tour_seen"] = settings.tour_seen;
  namespace fs = std::filesystem;
  std::error_code failed;
  if (const fs::path folder = fs::path(path).parent_path(); !folder.empty())
    fs::create_directories(folder, failed);
  return script::write_text_file(path, file.dump(2) + "\n");
}

std::string apply_environment(Settings& settings) {
  const auto variable = [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
  if (const auto word = variable("SOCKARIUM_THEME")) {
    const auto kind = theme_named(*word);
    if (!kind) return fmt::format("SOCKARIUM_THEME is '{}'; there are: dark, light, high contrast", *word);
    settings.theme = settings.projector_theme = *kind;
  }
  if (const auto word = variable("SOCKARIUM_SCALE")) {
    char* end = nullptr;
    const float scale = std::strtof(word->c_str(), &end);
    if (*end != '\0' || scale < minimum_scale || scale > maximum_scale)
      return fmt::format("SOCKARIUM_SCALE is '{}'; it goes from 0.75 to 3", *word);
    settings.scale = scale;
  }
  if (const auto word = variable("SOCKARIUM_LAYOUT")) {
    const auto layout = arrangement_named(*word);
    if (!layout)
      return fmt::format("SOCKARIUM_LAYOUT is '{}'; there are: lesson, projector, debug, ports", *word);
    settings.layout = *layout;
  }
  return {};
}

void apply(const Settings& settings, ViewState& view) {
  view.theme = settings.theme;
  view.projector_theme = settings.projector_theme;
  view.scale = settings.scale;
  view.caption = settings.caption;
  view.unit = settings.unit;
  view.delay = settings.delay;
  view.arrangement = settings.layout;
  view.time_scale = settings.time_scale;
  view.shares = settings.shares;
  view.front = settings.front;
  for (const auto& [command_name, words] : settings.keys) {
    std::vector<Key> keys;
    for (const std::string& word : words)
      if (const auto key = parse_key(word)) keys.push_back(*key);
    remap(command_name, keys);
  }
}

void take(const ViewState& view, Settings& settings) {
  settings.theme = view.theme;
  settings.projector_theme = view.projector_theme;
  settings.scale = view.scale;
  settings.caption = view.caption;
  settings.unit = view.unit;
  settings.delay = view.delay;
  settings.layout = view.arrangement;
  settings.time_scale = view.time_scale;
  settings.shares = view.shares;
  settings.front = view.front;
}

}  // namespace sockarium::gui
