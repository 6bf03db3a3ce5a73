// See png.h. A reader never meets half a file: the picture is written beside its place and then moved there.
#include "gui/png.h"

#include <fmt/format.h>
#include <stb_image_write.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace sockarium::gui {

std::optional<std::string> write_png(const Picture& picture, const std::filesystem::path& path) {
  if (picture.width <= 0 || picture.height <= 0 ||
      picture.rgba.size() !=
          static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 4) {
    return fmt::format("{}: there is no picture to write", path.string());
  }
  std::string bytes;
  const auto append = [](void* target, void* data, int size) {
    static_cast<std::string*>(target)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  };
  if (stbi_write_png_to_func(append, &bytes, picture.width, picture.height, 4, picture.rgba.data(),
                             picture.width * 4) == 0) {
    return fmt::format("{}: the picture could not be compressed", path.string());
  }

  std::filesystem::path part = path;
  part += ".part";
  errno = 0;
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
      const int reason = errno;
      std::error_code ignored;
      std::filesystem::remove(part, ignored);
      return fmt::format("{}: could not be written: {}", path.string(), std::strerror(reason));
    }
  }
  std::error_code failed;
  std::filesystem::rename(part, path, failed);
  if (failed) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    return fmt::format("{}: could not be written: {}", path.string(), failed.message());
  }
  return std::nullopt;
}

}  // namespace sockarium::gui
