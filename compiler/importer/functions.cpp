#include "compiler/importer/functions.hpp"

#include "compiler/model/subtypes.hpp"
#include "compiler/syntax/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace importer {

namespace {

using model::Layer;

/// Functions that follow each other because of `return`; the compiler follows calls by recursion.
constexpr std::size_t rests_max = 100;
constexpr std::size_t chains_deep_max = 64;

std::string_view protocol(Layer layer) {
    return layer == Layer::tcp ? "tcp" : layer == Layer::udp ? "udp" : "icmp";
}

std::string_view type_of(const Context& context) { return context.is_nat ? "Nat" : "Filter"; }

bool is_compound(std::string_view text) {
    return text.find(" and ") != text.npos || text.find(" or ") != text.npos;
}

/// What stands between the parentheses of an `if`: an alternative has its own only where others stand beside
/// it.
std::string all_of(const std::vector<std::string>& texts) {
    if (texts.size() != 1 || !texts.front().starts_with('('))
        return fmt::format("{}", fmt::join(texts, " and "));
    return texts.front().substr(1, texts.front().size() - 2);
}

std::string block(const std::string& inside) {
    const bool short_one = std::ranges::count(inside, '\n') == 1 && !inside.starts_with("//");
    return short_one ? fmt::format("{{ {} }}", inside.substr(0, inside.size() - 1))
                     : fmt::format("{{\n{}}}", inside);
}

std::string when(const std::vector<std::string>& texts, const std::string& inside) {
    if (texts.empty()) return inside;
    return fmt::format("if ({}) {}\n", all_of(texts), block(inside));
}

std::string opposite(std::string text) {
    if (is_compound(text)) return "not (" + text + ")";
    if (text.starts_with("not ")) return text.substr(4);
    for (const auto& [from, to] : {std::pair(" == ", " != "), {" != ", " == "}})
        if (const auto at = text.find(from); at != text.npos) return text.replace(at, 4, to);
    return "not " + text;
}

std::string comment(std::string_view text) {
    const auto quoted = syntax::quoted(text);
    return fmt::format("// {}\n", quoted.substr(1, quoted.size() - 2));
}

/// Whether the chain, or one that it leads to, reads bytes whose meaning hangs on the protocol.
bool reads_bytes(const Table& table, const Chain& chain, std::set<std::string>& seen) {
    if (!seen.insert(chain.name).second) return false;
    for (const auto& rule : chain.rules)
        for (const auto& expression : rule.expressions) {
            if (mentions_bytes(expression)) return true;
            const auto [tag, content] = tagged(expression);
            if (tag != "jump" && tag != "goto" && tag != "vmap") continue;
            if (tag == "vmap") return true; // rather one function too many
            const auto* next = table.chain(text_of(*content, "target"));
            if (next != nullptr && reads_bytes(table, *next, seen)) return true;
        }
    return false;
}

} // namespace

Functions::Functions(const std::vector<Nic>& nics) : nics_(nics) {
    for (const auto& nic : nics) names_.insert(nic.name);
}

std::string Functions::add(const std::string& name, const std::string& text, std::string_view type) {
    const auto own = unique(names_, name);
    texts_.push_back(fmt::format("{}::IP {} {{\n{}}}\n", type, own, text));
    return own;
}

std::string Functions::base(const Table& table, const Chain& chain, const Context& context) {
    const Place place{table, chain, context,
                      unique(names_, identifier(fmt::format("{}_{}", table.name, chain.name))), true};
    under_way_.insert(table.family + " " + table.name + " " + chain.name);
    auto body = rules(place, understood(place), 0, 0);
    under_way_.clear();
    const bool drops = chain.base->drops;
    if (context.is_nat) {
        if (drops) {
            append(untranslated_[context.hook], "Filter", "",
                   {{Layer::ip, "if (ct.state == new) { drop }\n"}});
            messages_.push_back(
                {true, fmt::format("table {} {}, chain {}: a Nat cannot drop, and the policy of this "
                                   "chain does: all new flows are dropped at this hook",
                                   table.family, table.name, chain.name)});
        }
        if (body.is_empty) return "";
    } else {
        if (body.is_empty && !drops && body.text.empty()) return "";
        if (!body.ends) body.text += drops ? "drop\n" : "accept\n";
    }
    texts_.push_back(comment(fmt::format("table {} {}, chain {}: hook {}, priority {}, policy {}",
                                         table.family, table.name, chain.name, chain.base->hook,
                                         chain.base->priority, drops ? "drop" : "accept")) +
                     fmt::format("{}::IP {} {{\n{}}}\n", type_of(context), place.name, body.text));
    return place.name;
}

std::string Functions::untranslated(const std::string& hook) {
    const auto found = untranslated_.find(hook);
    if (found == untranslated_.end()) return "";
    return add("untranslated_" + hook, found->second.text + "accept\n");
}

