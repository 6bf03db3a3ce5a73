#include "sim/inet/reading.h"

#include "sim/world.h"

namespace sockarium::inet {

Block wait_for_message(const World& world, SocketId socket) {
  const Duration limit = world.inet.sockets.read(socket).receive_timeout;
  Block block;
  block.wait.who = socket.raw();
  block.wait.what = Readiness::Readable;
  block.wait.exclusive = 1;
  if (limit != 0) block.deadline = world.now + limit;
  return block;
}

}  // namespace sockarium::inet
