#include "compiler/analysis/region.hpp"

#include "compiler/eval/routing.hpp"
#include "compiler/eval/validity.hpp"

#include <algorithm>
#include <limits>

namespace analysis {

using model::Field;
using model::IfaceId;
using model::IntervalSet;
using model::Value;
using symbolic::Box;

namespace {

constexpr Value address_max = 0xffff'ffff;
constexpr Value as_value(model::State state) { return static_cast<Value>(state); }

const IntervalSet reserved = {{0x00000000, 0x00ffffff}, {0x7f000000, 0x7fffffff}, {0xf0000000, 0xfffffffe}};
const IntervalSet multicast = {{0xe0000000, 0xefffffff}};
const IntervalSet limited_broadcast = {{address_max, address_max}};

IntervalSet either(const IntervalSet& a, const IntervalSet& b) {
    auto all = a.intervals();
    all.insert(all.end(), b.intervals().begin(), b.intervals().end());
    return IntervalSet(std::move(all));
}

IntervalSet without(const IntervalSet& a, const IntervalSet& b) {
    return model::both(a, b.complement(std::numeric_limits<Value>::max()));
}

IntervalSet single(Value value) { return {{value, value}}; }

class Region {
public:
    Region(symbolic::Space& space, const model::Appliance& appliance) : space_(space), appliance_(appliance) {
        for (IfaceId id = 0; id < appliance.ifaces.size(); ++id) {
            const auto& iface = appliance.ifaces[id];
            if (eval::forwards(appliance, id)) forwarding_ = either(forwarding_, single(id));
            if (iface.config != model::IfaceConfig::fixed) has_leases_ = true;
            if (!iface.ipv4 || iface.config != model::IfaceConfig::fixed) continue;
            own_ = either(own_, single(iface.ipv4->address));
            if (const auto broadcast = iface.ipv4->network.broadcast())
                broadcasts_ = either(broadcasts_, single(*broadcast));
        }
    }

    std::vector<Box> of(const Way& way, bool invalid) {
        const auto* of_iface = std::get_if<model::IfaceChain>(&way);
        if (const auto* path = std::get_if<model::Assert::Path>(&way))
            through(*path, destinations_by(path->to));
        else if (of_iface == nullptr)
            forward();
        else if (of_iface->hook == model::Hook::prerouting)
            prerouting(of_iface->iface);
        else if (of_iface->hook == model::Hook::input)
            input(of_iface->iface);
        else
            leaving(of_iface->iface, of_iface->hook == model::Hook::postrouting);
        const bool delivered = of_iface != nullptr && of_iface->hook == model::Hook::input;
        return with_headers(delivered, invalid);
    }

    std::vector<Box> wherever_to(const model::Assert::Path& path, bool invalid) {
        through(path, destinations());
        return with_headers(false, invalid);
    }

    /// Not to an address of ours, which is no way out.
    IntervalSet destinations_by(IfaceId iface) const {
        const auto ends_here = either(either(own_, broadcasts_), either(multicast, limited_broadcast));
        return without(model::both(destinations(), sent_by(iface, eval::route_through)), ends_here);
    }

private:
    Box where(std::initializer_list<std::pair<Field, IntervalSet>> sides) {
        Box box;
        fits_ = true;
        for (const auto& [field, values] : sides)
            fits_ = fits_ && narrow(space_, box, symbolic::variable(field), space_.sets.add(values));
        return box;
    }

    void add(std::initializer_list<std::pair<Field, IntervalSet>> sides) {
        auto box = where(sides);
        if (fits_) ways_.push_back(std::move(box));
    }

    IntervalSet sources() const {
        const auto ours = either(own_, broadcasts_);
        return without(IntervalSet{{0, address_max}},
                       either(either(reserved, multicast), either(limited_broadcast, ours)));
    }
    IntervalSet destinations() const { return without(IntervalSet{{0, address_max}}, reserved); }

