// What the boxes over the panels have in common. Each is a function in panel_dialogs.cpp; those that list
// what can be found in panel_finders.cpp, those of interventions in panel_forms.cpp, those of files in
// panel_files.cpp.
#pragma once

#include <string_view>

#include "gui/panels.h"
#include "gui/widgets.h"

namespace sockarium::gui {

/// A box in the middle of the window, over everything. Content goes between construction and destruction.
class Box {
 public:
  Box(std::string_view title, float width, float height);
  ~Box();
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

 private:
  ItemScope scope_;
};

void draw_error_line(const ViewState& view);
/// The next field takes the keyboard, in the box's first frame.
void focus_first(ViewState& view);

void draw_palette(const Frame& frame, ViewState& view, Intents& intents);
void draw_search(const Frame& frame, ViewState& view, Intents& intents);
void draw_bookmark(const Frame& frame, ViewState& view, Intents& intents);
void draw_about(const Frame& frame, ViewState& view);
void draw_tour(ViewState& view);
void draw_surprises(const Frame& frame, ViewState& view, Intents& intents);
void draw_forge(const Frame& frame, ViewState& view, Intents& intents);
void draw_limit(const Frame& frame, ViewState& view, Intents& intents);
void draw_export(const Frame& frame, ViewState& view, Intents& intents);
void draw_unsaved(const Frame& frame, ViewState& view, Intents& intents);
void draw_file_changed(const Frame& frame, ViewState& view, Intents& intents);

}  // namespace sockarium::gui
