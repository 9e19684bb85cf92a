#include "compiler/analysis/choice.hpp"

#include "compiler/eval/routing.hpp"

#include <algorithm>
#include <map>

namespace analysis {

using model::Field;
using model::IntervalSet;
using model::Layer;
using model::Value;

namespace {

/// What a Test's packet has when it says nothing; nothing where that depends.
std::optional<Value> unsaid(Field field) {
    switch (field) {
    case Field::ip_version:
        return 4;
    case Field::ip_hdrlength:
        return 20;
    case Field::ip_ttl:
        return 64;
    case Field::tcp_sport:
    case Field::udp_sport:
        return 49152;
    case Field::tcp_doff:
        return 5;
    case Field::tcp_flags:
        return 2;
    case Field::icmp_type:
        return 8;
    case Field::ip_id:
        return 1;
    case Field::iface_in:
    case Field::iface_out:
        return model::no_iface;
    case Field::tcp_sequence:
    case Field::tcp_ackseq:
    case Field::tcp_window:
    case Field::tcp_checksum:
    case Field::udp_checksum:
    case Field::ip_checksum:
    case Field::eth_saddr:
    case Field::eth_daddr:
        return std::nullopt;
    default:
        return 0;
    }
}

constexpr Value echo_reply = 0; ///< of `icmp.type`

std::vector<Value> preferred(Field field) {
    switch (field) {
    case Field::ip_saddr: // documentation networks (RFC 5737), then private ones
        return {0xcb007107, 0xc6336407, 0x0a000009, 0xac100009, 0xc0a80009};
    case Field::ip_daddr:
        return {0xc6336401, 0xcb007101, 0x0a000001};
    case Field::ip_protocol:
        return {6, 17, 1, 47, 50, 89, 132};
    case Field::tcp_dport:
        return {80, 443, 8080};
    case Field::udp_dport:
        return {53, 5000};
    case Field::tcp_flags: // SYN, and what a peer may send later
        return {2, 16, 24, 17, 4, 20};
    default:
        return {unsaid(field).value_or(0)};
    }
}

/// The first value, but no port 0, and not the first or last address of a small network, where there are others.
Value first_of(const IntervalSet& values, Field field) {
    const auto first = values.intervals().front().low;
    if (model::info(field).kind == model::FieldKind::port && first == 0) {
        if (values.contains(1)) return 1;
        return values.intervals().size() > 1 ? values.intervals()[1].low : first;
    }
    if (model::info(field).kind != model::FieldKind::address) return first;
    for (const auto& [low, high] : values.intervals())
        for (const Value value : {low, low + 1})
            if (value <= high && (value & 0xff) != 0 && (value & 0xff) != 0xff) return value;
    return first;
}

class Choice {
public:
    Choice(const symbolic::Space& space, const symbolic::Box& box, const model::Appliance& appliance)
        : space_(space), box_(box), appliance_(appliance) {}

    std::optional<Witness> run() {
        set(Field::iface_in); // what else is likely hangs on it
        for (const auto& entry : model::field_table)
            if (entry.field != Field::iface_in) set(entry.field);
        for (const auto& side : box_)
            if (side.variable > symbolic::header_complete) compare(side);
        const auto is_land = [&] { return values_[Field::ip_saddr] == values_[Field::ip_daddr]; };
        // No packet comes from where it goes (path.md, validate), if it has not been translated.
        const bool may_be_land = says_land();
        if (is_land() && !may_be_land) differ(Field::ip_daddr, Field::ip_saddr);
        if ((is_land() && !may_be_land) || !lengths()) return std::nullopt;
        return made();
    }

private:
    const IntervalSet& allowed(Field field) const {
        return space_.sets[values_of(space_, box_, symbolic::variable(field))];
    }

    bool says_land() const {
        static constexpr symbolic::Comparison land{symbolic::variable(Field::ip_saddr), false,
                                                   symbolic::variable(Field::ip_daddr)};
        return std::ranges::any_of(box_, [&](const symbolic::Side& side) {
            const auto* fact = space_.fact(side.variable);
            const auto* comparison = fact == nullptr ? nullptr : std::get_if<symbolic::Comparison>(&fact->meaning);
            return comparison != nullptr && *comparison == land && !space_.sets[side.values].contains(0);
        });
    }

    /// What a flow is established by is an answer, as a rule.
    bool is_answer() const {
        const auto& states = allowed(Field::ct_state);
        return !states.contains(static_cast<Value>(model::State::fresh));
    }

    void set(Field field) {
        const auto& set = allowed(field);
        if (field == Field::icmp_type && is_answer() && set.contains(echo_reply)) {
            values_[field] = echo_reply;
            return;
        }
        values_[field] = field == Field::ip_saddr ? source(set) : likely(set, field);
    }

    /// A host behind the Iface by which the packet comes in, where one may be meant.
    Value source(const IntervalSet& allowed) {
        const auto ingress = values_[Field::iface_in];
        if (ingress < appliance_.ifaces.size()) {
            const auto& ipv4 = appliance_.ifaces[ingress].ipv4;
            auto hosts = preferred(Field::ip_saddr);
            if (ipv4 && ipv4->network.length <= 28)
                for (const Value host : {9, 7}) hosts.push_back(ipv4->network.address + host);
            for (const auto host : hosts) {
                const auto routed = eval::route_from_here(appliance_, static_cast<model::Ipv4Address>(host));
                const auto* hop = std::get_if<eval::Hop>(&routed);
                if (hop != nullptr && hop->egress == ingress && allowed.contains(host)) return host;
            }
        }
        return likely(allowed, Field::ip_saddr);
    }