    /// The destinations that a routing function sends by an Iface. It says the same between the ends of
    /// networks.
    template <typename Route>
    IntervalSet sent_by(IfaceId iface, const Route& route) const {
        std::vector<Value> starts = {0};
        const auto note = [&](const model::Ipv4Prefix& network) {
            starts.push_back(network.address);
            starts.push_back((Value{network.address} | ~network.mask()) + 1);
        };
        if (appliance_.gateway)
            for (const auto& one : appliance_.gateway->routes) note(one.destination);
        for (const auto& one : appliance_.ifaces)
            if (one.ipv4) note(one.ipv4->network);
        std::ranges::sort(starts);
        std::vector<model::Interval> found;
        for (std::size_t i = 0; i < starts.size() && starts[i] <= address_max; ++i) {
            const auto last = i + 1 < starts.size() ? starts[i + 1] : address_max + 1;
            if (starts[i] == last) continue;
            const eval::Routed routed = route(appliance_, static_cast<model::Ipv4Address>(starts[i]));
            const auto* hop = std::get_if<eval::Hop>(&routed);
            // Where a network is leased, where it lies is not known.
            if (has_leases_ || (hop != nullptr && hop->egress == iface))
                found.push_back({starts[i], last - 1});
        }
        return IntervalSet(std::move(found));
    }

    /// What comes in by an Iface: with a reverse-path check only what would go back by it.
    IntervalSet sources_of(IfaceId iface) const {
        if (!appliance_.ifaces[iface].strict_rpf) return sources();
        return model::both(sources(), sent_by(iface, eval::route_from_here));
    }

    void prerouting(IfaceId iface) {
        add({{Field::iface_in, single(iface)},
             {Field::iface_out, single(model::no_iface)},
             {Field::ip_saddr, sources_of(iface)},
             {Field::ip_daddr, destinations()}});
    }

    void input(IfaceId iface) {
        const auto& ipv4 = appliance_.ifaces[iface].ipv4;
        const bool leased = appliance_.ifaces[iface].config != model::IfaceConfig::fixed;
        auto address = ipv4 ? single(ipv4->address) : IntervalSet{};
        auto group = limited_broadcast;
        if (leased)
            address = destinations();
        else if (ipv4 && ipv4->network.broadcast())
            group = either(group, single(*ipv4->network.broadcast()));
        for (IfaceId in = 0; in < appliance_.ifaces.size(); ++in) {
            if (in == iface)
                add({{Field::iface_in, single(in)},
                     {Field::iface_out, single(model::no_iface)},
                     {Field::ip_saddr, sources_of(in)},
                     {Field::ip_daddr, either(address, group)}});
            else if (eval::forwards(appliance_, in))
                add({{Field::iface_in, single(in)},
                     {Field::iface_out, single(model::no_iface)},
                     {Field::ip_saddr, sources_of(in)},
                     {Field::ip_daddr, address}});
        }
    }

    /// Each address of ours is forwarded to only from other Ifaces (path.md, local).
    void forward() {
        const auto others =
            without(destinations(), either(either(own_, broadcasts_), either(multicast, limited_broadcast)));
        for (const auto& [in, ignored] : forwarding_.intervals())
            for (Value from = in; from <= ignored; ++from)
                for (IfaceId out = 0; out < appliance_.ifaces.size(); ++out) {
                    const auto routed = sent_by(out, eval::route_through);
                    const auto& own = appliance_.ifaces[from].ipv4;
                    const auto foreign = own ? without(own_, single(own->address)) : own_;
                    add({{Field::iface_in, single(from)},
                         {Field::iface_out, single(out)},
                         {Field::ip_saddr, sources_of(static_cast<IfaceId>(from))},
                         {Field::ip_daddr, model::both(routed, either(others, foreign))}});
                }
    }

    /// With time to live for the way.
    void through(const model::Assert::Path& path, const IntervalSet& to) {
        if (!eval::forwards(appliance_, path.from)) return;
        add({{Field::iface_in, single(path.from)},
             {Field::iface_out, single(path.to)},
             {Field::ip_ttl, {{2, 255}}},
             {Field::ip_saddr, sources_of(path.from)},
             {Field::ip_daddr, to}});
    }

