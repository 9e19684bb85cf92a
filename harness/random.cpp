#include "harness/random.hpp"

#include "compiler/eval/checksum.hpp"
#include "harness/backend.hpp"
#include "harness/frames.hpp"
#include "harness/mutations.hpp"
#include "harness/packets.hpp"
#include "harness/talk.hpp"
#include "harness/ticks.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace harness {

namespace {

using model::Field;

/// A packet before it is bytes, so that replies and variants can be made of it.
struct Recipe {
    model::IfaceId iface = 0;
    model::Ipv4Address source = 0, destination = 0;
    std::uint8_t protocol = 0;
    std::uint16_t source_port = 0, destination_port = 0; ///< or ICMP identifier in both
    unsigned flags = 0;
    std::uint8_t type = 0, code = 0;
    std::string data;
    std::vector<model::FieldValue> more;
};

/// The packet in a frame, as far as a recipe can say it; none in a fragment, or what is damaged.
std::optional<Recipe> recipe_of(View frame, model::IfaceId iface) {
    const auto datagram = datagram_in(frame);
    if (!datagram || !datagram->transport_sound()) return std::nullopt;
    const View payload = datagram->payload();
    Recipe recipe{.iface = iface,
                  .source = datagram->source(),
                  .destination = datagram->destination(),
                  .protocol = datagram->protocol(),
                  .data = payload_of(frame).value_or(""),
                  .more = {}};
    if (recipe.protocol == eval::icmp) {
        recipe.type = payload[0];
        recipe.code = payload[1];
        recipe.source_port = recipe.destination_port = eval::get16(payload, 4);
    } else if (recipe.protocol == eval::tcp || recipe.protocol == eval::udp) {
        recipe.source_port = eval::get16(payload, 0);
        recipe.destination_port = eval::get16(payload, 2);
    }
    if (recipe.protocol == eval::tcp) recipe.flags = datagram->tcp_flags();
    return recipe;
}

/// What has left an appliance that translates: who answers it must know how it looks by then.
class FarSide {
public:
    explicit FarSide(const model::Appliance& appliance)
        : appliance_(appliance), machine_(appliance, nic_macs(appliance), random_seed) {}

    void play(const Event& event) {
        if (const auto* pause = std::get_if<Pause>(&event)) {
            for_each_tick(pause->ns, [&](Time step) { machine_.tick(now_ += step); });
            return;
        }
        if (const auto* lease = std::get_if<NewLease>(&event)) return machine_.lease(lease->iface, lease->ipv4);
        const auto& frame = std::get<FrameIn>(event);
        for (const auto& out :
             machine_.receive(model::nic_of(appliance_, frame.iface), frame.bytes, now_).out)
            if (auto recipe = recipe_of(out.bytes, 0)) left_.push_back(std::move(*recipe));
    }
    const std::vector<Recipe>& left() const { return left_; }

private:
    const model::Appliance& appliance_;
    eval::Machine machine_;
    Time now_ = 0;
    std::vector<Recipe> left_;
};

class Generator {
public:
    Generator(const model::Appliance& appliance, const Boundaries& boundaries, std::uint64_t seed)
        : policy_(appliance), appliance_(appliance), boundaries_(boundaries), dice_(seed) {
        if (appliance.translates()) far_side_.emplace(appliance);
    }

    History history(std::size_t packets_max) {
        History history;
        const std::size_t packets = 1 + dice_.below(packets_max);
        for (std::size_t i = 0; i < packets; ++i) {
            if (i > 0 && dice_.percent(20)) add(history, Pause{pause_ns()});
            add_lease(history);
            if (appliance_.conntrack.stateful_tcp && dice_.percent(20)) {
                add_talk(history);
                continue;
            }
            if (dice_.percent(8)) {
                add_conversation(history);
                continue;
            }
            if (appliance_.load_balancer && dice_.percent(35)) {
                add_session(history);
                continue;
            }
            const FrameIn frame = next_frame();
            if (dice_.percent(8))
                add_fragments(history, frame);
            else
                add(history, frame);
        }
        if (dice_.percent(1) && !history.empty() && std::holds_alternative<FrameIn>(history.back())) {
            const Event last = history.back();
            history.insert(history.end(), 120, last);
            history.push_back(Pause{dice_.one_of<Time>({9'999'999, 10'000'000, 500'000'000})});
            history.push_back(last);
        }
        return history;
    }

private:
    void add(History& history, Event event) {
        if (far_side_) far_side_->play(event);
        if (const auto* lease = std::get_if<NewLease>(&event)) appliance_.ifaces[lease->iface].ipv4 = lease->ipv4;
        history.push_back(std::move(event));
    }

