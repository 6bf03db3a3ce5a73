// The files of the real side's hosts: each has a root of its own, in memory, with what a host of the model
// begins with: /dev/null, /dev/zero, /dev/tty and an empty /tmp. Nothing of the machine's files can be
// reached.
#pragma once

#include <cstddef>
#include <string>

namespace sockarium::compare {

/// Makes the roots of `hosts` hosts, in a mount namespace that the caller leaves its old one for. Empty, or
/// what could not be had.
std::string make_file_spaces(std::size_t hosts);

/// Makes the root of a host this process's own. False: there is none.
bool enter_file_space(std::size_t host);

/// Where /proc is for an agent, whichever root it has. No program finds it by chance.
std::string proc_path(const char* below);

}  // namespace sockarium::compare