    void leaving(IfaceId iface, bool forwarded) {
        add({{Field::iface_in, single(model::no_iface)},
             {Field::iface_out, single(iface)},
             {Field::ip_saddr, has_leases_ ? IntervalSet{{0, address_max}} : own_},
             {Field::ip_daddr, model::both(destinations(), sent_by(iface, eval::route_from_here))},
             {Field::eth_saddr, single(0)},
             {Field::eth_daddr, single(0)}});
        const auto group = either(either(own_, broadcasts_), either(multicast, limited_broadcast));
        if (forwarded)
            add({{Field::iface_in, forwarding_},
                 {Field::iface_out, single(iface)},
                 {Field::ip_saddr, sources()},
                 {Field::ip_daddr,
                  without(model::both(destinations(), sent_by(iface, eval::route_through)), group)}});
    }

    /// Each way with each kind of headers and states that go together.
    std::vector<Box> with_headers(bool delivered, bool invalid) {
        std::vector<Box> boxes;
        for (const auto& way : ways_)
            for (const auto& kind : kinds(delivered, invalid))
                if (auto box = both(space_, way, kind)) boxes.push_back(std::move(*box));
        return boxes;
    }

    std::vector<Box> kinds(bool delivered, bool invalid) {
        using model::State;
        const auto state = [](std::initializer_list<State> states) {
            std::vector<model::Interval> values;
            for (const auto one : states) values.push_back({as_value(one), as_value(one)});
            return IntervalSet(std::move(values));
        };
        const auto known = state({State::fresh, State::established});
        const IntervalSet doff = {{5, 15}}, udp_length = {{8, 65535}};
        std::vector<Box> result;
        const auto kind = [&](Value protocol, bool complete,
                              std::initializer_list<std::pair<Field, IntervalSet>> sides) {
            auto box = where(sides);
            fits_ =
                fits_ && narrow(space_, box, symbolic::variable(Field::ip_protocol), space_.one(protocol));
            fits_ = fits_ && narrow(space_, box, symbolic::header_complete, space_.one(complete ? 1 : 0));
            if (fits_) result.push_back(std::move(box));
        };
        kind(6, true, {{Field::ct_state, known}, {Field::tcp_flags, sane_flags()}, {Field::tcp_doff, doff}});
        kind(17, true, {{Field::ct_state, known}, {Field::udp_length, udp_length}});
        kind(1, true, {{Field::ct_state, state({State::fresh})}, {Field::icmp_type, {{8, 8}, {13, 13}}}});
        kind(
            1, true,
            {{Field::ct_state, state({State::established})}, {Field::icmp_type, {{0, 0}, {8, 8}, {13, 14}}}});
        kind(1, true, {{Field::ct_state, state({State::related})}, {Field::icmp_type, {{3, 3}, {11, 12}}}});
        result.push_back(where({{Field::ct_state, known},
                                {Field::ip_protocol, without({{0, 255}}, {{1, 1}, {6, 6}, {17, 17}})}}));
        if (invalid) {
            const auto lost = state({State::invalid});
            kind(6, true, {{Field::ct_state, lost}, {Field::tcp_flags, sane_flags()}});
            kind(17, true, {{Field::ct_state, lost}});
            kind(1, true, {{Field::ct_state, lost}});
            for (const Value protocol : {1, 6, 17})
                if (!delivered) kind(protocol, false, {{Field::ct_state, lost}});
        }
        for (auto& box : result) for_all(box);
        return with_options(result);
    }

