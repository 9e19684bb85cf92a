// The search follows the control flow and narrows for each field the values that lead along it; at the end of
// a path it chooses one value of each, and then runs the function on exactly these. So it may be careless on
// the way: a wrong packet is never shown, at worst none.
#include "compiler/sema/witness.hpp"

#include "compiler/sema/resolve.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

namespace sema {

namespace {

using model::Field;
using model::Interval;
using model::IntervalSet;
using model::Layer;
using model::Value;

constexpr std::size_t steps_max = 4000; ///< of the search as a whole
constexpr std::size_t depth_max = 300;  ///< of a path: each step is a call of ours

/// The values that lead here, of the fields that somebody asked about.
using Narrowed = std::map<Field, IntervalSet>;
using Packet = std::map<Field, Value>;

/// Runs a function on a packet. Nothing when it asks for what is not known about the packet.
class Run {
public:
    Run(const model::Appliance& appliance, const Packet& packet) : appliance_(appliance), packet_(packet) {}

    std::optional<bool> decides(const model::Block& block) const {
        for (const auto& step : block)
            if (const auto decided = decides(step); !decided || *decided) return decided;
        return false;
    }

private:
    std::optional<bool> decides(const model::Step& step) const {
        if (++steps_ > steps_max) return std::nullopt; // functions that call each other twice take long
        if (std::holds_alternative<model::Verdict>(step.is)) return true;
        if (std::holds_alternative<model::Log>(step.is)) return false;
        if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
            const auto is_true = value(branch->condition);
            if (!is_true) return std::nullopt;
            return decides(*is_true ? branch->then : branch->otherwise);
        }
        if (const auto* enter = std::get_if<model::Enter>(&step.is))
            return enters(enter->layer) ? decides(enter->body) : false;
        if (const auto* call = std::get_if<model::Call>(&step.is)) {
            const auto& callee = appliance_.functions[call->function];
            return enters(callee.layer) ? decides(callee.body) : false;
        }
        return std::nullopt;
    }

    bool enters(Layer layer) const {
        return layer == Layer::ip || packet_.at(Field::ip_protocol) == model::protocol_number(layer);
    }

    std::optional<bool> value(const model::Condition& condition) const {
        if (const auto* constant = std::get_if<model::Constant>(&condition.is)) return constant->value;
        if (const auto* test = std::get_if<model::Test>(&condition.is)) {
            const auto found = packet_.find(test->field);
            if (found == packet_.end()) return std::nullopt;
            return appliance_.sets[test->set].values.contains(found->second & test->mask);
        }
        if (const auto* compare = std::get_if<model::Compare>(&condition.is)) {
            const auto left = packet_.find(compare->left), right = packet_.find(compare->right);
            if (left == packet_.end() || right == packet_.end()) return std::nullopt;
            return model::holds(left->second, compare->relation, right->second);
        }
        if (const auto* negation = std::get_if<model::Not>(&condition.is)) {
            const auto operand = value(negation->operand.front());
            return operand ? std::optional(!*operand) : std::nullopt;
        }
        if (const auto* all = std::get_if<model::All>(&condition.is)) return until(all->operands, false);
        if (const auto* any = std::get_if<model::Any>(&condition.is)) return until(any->operands, true);
        return std::nullopt;
    }

    std::optional<bool> until(const std::vector<model::Condition>& operands, bool end) const {
        for (const auto& operand : operands)
            if (const auto result = value(operand); !result || *result == end) return result;
        return !end;
    }

    const model::Appliance& appliance_;
    const Packet& packet_;
    mutable std::size_t steps_ = 0;
};

class Choice {
public:
    Choice(const Narrowed& narrowed, std::uint32_t daddr) : narrowed_(narrowed), daddr_(daddr) {}

    /// The first packet of a flow with values that lead along the path; nothing when these fit no sane one.
    std::optional<Packet> packet() {
        // What follows from the others has the value that it has in a packet without options and payload.
        set(Field::ip_version, {4});
        set(Field::ip_hdrlength, {20});
        set(Field::ip_options, {0});
        set(Field::ip_frag_off, {0});
        set(Field::ct_state, {static_cast<Value>(model::State::fresh)});
        set(Field::ip_protocol, {6, 17, 1, 47, 50, 89, 132});
        set(Field::ip_saddr, {0xcb007107, 0xc6336407, 0x0a000009, 0xac100009, 0xc0a80009});
        set(Field::ip_daddr, {daddr_, 0xc6336401, 0x0a000001});
        set(Field::ip_ttl, {64, 2, 1}, 1);
        const auto protocol = packet_.contains(Field::ip_protocol) ? packet_[Field::ip_protocol] : 0;
        if (protocol == 6) tcp();
        if (protocol == 17) udp();
        if (protocol == 1) icmp();
        if (protocol != 6 && protocol != 17 && protocol != 1) set(Field::ip_length, {20});
        for (const auto field : {Field::ip_dscp, Field::ip_ecn, Field::ip_id, Field::icmp_code})
            if (narrowed_.contains(field)) set(field, {0}, 0);
        return fits_ ? std::optional(packet_) : std::nullopt;
    }

private:
    void tcp() {
        set(Field::ip_length, {40});
        set(Field::tcp_doff, {5});
        set(Field::tcp_reserved, {0});
        set(Field::tcp_dport, {80, 81, 8080}, 1);
        set(Field::tcp_sport, {49152}, 1);
        // SYN, and what a peer may send in a flow whose start was not seen.
        set(Field::tcp_flags, {2, 16, 24, 17, 4, 20});
        for (const auto field :
             {Field::tcp_sequence, Field::tcp_ackseq, Field::tcp_window, Field::tcp_urgptr})
            if (narrowed_.contains(field)) set(field, {0, 1}, 0);
    }
    void udp() {
        set(Field::ip_length, {28});
        set(Field::udp_length, {8});
        set(Field::udp_dport, {53, 54, 5000}, 1);
        set(Field::udp_sport, {49152}, 1);
    }
    void icmp() {
        set(Field::ip_length, {28});
        set(Field::icmp_type, {8, 13}); // what opens a flow
    }