    /// Often before the first packet, seldom later: what it changes must have grown before.
    void add_lease(History& history) {
        std::vector<model::IfaceId> leasing;
        for (model::IfaceId id = 0; id < appliance_.ifaces.size(); ++id)
            if (appliance_.ifaces[id].leases()) leasing.push_back(id);
        if (leasing.empty() || !dice_.percent(history.empty() ? 60 : 15)) return;
        const auto id = dice_.one_of(leasing);
        add(history, NewLease{id, dice_.one_of(possible_leases(policy_, id))});
    }

    /// An answer to what has left, or an error about it; or a packet that shares its source with an earlier
    /// one.
    Recipe translated() {
        if (dice_.percent(20) || far_side_->left().empty()) {
            Recipe recipe = dice_.one_of(past_);
            recipe.destination = destination_from(recipe.iface);
            return recipe;
        }
        const Recipe& left = dice_.one_of(far_side_->left());
        if (dice_.percent(25)) return error_about(left);
        Recipe recipe = reply_to(left);
        if (dice_.percent(30)) recipe.more = other_fields(recipe.protocol);
        return recipe;
    }

    FrameIn next_frame() {
        Recipe recipe;
        const auto kind = past_.empty() ? 0 : dice_.below(100);
        if (far_side_ && !past_.empty() && dice_.percent(45))
            recipe = translated();
        else if (kind < 35)
            recipe = fresh();
        else if (kind < 60)
            recipe = variant_of(dice_.one_of(past_));
        else if (kind < 88)
            recipe = reply_to(dice_.one_of(past_));
        else
            recipe = error_about(dice_.one_of(past_));
        past_.push_back(recipe);
        FrameIn frame{recipe.iface, build(recipe)};
        if (dice_.percent(12)) mutate(frame.bytes, dice_);
        return frame;
    }

    /// A TCP conversation from its SYN on, seldom to its end.
    void add_talk(History& history) {
        Recipe there = fresh();
        there.protocol = eval::tcp;
        there.more.clear();
        there.source = on_network_of(there.iface);
        if (dice_.percent(70))
            there.destination = on_network_of(static_cast<model::IfaceId>(dice_.below(appliance_.ifaces.size())));
        past_.push_back(there);
        Recipe back = reply_to(there);
        Talk talk(dice_);
        for (std::size_t i = 0, segments = 3 + dice_.below(12); i < segments; ++i) {
            if (i > 0 && dice_.percent(12)) add(history, Pause{around_ns(tcp_timeout_s())});
            const TalkSegment segment = talk.next();
            Recipe recipe = segment.back ? back : there;
            say(recipe, segment);
            add(history, FrameIn{recipe.iface, build(recipe)});
            if (i == 0 && far_side_ && !far_side_->left().empty())
                if (const Recipe& left = far_side_->left().back(); left.protocol == eval::tcp) back = reply_to(left);
        }
    }

    static void say(Recipe& recipe, const TalkSegment& segment) {
        recipe.flags = segment.flags;
        recipe.data = segment.options + segment.text;
        recipe.more = {{Field::tcp_sequence, segment.sequence},
                       {Field::tcp_ackseq, segment.acknowledgement},
                       {Field::tcp_window, segment.window},
                       {Field::tcp_doff, 5 + segment.options.size() / 4}};
    }

    std::uint32_t tcp_timeout_s() {
        const auto& tcp = appliance_.conntrack.tcp;
        return dice_.one_of({tcp.syn_sent, tcp.syn_recv, tcp.established, tcp.fin_wait, tcp.close_wait,
                             tcp.last_ack, tcp.time_wait, tcp.close});
    }

    /// A TCP handshake with steps left out, repeated or late.
    void add_conversation(History& history) {
        using namespace eval::tcp_flag;
        Recipe there = fresh();
        there.protocol = eval::tcp;
        there.flags = syn;
        there.more.clear();
        past_.push_back(there);
        add(history, FrameIn{there.iface, build(there)});
        Recipe back = reply_to(far_side_ && !far_side_->left().empty() ? far_side_->left().back() : there);
        for (std::size_t steps = 2 + dice_.below(4); steps > 0; --steps) {
            switch (dice_.below(4)) {
            case 0:
                add(history, Pause{around_ns(timeouts().tcp)});
                break;
            case 1:
                back.flags = syn | ack;
                add(history, FrameIn{back.iface, build(back)});
                break;
            default:
                there.flags = dice_.percent(75) ? +ack : syn;
                add(history, FrameIn{there.iface, build(there)});
                break;
            }
        }
    }

