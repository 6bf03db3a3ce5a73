// See ink.h. The widths are those of DejaVu Sans and DejaVu Sans Mono, the fonts that the program carries:
// advances in thousandths of an em for the characters that texts here consist of.
#include "lab/picture/ink.h"

#include <cstddef>

namespace sockarium::picture {

namespace {

/// Advances of DejaVu Sans for ' ' … '~', thousandths of an em.
constexpr int advances[] = {318,  401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
                            636,  636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
                            1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
                            603,  787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
                            500,  613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
                            635,  635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838};
constexpr int mono_advance = 602;
constexpr int other_advance = 838;   // arrows, dots, letters beyond ASCII
constexpr float bold_factor = 1.1F;  // DejaVu Sans Bold

}  // namespace

Tone tone_of(TcpState state) {
  switch (state) {
    case TcpState::Closed:
      return Tone::Closed;
    case TcpState::Listen:
      return Tone::Listen;
    case TcpState::SynSent:
    case TcpState::SynReceived:
      return Tone::Opening;
    case TcpState::Established:
      return Tone::Established;
    case TcpState::CloseWait:
      return Tone::CloseWait;
    case TcpState::FinWait1:
    case TcpState::FinWait2:
    case TcpState::Closing:
    case TcpState::LastAck:
      return Tone::Closing;
    case TcpState::TimeWait:
      return Tone::TimeWait;
  }
  return Tone::Closed;
}

float text_size(Font font) {
  switch (font) {
    case Font::Body:
    case Font::Bold:
      return 16;
    case Font::Small:
    case Font::Mono:
    case Font::MonoBold:
      return 14;
  }
  return 16;
}

float line_height(Font font) {
  return text_size(font) * 1.25F;
}

float estimated_width(const std::string& text, Font font) {
  int thousandths = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a UTF-8 character
    if (font == Font::Mono || font == Font::MonoBold)
      thousandths += mono_advance;
    else
      thousandths += byte >= ' ' && byte <= '~' ? advances[byte - ' '] : other_advance;
  }
  const float width = static_cast<float>(thousandths) * text_size(font) / 1000;
  return font == Font::Bold ? width * bold_factor : width;
}

std::optional<palette::Hue> hue_of(Tone tone) {
  switch (tone) {
    case Tone::Listen:
      return palette::Hue::listen;
    case Tone::Opening:
      return palette::Hue::opening;
    case Tone::Established:
      return palette::Hue::established;
    case Tone::CloseWait:
      return palette::Hue::close_wait;
    case Tone::Closing:
      return palette::Hue::closing;
    case Tone::TimeWait:
      return palette::Hue::time_wait;
    case Tone::Closed:
      return palette::Hue::closed;
    case Tone::Error:
      return palette::Hue::error;
    case Tone::Background:
    case Tone::Panel:
    case Tone::Grid:
    case Tone::Text:
    case Tone::Muted:
    case Tone::Accent:
      break;
  }
  return std::nullopt;
}

}  // namespace sockarium::picture
