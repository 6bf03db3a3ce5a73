// What happened, and why. Every event leaves records; every record has a cause (the record that triggered
// it), where a rule decided also a reason (which rule) and a because (the record that made the rule's
// condition true). Ladder, logs, plots, captions and «why?» are readings of this one list.
//
// Records lie beside the world, which holds only the number of the next one. Record n's position is in its
// event's range; moments count events.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "sim/core/address.h"
#include "sim/core/attempt.h"
#include "sim/core/bytes.h"
#include "sim/core/counter.h"
#include "sim/core/event.h"
#include "sim/core/file.h"
#include "sim/core/id.h"
#include "sim/core/reason.h"
#include "sim/core/syscall.h"
#include "sim/core/sysctl.h"
#include "sim/core/tcp_state.h"
#include "sim/wire/packet.h"

namespace sockarium {

using RecordNumber = std::uint64_t;  ///< 1, 2, 3 … in a branch; 0: none

/// The two (or one) ends by which people know a connection, as its owner sees them.
struct Ends {
  Endpoint local, peer;
  friend bool operator==(const Ends&, const Ends&) = default;
};

enum class QueueKind : std::uint32_t { Syn, Accept };
enum class BufferKind : std::uint32_t { Send, Receive };
enum class SignalFate : std::uint32_t {
  Ends,  ///< the process
  Ignored,
  Handled,  ///< the program's handler will run
  Waits,    ///< it is blocked, or the process is stopped
  Stops,    ///< the process
  Continues,
};

namespace rec {

struct TaskStarted {
  TaskId task, parent;
  ProcessId process;
};
struct TaskEnded {
  TaskId task;
  ProcessId process;
  std::int64_t status = 0;  ///< exit status
  std::int64_t signal = 0;  ///< 0, or the signal that ended it
};
struct SyscallEntered {
  TaskId task;
  FlatCall call;
  std::int64_t line = 0;  ///< of the scenario file
};
struct SyscallReturned {
  TaskId task;
  RecordNumber entered = 0;  ///< the record of its entry
  FlatCall call;
  SysResult result;
};
struct TaskBlocked {
  TaskId task;
  std::uint64_t who = 0;  ///< what it waits on, as in WaitFor
  Readiness what = Readiness::None;
  std::uint32_t reserved = 0;
  Time deadline = 0;
};
struct TaskWoken {  ///< its call is tried again
  TaskId task;
};
struct PacketSent {
  PacketId id;  ///< while in flight
  wire::Packet packet;
  Time arrives = 0;        ///< when it is due; 0: it never arrives
  std::int64_t again = 0;  ///< how often it had been sent before
};
struct PacketDuplicated {  ///< the link makes a second one of what was sent
  RecordNumber sent = 0;
  PacketId id;       ///< of the copy, while in flight
  Time arrives = 0;  ///< when the copy is due
};
struct PacketDelivered {
  RecordNumber sent = 0;
  std::uint64_t copy = 0;  ///< 1: the copy that the link made
};
struct PacketDropped {
  RecordNumber sent = 0;
  std::uint64_t on_wire = 0;  ///< 1: lost on the way; 0: dropped by the receiving host
  std::uint64_t copy = 0;     ///< 1: the copy that the link made
};
struct StateChanged {
  SocketId socket;
  Ends ends;
  TcpState from = TcpState::Closed, to = TcpState::Closed;
};
struct QueueEntered {
  SocketId listener;
  Ends ends;  ///< of the entry
  QueueKind queue = QueueKind::Syn;
  std::uint32_t reserved = 0;
  std::int64_t length = 0;  ///< after it entered
  std::int64_t limit = 0;   ///< the backlog; the queue holds one more
};
struct QueueLeft {
  SocketId listener;
  Ends ends;
  QueueKind queue = QueueKind::Syn;
  std::uint32_t reserved = 0;
  std::int64_t length = 0;
  std::int64_t limit = 0;
};
struct PortBound {
  SocketId socket;
  Endpoint local;
  std::uint32_t reserved = 0;
};
struct PortReleased {
  SocketId socket;
  Endpoint local;
  std::uint32_t reserved = 0;
};
struct TimerArmed {
  std::uint64_t subject = 0;  ///< raw id, of the type that `kind` says
  Time deadline = 0;
  TimerKind kind = TimerKind::None;
  std::uint32_t reserved = 0;
};
struct TimerFired {
  std::uint64_t subject = 0;
  TimerKind kind = TimerKind::None;
  std::uint32_t reserved = 0;
};
struct DescriptorOpened {
  ProcessId process;
  OpenFileId file;
  SocketId socket;  ///< none for what is no socket
  std::int64_t fd = -1;
};
struct DescriptorClosed {
  ProcessId process;
  OpenFileId file;
  SocketId socket;
  std::int64_t fd = -1;
};
struct SocketCreated {
  SocketId socket;
};
struct SocketFreed {
  SocketId socket;
  Ends ends;
};
struct BufferChanged {  ///< Send-Q or Recv-Q
  SocketId socket;
  BufferKind buffer = BufferKind::Send;
  std::uint32_t reserved = 0;
  std::int64_t bytes = 0;  ///< waiting now
};
struct SocketError {  ///< an error waits for the program
  SocketId socket;
  Errno error = Errno::OK;
  std::uint32_t reserved = 0;
};
struct CounterBumped {
  Counter counter = Counter::TcpActiveOpens;
  std::uint32_t reserved = 0;
  std::uint64_t value = 0;  ///< after
};
struct Printed {  ///< text that reached a process's terminal
  ProcessId process;
  Bytes text;
  std::int64_t fd = 1;
};
struct FileChanged {  ///< what is inside an open file that is no socket
  FileKind kind = FileKind::Pipe;
  std::uint32_t reserved = 0;
  std::uint64_t object = 0;  ///< raw id, of the type that `kind` says
  std::int64_t value =
      0;  ///< a pipe: bytes in it; a file: its size; an eventfd: its count; an inotify: events unread
};
struct PacketDelayed {  ///< it comes later than was said
  RecordNumber sent = 0;
  std::uint64_t copy = 0;  ///< 1: the copy that the link made
  PacketId id;             ///< while in flight, from now on
  Time arrives = 0;
};
struct LinkChanged {
  LinkId link;
  std::uint64_t cut = 0;  ///< 1: nothing that is sent arrives
};
struct LimitChanged {  ///< RLIMIT_NOFILE, soft
  ProcessId process;
  std::int64_t from = 0, to = 0;
};
struct SignalSent {
  ProcessId process;  ///< whom it is for
  std::uint32_t signal = 0;
  SignalFate fate = SignalFate::Ends;
  std::uint64_t reserved = 0;
};
struct InterestChanged {  ///< what an epoll watches
  std::uint64_t epoll = 0;
  OpenFileId file;
  std::int64_t fd = -1;      ///< as it was registered
  std::uint32_t events = 0;  ///< asked for from now on
  std::uint32_t length = 0;  ///< of the interest list, after
};
struct ReadyListChanged {  ///< a watched file came to the ready list of an epoll, or left it
  std::uint64_t epoll = 0;
  OpenFileId file;
  std::int64_t fd = -1;
  std::uint32_t entered = 0;  ///< 1: it came
  std::uint32_t length = 0;   ///< of the ready list, after
};
struct SysctlChanged {
  Sysctl id = Sysctl::Somaxconn;
  std::uint32_t reserved = 0;
  std::int64_t from = 0, to = 0;
};

// Of Unix sockets.
struct NameTaken {
  SocketId socket;
  Bytes name;  ///< sun_path; an abstract one begins with a zero byte
};
struct NameFreed {
  SocketId socket;
  Bytes name;
};
struct LocalConnected {  ///< two ends belong together; of datagram sockets: where messages of `socket` go
  SocketId socket, peer;
  Bytes name;  ///< by which the other was found
};
struct LocalQueue {  ///< a connection entered or left a listener's queue
  SocketId listener, client;
  Bytes name;               ///< the listener's
  std::int64_t length = 0;  ///< now
  std::int64_t limit = 0;   ///< the backlog; the queue holds one more
};
struct LocalEnd {  ///< a direction is shut
  SocketId socket;
  std::int64_t reads = 1, writes = 1;  ///< 0: no more
  Bytes name, peer_name;               ///< empty: it has none
};
struct MessageMoved {  ///< into a queue, or out of it
  SocketId from, to;
  std::int64_t bytes = 0;
  std::int64_t descriptors = 0;  ///< that travel with it
  std::int64_t waiting = 0;      ///< bytes in the queue of `to` now
  Bytes from_name, to_name;      ///< empty: it has none
};
struct DescriptorMoved {  ///< an open file that a message carries: begins or ends to be in flight
  OpenFileId file;
  SocketId socket;  ///< in whose queue it lies
  SocketId sent;    ///< the file's own socket; none: it is another kind of file
};

}  // namespace rec

using What = std::variant<
    rec::TaskStarted, rec::TaskEnded, rec::SyscallEntered, rec::SyscallReturned, rec::TaskBlocked,
    rec::TaskWoken, rec::PacketSent, rec::PacketDelivered, rec::PacketDropped, rec::StateChanged,
    rec::QueueEntered, rec::QueueLeft, rec::PortBound, rec::PortReleased, rec::TimerArmed, rec::TimerFired,
    rec::DescriptorOpened, rec::DescriptorClosed, rec::SocketCreated, rec::SocketFreed, rec::BufferChanged,
    rec::SocketError, rec::CounterBumped, rec::Printed, rec::SysctlChanged, rec::PacketDuplicated,
    rec::FileChanged, rec::SignalSent, rec::InterestChanged, rec::ReadyListChanged, rec::PacketDelayed,
    rec::LinkChanged, rec::LimitChanged, rec::NameTaken, rec::NameFreed, rec::LocalConnected, rec::LocalQueue,
    rec::LocalEnd, rec::MessageMoved, rec::DescriptorMoved>;

struct Record {
  Time time = 0;
  std::uint64_t event = 0;   ///< the event (1, 2, …) that left it
  HostId host;               ///< where it happened
  RecordNumber cause = 0;    ///< what triggered it; 0: a start or a person
  RecordNumber because = 0;  ///< what made the rule's condition true; 0: the cause says it all
  Reason reason = Reason::None;
  What what;
};

/// «PacketSent»: the kind's name, as scenarios write it.
std::string_view kind_name(const What& what);
/// All kinds' names, in the order of `What`.
const std::vector<std::string_view>& kind_names();
/// Same bytes?
bool same(const Record& a, const Record& b);
std::uint64_t hash_of(const Record& record);

}  // namespace sockarium
