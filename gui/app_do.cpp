// What the App does with what the person wants: one function for each kind of intent.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

#include "gui/app.h"
#include "lab/formats/svg.h"
#include "lab/picture/ladder_ink.h"
#include "lab/script/bookmark_file.h"
#include "lab/script/units.h"
#include "sim/observe/names.h"

namespace sockarium::gui {

void App::moved() {
  view_.notice.clear();
  view_.stopped.clear();
  view_.waited = 0;
  view_.chosen.reset();
  view_.order.clear();
  view_.typed.clear();
  changed_ = true;
}

void App::seek(std::uint64_t event) {
  if (session_ == nullptr) return;
  session_->seek(event);
  moved();
  catch_up(5);
}

void App::step(Unit unit, bool forward) {
  const std::uint64_t before = session_->cursor();
  // «A call of a chosen process»: of the one whose record is selected, or else of all.
  session_->step(unit, forward);
  if (forward)
    // No step jumps over a question that was not answered.
    for (const Question& question : lesson_.questions())
      if (question.error.empty() && view_.guesses.count(question.prediction) == 0 &&
          question.asked > before && question.asked < session_->cursor()) {
        session_->seek(question.asked);
        break;
      }
  moved();
  if (session_->cursor() == before)
    tell(forward ? fmt::format("This is the end: {}.", sentence(session_->ending())) : "This is the start.",
         false);
}

struct App::Doer {
  App& app;
  Session* session() const { return app.session_.get(); }

  void operator()(const intent::StepBy& wish) const {
    if (session() == nullptr) return;
    app.view_.playing = false;
    app.step(wish.unit, wish.forward);
  }
  void operator()(const intent::SeekTo& wish) const {
    app.view_.playing = false;
    app.seek(wish.event);
  }

  void operator()(const intent::GoTo& wish) const {
    if (session() == nullptr) return;
    const std::string& moment = wish.moment;
    std::optional<std::uint64_t> event;
    const bool digits =
        !moment.empty() && moment.size() < 18 && moment.find_first_not_of("0123456789,") == std::string::npos;
    std::string tight;
    for (const char c : moment)
      if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != ',') tight += c;
    if (moment == "end") {
      // A long run gets there in steps: this key never hangs.
      session()->run_ahead_for(1500);
      event = session()->head();
    } else if (moment == "start") {
      event = 0;
    } else if (digits) {
      event = std::stoull(tight);
    } else if (const auto marked = app.lesson_.bookmark(moment)) {
      event = marked;
    } else if (const auto own = std::find_if(app.view_.bookmarks.begin(), app.view_.bookmarks.end(),
                                             [&](const Bookmark& each) { return each.name == moment; });
               own != app.view_.bookmarks.end()) {
      event = own->event;
    } else if (const auto time = script::parse_duration(tight)) {
      event = session()->event_at(*time);
    }
    if (!event) {
      app.view_.dialog_error =
          fmt::format("«{}» is no moment. Write 25ms, 17, start, end or a bookmark's name.", moment);
      return;
    }
    app.view_.playing = false;
    app.view_.dialog = Dialog::None;
    app.seek(*event);
    if (moment != "end" && session()->cursor() < *event && digits)
      app.tell(fmt::format("The run has only {} events.", session()->head()), false);
  }

  void operator()(const intent::StepUntil& wish) const {
    if (session() == nullptr) return;
    app.view_.playing = false;
    if (wish.what == intent::Until::Bookmark) return (*this)(intent::NextBookmark{wish.forward});
    if (wish.what == intent::Until::End) return (*this)(intent::GoTo{wish.forward ? "end" : "start"});
    const bool found = session()->step_until(
        [&](const Record& record) {
          switch (wish.what) {
            case intent::Until::Drop:
              return std::holds_alternative<rec::PacketDropped>(record.what);
            case intent::Until::State:
              return std::holds_alternative<rec::StateChanged>(record.what);
            case intent::Until::Again: {
              const auto* sent = std::get_if<rec::PacketSent>(&record.what);
              return sent != nullptr && sent->again > 0;
            }
            case intent::Until::Error: {
              const auto* back = std::get_if<rec::SyscallReturned>(&record.what);
              return (back != nullptr && !back->result.ok()) ||
                     std::holds_alternative<rec::SocketError>(record.what);
            }
            case intent::Until::Bookmark:
            case intent::Until::End:
              return false;
          }
          return false;
        },
        wish.forward);
    app.moved();
    if (wish.forward && (!found || session()->cursor() == session()->head()))
      app.tell("That does not happen any more: this is the end of the run.", false);
    if (!wish.forward && session()->cursor() == 0)
      app.tell("That has not happened before: this is the start of the run.", false);
  }

