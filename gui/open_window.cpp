// See open_window.h.
#include "gui/open_window.h"

#include <chrono>
#include <cstdio>
#include <thread>

#include "gui/app.h"
#include "gui/comparison.h"
#include "gui/render_offscreen.h"
#include "gui/settings.h"
#include "gui/window.h"
#include "lab/cli/opened.h"

namespace sockarium::gui {

namespace {

/// Whether options, the environment or the settings file say it, in this order.
AppOptions options_of(const cli::WindowRequest& request, const Settings& settings) {
  AppOptions options;
  options.course_folder = cli::course_folder();
  options.settings = settings;
  if (const auto theme = theme_named(request.theme))
    options.settings.theme = options.settings.projector_theme = *theme;
  if (request.scale > 0) options.settings.scale = request.scale;
  if (const auto layout = arrangement_named(request.layout); layout && *layout != Arrangement::Compare)
    options.settings.layout = *layout;
  return options;
}

void show(App& app, std::uint64_t event) {
  // «Since the last step» is since the event before.
  if (event > 0) app.seek(event - 1);
  app.seek(event);
}

/// Shows what was asked for. Empty, or why it could not be read.
std::string fill(App& app, const cli::WindowRequest& request) {
  if (request.scenario != nullptr)
    app.show(request.scenario, request.path.empty() ? request.scenario->file : request.path);
  else if (!request.path.empty() && !app.open(request.path))
    return app.load_error();
  show(app, request.event);
  if (request.layout == "compare") app.apply(intent::Compare{});
  return {};
}

}  // namespace

int open_window(const cli::WindowRequest& request) {
  const bool keeps = request.config != "none";
  const std::string settings_file = !keeps                   ? std::string{}
                                    : request.config.empty() ? settings_path()
                                                             : request.config;
  SettingsFile kept = read_settings(settings_file);
  Settings settings = kept.settings;
  std::string wrong = kept.error;
  if (const std::string variable = apply_environment(settings); !variable.empty())
    wrong += (wrong.empty() ? "" : " ") + variable;
  AppOptions app_options = options_of(request, settings);
  app_options.tour = keeps && !settings.tour_seen;
  App app(app_options);
  fill(app, request);  // an error is shown in the window, which waits for the file to be mended
  if (!wrong.empty()) {
    std::fprintf(stderr, "sockarium: %s\n", wrong.c_str());
    app.tell(wrong, true);
  }
  WindowOptions options;
  options.title = app.window_title();
  options.width = request.width;
  options.height = request.height;
  options.theme = app.theme();
  std::string error;
  const auto window = Window::open(options, error);
  if (window == nullptr) {
    std::fprintf(stderr, "sockarium: %s\n", error.c_str());
    return 3;
  }
  // Closing by the title bar asks what «Quit» asks.
  window->set_close_request([&app] {
    if (!app.has_edits()) return true;
    app.apply(intent::Quit{});
    return false;
  });
  std::string title = options.title;
  Theme theme = options.theme;
  std::optional<std::string> picture;
  window->run([&](const FrameInput& input) {
    const bool moves = app.frame(input.delta_seconds, input.dropped_files);
    if (app.theme() != theme) window->set_theme(theme = app.theme());
    if (app.window_title() != title) window->set_title(title = app.window_title());
    const AppWishes wishes = app.take_wishes();
    if (wishes.full_screen) window->set_full_screen(!window->full_screen());
    if (wishes.quit) window->close();
    if (picture) {
      window->save_picture(*picture, [&app, path = *picture](const std::optional<std::string>& failed) {
        app.tell(failed ? *failed : "Wrote " + path, failed.has_value());
        Window::wake();
      });
    }
    // One frame later, without the box that asked for the name.
    picture = wishes.png;
    return moves || picture.has_value();
  });
  if (!kept.writable) return 0;
  if (const std::string failed = write_settings(settings_file, app.settings()); !failed.empty())
    std::fprintf(stderr, "sockarium: %s\n", failed.c_str());
  return 0;
}

std::string write_window_pngs(const cli::WindowRequest& request, const std::vector<cli::Shot>& shots) {
  App app(options_of(request, Settings{}));  // a picture is the same for everybody
  cli::WindowRequest first = request;
  first.event = shots.empty() ? 0 : shots.front().event;
  if (std::string error = fill(app, first); !error.empty()) return error;
  OffscreenOptions options;
  options.width = request.width;
  options.height = request.height;
  options.theme = app.theme();
  std::string error;
  const auto surface = Offscreen::open(options, error);
  if (surface == nullptr) return error;
  const auto draw = [&] { app.frame(0); };
  for (const cli::Shot& shot : shots) {
    show(app, shot.event);
    // Until the run is known as far as it will be shown; then the panels settle.
    for (int i = 0; i < 400 && app.session() != nullptr && app.session()->ending() == Ending::NotYet &&
                    app.session()->head() < app.session()->cursor() + 20'000;
         ++i)
      app.seek(shot.event);
    // A comparison takes its real time.
    while (app.comparison() != nullptr && app.comparison()->running()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      surface->render(draw);
    }
    const Picture picture = surface->render(draw);
    if (const auto failed = write_png(picture, shot.path)) return *failed;
  }
  return {};
}

cli::Renderer renderer() {
  cli::Renderer result;
  result.open_window = open_window;
  result.write_pngs = write_window_pngs;
  return result;
}

}  // namespace sockarium::gui
