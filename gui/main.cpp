// The one entry point: the command line decides what is wanted, and is handed a window in case it wants one.
#include "gui/open_window.h"
#include "lab/cli/cli.h"

int main(int argc, char** argv) {
  return sockarium::cli::run(argc, argv, sockarium::gui::renderer());
}