    /// Clients of the Load_balancer, and a server that accepts, refuses or is silent.
    void add_session(History& history) {
        using namespace eval::tcp_flag;
        const auto& balancer = *appliance_.load_balancer;
        Recipe client = fresh();
        client.protocol = eval::tcp;
        if (dice_.percent(85)) client.iface = balancer.clients;
        if (dice_.percent(70)) client.source = on_network_of(client.iface);
        if (const auto& ipv4 = appliance_.ifaces[balancer.clients].ipv4) client.destination = ipv4->address;
        client.destination_port = balancer.port;
        client.more.clear();
        if (dice_.percent(20)) client.more = other_fields(eval::tcp);
        past_.push_back(client);
        for (std::size_t steps = 1 + dice_.below(7); steps > 0; --steps) {
            const auto kind = dice_.below(100);
            if (kind < 20) {
                add(history, Pause{session_pause_ns()});
            } else if (kind < 45 && far_side_ && !far_side_->left().empty()) {
                Recipe server = reply_to(far_side_->left().back());
                server.iface = balancer.servers;
                server.flags = dice_.one_of({syn | ack, syn | ack, rst | ack, rst, +ack});
                add(history, FrameIn{server.iface, build(server)});
            } else {
                if (kind < 75) client.source_port = static_cast<std::uint16_t>(40000 + dice_.below(6));
                client.flags = dice_.percent(80) ? syn : dice_.one_of({+ack, +rst, fin | ack});
                add(history, FrameIn{client.iface, build(client)});
            }
        }
    }

    /// Round the times after which a server counts as silent, and after which it is tried again.
    Time session_pause_ns() {
        if (dice_.percent(30)) return around_ns(timeouts().tcp);
        return dice_.percent(80) ? around_ns(dice_.one_of<std::uint32_t>({1, 5, 9, 10, 11})) : 300'000'000;
    }

    /// The frame in fragments, mostly whole and in order; now and then one comes late.
    void add_fragments(History& history, const FrameIn& whole) {
        auto pieces = split(whole.bytes, dice_);
        if (dice_.percent(30)) std::swap(pieces.front(), pieces[dice_.below(pieces.size())]);
        if (dice_.percent(15))
            pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(dice_.below(pieces.size())));
        if (dice_.percent(10) && !pieces.empty()) pieces.push_back(dice_.one_of(pieces));
        for (auto& piece : pieces) {
            if (dice_.percent(5)) add(history, Pause{30 * eval::second_ns + dice_.below(3) - 1});
            if (dice_.percent(3)) mutate(piece, dice_);
            add(history, FrameIn{whole.iface, std::move(piece)});
        }
    }

    Recipe fresh() {
        Recipe recipe;
        recipe.iface = static_cast<model::IfaceId>(dice_.below(appliance_.ifaces.size()));
        recipe.source = source_at(recipe.iface);
        recipe.destination = destination_from(recipe.iface);
        recipe.protocol = protocol();
        const bool is_udp = recipe.protocol == eval::udp;
        recipe.source_port = static_cast<std::uint16_t>(value(is_udp ? Field::udp_sport : Field::tcp_sport,
                                                              dice_.one_of<model::Value>({49152, 1024, 7})));
        recipe.destination_port = static_cast<std::uint16_t>(value(
            is_udp ? Field::udp_dport : Field::tcp_dport, dice_.one_of<model::Value>({80, 22, 0, 65535})));
        recipe.flags = dice_.percent(60) ? eval::tcp_flag::syn : flags();
        recipe.type = static_cast<std::uint8_t>(value(Field::icmp_type, eval::icmp_type::echo));
        recipe.code = static_cast<std::uint8_t>(value(Field::icmp_code, 0));
        if (dice_.percent(30)) recipe.type = icmp_type();
        recipe.data = data();
        recipe.more = other_fields(recipe.protocol);
        return recipe;
    }

    Recipe variant_of(Recipe recipe) {
        switch (dice_.below(4)) {
        case 0:
            recipe.flags = flags();
            break;
        case 1:
            recipe.data = data();
            break;
        case 2:
            recipe.more = other_fields(recipe.protocol);
            break;
        default:
            recipe.flags = eval::tcp_flag::ack;
            break;
        }
        return recipe;
    }

