#include "sim/setup.h"

namespace sockarium {

wire::Link make_link(const Setup& setup, std::size_t number) {
  const LinkSetup& plan = setup.links[number];
  wire::Link link;
  link.number = number;
  link.delay = plan.delay;
  link.jitter = plan.jitter;
  link.rate = plan.rate;
  link.queue = plan.queue;
  link.loss_ppm = plan.loss_ppm;
  link.duplicate_ppm = plan.duplicate_ppm;
  link.reorder_ppm = plan.reorder_ppm;
  link.corrupt_ppm = plan.corrupt_ppm;
  link.mtu = plan.mtu;
  return link;
}

wire::Fault make_fault(const Setup& setup, const FaultSetup& plan) {
  wire::Fault fault;
  fault.direction = plan.from == setup.links[plan.link].a ? 0 : 1;
  fault.flags = plan.flags;
  fault.without = plan.without;
  fault.nth = plan.nth;
  fault.action = plan.action;
  fault.by = plan.by;
  return fault;
}

wire::Filter make_filter(const FilterSetup& plan) {
  wire::Filter filter = plan.rule;
  filter.host = plan.host;
  return filter;
}

}  // namespace sockarium
