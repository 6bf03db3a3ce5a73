#include "lab/script/suggest.h"

#include <algorithm>
#include <cctype>

namespace sockarium::script {

namespace {
std::string lowered(std::string_view text) {
  std::string low(text);
  for (char& c : low) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return low;
}
}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
  constexpr std::size_t longest = 64;                       // nobody mistypes a name that long
  if (word.size() < 3 || word.size() > longest) return "";  // too short to be near to anything
  const std::string low = lowered(word);
  std::string best;
  std::size_t least = word.size() <= 3 ? 2 : word.size() <= 6 ? 3 : 4;  // one letter in three may be wrong
  for (const std::string& name : names) {
    if (name.size() > longest) continue;
    const std::size_t distance = edit_distance(low, lowered(name));
    if (distance >= name.size()) continue;  // nothing of it is left
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names,
                         std::string otherwise) {
  const std::string best = nearest(word, names);
  if (best.empty()) return otherwise;
  return "did you mean '" + best + "'?";
}

std::string listed(const std::vector<std::string>& names, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " " + std::string(last) + " " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace sockarium::script
