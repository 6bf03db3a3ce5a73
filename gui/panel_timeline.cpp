// The run at a glance: a bar of states for every connection, what passed on the wire, what every program did;
// marks for predictions, bookmarks and drops; the playhead. A click jumps, a drag scrubs, the wheel zooms, a
// double click shows the whole run again. The strip above shows which part of it is seen.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/commands.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

using picture::LaneKind;
using picture::LaneMark;
using picture::LaneSpan;
using picture::TimelineLane;

void draw_spans(ImDrawList& list, const TimelineLane& lane, const LaneInk& ink_of, float top, float bottom) {
  const Look& current = look();
  const Theme& theme = current.theme;
  for (const SpanInk& place : ink_of.spans) {
    const LaneSpan& span = lane.spans[place.span];
    const ImVec2 min = {std::floor(place.from), top};
    const ImVec2 max = {std::max(std::floor(place.from) + 1, std::floor(place.to)), bottom};
    ImU32 ink = theme.text();
    std::optional<Hue> ground;
    std::string label = span.label;
    if (span.activity == picture::Activity::State) {
      const Hue hue = hue_of(span.state);
      fill_state(list, min, max, hue, false);
      list.AddLine({max.x - 1, min.y}, {max.x - 1, max.y}, theme.panel(), 1);
      ink = theme.ink(hue);
      ground = hue;
      const std::string letter(palette::letter(hue));
      label = label.empty() ? letter : letter + "  " + label;
      if (text_size(label, current.fonts.small).x + theme.px(8) > max.x - min.x) label = letter;
    } else if (span.activity == picture::Activity::Running) {
      list.AddRectFilled(min, max, theme.muted());
      ink = theme.panel();
    } else if (span.activity == picture::Activity::Blocked) {
      list.AddRectFilled(min, max, theme.raised());
      list.AddRect(min, max, theme.grid(), 0, 0, 1);
    } else {
      dashed_rect(list, min, max, theme.grid(), 1);
    }
    if (text_size(label, current.fonts.small).x + theme.px(6) <= max.x - min.x) {
      const ImVec2 at = {min.x + theme.px(4), std::round((top + bottom - current.fonts.small->FontSize) / 2)};
      if (ground)
        paint_on_state(list, at, *ground, label, current.fonts.small);
      else
        paint_text(list, at, ink, label, current.fonts.small);
    }
  }
}

void draw_marks(ImDrawList& list, const TimelineLane& lane, const LaneInk& ink_of, float top, float bottom) {
  const Theme& theme = look().theme;
  const float middle = (top + bottom) / 2;
  const float half = (bottom - top) * 0.32F;
  for (const MarkInk& place : ink_of.marks) {
    const LaneMark& mark = lane.marks[place.mark];
    const float x = place.x;
    if (mark.kind == picture::MarkKind::Drop || mark.kind == picture::MarkKind::Error) {
      const float arm = half;
      const float thick = std::max(2.0F, theme.px(2));
      list.AddLine({x - arm, middle - arm}, {x + arm, middle + arm}, theme.hue(Hue::error),
                   thick + theme.px(1));
      list.AddLine({x - arm, middle + arm}, {x + arm, middle - arm}, theme.hue(Hue::error),
                   thick + theme.px(1));
    } else if (mark.kind == picture::MarkKind::Retransmission) {
      // ↻, as in the ladder
      list.PathArcTo({x, middle}, half, -0.9F, 4.6F, 14);
      list.PathStroke(theme.text(), 0, std::max(1.5F, theme.px(1.5F)));
      arrow_head(list, {x - half * 0.4F, middle - half}, {x + half * 0.5F, middle - half * 1.05F},
                 theme.text(), std::max(3.0F, half * 0.9F));
    } else if (mark.kind == picture::MarkKind::Printed) {
      list.AddRectFilled({x - 1, middle - half / 2}, {x + half, middle + half / 2}, theme.text());
    } else {
      list.AddRectFilled({x - theme.px(1), middle - half}, {x + theme.px(1), middle + half}, theme.text());
    }
  }
}

