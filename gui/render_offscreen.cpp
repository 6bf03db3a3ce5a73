// See render_offscreen.h. EGL: EGL_MESA_platform_surfaceless, EGL_KHR_no_config_context,
// EGL_KHR_surfaceless_context.
#include "gui/render_offscreen.h"

#define EGL_NO_X11  // the X headers would define None, Bool and Status as macros
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>
#include <glad/gl.h>

#include <algorithm>
#include <cstring>

#include "gui/texture.h"

namespace sockarium::gui {

struct Offscreen::State {
  OffscreenOptions options;
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLContext context = EGL_NO_CONTEXT;
  GLuint framebuffer = 0;
  GLuint colour = 0;
  bool backend = false;
  std::unique_ptr<Context> imgui;
  std::string renderer;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() {
    if (context != EGL_NO_CONTEXT) {
      eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context);
      if (backend) {
        imgui->make_current();
        ImGui_ImplOpenGL3_Shutdown();
      }
      if (framebuffer != 0) {
        glDeleteFramebuffers(1, &framebuffer);
        glDeleteRenderbuffers(1, &colour);
      }
      gl_context_ended();
      eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
      eglDestroyContext(display, context);
    }
    imgui.reset();
    if (display != EGL_NO_DISPLAY) {
      eglTerminate(display);
    }
  }

  void make_current() {
    eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context);
    imgui->make_current();
  }

  std::optional<std::string> open();
};

namespace {

constexpr const char* advice = "install libegl1, libgl1 and libgl1-mesa-dri";

std::string egl_failed(const char* step) {
  return fmt::format("no picture can be drawn without a display: {} failed (EGL error 0x{:04X}); {}", step,
                     static_cast<unsigned>(eglGetError()), advice);
}

EGLDisplay surfaceless_display() {
  const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
  if (extensions == nullptr || std::strstr(extensions, "EGL_MESA_platform_surfaceless") == nullptr) {
    return EGL_NO_DISPLAY;
  }
  auto get_display =
      reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
  if (get_display == nullptr) {
    return EGL_NO_DISPLAY;
  }
  return get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
}

}  // namespace

std::optional<std::string> Offscreen::State::open() {
  if (options.width <= 0 || options.height <= 0) {
    return fmt::format("a picture of {} x {} pixels cannot be drawn", options.width, options.height);
  }
  display = surfaceless_display();
  if (display == EGL_NO_DISPLAY) {
    return fmt::format("no picture can be drawn without a display: EGL has no surfaceless platform; {}",
                       advice);
  }
  if (eglInitialize(display, nullptr, nullptr) == EGL_FALSE) {
    return egl_failed("eglInitialize");
  }
  if (eglBindAPI(EGL_OPENGL_API) == EGL_FALSE) {
    return egl_failed("eglBindAPI(OpenGL)");
  }
  const EGLint attributes[] = {EGL_CONTEXT_MAJOR_VERSION,
                               3,
                               EGL_CONTEXT_MINOR_VERSION,
                               3,
                               EGL_CONTEXT_OPENGL_PROFILE_MASK,
                               EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                               EGL_NONE};
  context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
  if (context == EGL_NO_CONTEXT) {
    return egl_failed("eglCreateContext(OpenGL 3.3 core)");
  }
  if (eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context) == EGL_FALSE) {
    return egl_failed("eglMakeCurrent without a surface");
  }
  if (gladLoadGL(reinterpret_cast<GLADloadfunc>(eglGetProcAddress)) == 0) {
    return fmt::format("no picture can be drawn without a display: OpenGL 3.3 could not be loaded; {}",
                       advice);
  }
  gl_context_began();
  renderer = reinterpret_cast<const char*>(glGetString(GL_RENDERER));

  GLint largest = 0;
  glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &largest);
  if (std::max(options.width, options.height) > largest) {
    return fmt::format("a picture of {} x {} pixels is too large: {} is the longest edge here", options.width,
                       options.height, largest);
  }
  glGenRenderbuffers(1, &colour);
  glBindRenderbuffer(GL_RENDERBUFFER, colour);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, options.width, options.height);
  glGenFramebuffers(1, &framebuffer);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour);
  if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
    return "no picture can be drawn without a display: the driver refuses a framebuffer";
  }

  imgui = std::make_unique<Context>(options.theme);
  backend = ImGui_ImplOpenGL3_Init("#version 330 core");
  if (!backend) {
    return fmt::format("no picture can be drawn without a display: ImGui found no OpenGL library; {}",
                       advice);
  }
  return std::nullopt;
}

Offscreen::Offscreen(std::unique_ptr<State> state) : state_(std::move(state)) {}
Offscreen::~Offscreen() = default;

std::unique_ptr<Offscreen> Offscreen::open(const OffscreenOptions& options, std::string& error) {
  auto state = std::make_unique<State>();
  state->options = options;
  if (auto failed = state->open()) {
    error = *failed;
    return nullptr;
  }
  return std::unique_ptr<Offscreen>(new Offscreen(std::move(state)));
}

Picture Offscreen::render(const std::function<void()>& draw) {
  State& state = *state_;
  state.make_current();
  ImGuiIO& io = ImGui::GetIO();
  for (int frame = 0; frame <= std::max(0, state.options.warm_up_frames); ++frame) {
    io.DisplaySize =
        ImVec2(static_cast<float>(state.options.width), static_cast<float>(state.options.height));
    io.DeltaTime = state.options.frame_seconds;
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    state.imgui->look().items.begin_frame();
    draw();
    ImGui::Render();
  }
  // The earlier frames were laid out; only the last one needs pixels.
  const Colour background = state.imgui->look().theme.colours().background;
  glBindFramebuffer(GL_FRAMEBUFFER, state.framebuffer);
  glViewport(0, 0, state.options.width, state.options.height);
  glDisable(GL_SCISSOR_TEST);
  glClearColor(static_cast<float>(background.red) / 255.0F, static_cast<float>(background.green) / 255.0F,
               static_cast<float>(background.blue) / 255.0F, 1.0F);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  return read_framebuffer(state.options.width, state.options.height);
}

void Offscreen::set_theme(const Theme& theme) {
  state_->make_current();
  if (state_->imgui->set_theme(theme)) {
    // NewFrame makes the texture anew when it finds none.
    ImGui_ImplOpenGL3_DestroyDeviceObjects();
  }
}

Look& Offscreen::look() {
  return state_->imgui->look();
}

const std::string& Offscreen::renderer() const {
  return state_->renderer;
}

Picture render_offscreen(const OffscreenOptions& options, const std::function<void()>& draw,
                         std::string& error) {
  const std::unique_ptr<Offscreen> surface = Offscreen::open(options, error);
  return surface == nullptr ? Picture{} : surface->render(draw);
}

Picture read_framebuffer(int width, int height) {
  Picture picture;
  picture.width = width;
  picture.height = height;
  const std::size_t row = static_cast<std::size_t>(width) * 4;
  picture.rgba.resize(row * static_cast<std::size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, picture.rgba.data());
  // OpenGL's first row is the lowest.
  for (int y = 0; y < height / 2; ++y) {
    const auto top = picture.rgba.begin() + static_cast<std::ptrdiff_t>(row) * y;
    const auto bottom = picture.rgba.begin() + static_cast<std::ptrdiff_t>(row) * (height - 1 - y);
    std::swap_ranges(top, top + static_cast<std::ptrdiff_t>(row), bottom);
  }
  // Blending leaves alpha below 1; a picture file would let the slide shine through.
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) {
    picture.rgba[i] = 255;
  }
  return picture;
}

}  // namespace sockarium::gui
