// See window.h. GLFW's callbacks are ours: each notes that something happened and hands the event on to
// ImGui's backend. After an input a few frames follow, because ImGui needs them to settle (hover, new
// windows, focus).
#include "gui/window.h"

#include <glad/gl.h>
// glad must come first: GLFW would bring OpenGL's own header.
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <deque>

#include "gui/render_offscreen.h"
#include "gui/texture.h"

namespace sockarium::gui {

namespace {

constexpr int frames_after_input = 3;
constexpr double rest_seconds = 0.5;
constexpr double shortest_frame_seconds = 1.0 / 60.0;

// GLFW hands errors to a function, not to the caller.
std::string last_glfw_error;  // NOLINT: one window system for each program

void note_error(int code, const char* text) {
  last_glfw_error = fmt::format("{} (0x{:X})", text, code);
}

}  // namespace

struct Window::State {
  GLFWwindow* window = nullptr;
  std::unique_ptr<Context> imgui;
  bool glfw_backend = false;
  bool gl_backend = false;
  bool loaded = false;

  Theme theme;  // as the user wants it, without the monitor's scale
  std::optional<Theme> next_theme;
  float monitor_scale = 1;
  int frames_owed = frames_after_input;
  std::vector<std::string> dropped_files;
  std::function<bool()> may_close;

  struct KeyChange {
    int code = 0, scancode = 0, action = 0, mods = 0;
  };
  std::deque<KeyChange> keys;  ///< that no frame has seen yet

  std::filesystem::path picture_path;
  std::function<void(const std::optional<std::string>&)> picture_done;
  bool picture_wanted = false;

  // Where to return to from full screen.
  int left = 0, top = 0, width = 0, height = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() {
    if (window != nullptr) {
      glfwMakeContextCurrent(window);
      if (imgui != nullptr) {
        imgui->make_current();
      }
      if (gl_backend) {
        ImGui_ImplOpenGL3_Shutdown();
      }
      if (glfw_backend) {
        ImGui_ImplGlfw_Shutdown();
      }
      if (loaded) {
        gl_context_ended();
      }
      glfwDestroyWindow(window);
    }
    imgui.reset();
    glfwTerminate();
    glfwSetErrorCallback(nullptr);
  }

  std::optional<std::string> open(const WindowOptions& options);
  void set_callbacks();
  void feed_keys();
  Theme scaled() const {
    Theme result = theme;
    result.scale *= monitor_scale;
    return result;
  }
  void apply_next_theme();
  bool full_screen() const { return glfwGetWindowMonitor(window) != nullptr; }
  void set_full_screen(bool wanted);
  void draw(const std::function<bool(const FrameInput&)>& frame, float delta_seconds, bool& moves);

  static State& of(GLFWwindow* window) { return *static_cast<State*>(glfwGetWindowUserPointer(window)); }
  void happened() { frames_owed = frames_after_input; }
};

std::optional<std::string> Window::State::open(const WindowOptions& options) {
  last_glfw_error.clear();
  glfwSetErrorCallback(note_error);
  if (glfwInit() == GLFW_FALSE) {
    return fmt::format("no display: {}", last_glfw_error);
  }
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, options.visible ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "sockarium");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "sockarium");
  window = glfwCreateWindow(std::max(1, options.width), std::max(1, options.height), options.title.c_str(),
                            nullptr, nullptr);
  if (window == nullptr) {
    return fmt::format("the display gives no window with OpenGL 3.3: {}", last_glfw_error);
  }
  glfwMakeContextCurrent(window);
  if (gladLoadGL(glfwGetProcAddress) == 0) {
    return "the display gives no window with OpenGL 3.3: its functions could not be loaded";
  }
  loaded = true;
  gl_context_began();
  glfwSwapInterval(1);

  float scale_x = 1;
  float scale_y = 1;
  glfwGetWindowContentScale(window, &scale_x, &scale_y);
  monitor_scale = std::max(0.5F, std::max(scale_x, scale_y));
  theme = options.theme;
  imgui = std::make_unique<Context>(scaled());

  glfwSetWindowUserPointer(window, this);
  glfw_backend = ImGui_ImplGlfw_InitForOpenGL(window, false);
  gl_backend = ImGui_ImplOpenGL3_Init("#version 330 core");
  if (!gl_backend) {
    return "the display gives no window with OpenGL 3.3: ImGui found no OpenGL library";
  }
  set_callbacks();
  glfwSetWindowSizeLimits(window, 640, 360, GLFW_DONT_CARE, GLFW_DONT_CARE);
  if (options.full_screen) {
    set_full_screen(true);
  }
  return std::nullopt;
}

