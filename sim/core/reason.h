// Why the kernel does what it does: the table of reasons. Each is one sentence for people and the source of
// the rule (RFC section, Linux function, sysctl). A record carries one; «why did this happen?» reads it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sockarium {

enum class Reason : std::uint32_t {
#define SOCKARIUM_REASON(id, sentence, source) id,
#include "sim/core/reason.def"
#undef SOCKARIUM_REASON
};

struct ReasonRow {
  Reason id;
  std::string_view name;      ///< «AcceptQueueFull», as scenarios write it
  std::string_view sentence;  ///< «the accept queue is full: …»
  std::string_view source;    ///< «Linux tcp_conn_request; net.core.somaxconn»
};

inline constexpr std::array reason_table{
#define SOCKARIUM_REASON(id, sentence, source) ReasonRow{Reason::id, #id, sentence, source},
#include "sim/core/reason.def"
#undef SOCKARIUM_REASON
};

constexpr const ReasonRow& row_of(Reason id) {
  return reason_table[static_cast<std::size_t>(id)];
}

}  // namespace sockarium
