// The lesson's moments live in lab/script, as the command line needs them too; the window calls them by short
// names.
#pragma once

#include "lab/script/lesson_run.h"

namespace sockarium::gui {

using script::LessonRun;
using script::Mark;
using script::Question;

}  // namespace sockarium::gui
