// Any segments thrown at a listening, connecting and connected host, in any order: the world stays whole.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "sim/inet/route.h"
#include "sim/step.h"
#include "tests/support/invariants.h"
#include "tests/support/lab.h"

namespace {

using namespace sockarium;
using namespace sockarium::test;

/// A host with a listener, a connection under way and an open one; the peer answers nothing.
Lab& stage() {
  static Lab lab(1_ms);
  static const bool ready = [] {
    lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 3), accept(3), sleep(1000_s)});
    lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 3000), sleep(1000_s)}).starting(1_ms);
    lab.program("srv", "lost", {socket(), bind(3, 5000), connect(3, 6000, client_address), sleep(1000_s)})
        .starting(1_ms);
    lab.run(2_ms);
    return true;
  }();
  (void)ready;
  return lab;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Session& session = stage().session();
  World world = session.world();
  ByteStore bytes;
  std::vector<Record> records;
  const NetId from = world.kernel.hosts.read(world.kernel.hosts.first()).net;
  const Endpoint ends[] = {endpoint(client_address, 40'000), endpoint(client_address, 6000)};
  while (size >= 12) {
    wire::Packet packet;
    packet.from = ends[data[0] & 1];
    packet.to = endpoint(server_address, (data[0] & 2) != 0 ? 80 : 5000);
    packet.flags = data[1] & 0x1f;
    Seq seq;
    Seq ack;  // near what the connection that it may meet expects
    if (const inet::Owner* owner = world.inet.connections.find(
            inet::TupleKey{world.kernel.hosts.read(world.kernel.hosts.next(world.kernel.hosts.first())).net,
                           packet.to, packet.from});
        owner != nullptr && owner->kind == inet::OwnerKind::Connection) {
      const tcp::Connection& meets = world.tcp.connections.read(ConnectionId::from_raw(owner->id));
      seq = meets.rcv_nxt;
      ack = meets.snd_nxt;
    } else if (owner != nullptr && owner->kind == inet::OwnerKind::Request) {
      const tcp::Request& meets = world.tcp.requests.read(RequestId::from_raw(owner->id));
      seq = meets.irs + 1;
      ack = meets.iss + 1;
    }
    std::uint32_t near = 0;
    std::memcpy(&near, data + 2, 4);
    packet.seq = seq + (near % 4 == 0 ? near % 256 : 128u) - 128u;
    std::memcpy(&near, data + 6, 4);
    packet.ack = ack + (near % 4 == 0 ? near % 256 : 128u) - 128u;
    packet.window = static_cast<std::uint16_t>(data[10] * 256);
    packet.payload = pattern(data[11]);
    data += 12;
    size -= 12;
    {
      Step step(world, bytes, records, 0);
      inet::send(step, from, packet, Reason::None);
    }
    for (int i = 0; i < 3 && !world.at_end() && !world.next_is_turn(); ++i) {
      records.clear();
      sockarium::step(world, bytes, {}, records);
      SOCKARIUM_ASSERT(broken_invariant(world).empty());
    }
  }
  return 0;
}
