// A run as one JSON document (schema 1): hosts, events with their captions, records with cause, because and
// reason, and the sockets at the end as ss shows them. Keys are sorted, times are whole nanoseconds with a
// printable twin.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "sim/observe/names.h"

namespace sockarium::formats {

struct RunTitle {
  std::string title;   ///< of the scenario
  std::string ending;  ///< why nothing follows
};

/// `end`: the world after the last of `records`.
nlohmann::json run_as_json(const World& end, const ByteStore& bytes, const observe::Records& records,
                           const RunTitle& about);

/// One document, indented by two, with a line feed at its end.
std::string json_text(const nlohmann::json& document);

}  // namespace sockarium::formats
