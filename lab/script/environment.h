// The globals of a program: a table of its own in front of what the language offers. A name that neither
// knows is a typing error, said with the nearest name.
#pragma once

#include <string>
#include <vector>

struct lua_State;

namespace sockarium::script {

/// Pushes a new, empty environment.
void push_environment(lua_State* L);

/// The names that the language offers, in order.
std::vector<std::string> builtin_names(lua_State* L);

}  // namespace sockarium::script
