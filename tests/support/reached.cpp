#include "tests/support/reached.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sockarium::test {

namespace {

namespace fs = std::filesystem;

fs::path folder() {
  const char* named = std::getenv("SOCKARIUM_REACHED");
  return named != nullptr ? named : "";
}

/// Written when the process ends, once for all its sessions.
struct Book {
  Reached tests, scenarios;
  ~Book() {
    if (folder().empty()) return;
    std::error_code ignored;
    fs::create_directories(folder(), ignored);
    write(tests, "test");
    write(scenarios, "scenario");
  }
  static void write(const Reached& reached, const std::string& kind) {
    if (reached.reasons.empty()) return;
    std::ofstream file(folder() / (kind + "-" + std::to_string(getpid())));
    for (const auto& [from, to] : reached.arcs)
      file << "arc " << static_cast<int>(from) << " " << static_cast<int>(to) << "\n";
    for (const Reason reason : reached.reasons) file << "reason " << static_cast<int>(reason) << " 0\n";
  }
};

Book& book() {
  static Book kept;
  return kept;
}

void note(Reached& into, const Record& record) {
  into.reasons.insert(record.reason);
  if (const auto* change = std::get_if<rec::StateChanged>(&record.what))
    into.arcs.insert({change->from, change->to});
}

}  // namespace

void note_reached(const Session& session, bool scenario) {
  Reached& into = scenario ? book().scenarios : book().tests;
  for (std::size_t i = 0; i < session.records().size(); ++i) note(into, session.records()[i]);
}

void note_reached(const std::vector<Record>& records) {
  for (const Record& record : records) note(book().tests, record);
}

Reached all_reached(bool scenarios) {
  Reached all;
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (scenarios && entry.path().filename().string().rfind("scenario", 0) != 0) continue;
    std::ifstream file(entry.path());
    std::string kind;
    for (int first = 0, second = 0; file >> kind >> first >> second;) {
      if (kind == "arc")
        all.arcs.insert({static_cast<TcpState>(first), static_cast<TcpState>(second)});
      else
        all.reasons.insert(static_cast<Reason>(first));
    }
  }
  return all;
}

bool reached_is_kept() {
  return !folder().empty() && fs::exists(folder());
}

}  // namespace sockarium::test
