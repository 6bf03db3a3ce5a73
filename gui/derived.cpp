// See derived.h.
#include "gui/derived.h"

#include <algorithm>

#include "gui/cell_pattern.h"
#include "gui/reading.h"

namespace sockarium::gui {

namespace {

using picture::PortUse;

void paint_cell(std::vector<ImU32>& texels, int column, int row, const Theme& theme, PortUse use) {
  const bool contrast = theme.kind == ThemeKind::high_contrast;
  const palette::Hue hue = picture::hue_of(use);
  const ImU32 ground = theme.background();
  const ImU32 ink = theme.hue(hue);
  constexpr int side = Derived::texels;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      ImU32 colour = ink;
      if (use == PortUse::Free)
        colour = ground;
      else if (use == PortUse::Reserved)
        colour = x == y ? theme.muted() : ground;
      else if (contrast)
        colour = inked(palette::pattern(hue), x, y) ? ink : ground;
      texels[static_cast<std::size_t>((row * side + y) * picture::PortMap::columns * side + column * side +
                                      x)] = colour;
    }
}

std::size_t letters_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void Derived::clear() {
  session_ = nullptr;
  now_ = before_ = ports_at_ = sockets_at_ = timers_at_ = Moment{};
  table_ = CachedTable{};
  socket_picture_of_ = SocketPicture{};
  shown_ = previous_ = World{};
  series_.clear();
  series_branch_ = 0;
  sockets_.clear();
  ports_fresh_ = true;
}

void Derived::begin(const Session& session, const World& latest) {
  session_ = &session;
  latest_ = &latest;
  Moment here;
  here.branch = session.branch();
  here.event = session.cursor();
  here.records = session.records_at(session.cursor());
  here.known = true;
  if (!(here == now_)) {
    previous_ = now_.known ? shown_ : session.world();
    before_ = now_;
    shown_ = session.world();
    if (now_.known && now_.branch != here.branch) sockets_.clear();
    now_ = here;
  }
  if (series_branch_ != session.branch()) {
    series_.clear();
    series_branch_ = session.branch();
  }
  series_.follow(latest, session.bytes(), session.records());
}

const picture::PortMap& Derived::ports(const picture::PortQuestion& question) {
  constexpr RecordNumber near = 20'000;
  const bool same = ports_at_.known && ports_.question() == question && ports_at_.branch == now_.branch;
  if (same && ports_at_ == now_) return ports_;
  const RecordNumber from = std::min(ports_at_.records, now_.records);
  const RecordNumber to = std::max(ports_at_.records, now_.records);
  if (same && to - from <= near) {
    ports_.follow(session_->world(), session_->records(), from + 1, to);
  } else {
    ports_.show(session_->world(), question);
    ports_fresh_ = true;
  }
  ports_at_ = now_;
  return ports_;
}

const Texture& Derived::port_picture(const Theme& theme) {
  constexpr int side = picture::PortMap::columns * texels;
  const bool all = ports_fresh_ || port_theme_ != theme.kind || !port_picture_.ready();
  const std::vector<int> rows = ports_.take_changed_rows();
  if (!all && rows.empty()) return port_picture_;
  port_texels_.resize(static_cast<std::size_t>(side) * side);
  const auto paint_row = [&](int row) {
    for (int column = 0; column < picture::PortMap::columns; ++column)
      paint_cell(port_texels_, column, row, theme,
                 ports_.use(static_cast<std::uint16_t>(row * picture::PortMap::columns + column)));
  };
  if (all) {
    for (int row = 0; row < picture::PortMap::rows; ++row) paint_row(row);
    port_picture_.set(side, side, port_texels_);
    port_theme_ = theme.kind;
    ports_fresh_ = false;
    return port_picture_;
  }
  for (const int row : rows) {
    paint_row(row);
    const auto first = static_cast<std::size_t>(row * texels) * side;
    port_picture_.set_rows(row * texels,
                           std::span(port_texels_).subspan(first, static_cast<std::size_t>(side) * texels));
  }
  return port_picture_;
}

const picture::SocketMap& Derived::sockets(NetId net) {
  if (!(sockets_at_ == now_) || !(sockets_net_ == net)) {
    sockets_.show(session_->world(), net);
    sockets_at_ = now_;
    sockets_net_ = net;
  }
  return sockets_;
}

const Texture& Derived::socket_picture(const Theme& theme, int columns) {
  SocketPicture wanted;
  wanted.at = sockets_at_;
  wanted.theme = theme.kind;
  wanted.columns = columns;
  wanted.net = sockets_net_;
  if (wanted == socket_picture_of_ && socket_picture_.ready()) return socket_picture_;
  socket_picture_of_ = wanted;
  const auto& cells = sockets_.cells();
  const int rows = std::max(1, (static_cast<int>(cells.size()) + columns - 1) / columns);
  const bool contrast = theme.kind == ThemeKind::high_contrast;
  const bool gaps = columns <= 110;  // so few that each is large enough
  std::vector<ImU32> texels_now(static_cast<std::size_t>(rows * columns) * texels * texels,
                                theme.background());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const int column = static_cast<int>(i) % columns;
    const int row = static_cast<int>(i) / columns;
    const palette::Hue hue = hue_of(cells[i].state);
    for (int y = 0; y < texels; ++y)
      for (int x = 0; x < texels; ++x) {
        ImU32& texel =
            texels_now[static_cast<std::size_t>((row * texels + y) * columns * texels + column * texels + x)];
        if (!cells[i].socket)
          texel = x == 1 && y == 1 ? theme.grid() : theme.background();
        else if (contrast)
          texel = inked(palette::pattern(hue), x, y) ? theme.hue(hue) : theme.background();
        else
          texel = !gaps || (x < 3 && y < 3) ? theme.hue(hue) : theme.background();
      }
  }
  socket_picture_.set(columns * texels, rows * texels, texels_now);
  return socket_picture_;
}

const picture::TimerList& Derived::timers() {
  if (!(timers_at_ == now_)) {
    timers_ = picture::running_timers(session_->world(), session_->bytes(), session_->records(), 60);
    timers_at_ = now_;
  }
  return timers_;
}

const ShownTable& Derived::table(picture::Tool tool, HostId host) {
  if (table_.at == now_ && table_.tool == tool && table_.host == host) return table_.shown;
  table_.at = now_;
  table_.tool = tool;
  table_.host = host;
  ShownTable& shown = table_.shown;
  shown.table =
      picture::tool_table(tool, session_->world(), session_->bytes(), session_->records(), host, most_rows);
  // What was shown before belongs to this run as far as the branches are one; else nothing is marked.
  const bool comparable = before_.known && before_.branch == now_.branch;
  if (!comparable) {
    shown.changed.clear();
    for (const picture::ToolRow& row : shown.table.rows) shown.changed.emplace_back(row.cells.size(), false);
  } else if (shown.table.log) {
    shown.changed.clear();
    for (const picture::ToolRow& row : shown.table.rows)
      shown.changed.emplace_back(row.cells.size(), row.record > before_.records);
  } else {
    shown.changed = picture::changed_cells(
        shown.table,
        picture::tool_table(tool, previous_, session_->bytes(), session_->records(), host, most_rows));
  }
  shown.widths.assign(shown.table.right.size(), 0);
  const auto measure = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size() && i < shown.widths.size(); ++i)
      shown.widths[i] = std::max(shown.widths[i], letters_of(cells[i]));
  };
  measure(shown.table.heads);
  for (const picture::ToolRow& row : shown.table.rows) measure(row.cells);
  return shown;
}

}  // namespace sockarium::gui