    Recipe reply_to(Recipe recipe) {
        std::swap(recipe.source, recipe.destination);
        std::swap(recipe.source_port, recipe.destination_port);
        recipe.iface = behind(recipe.source);
        using namespace eval::tcp_flag;
        recipe.flags = dice_.percent(70) ? syn | ack : flags();
        if (recipe.type == eval::icmp_type::echo) recipe.type = eval::icmp_type::echo_reply;
        if (recipe.type == eval::icmp_type::timestamp) recipe.type = eval::icmp_type::timestamp_reply;
        return recipe;
    }

    /// An ICMP error that quotes a packet, from its destination or a router on the way.
    Recipe error_about(const Recipe& past) {
        Bytes quoted = build(past);
        quoted.erase(quoted.begin(),
                     quoted.begin() + static_cast<std::ptrdiff_t>(eval::link_of(quoted)->header_bytes));
        if (dice_.percent(50)) quoted.resize(std::min(quoted.size(), eval::ip_header_min_bytes + 8));
        if (dice_.percent(25))
            quoted[dice_.below(quoted.size())] ^= static_cast<std::uint8_t>(1 << dice_.below(8));
        if (dice_.percent(10)) quoted.resize(dice_.below(quoted.size()));
        Recipe error;
        error.protocol = eval::icmp;
        error.source = dice_.percent(60) ? past.destination : address(Field::ip_saddr);
        error.destination = dice_.percent(90) ? past.source : address(Field::ip_daddr);
        error.iface = dice_.percent(90) ? behind(past.destination) : past.iface;
        error.type = dice_.one_of<std::uint8_t>({3, 11, 12, 3, 5});
        error.code = static_cast<std::uint8_t>(dice_.below(5));
        error.data.assign(quoted.begin(), quoted.end());
        return error;
    }

    Bytes build(const Recipe& recipe) {
        model::PacketSpec spec;
        spec.fields = {{Field::ip_saddr, recipe.source}, {Field::ip_daddr, recipe.destination}};
        spec.payload = recipe.data;
        if (recipe.protocol == eval::tcp) {
            spec.transport = model::Layer::tcp;
            spec.fields.insert(spec.fields.end(), {{Field::tcp_sport, recipe.source_port},
                                                   {Field::tcp_dport, recipe.destination_port},
                                                   {Field::tcp_flags, recipe.flags}});
        } else if (recipe.protocol == eval::udp) {
            spec.transport = model::Layer::udp;
            spec.fields.insert(spec.fields.end(), {{Field::udp_sport, recipe.source_port},
                                                   {Field::udp_dport, recipe.destination_port}});
        } else {
            spec.fields.push_back({Field::ip_protocol, recipe.protocol});
            if (recipe.protocol == eval::icmp) spec.payload = icmp_message(recipe);
        }
        spec.fields.insert(spec.fields.end(), recipe.more.begin(), recipe.more.end());
        Bytes frame = craft(spec, wire_of(appliance_, recipe.iface));
        const bool to_many = recipe.destination == eval::limited_broadcast ||
                             eval::is_multicast(recipe.destination) ||
                             std::ranges::any_of(appliance_.ifaces, [&](const model::Iface& iface) {
                                 return eval::is_broadcast_of(iface, recipe.destination);
                             });
        if (to_many && recipe.destination_port % 4 != 0) std::fill_n(frame.begin(), 6, std::uint8_t{0xff});
        return frame;
    }

    /// With its identifier, which no field of the registry names.
    static std::string icmp_message(const Recipe& recipe) {
        Bytes message(8 + recipe.data.size());
        message[0] = recipe.type;
        message[1] = recipe.code;
        eval::put16(message, 4, std::min(recipe.source_port, recipe.destination_port));
        message[7] = 1;
        std::ranges::copy(recipe.data, message.begin() + 8);
        eval::put16(message, 2, eval::checksum(message));
        return {message.begin(), message.end()};
    }

    /// Mostly a boundary where the policy reads the field, else the fallback.
    model::Value value(Field field, model::Value fallback) {
        const auto known = boundaries_.find(field);
        if (known != boundaries_.end() && dice_.percent(80)) return dice_.one_of(known->second);
        return dice_.percent(20) ? dice_.below(model::info(field).max() + 1) : fallback;
    }

    model::Ipv4Address address(Field field) {
        return static_cast<model::Ipv4Address>(value(field, 0x08080808));
    }