    /// The first of the values that leads along the path; without `least` no others are taken.
    void set(Field field, std::initializer_list<Value> preferred, std::optional<Value> least = std::nullopt) {
        const auto narrowed = narrowed_.find(field);
        for (const auto value : preferred)
            if (narrowed == narrowed_.end() || narrowed->second.contains(value)) {
                packet_[field] = value;
                return;
            }
        const bool is_address = model::info(field).kind == model::FieldKind::address;
        for (const auto& [low, high] : narrowed->second.intervals()) {
            const auto value =
                is_address ? host_in(low, high) : std::optional(std::max(low, least.value_or(low)));
            if (!value || *value > high || (!least && !is_address)) continue;
            packet_[field] = *value;
            return;
        }
        fits_ = false;
    }

    /// An address that a host on the Internet can have (RFC 1812, section 5.3.7).
    static std::optional<Value> host_in(Value low, Value high) {
        for (const Value value : {low, low + 1, Value{0x01000001}, Value{0x80000001}}) {
            const auto first = value >> 24;
            const bool edge = (value & 0xff) == 0 || (value & 0xff) == 0xff;
            if (value >= low && value <= high && first != 0 && first != 127 && first < 224 &&
                (!edge || low == high))
                return value;
        }
        return std::nullopt;
    }

    const Narrowed& narrowed_;
    std::uint32_t daddr_;
    Packet packet_;
    bool fits_ = true;
};

class Search {
public:
    Search(const model::Appliance& appliance, model::FunctionId function, std::uint32_t daddr)
        : appliance_(appliance), function_(appliance.functions[function]), daddr_(daddr) {}

    std::optional<std::pair<Packet, Narrowed>> run() {
        walk(function_.body, 0, {}, function_.layer, [&](const Narrowed& end) {
            auto packet = Choice(end, daddr_).packet();
            if (!packet || Run(appliance_, *packet).decides(function_.body) != false) return false;
            found_.emplace(std::move(*packet), end);
            return true;
        });
        return std::move(found_);
    }

private:
    /// Called with what is known where a path goes on; true when the search is over.
    using Next = std::function<bool(const Narrowed&)>;

    bool walk(const model::Block& block, std::size_t index, const Narrowed& narrowed, Layer layer,
              const Next& next) {
        if (index == block.size()) return next(narrowed);
        if (++steps_ > steps_max || depth_ == depth_max) return false;
        ++depth_;
        const Next rest = [&](const Narrowed& after) { return walk(block, index + 1, after, layer, next); };
        const auto& step = block[index];
        bool over = false;
        if (std::holds_alternative<model::Log>(step.is))
            over = rest(narrowed);
        else if (const auto* branch = std::get_if<model::Branch>(&step.is))
            over = assume(branch->condition, false, narrowed,
                          [&](const Narrowed& n) { return walk(branch->otherwise, 0, n, layer, rest); }) ||
                   assume(branch->condition, true, narrowed,
                          [&](const Narrowed& n) { return walk(branch->then, 0, n, layer, rest); });
        else if (const auto* enter = std::get_if<model::Enter>(&step.is))
            over = into(enter->body, enter->layer, narrowed, layer, rest);
        else if (const auto* call = std::get_if<model::Call>(&step.is)) {
            const auto& callee = appliance_.functions[call->function];
            over = into(callee.body, callee.layer, narrowed, layer, rest);
        }
        --depth_;
        return over;
    }

    /// Past a body for packets of a layer, or through it.
    bool into(const model::Block& body, Layer inner, const Narrowed& narrowed, Layer outer,
              const Next& rest) {
        if (inner == Layer::ip || inner == outer) return walk(body, 0, narrowed, outer, rest);
        const Value number = model::protocol_number(inner);
        const IntervalSet own{{number, number}};
        const auto through = [&](const Narrowed& n) { return walk(body, 0, n, inner, rest); };
        return narrow(Field::ip_protocol, own, narrowed, through) ||
               narrow(Field::ip_protocol, own.complement(255), narrowed, rest);
    }

