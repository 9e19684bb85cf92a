#include "naclc/commands.hpp"

#include "codegen/json.hpp"
#include "compiler/analysis/describe.hpp"
#include "compiler/analysis/diff.hpp"
#include "compiler/analysis/onward.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
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

std::string text_of(const Path& file, const model::Appliance& appliance, const model::Place& place) {
    return fmt::format("{}:{}:{}", place.file == 0 ? file.string() : appliance.files.at(place.file), place.line,
                       place.column);
}

/// "accept at old.nacl:12:9".
std::string decision(const Path& file, const model::Appliance& appliance, const Witness& witness) {
    if (!witness.decided) return std::string(ending_of(witness));
    const auto& statement = appliance.statements.at(*witness.decided);
    const auto translation = eval::translation_of(statement);
    return fmt::format("{} at {}", translation.empty() ? std::string(ending_of(witness)) : translation,
                       text_of(file, appliance, statement.place));
}

/// "10.0.0.5 port 8080, from 203.0.113.1": with which ends an accepted packet leaves the chain.
std::string leaving(const Witness& witness) {
    const auto& [by, destination, destination_port, source, source_port] = witness.translation;
    const auto end = [&](model::Field field, std::uint32_t address, std::optional<std::uint16_t> port) {
        const auto text = address == 0 ? std::string("a leased address") : eval::show(field, address);
        return port ? fmt::format("{} port {}", text, *port) : text;
    };
    const bool has_ports = analysis::has_ports(witness.packet);
    auto text = end(model::Field::ip_daddr, destination, has_ports ? std::optional(destination_port) : std::nullopt);
    if (!source && !source_port) return text;
    const auto own = analysis::value_in(witness.packet, model::Field::ip_saddr).value_or(0);
    const auto from = source.value_or(static_cast<std::uint32_t>(own));
    return text + ", from " + end(model::Field::ip_saddr, from, source_port);
}

/// "left for 10.0.0.5 port 80, leaves for 10.0.0.6 port 80"; nothing where that is no news.
std::string leavings(const Difference& difference) {
    const auto& [before, after] = difference;
    const auto is_sent = [](const Witness& witness) {
        return witness.ending == analysis::Ending::accept && (witness.translation.by || witness.translation.source);
    };
    std::string text;
    if (!is_sent(before) && !is_sent(after)) return text;
    if (before.ending == analysis::Ending::accept) text = "left for " + leaving(before);
    if (after.ending == analysis::Ending::accept) text += (text.empty() ? "leaves for " : "; leaves for ") + leaving(after);
    return text;
}

/// What is set in the policy beside its functions: a path into the model, and its values.
struct Setting {
    std::string path, was, is;
};

/// Those that decide how packets are treated.
bool decides(const Setting& setting) {
    constexpr std::string_view others[] = {"name", "syslog", "timers."}; // of an Iface too
    return std::ranges::none_of(others, [&](std::string_view other) { return setting.path.starts_with(other); });
}

/// "ifaces.eth0.ipv4.address".
std::string dotted(const nlohmann::json::json_pointer& pointer) {
    return pointer.empty() ? ""
           : pointer.parent_pointer().empty()
               ? pointer.back()
               : dotted(pointer.parent_pointer()) + '.' + pointer.back();
}

void add_changed(const model::Appliance& before, const model::Appliance& after, std::vector<Setting>& changed) {
    const auto old_one = codegen::settings(before), new_one = codegen::settings(after);
    for (const auto& change : nlohmann::json::diff(old_one, new_one)) {
        const nlohmann::json::json_pointer path(change.at("path").get<std::string>());
        const auto text = [&](const nlohmann::json& document) {
            if (!document.contains(path)) return std::string("nothing");
            const auto& value = document.at(path);
            return value.is_null() ? "nothing" : value.is_string() ? value.get<std::string>() : value.dump();
        };
        changed.push_back({dotted(path), text(old_one), text(new_one)});
    }
}

