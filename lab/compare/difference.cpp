#include "lab/compare/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sockarium::compare {

namespace {

struct Known {
  std::string_view scenario, strand, model, real, why, source;
};
// The empty row lets the ledger be empty.
constexpr std::array ledger{
    Known{},
#define SOCKARIUM_KNOWN_DIFFERENCE(scenario, strand, model, real, why, source) \
  Known{scenario, strand, model, real, why, source},
#include "lab/compare/known_differences.def"
#undef SOCKARIUM_KNOWN_DIFFERENCE
};

constexpr std::size_t compared_most = 4000;  // lines of one strand; more would take long

/// Pairs (place in `a`, place in `b`) of a longest common subsequence.
std::vector<std::pair<std::size_t, std::size_t>> common(const std::vector<Line>& a,
                                                        const std::vector<Line>& b) {
  const std::size_t rows = std::min(a.size(), compared_most), columns = std::min(b.size(), compared_most);
  std::vector<std::vector<std::uint16_t>> longest(rows + 1, std::vector<std::uint16_t>(columns + 1, 0));
  for (std::size_t i = rows; i-- > 0;)
    for (std::size_t j = columns; j-- > 0;)
      longest[i][j] = a[i].text == b[j].text ? static_cast<std::uint16_t>(longest[i + 1][j + 1] + 1)
                                             : std::max(longest[i + 1][j], longest[i][j + 1]);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
    if (a[i].text == b[j].text)
      pairs.emplace_back(i++, j++);
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
      const Time first = std::min(difference.model ? difference.model->time : never,
                                  difference.real ? difference.real->time : never);
      if (first > edge) {
        ++verdict.left_out;
        continue;
      }
      ++verdict.observations;
      verdict.unexplained.push_back(difference);
    }
    if (next_i == model.size() || next_j == real.size()) break;
    ++verdict.observations;
    const Line& expected = model[i++];
    const Line& seen = real[j++];
    if (expected.gap >= 0 && seen.gap >= 0 && !agree(expected.gap, seen.gap))
      verdict.unexplained.push_back(
          {strand, expected, seen,
           fmt::format("sent again after {:.3f} s, in the model after {:.3f} s",
                       static_cast<double>(seen.gap) / 1e9, static_cast<double>(expected.gap) / 1e9),
           "", ""});
    else
      ++verdict.same;
  }
}

bool is_that(const Known& known, const std::string& scenario, const Difference& difference) {
  return known.scenario == scenario && known.strand == difference.strand &&
         known.model == (difference.model ? difference.model->text : "") &&
         known.real == (difference.real ? difference.real->text : "");
}

}  // namespace

bool agree(Duration model, Duration real) {
  return real >= model - model / 100 - millisecond && real <= model + model * 7 / 100 + 20 * millisecond;
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

void explain(Verdict& verdict, const std::string& scenario) {
  for (const Known& known : ledger) {
    if (known.scenario != scenario || known.scenario.empty()) continue;
    const auto found =
        std::find_if(verdict.unexplained.begin(), verdict.unexplained.end(),
                     [&](const Difference& difference) { return is_that(known, scenario, difference); });
    if (found == verdict.unexplained.end()) {
      verdict.stale.push_back(
          fmt::format("{}: model «{}», real «{}»", known.strand, known.model, known.real));
      continue;
    }
    found->why = known.why;
    found->source = known.source;
    verdict.explained.push_back(*found);
    verdict.unexplained.erase(found);
  }
}

}  // namespace sockarium::compare
