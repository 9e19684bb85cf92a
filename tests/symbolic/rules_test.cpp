// The guarded rules of random functions against the interpreter: one packet, one verdict, the same logs.
#include "compiler/analysis/packet.hpp"
#include "compiler/eval/chains.hpp"
#include "compiler/symbolic/rules.hpp"
#include "harness/dice.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using harness::Dice;
using model::Field;
using model::Layer;
using model::Value;

namespace {

constexpr unsigned functions = 4;

/// A policy of functions that call those behind them. Its places are all different.
class Maker {
public:
    explicit Maker(std::uint64_t seed) : dice_(seed) {}

    model::Appliance make() {
        made_.limits.push_back({.name = "l", .place = {}, .key = std::nullopt});
        made_.functions.resize(functions);
        for (next_ = functions; next_-- > 0;) {
            const auto layer = next_ == 0 ? Layer::ip : dice_.one_of({Layer::ip, Layer::tcp, Layer::udp});
            made_.functions[next_] = {"f", model::FunctionKind::filter, layer, block(layer, 4), place()};
        }
        return std::move(made_);
    }

private:
    model::Place place() { return {0, ++line_, 1}; }

    model::Block block(Layer layer, unsigned depth) {
        model::Block steps;
        for (auto count = 1 + dice_.below(3); count > 0; --count) {
            const auto where = place();
            steps.push_back({step(layer, depth), where});
        }
        return steps;
    }

    std::variant<model::Branch, model::Enter, model::Call, model::Log, model::Verdict> step(Layer layer,
                                                                                            unsigned depth) {
        const auto kind = dice_.below(10);
        if (depth > 0 && kind < 6) {
            auto condition = this->condition(layer, 3);
            auto then = block(layer, depth - 1);
            return model::Branch{std::move(condition), std::move(then),
                                 dice_.percent(40) ? block(layer, depth - 1) : model::Block{}};
        }
        if (depth > 0 && kind == 6 && layer == Layer::ip) {
            const auto inner = dice_.one_of({Layer::tcp, Layer::icmp, Layer::ip});
            return model::Enter{inner, block(inner, depth - 1)};
        }
        if (kind == 7 && next_ + 1 < functions)
            return model::Call{
                static_cast<model::FunctionId>(next_ + 1 + dice_.below(functions - next_ - 1))};
        if (kind == 8) return model::Log{std::nullopt, {std::to_string(line_) + ";"}};
        made_.statements.push_back(
            {dice_.one_of({model::Action::accept, model::Action::drop}), {}, {}, place()});
        return model::Verdict{static_cast<model::StatementId>(made_.statements.size() - 1)};
    }

    model::Condition condition(Layer layer, unsigned depth) {
        const auto where = place();
        const auto kind = dice_.below(depth == 0 ? 7 : 10);
        if (kind == 0) return {model::Constant{dice_.percent(50)}, where};
        if (kind == 1) return {model::Exceeded{0}, where};
        if (kind == 2)
            return {model::Compare{Field::ip_saddr, static_cast<model::Relation>(dice_.below(6)),
                                   Field::ip_daddr},
                    where};
        if (kind < 7) return {test(layer), where};
        std::vector<model::Condition> operands;
        for (auto count = 2 + dice_.below(2); count > 0; --count)
            operands.push_back(condition(layer, depth - 1));
        if (kind == 7) return {model::Not{{std::move(operands.front())}}, where};
        if (kind == 8) return {model::All{std::move(operands)}, where};
        return {model::Any{std::move(operands)}, where};
    }

    model::Test test(Layer layer) {
        auto field = dice_.one_of(
            {Field::ip_saddr, Field::ip_daddr, Field::ip_ttl, Field::ct_state, Field::ip_protocol});
        if (layer == Layer::tcp && dice_.percent(60))
            field = dice_.one_of({Field::tcp_dport, Field::tcp_flags});
        std::vector<model::Interval> intervals;
        for (auto count = dice_.below(3); count > 0; --count) {
            const auto low = dice_.below(12);
            intervals.push_back({low, low + dice_.below(5)});
        }
        model::Test made{field, static_cast<model::SetId>(made_.sets.size())};
        if (field == Field::tcp_flags && dice_.percent(50)) made.mask = 2;
        made_.sets.push_back({"", model::IntervalSet(std::move(intervals)), {}});
        return made;
    }

