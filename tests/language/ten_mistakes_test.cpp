// Ten independent mistakes give ten messages: each is made alone, and those that are told once there are made
// together, in ten places of one policy.
#include "tests/language/mistakes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <set>

namespace {

using namespace broken;

struct Made {
    std::uint32_t line = 0;
    Edit edit;
    std::string said; ///< line and kind of the message that it gives alone
};

std::string text_with(const std::string& text, std::vector<Edit> edits) {
    std::ranges::sort(edits, std::greater{}, &Edit::begin);
    auto result = text;
    for (const auto& edit : edits) result.replace(edit.begin, edit.length, edit.text);
    return result;
}

std::string key_of(const syntax::Diagnostic& d) {
    return std::to_string(d.span.begin.line) + ' ' + syntax::info(d.kind).name;
}

std::optional<Made> random_mistake(const Policy& policy, std::mt19937& random) {
    const auto all = mistakes();
    const auto mistake = all[random() % all.size()];
    for (int tries = 0; tries < 200; ++tries) {
        const auto token = random() % policy.tokens.size();
        if (auto edit = mistake(policy, token, random))
            return Made{policy.tokens[token].span.begin.line, *edit, {}};
    }
    return std::nullopt;
}

/// Ten mistakes on ten lines, each of which gives one message there when it is made alone; how many gave another
/// answer is counted.
std::vector<Made> ten_mistakes(const Policy& policy, std::mt19937& random, std::size_t& alone, std::size_t& told_once) {
    constexpr std::size_t count = 10;
    std::vector<Made> made;
    std::set<std::uint32_t> lines;
    while (made.size() < count) {
        auto one = random_mistake(policy, random);
        if (!one || lines.contains(one->line)) continue;
        const auto errors = errors_in(policy, text_with(policy.text, {one->edit}));
        if (errors.empty()) continue;
        ++alone;
        const auto at = errors.front().span.begin.line;
        if (errors.size() > 1 || at + 1 < one->line || at > one->line + 1) continue;
        ++told_once;
        one->said = key_of(errors.front());
        lines.insert(one->line);
        made.push_back(std::move(*one));
    }
    return made;
}

} // namespace

TEST_CASE("ten mistakes in one policy are mostly told as each is told alone") {
    constexpr std::size_t policies = 50;
    // What is left are brackets that are lost side by side, and values that are told where they are used.
    constexpr double share_alone_min = 0.98, share_together_min = 0.95;

    const auto all = samples();
    std::mt19937 random(20);
    std::size_t alone = 0, told_once = 0, told_together = 0;
    for (std::size_t i = 0; i < policies; ++i) {
        const auto& policy = all[random() % all.size()];
        std::vector<Edit> edits;
        std::multiset<std::string> wanted, said;
        for (const auto& one : ten_mistakes(policy, random, alone, told_once)) {
            edits.push_back(one.edit);
            wanted.insert(one.said);
        }
        for (const auto& error : errors_in(policy, text_with(policy.text, edits))) said.insert(key_of(error));
        told_together += said == wanted;
    }
    CHECK(static_cast<double>(told_once) / static_cast<double>(alone) >= share_alone_min);
    CHECK(static_cast<double>(told_together) / static_cast<double>(policies) >= share_together_min);
}