  void operator()(const intent::SetPlaying& wish) const {
    app.view_.playing = wish.on;
    app.view_.through = wish.on && wish.through;
    app.view_.waited = wish.through ? 0 : app.view_.delay;  // the first step comes at once
    if (wish.through && session() != nullptr && session()->cursor() == session()->head()) app.seek(0);
    app.view_.notice.clear();
    app.view_.stopped.clear();
  }

  void operator()(const intent::Intervene& wish) const {
    if (session() == nullptr) return;
    app.view_.playing = false;
    const std::string refused = session()->intervene(wish.what, wish.label);
    if (!refused.empty()) {
      app.tell("That cannot be done here: " + refused, true);
      return;
    }
    app.redo_.clear();
    app.view_.selected = 0;
    app.moved();
    app.catch_up(20);
  }
  void operator()(const intent::Undo&) const {
    if (session() == nullptr || session()->branch() == 0) return;
    const auto info = session()->branch_info(session()->branch());
    app.redo_.push_back(session()->branch());
    show(info.parent, info.fork);
  }
  void operator()(const intent::Redo&) const {
    if (session() == nullptr || app.redo_.empty()) return;
    const std::size_t branch = app.redo_.back();
    app.redo_.pop_back();
    show(branch, session()->branch_info(branch).fork + 1);
  }
  void operator()(const intent::ShowBranch& wish) const {
    if (session() == nullptr || wish.branch >= session()->branch_count()) return;
    app.redo_.clear();
    show(wish.branch, session()->cursor());
  }
  void show(std::size_t branch, std::uint64_t event) const {
    session()->switch_branch(branch);
    session()->seek(event);
    app.view_.selected = 0;
    app.view_.playing = false;
    app.moved();
    app.catch_up(20);
  }

  void operator()(const intent::Open& wish) const {
    if (!app.open(wish.path)) app.view_.dialog = Dialog::None;
  }
  void operator()(const intent::Reload&) const { app.reload(); }
  void operator()(const intent::CloseError&) const { app.load_error_.clear(); }

  void operator()(const intent::Answer& wish) const {
    app.view_.guesses[wish.prediction] = wish.guess;
    app.view_.chosen.reset();
    app.view_.order.clear();
    app.view_.typed.clear();
    app.view_.stopped.clear();
    app.changed_ = true;
  }

  bool free_path(const std::string& path, bool replace) const {
    std::error_code failed;
    app.view_.taken_path.clear();
    if (replace || !std::filesystem::exists(path, failed)) return true;
    app.view_.dialog_error = path + " is there already. Choose another name, or replace it.";
    app.view_.taken_path = path;
    return false;
  }
  void operator()(const intent::ExportPng& wish) const {
    if (!free_path(wish.path, wish.replace)) return;
    app.view_.dialog = Dialog::None;
    app.wishes_.png = wish.path;
  }
  void operator()(const intent::ExportSvg& wish) const {
    if (session() == nullptr || !free_path(wish.path, wish.replace)) return;
    picture::LadderOptions which;
    which.cursor = session()->records_at(session()->cursor());
    const picture::Ladder ladder =
        picture::make_ladder(session()->latest(), session()->bytes(), session()->records(), which);
    picture::LadderInkOptions how;
    how.title = app.title_;
    std::ofstream file(wish.path, std::ios::binary);
    file << formats::svg(picture::ladder_ink(ladder, how).picture);
    file.close();
    if (!file) {
      app.view_.dialog_error = wish.path + " could not be written. Does the folder exist?";
      return;
    }
    app.view_.dialog = Dialog::None;
    app.tell("Wrote " + wish.path, false);
  }