/// The function for a chain that is called; empty when it has nothing to do.
std::string Functions::called(const Table& table, const std::string& target, const Context& context) {
    const auto* chain = table.chain(target);
    if (chain == nullptr || chain->base)
        throw BadChains(fmt::format("table {} {} has no chain {} that rules could go to", table.family,
                                    table.name, syntax::quoted(target)));
    Context own = context;
    std::set<std::string> seen;
    if (!reads_bytes(table, *chain, seen)) own.protocols = protocol_bit::any;
    if (!own.is_nat) own.last = true;
    const auto whole_name = table.family + " " + table.name + " " + target;
    const bool out = own.hook == "forward" || own.hook == "output" || own.hook == "postrouting";
    const bool frame = own.hook != "output" && own.hook != "postrouting";
    const auto key = fmt::format("{}|{}{}{}{}{}{}{}|{}|{}", whole_name, own.is_nat, out, frame,
                                 own.before_conntrack, own.destination_translated, own.source_translated,
                                 own.last, own.protocols, own.is_nat ? own.hook : "");
    if (const auto known = made_.find(key); known != made_.end()) return known->second;
    if (under_way_.size() >= chains_deep_max || !under_way_.insert(whole_name).second)
        throw BadChains(fmt::format("chains go round in circles, or too deep: {}", syntax::quoted(target)));
    const Place place{table, *chain, own,
                      unique(names_, identifier(fmt::format("{}_{}", table.name, target))), false};
    const auto body = rules(place, understood(place), 0, 0);
    under_way_.erase(whole_name);
    if (!body.is_empty)
        texts_.push_back(fmt::format("{}::IP {} {{\n{}}}\n", type_of(own), place.name, body.text));
    if (body.ends) decisive_.insert(place.name);
    return made_[key] = body.is_empty ? "" : place.name;
}

std::vector<Understood> Functions::understood(const Place& place) {
    const Scope scope{place.table, nics_, place.context, sets_};
    const Maker maker{[&](const std::string& name, const std::string& members) {
        const auto base = identifier(
            fmt::format("{}_{}", place.table.name, name.empty() ? place.chain.name + "_limit" : name));
        if (name.empty()) {
            const auto own = unique(names_, base);
            limit_texts_ += fmt::format("Limit {} {{ {} }}\n", own, members);
            return own;
        }
        auto& own = limits_[place.table.family + " " + place.table.name + " " + name];
        if (own.empty()) {
            own = unique(names_, base);
            limit_texts_ += fmt::format("Limit {} {{ {} }}\n", own, members);
        }
        return own;
    }};
    std::vector<Understood> all;
    for (const auto& rule : place.chain.rules)
        for (auto& one : understand(scope, maker, rule)) all.push_back(std::move(one));
    return all;
}

/// The ways through conditions: each has one layer.
std::vector<Functions::Way> Functions::ways(const std::vector<Step>& steps, std::size_t from, std::size_t to,
                                            Layer layer) {
    std::vector<Way> all{{.layer = layer}};
    for (std::size_t i = from; i < to; ++i) {
        if (const auto* limit = std::get_if<Limited>(&steps[i])) {
            for (auto& way : all) way.texts.push_back(limit->condition);
            continue;
        }
        const auto* asked = std::get_if<Asked>(&steps[i]);
        if (asked == nullptr) continue;
        std::vector<Way> next;
        for (const auto& way : all)
            for (const auto& one : asked->condition) {
                if (one.layer != Layer::ip && way.layer != Layer::ip && one.layer != way.layer) continue;
                Way longer = way;
                longer.protocols &= one.protocols;
                if (longer.protocols == 0) continue;
                if (one.layer != Layer::ip) longer.layer = one.layer;
                auto& texts = one.is_protocol ? longer.protocol_texts : longer.texts;
                if (!one.text.empty() && std::ranges::find(texts, one.text) == texts.end()) texts.push_back(one.text);
                reads_transport_ |= one.layer != Layer::ip;
                next.push_back(std::move(longer));
            }
        all = std::move(next);
    }
    // A function of a layer asks for its protocol by itself.
    for (auto& way : all)
        if (way.layer == Layer::ip)
            way.texts.insert(way.texts.begin(), way.protocol_texts.begin(), way.protocol_texts.end());
    return all;
}

/// `inside` for packets that pass all steps.
std::vector<Functions::Piece> Functions::nested(const std::vector<Step>& steps, std::size_t from, Layer layer,
                                                std::string_view type, const std::string& inside) {
    std::size_t to = from;
    while (to < steps.size() && !std::holds_alternative<Said>(steps[to])) ++to;
    std::vector<Piece> pieces;
    for (const auto& way : ways(steps, from, to, layer)) {
        Body body{.text = inside};
        if (to < steps.size()) {
            body.text = std::get<Said>(steps[to]).statement + "\n";
            append(body, type, "", nested(steps, to + 1, way.layer, type, inside));
        }
        if (!body.text.empty())
            pieces.push_back({way.layer == layer ? Layer::ip : way.layer, when(way.texts, body.text)});
    }
    return pieces;
}

