#include "sim/kernel/wait_queue.h"

#include "sim/kernel/descriptors.h"
#include "sim/kernel/epoll.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

bool wanted(Readiness has, Readiness wants) {
  return (has & wants) != Readiness::None;
}

WaiterId enqueue(World& world, const Waiter& who) {
  Waiter waiter = who;
  const WaitKey key{waiter.wait.who};
  const WaitQueue* found = world.kernel.wait_queues.find(key);
  WaitQueue queue = found != nullptr ? *found : WaitQueue{};
  const bool at_head = waiter.wait.at_head != 0;
  (at_head ? waiter.next : waiter.previous) = at_head ? queue.first : queue.last;
  const WaiterId id = world.kernel.waiters.add(waiter);
  if (waiter.next) world.kernel.waiters.write(waiter.next).previous = id;
  if (waiter.previous) world.kernel.waiters.write(waiter.previous).next = id;
  if (at_head || !queue.first) queue.first = id;
  if (!at_head || !queue.last) queue.last = id;
  world.kernel.wait_queues.set(key, queue);
  return id;
}

/// Files the event of the task's waking. False: it has been woken already.
bool wake_task(Step& step, const Waiter& waiter, const WakeUp& wake) {
  World& world = step.world;
  if (waiter.wait.stays == 0) leave_wait_queues(step, waiter.task);
  if (std::exchange(world.kernel.tasks.write(waiter.task).wake_queued, 1u) != 0) return false;
  Event event;
  event.time = world.now + wake.after;
  event.kind = EventKind::Wake;
  event.subject = waiter.task.raw();
  event.cause = wake.cause;
  world.queue.push(event);
  return true;
}

}  // namespace

void join_wait_queue(World& world, TaskId task, const WaitFor& wait) {
  Waiter waiter;
  waiter.task = task;
  waiter.wait = wait;
  waiter.next_of_task = world.kernel.tasks.read(task).waiter;
  if (wait.file) ++world.kernel.files.write(wait.file).references;
  world.kernel.tasks.write(task).waiter = enqueue(world, waiter);
}

WaiterId keep_in_wait_queue(World& world, InterestId interest, const WaitFor& wait) {
  Waiter waiter;
  waiter.interest = interest;
  waiter.wait = wait;
  return enqueue(world, waiter);
}

void leave_wait_queue(World& world, WaiterId id) {
  const Waiter waiter = world.kernel.waiters.read(id);
  const WaitKey key{waiter.wait.who};
  WaitQueue queue = *world.kernel.wait_queues.find(key);
  if (waiter.next)
    world.kernel.waiters.write(waiter.next).previous = waiter.previous;
  else
    queue.last = waiter.previous;
  if (waiter.previous)
    world.kernel.waiters.write(waiter.previous).next = waiter.next;
  else
    queue.first = waiter.next;
  world.kernel.waiters.remove(id);
  if (queue.first)
    world.kernel.wait_queues.set(key, queue);
  else
    world.kernel.wait_queues.erase(key);
}

void leave_wait_queues(Step& step, TaskId task) {
  World& world = step.world;
  for (WaiterId id = std::exchange(world.kernel.tasks.write(task).waiter, WaiterId{}); id;) {
    const Waiter waiter = world.kernel.waiters.read(id);
    leave_wait_queue(world, id);
    if (waiter.wait.file) release_file(step, waiter.wait.file);
    id = waiter.next_of_task;
  }
}

WaiterId first_waiter(const World& world, std::uint64_t who) {
  const WaitQueue* queue = world.kernel.wait_queues.find(WaitKey{who});
  return queue != nullptr ? queue->first : WaiterId{};
}

bool somebody_waits(const World& world, std::uint64_t who, Readiness what) {
  for (WaiterId id = first_waiter(world, who); id; id = world.kernel.waiters.read(id).next)
    if (wanted(what, world.kernel.waiters.read(id).wait.what)) return true;
  return false;
}

void deliver_wake_ups(Step& step) {
  World& world = step.world;
  for (std::size_t i = 0; i < step.wake_ups.size(); ++i) {
    const WakeUp wake = step.wake_ups[i];
    for (WaiterId id = first_waiter(world, wake.who); id;) {
      const Waiter waiter = world.kernel.waiters.read(id);
      id = waiter.next;  // of a task's several places in one queue none is left meanwhile: they stay
      if (!wanted(wake.what, waiter.wait.what)) continue;
      const bool took =
          waiter.interest ? tell_epoll(step, waiter.interest, wake) : wake_task(step, waiter, wake);
      if (took && waiter.wait.exclusive != 0 && !wake.all) break;
    }
  }
  step.wake_ups.clear();
}

}  // namespace sockarium::kernel
