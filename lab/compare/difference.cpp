#include "lab/compare/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sockarium::compare {

namespace {

// The empty row lets the ledger be empty.
constexpr std::array rows{
    Known{},
#define SOCKARIUM_KNOWN_DIFFERENCE(scenario, strand, model, real, why, source) \
  Known{scenario, strand, model, real, why, source},
#include "lab/compare/known_differences.def"
#undef SOCKARIUM_KNOWN_DIFFERENCE
};

constexpr std::size_t compared_most = 4000;  // lines of one strand; more would take long

/// Pairs (place in `a`, place in `b`) of a longest common subsequence. What both begin with is paired at
/// once: runs are mostly alike.
std::vector<std::pair<std::size_t, std::size_t>> common(const std::vector<Line>& a,
                                                        const std::vector<Line>& b) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::size_t begin = 0;
  while (begin < a.size() && begin < b.size() && a[begin].text == b[begin].text) {
    pairs.emplace_back(begin, begin);
    ++begin;
  }
  const std::size_t rows_of_a = std::min(a.size() - begin, compared_most);
  const std::size_t rows_of_b = std::min(b.size() - begin, compared_most);
  std::vector<std::vector<std::uint16_t>> longest(rows_of_a + 1,
                                                  std::vector<std::uint16_t>(rows_of_b + 1, 0));
  const auto equal = [&](std::size_t i, std::size_t j) { return a[begin + i].text == b[begin + j].text; };
  for (std::size_t i = rows_of_a; i-- > 0;)
    for (std::size_t j = rows_of_b; j-- > 0;)
      longest[i][j] = equal(i, j) ? static_cast<std::uint16_t>(longest[i + 1][j + 1] + 1)
                                  : std::max(longest[i + 1][j], longest[i][j + 1]);
  for (std::size_t i = 0, j = 0; i < rows_of_a && j < rows_of_b;) {
    if (equal(i, j))
      pairs.emplace_back(begin + i++, begin + j++);
    else if (longest[i + 1][j] >= longest[i][j + 1])
      ++i;
    else
      ++j;
  }
  return pairs;
}

const std::vector<Line>& lines_of(const std::vector<Strand>& strands, const std::string& name) {
  static const std::vector<Line> none;
  for (const Strand& strand : strands)
    if (strand.name == name) return strand.lines;
  return none;
}

std::string_view words(Since since) {
  switch (since) {
    case Since::Nothing:
      return "";
    case Since::CallEntered:
      return "after the call";
    case Since::SameBytes:
      return "after the same bytes before";
    case Since::LastArrival:
      return "after the packet that it answers";
    case Since::LastSent:
      return "after the packet before";
  }
  return "";
}

std::string seconds(Duration duration) {
  return fmt::format("{:.3f} s", static_cast<double>(duration) / 1e9);
}

/// Empty, or how the times of two lines that say the same disagree.
std::string other_time(const Line& model, const Line& real) {
  const auto place = static_cast<std::size_t>(model.timed);
  if (model.timed == Since::Nothing || model.after[place] < 0) return {};
  if (real.after[place] < 0) return "there is nothing that its timer was set from";
  if (agree(model.after[place], real.after[place])) return {};
  return fmt::format("{} {}, in the model {}", seconds(real.after[place]), words(model.timed),
                     seconds(model.after[place]));
}

void compare_lines(Verdict& verdict, const std::string& strand, const std::vector<Line>& model,
                   const std::vector<Line>& real, Time edge) {
  auto pairs = common(model, real);
  pairs.emplace_back(model.size(), real.size());
  std::size_t i = 0, j = 0;
  for (const auto& [next_i, next_j] : pairs) {
    while (i < next_i || j < next_j) {  // what stands between two agreements, side by side
      Difference difference{strand, std::nullopt, std::nullopt, "", "", ""};
      if (i < next_i) difference.model = model[i++];
      if (j < next_j) difference.real = real[j++];
      // A call that is open on one side is decided when the other's returns.
      const auto decided = [](const std::optional<Line>& line, const std::optional<Line>& other) {
        return !line || (line->open && other) ? never : line->time;
      };
      const Time first =
          std::min(decided(difference.model, difference.real), decided(difference.real, difference.model));
      const Line& either = difference.model ? *difference.model : *difference.real;
      const bool of_a_moment = either.record == 0;  // both sides looked at that, however late it was
      if (first > edge && !of_a_moment) {
        ++verdict.left_out;
        continue;
      }
      ++verdict.observations;
      verdict.unexplained.push_back(std::move(difference));
    }
    if (next_i == model.size() || next_j == real.size()) break;
    ++verdict.observations;
    const Line& expected = model[i++];
    const Line& seen = real[j++];
    if (std::string what = other_time(expected, seen); !what.empty())
      verdict.unexplained.push_back({strand, expected, seen, std::move(what), "", ""});
    else
      ++verdict.same;
    if (expected.record != 0) verdict.pairs.emplace_back(expected.record, seen.record);
  }
}

bool is_that(const Known& known, const Difference& difference) {
  return known.strand == difference.strand &&
         known.model == (difference.model ? difference.model->text : "") &&
         known.real == (difference.real ? difference.real->text : "");
}

}  // namespace

std::span<const Known> ledger() {
  return std::span(rows).subspan(1);
}

bool agree(Duration model, Duration real) {
  constexpr Duration tick = 4 * millisecond;  // at HZ = 250
  const Duration least = model <= tick ? 0 : model - model / 100;
  return real >= least && real <= model + model * 7 / 100 + 20 * millisecond;
}

Verdict compare(const std::vector<Strand>& model, const std::vector<Strand>& real, Time edge) {
  Verdict verdict;
  for (const Strand& strand : model)
    compare_lines(verdict, strand.name, strand.lines, lines_of(real, strand.name), edge);
  for (const Strand& strand : real)
    if (std::none_of(model.begin(), model.end(),
                     [&](const Strand& known) { return known.name == strand.name; }))
      compare_lines(verdict, strand.name, {}, strand.lines, edge);
  return verdict;
}

void explain(Verdict& verdict, const std::string& scenario, std::span<const Known> known) {
  for (const Known& entry : known) {
    if (entry.scenario != scenario || scenario.empty()) continue;
    const auto found = std::find_if(verdict.unexplained.begin(), verdict.unexplained.end(),
                                    [&](const Difference& difference) { return is_that(entry, difference); });
    if (found == verdict.unexplained.end()) {
      verdict.stale.push_back(
          fmt::format("{}: model «{}», real «{}»", entry.strand, entry.model, entry.real));
      continue;
    }
    found->why = entry.why;
    found->source = entry.source;
    verdict.explained.push_back(std::move(*found));
    verdict.unexplained.erase(found);
  }
}

}  // namespace sockarium::compare
