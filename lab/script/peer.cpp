#include "lab/script/peer.h"

#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/runner.h"
#include "lab/script/suggest.h"
#include "lab/script/units.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::script {

namespace {

struct FlagLetter {
  char letter;
  wire::Flag flag;
};
/// As tcpdump and packetdrill write them, in the order in which a table shows them.
constexpr FlagLetter flag_letters[] = {{'S', wire::SYN}, {'F', wire::FIN}, {'R', wire::RST}, {'P', wire::PSH},
                                       {'A', wire::ACK}, {'U', wire::URG}, {'.', wire::ACK}};

/// «SA», «S.», also «SYN,ACK»; "" is no flag at all.
std::optional<std::uint8_t> read_letters(const std::string& text) {
  std::uint8_t flags = 0;
  for (const char c : text) {
    bool known = false;
    for (const FlagLetter& row : flag_letters)
      if (row.letter == c) {
        flags |= row.flag;
        known = true;
      }
    if (known) continue;
    const auto words = parse_flags(text);
    return words ? std::optional(words->with) : std::nullopt;
  }
  return flags;
}

std::optional<std::uint8_t> flags_field(Fields& fields) {
  const Value* value = fields.find("flags");
  if (value == nullptr) return std::nullopt;
  const auto flags = value->kind == Value::Kind::Text ? read_letters(value->text) : std::nullopt;
  if (!flags)
    fields.wrong("flags", "letters of S, F, R, P, A, U in quotes", "write flags = \"SA\", or \"\" for none");
  return flags;
}

std::optional<std::uint16_t> port_field(Fields& fields, std::string_view key) {
  if (fields.find(key) == nullptr) return std::nullopt;
  return static_cast<std::uint16_t>(fields.integer(key, 0, 0, 65535));
}

/// Numbers of 32 bits wrap around, so that seq + 1 and seq - 1 always have a meaning.
std::optional<std::uint32_t> wrapped_field(Fields& fields, std::string_view key) {
  constexpr std::int64_t turn = std::int64_t{1} << 32;
  if (fields.find(key) == nullptr) return std::nullopt;
  return static_cast<std::uint32_t>(fields.integer(key, 0, -turn, 2 * turn));
}

std::optional<Address> address_field(Fields& fields, const Setup& setup, std::string_view key) {
  const Value* value = fields.find(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Value::Kind::Handle && value->handle.kind == HandleKind::Host)
    return setup.hosts[value->handle.number].addresses.front();
  if (value->kind == Value::Kind::Text) {
    if (const auto address = parse_v4(value->text)) return *address;
    if (const auto address = parse_v6(value->text)) return *address;
    for (const HostSetup& host : setup.hosts)
      if (host.name == value->text) return host.addresses.front();
  }
  fields.wrong(key, "an address like \"10.9.0.2\", or a host");
}

std::optional<std::string> data_field(Fields& fields, const ByteStore& bytes) {
  const Value* value = fields.find("data");
  if (value == nullptr) return std::nullopt;
  constexpr std::uint64_t most = 65'000;  // an IP packet's length has 16 bits
  std::uint64_t size = value->text.size();
  const bool is_pattern = value->kind == Value::Kind::Handle && value->handle.kind == HandleKind::Pattern;
  if (is_pattern) size = value->handle.number;
  if ((!is_pattern && value->kind != Value::Kind::Text) || size > most)
    fields.wrong("data", fmt::format("a text or pattern(n), of at most {} bytes", most));
  return is_pattern ? bytes.text(pattern(static_cast<std::uint32_t>(size))) : value->text;
}

void timestamps_field(Fields& fields, wire::Options& options) {
  const Value* value = fields.find("ts");
  if (value == nullptr) return;
  const std::string usage = "write ts = {100, 0}";
  if (value->kind != Value::Kind::Table) fields.wrong("ts", "a table {val, ecr}", usage);
  Fields inner(*value, "ts");
  std::optional<std::uint32_t> numbers[2] = {wrapped_field(inner, "val"), wrapped_field(inner, "ecr")};
  inner.finish(2);
  for (std::size_t i = 0; i < 2; ++i) {
    if (!numbers[i] && i < value->length() && value->item(i).kind == Value::Kind::Integer)
      numbers[i] = static_cast<std::uint32_t>(value->item(i).integer);
    if (!numbers[i]) fields.wrong("ts", "a table {val, ecr} of two numbers", usage);
  }
  options.has_timestamps = true;
  options.timestamp = *numbers[0];
  options.echo = *numbers[1];
}

void option_fields(Fields& fields, wire::Packet& packet) {
  wire::Options& options = packet.options;
  options.mss = static_cast<std::uint16_t>(fields.integer("mss", 0, 1, 65535));
  options.has_window_scale = fields.find("wscale") != nullptr;
  options.window_scale = static_cast<std::uint8_t>(fields.integer("wscale", 0, 0, 255));
  if (const Value* sack = fields.find("sack")) {
    if (sack->kind != Value::Kind::Boolean) fields.wrong("sack", "true or false");
    options.sack_permitted = sack->boolean;
  }
  timestamps_field(fields, options);
  if (packet.has(wire::SYN)) return;
  for (const char* key : {"mss", "wscale", "sack"})
    if (fields.table().field(key) != nullptr)
      throw Fault(fmt::format("'{}' of {} belongs to a segment with SYN", key, fields.call()),
                  "leave it out, or add S to its flags", key);
}

/// icmp = {3, 1}, {type, code} of RFC 792 (to a host of IPv6: of RFC 4443), or {type, code, mtu}; about =
/// what p:expect brought.
void icmp_fields(Fields& fields, wire::Packet& packet, const HostSetup& host) {
  const std::string usage = "write icmp = {3, 1}, about = syn";
  const Value* value = fields.find("icmp");
  std::int64_t numbers[3] = {0, 0, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    const bool needed = i < 2;
    if (value->kind != Value::Kind::Table || (needed && i >= value->length()))
      fields.wrong("icmp", "a table {type, code}", usage);
    if (i >= value->length()) continue;
    const Value& number = value->item(i);
    if (number.kind != Value::Kind::Integer || number.integer < 0 || number.integer > (needed ? 255 : 65535))
      fields.wrong("icmp", "a table {type, code} of two numbers", usage);
    numbers[i] = number.integer;
  }
  const Value* about = fields.find("about");
  if (about == nullptr || about->kind != Value::Kind::Table)
    fields.wrong("about", "the segment that it speaks of, as p:expect gave it", usage);
  const auto field = [&](const char* key) -> std::int64_t {
    const Value* found = about->field(key);
    if (found == nullptr || found->kind != Value::Kind::Integer)
      fields.wrong("about", "the segment that it speaks of, as p:expect gave it", usage);
    return found->integer;
  };
  const auto address = [&](const char* key) {
    const Value* found = about->field(key);
    std::optional<Address> read;
    if (found != nullptr && found->kind == Value::Kind::Text) {
      read = parse_v4(found->text);
      if (!read) read = parse_v6(found->text);
    }
    if (!read) fields.wrong("about", "the segment that it speaks of, as p:expect gave it", usage);
    return *read;
  };
  packet.protocol = 1;
  packet.icmp.type = static_cast<std::uint8_t>(numbers[0]);
  packet.icmp.code = static_cast<std::uint8_t>(numbers[1]);
  packet.icmp.mtu = static_cast<std::uint16_t>(numbers[2]);
  packet.icmp.from = {address("src"), static_cast<std::uint16_t>(field("from")), 0};
  packet.icmp.to = {address("dst"), static_cast<std::uint16_t>(field("to")), 0};
  packet.icmp.seq = Seq{static_cast<std::uint32_t>(field("seq"))};
  packet.to.ip = host.addresses.front();
  if (packet.to.ip.is_v4() != packet.icmp.from.ip.is_v4()) packet.to.ip = packet.icmp.from.ip;
  if (packet.from.ip.is_v4() != packet.to.ip.is_v4()) packet.from.ip = packet.icmp.to.ip;
}

/// Place of the peer in Setup::hosts.
std::size_t peer_of(const Arguments& a) {
  require_phase(a, Phase::Running);
  const Value self = a.value(1, 1);
  if (self.kind == Value::Kind::Handle && self.handle.kind == HandleKind::Peer) return self.handle.number;
  std::string method(a.call());
  std::string wrong = method;
  wrong[1] = '.';
  throw Fault(fmt::format("{} is called on a peer, not on {}", method, describe(self)),
              fmt::format("write {}{{…}} with a colon", method), wrong);
}

Value table_of_fields(const Arguments& a, const std::string& example) {
  Value table = a.value(2);
  if (a.missing(2)) table = Value::table();
  if (table.kind != Value::Kind::Table)
    throw Fault(fmt::format("{} needs a table, not {}", a.call(), describe(table)), "write " + example,
                std::string(a.call()));
  return table;
}

/// The host at the other end of the peer's link.
const HostSetup& neighbour_of(const Setup& setup, std::size_t peer) {
  for (const LinkSetup& link : setup.links)
    if (link.b == peer) return setup.hosts[link.a];
  return setup.hosts[peer];
}

Answer send_segment(Arguments& a) {
  const std::string example = "p:send{ flags = \"S\", from = 4000, to = 80, seq = 0 }";
  const std::size_t peer = peer_of(a);
  Runner& runner = runner_of(a);
  const Setup& setup = runner.setup();
  Fields fields(table_of_fields(a, example), std::string(a.call()));
  wire::Packet packet;
  const auto inject = [&] {
    fields.finish();
    const std::vector<std::uint8_t> frame = wire::to_wire(packet, runner.bytes());
    return make_call(
        a, sys::Inject{runner.bytes().intern({reinterpret_cast<const char*>(frame.data()), frame.size()})});
  };
  if (fields.find("icmp") != nullptr) {
    packet.from.ip = address_field(fields, setup, "src").value_or(setup.hosts[peer].addresses.front());
    icmp_fields(fields, packet, neighbour_of(setup, peer));
    return inject();
  }
  const auto flags = flags_field(fields);
  if (!flags) fields.wrong("flags", "letters of S, F, R, P, A, U", "write " + example);
  packet.flags = *flags;
  const auto from = port_field(fields, "from");
  const auto to = port_field(fields, "to");
  if (!from) fields.wrong("from", "the port that it comes from", "write " + example);
  if (!to) fields.wrong("to", "the port that it goes to", "write " + example);
  packet.from = {address_field(fields, setup, "src").value_or(setup.hosts[peer].addresses.front()), *from, 0};
  packet.to = {address_field(fields, setup, "dst").value_or(neighbour_of(setup, peer).addresses.front()), *to,
               0};
  packet.seq = Seq{wrapped_field(fields, "seq").value_or(0)};
  packet.ack = Seq{wrapped_field(fields, "ack").value_or(0)};
  packet.window = static_cast<std::uint16_t>(fields.integer("win", 65535, 0, 65535));
  packet.payload = runner.bytes().intern(data_field(fields, runner.bytes()).value_or(""));
  option_fields(fields, packet);
  return inject();
}

Answer expect_segment(Arguments& a) {
  peer_of(a);
  Runner& runner = runner_of(a);
  Fields fields(table_of_fields(a, "p:expect{ flags = \"SA\", within = \"1s\" }"), std::string(a.call()));
  WantedSegment wanted;
  wanted.flags = flags_field(fields);
  wanted.from = port_field(fields, "from");
  wanted.to = port_field(fields, "to");
  wanted.seq = wrapped_field(fields, "seq");
  wanted.ack = wrapped_field(fields, "ack");
  wanted.source = address_field(fields, runner.setup(), "src");
  wanted.destination = address_field(fields, runner.setup(), "dst");
  wanted.data = data_field(fields, runner.bytes());
  const Duration within = fields.duration("within").value_or(-1);
  fields.finish();
  runner.task().wanted = wanted;
  return make_call(a, sys::Capture{within});
}

struct AllowedCall {
  bool operator()(const sys::Inject&) const { return true; }
  bool operator()(const sys::Capture&) const { return true; }
  bool operator()(const sys::Sleep&) const { return true; }
  bool operator()(const sys::Compute&) const { return true; }
  bool operator()(const sys::Now&) const { return true; }
  bool operator()(const sys::Random&) const { return true; }
  bool operator()(const sys::Getpid&) const { return true; }
  bool operator()(const sys::Exit&) const { return true; }
  bool operator()(const sys::Write& call) const { return call.fd == 1 || call.fd == 2; }
  template <class Call>
  bool operator()(const Call&) const {
    return false;
  }
};

std::string letters_of(std::uint8_t flags) {
  std::string text;
  for (const FlagLetter& row : flag_letters)
    if ((flags & row.flag) != 0 && row.letter != '.') text += row.letter;
  return text;
}

template <class Number>
Value number(Number value) {
  return Value::of(static_cast<std::int64_t>(value));
}

template <BindingBody body>
void set_method(lua_State* L, const char* field, const char* name) {
  lua_pushstring(L, name);
  lua_pushcclosure(L, &binding<body>, 1);
  lua_setfield(L, -2, field);
}

}  // namespace