/// The old policy, whose Ifaces have the names of the new one; those that have got another one are added to the settings.
model::Appliance with_names_of(const model::Appliance& after, const model::Appliance& before, std::vector<Setting>& settings) {
    auto renamed = before;
    for (model::IfaceId id = 0; id < before.ifaces.size(); ++id) {
        const auto known = analysis::same_iface(before, id, after);
        if (!known || before.ifaces[id].name == after.ifaces[*known].name) continue;
        renamed.ifaces[id].name = after.ifaces[*known].name;
        settings.push_back({"name of an Iface", before.ifaces[id].name, after.ifaces[*known].name});
    }
    return renamed;
}

struct Policies {
    const DiffOptions& options;
    const model::Appliance& before;
    const model::Appliance& after;
    std::vector<Setting> settings;

    /// What chains and settings make together.
    analysis::Change whole(const analysis::PolicyDiff& diff) const {
        return std::ranges::any_of(settings, decides) ? analysis::Change::incomparable : diff.whole;
    }
};

/// "part of tcp to 10.0.0.0/24 port 80: drop -> accept", "some packets in by lan: …".
std::string text_of(const analysis::Region& region) {
    const auto name = [](analysis::Ending ending) {
        return analysis::ending_names[static_cast<std::size_t>(ending)];
    };
    constexpr std::string_view any = "any packet";
    const bool is_any = region.packets.starts_with(any);
    const auto packets = region.all ? region.packets
                         : is_any   ? "some packets" + region.packets.substr(any.size())
                                    : "part of " + region.packets;
    return fmt::format("{}: {} -> {}", packets, name(region.from), name(region.to));
}

void print(const Policies& policies, const analysis::Way& way, const Difference& difference) {
    auto members = analysis::members_of(policies.after, way, difference.after);
    for (auto at = members.find('\n'); at != std::string::npos && at + 1 < members.size();
         at = members.find('\n', at + 1))
        members.insert(at + 1, "    ");
    fmt::print("    {}    was {}, is {}\n", members,
               decision(policies.options.before, policies.before, difference.before),
               decision(policies.options.after, policies.after, difference.after));
    if (const auto text = leavings(difference); !text.empty()) fmt::print("    {}\n", text);
    for (const auto& fact : difference.after.assumed) fmt::print("    when {}\n", fact);
}

/// "wan -> dmz, accept at old.nacl:12:9": where and how a translated packet goes on; empty where that is not known.
std::string going_on(const Path& file, const model::Appliance& appliance, const std::optional<analysis::Way>& chain,
                     const Witness& witness) {
    const auto onward = chain ? analysis::onward(appliance, *chain, witness) : std::nullopt;
    return onward ? fmt::format("{}, {}", analysis::text_of(appliance, onward->way), decision(file, appliance, onward->end)) : "";
}

/// In the old policy, and in the new one.
std::pair<std::string, std::string> going_on(const Policies& policies, const analysis::ChainDiff& chain, const Difference& found) {
    return {going_on(policies.options.before, policies.before, chain.before, found.before),
            going_on(policies.options.after, policies.after, chain.after, found.after)};
}

/// "new.nacl:12:9".
std::string place_of(const Policies& policies, const analysis::LogChange& change) {
    const auto& [options, before, after, ignored] = policies;
    const bool is_old = change.kind == analysis::LogChange::Kind::removed;
    return text_of(is_old ? options.before : options.after, is_old ? before : after, change.logging.place);
}

std::string_view name_of(analysis::LogChange::Kind kind) {
    return analysis::log_change_names[static_cast<std::size_t>(kind)];
}

void print(const Policies& policies, const analysis::LogChanges& logs) {
    for (const auto& change : logs.changes) {
        const bool is_reworded = change.kind == analysis::LogChange::Kind::reworded;
        fmt::print("    {} at {}: {}\n", change.logging.text, place_of(policies, change),
                   is_reworded ? "was " + change.was->text : std::string(name_of(change.kind)));
    }
    if (!logs.compared) fmt::print("    logs: not all of them could be compared\n");
}

