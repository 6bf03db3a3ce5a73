#include "sim/core/syscall.h"

#include <fmt/format.h>

#include <utility>

#include "sim/core/assert.h"
#include "sim/core/signal.h"

namespace sockarium {

namespace {

template <std::size_t... I>
Syscall unflatten_as(const FlatCall& flat, std::index_sequence<I...>) {
  Syscall call;
  const auto take = [&](auto& alternative) {
    static_assert(Flat<std::remove_reference_t<decltype(alternative)>>);
    static_assert(sizeof alternative <= sizeof flat.arguments);
    std::memcpy(&alternative, flat.arguments.data(), sizeof alternative);
  };
  ((flat.kind == I ? take(call.emplace<I>()) : void()), ...);
  return call;
}

}  // namespace

std::string_view name(const Syscall& call) {
  return std::visit([](const auto& c) { return std::remove_reference_t<decltype(c)>::name; }, call);
}

std::int32_t fd_of(const Syscall& call) {
  return std::visit(
      [](const auto& c) -> std::int32_t {
        if constexpr (requires { c.fd; })
          return static_cast<std::int32_t>(c.fd);
        else
          return -1;
      },
      call);
}

Bytes numbers(const std::vector<std::int32_t>& list, ByteStore& bytes) {
  std::string text;
  for (const std::int32_t number : list)
    for (int shift = 0; shift < 32; shift += 8)
      text += static_cast<char>(static_cast<std::uint32_t>(number) >> shift & 0xff);
  return text.empty() ? Bytes{} : bytes.intern(text);
}

std::vector<std::int32_t> numbers_in(const Bytes& list, const ByteStore& bytes) {
  std::vector<std::int32_t> found;
  const std::string text = bytes.text(list);
  for (std::size_t at = 0; at + 4 <= text.size(); at += 4) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<std::uint8_t>(text[at + i]);
    found.push_back(static_cast<std::int32_t>(number));
  }
  return found;
}

FlatCall flatten(const Syscall& call) {
  FlatCall flat;
  flat.kind = call.index();
  std::visit([&](const auto& c) { std::memcpy(flat.arguments.data(), &c, sizeof c); }, call);
  return flat;
}

Syscall unflatten(const FlatCall& flat) {
  SOCKARIUM_ASSERT(flat.kind < std::variant_size_v<Syscall>);
  return unflatten_as(flat, std::make_index_sequence<std::variant_size_v<Syscall>>{});
}

}  // namespace sockarium