/// Predictions and bookmarks often stand at the same moment: where there are both, each kind has a row of its
/// own, as long as that leaves room for lanes.
bool has_two_rows(const Frame& frame, const ViewState& view) {
  if (frame.room == Room::Narrow || frame.scenario == nullptr) return false;
  const bool bookmarks = !frame.scenario->bookmarks.empty() || !view.bookmarks.empty();
  return bookmarks && !frame.scenario->predictions.empty();
}
float marks_height(const Frame& frame, const ViewState& view) {
  const Look& current = look();
  const float row = current.fonts.small->FontSize + current.theme.px(8);
  return has_two_rows(frame, view) ? row + current.fonts.body->FontSize : row;
}

/// The lanes from top to bottom. Where not all have room, those come first that tell most: who connects, then
/// the wire.
std::vector<const TimelineLane*> arranged(const Frame& frame, const ViewState& view, float height) {
  const Look& current = look();
  std::vector<const TimelineLane*> lanes;
  for (const TimelineLane& lane : frame.timeline->lanes()) lanes.push_back(&lane);
  const float row = current.fonts.small->FontSize + current.theme.px(3);
  if (static_cast<float>(lanes.size()) * row + marks_height(frame, view) + current.theme.px(18) <= height)
    return lanes;
  const auto rank = [](const TimelineLane* lane) {
    if (lane->kind == LaneKind::Connection) return lane->passive ? 2 : 0;
    return lane->kind == LaneKind::Wire ? 1 : 3;
  };
  std::stable_sort(lanes.begin(), lanes.end(),
                   [&](const TimelineLane* a, const TimelineLane* b) { return rank(a) < rank(b); });
  return lanes;
}

/// Which lane the shown moment is about; nothing: none of them.
std::optional<std::size_t> lane_of_now(const Frame& frame, const ViewState& view,
                                       const std::vector<const TimelineLane*>& lanes) {
  const RecordNumber shown = shown_record(frame, view);
  if (shown == 0) return std::nullopt;
  const HostId host = frame.session->record(shown).host;
  const std::optional<Ends> ends = ends_told(*frame.session, shown);
  const What& what = frame.session->record(shown).what;
  TaskId who;
  if (const auto* entered = std::get_if<rec::SyscallEntered>(&what)) who = entered->task;
  if (const auto* returned = std::get_if<rec::SyscallReturned>(&what)) who = returned->task;
  if (const auto* blocked = std::get_if<rec::TaskBlocked>(&what)) who = blocked->task;
  ProcessId process;
  if (const kernel::Task* task = frame.latest->kernel.tasks.find(who)) process = task->process;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const TimelineLane& lane = *lanes[i];
    if (ends && lane.kind == LaneKind::Connection && lane.host == host && same_connection(lane.ends, *ends))
      return i;
    if (!ends && process && lane.kind == LaneKind::Process && lane.process == process) return i;
  }
  return std::nullopt;
}

}  // namespace

