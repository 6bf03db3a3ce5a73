// A piece of work in a process of its own, with network and process namespaces of its own, as root or by a
// user namespace. It is the first process of its process namespace, so its end ends everything that it made,
// and its end is certain: with its work, with the time limit, and with whoever started it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/core/time.h"

namespace sockarium::compare {

/// How the work ended.
struct Outcome {
  bool possible = true;   ///< false: namespaces can't be had here
  bool finished = false;  ///< it came to its end
  bool in_time = true;    ///< false: it was ended at its time limit
  std::string text;       ///< what it gave back
};

class Enclosure {
 public:
  /// Starts `work`, whose text comes back. After `limit` of real time the process is ended. Not to be called
  /// while other threads of this process run: the work goes on in a copy of it.
  Enclosure(const std::function<std::string()>& work, Duration limit);
  /// For processes with threads: starts a program (and its arguments) that does the work in an enclosure of
  /// its own and writes the text to its standard output.
  Enclosure(const std::vector<std::string>& command, Duration limit);
  ~Enclosure();
  Enclosure(const Enclosure&) = delete;
  Enclosure& operator=(const Enclosure&) = delete;

  /// To poll(2) for: readable when advance() has something to do; −1 when it is over.
  int descriptor() const { return answer_; }
  /// Real time until the limit, ns.
  Duration left() const;
  /// Reads what has come, without waiting. True: it is over.
  bool advance();
  /// Waits for the end.
  Outcome finish();

 private:
  void listen_to(pid_t child, int answer);
  void end();

  pid_t keeper_ = -1;
  int answer_ = -1;
  std::int64_t deadline_ = 0;
  bool over_ = false;
  Outcome outcome_;
};

/// May a process of this one's rights have such namespaces? Asked by trying.
enum class Rights { None, UserNamespace, Root };
Rights rights();

}  // namespace sockarium::compare
