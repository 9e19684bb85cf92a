// The short way through a list of numbers says what the generated lexer says, or nothing.
#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/list_tokens.hpp"

#include <catch2/catch.hpp>

#include <random>

namespace {

using syntax::Token;

bool same(const Token& a, const Token& b) { return a.kind == b.kind && a.text == b.text && a.span == b.span; }

/// False when the text needs the lexer.
bool check(const std::string& text) {
    const auto quick = syntax::list_tokens(3, text);
    if (!quick) return false;
    auto all = syntax::lex(3, text);
    std::erase_if(all, [](const Token& token) { return token.kind == syntax::TokenKind::line_comment; });
    INFO(text);
    CHECK(std::equal(quick->begin(), quick->end(), all.begin(), all.end(), same));
    return true;
}

} // namespace

TEST_CASE("plain lists need no lexer") {
    CHECK(check(""));
    CHECK(check("10.0.0.1\n10.0.0.0/8 # a network\n  1.2.3.4 - 1.2.3.9\r\n80\n\n// ports\n1-2-3/4\n"));
    CHECK(check("# \xc3\xa4\r1.2.3.4 5"));
    CHECK(check("300.300.300.300 99999999999999999999 007"));
}

TEST_CASE("everything else does") {
    for (const auto* text : {"1.2", "1.2.3.4.5", "1..2", "1.", ".5", "0x10", "1a", "name", "\"1\"", "/* 1 */", "1.2.3.4,", "->"})
        CHECK_FALSE(check(text));
}

TEST_CASE("whatever stands in a list") {
    static const std::vector<std::string> pieces = {"1", "23", "10.0.0.1", "/", "-", " ", "\n", "\r", "#", "//", ".",
                                                    "..", "a", "\xc3\xa4", "*"};
    unsigned quick = 0;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        std::mt19937 random(seed);
        std::string text;
        for (auto left = random() % 12; left > 0; --left) text += pieces[random() % pieces.size()];
        quick += check(text);
    }
    CHECK(quick > 100);
}
