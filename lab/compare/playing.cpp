#include "lab/compare/playing.h"

#include <utility>

namespace sockarium::compare {

namespace {
constexpr int tries_most = 3;
}

std::unique_ptr<Enclosure> Playing::by_fork(const Match& match) {
  return std::make_unique<Enclosure>([&match] { return match.play(); }, match.limit());
}

Playing::Playing(std::unique_ptr<Match> match, Start start)
    : match_(std::move(match)), start_(std::move(start)) {
  report_.skipped = match_->skipped();
  if (report_.skipped.empty()) begin();
}

void Playing::begin() {
  ++tries_;
  enclosure_ = start_(*match_);
}

bool Playing::over() {
  if (!enclosure_) return true;
  if (!enclosure_->advance()) return false;
  report_ = match_->judge(enclosure_->finish());
  enclosure_.reset();
  if (report_.real.late <= disturbed) return true;
  if (tries_ < tries_most) {
    begin();
    return false;
  }
  if (report_.skipped.empty()) report_.skipped = "this machine is too busy to keep time";
  return true;
}

}  // namespace sockarium::compare