bool WantedSegment::fits(const wire::Packet& packet, const ByteStore& bytes) const {
  return (!flags || *flags == packet.flags) && (!from || *from == packet.from.port) &&
         (!to || *to == packet.to.port) && (!seq || *seq == packet.seq.value) &&
         (!ack || *ack == packet.ack.value) && (!source || *source == packet.from.ip) &&
         (!destination || *destination == packet.to.ip) && (!data || *data == bytes.text(packet.payload));
}

bool peer_may_call(const Syscall& call) {
  return std::visit(AllowedCall{}, call);
}

Value segment_table(const wire::Packet& packet, const ByteStore& bytes) {
  Value table = Value::table();
  if (packet.is_icmp()) {
    Value icmp = Value::table();
    icmp.set("type", number(packet.icmp.type));
    icmp.set("code", number(packet.icmp.code));
    table.set("icmp", icmp);
    table.set("src", Value::of(std::string_view(to_string(packet.from.ip))));
    table.set("dst", Value::of(std::string_view(to_string(packet.to.ip))));
    return table;
  }
  table.set("flags", Value::of(std::string_view(letters_of(packet.flags))));
  table.set("from", number(packet.from.port));
  table.set("to", number(packet.to.port));
  table.set("src", Value::of(std::string_view(to_string(packet.from.ip))));
  table.set("dst", Value::of(std::string_view(to_string(packet.to.ip))));
  table.set("seq", number(packet.seq.value));
  table.set("ack", number(packet.ack.value));
  table.set("win", number(packet.window));
  table.set("data", Value::of(std::string_view(bytes.text(packet.payload))));
  const wire::Options& options = packet.options;
  if (options.mss != 0) table.set("mss", number(options.mss));
  if (options.has_window_scale) table.set("wscale", number(options.window_scale));
  if (options.sack_permitted) table.set("sack", Value::of(true));
  if (options.has_timestamps) {
    Value stamps = Value::table();
    stamps.set("val", number(options.timestamp));
    stamps.set("ecr", number(options.echo));
    table.set("ts", stamps);
  }
  return table;
}

void push_peer(lua_State* L, std::size_t host) {
  push_handle(L, Handle{HandleKind::Peer, 0, host});
  lua_newtable(L);
  set_method<&send_segment>(L, "send", "p:send");
  set_method<&expect_segment>(L, "expect", "p:expect");
  lua_setiuservalue(L, -2, 1);
}

}  // namespace sockarium::script
