#include "tests/support/scripted.h"

#include <string>

namespace sockarium::test {

namespace {

std::map<std::uint64_t, std::string>& carried_content() {
  static std::map<std::uint64_t, std::string> all;
  return all;
}

}  // namespace

Bytes carried(std::string_view content) {
  ByteStore names;
  const Bytes bytes = names.intern(content);
  carried_content()[bytes.chunk] = content;
  return bytes;
}

ByteStore& phrases() {
  static ByteStore store;
  return store;
}

namespace {

/// Sets of descriptors that a test has named come into the store of the run.
struct Carry {
  ByteStore& bytes;
  void operator()(sys::Poll& call) const { call.set = bytes.intern(phrases().text(call.set)); }
  void operator()(sys::Select& call) const { call.set = bytes.intern(phrases().text(call.set)); }
  template <class Call>
  void operator()(Call&) const {}
};

}  // namespace

Script in_order(std::vector<Syscall> calls) {
  return [calls = std::move(calls)](const SysResult&, std::size_t made) -> Syscall {
    if (made < calls.size()) return calls[made];
    return sys::Exit{};
  };
}

ProgramStep ScriptedPrograms::resume(const TaskPath& task, const SysResult& result, ByteStore& bytes) {
  ProgramStep step;
  const auto script = scripts_.find(task);
  const std::size_t made = made_[task]++;
  step.line = static_cast<std::int64_t>(made) + 1;
  if (script != scripts_.end()) step.call = script->second(result, made);
  for (const auto& [chunk, content] : carried_content()) bytes.intern(content);
  std::visit(Carry{bytes}, step.call);
  return step;
}

ProgramsFactory scripted(std::map<TaskPath, Script> scripts) {
  return [scripts = std::move(scripts)] { return std::make_unique<ScriptedPrograms>(scripts); };
}

}  // namespace sockarium::test