/// A key that goes down and up between two frames (presenter remotes tap like that) would never be seen:
/// ImGui looks at what is down. So keys wait in a queue, and a frame takes no more than one change of each.
void Window::State::feed_keys() {
  std::vector<int> changed;
  bool pressed = false;
  while (!keys.empty() && std::find(changed.begin(), changed.end(), keys.front().code) == changed.end()) {
    const KeyChange key = keys.front();
    // The frame that sees a key go down must see Ctrl held, though both may be up again by now.
    if (pressed && key.action == GLFW_RELEASE) break;
    pressed = pressed || key.action == GLFW_PRESS;
    keys.pop_front();
    changed.push_back(key.code);
    ImGui_ImplGlfw_KeyCallback(window, key.code, key.scancode, key.action, key.mods);
  }
  if (!keys.empty()) happened();
}

void Window::State::set_callbacks() {
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int focused) {
    of(w).happened();
    ImGui_ImplGlfw_WindowFocusCallback(w, focused);
  });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int entered) {
    of(w).happened();
    ImGui_ImplGlfw_CursorEnterCallback(w, entered);
  });
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { of(w).happened(); });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int button, int action, int mods) {
    of(w).happened();
    ImGui_ImplGlfw_MouseButtonCallback(w, button, action, mods);
  });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double x, double y) {
    of(w).happened();
    ImGui_ImplGlfw_ScrollCallback(w, x, y);
  });
  glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int scancode, int action, int mods) {
    of(w).happened();
    if (action != GLFW_REPEAT) of(w).keys.push_back({key, scancode, action, mods});
    if (key == GLFW_KEY_F11 && action == GLFW_PRESS) {
      of(w).set_full_screen(!of(w).full_screen());
    }
  });
  glfwSetCharCallback(window, [](GLFWwindow* w, unsigned int c) {
    of(w).happened();
    ImGui_ImplGlfw_CharCallback(w, c);
  });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { of(w).happened(); });
  glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { of(w).happened(); });
  glfwSetWindowContentScaleCallback(window, [](GLFWwindow* w, float x, float y) {
    State& state = of(w);
    state.happened();
    state.monitor_scale = std::max(0.5F, std::max(x, y));
    if (!state.next_theme) {
      state.next_theme = state.theme;
    }
  });
  glfwSetDropCallback(window, [](GLFWwindow* w, int count, const char** paths) {
    of(w).happened();
    of(w).dropped_files.insert(of(w).dropped_files.end(), paths, paths + count);
  });
  glfwSetWindowCloseCallback(window, [](GLFWwindow* w) {
    of(w).happened();
    if (of(w).may_close && !of(w).may_close()) {
      glfwSetWindowShouldClose(w, GLFW_FALSE);
    }
  });
}

void Window::State::apply_next_theme() {
  if (!next_theme) {
    return;
  }
  theme = *next_theme;
  next_theme.reset();
  if (imgui->set_theme(scaled())) {
    // NewFrame makes the texture anew when it finds none.
    ImGui_ImplOpenGL3_DestroyDeviceObjects();
  }
  happened();
}

void Window::State::set_full_screen(bool wanted) {
  if (wanted == full_screen()) {
    return;
  }
  if (!wanted) {
    glfwSetWindowMonitor(window, nullptr, left, top, width, height, GLFW_DONT_CARE);
    return;
  }
  glfwGetWindowPos(window, &left, &top);
  glfwGetWindowSize(window, &width, &height);
  // The monitor on which the middle of the window lies.
  int count = 0;
  GLFWmonitor** monitors = glfwGetMonitors(&count);
  GLFWmonitor* chosen = glfwGetPrimaryMonitor();
  for (int i = 0; i < count; ++i) {
    int edge_x = 0;
    int edge_y = 0;
    glfwGetMonitorPos(monitors[i], &edge_x, &edge_y);
    const GLFWvidmode* mode = glfwGetVideoMode(monitors[i]);
    const int middle_x = left + width / 2;
    const int middle_y = top + height / 2;
    if (mode != nullptr && middle_x >= edge_x && middle_x < edge_x + mode->width && middle_y >= edge_y &&
        middle_y < edge_y + mode->height) {
      chosen = monitors[i];
    }
  }
  const GLFWvidmode* mode = chosen == nullptr ? nullptr : glfwGetVideoMode(chosen);
  if (mode != nullptr) {
    glfwSetWindowMonitor(window, chosen, 0, 0, mode->width, mode->height, mode->refreshRate);
  }
}

