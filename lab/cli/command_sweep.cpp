// sweep: one run for each value of a knob, and what the scenario measures of it: as a table, CSV, or a plot.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lab/cli/commands.h"
#include "lab/cli/opened.h"
#include "lab/formats/svg.h"
#include "lab/picture/plot.h"
#include "lab/script/lesson.h"
#include "lab/script/session_view.h"

namespace sockarium::cli {

namespace {

constexpr std::size_t runs_most = 1000;

struct SweepOptions {
  ScenarioOptions scenario;
  std::string svg, csv;
  bool force = false;
};

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The values that «1..128», «10..100+10», «10..10000*10» and «1,2,5» stand for; one: it is no range; none:
/// it can't be read.
std::vector<std::string> values_of(const std::string& text) {
  std::vector<std::string> values;
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) {
    for (std::size_t from = 0;;) {
      const std::size_t comma = text.find(',', from);
      values.push_back(text.substr(from, comma - from));
      if (comma == std::string::npos) return values;
      from = comma + 1;
    }
  }
  const std::size_t by = text.find_first_of("+*", dots + 2);
  const auto low = whole(std::string_view(text).substr(0, dots));
  const auto high =
      whole(std::string_view(text).substr(dots + 2, by == std::string::npos ? by : by - dots - 2));
  const auto step =
      by == std::string::npos ? std::optional<std::int64_t>(1) : whole(std::string_view(text).substr(by + 1));
  const bool times = by != std::string::npos && text[by] == '*';
  if (!low || !high || !step || *step < (times ? 2 : 1) || (times && *low < 1)) return values;
  for (std::int64_t n = *low; n <= *high && values.size() <= runs_most; n = times ? n * *step : n + *step)
    values.push_back(std::to_string(n));
  return values;
}

struct Knob {
  std::string name;
  std::vector<std::string> values;
};

/// Takes the one `--set` with a range out of the options.
std::optional<Knob> take_knob(ScenarioOptions& options) {
  std::optional<Knob> knob;
  std::vector<std::string> others;
  for (const std::string& set : options.sets) {
    const std::size_t equals = set.find('=');
    const std::vector<std::string> values =
        equals == std::string::npos ? std::vector<std::string>{set} : values_of(set.substr(equals + 1));
    if (values.empty() || values.size() > runs_most) {
      report(bad_usage, fmt::format("'{}' is no range of at most {} values", set, runs_most), options.json,
             "write 1..128, 10..100+10, 10..10000*10 or 1,2,5");
      return std::nullopt;
    }
    if (values.size() == 1) {
      others.push_back(set);
    } else if (knob) {
      report(bad_usage, "one knob at a time", options.json,
             fmt::format("{} has a range already", knob->name));
      return std::nullopt;
    } else {
      knob = Knob{set.substr(0, equals), values};
    }
  }
  if (!knob)
    report(bad_usage, "say which knob is to be turned", options.json, "for example: --set backlog=1..128");
  options.sets = others;
  return knob;
}

struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<double>> rows;  ///< one for each value of the knob
};

/// Runs the scenario once for each value. On failure the message is written, and `code` is not ok.
Table measure(const SweepOptions& options, const Knob& knob, int& code) {
  Table table;
  for (const std::string& value : knob.values) {
    ScenarioOptions one = options.scenario;
    one.sets.push_back(knob.name + "=" + value);
    std::optional<Opened> opened = open(one, code);
    if (!opened) return table;
    if (opened->scenario->measures.empty()) {
      code = bad_usage;
      report(code, "the scenario measures nothing", options.scenario.json,
             "add measure(\"looked at\", function(w) return w:costs(\"web\").looked_at end)");
      return table;
    }
    const Session& session = *opened->session;
    const script::SessionView view(session.world(), session.bytes(), session.records());
    table.names.clear();
    std::vector<double>& row = table.rows.emplace_back();
    for (const script::Measure& wish : opened->scenario->measures) {
      const script::EvaluatedMeasure found = evaluate(*opened->scenario, wish, view);
      if (found.error) {
        code = bad_usage;
        report(*found.error, options.scenario.json);
        return table;
      }
      table.names.push_back(wish.name);
      row.push_back(found.number);
    }
  }
  return table;
}

