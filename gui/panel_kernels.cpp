// What the kernels hold: for each host the descriptors of its processes, the open files behind them, the
// sockets behind those, and the ports that sockets hold. Lines between the columns show who shares what, so
// that dup, fork and «one port, many sockets» can be seen.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"
#include "lab/picture/waiting.h"
#include "sim/inet/device.h"
#include "sim/kernel/descriptors.h"
#include "sim/kernel/protocol.h"
#include "sim/observe/local_sockets.h"
#include "sim/tcp/tcp.h"
#include "sim/unix/unix.h"

namespace sockarium::gui {

namespace {

constexpr std::size_t most_rows = 60;
/// Of a process that holds thousands of descriptors: so many of the lowest, and as many of the highest.
constexpr std::size_t first_rows = 20, last_rows = 10;

struct FdRow {
  ProcessId process;
  std::string label;     ///< «3»; of a heading the process and its terminals
  std::string more;      ///< of a heading: its terminals
  OpenFileId file;       ///< none: a heading
  bool heading = false;  ///< words, not a box
};

/// The four columns of one host, top to bottom.
struct Holdings {
  std::vector<FdRow> fds;
  std::vector<OpenFileId> files;
  std::vector<SocketId> sockets;
  std::vector<PortBucketId> ports;
  std::size_t unowned = 0, hidden_sockets = 0;  ///< that no descriptor reaches: shown, and not shown
  std::string only_terminals;                   ///< programs that hold nothing else
  std::size_t idle = 0;                         ///< how many
};

Holdings holdings_of(const Frame& frame, HostId host) {
  const World& world = frame.world();
  Holdings all;
  const auto add_file = [&](OpenFileId file) {
    if (std::find(all.files.begin(), all.files.end(), file) == all.files.end()) all.files.push_back(file);
  };
  for (const ProcessId process : processes_of(frame, host)) {
    const kernel::Process& owner = world.kernel.processes.read(process);
    if (owner.ended != 0 || all.fds.size() > most_rows) continue;
    FdRow heading;
    heading.process = process;
    heading.label = process_title(frame, process);
    heading.heading = true;
    all.fds.push_back(heading);
    std::string terminals;
    const std::size_t place = all.fds.size() - 1;
    const auto add = [&](const kernel::OpenNumber& open) {
      const kernel::OpenFile* file = world.kernel.files.find(open.file);
      if (file == nullptr) return;
      if (file->kind == FileKind::Terminal) {
        terminals += (terminals.empty() ? "" : " ") + std::to_string(open.fd);
        return;
      }
      FdRow row;
      row.process = process;
      row.label = std::to_string(open.fd);
      row.file = open.file;
      all.fds.push_back(row);
      add_file(row.file);
    };
    const std::size_t count = kernel::open_count(world, process);
    const std::size_t shown = count > most_rows ? first_rows : count;
    std::int64_t next = 0;
    for (std::size_t i = 0; i < shown; ++i) {
      const kernel::OpenNumber open = kernel::next_open(world, process, next);
      if (open.fd < 0) break;
      add(open);
      next = open.fd + 1;
    }
    if (shown < count) {
      FdRow more;
      more.label =
          fmt::format("… {} more", number_text(static_cast<std::int64_t>(count - first_rows - last_rows)));
      more.heading = true;
      all.fds.push_back(more);
      for (const kernel::OpenNumber& open : kernel::last_open(world, process, last_rows)) add(open);
    }
    if (all.fds.size() == place + 1) {  // no socket: one line for all such programs will do
      all.fds.pop_back();
      all.only_terminals += (all.only_terminals.empty() ? "" : ", ") + process_name(frame, process);
      ++all.idle;
    } else if (!terminals.empty()) {
      all.fds[place].more = "  ·  " + terminals + " terminal";
    }
  }
  // Open files that lie in a message: no process holds them, and they live as long as it waits.
  bool in_messages = false;
  for (const observe::InFlight& flight : observe::files_in_flight(world)) {
    const NetId its = world.inet.sockets.read(flight.queue).net;
    if (!(world.inet.nets.read(its).host == host) || all.fds.size() > most_rows) continue;
    if (!std::exchange(in_messages, true)) {
      FdRow heading;
      heading.label = "in flight, in messages";
      heading.heading = true;
      all.fds.push_back(heading);
    }
    FdRow row;
    row.label = "m" + std::to_string(flight.place + 1);
    row.file = flight.file;
    all.fds.push_back(row);
    add_file(flight.file);
  }
  for (const OpenFileId file : all.files) {
    const SocketId socket = world.kernel.files.read(file).socket;
    if (socket && world.inet.sockets.alive(socket) &&
        std::find(all.sockets.begin(), all.sockets.end(), socket) == all.sockets.end())
      all.sockets.push_back(socket);
  }
  // Sockets that no descriptor reaches: in an accept queue, orphans, TIME-WAIT.
  const std::set<std::uint32_t>& ownerless =
      frame.derived->sockets_of(world.kernel.hosts.read(host).net).ownerless();
  for (const std::uint32_t place : ownerless) {
    if (all.sockets.size() >= most_rows) break;
    all.sockets.push_back(world.inet.sockets.at(place));
    ++all.unowned;
  }
  all.hidden_sockets = ownerless.size() - all.unowned;
  for (const SocketId socket : all.sockets) {
    const PortBucketId bucket = world.inet.sockets.read(socket).bucket;
    if (bucket && std::find(all.ports.begin(), all.ports.end(), bucket) == all.ports.end())
      all.ports.push_back(bucket);
  }
  return all;
}

/// Did the shown event have to do with it?
bool is_touched(const Frame& frame, SocketId socket) {
  for (RecordNumber n = frame.first(); n <= frame.now() && n != 0; ++n)
    if (touches(frame.session->record(n).what, socket)) return true;
  return false;
}
bool is_touched(const Frame& frame, ProcessId process, OpenFileId file) {
  for (RecordNumber n = frame.first(); n <= frame.now() && n != 0; ++n)
    if (const auto* opened = std::get_if<rec::DescriptorOpened>(&frame.session->record(n).what))
      if (opened->process == process && opened->file == file) return true;
  return false;
}

/// With the number of its descriptors where they are several; a call that is in progress holds the file, too,
/// and is not counted.
std::string file_label(const World& world, OpenFileId file) {
  const kernel::OpenFile& opened = world.kernel.files.read(file);
  std::uint64_t references = opened.references;
  if (references > 1)
    for (const TaskId id : ids(world.kernel.tasks)) {
      const kernel::Task& task = world.kernel.tasks.read(id);
      if (task.state == kernel::TaskState::Blocked && task.held == file) --references;
    }
  std::string label = fmt::format("#{}", file.index);
  if (opened.kind != FileKind::Socket) label += " " + std::string(name(opened.kind));
  return references > 1 ? fmt::format("{} ×{}", label, references) : label;
}
std::string port_label(const World& world, PortBucketId id) {
  const inet::PortBucket& bucket = world.inet.buckets.read(id);
  // Of ICMP it is the identifier of a ping socket: not a port, but held in the same way.
  const std::string name = std::to_string(bucket.key.port) + (bucket.key.protocol == wire::UDP    ? " udp"
                                                              : bucket.key.protocol == wire::ICMP ? " id"
                                                                                                  : "");
  return bucket.count > 1 ? fmt::format("{} ×{}", name, bucket.count) : name;
}

/// What stands on a socket: state and far end, or of a Unix socket its name or its peer's; from the fullest
/// form to the shortest that fits.
std::string socket_label(const Frame& frame, SocketId id, TcpState state, ImFont* font, float width) {
  const World& world = frame.world();
  const inet::SocketBase& base = world.inet.sockets.read(id);
  const std::string letter(palette::letter(hue_of(state)));
  std::string_view word = ss_name(state);
  const bool icmp = base.kind == inet::EntryKind::Icmp;
  if (state == TcpState::Closed) word = base.kind == inet::EntryKind::Udp || icmp ? "UNCONN" : "new";
  std::vector<std::string> forms;
  if (icmp) {
    const bool raw = world.udp.sockets.read(UdpSocketId::from_raw(base.entry)).raw;
    const std::string what = raw           ? "raw ICMP"
                             : base.bucket ? fmt::format("ping {}", base.local.port)
                                           : "ping";
    forms = {fmt::format("{} {} {}", letter, word, what), fmt::format("{} {}", letter, what), what};
  } else if (base.kind == inet::EntryKind::Packet || base.kind == inet::EntryKind::Netlink) {
    const bool packet = base.kind == inet::EntryKind::Packet;
    const std::string what =
        packet ? "packet " + inet::device_name(world.inet.taps.read(TapId::from_raw(base.entry)).device)
               : "netlink";
    forms = {fmt::format("{} {}", letter, what), what};
  } else if (base.kind == inet::EntryKind::Unix) {
    if (state == TcpState::Closed) word = "unix";
    const std::string name = picture::unix_text(world, frame.session->bytes(), id);
    const std::size_t slash = name.rfind('/');
    forms = {fmt::format("{} {} {}", letter, word, name), fmt::format("{} {}", letter, name)};
    if (slash != std::string::npos && slash > 0)
      forms.push_back(fmt::format("{} {}…{}", letter, name.starts_with("→") ? "→ " : "", name.substr(slash)));
    forms.push_back(fitted(forms.back(), font, width));
  } else {
    const std::string other = state == TcpState::Listen || base.peer.port == 0 ? endpoint_text(base.local)
                                                                               : endpoint_text(base.peer);
    const std::uint16_t port = base.peer.port != 0 ? base.peer.port : base.local.port;
    forms = {fmt::format("{} {} {}", letter, word, other), fmt::format("{} {}", letter, other),
             fmt::format("{} {} :{}", letter, word, port), fmt::format("{} :{}", letter, port)};
  }
  for (const std::string& form : forms)
    if (text_size(form, font).x <= width) return form;
  return forms.back();
}

void draw_host(const Frame& frame, HostId host, Rect area, ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const World& world = frame.world();
  const ItemScope scope(host_name(frame, host));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* font = current.fonts.small_mono;
  ImFont* small = current.fonts.small;
  const Holdings all = holdings_of(frame, host);
  const float row = font->FontSize + theme.px(8);
  const float cell = font->FontSize + theme.px(5);
  float y = area.min.y;
  paint_text(list, {area.min.x, y}, theme.text(), host_title(frame, host), current.fonts.bold);
  y += current.fonts.bold->FontSize + theme.px(4);

  // Columns: the socket's takes what the others leave.
  const float width = area.width();
  const float gap = std::max(theme.px(11), width * 0.035F);
  const float fd_width = theme.px(34);
  float file_width = text_size("#10", font).x;
  for (const OpenFileId file : all.files)
    file_width = std::max(file_width, text_size(file_label(world, file), font).x);
  file_width += theme.px(10);
  float port_width = text_size("port", small).x;
  for (const PortBucketId port : all.ports)
    port_width = std::max(port_width, text_size(port_label(world, port), font).x);
  port_width += theme.px(8);
  const float socket_width = std::max(theme.px(60), width - fd_width - file_width - port_width - 3 * gap);
  const float fd_x = area.min.x;
  const float file_x = fd_x + fd_width + gap;
  const float socket_x = file_x + file_width + gap;
  const float port_x = socket_x + socket_width + gap;
  paint_text(list, {fd_x, y}, theme.muted(), "fd", small);
  paint_text(list, {file_x, y}, theme.muted(),
             text_size("open file", small).x <= file_width + gap - theme.px(6) ? "open file" : "file", small);
  paint_text(list, {socket_x, y}, theme.muted(), "socket", small);
  paint_text(list, {port_x, y}, theme.muted(), "port", small);
  const float top = y + small->FontSize + theme.px(4);

  std::string idle;
  if (all.idle > 0)
    idle = all.idle <= 2 ? all.only_terminals + ": only 0 1 2, the terminal"
                         : fmt::format("{} programs hold only 0 1 2, the terminal", all.idle);
  if (all.fds.empty() && all.sockets.empty() && all.idle == 0) {
    paint_wrapped(list, {area.min.x, top}, width, theme.muted(),
                  "No process runs here, and no socket is left.", small);
    ImGui::SetCursorScreenPos({area.min.x, top + row * 2});
    ImGui::Dummy({1, 1});
    return;
  }
  // What is lit on a socket is lit on its file, its numbers and its port, too.
  const auto light_of = [&](SocketId id) {
    const inet::SocketBase* base = world.inet.sockets.find(id);
    if (base == nullptr) return Light::None;
    Ends ends;
    ends.local = base->local;
    ends.peer = base->peer;
    return brighter(frame.lights.on(id), frame.lights.on(ends));
  };
  std::map<std::uint64_t, float> file_y, socket_y, port_y;
  // Files stand where their first descriptor is, sockets where their file is; the rest follows below.
  std::map<std::uint64_t, float> wanted;
  float at = top;
  std::vector<float> fd_y;
  for (const FdRow& fd : all.fds) {
    fd_y.push_back(at);
    if (fd.file && wanted.count(fd.file.raw()) == 0) wanted[fd.file.raw()] = at;
    at += fd.heading ? small->FontSize + theme.px(3) : row;
  }
  float lowest = at;
  float next = top;
  for (const OpenFileId file : all.files) {
    file_y[file.raw()] = std::max(next, wanted[file.raw()]);
    next = file_y[file.raw()] + row;
  }
  lowest = std::max(lowest, next);
  next = top;
  for (const SocketId socket : all.sockets) {
    const OpenFileId file = world.inet.sockets.read(socket).file;
    const auto found = file_y.find(file.raw());
    socket_y[socket.raw()] = found == file_y.end() || !file ? next : std::max(next, found->second);
    next = socket_y[socket.raw()] + row;
  }
  lowest = std::max(lowest, next);
  next = top;
  for (const PortBucketId port : all.ports) {
    float best = next;
    for (const SocketId socket : all.sockets)
      if (world.inet.sockets.read(socket).bucket == port) {
        best = std::max(next, socket_y[socket.raw()]);
        break;
      }
    port_y[port.raw()] = best;
    next = best + row;
  }
  lowest = std::max(lowest, next);

  const float thin = std::max(1.0F, theme.px(1.5F));
  const auto connect = [&](float x1, float y1, float x2, float y2, bool strong) {
    const ImU32 colour = strong ? theme.text() : theme.muted();
    const float bend = (x1 + x2) / 2;
    list.AddBezierCubic({x1, y1 + cell / 2}, {bend, y1 + cell / 2}, {bend, y2 + cell / 2},
                        {x2, y2 + cell / 2}, colour, thin);
  };
  for (std::size_t i = 0; i < all.fds.size(); ++i)
    if (all.fds[i].file) connect(fd_x + theme.px(34), fd_y[i], file_x, file_y[all.fds[i].file.raw()], true);
  for (const OpenFileId file : all.files) {
    const SocketId socket = world.kernel.files.read(file).socket;
    if (const auto found = socket_y.find(socket.raw()); socket && found != socket_y.end())
      connect(file_x + file_width, file_y[file.raw()], socket_x, found->second, true);
  }
  for (const SocketId socket : all.sockets) {
    const PortBucketId bucket = world.inet.sockets.read(socket).bucket;
    if (const auto found = port_y.find(bucket.raw()); bucket && found != port_y.end())
      connect(socket_x + socket_width, socket_y[socket.raw()], port_x, found->second, false);
  }

  // Unix sockets have no wire: their peer is here, too, and a line leads to it.
  for (const SocketId socket : all.sockets) {
    if (world.inet.sockets.read(socket).kind != inet::EntryKind::Unix) continue;
    const unix::Socket& own = unix::read_entry(world, socket);
    const auto peer = socket_y.find(own.peer.raw());
    if (!own.has_peer || peer == socket_y.end()) continue;
    const bool both = world.inet.sockets.alive(own.peer) && unix::read_entry(world, own.peer).peer == socket;
    if (both && peer->second < socket_y[socket.raw()]) continue;  // drawn already
    const float x = socket_x + socket_width;
    const float far = x + std::max(theme.px(7), gap * 0.6F);
    const float from = socket_y[socket.raw()] + cell / 2, to = peer->second + cell / 2;
    list.AddBezierCubic({x, from}, {far, from}, {far, to}, {x, to}, theme.text(), thin);
    if (!both) arrow_head(list, {far, to}, {x, to}, theme.text(), theme.px(6));
  }

  const auto box = [&](float x, float top_y, float box_width, std::string_view content, bool accent,
                       ImU32 ground, ImU32 ink) {
    const ImVec2 min = {x, top_y};
    const ImVec2 max = {x + box_width, top_y + cell};
    list.AddRectFilled(min, max, ground, theme.px(3));
    list.AddRect(min, max, accent ? theme.focus() : theme.grid(), theme.px(3), 0,
                 accent ? std::max(2.0F, theme.px(2)) : theme.line());
    const ImVec2 size = text_size(content, font);
    paint_text(list, {std::round(x + (box_width - size.x) / 2), std::round(top_y + (cell - size.y) / 2)}, ink,
               content, font);
    return std::pair{min, max};
  };
  for (std::size_t i = 0; i < all.fds.size(); ++i) {
    const FdRow& fd = all.fds[i];
    if (fd.heading) {
      // As far as the sockets beside it, if there is one.
      const bool beside = std::any_of(socket_y.begin(), socket_y.end(), [&](const auto& each) {
        return each.second < fd_y[i] + small->FontSize && each.second + cell > fd_y[i];
      });
      const float room = beside ? socket_x - fd_x - theme.px(6) : width;
      const bool all_of_it = text_size(fd.label + fd.more, small).x <= room;
      paint_text(list, {fd_x, fd_y[i]}, theme.muted(),
                 fitted(all_of_it ? fd.label + fd.more : fd.label, small, room), small);
    } else {
      const auto [min, max] = box(fd_x, fd_y[i], theme.px(34), fd.label,
                                  is_touched(frame, fd.process, fd.file), theme.raised(), theme.text());
      if (const kernel::OpenFile* file = world.kernel.files.find(fd.file))
        outline(list, min, max, light_of(file->socket));
      look().items.record("fd " + fd.label, min, max);
    }
  }
  for (const OpenFileId file : all.files) {
    const std::string label = file_label(world, file);
    const auto [min, max] =
        box(file_x, file_y[file.raw()], file_width, label, false, theme.raised(), theme.text());
    outline(list, min, max, light_of(world.kernel.files.read(file).socket));
  }
  for (const SocketId id : all.sockets) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    const TcpState state = kernel::protocol::state_of(world, id);
    const Hue hue = hue_of(state);
    const std::string label = socket_label(frame, id, state, font, socket_width - theme.px(6));
    const bool accent = is_touched(frame, id);
    const float row_y = socket_y[id.raw()];
    if (hit(fmt::format("socket {}", base.inode), {socket_x, row_y},
            {socket_x + socket_width, row_y + cell})) {
      const RecordNumber record = socket_record(frame, id);
      view.selected = view.selected == record ? 0 : record;
    }
    if (ImGui::IsItemHovered()) view.hovered = socket_record(frame, id);
    fill_state(list, {socket_x, row_y}, {socket_x + socket_width, row_y + cell}, hue, true);
    if (accent)
      list.AddRect({socket_x - 2, row_y - 2}, {socket_x + socket_width + 2, row_y + cell + 2}, theme.focus(),
                   theme.px(3), 0, std::max(1.0F, theme.px(1.2F)));
    outline(list, {socket_x, row_y}, {socket_x + socket_width, row_y + cell}, light_of(id));
    const ImVec2 size = text_size(label, font);
    paint_on_state(
        list, {std::round(socket_x + (socket_width - size.x) / 2), std::round(row_y + (cell - size.y) / 2)},
        hue, label, font);
  }
  for (const PortBucketId id : all.ports) {
    const inet::PortBucket& bucket = world.inet.buckets.read(id);
    const std::string label = port_label(world, id);
    const auto [min, max] =
        box(port_x, port_y[id.raw()], port_width, label, false, theme.panel(), theme.text());
    PortPin pin;
    pin.host = host;
    pin.port = static_cast<std::uint16_t>(bucket.key.port);
    pin.protocol = static_cast<std::uint8_t>(bucket.key.protocol);
    const bool is_port = bucket.key.protocol != wire::ICMP;
    if (hit("port " + std::to_string(bucket.key.port), min, max) && is_port) {
      if (view.pinned_port == pin)
        view.pinned_port.reset();
      else
        view.pinned_port = pin;
    }
    if (ImGui::IsItemHovered() && is_port) view.hovered_port = pin;
    Light light = is_port ? frame.lights.on_port(host, pin.port) : Light::None;
    if (const inet::SocketBase* only = world.inet.sockets.find(bucket.first);
        only != nullptr && bucket.count == 1)
      light = brighter(light, light_of(bucket.first));
    outline(list, min, max, light);
  }
  if (!idle.empty()) {
    float below = at;
    if (!all.fds.empty()) below += theme.px(4);
    const bool beside = std::any_of(socket_y.begin(), socket_y.end(),
                                    [&](const auto& each) { return each.second + cell > below; });
    paint_wrapped(list, {fd_x, below}, beside ? socket_x - fd_x - theme.px(8) : width, theme.muted(), idle,
                  small);
    lowest = std::max(lowest, below + small->FontSize * 2);
  }
  if (all.hidden_sockets > 0)
    paint_text(
        list, {socket_x, lowest}, theme.muted(),
        fmt::format("… and {} more sockets", number_text(static_cast<std::int64_t>(all.hidden_sockets))),
        small);
  ImGui::SetCursorScreenPos({area.min.x, lowest + row});
  ImGui::Dummy({1, 1});
}

}  // namespace

