// The states of a connection and the arcs between them (RFC 9293 section 3.3.2, figure 5, with Linux's
// additions). `set_state` is the only door: it knows every allowed arc, leaves the record and wakes who
// waits.
#pragma once

#include <array>

#include "sim/core/id.h"
#include "sim/core/reason.h"
#include "sim/core/tcp_state.h"
#include "sim/record.h"

namespace sockarium {
class Step;
}

namespace sockarium::tcp {

struct Arc {
  TcpState from, to;
  std::string_view event;   ///< what happens
  std::string_view action;  ///< what is sent
};

/// Every allowed arc. The window's state diagram draws this table; a test asks that each arc is reached.
inline constexpr std::array arcs{
    Arc{TcpState::Closed, TcpState::Listen, "listen()", ""},
    Arc{TcpState::Closed, TcpState::SynSent, "connect()", "SYN"},
    Arc{TcpState::Listen, TcpState::SynReceived, "SYN received", "SYN,ACK"},
    Arc{TcpState::Listen, TcpState::Closed, "close()", ""},
    Arc{TcpState::SynSent, TcpState::Established, "SYN,ACK received", "ACK"},
    Arc{TcpState::SynSent, TcpState::SynReceived, "SYN received", "SYN,ACK"},
    Arc{TcpState::SynSent, TcpState::Closed, "close(), RST received or no answer", ""},
    Arc{TcpState::SynReceived, TcpState::Established, "ACK received", ""},
    Arc{TcpState::SynReceived, TcpState::FinWait1, "close()", "FIN"},
    Arc{TcpState::SynReceived, TcpState::Closed, "RST received or no answer", ""},
    Arc{TcpState::Established, TcpState::FinWait1, "close()", "FIN"},
    Arc{TcpState::Established, TcpState::CloseWait, "FIN received", "ACK"},
    Arc{TcpState::Established, TcpState::Closed, "RST, or given up", ""},
    Arc{TcpState::FinWait1, TcpState::FinWait2, "ACK of FIN received", ""},
    Arc{TcpState::FinWait1, TcpState::Closing, "FIN received", "ACK"},
    Arc{TcpState::FinWait1, TcpState::TimeWait, "FIN and ACK of FIN received", "ACK"},
    Arc{TcpState::FinWait1, TcpState::Closed, "RST, or given up", ""},
    Arc{TcpState::FinWait2, TcpState::TimeWait, "FIN received", "ACK"},
    Arc{TcpState::FinWait2, TcpState::Closed, "RST, or waited long enough", ""},
    Arc{TcpState::CloseWait, TcpState::LastAck, "close()", "FIN"},
    Arc{TcpState::CloseWait, TcpState::Closed, "RST, or given up", ""},
    Arc{TcpState::Closing, TcpState::TimeWait, "ACK of FIN received", ""},
    Arc{TcpState::Closing, TcpState::Closed, "RST, or given up", ""},
    Arc{TcpState::LastAck, TcpState::Closed, "ACK of FIN received", ""},
    Arc{TcpState::TimeWait, TcpState::Closed, "60 seconds are over", ""},
};

bool allowed(TcpState from, TcpState to);

/// Changes the state of a full connection. Returns the record.
RecordNumber set_state(Step& step, ConnectionId connection, TcpState to, Reason reason,
                       RecordNumber because = 0);

/// The record of a change whose owner is no full connection (a request, a TIME-WAIT entry). Checks the arc
/// too.
RecordNumber record_state(Step& step, SocketId socket, const Ends& ends, TcpState from, TcpState to,
                          Reason reason, RecordNumber because = 0);

}  // namespace sockarium::tcp
