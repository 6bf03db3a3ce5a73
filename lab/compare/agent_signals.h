// Signals in an agent: the program's handlers are functions of the scenario, which the run calls. Here a
// handler only notes that it was called; the result of the next call tells.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/core/syscall.h"
#include "sim/core/time.h"

namespace sockarium::compare::agent_signals {

// As the calls that they make; −1: see errno.
std::int64_t set(const sys::Sigaction& call);
std::int64_t block(const sys::Sigprocmask& call);
std::int64_t make_descriptor(const sys::Signalfd& call);
std::int64_t alarm_in(Duration after);

/// What was read from a signalfd says who sent each signal, and more; as in the model only its number is
/// left.
void leave_numbers(int fd, char* data, std::size_t size);
/// The signals whose handlers were called since the last time; see signal_bit().
std::uint32_t take();
/// Would the kernel have made the call again that `signals` have interrupted? Handlers are installed without
/// SA_RESTART, or they would not get their turn before the call has ended. signal(7).
bool restarts(const Syscall& call, std::uint32_t signals);

}  // namespace sockarium::compare::agent_signals
