// The comparison with the real kernel: the model's run and the real one as ladders side by side, the lines
// that differ marked in both, and beside them what was found. The same packet stands in the same row of both,
// they scroll together and follow the shown moment. A click on a line selects the same line on the other side
// and tells why the model did so.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/comparison.h"
#include "gui/draw_ink.h"
#include "gui/ladder_view.h"
#include "gui/reading.h"
#include "gui/why_view.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

bool is_done(const Frame& frame) {
  return frame.comparison != nullptr && !frame.comparison->running() &&
         frame.comparison->impossible().empty();
}

void select_model(const Comparison& comparison, ViewState& view, RecordNumber record) {
  view.compared_model = record;
  view.compared_real = comparison.in_real(record);
  view.compared_follows = false;
}
void select_real(const Comparison& comparison, ViewState& view, RecordNumber record) {
  view.compared_real = record;
  view.compared_model = comparison.in_model(record);
  view.compared_follows = false;
}

/// In a small window one of the three panels is shown: the others are a click away.
void draw_tabs(const Frame& frame, ViewState& view) {
  const ImVec2 window = ImGui::GetIO().DisplaySize;
  if (frame.area.width() < window.x * 0.8F || frame.area.height() < window.y * 0.6F) return;
  for (const PanelId panel : {PanelId::Differences, PanelId::ModelLadder, PanelId::RealLadder}) {
    ButtonOptions options;
    options.style = view.compared_front == panel ? ButtonStyle::selected : ButtonStyle::plain;
    if (panel != PanelId::Differences) ImGui::SameLine();
    if (button(std::string(name(panel)) + "##tab", options)) view.compared_front = panel;
  }
}

/// What stands where there is nothing to compare yet.
void draw_waiting(const Frame& frame) {
  const Comparison* comparison = frame.comparison;
  if (comparison == nullptr) {
    muted_text("Nothing was compared yet. Press K.", nullptr, true);
  } else if (comparison->running()) {
    text("The programs are running on this machine's kernel.", look().fonts.bold, true);
    muted_text(fmt::format("Real time passes: {:.0f} s more at most.", comparison->seconds_left()), nullptr,
               true);
  } else {
    text("This could not be compared here.", look().fonts.bold, true);
    text(comparison->impossible(), nullptr, true);
    muted_text("«sockarium doctor» tells what this machine can do.", nullptr, true);
  }
}

/// Rows that stand level stay level: who scrolls one ladder scrolls both.
void scroll_together(float& both, float& own) {
  const float here = ImGui::GetScrollY();
  if (here != own) {
    both = own = here;
  } else if (both != own) {
    ImGui::SetScrollY(both);
    own = both;
  }
}

void draw_side(const Frame& frame, ViewState& view, bool real) {
  const Comparison* comparison = frame.comparison;
  Panel::Options options;
  options.padding = !is_done(frame);
  const std::string note = real ? (comparison != nullptr ? comparison->machine().kernel : "") : "sockarium";
  const Panel panel(name(real ? PanelId::RealLadder : PanelId::ModelLadder), frame.area.min,
                    frame.area.size(), note, options);
  if (!panel) return;
  draw_tabs(frame, view);
  if (!is_done(frame)) {
    draw_waiting(frame);
    return;
  }
  const ComparedSide& side = real ? comparison->real() : comparison->model();
  if (view.compared_moment != frame.session->cursor()) {
    view.compared_moment = frame.session->cursor();
    view.compared_follows = true;
  }
  if (side.records->size() == 0) {
    muted_text("Nothing happened.");
    return;
  }
  const picture::LadderInk& ink =
      frame.derived->compared_ladders().ink(*comparison, *frame.session, ladder_width(), real);
  LadderView how;
  how.selected = real ? view.compared_real : view.compared_model;
  how.marked = &side.marked;
  how.follow_now = view.compared_follows || (view.compared_model | view.compared_real) == 0;
  if (!how.follow_now) how.scroll_to = how.selected;
  ViewState::ComparedScroll& scroll = real ? view.real_scroll : view.model_scroll;
  scroll_together(view.compared_scroll, scroll.own);
  const RecordNumber under = draw_ladder_view(ink, frame.area, how, scroll.seen);
  if (under == 0 || !ImGui::IsMouseClicked(0)) return;
  const RecordNumber subject = Comparison::subject(side, under);
  if (real)
    select_real(*comparison, view, view.compared_real == subject ? 0 : subject);
  else
    select_model(*comparison, view, view.compared_model == subject ? 0 : subject);
}

/// One side of a difference: whose, what, and where it stands in the scenario.
void draw_line(const char* whose, const std::optional<compare::Line>& line) {
  const Look& current = look();
  const float width = text_size("model", current.fonts.small).x + current.theme.px(10);
  const float x = ImGui::GetCursorPosX();
  muted_text(whose, current.fonts.small);
  ImGui::SameLine(x + width);
  std::string words = "nothing";
  if (line) {
    words = fmt::format("{}  at {}", line->text, clock_text(line->time));
    if (line->line > 0) words += fmt::format(", line {}", line->line);
  }
  text(words, current.fonts.body, true);
}

