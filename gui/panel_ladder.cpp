// The ladder: what is on the wire, hosts as columns, time downwards. The layout is lab/picture's.
#include "gui/ladder_view.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

void draw_ladder(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  Panel::Options options;
  options.padding = false;
  const Panel panel("Ladder", frame.area.min, frame.area.size(),
                    frame.compact ? "" : "relative sequence numbers · a click selects", options);
  if (!panel) return;
  const Session& session = *frame.session;
  picture::LadderOptions wish;
  wish.cursor = frame.now();
  wish.calls = !frame.compact;  // in a narrow column the packets need the room; the calls stand in Programs
  if (frame.question() != nullptr) wish.last = std::max<RecordNumber>(1, frame.now());
  const picture::Ladder ladder =
      picture::make_ladder(*frame.latest, session.bytes(), session.records(), wish);

  const ImVec2 origin = ImGui::GetCursorScreenPos();
  LadderView how;
  how.selected = view.selected;
  how.lights = &frame.lights;
  how.session = &session;
  how.follow_now = true;
  const RecordNumber under = draw_ladder_view(ladder, frame.area, how, view.ladder_scroll_seen);
  if (under != 0) {
    view.hovered = under;
    if (ImGui::IsMouseClicked(0)) view.selected = view.selected == under ? 0 : under;
  }
  if (session.cursor() == 0 && ladder.rows.empty())
    paint_text(*ImGui::GetWindowDrawList(), {origin.x + theme.px(16), origin.y + theme.px(60)}, theme.muted(),
               "No packet yet. Press → to step: the programs begin.", current.fonts.body);
}

}  // namespace sockarium::gui
