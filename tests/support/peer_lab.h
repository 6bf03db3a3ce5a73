// A host whose other end is a raw peer: a machine without a kernel, whose segments a test makes by hand. What
// a real kernel would never send can be sent here, and what comes back is kept.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/observe/sockets.h"
#include "sim/wire/header_bytes.h"
#include "tests/support/lab.h"
#include "tests/support/reached.h"

namespace sockarium::test {

using wire::ACK, wire::FIN, wire::PSH, wire::RST, wire::SYN;

inline constexpr std::uint8_t no_flags = 0;
inline const Address peer_address = Address::v4(10, 9, 0, 2);

inline Bytes bytes_of(const wire::Packet& packet, ByteStore& bytes) {
  const std::vector<std::uint8_t> frame = wire::to_wire(packet, bytes);
  return bytes.intern({reinterpret_cast<const char*>(frame.data()), frame.size()});
}

/// What a peer's program calls, one after the other; it may make packets.
using HandMade = std::function<Syscall(const SysResult& result, std::size_t made, ByteStore& bytes)>;

/// srv with a listener on port 80, and a raw peer 10 ms away.
class PeerLab {
 public:
  Setup setup;
  std::vector<HandMade> programs;

  PeerLab() {
    HostSetup server;
    server.name = "srv";
    server.addresses = {*parse_v4(server_address)};
    HostSetup peer;
    peer.name = "peer";
    peer.addresses = {peer_address};
    peer.raw = true;
    setup.hosts = {server, peer};
    LinkSetup link;
    link.b = 1;
    link.delay = 10_ms;
    setup.links = {link};
    program(0, {socket(), bind(3, 80), listen(3, 5), sleep(1000_s)});
  }
  ~PeerLab() {
    if (session) note_reached(*session);
  }
  PeerLab(const PeerLab&) = delete;
  PeerLab& operator=(const PeerLab&) = delete;
  /// What the program on srv does, in place of listening and sleeping.
  void serve(std::vector<Syscall> calls) {
    programs[0] = [calls](const SysResult&, std::size_t made, ByteStore&) -> Syscall {
      return made < calls.size() ? calls[made] : Syscall{sys::Exit{}};
    };
  }
  void program(std::size_t host, HandMade fn) {
    ProcessSetup process;
    process.host = host;
    process.name = "p" + std::to_string(programs.size());
    process.start = host == 1 ? 1_ms : 0;
    setup.processes.push_back(process);
    programs.push_back(std::move(fn));
  }
  void program(std::size_t host, std::vector<Syscall> calls) {
    program(host, [calls](const SysResult&, std::size_t made, ByteStore&) -> Syscall {
      return made < calls.size() ? calls[made] : Syscall{sys::Exit{}};
    });
  }
  /// Injects packets, then takes what comes for a second each.
  void peer(std::vector<wire::Packet> packets, std::size_t captures = 3) {
    program(
        1, [this, packets, captures](const SysResult& result, std::size_t made, ByteStore& bytes) -> Syscall {
          if (made > packets.size() && result.ok())
            came.push_back(*wire::from_wire(result.data, static_cast<const ByteStore&>(bytes)));
          if (made > 0) results.push_back(result);
          if (made < packets.size()) return sys::Inject{bytes_of(packets[made], bytes)};
          if (made < packets.size() + captures) return sys::Capture{1_s};
          return sys::Exit{};
        });
  }
  Session& run(Time until = 100_s) {
    struct Driver final : Programs {
      const std::vector<HandMade>& scripts;
      std::map<TaskPath, std::size_t> made;
      explicit Driver(const std::vector<HandMade>& all) : scripts(all) {}
      ProgramStep resume(const TaskPath& task, const SysResult& result, ByteStore& bytes) override {
        ProgramStep step;
        step.call = scripts[task.front()](result, made[task]++, bytes);
        return step;
      }
    };
    session = std::make_unique<Session>(setup, [this] { return std::make_unique<Driver>(programs); });
    session->seek(session->event_at(until));
    return *session;
  }
  const inet::Net& net(std::string_view name) const {
    for (const HostId id : ids(session->world().kernel.hosts)) {
      const kernel::Host& host = session->world().kernel.hosts.read(id);
      if (session->bytes().text(host.name) == name) return session->world().inet.nets.read(host.net);
    }
    return session->world().inet.nets.read({});
  }

