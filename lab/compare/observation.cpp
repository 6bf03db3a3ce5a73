#include "lab/compare/observation.h"

#include <map>

namespace sockarium::compare {

Seen observe_model(const Session& session, Time until) {
  Seen seen;
  std::map<std::uint64_t, std::size_t> open;  // raw TaskId → its call that has not returned
  const World& world = session.world();
  for (std::size_t i = 0; i < session.records().size(); ++i) {
    const Record& record = session.records()[i];
    if (record.time > until) break;
    if (const auto* entered = std::get_if<rec::SyscallEntered>(&record.what)) {
      SeenCall call;
      call.task = path_of(world, entered->task);
      call.call = unflatten(entered->call);
      call.line = entered->line;
      call.entered = call.left = record.time;
      open[entered->task.raw()] = seen.calls.size();
      seen.calls.push_back(call);
    } else if (const auto* returned = std::get_if<rec::SyscallReturned>(&record.what)) {
      const auto found = open.find(returned->task.raw());
      if (found == open.end()) continue;
      SeenCall& call = seen.calls[found->second];
      call.result = returned->result;
      call.returned = true;
      call.left = record.time;
      open.erase(found);
    } else if (const auto* ended = std::get_if<rec::TaskEnded>(&record.what)) {
      const auto found = open.find(ended->task.raw());
      if (found == open.end()) continue;
      seen.calls[found->second].signal = ended->signal;
      seen.calls[found->second].left = record.time;
      open.erase(found);
    } else if (const auto* sent = std::get_if<rec::PacketSent>(&record.what)) {
      SeenPacket packet;
      packet.sent = record.time;
      packet.packet = sent->packet;
      packet.lost = !sent->id && sent->packet.link != 0;
      if (sent->packet.link != 0)
        packet.link =
            static_cast<std::int64_t>(world.wire.links.read(LinkId::from_raw(sent->packet.link)).number);
      seen.packets.push_back(packet);
    }
  }
  return seen;
}

}  // namespace sockarium::compare