    static bool narrow(Field field, const IntervalSet& values, const Narrowed& narrowed, const Next& next) {
        auto after = narrowed;
        const auto [known, is_new] = after.try_emplace(field, values);
        if (!is_new) known->second = both(known->second, values);
        return !known->second.empty() && next(after);
    }

    bool assume(const model::Condition& condition, bool wanted, const Narrowed& narrowed, const Next& next) {
        if (++steps_ > steps_max) return false;
        if (const auto* constant = std::get_if<model::Constant>(&condition.is))
            return constant->value == wanted && next(narrowed);
        if (const auto* test = std::get_if<model::Test>(&condition.is))
            return narrow(test->field, values_of(*test, wanted), narrowed, next);
        if (const auto* compare = std::get_if<model::Compare>(&condition.is)) {
            const auto whole = [](Field field) { return IntervalSet{{0, model::info(field).max()}}; };
            return narrow(compare->left, whole(compare->left), narrowed, [&](const Narrowed& n) {
                return narrow(compare->right, whole(compare->right), n, next);
            });
        }
        if (const auto* negation = std::get_if<model::Not>(&condition.is))
            return assume(negation->operand.front(), !wanted, narrowed, next);
        if (const auto* all = std::get_if<model::All>(&condition.is))
            return wanted ? every(all->operands, 0, true, narrowed, next)
                          : some(all->operands, false, narrowed, next);
        if (const auto* any = std::get_if<model::Any>(&condition.is))
            return wanted ? some(any->operands, true, narrowed, next)
                          : every(any->operands, 0, false, narrowed, next);
        return false;
    }

    bool every(const std::vector<model::Condition>& operands, std::size_t first, bool wanted,
               const Narrowed& narrowed, const Next& next) {
        if (first == operands.size()) return next(narrowed);
        return assume(operands[first], wanted, narrowed,
                      [&](const Narrowed& n) { return every(operands, first + 1, wanted, n, next); });
    }

    bool some(const std::vector<model::Condition>& operands, bool wanted, const Narrowed& narrowed,
              const Next& next) {
        for (const auto& operand : operands)
            if (assume(operand, wanted, narrowed, next)) return true;
        return false;
    }

    IntervalSet values_of(const model::Test& test, bool wanted) const {
        const auto& set = appliance_.sets[test.set].values;
        const auto max = model::info(test.field).max();
        if ((test.mask & max) == max) return wanted ? set : set.complement(max);
        std::vector<Interval> values; // of the flags: there are few
        for (Value value = 0; value <= max; ++value)
            if (set.contains(value & test.mask) == wanted) values.push_back({value, value});
        return IntervalSet(std::move(values));
    }

    const model::Appliance& appliance_;
    const model::Function& function_;
    std::uint32_t daddr_;
    std::size_t steps_ = 0;
    std::size_t depth_ = 0;
    std::optional<std::pair<Packet, Narrowed>> found_;
};

std::string text_of(Field field, Value value) {
    const auto kind = model::info(field).kind;
    if (kind == model::FieldKind::address) return dotted(static_cast<std::uint32_t>(value));
    if (kind != model::FieldKind::flags || value == 0) return std::to_string(value);
    std::string flags;
    for (std::size_t bit = 0; bit < model::tcp_flag_names.size(); ++bit)
        if ((value >> bit & 1) != 0)
            flags += (flags.empty() ? "" : ", ") + std::string(model::tcp_flag_names[bit]);
    return flags.find(',') == std::string::npos ? flags : '[' + flags + ']';
}

/// What a reader needs to see: where the packet goes, and everything that a condition asked about.
std::string literal(const Packet& packet, const Narrowed& asked) {
    static constexpr std::array shown = {Field::ip_saddr, Field::ip_daddr, Field::tcp_dport, Field::udp_dport,
                                         Field::icmp_type};
    const auto protocol = packet.at(Field::ip_protocol);
    const bool has_transport = protocol == 6 || protocol == 17 || protocol == 1;
    std::map<Layer, std::string> layers;
    for (const auto& [field, value] : packet) {
        const auto& entry = model::info(field);
        const bool is_shown = std::find(shown.begin(), shown.end(), field) != shown.end() ||
                              (field == Field::ip_protocol ? !has_transport : asked.contains(field));
        if (!is_shown || entry.layer == Layer::meta) continue;
        auto& text = layers[entry.layer];
        text += (text.empty() ? "" : ", ") + std::string(entry.name.substr(entry.name.find('.') + 1)) + ": " +
                text_of(field, value);
    }
    std::string text;
    for (const auto& [layer, fields] : layers) {
        const auto name = layer == Layer::ip    ? "ip"
                          : layer == Layer::tcp ? "tcp"
                          : layer == Layer::udp ? "udp"
                                                : "icmp";
        text += (text.empty() ? "" : ", ") + std::string(name) + ": { " + fields + " }";
    }
    return "{ " + text + " }";
}

} // namespace

std::optional<std::string> packet_without_verdict(const model::Appliance& appliance,
                                                  model::FunctionId function, std::uint32_t daddr) {
    const auto found = Search(appliance, function, daddr).run();
    if (!found) return std::nullopt;
    return literal(found->first, found->second);
}

} // namespace sema
