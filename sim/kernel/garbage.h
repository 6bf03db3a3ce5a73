// Descriptors in flight that nobody can ever receive: a socket that only lies in the queue of itself, or of
// another such one. Reference counts never fall to 0 there, so they are looked for. Linux net/unix/garbage.c.
//
// As in Linux the search begins when a Unix socket is closed for good, and only then: garbage that arises
// after the last such closing stays.
#pragma once

namespace sockarium {
class Step;
}  // namespace sockarium

namespace sockarium::kernel {

/// Empties the queues of sockets that only messages hold and that nobody outside can reach.
void collect_garbage(Step& step);

}  // namespace sockarium::kernel
