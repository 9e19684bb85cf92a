// One mistake, one message: one token of a policy that has no mistake is taken out, doubled or replaced, and
// the compiler is asked.
#include "tests/language/broken_policies.hpp"

#include <catch2/catch.hpp>

#include <random>

namespace {

using namespace broken;

/// The text with that in the place of the token; a space keeps the neighbours of what is left out apart.
std::string with(const Policy& policy, const syntax::Token& token, const std::string& text) {
    auto whole = policy.text;
    const auto at = offset_of(policy, token);
    REQUIRE(whole.substr(at, token.text.size()) == token.text);
    return whole.replace(at, token.text.size(), text.empty() ? " " : text);
}

/// How often of so many wrong policies one message was given, near the mistake.
struct Measure {
    std::size_t wrong = 0;
    std::size_t told_once = 0;

    void add(const std::vector<syntax::Diagnostic>& errors, const syntax::Token& token) {
        constexpr std::uint32_t lines_away_max = 2;
        ++wrong;
        if (errors.size() != 1) return;
        const auto said = errors.front().span.begin.line, line = token.span.begin.line;
        told_once += said + lines_away_max >= line && said <= line + lines_away_max;
    }
    double share() const { return static_cast<double>(told_once) / static_cast<double>(wrong); }
};

using Mutation = std::string (*)(const Policy&, const syntax::Token&, const syntax::Token& other);

/// Of what is still a policy there is nothing to say.
double share_told_once(Mutation mutation) {
    constexpr std::size_t tries = 400;
    const auto all = samples();
    std::mt19937 random(20);
    Measure measure;
    for (std::size_t i = 0; i < tries; ++i) {
        const auto& policy = all[random() % all.size()];
        const auto& token = policy.tokens[random() % policy.tokens.size()];
        const auto& other = policy.tokens[random() % policy.tokens.size()];
        const auto errors = errors_in(policy, mutation(policy, token, other));
        if (!errors.empty()) measure.add(errors, token);
    }
    return measure.share();
}

} // namespace

TEST_CASE("a bracket or comma taken out is one mistake, told where it was") {
    constexpr std::size_t tries = 300;
    // What is left are packets on one line, where nothing but the meaning of their members tells which of two
    // braces is missing.
    constexpr double share_min = 0.99;

    const auto all = samples();
    REQUIRE(!all.empty());
    std::mt19937 random(20);
    Measure measure;
    for (std::size_t i = 0; i < tries; ++i) {
        const auto& policy = all[random() % all.size()];
        const auto& token = policy.tokens[policy.marks[random() % policy.marks.size()]];
        const auto errors = errors_in(policy, with(policy, token, ""));
        INFO(policy.path.filename() << ':' << token.span.begin.line << ':' << token.span.begin.column << ": "
                                    << token.text);
        CHECK(!errors.empty());
        measure.add(errors, token);
    }
    CHECK(measure.share() >= share_min);
}

// The shares are what is reached: a change that lowers one makes some message worse. Any other token in the
// place of one is often two mistakes: what is missing and what is too much.
TEST_CASE("any token taken out is mostly one mistake") {
    CHECK(share_told_once([](const Policy& policy, const syntax::Token& token, const syntax::Token&) {
              return with(policy, token, "");
          }) >= 0.985);
}

TEST_CASE("a token that stands twice is mostly one mistake") {
    CHECK(share_told_once([](const Policy& policy, const syntax::Token& token, const syntax::Token&) {
              return with(policy, token, token.text + ' ' + token.text);
          }) >= 0.98);
}

TEST_CASE("two brackets too many side by side are mostly one mistake") {
    constexpr std::size_t tries = 300;
    const auto all = samples();
    std::mt19937 random(20);
    Measure measure;
    for (std::size_t i = 0; i < tries; ++i) {
        const auto& policy = all[random() % all.size()];
        const auto& token = policy.tokens[policy.marks[random() % policy.marks.size()]];
        if (token.kind == syntax::TokenKind::comma) continue;
        measure.add(errors_in(policy, with(policy, token, token.text + token.text + token.text)), token);
    }
    CHECK(measure.share() >= 0.99);
}

TEST_CASE("a token in the place of another is mostly one mistake") {
    CHECK(share_told_once([](const Policy& policy, const syntax::Token& token, const syntax::Token& other) {
              return with(policy, token, other.text);
          }) >= 0.665);
}

TEST_CASE("a token too many is mostly one mistake") {
    CHECK(share_told_once([](const Policy& policy, const syntax::Token& token, const syntax::Token& other) {
              return with(policy, token, token.text + ' ' + other.text);
          }) >= 0.945);
}

TEST_CASE("each of many functions that lack their last brace is told by itself") {
    constexpr std::size_t functions = 100;
    Policy policy{"policy.nacl", {}, {}, {}};
    std::string text;
    for (std::size_t i = 0; i < functions; ++i)
        text += "Filter::IP f" + std::to_string(i) + " {\n    if (ip.ttl == 1) { drop }\n    accept\n\n";
    CHECK(errors_in(policy, text).size() == functions);
}
