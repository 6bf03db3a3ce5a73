// What programs ask sock_diag and what it answers, in words that both kernels have: inodes, cookies, chosen
// ports and the order of rows are a kernel's own.
#pragma once

#include <string>

#include "lab/compare/spoken_names.h"
#include "sim/core/bytes.h"
#include "sim/core/syscall.h"

namespace sockarium::compare {

/// The question that these bytes are; nothing: they are something else.
std::string diag_question_text(const Bytes& data, const SpokenNames& names, const ByteStore& bytes);
/// The result of a call that has read a part of an answer.
std::string diag_answer_text(const SysResult& result, const SpokenNames& names, const ByteStore& bytes);

}  // namespace sockarium::compare