/// "what wan.prerouting lets through newly ends as before on wan -> lan: drop at new.nacl:12:9".
std::string text_of(const Policies& policies, const analysis::Unseen& unseen) {
    const auto& [chain, is_more, way, ends] = unseen;
    // What leads nowhere is dropped behind.
    const auto is_dropped = [&](const Witness& end) {
        return std::holds_alternative<analysis::DeadEnd>(way) && end.ending == analysis::Ending::accept;
    };
    const auto ending = [&](const Witness& end) { return is_dropped(end) ? analysis::Ending::drop : end.ending; };
    return fmt::format("what {} lets through {} ends {} on {}: {}", chain, is_more ? "newly" : "no more",
                       ending(ends.before) == ending(ends.after) ? "as before" : "no more and no less strictly",
                       analysis::text_of(policies.after, way),
                       is_dropped(ends.after) ? "drop" : decision(policies.options.after, policies.after, ends.after));
}

/// Of all packets.
bool says_which(analysis::Change change) {
    using enum analysis::Change;
    return change == equivalent || change == more_permissive || change == less_permissive;
}

/// Where the whole is not what its chains are, why.
void print_whole(const Policies& policies, const analysis::PolicyDiff& diff) {
    if (diff.whole == diff.of_chains || policies.whole(diff) != diff.whole) return;
    if (diff.whole == analysis::Change::equivalent && diff.unseen.empty())
        fmt::print("no packet ends otherwise where its whole way does\n");
    if (diff.is_of_steady_flows)
        fmt::print("(all packets of one direction of a flow are taken to come by one Iface, as `rpf: strict` makes sure)\n");
    for (const auto& unseen : diff.unseen) fmt::print("{}\n", text_of(policies, unseen));
    for (const auto* found : {&diff.more, &diff.less}) {
        if (!*found) continue;
        fmt::print("{}:\n", analysis::text_of(policies.after, (*found)->way));
        print(policies, (*found)->way, (*found)->ends);
    }
}

void print(const Policies& policies, const analysis::PolicyDiff& diff) {
    for (const auto& chain : diff.chains) {
        const auto* where = !chain.before  ? ", only in the new policy"
                            : !chain.after ? ", only in the old policy"
                                           : "";
        fmt::print("{}: {}{}\n", chain.name, name_of(chain.change), where);
        for (const auto& region : chain.regions) fmt::print("    {}\n", text_of(region));
        if (chain.may_have_more_regions) fmt::print("    and perhaps more\n");
        if (!chain.asks.alike) fmt::print("    what its Limits find may differ: others ask them, or in another order, or they allow something else\n");
        for (const auto* found : {&chain.more, &chain.less})
            if (*found) print(policies, *chain.after, **found);
        for (const auto& found : chain.translated) {
            print(policies, *chain.after, found);
            if (const auto [went, goes] = going_on(policies, chain, found); !went.empty() && !goes.empty())
                fmt::print("    went on {}; goes on {}\n", went, goes);
        }
        print(policies, chain.logs);
    }
    for (const auto& [path, was, is] : policies.settings)
        fmt::print("{}: was {}, is {}\n", path, was, is);
    print_whole(policies, diff);
    if (!diff.why_of_chains.empty() && policies.whole(diff) == diff.whole && !says_which(diff.whole))
        fmt::print("(whole ways are not compared: {})\n", diff.why_of_chains);
    if (!diff.asked_by_others.empty() && says_which(policies.whole(diff)))
        fmt::print("(a Limit is taken to find the same of a packet as before: others may ask those of {})\n",
                   fmt::join(diff.asked_by_others, ", "));
    fmt::print("all together: {}\n", name_of(policies.whole(diff)));
}

nlohmann::ordered_json to_json(const Policies& policies, const analysis::Way& way, const Difference& difference) {
    nlohmann::ordered_json one{{"packet", analysis::members_of(policies.after, way, difference.after)},
                               {"was", decision(policies.options.before, policies.before, difference.before)},
                               {"is", decision(policies.options.after, policies.after, difference.after)}};
    if (const auto text = leavings(difference); !text.empty()) one["leaves"] = text;
    if (!difference.after.assumed.empty()) one["when"] = difference.after.assumed;
    return one;
}

