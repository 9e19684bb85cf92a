#include "harness/aims.hpp"

#include "harness/frames.hpp"
#include "harness/packets.hpp"

#include <algorithm>

namespace harness {

namespace {

using model::Field;
using model::Layer;
using model::Value;

constexpr std::size_t aims_max = 1 << 17;

auto& of(auto& values, Field field) { return values[static_cast<std::size_t>(field)]; }

bool is_transport(Layer layer) { return layer == Layer::tcp || layer == Layer::udp || layer == Layer::icmp; }

} // namespace

std::vector<ChainToAsk> chains_to_ask(const model::Appliance& appliance) {
    using enum model::Hook;
    std::vector<ChainToAsk> chains;
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
        for (const auto hook : {prerouting, input, output, postrouting}) {
            const auto& iface = appliance.ifaces[id];
            if (iface.chain(hook).empty()) continue;
            const bool leaving = hook == output || hook == postrouting;
            ChainToAsk chain{.name = iface.name + "." +
                                     std::string(model::hook_names[static_cast<std::size_t>(hook)]),
                             .about = model::IfaceChain{id, hook},
                             .functions = iface.chain(hook),
                             .ingress = {},
                             .egress = {},
                             .has_egress = leaving};
            (leaving ? chain.egress : chain.ingress) = id;
            chains.push_back(std::move(chain));
        }
    if (appliance.gateway && !appliance.gateway->forward.empty())
        chains.push_back({"forward", model::ForwardChain{}, appliance.gateway->forward, {}, {}, true});
    return chains;
}

Aims::Aims(const model::Appliance& appliance, const Boundaries& boundaries, ChainToAsk chain,
           std::uint64_t seed)
    : appliance_(appliance), boundaries_(boundaries), chain_(std::move(chain)), dice_(seed) {
    for (const auto function : chain_.functions) {
        way_.function = function;
        aims_.push_back(way_); // where nothing is met on the way
        collect(function);
    }
}

void Aims::collect(model::FunctionId function) {
    if (!seen_.insert(function).second) return;
    const auto& called = appliance_.functions.at(function);
    way_.way.push_back({.layer = called.layer});
    collect(called.body);
    way_.way.pop_back();
}

void Aims::collect(const model::Block& block) {
    for (const auto& step : block) {
        if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
            way_.way.push_back({.condition = &branch->condition});
            collect(branch->then);
            way_.way.back().wanted = false;
            collect(branch->otherwise);
            way_.way.pop_back();
        } else if (const auto* enter = std::get_if<model::Enter>(&step.is)) {
            way_.way.push_back({.layer = enter->layer});
            collect(enter->body);
            way_.way.pop_back();
        } else if (const auto* call = std::get_if<model::Call>(&step.is)) {
            collect(call->function);
        } else if (aims_.size() < aims_max) {
            aims_.push_back(way_);
        }
    }
}

Value Aims::any_value(Field field) {
    const auto known = boundaries_.find(field);
    if (known != boundaries_.end() && dice_.percent(70)) return dice_.one_of(known->second);
    const auto& info = model::info(field);
    return dice_.below(info.max() / info.scale + 1) * info.scale;
}

Aims::Values Aims::anything() {
    Values values;
    for (const auto field : {Field::ip_saddr, Field::ip_daddr, Field::ct_state})
        of(values, field) = any_value(field);
    of(values, Field::ip_protocol) =
        dice_.percent(90) ? dice_.one_of<Value>({6, 6, 17, 17, 1}) : any_value(Field::ip_protocol);
    for (const auto& info : model::field_table)
        if (dice_.percent(is_transport(info.layer) ? 50 : 10)) of(values, info.field) = any_value(info.field);
    if (chain_.ingress || !chain_.has_egress || dice_.percent(90))
        of(values, Field::iface_in) =
            chain_.ingress.value_or(static_cast<model::IfaceId>(dice_.below(appliance_.ifaces.size())));
    else
        of(values, Field::iface_in) = model::no_iface;
    of(values, Field::iface_out) = chain_.egress       ? *chain_.egress
                                   : chain_.has_egress ? dice_.below(appliance_.ifaces.size())
                                                       : model::no_iface;
    return values;
}

void Aims::meet(Values& values, const model::Condition& condition, bool wanted) {
    const auto all = [&](const std::vector<model::Condition>& operands) {
        for (const auto& operand : operands) meet(values, operand, wanted);
    };
    if (const auto* test = std::get_if<model::Test>(&condition.is)) meet(values, *test, wanted);
    if (const auto* compare = std::get_if<model::Compare>(&condition.is)) meet(values, *compare, wanted);
    if (const auto* negation = std::get_if<model::Not>(&condition.is))
        meet(values, negation->operand.front(), !wanted);
    if (const auto* every = std::get_if<model::All>(&condition.is))
        wanted ? all(every->operands) : meet(values, dice_.one_of(every->operands), wanted);
    if (const auto* any = std::get_if<model::Any>(&condition.is))
        wanted ? meet(values, dice_.one_of(any->operands), wanted) : all(any->operands);
}