void draw_difference(const Comparison& comparison, const compare::Difference& difference, std::size_t number,
                     ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float indent = theme.px(14);
  ImGui::Indent(indent);
  text(difference.why.empty() ? "≠ " + difference.strand : "= known: " + difference.strand,
       current.fonts.bold, true);
  draw_line("model", difference.model);
  draw_line("real", difference.real);
  if (!difference.what.empty()) text(difference.what, nullptr, true);
  if (!difference.why.empty())
    muted_text(fmt::format("{} ({})", difference.why, difference.source), current.fonts.small, true);
  ImGui::Unindent(indent);
  const ImVec2 end = ImGui::GetCursorScreenPos();
  const float right = start.x + ImGui::GetContentRegionAvail().x;
  const RecordNumber model = difference.model ? difference.model->record : 0;
  const RecordNumber real = difference.real ? difference.real->record : 0;
  const bool selected =
      (model != 0 && model == view.compared_model) || (real != 0 && real == view.compared_real);
  ImGui::GetWindowDrawList()->AddRectFilled({start.x, start.y + theme.px(2)},
                                            {start.x + theme.px(4), end.y - theme.px(4)},
                                            selected                 ? theme.focus()
                                            : difference.why.empty() ? theme.hue(Hue::error)
                                                                     : theme.grid());
  if (hit(fmt::format("difference {}", number), start, {right, end.y})) {
    if (model != 0)
      select_model(comparison, view, model);
    else
      select_real(comparison, view, real);
  }
  if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ImGui::SetCursorScreenPos({end.x, end.y + theme.px(6)});
}

void draw_verdict(const Comparison& comparison, ViewState& view) {
  const compare::Report& report = comparison.report();
  const compare::Verdict& verdict = report.verdict;
  const std::size_t differs = verdict.unexplained.size();
  text(differs == 0
           ? "The real kernel agrees."
           : fmt::format("{}, unexplained.", differs == 1 ? "One observation differs"
                                                          : fmt::format("{} observations differ", differs)),
       look().fonts.title, true);
  text(fmt::format("{} observations compared: {} same, {} explained, {} unexplained.", verdict.observations,
                   verdict.same, verdict.explained.size(), differs),
       nullptr, true);
  std::size_t number = 0;
  ImGui::Dummy({0, look().theme.px(4)});
  for (const auto* differences : {&verdict.unexplained, &verdict.explained})
    for (const compare::Difference& difference : *differences)
      draw_difference(comparison, difference, ++number, view);
  for (const std::string& stale : verdict.stale)
    text("The ledger knows a difference that did not occur: " + stale, nullptr, true);
}

void draw_why_model(const Comparison& comparison, ViewState& view, bool below) {
  if (below) ImGui::Separator();
  text("Why does the model do so?", look().fonts.title, true);
  if (view.compared_model == 0) {
    muted_text(view.compared_real != 0
                   ? "The model does nothing like this; the inside of the real kernel stays dark."
                   : "Click a line of either ladder: its causes stand here.",
               nullptr, true);
    return;
  }
  const ComparedSide& side = comparison.model();
  const auto steps = observe::why(*side.world, *side.bytes, *side.records, view.compared_model, 6);
  if (const RecordNumber cause = draw_why_chain(steps, *side.records))
    select_model(comparison, view, Comparison::subject(side, cause));
}

void draw_conditions(const Comparison& comparison) {
  ImGui::Separator();
  const compare::Report& report = comparison.report();
  ImFont* small = look().fonts.small;
  muted_text(
      fmt::format("Compared with {} in namespaces of its own. A timer may be 1 % early, and 7 % + 20 ms "
                  "late.",
                  comparison.machine().kernel),
      small, true);
  muted_text("What several hosts do at once stands in the model's order on both sides.", small, true);
  if (const std::size_t left_out = report.verdict.left_out + report.beyond; left_out > 0)
    muted_text(fmt::format("{} observations come later than was played, and are left out.", left_out), small,
               true);
  for (const std::string& note : report.notes) muted_text(note, small, true);
  for (const std::string& note : compare::notes_on(comparison.machine())) muted_text(note, small, true);
}

}  // namespace

void draw_compared_model(const Frame& frame, ViewState& view, Intents&) {
  draw_side(frame, view, false);
}

void draw_compared_real(const Frame& frame, ViewState& view, Intents&) {
  draw_side(frame, view, true);
}

void draw_differences(const Frame& frame, ViewState& view, Intents& intents) {
  const Panel panel(name(PanelId::Differences), frame.area.min, frame.area.size());
  if (!panel) return;
  draw_tabs(frame, view);
  const Theme& theme = look().theme;
  const float foot = ImGui::GetFrameHeightWithSpacing() + theme.px(4);
  const float height = std::max(theme.px(60), ImGui::GetContentRegionAvail().y - foot);
  const float width = ImGui::GetContentRegionAvail().x;
  // A broad panel has two columns: what was found, and why.
  const bool broad = width > theme.px(800) && is_done(frame);
  const float first = broad ? std::floor(width / 2) - theme.px(8) : 0;
  ImGui::BeginChild("found", {first, height});
  if (is_done(frame)) {
    draw_verdict(*frame.comparison, view);
    if (broad) draw_conditions(*frame.comparison);
  } else {
    draw_waiting(frame);
  }
  if (broad) {
    ImGui::EndChild();
    ImGui::SameLine(0, theme.px(16));
    ImGui::BeginChild("why", {0, height});
  }
  if (is_done(frame)) {
    draw_why_model(*frame.comparison, view, !broad);
    if (!broad) draw_conditions(*frame.comparison);
  }
  ImGui::EndChild();
  ButtonOptions again;
  again.enabled = frame.comparison != nullptr && !frame.comparison->running();
  if (button("Compare again", again)) intents.push_back(intent::Compare{true});
  ImGui::SameLine();
  ButtonOptions back;
  back.style = ButtonStyle::primary;
  back.tooltip = "Back to the lesson (K, Esc)";
  if (button("Back", back)) intents.push_back(intent::Arrange{Arrangement::Lesson});
}

}  // namespace sockarium::gui