  void operator()(const intent::ExportDeeds& wish) const {
    if (session() != nullptr && free_path(wish.path, wish.replace)) app.export_deeds(wish);
  }
  void operator()(const intent::CopyLink&) const {
    const std::string link = app.link();
    if (link.empty()) return app.tell("This run has no file that a link could open.", true);
    ImGui::SetClipboardText(link.c_str());
    app.tell("In the clipboard: " + link +
                 (session()->branch() == 0
                      ? ""
                      : ". What was done in this branch is not in it: «Export what I did» writes it down."),
             false);
  }
  void operator()(const intent::AboutEdits& wish) const { app.about_edits(wish.choice); }
  void operator()(const intent::Revert&) const {
    app.read_source();
    if (!app.path_.empty()) app.reload();
  }

  void operator()(const intent::Compare& wish) const { app.compare(wish.again); }
  void operator()(const intent::Arrange& wish) const {
    if (wish.arrangement == Arrangement::Compare) return app.compare(false);
    app.view_.arrangement = wish.arrangement;
    app.view_.enlarged.reset();
    app.changed_ = true;
  }
  void operator()(const intent::SetBookmark& wish) const {
    if (session() == nullptr) return;
    std::vector<Bookmark>& all = app.view_.bookmarks;
    const std::uint64_t event = session()->cursor();
    const auto here =
        std::find_if(all.begin(), all.end(), [&](const Bookmark& b) { return b.event == event; });
    app.view_.dialog = Dialog::None;
    app.view_.bookmarks_changed = true;
    if (here != all.end()) {
      app.tell(fmt::format("The bookmark «{}» is taken away. Ctrl+S saves that.", here->name), false);
      all.erase(here);
      return;
    }
    all.erase(std::remove_if(all.begin(), all.end(), [&](const Bookmark& b) { return b.name == wish.name; }),
              all.end());
    all.push_back({wish.name, event});
    std::sort(all.begin(), all.end(), [](const Bookmark& a, const Bookmark& b) { return a.event < b.event; });
    app.tell(fmt::format("⚑ {}: event {}. Ctrl+S saves it beside the scenario.", wish.name, event), false);
  }
  void operator()(const intent::NextBookmark& wish) const {
    if (session() == nullptr) return;
    std::vector<std::uint64_t> events;
    for (const Mark& mark : app.lesson_.bookmarks()) events.push_back(mark.event);
    for (const Bookmark& own : app.view_.bookmarks) events.push_back(own.event);
    std::optional<std::uint64_t> best;
    const std::uint64_t here = session()->cursor();
    for (const std::uint64_t event : events) {
      if (wish.forward ? event <= here : event >= here) continue;
      if (!best || (wish.forward ? event < *best : event > *best)) best = event;
    }
    if (!best)
      return app.tell(wish.forward ? "There is no later bookmark. M sets one here."
                                   : "There is no earlier bookmark. M sets one here.",
                      false);
    app.view_.playing = false;
    // A question that was not answered hides what comes after it.
    if (const auto asking = app.asking(); asking && *best > here)
      return app.tell("Answer the question first, or press R.", false);
    app.seek(*best);
  }
  void operator()(const intent::Save&) const {
    if (app.has_edits()) {
      if (app.view_.source.conflict)
        open_dialog(app.view_, Dialog::FileChanged);
      else if (app.save_source())
        app.reload();
      return;
    }
    std::vector<script::NamedMoment> moments;
    for (const Bookmark& own : app.view_.bookmarks) moments.push_back({own.name, own.event});
    if (const std::string failed = script::write_bookmarks(app.path_, moments); !failed.empty())
      return app.tell(failed, true);
    app.view_.bookmarks_changed = false;
    app.tell(fmt::format("{} saved: {}",
                         observe::counted(static_cast<std::int64_t>(moments.size()), "bookmark", "bookmarks"),
                         script::bookmark_path(app.path_)),
             false);
  }
  void operator()(const intent::ResetLayout&) const {
    reset_layout(app.view_);
    app.tell("Every panel is back at its place.", false);
  }
  void operator()(const intent::ShowPanel& wish) const {
    bring_to_front(app.view_, wish.panel, app.layout_.room);
  }
  void operator()(const intent::CopyText&) const {
    app.copy_wanted_ = true;
    app.tell("What the window shows is in the clipboard, as text.", false);
  }
  void operator()(const intent::FullScreen&) const { app.wishes_.full_screen = true; }
  void operator()(const intent::Quit&) const { app.wishes_.quit = true; }
};

void App::apply(const Intent& intent) {
  if (holds_back(intent)) return;
  std::visit(Doer{*this}, intent);
}

}  // namespace sockarium::gui
