// The SYN queue of a listener: half-open requests, which wait for the final ACK of their handshakes. It is
// full when it holds more than the backlog, so it takes one more (kernel-measured, Linux 6.18;
// inet_csk_reqsk_queue_is_full); older kernels take none more.
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

bool syn_queue_full(const Listener& listener) {
  return listener.syn_length >= listener.backlog + listener.syn_extra;
}

void join_syn_queue(Step& step, ListenerId listener_id, RequestId id, Reason reason) {
  Listener& listener = step.world.tcp.listeners.write(listener_id);
  Request& request = step.world.tcp.requests.write(id);
  request.previous = listener.syn_last;
  if (listener.syn_last)
    step.world.tcp.requests.write(listener.syn_last).next = id;
  else
    listener.syn_first = id;
  listener.syn_last = id;
  ++listener.syn_length;
  if (request.timeouts == 0) ++listener.syn_young;
  listener.filled_syn =
      step.record(rec::QueueEntered{listener.socket, Ends{request.local, request.peer}, QueueKind::Syn, 0,
                                    listener.syn_length, listener.backlog},
                  reason);
}

void leave_syn_queue(Step& step, RequestId id, Reason reason) {
  World& world = step.world;
  Request& request = world.tcp.requests.write(id);
  if (!request.listener) return;
  const ConnectionId owner = ConnectionId::from_raw(world.inet.sockets.read(request.listener).entry);
  Listener& listener = world.tcp.listeners.write(world.tcp.connections.read(owner).listener);
  if (request.next)
    world.tcp.requests.write(request.next).previous = request.previous;
  else
    listener.syn_last = request.previous;
  if (request.previous)
    world.tcp.requests.write(request.previous).next = request.next;
  else
    listener.syn_first = request.next;
  --listener.syn_length;
  if (request.timeouts == 0) --listener.syn_young;
  request.listener = {};
  request.next = {};
  request.previous = {};
  step.record(rec::QueueLeft{listener.socket, Ends{request.local, request.peer}, QueueKind::Syn, 0,
                             listener.syn_length, listener.backlog},
              reason);
}

void free_request(Step& step, RequestId id, Reason reason) {
  World& world = step.world;
  leave_syn_queue(step, id, reason);
  const Request& request = world.tcp.requests.read(id);
  world.inet.connections.erase(inet::TupleKey{request.net, request.local, request.peer});
  world.tcp.requests.remove(id);
}

}  // namespace sockarium::tcp
