#include "naclc/commands.hpp"

#include "compiler/analysis/diff.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace naclc {

namespace {

using analysis::Difference;
using analysis::Witness;

std::string_view name_of(analysis::Change change) {
    return analysis::change_names[static_cast<std::size_t>(change)];
}

std::string_view ending_of(const Witness& witness) {
    return analysis::ending_names[static_cast<std::size_t>(witness.ending)];
}

/// "accept at old.nacl:12:9".
std::string decision(const Path& file, const model::Appliance& appliance, const Witness& witness) {
    if (!witness.decided) return std::string(ending_of(witness));
    const auto& place = appliance.statements.at(*witness.decided).place;
    const auto name = place.file == 0 ? file.string() : appliance.files.at(place.file);
    return fmt::format("{} at {}:{}:{}", ending_of(witness), name, place.line, place.column);
}

struct Policies {
    const DiffOptions& options;
    const model::Appliance& before;
    const model::Appliance& after;
};

void print(const Policies& policies, const analysis::ChainDiff& chain, const Difference& difference) {
    auto members = analysis::members_of(policies.after, *chain.after, difference.after);
    for (auto at = members.find('\n'); at != std::string::npos && at + 1 < members.size();
         at = members.find('\n', at + 1))
        members.insert(at + 1, "    ");
    fmt::print("    {}    was {}, is {}\n", members,
               decision(policies.options.before, policies.before, difference.before),
               decision(policies.options.after, policies.after, difference.after));
    for (const auto& fact : difference.after.assumed) fmt::print("    when {}\n", fact);
}

void print(const Policies& policies, const analysis::PolicyDiff& diff) {
    for (const auto& chain : diff.chains) {
        const auto* where = !chain.before  ? ", only in the new policy"
                            : !chain.after ? ", only in the old policy"
                                           : "";
        fmt::print("{}: {}{}\n", chain.name, name_of(chain.change), where);
        if (chain.more) print(policies, chain, *chain.more);
        if (chain.less) print(policies, chain, *chain.less);
    }
    fmt::print("all chains together: {}\n", name_of(diff.whole));
}

nlohmann::ordered_json to_json(const Policies& policies, const analysis::ChainDiff& chain,
                               const Difference& difference) {
    return {{"packet", analysis::members_of(policies.after, *chain.after, difference.after)},
            {"was", decision(policies.options.before, policies.before, difference.before)},
            {"is", decision(policies.options.after, policies.after, difference.after)}};
}

nlohmann::ordered_json to_json(const Policies& policies, const analysis::PolicyDiff& diff) {
    nlohmann::ordered_json document{{"whole", name_of(diff.whole)},
                                    {"chains", nlohmann::ordered_json::array()}};
    for (const auto& chain : diff.chains) {
        nlohmann::ordered_json one{{"chain", chain.name}, {"change", name_of(chain.change)}};
        if (chain.more) one["more_permissive"] = to_json(policies, chain, *chain.more);
        if (chain.less) one["less_permissive"] = to_json(policies, chain, *chain.less);
        document["chains"].push_back(std::move(one));
    }
    return document;
}

} // namespace

int diff(const DiffOptions& options, const Reporting& reporting) {
    const auto before = typed_file(options.before, reporting);
    const auto after = typed_file(options.after, reporting);
    if (!before.appliance || !after.appliance) return wrong_usage; // 1 is an answer
    const auto found = analysis::diff(*before.appliance, *after.appliance);
    const Policies policies{options, *before.appliance, *after.appliance};
    if (options.json)
        fmt::print("{}\n", to_json(policies, found).dump(2));
    else
        print(policies, found);
    return std::ranges::find(options.fail_on, name_of(found.whole)) == options.fail_on.end() ? fine
                                                                                             : wrong_input;
}

} // namespace naclc