    void for_all(Box& box) {
        const auto set = [&](Field field, IntervalSet values) {
            narrow(space_, box, symbolic::variable(field), space_.sets.add(std::move(values)));
        };
        set(Field::ip_version, single(4));
        set(Field::ip_ttl, {{1, 255}});
        set(Field::ip_length, {{20, 65535}});
        set(Field::ip_frag_off, single(0));
        std::vector<model::Interval> vlans = {{0, 0}};
        for (const auto& iface : appliance_.ifaces)
            if (iface.vlan) vlans.push_back({*iface.vlan, *iface.vlan});
        set(Field::vlan_id, IntervalSet(std::move(vlans)));
    }

    /// Longer headers are those with options.
    std::vector<Box> with_options(const std::vector<Box>& boxes) {
        std::vector<Box> result;
        for (const auto& [options, lengths] :
             {std::pair{single(0), single(20)}, std::pair{single(1), IntervalSet{{24, 60}}}})
            for (auto box : boxes) {
                narrow(space_, box, symbolic::variable(Field::ip_options), space_.sets.add(options));
                narrow(space_, box, symbolic::variable(Field::ip_hdrlength), space_.sets.add(lengths));
                result.push_back(std::move(box));
            }
        return result;
    }

    /// Not those that `validate` drops: SYN with FIN, null, xmas.
    static IntervalSet sane_flags() {
        constexpr Value fin = 1, syn = 2, rst = 4, psh = 8, ack = 16, urg = 32;
        std::vector<model::Interval> values;
        for (Value flags = 0; flags < 512; ++flags) {
            const auto six = flags & (fin | syn | rst | psh | ack | urg);
            if ((six & (syn | fin)) == (syn | fin) || six == 0 || six == (fin | psh | urg)) continue;
            values.push_back({flags, flags});
        }
        return IntervalSet(std::move(values));
    }

    symbolic::Space& space_;
    const model::Appliance& appliance_;
    std::vector<Box> ways_;
    IntervalSet own_, broadcasts_, forwarding_;
    bool has_leases_ = false;
    bool fits_ = true;
};

bool names_invalid(const model::Appliance& appliance, const model::Condition& condition) {
    if (const auto* test = std::get_if<model::Test>(&condition.is)) {
        if (test->field != Field::ct_state) return false;
        const auto& values = appliance.sets.at(test->set).values;
        const bool has = values.contains(as_value(model::State::invalid));
        return has ? values.size() <= 2 : values.size() == 3;
    }
    const auto any = [&](const std::vector<model::Condition>& operands) {
        return std::ranges::any_of(operands, [&](const auto& one) { return names_invalid(appliance, one); });
    };
    if (const auto* negation = std::get_if<model::Not>(&condition.is)) return any(negation->operand);
    if (const auto* all = std::get_if<model::All>(&condition.is)) return any(all->operands);
    if (const auto* some = std::get_if<model::Any>(&condition.is)) return any(some->operands);
    return false;
}

} // namespace

std::vector<Box> packets_at(symbolic::Space& space, const model::Appliance& appliance, const Way& way,
                            bool invalid) {
    return Region(space, appliance).of(way, invalid);
}

std::vector<Box> packets_wherever_to(symbolic::Space& space, const model::Appliance& appliance,
                                     const model::Assert::Path& path, bool invalid) {
    return Region(space, appliance).wherever_to(path, invalid);
}

IntervalSet destinations_by(symbolic::Space& space, const model::Appliance& appliance, IfaceId iface) {
    return Region(space, appliance).destinations_by(iface);
}

bool names_invalid(const model::Appliance& appliance, const model::Block& block) {
    return std::ranges::any_of(block, [&](const model::Step& step) {
        if (const auto* branch = std::get_if<model::Branch>(&step.is))
            return names_invalid(appliance, branch->condition) || names_invalid(appliance, branch->then) ||
                   names_invalid(appliance, branch->otherwise);
        if (const auto* enter = std::get_if<model::Enter>(&step.is))
            return names_invalid(appliance, enter->body);
        if (const auto* call = std::get_if<model::Call>(&step.is))
            return names_invalid(appliance, appliance.functions.at(call->function).body);
        return false;
    });
}

} // namespace analysis
