// The constants of C that scripts may use.
#pragma once

#include <string_view>

struct lua_State;

namespace sockarium::script {

void offer_constants(lua_State* L);

/// Socket options that Linux has and the model not yet: «SO_KEEPALIVE».
bool is_option_of_linux(std::string_view name);

}  // namespace sockarium::script
