#include "tests/analysis/brute_edits.hpp"

#include "compiler/analysis/walk.hpp"

#include <algorithm>
#include <utility>

namespace brute {

namespace {

using harness::Dice;
using model::Block;
using model::Branch;
using model::Condition;
using model::Enter;
using model::Function;
using model::FunctionKind;
using model::Layer;
using model::Step;
using model::Verdict;

/// A block somewhere in a function.
struct Spot {
    Block* block = nullptr;
    Layer layer{};
    FunctionKind kind{};
    std::size_t movable =
        0; ///< steps from the first: what decides in the end stays, as each Filter must decide
};

void add_spots(Block& block, Layer layer, FunctionKind kind, std::vector<Spot>& spots) {
    for (auto& step : block) {
        if (auto* enter = std::get_if<Enter>(&step.is))
            add_spots(enter->body, layer == Layer::ip ? enter->layer : layer, kind, spots);
        if (auto* branch = std::get_if<Branch>(&step.is)) {
            add_spots(branch->then, layer, kind, spots);
            add_spots(branch->otherwise, layer, kind, spots);
        }
    }
    if (block.empty()) return;
    const bool may_fall_through = std::holds_alternative<Branch>(block.back().is);
    spots.push_back({&block, layer, kind, block.size() - (may_fall_through ? 0 : 1)});
}

std::vector<Spot> spots_of(model::Appliance& appliance) {
    std::vector<Spot> spots;
    for (auto& function : appliance.functions) add_spots(function.body, function.layer, function.kind, spots);
    return spots;
}

/// Any one of the steps of a kind, wherever it stands; nothing where there is none.
template <typename Is>
Is* any(model::Appliance& appliance, Dice& dice) {
    std::vector<Is*> all;
    for (auto& function : appliance.functions)
        analysis::each_step(function.body, [&](Step& step) {
            if (auto* is = std::get_if<Is>(&step.is)) all.push_back(is);
        });
    return all.empty() ? nullptr : dice.one_of(all);
}

template <typename Value>
auto at(std::vector<Value>& values, std::size_t index) {
    return values.begin() + static_cast<std::ptrdiff_t>(index);
}

model::Action other_action(Dice& dice, model::Action action) {
    using enum model::Action;
    const auto [one, two] = action == accept ? std::pair{drop, reject}
                            : action == drop ? std::pair{accept, reject}
                                             : std::pair{accept, drop};
    return dice.percent(50) ? one : two;
}

void change_statement(model::Appliance& appliance, Dice& dice) {
    auto& changed = appliance.statements[dice.below(appliance.statements.size())];
    if (changed.action != model::Action::dnat) {
        changed.action = other_action(dice, changed.action);
    } else if (changed.ipv4_address) {
        changed.ipv4_address = dice.one_of<std::uint32_t>({0x0a000005, 0x0a000006, 0xcb007109});
    } else {
        changed.port = dice.one_of<std::uint16_t>({22, 80, 5000});
    }
}

/// One of the steps of the function that the others call, which calls none; its verdicts become others.
void add_rule(model::Appliance& appliance, Dice& dice) {
    auto source = std::ranges::find(appliance.functions, "h", &Function::name)->body;
    std::erase_if(source, [](const Step& step) { return std::holds_alternative<model::Call>(step.is); });
    if (source.empty()) return;
    Block added{dice.one_of(source)};
    analysis::each_step(added, [&](Step& step) {
        auto* verdict = std::get_if<Verdict>(&step.is);
        if (verdict == nullptr) return;
        auto statement = appliance.statements.at(verdict->statement);
        if (dice.percent(50)) statement.action = other_action(dice, statement.action);
        verdict->statement = static_cast<model::StatementId>(appliance.statements.size());
        appliance.statements.push_back(statement);
    });
    auto spots = spots_of(appliance);
    std::erase_if(
        spots, [](const Spot& spot) { return spot.layer != Layer::ip || spot.kind != FunctionKind::filter; });
    const auto& spot = dice.one_of(spots);
    spot.block->insert(at(*spot.block, dice.below(spot.movable + 1)), std::move(added.front()));
}

void remove_or_move(model::Appliance& appliance, Dice& dice) {
    auto spots = spots_of(appliance);
    std::erase_if(spots, [](const Spot& spot) { return spot.movable == 0; });
    if (spots.empty()) return;
    const auto& [block, layer, kind, movable] = dice.one_of(spots);
    const auto place = dice.below(movable);
    if (dice.percent(50))
        std::swap((*block)[place], (*block)[dice.below(movable)]);
    else
        block->erase(at(*block, place));
}

void negate(Condition& condition) {
    auto operand = std::move(condition);
    condition = {.is = model::Not{{}}, .place = operand.place, .end = operand.end};
    std::get<model::Not>(condition.is).operand.push_back(std::move(operand));
}

void change_condition(model::Appliance& appliance, Dice& dice) {
    auto* branch = any<Branch>(appliance, dice);
    if (branch == nullptr) return;
    std::vector<Condition*> parts;
    analysis::each_part(branch->condition, [&](Condition& part) { parts.push_back(&part); });
    auto& part = *dice.one_of(parts);
    auto* test = std::get_if<model::Test>(&part.is);
    if (test == nullptr || test->mask != model::Test{}.mask || dice.percent(30)) return negate(part);
    auto set = appliance.sets.at(test->set);
    auto values = set.values.intervals();
    const auto value =
        dice.one_of<model::Value>({0, 1, 2, 6, 17, 22, 64, 80, 0x0a000005, 0x0a000006, 0xcb007109});
    if (values.size() > 1 && dice.percent(40))
        values.pop_back();
    else
        values.push_back({value & model::info(test->field).max(), value & model::info(test->field).max()});
    set.values = model::IntervalSet(std::move(values));
    set.members.clear();
    if (!set.name.empty() && dice.percent(50)) { // whoever reads it
        appliance.sets[test->set] = std::move(set);
        return;
    }
    test->set = static_cast<model::SetId>(appliance.sets.size());
    appliance.sets.push_back(std::move(set));
}

void reorder_chain(model::Appliance& appliance, Dice& dice) {
    auto& iface = appliance.ifaces[dice.below(appliance.ifaces.size())];
    auto& chain = dice.percent(30) && appliance.gateway ? appliance.gateway->forward : iface.chains[0];
    if (chain.size() < 2) return;
    if (dice.percent(50))
        std::swap(chain[dice.below(chain.size())], chain[dice.below(chain.size())]);
    else
        chain.push_back(chain[dice.below(chain.size())]);
}

using Chain = std::vector<model::FunctionId>;

std::vector<Chain*> chains_of(model::Appliance& appliance) {
    std::vector<Chain*> chains;
    for (auto& iface : appliance.ifaces)
        for (auto& chain : iface.chains) chains.push_back(&chain);
    return chains;
}

bool is_nat(const model::Appliance& appliance, model::FunctionId id) {
    return appliance.functions.at(id).kind == FunctionKind::nat;
}

/// What stands behind some step of a Nat goes to a Nat of its own, which stands behind it wherever it does.
void split_nat(model::Appliance& appliance, Dice& dice) {
    std::vector<model::FunctionId> nats;
    for (model::FunctionId id = 0; id < appliance.functions.size(); ++id)
        if (is_nat(appliance, id) && appliance.functions[id].body.size() > 1) nats.push_back(id);
    if (nats.empty()) return;
    const auto id = dice.one_of(nats);
    const auto added = static_cast<model::FunctionId>(appliance.functions.size());
    auto rest = appliance.functions[id];
    auto& body = appliance.functions[id].body;
    const auto cut = 1 + dice.below(body.size() - 1);
    body.erase(at(body, cut), body.end());
    rest.body.erase(rest.body.begin(), at(rest.body, cut));
    appliance.functions.push_back(std::move(rest));
    for (auto* chain : chains_of(appliance))
        for (auto place = chain->size(); place > 0; --place)
            if ((*chain)[place - 1] == id) chain->insert(at(*chain, place), added);
}

/// Two Nats that stand side by side become one.
void merge_nats(model::Appliance& appliance, Dice& dice) {
    std::vector<std::pair<Chain*, std::size_t>> pairs;
    for (auto* chain : chains_of(appliance))
        for (std::size_t i = 1; i < chain->size(); ++i)
            if (is_nat(appliance, (*chain)[i - 1]) && is_nat(appliance, (*chain)[i])) pairs.emplace_back(chain, i - 1);
    if (pairs.empty()) return;
    const auto [chain, place] = dice.one_of(pairs);
    auto merged = appliance.functions.at((*chain)[place]);
    merged.layer = Layer::ip;
    merged.body.clear();
    for (const auto id : {(*chain)[place], (*chain)[place + 1]}) {
        const auto& nat = appliance.functions.at(id);
        merged.body.push_back({Enter{nat.layer, Block(nat.body)}, nat.place});
    }
    (*chain)[place] = static_cast<model::FunctionId>(appliance.functions.size());
    chain->erase(at(*chain, place + 1));
    appliance.functions.push_back(std::move(merged));
}

void swap_functions(model::Appliance& appliance, Dice& dice) {
    auto chains = chains_of(appliance);
    std::erase_if(chains, [](const Chain* chain) { return chain->size() < 2; });
    if (chains.empty()) return;
    auto& chain = *dice.one_of(chains);
    const auto place = dice.below(chain.size() - 1);
    std::swap(chain[place], chain[place + 1]);
}

void send_elsewhere(model::Appliance& appliance, Dice& dice) {
    std::vector<model::Statement*> translations;
    for (auto& statement : appliance.statements)
        if (statement.action == model::Action::dnat) translations.push_back(&statement);
    if (translations.empty()) return;
    auto& changed = *dice.one_of(translations);
    if (changed.ipv4_address) changed.ipv4_address = dice.one_of<std::uint32_t>({0x0a000005, 0x0a000006, 0xcb007109});
    if (!changed.ipv4_address || dice.percent(30)) changed.port = dice.one_of<std::uint16_t>({22, 80, 5000});
}

/// What stands behind some step goes to a function of its own.
void split(model::Appliance& appliance, Dice& dice) {
    const auto index = dice.below(appliance.functions.size());
    auto rest = appliance.functions[index];
    if (rest.body.empty()) return;
    const auto cut = dice.below(rest.body.size());
    auto& body = appliance.functions[index].body;
    body.erase(at(body, cut), body.end());
    rest.body.erase(rest.body.begin(), at(rest.body, cut));
    rest.name += "_rest";
    body.push_back({model::Call{static_cast<model::FunctionId>(appliance.functions.size())}, rest.place});
    appliance.functions.push_back(std::move(rest));
}

void inline_call(model::Appliance& appliance, Dice& dice) {
    std::vector<Step*> calls;
    for (auto& function : appliance.functions)
        analysis::each_step(function.body, [&](Step& step) {
            if (std::holds_alternative<model::Call>(step.is)) calls.push_back(&step);
        });
    if (calls.empty()) return;
    auto& step = *dice.one_of(calls);
    const auto& called = appliance.functions.at(std::get<model::Call>(step.is).function);
    step.is = Enter{called.layer, Block(called.body)};
}

/// A condition by its contrary, or by the contraries of its parts.
void turn(Branch& branch, Dice& dice) {
    std::vector<Condition*> parts;
    analysis::each_part(branch.condition, [&](Condition& part) { parts.push_back(&part); });
    auto& part = *dice.one_of(parts);
    const auto turned = [](auto& operands) {
        std::ranges::reverse(operands);
        for (auto& operand : operands) negate(operand);
        return std::move(operands);
    };
    if (auto* all = std::get_if<model::All>(&part.is))
        part.is = model::Any{turned(all->operands)};
    else if (auto* some = std::get_if<model::Any>(&part.is))
        part.is = model::All{turned(some->operands)};
    else
        negate(part);
    negate(part);
}

/// `if (c) a else b` becomes `if (not c) b` and `if (c) a`: of the two conditions one holds.
void part_ways(model::Appliance& appliance, Dice& dice) {
    std::vector<std::pair<Block*, std::size_t>> branches;
    for (const auto& spot : spots_of(appliance))
        for (std::size_t i = 0; i < spot.block->size(); ++i)
            if (std::holds_alternative<Branch>((*spot.block)[i].is)) branches.emplace_back(spot.block, i);
    if (branches.empty()) return;
    const auto [block, index] = dice.one_of(branches);
    Step other{Branch{std::get<Branch>((*block)[index].is).condition, {}, {}}, (*block)[index].place};
    auto& contrary = std::get<Branch>(other.is);
    negate(contrary.condition);
    contrary.then = std::exchange(std::get<Branch>((*block)[index].is).otherwise, {});
    block->insert(at(*block, index + dice.below(2)), std::move(other));
}

} // namespace

void edit(model::Appliance& appliance, Dice& dice) {
    using Edit = void (*)(model::Appliance&, Dice&);
    dice.one_of<Edit>({change_statement, change_statement, add_rule, add_rule, remove_or_move, remove_or_move,
                       change_condition, change_condition, reorder_chain, rewrite})(appliance, dice);
}

void move_nats(model::Appliance& appliance, Dice& dice) {
    using Edit = void (*)(model::Appliance&, Dice&);
    dice.one_of<Edit>({split_nat, split_nat, merge_nats, merge_nats, swap_functions, swap_functions,
                       send_elsewhere})(appliance, dice);
}

void move_filters(model::Appliance& appliance, Dice& dice) {
    auto chains = chains_of(appliance);
    if (appliance.gateway) chains.push_back(&appliance.gateway->forward);
    auto& to = *dice.one_of(chains);
    std::erase_if(chains, [](const Chain* chain) { return chain->empty(); });
    auto& from = *dice.one_of(chains);
    const auto place = dice.below(from.size());
    const auto id = from[place];
    if (is_nat(appliance, id)) return;
    if (dice.percent(50)) from.erase(at(from, place));
    to.insert(at(to, dice.below(to.size() + 1)), id);
}

void rewrite(model::Appliance& appliance, Dice& dice) {
    switch (dice.below(4)) {
    case 0:
        return split(appliance, dice);
    case 1:
        return inline_call(appliance, dice);
    case 2:
        return part_ways(appliance, dice);
    default:
        if (auto* branch = any<Branch>(appliance, dice)) turn(*branch, dice);
    }
}

} // namespace brute
