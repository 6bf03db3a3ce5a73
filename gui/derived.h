// What panels read from a world that is too much to work out in every frame: port map, socket map, timers,
// tables of tools, the compared ladders. Each is made when it is asked for, kept while moment and question
// stay, and moved to the next moment by what differs where that can be told.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "gui/compared_ladders.h"
#include "gui/lane_inks.h"
#include "gui/texture.h"
#include "gui/theme.h"
#include "lab/picture/port_map.h"
#include "lab/picture/socket_map.h"
#include "lab/picture/state_series.h"
#include "lab/picture/timer_list.h"
#include "lab/picture/tool_table.h"
#include "lab/session/session.h"

namespace sockarium::gui {

/// A table and what in it differs from the moment that was shown before.
struct ShownTable {
  picture::ToolTable table;
  std::vector<std::vector<bool>> changed;
  std::vector<std::size_t> widths;  ///< of its columns, in letters
};

class Derived {
 public:
  /// Texels for each cell of the port map: room for a pattern.
  static constexpr int texels = 4;
  static constexpr std::size_t most_rows = 400;

  void clear();
  /// Once a frame, before panels ask: the moment that is shown.
  void begin(const Session& session);

  const picture::StateSeries& series() const { return series_; }
  const picture::PortMap& ports(const picture::PortQuestion& question);
  /// The map that ports() gave last as a picture, 1,024 texels square.
  const Texture& port_picture(const Theme& theme);
  /// What is known of a host's sockets at the moment.
  const picture::SocketMap& sockets_of(NetId net);
  /// The same, of the host whose picture is drawn.
  const picture::SocketMap& sockets(NetId net);
  /// Its cells as a picture, so many in a row.
  const Texture& socket_picture(const Theme& theme, int columns);
  const picture::TimerList& timers();
  const ShownTable& table(picture::Tool tool, HostId host);
  LaneInks& lane_inks() { return lane_inks_; }
  ComparedLadders& compared_ladders() { return compared_ladders_; }

 private:
  struct Moment {
    std::size_t branch = 0;
    std::uint64_t event = 0;
    RecordNumber records = 0;
    bool known = false;
    friend bool operator==(const Moment&, const Moment&) = default;
  };

  const Session* session_ = nullptr;
  Moment now_, before_;
  World shown_, previous_;  ///< at the moment that is shown; that was shown before
  picture::StateSeries series_;
  std::size_t series_branch_ = 0;

  picture::PortMap ports_;
  Moment ports_at_;
  Texture port_picture_;
  std::vector<ImU32> port_texels_;
  std::optional<ThemeKind> port_theme_;

  struct SocketsOf {
    picture::SocketMap map;
    Moment at;
  };
  std::map<std::uint64_t, SocketsOf> sockets_;  ///< by raw NetId
  NetId sockets_net_;                           ///< whose map was asked for last
  Texture socket_picture_;
  std::vector<ImU32> socket_texels_;
  struct SocketPicture {
    ThemeKind theme = ThemeKind::dark;
    int columns = 0;
    int rows = 0;
    NetId net;
    friend bool operator==(const SocketPicture&, const SocketPicture&) = default;
  };
  SocketPicture socket_picture_of_;

  picture::TimerTable timer_table_;
  picture::TimerList timers_;
  Moment timers_at_;

  struct CachedTable {
    Moment at;
    picture::Tool tool = picture::Tool::Ss;
    HostId host;
    ShownTable shown;
  };
  CachedTable table_;

  LaneInks lane_inks_;
  ComparedLadders compared_ladders_;
};

}  // namespace sockarium::gui