/// Neighbours of one layer share a function.
void Functions::append(Body& body, std::string_view type, std::string before,
                       const std::vector<Piece>& pieces) {
    for (const auto& piece : pieces) {
        const auto text = std::exchange(before, "") + piece.text;
        body.is_empty = false;
        const bool goes_on = piece.layer != Layer::ip && body.open == piece.layer;
        if (goes_on) body.text.resize(body.text.size() - 2); // the brace
        if (piece.layer != Layer::ip && !goes_on)
            body.text += fmt::format("{}::{} {{\n", type, model::subtype_of(piece.layer));
        body.text += text;
        if (piece.layer != Layer::ip) body.text += "}\n";
        body.open = piece.layer;
    }
    if (before.empty()) return;
    body.text += before;
    body.open = Layer::ip;
}

void Functions::tell(const Understood& rule, std::string_view instead) {
    for (const auto& loss : rule.losses) {
        Message message{true, fmt::format("{}: {}; {}", rule.rule->place, loss, instead)};
        const auto same = [&](const Message& known) { return known.text == message.text; };
        if (std::ranges::none_of(messages_, same)) messages_.push_back(std::move(message));
    }
}

/// A rule that NaCl can say a part of only.
void Functions::stricter(const Place& place, const Understood& rule, const std::string& before, Body& body) {
    std::string_view instead = "what it may be about is dropped here";
    const bool harmless =
        rule.ends == Ends::not_at_all || (rule.ends == Ends::accept && !place.context.is_nat);
    if (harmless) instead = rule.ends == Ends::accept ? "it accepts nothing here" : "it is left out here";
    tell(rule, instead);
    auto why = before;
    for (const auto& loss : rule.losses)
        why += comment(fmt::format("NOT CARRIED OVER: {}: {}; {}", rule.rule->place, loss, instead));
    if (harmless) return append(body, "", why, {});
    // More packets than the rule is about, rather than fewer.
    std::vector<Step> asked;
    for (const auto& step : rule.steps)
        if (std::holds_alternative<Asked>(step)) asked.push_back(step);
    if (place.context.is_nat) {
        append(body, "", why, {});
        append(untranslated_[place.context.hook], "Filter", comment("for " + rule.rule->place),
               nested(asked, 0, Layer::ip, "Filter", "if (ct.state == new) { drop }\n"));
        return;
    }
    append(body, "Filter", why, nested(asked, 0, Layer::ip, "Filter", "drop\n"));
    body.ends |= asked.empty();
}

/// What stands behind a rule that had to become a `drop` of everything. Nothing calls it, and nothing is lost.
void Functions::set_aside(const Place& place, const std::vector<Understood>& all, std::size_t at,
                          std::size_t depth) {
    const auto rest = rules(place, all, at + 1, depth + 1);
    if (rest.is_empty) return;
    const auto name = unique(names_, fmt::format("{}_after_{}", place.name, at + 1));
    const auto said = fmt::format("{}: what stands behind it is in `{}`, which nothing calls; call it when the `drop` is mended",
                                  all[at].rule->place, name);
    texts_.push_back(comment("NOT CARRIED OVER: " + said) +
                     fmt::format("{}::IP {} {{\n{}}}\n", type_of(place.context), name, rest.text));
    messages_.push_back({true, said});
}

/// Whether what stands behind the rule is for other packets only, and NaCl has no word for it.
bool Functions::leaves(const Place& place, const Understood& rule) const {
    return rule.ends == Ends::leave || rule.ends == Ends::go ||
           (rule.ends == Ends::accept && place.context.is_nat);
}

std::string Functions::statement(const Place& place, const Understood& rule, bool is_last) {
    switch (rule.ends) {
    case Ends::accept:
        return place.context.is_nat ? "" : "accept\n";
    case Ends::drop:
        return "drop\n";
    case Ends::reject:
        return "reject\n";
    case Ends::translate:
        return rule.statements + "\n";
    case Ends::jump:
    case Ends::go: {
        Context inner = place.context;
        inner.protocols = rule.protocols;
        inner.last = place.context.last && (is_last || rule.ends == Ends::go);
        const auto name = called(place.table, rule.target, inner);
        return name.empty() ? "" : name + "\n";
    }
    default:
        return "";
    }
}

