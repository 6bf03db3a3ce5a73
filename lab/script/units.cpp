#include "lab/script/units.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>

#include "sim/wire/packet.h"

namespace sockarium::script {

namespace {

struct Quantity {
  double number = 0;
  std::string unit;
};

/// A plain decimal number and the letters behind it. No signs, no exponents, no hexadecimal: those are typing
/// errors.
std::optional<Quantity> split(std::string_view text) {
  Quantity quantity;
  std::size_t i = 0;
  double scale = 1;
  bool digits = false, point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digits = true;
      quantity.number = quantity.number * 10 + (c - '0');
      if (point) scale *= 10;
    } else {
      break;
    }
  }
  if (!digits) return std::nullopt;
  quantity.number /= scale;
  while (i < text.size() && text[i] == ' ') ++i;
  quantity.unit = std::string(text.substr(i));
  return quantity;
}

constexpr double most = 9.2e18;  // what 63 bits hold

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity) return std::nullopt;
  double unit = 0;
  if (quantity->unit == "ns")
    unit = 1;
  else if (quantity->unit == "us" || quantity->unit == "µs")
    unit = 1e3;
  else if (quantity->unit == "ms")
    unit = 1e6;
  else if (quantity->unit == "s" || quantity->unit == "sec")
    unit = 1e9;
  else if (quantity->unit == "min" || quantity->unit == "m")
    unit = 60e9;
  else if (quantity->unit == "h")
    unit = 3600e9;
  else
    return std::nullopt;
  if (quantity->number * unit > most) return std::nullopt;
  return static_cast<Duration>(std::llround(quantity->number * unit));
}

std::optional<Duration> duration_of_seconds(double seconds) {
  if (!(seconds >= 0) || seconds * 1e9 > most) return std::nullopt;
  return static_cast<Duration>(std::llround(seconds * 1e9));
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity) return std::nullopt;
  double unit = 0;
  if (quantity->unit == "bit")
    unit = 1;
  else if (quantity->unit == "kbit")
    unit = 1e3;
  else if (quantity->unit == "mbit")
    unit = 1e6;
  else if (quantity->unit == "gbit")
    unit = 1e9;
  else
    return std::nullopt;
  const double rate = quantity->number * unit;
  if (rate < 1 || rate > 1e15) return std::nullopt;
  return static_cast<std::uint64_t>(rate);
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity) return std::nullopt;
  double unit = 0;
  if (quantity->unit.empty() || quantity->unit == "b")
    unit = 1;
  else if (quantity->unit == "k" || quantity->unit == "kb")
    unit = 1024;
  else if (quantity->unit == "m" || quantity->unit == "mb")
    unit = 1024.0 * 1024;
  else if (quantity->unit == "g" || quantity->unit == "gb")
    unit = 1024.0 * 1024 * 1024;
  else
    return std::nullopt;
  if (quantity->number * unit > most) return std::nullopt;
  return static_cast<std::int64_t>(quantity->number * unit);
}

std::optional<std::uint64_t> parse_chance(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity || quantity->unit != "%" || quantity->number > 100) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(quantity->number * 10'000));
}

std::string show_duration(Duration duration) {
  struct Unit {
    Duration size;
    const char* name;
  };
  static constexpr Unit units[] = {{second, "s"}, {millisecond, "ms"}, {microsecond, "µs"}, {1, "ns"}};
  if (duration == 0) return "0 s";
  const std::string sign = duration < 0 ? "-" : "";
  const auto length =
      static_cast<std::uint64_t>(duration < 0 ? -(duration + 1) : duration) + (duration < 0 ? 1 : 0);
  for (const Unit& unit : units) {
    const auto size = static_cast<std::uint64_t>(unit.size);
    if (length < size && unit.size != 1) continue;
    std::string text = fmt::format("{}{}", sign, length / size);
    if (length % size != 0) {
      std::string rest = fmt::format("{:0{}}", length % size, static_cast<int>(std::log10(unit.size) + 0.5));
      while (rest.back() == '0') rest.pop_back();
      text += "." + rest;
    }
    return text + " " + unit.name;
  }
  return "";
}

std::optional<FlagMatch> parse_flags(std::string_view text) {
  FlagMatch match;
  std::string word;
  const auto take = [&] {
    if (word == "SYN")
      match.with |= wire::SYN;
    else if (word == "ACK")
      match.with |= wire::ACK;
    else if (word == "FIN")
      match.with |= wire::FIN;
    else if (word == "RST")
      match.with |= wire::RST;
    else if (word == "PSH")
      match.with |= wire::PSH;
    else if (word == "URG")
      match.with |= wire::URG;
    else
      return false;
    word.clear();
    return true;
  };
  for (const char c : text) {
    if (c == ',' || c == '+' || c == '|' || c == '-' || c == ' ' || c == '/') {
      if (!word.empty() && !take()) return std::nullopt;
    } else {
      word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  if (!word.empty() && !take()) return std::nullopt;
  if (match.with == 0) return std::nullopt;
  if (match.with == wire::SYN) match.without = wire::ACK;
  if (match.with == wire::ACK) match.without = wire::SYN | wire::FIN | wire::RST | wire::PSH;
  return match;
}

}  // namespace sockarium::script
