// export: a moment as a picture or text for slides, a run as data.
#include <fmt/format.h>

#include <cstdio>

#include "lab/cli/commands.h"
#include "lab/cli/export_frames.h"
#include "lab/cli/opened.h"
#include "lab/formats/json.h"
#include "lab/formats/svg.h"
#include "lab/picture/ladder.h"
#include "lab/picture/ladder_ink.h"
#include "lab/picture/ladder_text.h"
#include "lab/script/deeds.h"

namespace sockarium::cli {

namespace {

struct ExportOptions {
  ScenarioOptions scenario;
  std::string svg, png, txt, json, lua;
  std::string size = "1920x1080";
  std::string theme, layout = "lesson";
  float scale = 1.0F;
  bool force = false;
  FramesOptions frames;
};

picture::Ladder ladder_at(const Session& session, std::uint64_t event) {
  picture::LadderOptions options;
  options.cursor = session.records_at(event);
  options.last = options.cursor;
  return picture::make_ladder(session.world(), session.bytes(), session.records(), options);
}

bool parse_size(const std::string& text, int& width, int& height) {
  char rest = 0;
  return std::sscanf(text.c_str(), "%dx%d%c", &width, &height, &rest) == 2 && width >= 640 && height >= 480 &&
         width <= 7680 && height <= 4320;
}

int write(const ExportOptions& options, const Renderer& renderer) {
  if (options.svg.empty() && options.png.empty() && options.txt.empty() && options.json.empty() &&
      options.lua.empty() && !options.frames.wanted()) {
    report(bad_usage, "say what to write", false,
           "--svg, --png, --txt, --json or --lua FILE, --frames FOLDER, --animation FILE");
    return bad_usage;
  }
  WindowRequest request;
  if (!parse_size(options.size, request.width, request.height)) {
    report(bad_usage,
           fmt::format("--size takes WIDTHxHEIGHT from 640x480 to 7680x4320, not '{}'", options.size), false);
    return bad_usage;
  }
  int code = ok;
  std::optional<Opened> opened = open(options.scenario, code);
  if (!opened) return code;
  const auto event = opened->moment(options.scenario.at);
  if (!event) return bad_usage;
  Session& session = *opened->session;
  session.seek(*event);
  if (!options.svg.empty()) {
    picture::LadderInkOptions ink;
    ink.now_line = *event < session.head();
    ink.title = opened->scenario->title;
    if (!write_file(options.svg, formats::svg(picture::ladder_ink(ladder_at(session, *event), ink).picture),
                    options.force))
      return no_file;
  }
  if (!options.txt.empty() &&
      !write_file(options.txt, picture::ladder_text(ladder_at(session, *event), {}), options.force))
    return no_file;
  if (!options.lua.empty()) {
    const script::Recording recording = script::record(session, *opened->scenario);
    if (!recording.trouble.empty()) {
      report(bad_usage, recording.trouble, false);
      return bad_usage;
    }
    if (!write_file(options.lua, recording.text, options.force)) return no_file;
  }
  if (!options.json.empty()) {
    formats::RunTitle about;
    about.title = opened->scenario->title;
    about.ending = std::string(sentence(session.ending()));
    session.seek(session.head());
    if (!write_file(options.json,
                    formats::json_text(
                        formats::run_as_json(session.world(), session.bytes(), session.records(), about)),
                    options.force))
      return no_file;
  }
  request.scenario = opened->scenario;
  request.path = opened->scenario->file;
  request.theme = options.theme;
  request.scale = options.scale;
  request.layout = options.layout;
  if (!options.png.empty()) {
    if (!may_write(options.png, options.force)) return no_file;
    if (!renderer.write_pngs) {
      report(impossible, "this build draws no pictures", false, "--svg needs no window");
      return impossible;
    }
    Shot shot;
    shot.event = *event;
    shot.path = options.png;
    if (const std::string error = renderer.write_pngs(request, {shot}); !error.empty()) {
      report(impossible, error, false,
             "--svg needs no graphics; sockarium doctor tells what this machine can do");
      return impossible;
    }
  }
  if (options.frames.wanted()) return write_frames(*opened, options.frames, request, renderer, options.force);
  return ok;
}

}  // namespace

Command add_export(CLI::App& program, const Renderer& renderer) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* app =
      program.add_subcommand("export", "writes a moment as a picture or text, or the run as JSON");
  app->add_option("file", options->scenario.file, "a scenario file, or the id of a lesson")->required();
  app->add_option("--set", options->scenario.sets, "sets a knob: --set backlog=3")->type_name("NAME=VALUE");
  app->add_option("--seed", options->scenario.seed, "the seed of all chance");
  app->add_option_function<std::string>(
         "--profile", [options](const std::string& name) { options->scenario.profile = profile_named(name); },
         "the kernel of every host that names none")
      ->check(a_profile)
      ->type_name("NAME");
  app->add_option("--at", options->scenario.at, "the moment: a time, an event number or a bookmark")
      ->type_name("MOMENT");
  app->add_option("--svg", options->svg, "the ladder diagram")->type_name("FILE");
  app->add_option("--png", options->png, "the window, drawn without a display")->type_name("FILE");
  app->add_option("--txt", options->txt, "the ladder as text")->type_name("FILE");
  app->add_option("--json", options->json, "events, records, causes, final sockets")->type_name("FILE");
  app->add_option("--lua", options->lua,
                  "the scenario with its knobs, seed and profile as they are here: it needs no --set")
      ->type_name("FILE");
  app->add_option("--size", options->size, "of the PNG, pixels")->type_name("WxH")->capture_default_str();
  app->add_option("--theme", options->theme,
                  "of the PNG: dark, light, high contrast; dark if not given, the projector's is light");
  app->add_option("--layout", options->layout,
                  "of the PNG: lesson, projector, debug, ports, or compare: with the real kernel")
      ->check(CLI::IsMember({"lesson", "projector", "debug", "ports", "compare"}))
      ->capture_default_str();
  app->add_option("--scale", options->scale, "of type and lines in the PNG")->check(CLI::Range(0.75, 3.0));
  app->add_option("--frames", options->frames.folder, "the window step by step: 0001.png, 0002.png, ...")
      ->type_name("FOLDER");
  app->add_option("--animation", options->frames.animation,
                  "the same as one moving picture: .webp (needs the package webp) or .gif (imagemagick)")
      ->type_name("FILE");
  app->add_option("--from", options->frames.from,
                  "where --frames and --animation begin; the start if not given")
      ->type_name("MOMENT");
  app->add_option("--to", options->frames.to, "where they end; the end if not given")->type_name("MOMENT");
  app->add_option("--step", options->frames.step, "what one picture is: event, call, packet, interesting")
      ->check(CLI::IsMember({"event", "call", "packet", "interesting"}))
      ->capture_default_str();
  app->add_option("--delay", options->frames.delay, "milliseconds for each picture of the animation")
      ->check(CLI::Range(20, 60000))
      ->capture_default_str();
  app->add_flag("--force", options->force, "overwrites files");
  set_examples(*app, {"sockarium export H1 --svg handshake.svg",
                      "sockarium export Q1 --at first-drop --png full.png --size 1280x720",
                      "sockarium export H1 --animation handshake.webp --step packet --size 1280x720"});
  return {app, [options, &renderer] { return write(*options, renderer); }};
}

}  // namespace sockarium::cli