/// A rule that lets what is behind it see all packets that it does not decide about.
void Functions::one(const Place& place, const Understood& rule, bool is_last, const std::string& before,
                    Body& body) {
    const auto type = type_of(place.context);
    const auto inside = statement(place, rule, is_last);
    append(body, type, before, nested(rule.steps, 0, Layer::ip, type, inside));
    const bool calls = !inside.empty() && decisive_.contains(inside.substr(0, inside.size() - 1));
    const bool ends = calls || rule.ends == Ends::accept || rule.ends == Ends::drop ||
                      rule.ends == Ends::reject || rule.ends == Ends::translate;
    body.ends |= ends && std::ranges::all_of(
                             rule.steps, [](const Step& step) { return std::holds_alternative<Said>(step); });
}

/// `inside` for packets that the rule is about, `rest` for all others.
std::vector<Functions::Piece> Functions::around(const Place& place, const Understood& rule,
                                                const std::string& inside, const Body& rest, std::size_t at) {
    const auto type = type_of(place.context);
    if (rest.is_empty) return nested(rule.steps, 0, Layer::ip, type, inside);
    const auto name = unique(names_, fmt::format("{}_after_{}", place.name, at + 1));
    texts_.push_back(fmt::format("{}::IP {} {{\n{}}}\n", type, name, rest.text));
    const auto all = ways(rule.steps, 0, rule.steps.size(), Layer::ip);
    if (all.empty()) return {{Layer::ip, name + "\n"}};
    std::map<Layer, std::vector<std::string>> by_layer; // any of its ways
    for (const auto& way : all) by_layer[way.layer].push_back(way.texts.empty() ? "true" : all_of(way.texts));
    const auto either = [&](const std::vector<std::string>& any) {
        if (std::ranges::find(any, "true") != any.end()) return inside;
        const auto condition = fmt::format("{}", fmt::join(any, " or "));
        if (inside.empty()) return fmt::format("if ({}) {{ {} }}\n", opposite(condition), name);
        return fmt::format("if ({}) {} else {{ {} }}\n", condition, block(inside), name);
    };
    if (by_layer.contains(Layer::ip)) return {{Layer::ip, either(by_layer.at(Layer::ip))}};
    std::vector<Piece> pieces;
    std::string layers;
    for (const auto& [layer, any] : by_layer) {
        if (auto text = either(any); !text.empty()) pieces.push_back({layer, std::move(text)});
        layers += (layers.empty() ? "" : ", ") + std::string(protocol(layer));
    }
    pieces.push_back({Layer::ip, by_layer.size() == 1
                                     ? fmt::format("if (ip.protocol != {}) {{ {} }}\n", layers, name)
                                     : fmt::format("if (not ip.protocol in [{}]) {{ {} }}\n", layers, name)});
    return pieces;
}

Functions::Body Functions::rules(const Place& place, const std::vector<Understood>& all, std::size_t from,
                                 std::size_t depth) {
    Body body;
    for (std::size_t i = from; i < all.size() && !body.ends; ++i) {
        auto rule = all[i];
        const bool is_last = i + 1 == all.size();
        auto before = rule.rule->comment.empty() ? std::string() : comment(rule.rule->comment);
        if (leaves(place, rule) && !rule.is_part) {
            const auto first_text = std::ranges::find_if(
                rule.steps, [](const Step& step) { return std::holds_alternative<Said>(step); });
            const bool asks_behind = std::any_of(first_text, rule.steps.end(), [](const Step& step) {
                return !std::holds_alternative<Said>(step);
            });
            const bool past_callers = rule.ends == Ends::accept && !place.is_base && !place.context.last;
            if (asks_behind || depth >= rests_max || past_callers) {
                rule.is_part = true;
                rule.losses.push_back(past_callers
                                          ? "a Nat cannot end what has called it"
                                          : "NaCl has no `return` and no `goto`, and what stands for them "
                                            "does not go so far");
            }
        }
        if (rule.is_part || rule.ends == Ends::unsayable) {
            stricter(place, rule, before, body);
            if (body.ends && !is_last) set_aside(place, all, i, depth);
            continue;
        }
        tell(rule, "it is left out here");
        for (const auto& loss : rule.losses)
            before += comment(fmt::format("NOT CARRIED OVER: {}: {}", rule.rule->place, loss));
        if (!leaves(place, rule)) {
            one(place, rule, is_last, before, body);
            continue;
        }
        std::string inside;
        for (const auto& step : rule.steps)
            if (const auto* said = std::get_if<Said>(&step)) inside += said->statement + "\n";
        inside += statement(place, rule, is_last);
        if (is_last && inside.empty()) continue;
        const auto rest = rules(place, all, i + 1, depth + 1);
        append(body, type_of(place.context), before, around(place, rule, inside, rest, i));
        return body;
    }
    return body;
}

std::string Functions::text() const {
    std::string text;
    if (!sets_.text.empty()) text += sets_.text + "\n";
    if (!limit_texts_.empty()) text += limit_texts_ + "\n";
    for (const auto& one : texts_) text += one + "\n";
    return text;
}

} // namespace importer
