#include "lab/compare/punctual.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>

namespace sockarium::compare {

void be_punctual() {
  prctl(PR_SET_TIMERSLACK, 1UL);
  mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);  // no page has to be fetched again
  sched_param lowest_real_time{};
  lowest_real_time.sched_priority = 1;
  sched_setscheduler(0, SCHED_FIFO, &lowest_real_time);
}

}  // namespace sockarium::compare