void Aims::meet(Values& values, const model::Test& test, bool wanted) {
    const auto max = model::info(test.field).max();
    const auto& set = appliance_.sets.at(test.set).values;
    const auto outside = wanted ? model::IntervalSet{} : set.complement(max);
    const auto& intervals = (wanted ? set : outside).intervals();
    if (intervals.empty()) return;
    const auto& [low, high] = dice_.one_of(intervals);
    const Value inside = dice_.percent(35)   ? low
                         : dice_.percent(50) ? high
                                             : low + dice_.below(high - low + 1);
    auto& value = of(values, test.field);
    value = (value.value_or(0) & ~test.mask & max) | (inside & test.mask);
    demanded_.push_back(test.field);
}

void Aims::meet(Values& values, const model::Compare& compare, bool wanted) {
    auto& left = of(values, compare.left);
    auto& right = of(values, compare.right);
    if (!left) left = any_value(compare.left);
    if (!right) right = any_value(compare.right);
    const Value most = std::min(model::info(compare.left).max(), model::info(compare.right).max());
    for (const Value near : {*left, *left > 0 ? *left - 1 : *left, *left + 1, any_value(compare.right)})
        if (near <= most && model::holds(*left, compare.relation, *right) != wanted) right = near;
    demanded_.push_back(compare.right);
}

void Aims::miss(Values& values) {
    if (demanded_.empty()) return;
    const auto field = dice_.one_of(demanded_);
    auto& value = of(values, field);
    const auto& info = model::info(field);
    const Value now = value.value_or(0);
    const auto way = dice_.below(3);
    value = way == 0
                ? any_value(field)
                : std::min(way == 1 ? now + info.scale : now - std::min<Value>(now, info.scale), info.max());
}

/// As far as a packet that chains see can say it.
model::PacketSpec Aims::spec_of(const Values& values) {
    model::PacketSpec spec;
    const auto protocol = of(values, Field::ip_protocol).value_or(6);
    const bool whole = dice_.percent(96);
    for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp})
        if (protocol == model::protocol_number(layer) && whole) spec.transport = layer;
    std::size_t header_bytes = 20 + (spec.transport == Layer::tcp ? 20 : spec.transport ? 8 : 0);
    const auto header =
        of(values, Field::ip_hdrlength).value_or(of(values, Field::ip_options).value_or(0) != 0 ? 24 : 20);
    if (header > 20) {
        spec.options = std::string(header - 20, '\1');
        header_bytes += header - 20;
    }
    const auto length =
        of(values, Field::ip_length).value_or(header_bytes + dice_.below(spec.transport ? 3 : 8));
    if (length > header_bytes && length <= eval::mtu_bytes)
        spec.payload = std::string(length - header_bytes, 'x');
    for (const auto& info : model::field_table) {
        using enum Field;
        const auto& value = of(values, info.field);
        const bool shapes = info.field == ip_version || info.field == ip_hdrlength ||
                            info.field == ip_length || info.field == ip_frag_off || info.field == ip_checksum;
        const bool told = info.layer == Layer::meta && info.field != vlan_id;
        if (!value || shapes || told || (is_transport(info.layer) && info.layer != spec.transport)) continue;
        spec.fields.push_back({info.field, *value});
    }
    return spec;
}

AimedPacket Aims::next() {
    demanded_.clear();
    auto values = anything();
    const auto& aim = aims_[next_++ % aims_.size()];
    for (const auto& [condition, wanted, layer] : aim.way) {
        if (condition != nullptr)
            meet(values, *condition, wanted);
        else if (is_transport(layer))
            of(values, Field::ip_protocol) = model::protocol_number(layer);
    }
    if (dice_.percent(40)) miss(values);

    AimedPacket packet;
    const auto iface = [&](Field field) {
        const auto value = of(values, field).value_or(model::no_iface);
        return value < appliance_.ifaces.size() ? std::optional(static_cast<model::IfaceId>(value))
                                                : std::nullopt;
    };
    packet.question.ingress = chain_.ingress ? chain_.ingress : iface(Field::iface_in);
    packet.question.egress = chain_.egress       ? chain_.egress
                             : chain_.has_egress ? iface(Field::iface_out)
                                                 : std::nullopt;
    packet.question.about = chain_.about;
    packet.question.guarded = true;
    packet.question.state = static_cast<model::State>(of(values, Field::ct_state).value_or(0) & 3);
    if (appliance_.functions.at(aim.function).kind != model::FunctionKind::filter)
        packet.question.state = model::State::fresh; // Nats see no other
    // Alone, so that no function before it on the chain keeps the packet from it; sometimes all together.
    packet.question.functions = {aim.function};
    if (dice_.percent(20))
        packet.question.functions = functions_asked(appliance_, chain_.functions, packet.question.state);
    packet.frame = craft(spec_of(values), wire_of(appliance_, packet.question.ingress.value_or(0)));
    return packet;
}

} // namespace harness
