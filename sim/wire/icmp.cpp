#include "sim/wire/icmp.h"

#include <array>
#include <string_view>

namespace sockarium::wire {

namespace {

constexpr std::uint8_t icmp_source_quench = 4;
constexpr std::uint8_t least_v6_message = 128;  // types below it are errors (RFC 4443 2.1)

constexpr std::array<std::string_view, 16> unreachable_v4{"net unreachable",
                                                          "host unreachable",
                                                          "protocol unreachable",
                                                          "port unreachable",
                                                          "fragmentation needed",
                                                          "source route failed",
                                                          "net unknown",
                                                          "host unknown",
                                                          "source isolated",
                                                          "net prohibited",
                                                          "host prohibited",
                                                          "net unreachable for TOS",
                                                          "host unreachable for TOS",
                                                          "admin prohibited",
                                                          "host precedence violation",
                                                          "precedence cutoff"};
constexpr std::array<std::string_view, 7> unreachable_v6{
    "no route",         "admin prohibited",     "beyond scope of source", "address unreachable",
    "port unreachable", "source policy failed", "route rejected"};

/// The name of an «unreachable» with this code.
template <std::size_t Size>
std::string unreachable_name(const std::array<std::string_view, Size>& names, std::uint8_t type,
                             std::uint8_t code) {
  if (code < Size) return std::string(names[code]);
  return "type " + std::to_string(type) + ", code " + std::to_string(code);
}

}  // namespace

bool is_icmp_error(std::uint8_t type, bool v4) {
  if (!v4) return type < least_v6_message;
  return type == icmp_unreachable || type == icmp_source_quench || type == icmp_redirect ||
         type == icmp_time_exceeded || type == icmp_parameter_problem;
}

IcmpKind kind_of(std::uint8_t type, std::uint8_t code, bool v4) {
  const IcmpKind rest = is_icmp_error(type, v4) ? IcmpKind::OtherError : IcmpKind::Other;
  if (v4) {
    switch (type) {
      case icmp_echo:
        return IcmpKind::Echo;
      case icmp_echo_reply:
        return IcmpKind::EchoReply;
      case icmp_unreachable:
        return code == icmp_fragmentation ? IcmpKind::TooLong : IcmpKind::Unreachable;
      case icmp_time_exceeded:
        return IcmpKind::TimeExceeded;
      case icmp_parameter_problem:
        return IcmpKind::ParameterProblem;
      default:
        return rest;
    }
  }
  switch (type) {
    case icmp6_echo:
      return IcmpKind::Echo;
    case icmp6_echo_reply:
      return IcmpKind::EchoReply;
    case icmp6_unreachable:
      return IcmpKind::Unreachable;
    case icmp6_too_big:
      return IcmpKind::TooLong;
    case icmp6_time_exceeded:
      return IcmpKind::TimeExceeded;
    case icmp6_parameter_problem:
      return IcmpKind::ParameterProblem;
    default:
      return rest;
  }
}

IcmpNumbers numbers_of(IcmpError error, bool v4) {
  switch (error) {
    case IcmpError::NetUnreachable:
      return v4 ? IcmpNumbers{icmp_unreachable, 0} : IcmpNumbers{icmp6_unreachable, 0};
    case IcmpError::HostUnreachable:
      return v4 ? IcmpNumbers{icmp_unreachable, 1} : IcmpNumbers{icmp6_unreachable, 3};
    case IcmpError::PortUnreachable:
      return v4 ? IcmpNumbers{icmp_unreachable, 3} : IcmpNumbers{icmp6_unreachable, 4};
    case IcmpError::Prohibited:
      return v4 ? IcmpNumbers{icmp_unreachable, 13} : IcmpNumbers{icmp6_unreachable, 1};
    case IcmpError::TooLong:
      return v4 ? IcmpNumbers{icmp_unreachable, icmp_fragmentation} : IcmpNumbers{icmp6_too_big, 0};
    case IcmpError::HopsUsedUp:
      return v4 ? IcmpNumbers{icmp_time_exceeded, 0} : IcmpNumbers{icmp6_time_exceeded, 0};
    case IcmpError::FragmentsTooLate:
      return v4 ? IcmpNumbers{icmp_time_exceeded, 1} : IcmpNumbers{icmp6_time_exceeded, 1};
  }
  return {};
}

std::string icmp_name(std::uint8_t type, std::uint8_t code, bool v4) {
  switch (kind_of(type, code, v4)) {
    case IcmpKind::Echo:
      if (code == 0) return "echo request";
      break;
    case IcmpKind::EchoReply:
      if (code == 0) return "echo reply";
      break;
    case IcmpKind::Unreachable:
      return v4 ? unreachable_name(unreachable_v4, type, code) : unreachable_name(unreachable_v6, type, code);
    case IcmpKind::TooLong:
      return v4 ? "fragmentation needed" : "packet too big";
    case IcmpKind::TimeExceeded:
      return code == 0 ? "time exceeded" : "reassembly time exceeded";
    case IcmpKind::ParameterProblem:
      return "parameter problem";
    case IcmpKind::OtherError:
    case IcmpKind::Other:
      break;
  }
  if (v4 && type == icmp_redirect) return "redirect";
  return "type " + std::to_string(type) + ", code " + std::to_string(code);
}

}  // namespace sockarium::wire
