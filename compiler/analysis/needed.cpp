#include "compiler/analysis/needed.hpp"

namespace analysis {

using symbolic::RuleIndex;

/// What a proof without some rule does not need goes too: those before `i`, which all proofs need, stay where
/// they are.
std::vector<RuleIndex> needed_of(const AskOfSome& ask, std::vector<RuleIndex> rules) {
    const auto suffices = [&](const std::vector<RuleIndex>& some) {
        const auto answer = ask(some);
        const auto* proved = std::get_if<symbolic::Proved>(&answer);
        if (proved != nullptr) rules = proved->because;
        return proved != nullptr;
    };
    for (auto before = rules.size() + 1; rules.size() < before && suffices(rules);) before = rules.size();
    constexpr std::size_t few = 64;
    for (std::size_t i = 0; rules.size() <= few && i < rules.size();) {
        auto fewer = rules;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        if (!suffices(fewer)) ++i;
    }
    return rules;
}

} // namespace analysis