    Dice dice_;
    model::Appliance made_;
    unsigned next_ = 0;
    std::uint32_t line_ = 0;
};

struct Sample {
    model::PacketSpec packet;
    model::State state{};
};

Sample random_packet(Dice& dice) {
    Sample sample;
    auto& fields = sample.packet.fields;
    for (const auto field : {Field::ip_saddr, Field::ip_daddr, Field::ip_ttl})
        fields.push_back({field, dice.below(18)});
    sample.state = static_cast<model::State>(dice.below(4));
    switch (dice.below(4)) {
    case 0:
    case 1:
        sample.packet.transport = Layer::tcp;
        fields.push_back({Field::tcp_dport, dice.below(18)});
        fields.push_back({Field::tcp_flags, dice.below(512)});
        break;
    case 2:
        sample.packet.transport = dice.one_of({Layer::udp, Layer::icmp});
        break;
    default: // a header that is not there, or another protocol
        fields.push_back({Field::ip_protocol, dice.below(18)});
    }
    return sample;
}

/// The values of the variables for one packet, with what its Limits say drawn once for each.
class Reading {
public:
    Reading(const symbolic::Space& space, const Sample& sample, std::uint64_t seed)
        : space_(space), sample_(sample), bytes_(analysis::datagram_of(sample.packet)), seed_(seed) {}

    Value operator()(symbolic::Variable variable) const {
        if (variable == symbolic::header_complete) return eval::Datagram(bytes_).transport_complete();
        if (const auto* fact = space_.fact(variable)) {
            const auto* comparison = std::get_if<symbolic::Comparison>(&fact->meaning);
            if (comparison == nullptr) return Dice(seed_ + variable).below(2);
            const auto left = (*this)(comparison->left), right = (*this)(comparison->right);
            return comparison->less ? left < right : left == right;
        }
        return field(static_cast<Field>(variable));
    }

    const eval::Bytes& bytes() const { return bytes_; }

private:
    Value field(Field field) const {
        if (field == Field::ct_state) return static_cast<Value>(sample_.state);
        if (model::info(field).layer == Layer::ip) return eval::read(eval::Datagram(bytes_), field);
        return analysis::value_in(sample_.packet, field).value_or(0);
    }

    const symbolic::Space& space_;
    const Sample& sample_;
    eval::Bytes bytes_;
    std::uint64_t seed_;
};

struct Said {
    std::optional<model::StatementId> statement;
    std::vector<eval::LogText> logs;

    friend bool operator==(const Said&, const Said&) = default;
};

Said by_rules(const symbolic::Space& space, const symbolic::RuleList& list, const Reading& read) {
    Said said;
    for (const auto& rule : list.rules) {
        const bool holds = std::ranges::all_of(rule.guard, [&](const symbolic::Side& side) {
            return space.sets[side.values].contains(read(side.variable));
        });
        if (!holds) continue;
        if (rule.log == nullptr) {
            said.statement = rule.statement;
            break;
        }
        said.logs.push_back({std::get<std::string>(rule.log->parts.front()), rule.log->severity});
    }
    return said;
}

Said by_interpreter(const model::Appliance& appliance, const symbolic::RuleList& list, const Sample& sample,
                    const Reading& read) {
    Said said;
    eval::Limits limits(appliance.limits);
    const auto assumed = [&](const model::Condition& condition,
                             const symbolic::CallPath& path) -> std::optional<bool> {
        const auto* exceeded = std::get_if<model::Exceeded>(&condition.is);
        if (exceeded == nullptr) return std::nullopt;
        const auto known = list.evaluations.find({path, exceeded});
        return known != list.evaluations.end() &&
               read(known->second) != 0; // without rules it decides nothing
    };
    said.statement = eval::run_function(appliance, 0, {eval::Datagram(read.bytes()), sample.state},
                                        {.logs = said.logs, .limits = limits, .assumed = assumed});
    return said;
}

bool has_opaque_condition(const symbolic::Space& space) {
    for (auto variable = symbolic::header_complete + 1; variable < space.variables(); ++variable)
        if (space.fact(variable)->name.starts_with("condition")) return true;
    return false;
}

} // namespace

TEST_CASE("the rules of a function say of every packet what the interpreter says") {
    std::size_t packets = 0, decided = 0, logged = 0;
    for (std::uint64_t seed = 1; seed <= 250; ++seed) {
        INFO("seed " << seed);
        const auto appliance = Maker(seed).make();
        symbolic::Space space;
        const auto list = symbolic::rules_of({space, appliance}, 0);
        if (!list.whole || has_opaque_condition(space)) continue;
        Dice dice(seed);
        for (int i = 0; i < 60; ++i, ++packets) {
            const auto sample = random_packet(dice);
            const Reading read(space, sample, seed + static_cast<std::uint64_t>(i));
            const auto expected = by_interpreter(appliance, list, sample, read);
            const auto found = by_rules(space, list, read);
            INFO(analysis::literal_of(sample.packet));
            REQUIRE(found.statement == expected.statement);
            REQUIRE(found.logs == expected.logs);
            decided += expected.statement.has_value();
            logged += !expected.logs.empty();
        }
    }
    CHECK(packets > 10000);
    CHECK(decided > 1000);
    CHECK(logged > 500);
}

TEST_CASE("a function that grows too long says nothing") {
    const auto appliance = Maker(3).make();
    symbolic::Space space;
    CHECK_FALSE(
        symbolic::rules_of({.space = space, .appliance = appliance, .steps_max = 0}, 0)
            .whole);
}
