// A Lua value as a C++ value, copied out of the script's reach. Bindings read their arguments into these with
// functions that never raise a Lua error, and answer with these; only then, with no object of C++ alive on
// the stack, are they pushed (a Lua error is a longjmp, which runs no destructor).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/address.h"

struct lua_State;

namespace sockarium::script {

/// What a userdata of ours stands for. There are no others: no library that makes one is open.
enum class HandleKind : std::uint32_t {
  Library,  ///< string, table, math, utf8: read-only; its first user value is the table behind it
  Params,   ///< likewise, and it can be called once to declare
  World,    ///< `w`: likewise, of methods
  Host,     ///< number: place in Setup::hosts
  Link,     ///< place in Setup::links
  Process,  ///< place in Setup::processes
  Pattern,  ///< number of bytes
  When,     ///< place in the loader's list of moments
  Peer,     ///< what a raw peer's program sends with: place in Setup::hosts
};

struct Handle {
  HandleKind kind = HandleKind::Host;
  std::uint32_t reserved = 0;
  std::uint64_t number = 0;
};

struct Entry;

struct Value {
  enum class Kind { Nil, Boolean, Integer, Number, Text, Table, Function, Handle, Other };
  Kind kind = Kind::Nil;
  bool boolean = false;
  bool is_endpoint = false;  ///< a table {ip, port} that prints as ip:port
  std::int64_t integer = 0;
  double number = 0;  ///< also set for integers
  std::string text;
  std::vector<Entry> entries;  ///< of a table: its list first, then its fields by name
  Handle handle;

  Value() = default;
  static Value of(bool value);
  static Value of(std::int64_t value);
  static Value of(double value);
  static Value of(std::string_view value);
  /// {ip, port}, written as a socket of that family writes it.
  static Value of(const Endpoint& value, bool ipv6 = false);
  static Value of(Handle value);
  static Value table();

  bool is_number() const { return kind == Kind::Integer || kind == Kind::Number; }
  /// A field of a table, by name; nullptr where it has none.
  const Value* field(std::string_view name) const;
  void set(std::string_view name, Value value);
  void append(Value value);
  /// How long the list at its head is.
  std::size_t length() const;
  const Value& item(std::size_t i) const;  ///< from 0
};

struct Entry {
  Value key, value;
};

/// Reads the value at `index`; tables down to `depth` levels. Never raises.
Value read_value(lua_State* L, int index, int depth = 4);
/// May raise (out of memory): no object with a destructor may be alive in the callers on this side of the
/// call.
void push_value(lua_State* L, const Value& value);
/// The handle at `index`, or nullptr. Never raises.
const Handle* handle_at(lua_State* L, int index);
void push_handle(lua_State* L, Handle handle);

/// «a string ("128")», «nil», «a host»: for error messages.
std::string describe(const Value& value);
/// As print shows it.
std::string show(const Value& value);
std::string show_number(double number);

}  // namespace sockarium::script
