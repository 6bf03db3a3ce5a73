// The calls that programs make, one file for each kind of them.
#pragma once

struct lua_State;

namespace sockarium::script {

void open_socket_calls(lua_State* L);
void open_file_calls(lua_State* L);
void open_process_calls(lua_State* L);
void open_message_calls(lua_State* L);
void open_waiting_calls(lua_State* L);
void open_packet_calls(lua_State* L);
void open_netlink_calls(lua_State* L);

}  // namespace sockarium::script
