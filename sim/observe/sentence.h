// Small help with sentences: short enough, and with the right article.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>

#include "sim/observe/caption.h"

namespace sockarium::observe {

/// The first sentence that is short enough; the last one is cut if it must be.
inline std::string fit(std::initializer_list<std::string> sentences) {
  std::string last;
  for (const std::string& sentence : sentences) {
    if (sentence.empty()) continue;
    if (sentence.size() <= longest_caption) return sentence;
    last = sentence;
  }
  if (last.empty()) return last;
  const std::size_t blank = last.rfind(' ', longest_caption - 3);
  return last.substr(0, blank == std::string::npos ? longest_caption - 3 : blank) + "...";
}

/// «the SYN», «100 bytes», «a fragment of 100 bytes»
inline std::string the(const std::string& segment) {
  if (segment.substr(0, 2) == "a ") return segment;
  return segment.front() >= '0' && segment.front() <= '9' ? segment : "the " + segment;
}

}  // namespace sockarium::observe