    /// Another value for the first field than the second one has.
    void differ(Field field, Field from) {
        auto candidates = preferred(field);
        for (const auto& [low, high] : allowed(field).intervals())
            candidates.insert(candidates.end(), {low, std::min(low + 1, high), high});
        for (const auto value : candidates)
            if (value != values_[from] && allowed(field).contains(value)) {
                values_[field] = value;
                return;
            }
    }

    /// Tries to make a comparison of two fields what the box says that it is; the interpreter tells whether
    /// it did.
    void compare(const symbolic::Side& side) {
        const auto* comparison = std::get_if<symbolic::Comparison>(&space_.fact(side.variable)->meaning);
        if (comparison == nullptr || space_.sets[side.values].size() != 1) return;
        const auto is_field = [](symbolic::Variable variable) { return variable < symbolic::header_complete; };
        if (!is_field(comparison->left) || !is_field(comparison->right)) return;
        const bool wanted = space_.sets[side.values].contains(1);
        const auto left = static_cast<Field>(comparison->left), right = static_cast<Field>(comparison->right);
        const auto relation = comparison->less ? model::Relation::less : model::Relation::equal;
        if (model::holds(values_[left], relation, values_[right]) == wanted) return;
        const auto& a = allowed(left).intervals();
        const auto& b = allowed(right).intervals();
        if (relation == model::Relation::equal && wanted) {
            const auto common = model::both(allowed(left), allowed(right));
            if (!common.empty()) values_[left] = values_[right] = first_of(common, left);
        } else if (relation == model::Relation::equal) {
            differ(right, left);
            if (values_[left] == values_[right]) differ(left, right);
        } else {
            values_[left] = wanted ? a.front().low : a.back().high;
            values_[right] = wanted ? b.back().high : b.front().low;
        }
    }

    std::optional<Layer> transport() const {
        if (!space_.sets[values_of(space_, box_, symbolic::header_complete)].contains(1)) return std::nullopt;
        for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp})
            if (values_.at(Field::ip_protocol) == model::protocol_number(layer)) return layer;
        return std::nullopt;
    }

    /// Options and payload that make the lengths what they are said to be.
    bool lengths() {
        const auto layer = transport();
        std::size_t bytes = values_[Field::ip_hdrlength];
        if (layer == Layer::tcp) bytes += std::max<Value>(values_[Field::tcp_doff], 5) * 4;
        if (layer == Layer::udp)
            bytes += std::max<Value>(values_[Field::udp_length] == 0 ? 8 : values_[Field::udp_length], 8);
        // An error quotes the header of what it is about.
        constexpr Value error_bytes = 28;
        const bool is_error = values_[Field::ct_state] == static_cast<Value>(model::State::related);
        if (layer == Layer::icmp) bytes += is_error ? error_bytes : 8;
        const auto& total = allowed(Field::ip_length);
        const auto fits = std::ranges::lower_bound(total.intervals(), bytes, {}, &model::Interval::high);
        if (fits == total.intervals().end()) return false;
        const auto length = std::max<Value>(fits->low, bytes);
        const auto header = values_[Field::ip_hdrlength] + (!layer ? 0 : layer == Layer::tcp ? 20 : 8);
        payload_bytes_ = length - header;
        // A datagram that fills its packet needs not say how long it is.
        if (layer == Layer::udp && allowed(Field::udp_length).contains(8 + payload_bytes_))
            values_[Field::udp_length] = 8 + payload_bytes_;
        return true;
    }

    Witness made() {
        Witness witness;
        witness.state = static_cast<model::State>(values_[Field::ct_state]);
        witness.ingress = values_[Field::iface_in];
        witness.egress = values_[Field::iface_out];
        auto& packet = witness.packet;
        packet.transport = transport();
        if (values_[Field::ip_hdrlength] > 20)
            packet.options =
                std::string(values_[Field::ip_hdrlength] - 20, '\1'); // no operation (RFC 791 3.1)
        if (payload_bytes_ > 0) packet.payload = std::string(payload_bytes_, 'x');
        for (const auto& [field, value] : values_)
            if (is_shown(packet, field, value)) packet.fields.push_back({field, value});
        return witness;
    }

    bool is_shown(const model::PacketSpec& packet, Field field, Value value) const {
        const auto layer = model::info(field).layer;
        const bool is_transport = layer == Layer::tcp || layer == Layer::udp || layer == Layer::icmp;
        if (layer == Layer::meta || (is_transport && packet.transport != layer)) return false;
        if (field == Field::ip_hdrlength || field == Field::ip_length)
            return false; // said by options and payload
        if (field == Field::udp_length) return value != 8 + payload_bytes_ && value != 0;
        if (field == Field::ip_protocol) return !packet.transport;
        static constexpr std::array always = {Field::ip_saddr, Field::ip_daddr, Field::tcp_dport,
                                              Field::udp_dport, Field::icmp_type};
        if (std::ranges::find(always, field) != always.end()) return true;
        if (layer == Layer::eth && values_.at(Field::iface_in) == model::no_iface)
            return false; // it came in no frame
        const auto default_value = unsaid(field);
        if (default_value) return value != *default_value;
        const auto variable = symbolic::variable(field);
        return values_of(space_, box_, variable) != space_.domain(variable);
    }

    const symbolic::Space& space_;
    const symbolic::Box& box_;
    const model::Appliance& appliance_;
    std::map<Field, Value> values_;
    std::size_t payload_bytes_ = 0;
};

} // namespace

Value likely(const IntervalSet& values, Field field) {
    for (const auto value : preferred(field))
        if (values.contains(value)) return value;
    return first_of(values, field);
}

std::optional<Witness> choose(const symbolic::Space& space, const symbolic::Box& box, const model::Appliance& appliance) {
    return Choice(space, box, appliance).run();
}

} // namespace analysis
