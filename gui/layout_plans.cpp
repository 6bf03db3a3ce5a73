// Which panel stands where, in each arrangement. See layout.h.
#include <array>

#include "gui/layout.h"

namespace sockarium::gui {

namespace {

using P = PanelId;

// Fixed shares, not what the content wants at this moment: the same box always in the same place.
const Plan lesson_wide{
    {0.2345F, {{0.50F, {P::Lesson}}, {0.50F, {P::Programs, P::Source}}}},
    {0.5050F, {{0.58F, {P::Ladder, P::Ports, P::Sockets}}, {0.42F, {P::Kernels, P::Tools, P::Waiting}}}},
    {0.2605F,
     {{0.30F, {P::Queues, P::Timers, P::Plots}},
      {0.33F, {P::States, P::Inspector}},
      {0.37F, {P::Why, P::Settings}}}}};
// Code is wide: where columns are narrow, the source stands in the middle one.
const Plan lesson_compact{
    {0.25F, {{1, {P::Programs, P::Lesson}}}},
    {0.485F, {{1, {P::Ladder, P::Source, P::Tools, P::Ports, P::Sockets, P::Plots}}}},
    {0.265F,
     {{0.48F, {P::Queues, P::States, P::Why, P::Timers, P::Waiting, P::Inspector, P::Settings}},
      {0.52F, {P::Kernels}, true}}}};

const Plan projector{
    {0.235F, {{1, {P::Programs, P::Lesson, P::Kernels}}}},
    {0.545F, {{1, {P::Ladder, P::Source, P::Tools, P::Ports, P::Sockets, P::Plots}}}},
    {0.22F, {{1, {P::Queues, P::States, P::Why, P::Timers, P::Waiting, P::Inspector, P::Settings}}}}};

const Plan debug_wide{
    {0.30F,
     {{0.62F, {P::Kernels, P::Queues, P::Ports}}, {0.38F, {P::Timers, P::Waiting, P::Plots, P::Sockets}}}},
    {0.40F, {{0.50F, {P::Ladder, P::Programs, P::Lesson, P::Source}}, {0.50F, {P::Tools}}}},
    {0.30F, {{0.60F, {P::Inspector, P::States}}, {0.40F, {P::Settings, P::Why}}}}};
const Plan debug_compact{
    {0.32F, {{1, {P::Kernels, P::Programs, P::Lesson}}}},
    {0.40F, {{1, {P::Tools, P::Ladder, P::Source, P::Ports, P::Sockets, P::Plots}}}},
    {0.28F,
     {{0.60F, {P::Inspector, P::Why, P::States, P::Queues}}, {0.40F, {P::Timers, P::Waiting, P::Settings}}}}};

const Plan ports_wide{
    {0.69F, {{1, {P::Ports, P::Ladder, P::Kernels}}}},
    {0.31F,
     {{0.58F, {P::Sockets, P::Queues, P::States, P::Inspector, P::Plots}},
      {0.42F, {P::Tools, P::Lesson, P::Programs, P::Source, P::Why, P::Timers, P::Waiting, P::Settings}}}}};
const Plan ports_compact{{0.645F, {{1, {P::Ports, P::Ladder, P::Kernels, P::Tools}}}},
                         {0.355F,
                          {{1,
                            {P::Sockets, P::Lesson, P::Programs, P::Source, P::Queues, P::States, P::Why,
                             P::Inspector, P::Timers, P::Waiting, P::Settings, P::Plots}}}}};

const Plan narrow{
    {1,
     {{1,
       {P::Ladder, P::Lesson, P::Programs, P::Source, P::Kernels, P::Queues, P::States, P::Why, P::Tools,
        P::Ports, P::Sockets, P::Timers, P::Waiting, P::Inspector, P::Settings, P::Plots}}}}};
const Plan narrow_ports{
    {1,
     {{1,
       {P::Ports, P::Sockets, P::Ladder, P::Lesson, P::Programs, P::Source, P::Kernels, P::Queues, P::States,
        P::Why, P::Tools, P::Timers, P::Waiting, P::Inspector, P::Settings, P::Plots}}}}};

}  // namespace

const Plan& plan_of(Arrangement arrangement, Room room) {
  if (room == Room::Narrow) return arrangement == Arrangement::Ports ? narrow_ports : narrow;
  const bool wide = room == Room::Wide;
  switch (arrangement) {
    case Arrangement::Projector:
      return projector;
    case Arrangement::Debug:
      return wide ? debug_wide : debug_compact;
    case Arrangement::Ports:
      return wide ? ports_wide : ports_compact;
    case Arrangement::Lesson:
    case Arrangement::Compare:
      break;
  }
  return wide ? lesson_wide : lesson_compact;
}

}  // namespace sockarium::gui
