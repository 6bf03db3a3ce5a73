#include "sim/core/tcp_state.h"

namespace sockarium {

std::string_view rfc_name(TcpState state) {
  switch (state) {
    case TcpState::Closed:
      return "CLOSED";
    case TcpState::Listen:
      return "LISTEN";
    case TcpState::SynSent:
      return "SYN-SENT";
    case TcpState::SynReceived:
      return "SYN-RECEIVED";
    case TcpState::Established:
      return "ESTABLISHED";
    case TcpState::FinWait1:
      return "FIN-WAIT-1";
    case TcpState::FinWait2:
      return "FIN-WAIT-2";
    case TcpState::CloseWait:
      return "CLOSE-WAIT";
    case TcpState::Closing:
      return "CLOSING";
    case TcpState::LastAck:
      return "LAST-ACK";
    case TcpState::TimeWait:
      return "TIME-WAIT";
  }
  return "?";
}

std::string_view ss_name(TcpState state) {
  switch (state) {
    case TcpState::Closed:
      return "UNCONN";
    case TcpState::SynReceived:
      return "SYN-RECV";
    case TcpState::Established:
      return "ESTAB";
    default:
      return rfc_name(state);
  }
}

char letter(TcpState state) {
  switch (state) {
    case TcpState::Closed:
      return '-';
    case TcpState::Listen:
      return 'L';
    case TcpState::SynSent:
    case TcpState::SynReceived:
      return 'S';
    case TcpState::Established:
      return 'E';
    case TcpState::CloseWait:
      return 'W';
    case TcpState::FinWait1:
    case TcpState::FinWait2:
    case TcpState::Closing:
    case TcpState::LastAck:
      return 'F';
    case TcpState::TimeWait:
      return 'T';
  }
  return '?';
}

}  // namespace sockarium