void Window::State::draw(const std::function<bool(const FrameInput&)>& frame, float delta_seconds,
                         bool& moves) {
  imgui->make_current();
  apply_next_theme();
  ImGui_ImplOpenGL3_NewFrame();
  feed_keys();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
  imgui->look().items.begin_frame();

  int width_now = 0;
  int height_now = 0;
  glfwGetFramebufferSize(window, &width_now, &height_now);
  FrameInput input;
  input.framebuffer = ImVec2(static_cast<float>(width_now), static_cast<float>(height_now));
  input.delta_seconds = delta_seconds;
  input.monitor_scale = monitor_scale;
  input.dropped_files.swap(dropped_files);
  moves = frame(input);
  ImGui::Render();

  const Colour background = imgui->look().theme.colours().background;
  glViewport(0, 0, width_now, height_now);
  glDisable(GL_SCISSOR_TEST);
  glClearColor(static_cast<float>(background.red) / 255.0F, static_cast<float>(background.green) / 255.0F,
               static_cast<float>(background.blue) / 255.0F, 1.0F);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  if (picture_wanted) {
    // Before the swap: afterwards the back buffer is undefined.
    picture_wanted = false;
    const auto error = write_png(read_framebuffer(width_now, height_now), picture_path);
    if (picture_done) {
      picture_done(error);
    }
  }
  glfwSwapBuffers(window);
}

Window::Window(std::unique_ptr<State> state) : state_(std::move(state)) {}
Window::~Window() = default;

std::unique_ptr<Window> Window::open(const WindowOptions& options, std::string& error) {
  auto state = std::make_unique<State>();
  if (auto failed = state->open(options)) {
    error = *failed;
    return nullptr;
  }
  return std::unique_ptr<Window>(new Window(std::move(state)));
}

void Window::run(const std::function<bool(const FrameInput&)>& frame) {
  State& state = *state_;
  bool moves = false;
  bool rested = true;
  double last = glfwGetTime();
  while (glfwWindowShouldClose(state.window) == GLFW_FALSE) {
    if (moves || state.frames_owed > 0 || state.next_theme || state.picture_wanted) {
      const double left = shortest_frame_seconds - (glfwGetTime() - last);
      // Where the display does not pace us (no vertical sync), we do.
      if (left > 0.001) {
        glfwWaitEventsTimeout(left);
      } else {
        glfwPollEvents();
      }
    } else {
      glfwWaitEventsTimeout(rest_seconds);
      rested = true;
    }
    if (glfwWindowShouldClose(state.window) != GLFW_FALSE) {
      break;
    }
    state.frames_owed = std::max(0, state.frames_owed - 1);
    const double now = glfwGetTime();
    const auto delta = static_cast<float>(now - last);
    last = now;
    state.draw(frame, rested ? 0.0F : delta, moves);
    rested = false;
  }
}

void Window::close() {
  glfwSetWindowShouldClose(state_->window, GLFW_TRUE);
}
void Window::set_close_request(std::function<bool()> may_close) {
  state_->may_close = std::move(may_close);
}
void Window::set_title(const std::string& title) {
  glfwSetWindowTitle(state_->window, title.c_str());
}
void Window::set_theme(const Theme& theme) {
  state_->next_theme = theme;
}
void Window::set_full_screen(bool full_screen) {
  state_->set_full_screen(full_screen);
}
bool Window::full_screen() const {
  return state_->full_screen();
}
float Window::monitor_scale() const {
  return state_->monitor_scale;
}
Look& Window::look() {
  return state_->imgui->look();
}

void Window::save_picture(const std::filesystem::path& path,
                          std::function<void(const std::optional<std::string>& error)> done) {
  state_->picture_path = path;
  state_->picture_done = std::move(done);
  state_->picture_wanted = true;
}

void Window::wake() {
  glfwPostEmptyEvent();
}

bool display_expected() {
  const auto is_set = [](const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
  };
  return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
}

}  // namespace sockarium::gui
