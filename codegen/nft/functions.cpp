#include "codegen/nft/functions.hpp"

#include "codegen/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace codegen::nft {

namespace {

using model::Layer;

/// A body of so few rules stands where it is, its condition before each of them; a longer one gets a chain.
constexpr std::size_t inline_rules_max = 3;

Match layer_match(Layer layer, bool whole_header) {
    const model::Value number = model::protocol_number(layer);
    return {.field = model::Field::ip_protocol,
            .mask = model::info(model::Field::ip_protocol).max(),
            .values = {{number, number}},
            .whole_header = whole_header};
}

/// What asks for another protocol than is known where it stands, nftables refuses to load.
bool contradicts(const Term& term, Layer known) {
    const bool is_known = known == Layer::tcp || known == Layer::udp || known == Layer::icmp;
    return is_known && std::ranges::any_of(term, [&](const Match& match) {
               return match.field == model::Field::ip_protocol && !match.values.contains(model::protocol_number(known));
           });
}

} // namespace

/// One function's chains.
class Functions::Body {
public:
    Body(Functions& functions, const model::Function& function, std::string name, const Known& known)
        : functions_(functions), appliance_(functions.appliance_), known_(known), name_(std::move(name)) {
        chains_.push_back(
            {.name = name_,
             .note =
                 fmt::format("{}::{} {}: {}", function.kind == model::FunctionKind::nat ? "Nat" : "Filter",
                             subtype(function.layer), function.name, location(appliance_, function.place))});
        const At at{0, {}, Layer::meta};
        if (function.layer == Layer::ip)
            block(at, function.body);
        else
            enter(at, function.layer, function.body, function.place);
    }

    std::vector<Chain> take() && { return std::move(chains_); }

private:
    /// Where rules go: to the end of which chain, after which matches, for packets of which layer.
    struct At {
        std::size_t chain = 0;
        Term prefix;
        Layer layer{};
    };

    void rule(const At& at, const std::string& what, const model::Place& place) {
        const auto matches = functions_.spelling_.term(at.prefix, at.layer);
        chains_[at.chain].rules.push_back(
            fmt::format("{}{}{} {}", matches, matches.empty() ? "" : " ", what, comment(appliance_, place)));
    }

    std::size_t new_chain(std::string_view kind, const model::Place& place) {
        const auto base = fmt::format("{}.{}{}", name_, kind, place.line);
        std::string name = base;
        const auto taken = [&](const Chain& chain) { return chain.name == name; };
        for (unsigned i = 2; std::ranges::any_of(chains_, taken); ++i) name = fmt::format("{}.{}", base, i);
        chains_.push_back({.name = name});
        return chains_.size() - 1;
    }