std::string number(double value) {
  return std::floor(value) == value && std::fabs(value) < 1e15 ? fmt::format("{:.0f}", value)
                                                               : fmt::format("{:.6g}", value);
}

std::string as_text(const Knob& knob, const Table& table) {
  std::vector<std::vector<std::string>> lines{{knob.name}};
  lines[0].insert(lines[0].end(), table.names.begin(), table.names.end());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    std::vector<std::string>& line = lines.emplace_back();
    line.push_back(knob.values[i]);
    for (const double value : table.rows[i]) line.push_back(number(value));
  }
  std::vector<std::size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      text += fmt::format("{}{:>{}}", i == 0 ? "" : "  ", line[i], widths[i]);
    text += '\n';
  }
  return text;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

std::string as_csv(const Knob& knob, const Table& table) {
  std::string text = csv_cell(knob.name);
  for (const std::string& name : table.names) text += "," + csv_cell(name);
  text += '\n';
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    text += csv_cell(knob.values[i]);
    for (const double value : table.rows[i]) text += "," + number(value);
    text += '\n';
  }
  return text;
}

std::string as_json(const Knob& knob, const Table& table) {
  nlohmann::json document;
  document["schema"] = 1;
  document["knob"] = knob.name;
  document["measures"] = table.names;
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    document["runs"].push_back({{"value", knob.values[i]}, {"measured", table.rows[i]}});
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

/// Nothing (and a message) where the knob's values are no numbers.
std::optional<picture::Plot> as_plot(const std::string& title, const Knob& knob, const Table& table) {
  picture::Plot plot;
  plot.title = title;
  plot.x_name = knob.name;
  for (const std::string& value : knob.values) {
    const auto x = whole(value);
    if (!x || (!plot.xs.empty() && static_cast<double>(*x) <= plot.xs.back())) {
      report(bad_usage, fmt::format("a plot needs ascending whole numbers, and {} is '{}'", knob.name, value),
             false, "the table takes any value");
      return std::nullopt;
    }
    plot.xs.push_back(static_cast<double>(*x));
  }
  for (std::size_t n = 0; n < table.names.size(); ++n) {
    picture::Series series{table.names[n], {}};
    for (const std::vector<double>& row : table.rows) series.values.push_back(row[n]);
    plot.series.push_back(std::move(series));
  }
  plot.description = as_text(knob, table);
  return plot;
}

int sweep(const SweepOptions& given) {
  SweepOptions options = given;
  const std::optional<Knob> knob = take_knob(options.scenario);
  if (!knob) return bad_usage;
  for (const std::string& path : {options.svg, options.csv})
    if (!path.empty() && path != "-" && !may_write(path, options.force)) return no_file;
  int code = ok;
  const Table table = measure(options, *knob, code);
  if (code != ok) return code;
  if (!options.svg.empty()) {
    const auto scenario = load(options.scenario, code);
    if (!scenario) return code;
    const auto plot = as_plot(scenario->title, *knob, table);
    if (!plot) return bad_usage;
    if (!write_file(options.svg, formats::svg(picture::plot_ink(*plot)), options.force)) return no_file;
  }
  if (!options.csv.empty() && !write_file(options.csv, as_csv(*knob, table), options.force)) return no_file;
  if (options.svg != "-" && options.csv != "-")
    fmt::print("{}", options.scenario.json ? as_json(*knob, table) : as_text(*knob, table));
  return ok;
}

}  // namespace

Command add_sweep(CLI::App& program) {
  auto options = std::make_shared<SweepOptions>();
  CLI::App* app =
      program.add_subcommand("sweep", "turns a knob through its values, one run for each: table, CSV, plot");
  options->scenario.add_to(*app, false);
  app->get_option("--set")->description(
      "the knob and its values: --set n=1..128, 10..100+10, 10..10000*10 or 1,2,5");
  app->add_option("--svg", options->svg, "the plot")->type_name("FILE");
  app->add_option("--csv", options->csv, "the table as CSV")->type_name("FILE");
  app->add_flag("--force", options->force, "overwrites files");
  set_examples(*app, {"sockarium sweep I6 --set descriptors=10..10000*10 --svg work.svg",
                      "sockarium sweep mine.lua --set backlog=1..128 --csv -"});
  return {app, [options] { return sweep(*options); }};
}

}  // namespace sockarium::cli
