// One sentence for what has just happened, large enough for the back row, and how to see it on a real
// machine. At the start it says what to press.
#include <fmt/format.h>

#include <cmath>

#include "gui/commands.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

void draw_caption(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Rect& area = frame.area;
  const ItemScope scope("Caption");
  look().items.record("panel", area.min, area.max);

  const Session& session = *frame.session;
  std::string sentence, note;
  bool wrong = false;
  if (!view.notice.empty()) {
    sentence = view.notice;
    wrong = view.notice_is_error;
  } else if (frame.question() != nullptr && !view.playing && !view.stopped.empty()) {
    sentence = view.stopped;
  } else if (session.cursor() == 0) {
    sentence = "Nothing has happened yet. Press → to step, Space to play.";
    note =
        frame.compact && frame.scenario != nullptr ? "F2 shows the lesson, F1 all keys" : "F1 shows all keys";
  } else {
    const observe::Narrator tells = narrator(frame);
    sentence = tells.caption(frame.first(), frame.now());
    if (sentence.empty()) sentence = "This event left no trace that can be told.";
    const std::string real = tells.in_real_life(frame.first(), frame.now());
    if (!real.empty()) note = "In real life: " + real;
    if (session.cursor() == session.head() && session.ending() != Ending::NotYet) {
      note = fmt::format("The end: {}", sockarium::sentence(session.ending()));
    }
  }

  list.AddRectFilled(area.min, area.max, theme.raised(), theme.px(3));
  list.AddRectFilled(area.min, {area.min.x + theme.px(5), area.max.y},
                     wrong ? theme.hue(Hue::error) : theme.focus(), theme.px(2));
  ImFont* font = current.fonts.caption;
  const float side = theme.px(20);
  const float room = area.width() - 2 * side;
  const float zoom = view.caption == CaptionSize::Large ? 1.4F : 1.0F;
  const float width = text_size(sentence, font).x * zoom;
  const float note_width = text_size(note, current.fonts.body).x;
  const float middle = (area.min.y + area.max.y) / 2;
  list.PushClipRect(area.min, area.max, true);
  ImFont* small = current.fonts.body;
  const bool beside = width + note_width + theme.px(24) <= room;
  const float height = paint_wrapped(list, {0, 0}, room, 0, sentence, font, false, zoom);
  const bool below = !note.empty() && !beside && height + small->FontSize <= area.height();
  const float top = std::round(middle - (height + (below ? small->FontSize : 0)) / 2);
  paint_wrapped(list, {area.min.x + side, top}, room, theme.text(), sentence, font, true, zoom);
  if (beside)
    paint_text(list, {area.max.x - side - note_width, std::round(middle - small->FontSize / 2)},
               theme.muted(), note, small);
  else if (below)
    paint_text(list, {area.min.x + side, top + height}, theme.muted(), fitted(note, small, room), small);
  list.PopClipRect();
}

}  // namespace sockarium::gui
