// What a scenario cannot do: run for ever, eat the memory, reach the machine that it runs on, or differ from
// run to run.
#include <gtest/gtest.h>

#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

const std::string endless =
    "endless loop: 20 million steps without a call in between (a loop must do something that ends it, or "
    "call "
    "sleep(…))\n";

TEST(ScriptSandbox, AnEndlessLoopEndsTheProgramWithOneMessage) {
  Stage stage(one_process("print('begins')\nwhile true do\nend"));
  EXPECT_EQ(stage.says({0}), "begins\n");
  EXPECT_EQ(stage.says({0}), "story.lua:6: " + endless);
  const ProgramStep end = stage.step({0});
  EXPECT_EQ(std::get<sys::Exit>(end.call).status, 1);
  EXPECT_NE(end.fault, "");
  EXPECT_EQ(end.line, 6);
}

TEST(ScriptSandbox, PcallDoesNotKeepAnEndlessLoopAlive) {
  for (const char* body :
       {"while true do pcall(function() while true do end end) end",
        "local function f() while true do pcall(f) end end pcall(f)",
        "local function f() pcall(f) f() end f()",
        "pcall(function() pcall(function() pcall(function() while true do end end) end) end)",
        "while true do pcall(error, 'again') end",
        "while true do xpcall(function() error('x') end, function() while true do end end) end"}) {
    Stage stage(one_process(body));
    const std::string words = stage.says({0});
    EXPECT_TRUE(words == "story.lua:5: " + endless || words.find("stack overflow") != std::string::npos)
        << body << words;
    EXPECT_TRUE(std::holds_alternative<sys::Exit>(stage.step({0}).call));
  }
}

TEST(ScriptSandbox, NothingThatCallsBackEscapesTheLimit) {
  for (const char* body :
       {"table.sort({ 3, 2, 1 }, function() while true do end end)",
        "table.sort({ 3, 2, 1 }, function() while true do pcall(error) end end)",
        "tostring(setmetatable({}, { __tostring = function() while true do pcall(error) end end }))",
        "print(setmetatable({}, { __index = function() while true do end end }).x)",
        "table.concat(setmetatable({}, { __len = function() while true do pcall(error) end end }))",
        "local t = setmetatable({}, { __index = function(_, k) while true do pcall(error) end end }) "
        "table.unpack(t, 1, 3)",
        "for _ in function() while true do end end do end",
        "string.format('%s', setmetatable({}, { __tostring = function() while true do pcall(pcall, "
        "error) end end }))"}) {
    Stage stage(one_process(body));
    EXPECT_EQ(stage.says({0}), "story.lua:5: " + endless) << body;
  }
}

TEST(ScriptSandbox, WorkInsideTheLibraryCounts) {
  for (const char* body :
       {"local s = ('x'):rep(1 << 20) while true do s:reverse() end",
        "local s = ('x'):rep(1 << 20) while true do local a = s .. 'y' end",
        "local s = ('x'):rep(20 << 20) while true do s:find('y', 1, true) end",
        "local t = {} for i = 1, 1000000 do t[i] = i end while true do table.insert(t, 1, 0) "
        "table.remove(t) end",
        "local t = {} for i = 1, 100000 do t[i] = i end while true do pairs(t) end",
        "local t = {} for i = 1, 100000 do t[i] = i end while true do next(t, 5) end"}) {
    Stage stage(one_process(body));
    EXPECT_NE(stage.says({0}).find("story.lua:5: endless "), std::string::npos) << body;
  }
}

TEST(ScriptSandbox, AMemoryBombIsRefused) {
  Stage table(one_process("local t = {}\nwhile true do\n  t[#t + 1] = {}\nend"));
  EXPECT_NE(table.says({0}).find("story.lua:7: out of memory: a scenario may hold 64 MB"), std::string::npos);
  EXPECT_NE(table.step({0}).fault, "");

  Stage text(one_process("local s = string.rep('x', 1000000000)"));
  EXPECT_EQ(text.says({0}),
            "story.lua:5: out of memory: a scenario may hold 64 MB: a text or table of 953 MB was asked for "
            "(a payload "
            "that costs nothing to hold is pattern(n))\n");

  Stage caught(
      one_process("local s = 'x'\nlocal ok, why = pcall(function() while true do s = s .. s end end)\n"
                  "print(ok, why)\ns = nil\nprint(#string.rep('y', 1000))"));
  EXPECT_EQ(caught.says({0}), "false\tnot enough memory\n");
  EXPECT_EQ(caught.says({0}), "1000\n") << "and afterwards there is room again";
}

TEST(ScriptSandbox, OneProgramsMemoryBombLeavesTheOthersAlone) {
  Stage stage(
      two_hosts() +
      "process(cli, 'bomb', function() local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end "
      "end)\n"
      "process(srv, 'calm', function() local t = {} for i = 1, 1000 do t[i] = i end print(#t) end)\n");
  EXPECT_NE(stage.says({0}).find("out of memory"), std::string::npos);
  stage.step({0});
  EXPECT_EQ(stage.says({1}), "1000\n");
}

