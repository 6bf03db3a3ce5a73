// See linked.h.
#include "gui/linked.h"

#include <algorithm>

#include "gui/reading.h"
#include "sim/observe/lookup.h"

namespace sockarium::gui {

namespace {

SocketId socket_in(const What& what) {
  if (const auto* changed = std::get_if<rec::StateChanged>(&what)) return changed->socket;
  if (const auto* created = std::get_if<rec::SocketCreated>(&what)) return created->socket;
  if (const auto* bound = std::get_if<rec::PortBound>(&what)) return bound->socket;
  if (const auto* opened = std::get_if<rec::DescriptorOpened>(&what)) return opened->socket;
  if (const auto* buffer = std::get_if<rec::BufferChanged>(&what)) return buffer->socket;
  if (const auto* error = std::get_if<rec::SocketError>(&what)) return error->socket;
  return {};
}

void find_call(const Frame& frame, Linked& linked) {
  RecordNumber number = linked.record;
  const HostId host = frame.session->record(number).host;
  for (int depth = 0; depth < 6 && number != 0; ++depth) {
    const Record& record = frame.session->record(number);
    if (!(record.host == host)) return;
    if (const auto* back = std::get_if<rec::SyscallReturned>(&record.what)) {
      number = back->entered;
      continue;
    }
    if (const auto* in = std::get_if<rec::SyscallEntered>(&record.what)) {
      linked.call = number;
      linked.task = in->task;
      linked.line = in->line;
      return;
    }
    number = record.cause;
  }
}

Linked of_record(const Frame& frame, RecordNumber number) {
  Linked linked;
  if (number == 0 || number > frame.session->records().size()) return linked;
  linked.record = number;
  linked.sent = observe::sending_of(frame.session->records(), number);
  linked.ends = ends_of(frame, number);
  linked.socket = socket_in(frame.session->record(number).what);
  find_call(frame, linked);
  return linked;
}

void of_port(const Frame& frame, const PortPin& pin, Linked& linked) {
  linked.port = pin;
  const kernel::Host* host = frame.world().kernel.hosts.find(pin.host);
  const inet::Net* net = host == nullptr ? nullptr : frame.world().inet.nets.find(host->net);
  if (net == nullptr) return;
  for (InterfaceId id = net->first_interface; id; id = frame.world().inet.interfaces.read(id).next)
    linked.port_addresses.push_back(frame.world().inet.interfaces.read(id).address);
}

}  // namespace

bool Linked::has(const Ends& other) const {
  if (ends && other.peer.port != 0 && same_connection(*ends, other)) return true;
  if (!port) return false;
  const auto here = [&](const Endpoint& end) {
    return end.port == port->port &&
           (end.ip.is_wildcard() ||
            std::find(port_addresses.begin(), port_addresses.end(), end.ip) != port_addresses.end());
  };
  return here(other.local) || here(other.peer);
}

Light Lights::on(const Ends& other) const {
  return ask([&](const Linked& each) { return each.any() && each.has(other); });
}
Light Lights::on(SocketId socket) const {
  return ask([&](const Linked& each) { return socket && each.socket == socket; });
}
Light Lights::on(RecordNumber number) const {
  return ask([&](const Linked& each) {
    return number != 0 && (each.record == number || each.sent == number || each.call == number);
  });
}
Light Lights::on_call(RecordNumber entered) const {
  return ask([&](const Linked& each) { return entered != 0 && each.call == entered; });
}
Light Lights::on_line(TaskId task, std::int64_t line) const {
  return ask([&](const Linked& each) { return line != 0 && each.line == line && each.task == task; });
}
Light Lights::on_port(HostId host, std::uint16_t port) const {
  return ask(
      [&](const Linked& each) { return each.port && each.port->host == host && each.port->port == port; });
}

void outline(ImDrawList& list, ImVec2 min, ImVec2 max, Light light) {
  if (light == Light::None) return;
  look().items.record(light == Light::Pinned ? "lit" : "previewed", min, max);
  const Theme& theme = look().theme;
  const float width =
      light == Light::Pinned ? std::max(2.0F, theme.px(2.5F)) : std::max(1.0F, theme.px(1.2F));
  const float out = light == Light::Pinned ? 2.0F : 1.0F;
  list.AddRect({min.x - out, min.y - out}, {max.x + out, max.y + out}, theme.focus(), theme.px(3), 0, width);
}

Light light_of_record(const Session& session, const Lights& lights, RecordNumber number) {
  if (number == 0 || number > session.records().size()) return Light::None;
  Light light = lights.on(number);
  if (light == Light::Pinned) return light;
  if (const auto ends = ends_told(session, number)) light = brighter(light, lights.on(*ends));
  return light;
}

Lights lights_of(const Frame& frame, const ViewState& view) {
  Lights lights;
  if (frame.session == nullptr) return lights;
  lights.pinned = of_record(frame, view.selected);
  if (view.pinned_port) of_port(frame, *view.pinned_port, lights.pinned);
  lights.preview = of_record(frame, view.preview);
  if (view.preview_port) of_port(frame, *view.preview_port, lights.preview);
  return lights;
}

}  // namespace sockarium::gui
