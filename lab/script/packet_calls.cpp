// What programs with packet sockets need beside the calls: htons, filters, and a look into packets.
#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/bpf_compiler.h"
#include "lab/script/call_arguments.h"
#include "lab/script/calls.h"
#include "lab/script/peer.h"
#include "sim/wire/ethernet.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::script {

namespace {

/// htons(number): its two bytes the other way round, as the network wants them.
Answer network_order(Arguments& a) {
  const std::int64_t number = a.integer(1, "number", 0, UINT16_MAX);
  return answer(Value::of((number & 0xff) << 8 | number >> 8));
}

/// bpf("tcp port 80"[, "ethernet"]) → a program for SO_ATTACH_FILTER. With "ethernet" for SOCK_RAW, whose
/// frames have an Ethernet header; else for SOCK_DGRAM.
Answer filter_program(Arguments& a) {
  const std::string expression = a.text(1, "expression");
  const std::string frames = a.missing(2) ? "ip" : a.text(2, "frames");
  if (frames != "ip" && frames != "ethernet")
    a.wrong(2, "frames", "\"ip\" or \"ethernet\"", "write bpf(\"tcp port 80\", \"ethernet\") for SOCK_RAW");
  if (expression.find('\0') != std::string::npos) a.wrong(1, "expression", "words without a zero byte");
  std::vector<std::pair<std::string, Address>> hosts;
  for (const HostSetup& host : runner_of(a).setup().hosts)
    if (!host.addresses.empty()) hosts.emplace_back(host.name, host.addresses.front());
  const CompiledFilter filter = compile_filter(expression, frames == "ethernet", hosts);
  if (!filter.trouble.empty())
    throw Fault(fmt::format("bpf: \"{}\" is no filter: {}", expression, filter.trouble),
                "write it as for tcpdump, with numbers for ports: \"tcp port 80 and host 10.0.0.5\"",
                expression);
  return answer(Value::of(std::string_view(filter.program)));
}

Value number(std::int64_t value) {
  return Value::of(value);
}

/// What a datagram has, besides what every packet has.
void datagram_fields(const wire::Packet& packet, const ByteStore& bytes, Value& table) {
  table.set("src", Value::of(std::string_view(to_string(packet.from.ip))));
  table.set("dst", Value::of(std::string_view(to_string(packet.to.ip))));
  if (packet.fragment_offset == 0) {
    table.set("from", number(packet.from.port));
    table.set("to", number(packet.to.port));
  }
  table.set("data", Value::of(std::string_view(bytes.text(packet.payload))));
}

/// dissect(text) → a table: src, dst, proto, ttl, len (bytes from the IP header on), of TCP what p:expect
/// brings, of UDP from, to, data, of ICMP icmp = {type, code}; a fragment has fragment = {offset, more}. nil:
/// it is no packet, or a filter has cut it.
Answer dissect(Arguments& a) {
  std::string text = a.text(1, "text");
  const int version = text.empty() ? 0 : static_cast<unsigned char>(text[0]) >> 4;
  if (version != 4 && version != 6) text.erase(0, wire::ethernet_header);
  ByteStore& bytes = runner_of(a).bytes();
  const std::span frame(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const auto packet = wire::from_wire(frame, bytes, wire::Checksums::Ignored);
  if (!packet) return answer(Value());
  Value table;
  if (packet->protocol == wire::UDP || packet->fragment_offset != 0) {
    table = Value::table();
    datagram_fields(*packet, bytes, table);
  } else {
    table = segment_table(*packet, bytes);
  }
  table.set("proto", Value::of(wire::protocol_name(packet->protocol)));
  table.set("ttl", number(packet->ttl));
  table.set("len", number(wire::wire_size(*packet)));
  if (packet->is_fragment()) {
    Value fragment = Value::table();
    fragment.set("offset", number(packet->fragment_offset));
    fragment.set("more", Value::of((packet->fragment_bits & wire::more_fragments) != 0));
    table.set("fragment", fragment);
  }
  return answer(table);
}

}  // namespace

void open_packet_calls(lua_State* L) {
  offer_binding<&network_order>(L, "htons");
  offer_binding<&filter_program>(L, "bpf");
  offer_binding<&dissect>(L, "dissect");
}

}  // namespace sockarium::script