void draw_timeline(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Rect& area = frame.area;
  const ItemScope scope("Timeline");
  const Session& session = *frame.session;
  ImDrawList& root = *ImGui::GetWindowDrawList();
  root.AddRectFilled(area.min, area.max, theme.panel(), theme.px(4));
  root.AddRect(area.min, area.max, theme.grid(), theme.px(4), 0, theme.line());
  look().items.record("panel", area.min, area.max);

  const std::vector<const TimelineLane*> lanes = arranged(frame, view, area.height());
  const float pad = theme.px(10);
  float label_width = theme.px(40);
  for (const TimelineLane* lane : lanes)
    label_width = std::max(label_width, text_size(lane->label, current.fonts.small).x);
  label_width = std::min(label_width, area.width() * 0.16F);
  const float left = std::floor(area.min.x + pad + label_width + theme.px(10));
  const float right = area.max.x - pad - theme.px(4);
  const float strip = marks_height(frame, view);
  const LaneScale scale{
      frame.axis, left, right - left, theme.px(56), view.time_scale, view.timeline_from, view.timeline_to};
  const float overview = theme.px(6);
  const float top = area.min.y + theme.px(6) + strip + overview;
  const float play_x = std::round(scale.x(session.cursor()));
  const bool hidden = frame.question() != nullptr;

  // The strip above: folded waits, bookmarks, predictions.
  const std::string_view scale_name = name(view.time_scale);
  paint_text(root, {area.min.x + pad, area.min.y + theme.px(6)}, theme.muted(), scale_name,
             current.fonts.small);
  if (hit("scale", {area.min.x + theme.px(2), area.min.y + theme.px(2)},
          {left - theme.px(6), area.min.y + strip}))
    view.time_scale = static_cast<TimeScale>((static_cast<int>(view.time_scale) + 1) % 3);
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip("The scale of time; a click takes the next: events, compressed, true time");
  const auto in_sight = [&](float place) { return place >= left - 1 && place <= right + theme.px(4); };
  // Predictions above, with the lengths of folded waits between them, and bookmarks below.
  const float upper = area.min.y + theme.px(2);
  const float lower = has_two_rows(frame, view) ? upper + current.fonts.body->FontSize : upper;
  std::vector<std::pair<float, float>> taken;  // in the upper row
  const auto draw_mark = [&](std::string_view sign, std::uint64_t event, float top_y, float bottom_y,
                             ImU32 colour, const std::string& label) {
    const float x = scale.x(event);
    const float half = text_size(sign, current.fonts.body).x / 2;
    paint_text(root, {std::round(x - (sign == "⚑" ? theme.px(4) : half)), top_y + theme.px(2)}, colour, sign,
               current.fonts.body);
    const ImVec2 min = {x - theme.px(10), top_y};
    const ImVec2 max = {x + theme.px(12), bottom_y};
    if (top_y == upper) taken.emplace_back(min.x, max.x);
    if (hit(label, min, max)) intents.push_back(intent::SeekTo{event});
  };
  const auto draw_bookmark = [&](const std::string& name, std::uint64_t event, bool own) {
    if (!in_sight(scale.x(event)) || (hidden && event > session.cursor())) return;
    draw_mark("⚑", event, lower, area.min.y + strip, own ? theme.focus() : theme.text(),
              (own ? "own bookmark " : "bookmark ") + name);
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s%s", name.c_str(), own ? " (yours)" : "");
  };
  for (const Mark& mark : frame.lesson->bookmarks()) draw_bookmark(mark.name, mark.event, false);
  for (const Bookmark& own : view.bookmarks) draw_bookmark(own.name, own.event, true);
  for (const Question& question : frame.lesson->questions()) {
    if (!in_sight(scale.x(question.asked))) continue;
    const bool answered = view.guesses.count(question.prediction) != 0;
    draw_mark("◆", question.asked, upper, lower > upper ? lower : area.min.y + strip,
              answered ? theme.muted() : theme.focus(),
              fmt::format("prediction {}", question.prediction + 1));
  }

  // Lengths of folded waits, beside the marks rather than under them. Of many, those that find room.
  float labelled_to = left;
  const std::vector<Gap>& gaps = frame.axis->gaps();
  const auto first_behind = [&](float place) {
    return std::lower_bound(gaps.begin(), gaps.end(), scale.event_at(place),
                            [](const Gap& gap, std::uint64_t event) { return gap.event < event; });
  };
  int tries = 0;
  for (auto at = first_behind(left); at != gaps.end() && ++tries < 300; ++at) {
    const Gap& gap = *at;
    if (view.time_scale == TimeScale::True) break;  // there its length is seen
    const float to = scale.begin(gap.event);
    const float from = scale.x(gap.event - 1);
    if ((hidden && from > play_x) || from > right) break;
    if (to + theme.px(4) < labelled_to) {
      if (const auto next = first_behind(labelled_to); next > at) at = next - 1;
      continue;
    }
    const std::string label = "┆ " + duration_text(gap.length) + " ┆";
    const float width = text_size(label, current.fonts.small).x;
    for (const float wanted :
         {(from + to - width) / 2, to - width, to + theme.px(4), from - width - theme.px(4)}) {
      const float x = std::round(wanted);
      const bool free = std::none_of(taken.begin(), taken.end(), [&](const std::pair<float, float>& each) {
        return x < each.second && x + width > each.first;
      });
      if (!free || x < left || x + width > right + theme.px(8)) continue;
      paint_text(root, {x, area.min.y + theme.px(6)}, theme.muted(), label, current.fonts.small);
      taken.emplace_back(x - theme.px(4), x + width + theme.px(4));
      labelled_to = x + width;
      break;
    }
  }

  // Which part of the run is seen; a click or drag moves it.
  {
    const float y = area.min.y + theme.px(4) + strip;
    const auto whole = [&](double share) { return left + static_cast<float>(share) * (right - left); };
    root.AddRectFilled({left, y}, {right, y + overview - 1}, theme.background());
    const bool part = view.timeline_from > 0 || view.timeline_to < 1;
    root.AddRectFilled({whole(view.timeline_from), y}, {whole(view.timeline_to), y + overview - 1},
                       part ? theme.muted() : theme.grid());
    const float here = whole(scale.share(session.cursor()));
    root.AddRectFilled({here - 1, y - 1}, {here + 1, y + overview}, theme.focus());
    hit("overview", {left, y - theme.px(2)}, {right, y + overview + theme.px(1)});
    if (part && ImGui::IsItemActive()) {
      const double middle = static_cast<double>((ImGui::GetIO().MousePos.x - left) / (right - left));
      const double half = (view.timeline_to - view.timeline_from) / 2;
      view.timeline_from = std::clamp(middle - half, 0.0, 1.0 - 2 * half);
      view.timeline_to = view.timeline_from + 2 * half;
    }
  }

  // The lanes, which scroll when there are many.
  ImGui::SetCursorScreenPos({area.min.x + theme.line(), top});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleColor(ImGuiCol_ChildBg, IM_COL32(0, 0, 0, 0));
  const float lanes_height = area.max.y - theme.px(6) - top;
  // Over the lanes the wheel zooms, over their names it scrolls.
  const ImVec2 pointer = ImGui::GetIO().MousePos;
  const bool zooms = pointer.x >= left && !ImGui::GetIO().KeyShift;
  ImGui::BeginChild("lanes", {area.width() - 2 * theme.line(), lanes_height}, false,
                    zooms ? ImGuiWindowFlags_NoScrollWithMouse : 0);
  if (zooms && ImGui::IsWindowHovered() && ImGui::GetIO().MouseWheel != 0 && !ImGui::GetIO().KeyCtrl) {
    const double around = view.timeline_from + static_cast<double>((pointer.x - left) / (right - left)) *
                                                   (view.timeline_to - view.timeline_from);
    zoom(view, around, ImGui::GetIO().MouseWheel > 0 ? 0.8 : 1.25);
  }
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float least = current.fonts.small->FontSize + theme.px(3);
  const std::size_t branches = session.branch_count() > 1 ? session.branch_count() - 1 : 0;
  const float rows = static_cast<float>(std::max<std::size_t>(1, lanes.size() + branches));
  const float pitch = std::floor(std::clamp(lanes_height / rows, least, theme.px(26)));
  if (view.timeline_seen != session.cursor()) {
    view.timeline_seen = session.cursor();
    if (const auto now = lane_of_now(frame, view, lanes)) {
      const float above = static_cast<float>(*now) * pitch;
      if (above < ImGui::GetScrollY() || above + pitch > ImGui::GetScrollY() + lanes_height)
        ImGui::SetScrollY(std::max(0.0F, above - lanes_height / 2));
    }
  }
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float row_gap = theme.px(2);
  float y = origin.y;
  for (const TimelineLane* each : lanes) {
    const TimelineLane& lane = *each;
    const float row_top = y + row_gap / 2;
    const float row_bottom = y + pitch - row_gap / 2;
    if (ImGui::IsRectVisible({area.min.x, y}, {area.max.x, y + pitch})) {
      Light light = Light::None;
      if (lane.kind == LaneKind::Connection) light = frame.lights.on(lane.ends);
      if (lane.kind == LaneKind::Process && frame.lights.pinned.call != 0)
        if (const kernel::Task* task = frame.latest->kernel.tasks.find(frame.lights.pinned.task);
            task != nullptr && task->process == lane.process)
          light = Light::Pinned;
      const bool mine = light != Light::None;
      list.AddRectFilled({left, row_top}, {right, row_bottom}, theme.background());
      const auto nth = static_cast<std::size_t>(each - frame.timeline->lanes().data());
      const LaneInk& ink = frame.derived->lane_inks().of(nth, lane, scale);
      draw_spans(list, lane, ink, row_top, row_bottom);
      draw_marks(list, lane, ink, row_top, row_bottom);
      outline(list, {left, row_top}, {right, row_bottom}, light);
      paint_text(list,
                 {area.min.x + pad, std::round((row_top + row_bottom - current.fonts.small->FontSize) / 2)},
                 mine ? theme.text() : theme.muted(), fitted(lane.label, current.fonts.small, label_width),
                 current.fonts.small);
    }
    y += pitch;
  }
  const float lanes_bottom = y;
  // Futures that were left: grey, and a click returns.
  for (std::size_t b = 0; b < session.branch_count(); ++b) {
    if (b == session.branch()) continue;
    const auto info = session.branch_info(b);
    const float row_top = y + row_gap / 2;
    const float row_bottom = y + pitch - row_gap / 2;
    const std::uint64_t fork = b == 0 ? session.branch_info(session.branch()).fork : info.fork;
    const float from = std::clamp(scale.x(std::min(fork, frame.axis->events())), left, right);
    list.AddRectFilled({from, row_top}, {right, row_bottom}, theme.raised());
    list.AddRect({from, row_top}, {right, row_bottom}, theme.grid());
    const std::string what = b == 0 ? "what happened by itself (Ctrl+Z)" : info.label;
    paint_text(
        list, {from + theme.px(6), std::round((row_top + row_bottom - current.fonts.small->FontSize) / 2)},
        theme.muted(), fitted(what, current.fonts.small, std::max(theme.px(30), right - from - theme.px(10))),
        current.fonts.small);
    const std::string label = fmt::format("branch {}", static_cast<char>('A' + b % 26));
    paint_text(list,
               {area.min.x + pad, std::round((row_top + row_bottom - current.fonts.small->FontSize) / 2)},
               theme.muted(), label, current.fonts.small);
    if (hit(label, {from, row_top}, {right, row_bottom})) intents.push_back(intent::ShowBranch{b});
    y += pitch;
  }
  if (lanes.empty()) {
    paint_text(list, {left, origin.y}, theme.muted(), "No connection and no call yet. Press → to step.",
               current.fonts.body);
    y = std::max(y, origin.y + pitch);
  }
  // What is not yet is dimmed; while a question waits, it is not shown at all.
  if (play_x < right)
    list.AddRectFilled({std::max(left, play_x), origin.y}, {right + 1, lanes_bottom},
                       hidden ? theme.panel() : (theme.panel() & 0x00FFFFFF) | 0x73000000);
  if (hidden && right - play_x > theme.px(40)) {
    dashed_rect(list, {play_x + 1, origin.y + 1}, {right, lanes_bottom - 1}, theme.grid(), theme.line());
    paint_wrapped(list, {play_x + theme.px(10), origin.y + theme.px(4)}, right - play_x - theme.px(20),
                  theme.muted(), "hidden until you have answered", current.fonts.small);
  }
  if (lanes_bottom > origin.y) {
    ImGui::SetCursorScreenPos({left, origin.y});
    ImGui::InvisibleButton("moment", {right - left, lanes_bottom - origin.y});
    note_item("moment");
    const std::uint64_t there = scale.event_at(std::clamp(pointer.x, left, right));
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) {
      view.timeline_from = 0;
      view.timeline_to = 1;
    }
    const bool allowed = !hidden || there <= session.cursor();
    if (ImGui::IsItemActive() && ImGui::IsMouseDown(0) && there != session.cursor() && allowed)
      intents.push_back(intent::SeekTo{there});
    if (ImGui::IsItemHovered() && !ImGui::IsItemActive() && there > 0 && allowed) {
      const EventLine& line = session.line(there);
      const std::string words = narrator(frame).caption(line.first, line.last);
      ImGui::BeginTooltip();
      muted_text(fmt::format("event {} · t = {}", there, clock_text(session.time_at(there))));
      text(words);
      ImGui::EndTooltip();
    }
  }
  // The playhead cuts through all lanes.
  const float thick = std::max(2.0F, theme.px(2));
  const bool play_seen = in_sight(play_x);
  if (play_seen)
    list.AddRectFilled({play_x - thick / 2, origin.y},
                       {play_x + thick / 2, std::max(y, origin.y + lanes_height)}, theme.focus());
  ImGui::SetCursorScreenPos({origin.x, y});
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
  const float head = theme.px(7);
  if (play_seen)
    root.AddTriangleFilled({play_x - head, top - head * 1.6F}, {play_x + head, top - head * 1.6F},
                           {play_x, top}, theme.focus());
}

}  // namespace sockarium::gui
