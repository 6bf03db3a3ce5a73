#include "sim/kernel/wait_queue.h"

#include "sim/step.h"

namespace sockarium::kernel {

namespace {
bool wanted(Readiness has, Readiness wants) {
  return (static_cast<std::uint32_t>(has) & static_cast<std::uint32_t>(wants)) != 0;
}
}  // namespace

void join_wait_queue(World& world, TaskId task, const WaitFor& wait) {
  Waiter waiter;
  waiter.task = task;
  waiter.wait = wait;
  const WaitQueue* found = world.kernel.wait_queues.find(WaitKey{wait.who});
  WaitQueue queue = found != nullptr ? *found : WaitQueue{};
  waiter.previous = queue.last;
  const WaiterId id = world.kernel.waiters.add(waiter);
  if (queue.last)
    world.kernel.waiters.write(queue.last).next = id;
  else
    queue.first = id;
  queue.last = id;
  world.kernel.wait_queues.set(WaitKey{wait.who}, queue);
  world.kernel.tasks.write(task).waiter = id;
}

void leave_wait_queue(World& world, TaskId task_id) {
  Task& task = world.kernel.tasks.write(task_id);
  if (!task.waiter) return;
  const Waiter waiter = world.kernel.waiters.read(task.waiter);
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
  world.kernel.waiters.remove(task.waiter);
  task.waiter = {};
  if (queue.first)
    world.kernel.wait_queues.set(key, queue);
  else
    world.kernel.wait_queues.erase(key);
}

WaiterId first_waiter(const World& world, std::uint64_t who) {
  const WaitQueue* queue = world.kernel.wait_queues.find(WaitKey{who});
  return queue != nullptr ? queue->first : WaiterId{};
}

void deliver_wake_ups(Step& step) {
  World& world = step.world;
  for (const WakeUp& wake : step.wake_ups) {
    for (WaiterId id = first_waiter(world, wake.who); id;) {
      const Waiter waiter = world.kernel.waiters.read(id);
      id = waiter.next;
      if (!wanted(wake.what, waiter.wait.what)) continue;
      leave_wait_queue(world, waiter.task);
      world.kernel.tasks.write(waiter.task).wake_queued = 1;
      Event event;
      event.time = world.now;
      event.kind = EventKind::Wake;
      event.subject = waiter.task.raw();
      event.cause = wake.cause;
      world.queue.push(event);
      if (waiter.wait.exclusive != 0 && !wake.all) break;
    }
  }
  step.wake_ups.clear();
}

}  // namespace sockarium::kernel