    void block(const At& at, const model::Block& steps) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto& step = steps[i];
            // A text and the verdict after it are one rule.
            if (const auto* log = std::get_if<model::Log>(&step.is); log && i + 1 < steps.size())
                if (const auto* verdict = std::get_if<model::Verdict>(&steps[i + 1].is)) {
                    decide(at, nft::log(*log) + " ", *verdict, steps[++i].place);
                    continue;
                }
            std::visit([&](const auto& kind) { write(at, kind, step.place); }, step.is);
        }
    }

    void write(const At& at, const model::Log& log, const model::Place& place) {
        rule(at, nft::log(log), place);
    }
    void write(const At& at, const model::Verdict& verdict, const model::Place& place) {
        decide(at, "", verdict, place);
    }
    void write(const At& at, const model::Call& call, const model::Place& place) {
        rule(at, "jump " + functions_.chain(call.function, known_), place);
    }
    void write(const At& at, const model::Enter& enter, const model::Place& place) {
        this->enter(at, enter.layer, enter.body, place);
    }
    void enter(const At& at, Layer layer, const model::Block& body, const model::Place& place) {
        if (layer == Layer::ip) return guarded(at, {Term{}}, body, place);
        // Where `invalid` packets get in, a header may be cut short.
        const Term is_of_layer = {layer_match(layer, !appliance_.conntrack.drop_invalid)};
        if (!contradicts(is_of_layer, at.layer)) guarded(at, {is_of_layer}, body, place);
    }

    void write(const At& at, const model::Branch& branch, const model::Place& place) {
        auto terms = alternatives(appliance_, known_, branch.condition, functions_.problems_);
        std::erase_if(terms, [&](const Term& term) { return contradicts(term, at.layer); });
        // Matches that decide do not get to the `else`. One rule cannot fall through twice.
        if (decides(branch.then) || (terms.size() <= 1 && branch.otherwise.empty())) {
            guarded(at, terms, branch.then, place);
            return block(at, branch.otherwise);
        }
        if (terms.empty()) return block(at, branch.otherwise);
        if (std::ranges::any_of(terms, &Term::empty)) return block(at, branch.then);
        const auto either = new_chain("if", place);
        rule(at, "jump " + chains_[either].name, place);
        const auto layer = layer_of(at.prefix, at.layer);
        const auto then_layer = terms.size() == 1 ? layer_of(terms.front(), layer) : layer;
        const auto then = chain_of({either, {}, then_layer}, branch.then, place);
        for (const auto& term : terms) rule({either, term, layer}, "goto " + then, place);
        block({either, {}, layer}, branch.otherwise);
    }

    /// The name of a chain that is this body.
    std::string chain_of(const At& at, const model::Block& body, const model::Place& place) {
        if (body.size() == 1)
            if (const auto* call = std::get_if<model::Call>(&body.front().is))
                return functions_.chain(call->function, known_);
        const auto own = new_chain("then", place);
        block({own, {}, at.layer}, body);
        return chains_[own].name;
    }

    /// The body for packets of any of the terms; with several, the body decides.
    void guarded(const At& at, const Alternatives& terms, const model::Block& body,
                 const model::Place& place) {
        Alternatives possible;
        for (const auto& term : terms)
            if (auto all = both(at.prefix, term)) possible.push_back(std::move(*all));
        if (possible.empty()) return;
        if (rules_of(body) * possible.size() <= inline_rules_max || rules_of(body) == 1) {
            for (auto& term : possible) block({at.chain, std::move(term), at.layer}, body);
            return;
        }
        if (possible.size() == 1 && possible.front().size() == at.prefix.size())
            return block(at, body); // it always holds
        const auto own = new_chain("", place);
        for (const auto& term : possible)
            rule({at.chain, term, at.layer}, "jump " + chains_[own].name, place);
        const auto layer =
            possible.size() == 1 ? layer_of(possible.front(), at.layer) : layer_of(at.prefix, at.layer);
        block({own, {}, layer}, body);
    }

    /// About how many rules a block makes.
    std::size_t rules_of(const model::Block& steps) const {
        std::size_t rules = 0;
        for (const auto& step : steps) {
            if (const auto* branch = std::get_if<model::Branch>(&step.is))
                rules += branch->otherwise.empty() ? std::max<std::size_t>(2, rules_of(branch->then))
                                                   : inline_rules_max + 1;
            else if (const auto* enter = std::get_if<model::Enter>(&step.is))
                rules += rules_of(enter->body);
            else if (!std::holds_alternative<model::Log>(step.is))
                ++rules;
        }
        return std::max<std::size_t>(rules, 1);
    }

    bool decides(const model::Block& steps) const {
        return std::ranges::any_of(steps, [&](const model::Step& step) {
            if (const auto* branch = std::get_if<model::Branch>(&step.is))
                return decides(branch->then) && decides(branch->otherwise);
            if (const auto* call = std::get_if<model::Call>(&step.is)) {
                const auto& function = appliance_.functions.at(call->function);
                return function.layer == Layer::ip && decides(function.body);
            }
            return std::holds_alternative<model::Verdict>(step.is);
        });
    }

    void decide(const At& at, const std::string& log, const model::Verdict& verdict,
                const model::Place& place) {
        const auto& statement = appliance_.statements.at(verdict.statement);
        switch (statement.action) {
        case model::Action::accept:
            return rule(at, log + "accept", place);
        case model::Action::drop:
            return rule(at, log + "drop", place);
        case model::Action::reject:
            return reject(at, log, place);
        case model::Action::dnat:
            return translate(at, log, statement, known_.translates_destination ? "dnat" : "", place);
        case model::Action::snat:
            return translate(at, log, statement, known_.translates_source ? "snat" : "", place);
        }
    }

    void reject(const At& at, const std::string& log, const model::Place& place) {
        if (!known_.may_reject) {
            functions_.problems_.push_back({place, "nftables cannot `reject` in postrouting",
                                            "drop there, or reject in forward or output"});
            return;
        }
        by_protocol(at, log, {Layer::tcp}, "reject with tcp reset", "reject with icmp admin-prohibited",
                    place);
    }

    /// A translation that has no effect at this place still ends the function.
    void translate(const At& at, const std::string& log, const model::Statement& statement,
                   std::string_view word, const model::Place& place) {
        if (word.empty()) return rule(at, log + "accept", place);
        const auto address = statement.ipv4_address ? dotted(*statement.ipv4_address) : "";
        const auto to_address = address.empty() ? "accept" : fmt::format("{} to {}", word, address);
        if (!statement.port) return rule(at, log + to_address, place);
        by_protocol(at, log, {Layer::tcp, Layer::udp},
                    fmt::format("{} to {}:{}", word, address, *statement.port), to_address, place);
    }

    /// One way to decide about the layers, and another about everything else.
    void by_protocol(const At& at, const std::string& log, std::initializer_list<Layer> layers,
                     const std::string& with, const std::string& without, const model::Place& place) {
        const auto layer = layer_of(at.prefix, at.layer);
        const auto excluded = [&](const Match& match) {
            return match.field == model::Field::ip_protocol && std::ranges::none_of(layers, [&](Layer one) {
                       return match.values.contains(model::protocol_number(one));
                   });
        };
        if (std::ranges::any_of(at.prefix, excluded)) return rule(at, log + without, place);
        const bool is_one = std::ranges::find(layers, layer) != layers.end();
        const bool is_known = layer != Layer::meta;
        // A port is only taken behind a match on the protocol in the same rule.
        const bool told = std::ranges::any_of(at.prefix, [&](const Match& match) {
            return model::info(match.field).layer == layer ||
                   (match.field == model::Field::ip_protocol && at.layer != layer);
        });
        const std::string own = layers.size() == 1 ? "meta l4proto tcp " : "meta l4proto { tcp, udp } ";
        if (!log.empty() && !is_known) rule(at, log.substr(0, log.size() - 1), place);
        const std::string before = is_known ? log : "";
        if (is_one || !is_known) {
            const auto only =
                is_known ? fmt::format("meta l4proto {} ", layer == Layer::tcp ? "tcp" : "udp") : own;
            rule(at, (told ? "" : only) + before + with, place);
        }
        if (!is_one) rule(at, before + without, place);
    }

    Functions& functions_;
    const model::Appliance& appliance_;
    const Known& known_;
    std::string name_;
    std::vector<Chain> chains_;
};

std::string Functions::chain(model::FunctionId id, const Known& known) {
    const auto& function = appliance_.functions.at(id);
    auto name =
        fmt::format("{}_{}", function.kind == model::FunctionKind::nat ? "nat" : "filter", function.name);
    // One chain serves all places where it is the same.
    if (known.egress && tests(appliance_, id, model::Field::iface_out))
        name += ".to_" + appliance_.ifaces.at(*known.egress).name;
    if (known.translates_source) name += ".source";
    // Asked for again where less is allowed, it is gone through for what it may not do there.
    if (!asked_.emplace(name, known.has_ethernet, known.may_reject).second) return name;
    const bool is_new = made_.try_emplace(name).second;
    if (is_new) order_.push_back(name);
    made_[name] = Body(*this, function, name, known).take();
    return name;
}

std::vector<Chain> Functions::take_chains() && {
    std::vector<Chain> all;
    for (const auto& name : order_) std::ranges::move(made_.at(name), std::back_inserter(all));
    return all;
}

} // namespace codegen::nft
