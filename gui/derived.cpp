// See derived.h.
#include "gui/derived.h"

#include <algorithm>
#include <set>
#include <utility>

#include "gui/cell_pattern.h"
#include "gui/reading.h"

namespace sockarium::gui {

namespace {

using picture::PortUse;

constexpr int side = Derived::texels;
using Tile = std::array<ImU32, static_cast<std::size_t>(side) * side>;

Tile port_tile(const Theme& theme, PortUse use) {
  const palette::Hue hue = picture::hue_of(use);
  Tile tile{};
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      ImU32& texel = tile[static_cast<std::size_t>(y * side + x)];
      texel = theme.hue(hue);
      if (use == PortUse::Free)
        texel = theme.background();
      else if (use == PortUse::Reserved)
        texel = x == y ? theme.muted() : theme.background();
      else if (theme.kind == ThemeKind::high_contrast && !inked(palette::pattern(hue), x, y))
        texel = theme.background();
    }
  return tile;
}

/// `gaps`: so few sockets that each is large enough for a margin.
Tile socket_tile(const Theme& theme, TcpState state, bool gaps) {
  const palette::Hue hue = hue_of(state);
  Tile tile{};
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const bool contrast = theme.kind == ThemeKind::high_contrast;
      const bool ink = contrast ? inked(palette::pattern(hue), x, y) : !gaps || (x < 3 && y < 3);
      tile[static_cast<std::size_t>(y * side + x)] = ink ? theme.hue(hue) : theme.background();
    }
  return tile;
}
Tile gone_tile(const Theme& theme) {
  Tile tile;
  tile.fill(theme.background());
  tile[side + 1] = theme.grid();
  return tile;
}

/// Puts a tile into a picture that is `columns` cells wide.
void put(std::vector<ImU32>& texels, int columns, int column, int row, const Tile& tile) {
  for (int y = 0; y < side; ++y)
    std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(y) * side, side,
                texels.begin() + (static_cast<std::ptrdiff_t>(row) * side + y) * columns * side +
                    static_cast<std::ptrdiff_t>(column) * side);
}

/// Shows row `row` of cells of that picture.
void show_row(Texture& texture, const std::vector<ImU32>& texels, int columns, int row) {
  const std::size_t length = static_cast<std::size_t>(columns) * side * side;
  texture.set_rows(row * side, std::span(texels).subspan(static_cast<std::size_t>(row) * length, length));
}

std::size_t letters_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void Derived::clear() {
  session_ = nullptr;
  now_ = before_ = ports_at_ = timers_at_ = Moment{};
  table_ = CachedTable{};
  socket_picture_of_ = SocketPicture{};
  shown_ = previous_ = World{};
  series_.clear();
  series_branch_ = 0;
  sockets_.clear();
  ports_ = {};
  timer_table_.clear();
  lane_inks_.clear();
  compared_ladders_.clear();
}

void Derived::begin(const Session& session) {
  session_ = &session;
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
    lane_inks_.clear();
    series_branch_ = session.branch();
  }
  series_.follow(session.latest(), session.bytes(), session.records());
}

const picture::PortMap& Derived::ports(const picture::PortQuestion& question) {
  if (ports_at_ == now_ && ports_.question() == question) return ports_;
  ports_.show(session_->world(), question);
  ports_at_ = now_;
  return ports_;
}

const Texture& Derived::port_picture(const Theme& theme) {
  constexpr int columns = picture::PortMap::columns;
  const std::vector<int> changed = ports_.take_changed_rows();
  const bool all = port_theme_ != theme.kind || !port_picture_.ready();
  if (!all && changed.empty()) return port_picture_;
  std::array<Tile, picture::port_uses> tiles;
  for (std::size_t use = 0; use < tiles.size(); ++use)
    tiles[use] = port_tile(theme, static_cast<PortUse>(use));
  port_texels_.resize(static_cast<std::size_t>(columns) * side * picture::PortMap::rows * side);
  const auto paint_row = [&](int row) {
    for (int column = 0; column < columns; ++column) {
      const PortUse use = ports_.use(static_cast<std::uint16_t>(row * columns + column));
      put(port_texels_, columns, column, row, tiles[static_cast<std::size_t>(use)]);
    }
  };
  if (all) {
    for (int row = 0; row < picture::PortMap::rows; ++row) paint_row(row);
    port_picture_.set(columns * side, picture::PortMap::rows * side, port_texels_);
    port_theme_ = theme.kind;
    return port_picture_;
  }
  for (const int row : changed) {
    paint_row(row);
    show_row(port_picture_, port_texels_, columns, row);
  }
  return port_picture_;
}

