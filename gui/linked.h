// Global selection: a packet, socket, call, queue slot or port that is pinned (or under the pointer) lights
// up in every panel, in one accent. What belongs to it is worked out once a frame; panels only ask «am I
// lit?».
#pragma once

#include <imgui.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "gui/view_state.h"
#include "sim/record.h"

namespace sockarium::gui {

struct Frame;

/// All that one selected record or port stands for.
struct Linked {
  RecordNumber record = 0;  ///< itself
  RecordNumber sent = 0;    ///< of a packet: its sending
  RecordNumber call = 0;    ///< the entry of the call that it is, or that led to it on the same host
  TaskId task;              ///< who called
  std::int64_t line = 0;    ///< of the scenario file
  SocketId socket;
  std::optional<Ends> ends;  ///< of its connection
  std::optional<PortPin> port;
  std::vector<Address> port_addresses;  ///< of the port's host

  bool any() const { return record != 0 || port.has_value(); }
  bool has(const Ends& other) const;
};

enum class Light : std::uint8_t { None, Preview, Pinned };

/// What is lit in this frame.
struct Lights {
  Linked pinned, preview;

  Light on(const Ends& ends) const;
  Light on(SocketId socket) const;
  /// A packet by its sending, delivery or loss; a call by its entry or return; anything by its own number.
  Light on(RecordNumber record) const;
  Light on_call(RecordNumber entered) const;
  Light on_line(TaskId task, std::int64_t line) const;
  Light on_port(HostId host, std::uint16_t port) const;

 private:
  template <class Ask>
  Light ask(const Ask& lit) const {
    if (lit(pinned)) return Light::Pinned;
    return lit(preview) ? Light::Preview : Light::None;
  }
};

inline Light brighter(Light a, Light b) {
  return a > b ? a : b;
}

/// The one way to show it: an outline in the accent colour, thick where it is pinned.
void outline(ImDrawList& list, ImVec2 min, ImVec2 max, Light light);

Lights lights_of(const Frame& frame, const ViewState& view);
/// Of any record: it is selected itself, or what it tells of belongs to what is.
Light light_of_record(const Session& session, const Lights& lights, RecordNumber number);

}  // namespace sockarium::gui
