// Runs in which a person did something: the session of a scenario with its deeds done, and the other way
// round, what was done in a session as a scenario file that does it again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lab/script/scenario.h"
#include "lab/session/session.h"

namespace sockarium::script {

/// A session of the scenario in which its deeds are done, each as a branch of its own that departs from the
/// one before, so that each can be undone; the last is shown, at its start. Or which deed can't be done.
std::variant<std::unique_ptr<Session>, LoadError> start(const std::shared_ptr<const Scenario>& scenario);

/// Packets on their way, in the order of their sending: those that fit the words, whatever their nth.
std::vector<PacketId> fitting(const Session& session, const PacketWords& words);

/// The segment, without its data; numbers that are not given are those that fit in that world.
wire::Packet forged(const World& world, const deed::Forge& forge);

/// The person's run in the branch that the session shows, as the text of a scenario file: the scenario's own
/// text with params, seed, profile and every intervention behind it. It has been read again and gives the
/// same world, or `trouble` says why it can't be written. The cursor stays where it is.
struct Recording {
  std::string text;
  std::string trouble;
  std::size_t deeds = 0;
};
Recording record(Session& session, const Scenario& scenario);

/// A text as Lua reads it: in quotes, what is not printable as \ddd.
std::string quoted(std::string_view text);

}  // namespace sockarium::script