TEST(ScriptSandbox, DeepRecursionEndsCleanly) {
  Stage stage(one_process("local function f() return 1 + f() end\nf()"));
  EXPECT_EQ(
      stage.says({0}),
      "story.lua:5: stack overflow: functions call each other without an end (look for a function that calls "
      "itself and has no case where it stops)\n");
  Stage caught(one_process("local function f() return 1 + f() end\nprint((pcall(f)))"));
  EXPECT_EQ(caught.says({0}), "false\n");
  Stage nested(
      one_process("local t = {}\nfor i = 1, 300000 do t = { t } end\nfork(function() print(type(t)) end)"));
  EXPECT_EQ(nested.call({0}), "fork()") << "long chains are copied without recursion";
}

TEST(ScriptSandbox, TheMachineIsOutOfReach) {
  for (const char* name : {"os", "io", "require", "dofile", "loadfile", "load", "coroutine", "debug",
                           "package", "collectgarbage", "_G"}) {
    Stage stage(one_process("print(" + std::string(name) + ")"));
    EXPECT_NE(stage.says({0}).find("unknown name '" + std::string(name) + "'"), std::string::npos) << name;
  }
  for (const char* body :
       {"string.dump(print)", "math.randomseed(1)", "('x'):gsub('x', print)", "('x'):match('x')",
        "getmetatable('').x = 1", "getmetatable(srv).x = 1", "string.upper = nil",
        "rawset(string, 'upper', nil)", "setmetatable({}, { __gc = print })",
        "setmetatable({}, { __mode = 'k' })", "string.format('%p', {})", "string.find('x', '.-')",
        "setmetatable(string, {})", "srv.name = 'x'", "for k in pairs({ [{}] = 1 }) do end"}) {
    Stage stage(one_process(body));
    EXPECT_EQ(stage.says({0}).find("story.lua:5: "), 0u) << body;
    EXPECT_NE(stage.step({0}).fault, "") << body;
  }
}

TEST(ScriptSandbox, WhatIsLeftOfTheLibrariesWorks) {
  Stage stage(
      one_process("print(('abc'):upper(), #'xyz', ('a,b'):find(',', 1, true), string.find('hello', 'll'))\n"
                  "print(string.format('%5.2f|%-4s|%q|%d', 1 / 3, 'x', 'q', 7), math.max(1, 5), 7 // 2)\n"
                  "print(select('#', 1, nil, 3), select(2, 'a', 'b'), tonumber('0x10'), type(nil))\n"
                  "print(table.unpack({ 1, 2, 3 }))\n"
                  "print(pcall(error, { code = 7 }), (select(2, pcall(error, 'no', 0))))\n"
                  "for _, c in utf8.codes('ä') do print(c) end\n"
                  "for i, v in ipairs({ 'a', 'b' }) do print(i, v) end\n"
                  "print(assert(1, 'unused'), tostring(nil), tostring(1.5), tostring({}), print)"));
  EXPECT_EQ(stage.prints({0}),
            "ABC\t3\t2\t3\t4\n 0.33|x   |\"q\"|7\t5\t3\n3\tb\t16\tnil\n1\t2\t3\nfalse\tno\n228\n1\ta\n2\tb\n"
            "1\tnil\t1.5\ttable\tfunction\n");
}

TEST(ScriptSandbox, ACallFromInsideTheLibraryIsRefusedCleanly) {
  Stage stage(one_process("tostring(setmetatable({}, { __tostring = function() sleep(1) return 'x' end }))"));
  EXPECT_EQ(stage.says({0}), "story.lua:5: attempt to yield across a C-call boundary\n");
}

TEST(ScriptSandbox, CallsBlockAcrossPcallAndSort) {
  Stage stage(
      one_process("print(pcall(function() sleep(1) error('after', 0) end))\n"
                  "local t = { 2, 1 }\n"
                  "table.sort(t, function(a, b) sleep(2) return a < b end)\n"
                  "print(t[1])"));
  EXPECT_EQ(stage.call({0}), "sleep(1.000000000)");
  EXPECT_EQ(stage.says({0}), "false\tafter\n");
  EXPECT_EQ(stage.call({0}), "sleep(2.000000000)");
  EXPECT_EQ(stage.says({0}), "1\n");
}

TEST(ScriptSandbox, ABrokenTopLevelIsALoadError) {
  EXPECT_EQ(complaint_about(two_hosts() + "while true do end\n"),
            "story.lua:4: error: endless loop: 20 million steps without a call in between\n"
            "    4 | while true do end\n"
            "      | a loop must do something that ends it, or call sleep(…)\n");
  EXPECT_NE(complaint_about("local t = {}\nwhile true do t[#t + 1] = {} end\n")
                .find("story.lua:2: error: out of memory"),
            std::string::npos);
  EXPECT_NE(complaint_about("local function f() return 1 + f() end\nf()\n")
                .find("story.lua:1: error: stack overflow"),
            std::string::npos);
}

}  // namespace
}  // namespace sockarium::script
