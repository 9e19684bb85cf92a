#include "codegen/branches.hpp"

#include <algorithm>
#include <iterator>

namespace codegen {

namespace {

bool asks(const BranchRule& rule, const std::string& test) {
    return std::ranges::find(rule.tests, test) != rule.tests.end();
}

/// How many rules from the first one on ask for it.
std::size_t reach(const std::string& test, std::span<const BranchRule> rules) {
    const auto other =
        std::ranges::find_if_not(rules, [&](const BranchRule& rule) { return asks(rule, test); });
    return static_cast<std::size_t>(other - rules.begin());
}

/// What `if` asks: all of them. One that is an operand in brackets needs none here.
std::string condition(const std::vector<std::string>& tests) {
    const auto& only = tests.front();
    if (tests.size() == 1 && only.starts_with('(') && only.ends_with(')'))
        return only.substr(1, only.size() - 2);
    return fmt::format("{}", fmt::join(tests, " && "));
}

/// How many rules from the first one on are asked something together: what most of them have in common. But
/// the layer, which comes first, stands before all that reads its header.
std::size_t together(std::span<const BranchRule> rules) {
    const auto& tests = rules.front().tests;
    if (tests.front().starts_with("is_")) return reach(tests.front(), rules);
    std::size_t most = 1;
    for (const auto& test : tests) most = std::max(most, reach(test, rules));
    return most;
}

/// How many rules from the first one on say the same and have nothing in common with their neighbours.
std::size_t with_one_verdict(std::span<const BranchRule> rules) {
    std::size_t count = 1;
    while (count < rules.size() && rules[count].verdict == rules.front().verdict &&
           !rules[count].tests.empty() && together(rules.subspan(count)) == 1)
        ++count;
    return count;
}

void write_one(Writer& out, std::span<const BranchRule> rules) {
    if (rules.size() == 1) {
        out.open("if ({}) {{", condition(rules.front().tests));
    } else {
        std::vector<std::string> ways;
        for (const auto& rule : rules)
            ways.push_back(rule.tests.size() == 1 ? rule.tests.front() : "(" + condition(rule.tests) + ")");
        out.open("if ({}) {{", fmt::join(ways, " || "));
    }
    out.line("{}", rules.front().verdict);
    out.close();
}

bool write(Writer& out, std::span<BranchRule> rules) {
    while (!rules.empty()) {
        const auto& first = rules.front();
        if (first.tests.empty()) {
            out.line("{}", first.verdict);
            return true;
        }
        const auto group = rules.first(together(rules));
        if (group.size() == 1) {
            const auto alike = rules.first(with_one_verdict(rules));
            write_one(out, alike);
            rules = rules.subspan(alike.size());
            continue;
        }
        std::vector<std::string> common;
        std::ranges::copy_if(first.tests, std::back_inserter(common),
                             [&](const std::string& test) { return reach(test, rules) >= group.size(); });
        for (auto& rule : group)
            std::erase_if(rule.tests, [&](const std::string& test) {
                return std::ranges::find(common, test) != common.end();
            });
        out.open("if ({}) {{", condition(common));
        write(out, group);
        out.close();
        rules = rules.subspan(group.size());
    }
    return false;
}

} // namespace

bool write_branches(Writer& out, std::vector<BranchRule> rules) { return write(out, rules); }

} // namespace codegen