nlohmann::ordered_json to_json(const Policies& policies, const analysis::PolicyDiff& diff) {
    nlohmann::ordered_json document{{"whole", name_of(policies.whole(diff))},
                                    {"chains", nlohmann::ordered_json::array()},
                                    {"settings", nlohmann::ordered_json::array()}};
    for (const auto& chain : diff.chains) {
        nlohmann::ordered_json one{{"chain", chain.name}, {"change", name_of(chain.change)}};
        if (chain.more) one["more_permissive"] = to_json(policies, *chain.after, *chain.more);
        if (chain.less) one["less_permissive"] = to_json(policies, *chain.after, *chain.less);
        for (const auto& found : chain.translated) {
            auto& shown = one["translated"].emplace_back(to_json(policies, *chain.after, found));
            if (const auto [went, goes] = going_on(policies, chain, found); !went.empty() && !goes.empty()) {
                shown["went_on"] = went;
                shown["goes_on"] = goes;
            }
        }
        for (const auto& region : chain.regions)
            one["regions"].push_back({{"packets", region.packets},
                                      {"was", analysis::ending_names[static_cast<std::size_t>(region.from)]},
                                      {"is", analysis::ending_names[static_cast<std::size_t>(region.to)]},
                                      {"all", region.all}});
        if (chain.may_have_more_regions) one["perhaps_more_regions"] = true;
        if (!chain.asks.alike) one["limits_asked_alike"] = false;
        for (const auto& change : chain.logs.changes) {
            auto& log = one["logs"].emplace_back(nlohmann::ordered_json{{"change", name_of(change.kind)},
                                                                        {"log", change.logging.text},
                                                                        {"place", place_of(policies, change)}});
            if (change.kind == analysis::LogChange::Kind::reworded) log["was"] = change.was->text;
        }
        if (!chain.logs.compared) one["logs_compared"] = false;
        document["chains"].push_back(std::move(one));
    }
    for (const auto& [path, was, is] : policies.settings)
        document["settings"].push_back({{"path", path}, {"was", was}, {"is", is}});
    document["chains_together"] = name_of(diff.of_chains);
    document["whole_ways"] = diff.is_of_ways;
    if (!diff.why_of_chains.empty()) document["why_of_chains"] = diff.why_of_chains;
    document["steady_flows"] = diff.is_of_steady_flows;
    document["asked_by_others"] = diff.asked_by_others;
    const auto add = [&](const char* name, const std::optional<analysis::WayDifference>& found) {
        if (!found) return;
        document[name] = to_json(policies, found->way, found->ends);
        document[name]["way"] = analysis::text_of(policies.after, found->way);
    };
    add("more_permissive", diff.more);
    add("less_permissive", diff.less);
    for (const auto& unseen : diff.unseen)
        document["unseen"].push_back({{"chain", unseen.chain}, {"why", text_of(policies, unseen)}});
    return document;
}

} // namespace

int diff(const DiffOptions& options, const Reporting& reporting) {
    const auto before = typed_file(options.before, reporting);
    const auto after = typed_file(options.after, reporting);
    if (!before.appliance || !after.appliance) return wrong_usage; // 1 is an answer
    std::vector<Setting> settings;
    const auto old_one = with_names_of(*after.appliance, *before.appliance, settings);
    add_changed(old_one, *after.appliance, settings);
    const auto found = analysis::diff(old_one, *after.appliance, {}, options.regions);
    const Policies policies{options, old_one, *after.appliance, std::move(settings)};
    if (options.json)
        fmt::print("{}\n", to_json(policies, found).dump(2));
    else
        print(policies, found);
    return std::ranges::find(options.fail_on, name_of(policies.whole(found))) == options.fail_on.end() ? fine
                                                                                             : wrong_input;
}

} // namespace naclc