    model::Ipv4Address on_network_of(model::IfaceId iface) {
        const auto& ipv4 = appliance_.ifaces[iface].ipv4;
        if (!ipv4) return address(Field::ip_saddr);
        return static_cast<model::Ipv4Address>(ipv4->network.address |
                                               (dice_.below(16) & ~ipv4->network.mask()));
    }

    model::Ipv4Address source_at(model::IfaceId iface) {
        const auto kind = dice_.below(100);
        if (kind < 40) return on_network_of(iface);
        if (kind < 95) return address(Field::ip_saddr);
        return dice_.one_of<model::Ipv4Address>(
            {0, 0x7f000001, 0xe0000001, 0xf0000001, 0xffffffff, 0x00000001});
    }

    model::Ipv4Address destination_from(model::IfaceId iface) {
        const auto kind = dice_.below(100);
        if (kind < 30)
            return on_network_of(static_cast<model::IfaceId>(dice_.below(appliance_.ifaces.size())));
        if (kind < 45 && appliance_.ifaces[iface].ipv4) return appliance_.ifaces[iface].ipv4->address;
        if (kind < 95) return address(Field::ip_daddr);
        return dice_.one_of<model::Ipv4Address>(
            {0, 0x7f000001, 0xe0000005, 0xf0000001, 0xffffffff, 0x08080808});
    }

    std::uint8_t protocol() {
        const auto kind = dice_.below(100);
        if (kind < 45) return eval::tcp;
        if (kind < 68) return eval::udp;
        if (kind < 90) return eval::icmp;
        return static_cast<std::uint8_t>(
            value(Field::ip_protocol, dice_.one_of<model::Value>({2, 47, 50, 132})));
    }

    unsigned flags() {
        using namespace eval::tcp_flag;
        if (dice_.percent(30)) return static_cast<unsigned>(value(Field::tcp_flags, 0));
        return dice_.one_of({syn, syn | ack, ack, psh | ack, fin | ack, rst, rst | ack, fin, urg | ack, 0u,
                             fin | psh | urg, syn | fin, 0x100u, 0x1ffu, syn | 0xc0u});
    }

    std::uint8_t icmp_type() { return dice_.one_of<std::uint8_t>({0, 3, 4, 5, 8, 11, 12, 13, 14, 15, 17}); }

    std::string data() {
        std::size_t bytes = dice_.one_of<std::size_t>({0, 0, 0, 1, 7, 8, 33, 100});
        if (dice_.percent(5)) bytes = dice_.one_of<std::size_t>({519, 520, 521, 528, 548, 549, 1400, 1440});
        if (boundaries_.contains(Field::ip_length) && dice_.percent(30)) {
            const model::Value wanted = dice_.one_of(boundaries_.at(Field::ip_length));
            bytes = static_cast<std::size_t>(std::clamp<model::Value>(wanted, 40, 1480) - 40);
        }
        std::string text(bytes, '\0');
        for (auto& c : text) c = static_cast<char>(dice_.below(256));
        return text;
    }

    /// Fields that the policy reads, and some that matter to every appliance.
    std::vector<model::FieldValue> other_fields(std::uint8_t protocol) {
        using enum Field;
        std::vector<model::FieldValue> fields;
        if (dice_.percent(12)) fields.push_back({ip_ttl, dice_.one_of<model::Value>({0, 1, 2, 255})});
        if (dice_.percent(10)) fields.push_back({ip_dscp, dice_.below(64)});
        if (dice_.percent(10)) fields.push_back({ip_id, dice_.below(65536)});
        if (dice_.percent(4)) fields.push_back({ip_options, 1});
        for (const auto field : {ip_dscp, ip_ecn, ip_id, ip_ttl})
            if (boundaries_.contains(field) && dice_.percent(50)) fields.push_back({field, value(field, 1)});
        if (protocol == eval::tcp) {
            for (const auto field : {tcp_sequence, tcp_ackseq})
                if (dice_.percent(40))
                    fields.push_back({field, dice_.one_of<model::Value>({0, 1, 0xffffffff, 77})});
            for (const auto field : {tcp_sequence, tcp_ackseq, tcp_reserved, tcp_window, tcp_urgptr})
                if (boundaries_.contains(field) && dice_.percent(50))
                    fields.push_back({field, value(field, 1)});
        }
        if (protocol == eval::udp && dice_.percent(15)) fields.push_back({udp_checksum, 0});
        return fields;
    }