void draw_kernels(const Frame& frame, ViewState& view, Intents&) {
  const Theme& theme = look().theme;
  const Panel panel("Kernels", frame.area.min, frame.area.size(), "descriptor → open file → socket → port");
  if (!panel) return;
  std::vector<HostId> all = hosts(frame);
  if (all.empty()) {
    muted_text("No host in this scenario.", nullptr, true);
    return;
  }
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float gap = theme.px(24);
  const float least = theme.px(340);
  const auto columns = static_cast<std::size_t>(
      std::clamp((width + gap) / (least + gap), 1.0F, static_cast<float>(all.size())));
  // In one column the host that something happens on comes first.
  if (columns < all.size()) {
    HostId busy;
    for (RecordNumber n = frame.now(); n >= frame.first() && n > 0 && !busy; --n)
      busy = frame.session->record(n).host;
    const auto found = std::find(all.begin(), all.end(), busy);
    if (found != all.end()) std::rotate(all.begin(), found, found + 1);
  }
  const float column = (width - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  float y = origin.y;
  for (std::size_t i = 0; i < all.size(); i += columns) {
    float bottom = y;
    for (std::size_t c = 0; c < columns && i + c < all.size(); ++c) {
      Rect area;
      area.min = {std::floor(origin.x + static_cast<float>(c) * (column + gap)), y};
      area.max = {area.min.x + std::floor(column), y};
      draw_host(frame, all[i + c], area, view);
      bottom = std::max(bottom, ImGui::GetCursorScreenPos().y);
    }
    y = bottom + theme.px(6);
  }
  ImGui::SetCursorScreenPos({origin.x, y});
}

}  // namespace sockarium::gui
