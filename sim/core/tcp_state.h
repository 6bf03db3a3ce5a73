// The eleven states of RFC 9293 section 3.3.2. Named here, since records speak of them; the arcs between them
// are in sim/tcp/state.h.
#pragma once

#include <cstdint>
#include <string_view>

namespace sockarium {

enum class TcpState : std::uint32_t {
  Closed,
  Listen,
  SynSent,
  SynReceived,
  Established,
  FinWait1,
  FinWait2,
  CloseWait,
  Closing,
  LastAck,
  TimeWait,
};
inline constexpr std::size_t tcp_state_count = 11;

/// «SYN-SENT»: as RFC 9293 spells it.
std::string_view rfc_name(TcpState state);
/// «SYN-RECV», «ESTAB»: as ss spells it.
std::string_view ss_name(TcpState state);
/// The letter of the state's colour: L S E W F T –
char letter(TcpState state);

}  // namespace sockarium