  /// «ESTAB 0 0»: states and queues of srv's sockets as ss shows them, the listener left out.
  std::vector<std::string> sockets() const {
    std::vector<std::string> all;
    for (const observe::SocketLine& line : observe::socket_lines(session->world()))
      if (line.state != TcpState::Listen)
        all.push_back(std::string(ss_name(line.state)) + " " + std::to_string(line.receive_queue) + " " +
                      std::to_string(line.send_queue));
    return all;
  }
  /// The nth call of that name that returned on srv.
  SysResult result(std::string_view name, std::size_t nth = 1) const {
    for (std::size_t i = 0; i < session->records().size(); ++i)
      if (const auto* back = std::get_if<rec::SyscallReturned>(&session->records()[i].what))
        if (sockarium::name(unflatten(back->call)) == name && session->records()[i].host == host("srv") &&
            --nth == 0)
          return back->result;
    ADD_FAILURE() << "no such call returned: " << name;
    return {};
  }
  HostId host(std::string_view name) const {
    for (const HostId id : ids(session->world().kernel.hosts))
      if (session->bytes().text(session->world().kernel.hosts.read(id).name) == name) return id;
    return {};
  }

  std::vector<wire::Packet> came;
  std::vector<SysResult> results;
  std::unique_ptr<Session> session;
};

inline wire::Packet segment(std::uint8_t flags, std::uint16_t port, std::uint32_t seq = 100,
                            std::uint32_t ack = 0, std::uint32_t data = 0) {
  wire::Packet packet;
  packet.from = {peer_address, 4000, 0};
  packet.to = {*parse_v4(server_address), port, 0};
  packet.flags = flags;
  packet.seq = Seq{seq};
  packet.ack = Seq{ack};
  packet.window = 65535;
  packet.payload = pattern(data);
  return packet;
}

/// One thing that the peer's program does in a conversation.
struct PeerStep {
  /// Makes the packet to send from what is known of the host: the sequence number that it sends next.
  std::function<wire::Packet(Seq host_next)> send;
  Duration expect = 0;  ///< takes the next packet, waiting at most so long
  Duration pause = 0;
};

/// The peer's own numbers: its SYN has 100, so its data begins at 101.
inline constexpr std::uint32_t peer_isn = 100;

inline PeerStep say(std::uint8_t flags, std::uint32_t seq, std::int32_t ack_back = 0,
                    std::uint32_t data = 0) {
  PeerStep step;
  step.send = [=](Seq host_next) {
    wire::Packet packet = segment(flags, 80, seq, 0, data);
    if ((flags & wire::ACK) != 0) packet.ack = host_next - static_cast<std::uint32_t>(ack_back);
    return packet;
  };
  return step;
}
inline PeerStep hear(Duration within = 100_ms) {
  PeerStep step;
  step.expect = within;
  return step;
}
inline PeerStep rest(Duration duration) {
  PeerStep step;
  step.pause = duration;
  return step;
}
/// SYN, SYN-ACK, ACK.
inline std::vector<PeerStep> opening() {
  return {say(wire::SYN, peer_isn), hear(), say(wire::ACK, peer_isn + 1)};
}

/// Adds a conversation as the peer's program; every packet that it hears is kept in `came`.
inline void converse(PeerLab& lab, std::vector<PeerStep> steps) {
  auto next = std::make_shared<std::optional<Seq>>();
  lab.program(1, [&lab, steps, next](const SysResult& result, std::size_t made, ByteStore& bytes) -> Syscall {
    if (made == 0) {  // a run may be repeated
      lab.came.clear();
      next->reset();
    }
    if (made > 0 && steps[made - 1].expect != 0 && result.ok()) {
      const wire::Packet packet = *wire::from_wire(result.data, static_cast<const ByteStore&>(bytes));
      lab.came.push_back(packet);
      if (!*next || packet.end() > **next) *next = packet.end();
    }
    if (made >= steps.size()) return sys::Exit{};
    const PeerStep& step = steps[made];
    if (step.send) return sys::Inject{bytes_of(step.send(next->value_or(Seq{0})), bytes)};
    if (step.expect != 0) return sys::Capture{step.expect};
    return sys::Sleep{step.pause};
  });
}

}  // namespace sockarium::test
