// Signals: their numbers on x86 and ARM, their names, and what they do to a process that has said nothing.
// signal(7).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sockarium {

enum class SignalAction : std::uint32_t { Ends, Ignored, Stops };

struct SignalRow {
  std::uint32_t number;
  std::string_view name;
  SignalAction by_default;
};

inline constexpr std::array signal_table{
    SignalRow{1, "SIGHUP", SignalAction::Ends},      SignalRow{2, "SIGINT", SignalAction::Ends},
    SignalRow{3, "SIGQUIT", SignalAction::Ends},     SignalRow{6, "SIGABRT", SignalAction::Ends},
    SignalRow{9, "SIGKILL", SignalAction::Ends},     SignalRow{10, "SIGUSR1", SignalAction::Ends},
    SignalRow{12, "SIGUSR2", SignalAction::Ends},    SignalRow{13, "SIGPIPE", SignalAction::Ends},
    SignalRow{14, "SIGALRM", SignalAction::Ends},    SignalRow{15, "SIGTERM", SignalAction::Ends},
    SignalRow{17, "SIGCHLD", SignalAction::Ignored}, SignalRow{18, "SIGCONT", SignalAction::Ignored},
    SignalRow{19, "SIGSTOP", SignalAction::Stops},   SignalRow{23, "SIGURG", SignalAction::Ignored},
    SignalRow{28, "SIGWINCH", SignalAction::Ignored}};

inline constexpr std::uint32_t sigkill = 9, sigpipe = 13, sigalrm = 14, sigchld = 17, sigstop = 19;
inline constexpr std::int32_t sig_dfl = 0, sig_ign = 1, sig_handler = 2;  ///< of sys::Sigaction
inline constexpr std::int32_t sa_restart = 0x10000000;                    ///< SA_RESTART
inline constexpr std::int32_t sig_block = 0, sig_unblock = 1, sig_setmask = 2;

constexpr const SignalRow* signal_row(std::int64_t number) {
  for (const SignalRow& row : signal_table)
    if (row.number == number) return &row;
  return nullptr;
}
/// «SIGUSR1», or the number.
inline std::string signal_name(std::int64_t number) {
  const SignalRow* row = signal_row(number);
  return row != nullptr ? std::string(row->name) : std::to_string(number);
}
/// Signal `number` in a set of signals.
constexpr std::uint32_t signal_bit(std::int64_t number) {
  return number >= 1 && number <= 31 ? std::uint32_t{1} << number : 0;
}

}  // namespace sockarium
