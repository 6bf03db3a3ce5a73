// A process's own copy of a function: its code, the variables around it (upvalues) and its globals. Processes
// share no memory, so what one counts another does not see; and a run repeats, as nothing passes between
// programs but by calls of the kernel.
#pragma once

struct lua_State;

namespace sockarium::script {

/// Replaces the value on top of the stack by a deep copy. Variables that two functions share stay shared
/// between the copies; circles stay circles. Handles, C functions and what is marked as shared are the same
/// object in both. Raises Lua errors (out of memory).
void push_copy_for_process(lua_State* L);

/// Marks the object on top of the stack as shared by all processes, and pops it.
void share(lua_State* L);

}  // namespace sockarium::script