    /// The Iface by which that address is reached, as far as routes tell.
    model::IfaceId behind(model::Ipv4Address address) {
        const auto routed = eval::route_from_here(appliance_, address);
        if (const auto* hop = std::get_if<eval::Hop>(&routed)) return hop->egress;
        return static_cast<model::IfaceId>(dice_.below(appliance_.ifaces.size()));
    }

    model::Timeouts timeouts() {
        const auto& conntrack = appliance_.conntrack;
        return dice_.one_of<model::Timeouts>(
            {conntrack.established, conntrack.confirmed, conntrack.unconfirmed});
    }

    /// Just before, just at, just after, to the nanosecond.
    Time around_ns(std::uint32_t seconds) {
        return seconds * eval::second_ns + dice_.below(3) - (seconds > 0);
    }

    Time pause_ns() {
        if (!appliance_.limits.empty() && dice_.percent(40))
            return refill_ns(dice_.one_of(appliance_.limits));
        const auto of_flow = timeouts();
        if (dice_.percent(80)) return around_ns(dice_.one_of({of_flow.tcp, of_flow.udp, of_flow.icmp}));
        return dice_.one_of<Time>({1, 1'000'000, 10'000'000, eval::second_ns});
    }

    /// Until some tokens are there again, or all: just before, just at, just after.
    Time refill_ns(const model::Limit& limit) {
        const Time tokens = dice_.percent(50) ? 1 : 1 + dice_.below(std::min(limit.burst, 1000u));
        return (tokens * limit.period_s * eval::second_ns + limit.rate - 1) / limit.rate + dice_.below(3) - 1;
    }

    const model::Appliance& policy_;
    model::Appliance appliance_; ///< with the leases of the moment
    const Boundaries& boundaries_;
    Dice dice_;
    std::vector<Recipe> past_;
    std::optional<FarSide> far_side_;
};

} // namespace

std::vector<std::optional<model::Ipv4Config>> possible_leases(const model::Appliance& appliance,
                                                              model::IfaceId iface) {
    const auto in = [](model::Ipv4Address address, std::uint8_t length,
                       std::optional<model::Ipv4Address> gateway) {
        model::Ipv4Prefix network{0, length};
        network.address = address & network.mask();
        return model::Ipv4Config{address, network, gateway, address ^ 0x40};
    };
    const model::Ipv4Address base = 0xcb007100 + iface * 0x100; // 203.0.113.0, and one network for each Iface
    std::vector<std::optional<model::Ipv4Config>> leases = {
        std::nullopt,
        appliance.ifaces.at(iface).ipv4,
        in(base + 5, 24, base + 1),
        in(base + 77, 24, base + 1),
        in(base + 5, 29, {}),
        in(0xc6336409, 31, 0xc6336408),  // 198.51.100.9: without a broadcast address
        in(0xc6336409, 32, 0xc63364fe)}; // and with a gateway that lies outside
    for (model::IfaceId other = 0; other < appliance.ifaces.size(); ++other) // a gateway that is ourselves
        if (const auto& own = appliance.ifaces[other].ipv4; own && other != iface)
            leases.push_back(in(base + 9, 24, own->address));
    for (const auto& statement : appliance.statements)
        if (statement.action == model::Action::snat && statement.ipv4_address)
            leases.push_back(in(*statement.ipv4_address, 24, {}));
    return leases;
}

History random_history(const model::Appliance& appliance, const Boundaries& boundaries, std::uint64_t seed,
                       std::size_t packets_max) {
    return Generator(appliance, boundaries, seed).history(packets_max);
}

std::string describe(const model::Appliance& appliance, const History& history) {
    std::string text;
    for (const auto& event : history) {
        if (const auto* pause = std::get_if<Pause>(&event)) {
            text += fmt::format("  wait {} ns\n", pause->ns);
        } else if (const auto* lease = std::get_if<NewLease>(&event)) {
            text += fmt::format("  {} leases {}\n", appliance.ifaces.at(lease->iface).name,
                                lease->ipv4 ? eval::show(Field::ip_saddr, lease->ipv4->address) + "/" +
                                                  std::to_string(lease->ipv4->network.length)
                                            : "nothing");
        } else {
            const auto& frame = std::get<FrameIn>(event);
            text += fmt::format("  {} <- {}\n", appliance.ifaces.at(frame.iface).name,
                                describe_frame(frame.bytes));
        }
    }
    return text;
}

} // namespace harness
