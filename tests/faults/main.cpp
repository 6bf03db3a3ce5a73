// A program with one deliberate fault in its model: the patched object is linked before the archive and takes
// the place of the member that it was made from. It has no window.
#include "lab/cli/cli.h"
#include "lab/cli/renderer.h"

int main(int argc, char** argv) {
  return sockarium::cli::run(argc, argv, sockarium::cli::Renderer{});
}