const picture::SocketMap& Derived::sockets_of(NetId net) {
  SocketsOf& of = sockets_[net.raw()];
  if (!(of.at == now_)) {
    of.map.show(session_->world(), net);
    of.at = now_;
  }
  return of.map;
}

const picture::SocketMap& Derived::sockets(NetId net) {
  sockets_net_ = net;
  return sockets_of(net);
}

const Texture& Derived::socket_picture(const Theme& theme, int columns) {
  picture::SocketMap& map = sockets_[sockets_net_.raw()].map;
  const auto& cells = map.cells();
  SocketPicture wanted;
  wanted.theme = theme.kind;
  wanted.columns = columns;
  wanted.rows = std::max(1, (static_cast<int>(cells.size()) + columns - 1) / columns);
  wanted.net = sockets_net_;
  const std::optional<std::vector<std::size_t>> changed = map.take_changed();
  const bool all = !changed || !(wanted == socket_picture_of_) || !socket_picture_.ready();
  if (!all && changed->empty()) return socket_picture_;
  const bool gaps = columns <= 110;
  std::array<Tile, tcp_state_count> tiles;
  for (std::size_t state = 0; state < tiles.size(); ++state)
    tiles[state] = socket_tile(theme, static_cast<TcpState>(state), gaps);
  const Tile gone = gone_tile(theme);
  const auto paint = [&](std::size_t i) {
    put(socket_texels_, columns, static_cast<int>(i) % columns, static_cast<int>(i) / columns,
        cells[i].socket ? tiles[static_cast<std::size_t>(cells[i].state)] : gone);
  };
  if (all) {
    socket_picture_of_ = wanted;
    socket_texels_.assign(static_cast<std::size_t>(wanted.rows * columns) * texels * texels,
                          theme.background());
    for (std::size_t i = 0; i < cells.size(); ++i) paint(i);
    socket_picture_.set(columns * side, wanted.rows * side, socket_texels_);
    return socket_picture_;
  }
  std::set<int> rows;
  for (const std::size_t i : *changed) {
    paint(i);
    rows.insert(static_cast<int>(i) / columns);
  }
  for (const int row : rows) show_row(socket_picture_, socket_texels_, columns, row);
  return socket_picture_;
}

const picture::TimerList& Derived::timers() {
  if (!(timers_at_ == now_)) {
    timer_table_.show(session_->world());
    timers_ = timer_table_.list(session_->bytes(), session_->records(), 60);
    timers_at_ = now_;
  }
  return timers_;
}

const ShownTable& Derived::table(picture::Tool tool, HostId host) {
  const bool same = table_.tool == tool && table_.host == host;
  if (table_.at == now_ && same) return table_.shown;
  std::optional<picture::ToolTable> before;  // what stood here at the moment before
  if (same && table_.at == before_ && before_.known) before = std::move(table_.shown.table);
  table_.at = now_;
  table_.tool = tool;
  table_.host = host;
  ShownTable& shown = table_.shown;
  std::optional<std::size_t> listed;
  if (const kernel::Host* owner = session_->world().kernel.hosts.find(host);
      tool == picture::Tool::Ss && owner != nullptr)
    listed = sockets_of(owner->net).listed();
  shown.table = picture::tool_table(tool, session_->world(), session_->bytes(), session_->records(), host,
                                    most_rows, listed);
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
    if (!before)
      before = picture::tool_table(tool, previous_, session_->bytes(), session_->records(), host, most_rows);
    shown.changed = picture::changed_cells(shown.table, *before);
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
