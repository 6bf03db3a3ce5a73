// The source's colours: what is a keyword, a string, a number, a comment.
#include "gui/lua_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sockarium::gui {
namespace {

/// «local|k fd|- = 3|n»: each piece without blanks around it, with the letter of its kind.
std::string told(std::string_view text) {
  std::string all;
  for (const CodePiece& piece : code_pieces(text)) {
    std::string words(text.substr(piece.begin, piece.end - piece.begin));
    words.erase(0, words.find_first_not_of(" \n"));
    words.erase(words.find_last_not_of(" \n") + 1);
    if (!words.empty())
      all += (all.empty() ? "" : " ") + words + "|" + "-ksnc"[static_cast<std::size_t>(piece.kind)];
  }
  return all;
}

TEST(LuaCode, TellsKeywordsStringsNumbersAndCommentsApart) {
  EXPECT_EQ(told("local fd = check(socket(AF_INET)) -- a ticket"),
            "local|k fd = check(socket(AF_INET))|- -- a ticket|c");
  EXPECT_EQ(told("sleep(\"60ms\") close(ours)"), "sleep(|- \"60ms\"|s ) close(ours)|-");
  EXPECT_EQ(told("for i = 1, 0x1F do print(i .. 'th', 2.5e-3) end"),
            "for|k i =|- 1|n ,|- 0x1F|n do|k print(i ..|- 'th'|s ,|- 2.5e-3|n )|- end|k");
}

TEST(LuaCode, NamesWithKeywordsOrDigitsInThemAreNames) {
  EXPECT_EQ(told("endpoint = format2 + do_it"), "endpoint = format2 + do_it|-");
}

TEST(LuaCode, AnEscapedQuoteDoesNotEndAString) {
  EXPECT_EQ(told(R"(print('it\'s', "a\\"))"), R"(print(|- 'it\'s'|s ,|- "a\\"|s )|-)");
  EXPECT_EQ(told("print('left open\nprint(1)"), "print(|- 'left open|s print(|- 1|n )|-")
      << "a string ends with its line";
}

TEST(LuaCode, LongBracketsGoOverLines) {
  EXPECT_EQ(told("x = [[one\ntwo]] y = [==[ ]] ]==] --[[ a\nb ]] z"),
            "x =|- [[one\ntwo]]|s y =|- [==[ ]] ]==]|s --[[ a\nb ]]|c z|-");
  EXPECT_EQ(told("t[1] = u[v[2]]"), "t[|- 1|n ] = u[v[|- 2|n ]]|-") << "an index is no string";
}

TEST(LuaCode, PiecesCoverTheWholeText) {
  for (const std::string text : {"", "--", "'\\", "[==", "..", "3..4", "local x <const> = «ü»", "a\n\n\nb"}) {
    std::size_t at = 0;
    for (const CodePiece& piece : code_pieces(text)) {
      EXPECT_EQ(piece.begin, at) << text;
      EXPECT_GT(piece.end, piece.begin) << text;
      at = piece.end;
    }
    EXPECT_EQ(at, text.size()) << text;
  }
}

}  // namespace
}  // namespace sockarium::gui
