// Questions that several panels put to a world and its records: who is this host, what does that program wait
// for, which connection is meant. Text and ids only; nothing is drawn here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assets/palette.h"
#include "gui/panels.h"
#include "lab/picture/state_series.h"
#include "sim/observe/caption.h"
#include "sim/observe/names.h"

namespace sockarium::gui {

using picture::hue_of;
using observe::duration_text;
using observe::number_text;

observe::Narrator narrator(const Frame& frame);
std::string host_name(const Frame& frame, HostId host);
std::string host_title(const Frame& frame, HostId host);  ///< «srv 192.168.1.10»
HostId host_of_net(const Frame& frame, NetId net);
std::optional<HostId> host_of_address(const Frame& frame, const Address& address);
std::string process_name(const Frame& frame, ProcessId process);   ///< «slowd», «front/1»
std::string process_title(const Frame& frame, ProcessId process);  ///< «slowd (pid 101)»
std::string thread_name(const Frame& frame, TaskId task);          ///< «slowd», «slowd/2»
std::vector<HostId> hosts(const Frame& frame);
std::vector<ProcessId> processes_of(const Frame& frame, HostId host);
std::vector<TaskId> tasks_of(const Frame& frame, ProcessId process);

/// What a task does now: «blocked in connect(3)», «asleep, 958 ms left», «running», «ended».
struct Doing {
  std::string words;
  bool waits = false;  ///< inside a call
  bool ended = false;
  bool fault = false;  ///< ended by a signal or with a status other than 0
};
Doing doing(const Frame& frame, TaskId task);

std::string clock_text(Time time);                    ///< «0.042 000 s»
std::string endpoint_text(const Endpoint& endpoint);  ///< «10.0.0.5:41000», «*:8080»

/// The connection that a record is about; from its causes when it speaks of none itself.
std::optional<Ends> ends_of(const Frame& frame, RecordNumber number);
/// What the record itself says of ends, without a look at its causes.
std::optional<Ends> ends_told(const Session& session, RecordNumber number);
bool same_connection(const Ends& a, const Ends& b);
/// The record that panels explain: the selected one, or else what the shown event is mainly about; 0: none.
RecordNumber shown_record(const Frame& frame, const ViewState& view);
/// One end of a connection, as its host knows it.
struct End {
  HostId host;
  Ends ends;
  bool client = false;  ///< it called connect()
  TcpState state = TcpState::Closed;
  bool known = false;        ///< the host holds an entry for it, or has held one
  RecordNumber changed = 0;  ///< the record of its last change of state
};
/// Both ends, the client first; one where the other's host is not in this world.
std::vector<End> both_ends(const Frame& frame, const Ends& ends);
/// The connection that the state diagram shows.
std::optional<Ends> shown_connection(const Frame& frame, const ViewState& view);

/// The packet in flight that a record (or what it tells of) sent; none when it has arrived.
std::optional<PacketId> in_flight(const Frame& frame, RecordNumber number);
/// «SYN seq 0 :41000 → :8080»
std::string packet_text(const wire::Packet& packet);

/// The record of what happened to a socket last, as far as it is kept: its state, its port, or else its
/// making.
RecordNumber socket_record(const Frame& frame, SocketId socket);
/// Does a record speak of this socket, file, process or entry?
bool touches(const What& what, SocketId socket);

}  // namespace sockarium::gui
