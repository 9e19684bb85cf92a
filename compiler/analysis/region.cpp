#include "compiler/analysis/region.hpp"

#include "compiler/eval/routing.hpp"
#include "compiler/eval/validity.hpp"
#include "compiler/symbolic/values.hpp"

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
const IntervalSet routed_ttl = {{1, 254}}; ///< one less than it came with, and not nothing (path.md, route)

IntervalSet either(const IntervalSet& a, const IntervalSet& b) {
    auto all = a.intervals();
    all.insert(all.end(), b.intervals().begin(), b.intervals().end());
    return IntervalSet(std::move(all));
}

IntervalSet without(const IntervalSet& a, const IntervalSet& b) {
    return model::both(a, b.complement(std::numeric_limits<Value>::max()));
}

IntervalSet single(Value value) { return {{value, value}}; }

/// What is said of some fields.
using Sides = std::vector<std::pair<Field, IntervalSet>>;

/// A packet's headers: what the one behind IP's needs there, and the states that go with it.
struct Headers {
    std::optional<Value> protocol; ///< nothing: none of TCP, UDP, ICMP
    bool complete = true;
    model::Interval payload_bytes;
    Sides also;
};

class Region {
public:
    Region(symbolic::Space& space, const model::Appliance& appliance, bool anything_made_here = false)
        : space_(space), appliance_(appliance), anything_made_here_(anything_made_here) {
        for (const auto& iface : appliance.ifaces)
            if (!iface.leases() && iface.ipv4) stated_ = either(stated_, addresses_of(iface.ipv4->network));
        for (const auto& iface : appliance.ifaces) // a fallback is not refused, wherever it lies
            if (iface.leases() && iface.ipv4) stated_ = without(stated_, addresses_of(iface.ipv4->network));
        for (IfaceId id = 0; id < appliance.ifaces.size(); ++id) {
            const auto& iface = appliance.ifaces[id];
            if (eval::forwards(appliance, id)) forwarding_.push_back(id);
            if (iface.leases()) has_leases_ = true;
            if (iface.masquerade) {
                hides_ = true;
                masquerading_.push_back(id);
            }
            if (!iface.ipv4 || iface.leases()) continue;
            own_ = either(own_, single(iface.ipv4->address));
            if (const auto broadcast = iface.ipv4->network.broadcast()) {
                broadcasts_ = either(broadcasts_, single(*broadcast));
                numbers_ = either(numbers_, single(iface.ipv4->network.address));
            }
        }
        for (const auto* statement : translations_on_chains(appliance)) {
            if (statement->action == model::Action::dnat) {
                send_to(statement->ipv4_address);
                continue;
            }
            hides_ = true;
            if (const auto address = statement->ipv4_address)
                hidden_as_ = either(hidden_as_, single(*address));
            else
                hides_ports_ = true;
        }
        if (const auto& balancer = appliance.load_balancer) {
            for (const auto& server : balancer->pool) send_to(server.address);
            hides_ = true; // path.md, Translation: the servers do not see who asks
            for (const auto iface : {balancer->clients, balancer->servers}) hidden_as_ = either(hidden_as_, hiding_address(iface));
        }
        if (!has_leases_) return;
        unleased_.emplace().ifaces = appliance.ifaces;
        unleased_->gateway = appliance.gateway;
        for (auto& iface : unleased_->ifaces)
            if (iface.leases()) iface.ipv4.reset();
    }

    std::vector<Box> of(const Way& way, bool invalid) {
        const auto* of_iface = std::get_if<model::IfaceChain>(&way);
        if (comes_in(way))
            come_in(way, model::both(destinations(), destinations_on(way)));
        else if (const auto* departure = std::get_if<Departure>(&way))
            leaving(departure->by, false);
        else if (of_iface == nullptr)
            forward();
        else if (of_iface->hook == model::Hook::prerouting)
            prerouting(of_iface->iface);
        else if (of_iface->hook == model::Hook::input)
            input(of_iface->iface);
        else
            leaving(of_iface->iface, of_iface->hook == model::Hook::postrouting);
        return with_headers(ends_here(way), invalid);
    }

    std::vector<Box> wherever_to(const Way& way, bool invalid) {
        come_in(way, destinations());
        return with_headers(ends_here(way), invalid);
    }

    std::vector<SentBack> sent_back() const {
        const IntervalSet all = {{0, address_max}};
        std::vector<SentBack> found;
        using enum model::State;
        for (const auto iface : masquerading_) {
            found.push_back({established, established, sent_by(iface, eval::route_through), hiding_address(iface), all});
            found.push_back({related, related, all, hiding_address(iface), all});
        }
        if (!hidden_as_.intervals().empty()) found.push_back({established, related, all, hidden_as_, all});
        if (hides_ports_) found.push_back({established, related, all, all, all, true});
        if (!translated_to_.intervals().empty()) found.push_back({related, related, all, all, translated_to_});
        return found;
    }

    IntervalSet destinations_on(const Way& way) const {
        if (const auto* path = std::get_if<model::Assert::Path>(&way)) return destinations_by(path->to);
        if (const auto* delivery = std::get_if<Delivery>(&way))
            return is_routed(way) ? address_of(delivery->to) : either(address_of(delivery->to), groups_at(delivery->to));
        return destinations_of(std::get<DeadEnd>(way));
    }

    /// A leased address is a host's, and of no network that is stated, but for one to fall back to.
    IntervalSet leasable() const {
        return without(IntervalSet{{0, address_max}}, either(stated_, either(reserved, either(multicast, limited_broadcast))));
    }

private:
    /// Whether packets on that way are delivered, with a sound header (path.md, check the transport).
    static bool ends_here(const Way& way) {
        const auto chains = chains_on(way);
        const auto* last = std::get_if<model::IfaceChain>(&chains.back());
        return last != nullptr && last->hook == model::Hook::input;
    }

    /// Not to an address of ours, which is no way out.
    IntervalSet destinations_by(IfaceId iface) const {
        return without(model::both(destinations_inside(), sent_by(iface, eval::route_through)), ends_here());
    }

    /// By the address that it has, or may have.
    IntervalSet address_of(IfaceId iface) const {
        const auto& ipv4 = appliance_.ifaces[iface].ipv4;
        if (appliance_.ifaces[iface].leases()) return model::both(destinations_inside(), leasable());
        return ipv4 ? single(ipv4->address) : IntervalSet{};
    }

    /// To all there.
    IntervalSet groups_at(IfaceId iface) const {
        const auto& ipv4 = appliance_.ifaces[iface].ipv4;
        if (appliance_.ifaces[iface].leases() || !ipv4 || !ipv4->network.broadcast()) return limited_broadcast;
        return either(limited_broadcast, single(*ipv4->network.broadcast()));
    }

    /// What is not delivered at once; with time to live left, what no route leads to either. Where that hangs on a lease, it
    /// counts.
    IntervalSet destinations_of(const DeadEnd& way) const {
        auto left = destinations_inside();
        if (!appliance_.ifaces[way.from].leases()) left = without(left, either(address_of(way.from), groups_at(way.from)));
        if (way.is_late || !eval::forwards(appliance_, way.from)) return left;
        for (IfaceId to = 0; to < appliance_.ifaces.size(); ++to) {
            if (has_leases_) { // what does not hang on them is led to the networks that are stated
                if (!appliance_.ifaces[to].leases())
                    left = without(left, model::both(stated_, sent_by(to, eval::route_through)));
                continue;
            }
            left = without(left, destinations_by(to));
            left = without(left, model::both(own_, sent_by(to, eval::route_through)));
        }
        return left;
    }

    IntervalSet hiding_address(IfaceId iface) const {
        return appliance_.ifaces[iface].leases() ? leasable() : address_of(iface);
    }

    static IntervalSet addresses_of(const model::Ipv4Prefix& network) {
        return {{network.address, Value{network.address} | ~network.mask()}};
    }

    void send_to(const std::optional<std::uint32_t>& address) {
        translates_ = true;
        if (address) translated_to_ = either(translated_to_, single(*address));
    }

    /// Behind prerouting a packet is on its way to where it was sent. What comes back to a source that was hidden is not:
    /// an error may go to the very host that sent it.
    bool goes_as_sent() const { return !translates_ && !hides_; }

    std::optional<Box> where(const Sides& sides) {
        Box box;
        for (const auto& [field, values] : sides)
            if (!narrow(space_, box, symbolic::variable(field), space_.sets.add(values))) return std::nullopt;
        return box;
    }

    /// Packets on a way. `as_they_came`: nothing has been translated, so none goes to where it comes from.
    void add(const Sides& sides, bool as_they_came) {
        const auto box = where(sides);
        if (!box) return;
        auto* to = &ways_;
        for (const auto& kind : kinds_of_land(as_they_came)) {
            if (auto some = both(space_, *box, kind)) to->push_back(std::move(*some));
            to = &to_themselves_;
        }
    }

    /// What goes to another than it comes from, and what of the others there is: an error that its quoted packet's own
    /// sender sends to where that was hidden, and what is translated to its own sender.
    std::vector<Box> kinds_of_land(bool as_they_came) {
        const symbolic::Comparison same{symbolic::variable(Field::ip_saddr), false, symbolic::variable(Field::ip_daddr)};
        const auto equal = space_.fact(same);
        std::vector<Box> kinds(1);
        narrow(space_, kinds.front(), equal, space_.one(0));
        const auto land = [&](const Sides& sides) {
            auto box = where(sides);
            if (box && narrow(space_, *box, equal, space_.one(1))) kinds.push_back(std::move(*box));
        };
        if (as_they_came) return kinds;
        if (hides_) land({{Field::ct_state, single(as_value(model::State::related))}});
        if (translates_) land({{Field::ip_saddr, translated_to_}, {Field::ip_daddr, translated_to_}});
        return kinds;
    }

    /// Of packets that come in by an Iface, as `validate` lets them pass.
    IntervalSet sources() const {
        const auto ours = either(either(own_, broadcasts_), numbers_);
        return without(IntervalSet{{0, address_max}},
                       either(either(reserved, multicast), either(limited_broadcast, ours)));
    }
    IntervalSet destinations() const {
        return without(IntervalSet{{0, address_max}}, either(reserved, numbers_));
    }
    /// Behind prerouting. The peer of a flow that answers go to was a source once.
    IntervalSet destinations_inside() const { return either(destinations(), translated_to_); }
    /// What is delivered, or not forwarded.
    IntervalSet ends_here() const {
        return either(either(own_, broadcasts_), either(multicast, limited_broadcast));
    }

    /// The destinations that a routing function sends by an Iface. It says the same between the ends of
    /// networks.
    IntervalSet sent_by(IfaceId iface, eval::Routed (*route)(const model::Appliance&, model::Ipv4Address)) const {
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
            // Where a network is leased, where it lies is not known. By an Iface without a lease goes no more than what would
            // if there were none; of that, what goes to a stated network does so whatever is leased, for it is none of these.
            const auto& stated = unleased_ ? *unleased_ : appliance_;
            const eval::Routed routed = route(stated, static_cast<model::Ipv4Address>(starts[i]));
            const auto* hop = std::get_if<eval::Hop>(&routed);
            const bool leads_here = appliance_.ifaces[iface].leases()
                                        ? may_be_led_by(iface, starts[i], hop != nullptr, route == eval::route_from_here)
                                        : hop != nullptr && hop->egress == iface;
            if (leads_here) found.push_back({starts[i], last - 1});
        }
        return IntervalSet(std::move(found));
    }

    /// By an Iface that leases, to where nothing else leads for sure: into the network that it gets, if that is one to go to;
    /// and by a route of its own, unless another one is better. `has_way`: where nothing is leased. What is made here goes into
    /// its network in any case, and to a router that it is told.
    bool may_be_led_by(IfaceId iface, Value to, bool has_way, bool made_here) const {
        const bool is_settled = has_way && stated_.contains(to);
        if (is_settled || made_here) return !is_settled;
        return appliance_.gateway && std::ranges::any_of(appliance_.gateway->routes, [&](const model::Route& route) {
            if (route.iface != iface) return false;
            return route.connected || (!has_way && route.destination.contains(static_cast<model::Ipv4Address>(to)));
        });
    }

    /// What comes in by an Iface: with a reverse-path check only what would go back by it.
    IntervalSet sources_of(IfaceId iface) const {
        if (!appliance_.ifaces[iface].strict_rpf) return sources();
        return model::both(sources(), sent_by(iface, eval::route_from_here));
    }

    /// What is known of all packets that come in by an Iface.
    Sides came_by(IfaceId iface) const {
        return {{Field::iface_in, single(iface)},
                {Field::vlan_id, single(appliance_.ifaces[iface].vlan.value_or(0))},
                {Field::ip_saddr, sources_of(iface)}};
    }

    static Sides with(Sides sides, Sides more) {
        sides.insert(sides.end(), more.begin(), more.end());
        return sides;
    }

    void prerouting(IfaceId iface) {
        add(with(came_by(iface), {{Field::iface_out, single(model::no_iface)}, {Field::ip_daddr, destinations()}}),
            true);
    }

    void input(IfaceId iface) {
        const auto address = address_of(iface);
        const std::pair no_egress{Field::iface_out, single(model::no_iface)};
        add(with(came_by(iface), {no_egress, {Field::ip_daddr, either(address, groups_at(iface))}}), goes_as_sent());
        for (const auto in : forwarding_)
            if (in != iface)
                add(with(came_by(in), {no_egress, {Field::ip_daddr, address}, {Field::ip_ttl, routed_ttl}}),
                    goes_as_sent());
    }

    /// Each address of ours is forwarded to only from other Ifaces (path.md, local).
    void forward() {
        const auto others = without(destinations_inside(), ends_here());
        for (const auto in : forwarding_) {
            const auto& [own, leases] = std::pair(appliance_.ifaces[in].ipv4, appliance_.ifaces[in].leases());
            const auto foreign = own && !leases ? without(own_, single(own->address)) : own_;
            for (IfaceId out = 0; out < appliance_.ifaces.size(); ++out)
                add(with(came_by(in), {{Field::iface_out, single(out)},
                                       {Field::ip_ttl, routed_ttl},
                                       {Field::ip_daddr, model::both(sent_by(out, eval::route_through),
                                                                     either(others, foreign))}}),
                    goes_as_sent());
        }
    }

    /// With time to live for the way.
    void come_in(const Way& way, const IntervalSet& to) {
        const auto come = [&](IfaceId from, Value out, const IntervalSet& ttl, const IntervalSet& destinations) {
            add(with(came_by(from), {{Field::iface_out, single(out)}, {Field::ip_ttl, ttl}, {Field::ip_daddr, destinations}}),
                true);
        };
        constexpr Value ttl_max = 255;
        const IntervalSet any_ttl = {{0, ttl_max}}, spent = {{0, 1}}, left = {{2, ttl_max}};
        if (const auto* path = std::get_if<model::Assert::Path>(&way)) {
            if (eval::forwards(appliance_, path->from)) come(path->from, path->to, left, to);
        } else if (const auto* dead_end = std::get_if<DeadEnd>(&way)) {
            come(dead_end->from, model::no_iface, dead_end->is_late ? spent : any_ttl, to);
        } else if (const auto& delivery = std::get<Delivery>(way); !is_routed(way)) {
            come(delivery.from, model::no_iface, any_ttl, to);
        } else if (eval::forwards(appliance_, delivery.from)) {
            for (IfaceId out = 0; out < appliance_.ifaces.size(); ++out)
                if (!model::both(address_of(delivery.to), sent_by(out, eval::route_through)).intervals().empty())
                    come(delivery.from, out, left, to);
        }
    }

    /// Nothing is made here for an address of ours; a dnat on output may send it there.
    IntervalSet made_for(IfaceId iface) const {
        const auto sent = sent_by(iface, eval::route_from_here);
        return translates_ ? sent : without(sent, own_);
    }

    // What is made here and goes through chains (path.md, deliver and log): other answers and the lines of Timers do not.

    static Sides echo_reply() {
        return {{Field::ip_protocol, single(1)}, {Field::icmp_type, single(0)}, {Field::icmp_code, single(0)}};
    }

    /// A dnat on output may have sent it elsewhere.
    Sides log_datagram(bool behind_output) const {
        Sides sides = {{Field::ip_protocol, single(17)}, {Field::udp_sport, single(514)}};
        if (behind_output && translates_) return sides;
        sides.push_back({Field::ip_daddr, single(appliance_.syslog->address)});
        sides.push_back({Field::udp_dport, single(appliance_.syslog->port)});
        return sides;
    }

    void leaving(IfaceId iface, bool at_postrouting) {
        const Sides made_here = {{Field::iface_in, single(model::no_iface)},
                                 {Field::iface_out, single(iface)},
                                 {Field::vlan_id, single(0)},
                                 {Field::ip_ttl, single(64)},
                                 {Field::ip_options, single(0)},
                                 {Field::ip_saddr, has_leases_ ? either(own_, leasable()) : own_},
                                 {Field::ip_daddr, made_for(iface)},
                                 {Field::eth_saddr, single(0)},
                                 {Field::eth_daddr, single(0)}};
        if (anything_made_here_) {
            add(made_here, goes_as_sent());
        } else {
            add(with(made_here, echo_reply()), goes_as_sent());
            if (appliance_.syslog) add(with(made_here, log_datagram(at_postrouting)), goes_as_sent());
        }
        if (!at_postrouting) return;
        const Sides sent = {{Field::iface_out, single(iface)}, {Field::ip_ttl, routed_ttl}};
        for (const auto in : forwarding_)
            add(with(came_by(in), with(sent, {{Field::ip_daddr, destinations_by(iface)}})), goes_as_sent());
        // What is balanced leaves by the Ifaces of its peers, whatever routes say (path.md, balance).
        if (appliance_.load_balancer)
            for (IfaceId in = 0; in < appliance_.ifaces.size(); ++in)
                add(with(came_by(in), with(sent, {{Field::ip_daddr, destinations_inside()}})), false);
    }

    /// Each way with each kind of headers and states that go together.
    std::vector<Box> with_headers(bool delivered, bool invalid) {
        const auto kinds = boxes_of_headers(delivered, invalid);
        std::vector<Box> boxes;
        ways_.insert(ways_.end(), to_themselves_.begin(), to_themselves_.end()); // they are the last to be shown
        for (const auto& way : ways_)
            for (const auto& kind : kinds)
                if (auto box = both(space_, way, kind)) boxes.push_back(std::move(*box));
        return boxes;
    }

    /// Headers of IP without options, and longer ones.
    std::vector<Box> boxes_of_headers(bool delivered, bool invalid) {
        constexpr Value options_min = 4, options_max = 40;
        std::vector<Box> boxes;
        for (const auto& headers : kinds_of_headers(delivered, invalid))
            for (const bool options : {false, true}) {
                const Value least = 20 + (options ? options_min : 0), most = 20 + (options ? options_max : 0);
                Sides sides = {{Field::ip_version, single(4)},
                               {Field::ip_frag_off, single(0)}, // they are whole: path.md, reassemble
                               {Field::ip_options, single(options ? 1 : 0)},
                               {Field::ip_hdrlength, {{least, most}}},
                               {Field::ip_length, {{least + headers.payload_bytes.low,
                                                    std::min<Value>(most + headers.payload_bytes.high, 65535)}}},
                               {Field::ip_protocol, headers.protocol
                                                        ? single(*headers.protocol)
                                                        : without({{0, 255}}, {{1, 1}, {6, 6}, {17, 17}})}};
                auto box = where(with(std::move(sides), headers.also));
                const auto room = space_.fact(room_for(headers));
                narrow(space_, *box, room, space_.one(1));
                if (headers.protocol)
                    narrow(space_, *box, symbolic::header_complete, space_.one(headers.complete ? 1 : 0));
                boxes.push_back(std::move(*box));
            }
        return boxes;
    }

    /// The whole packet has room for its headers, as long as they say they are, and what is behind them.
    static symbolic::Room room_for(const Headers& headers) {
        constexpr unsigned words_of_four = 2;
        symbolic::Room room{{{symbolic::variable(Field::ip_hdrlength)}}, 0, symbolic::variable(Field::ip_length)};
        const auto said = [&](Field field) { // only of sound headers: path.md, validate
            return std::ranges::any_of(headers.also, [&](const auto& side) { return side.first == field; });
        };
        if (said(Field::tcp_doff))
            room.parts.push_back({symbolic::variable(Field::tcp_doff), words_of_four});
        else if (said(Field::udp_length))
            room.parts.push_back({symbolic::variable(Field::udp_length)});
        else
            room.more = headers.payload_bytes.low;
        return room;
    }

    /// What goes together according to "track" in path.md.
    static std::vector<Headers> kinds_of_headers(bool delivered, bool invalid) {
        using model::State;
        constexpr Value most = 65535;
        const auto state = [](State one) { return std::pair{Field::ct_state, single(as_value(one))}; };
        const std::pair known{Field::ct_state, either(single(as_value(State::fresh)),
                                                      single(as_value(State::established)))};
        const std::pair flags{Field::tcp_flags, sane_flags()};
        std::vector<Headers> kinds = {
            {6, true, {20, most}, {known, flags, {Field::tcp_doff, {{5, 15}}}}},
            {17, true, {8, most}, {known, {Field::udp_length, {{8, most}}}}},
            {1, true, {8, most}, {state(State::fresh), {Field::icmp_type, {{8, 8}, {13, 13}}}}},
            {1, true, {8, most}, {state(State::established), {Field::icmp_type, {{0, 0}, {8, 8}, {13, 14}}}}},
            // An error quotes the header of what it is about.
            {1, true, {28, most}, {state(State::related), {Field::icmp_type, {{3, 3}, {11, 12}}}}},
            {std::nullopt, true, {0, most}, {known}}};
        if (!invalid) return kinds;
        const auto lost = state(State::invalid);
        kinds.push_back({6, true, {20, most}, {lost, flags}});
        kinds.push_back({17, true, {8, most}, {lost}});
        kinds.push_back({1, true, {8, most}, {lost}});
        if (delivered) return kinds; // with a sound header only: path.md, check the transport
        kinds.push_back({6, false, {0, 19}, {lost}});
        kinds.push_back({17, false, {0, 7}, {lost}});
        kinds.push_back({1, false, {0, 7}, {lost}});
        return kinds;
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
    bool anything_made_here_;
    std::vector<Box> ways_, to_themselves_;
    std::vector<IfaceId> forwarding_;
    IntervalSet own_, broadcasts_, numbers_; ///< of fixed networks
    IntervalSet stated_;                     ///< the addresses of these, none of which an Iface with DHCP can have
    IntervalSet translated_to_;
    std::vector<IfaceId> masquerading_;
    IntervalSet hidden_as_; ///< by others than these
    std::optional<model::Appliance> unleased_; ///< its Ifaces and routes, where some are leased
    bool translates_ = false; ///< destinations
    bool hides_ = false;       ///< sources
    bool hides_ports_ = false; ///< and not their addresses
    bool has_leases_ = false;
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
                                     const Way& way, bool invalid) {
    return Region(space, appliance).wherever_to(way, invalid);
}

IntervalSet leasable(const model::Appliance& appliance) {
    symbolic::Space space;
    return Region(space, appliance).leasable();
}

bool can_come(symbolic::Space& space, const std::vector<Box>& region, const Box& box) {
    return std::ranges::any_of(region, [&](const Box& some) {
        return meet(space, some, box) && !may_contradict(space, both(space, some, box).value());
    });
}

std::vector<Box> first_packets(symbolic::Space& space, std::vector<Box> region) {
    const auto fresh = space.one(as_value(model::State::fresh));
    std::erase_if(region, [&](Box& box) {
        return !narrow(space, box, symbolic::variable(Field::ct_state), fresh);
    });
    return region;
}

std::vector<Box> packets_at_function(symbolic::Space& space, const model::Appliance& appliance, const Way& chain,
                                     std::size_t place) {
    // Nobody is told that a condition says too much because all that is made here are answers and logs.
    auto region = Region(space, appliance, true).of(chain, !appliance.conntrack.drop_invalid);
    const auto& functions = functions_of(appliance, chain);
    const auto kind = [&](std::size_t at) { return appliance.functions.at(functions[at]).kind; };
    if (kind(place) == model::FunctionKind::nat) region = first_packets(space, std::move(region));
    for (std::size_t before = 0; before < place; ++before) {
        if (!translates_destinations(chain, kind(before))) continue;
        for (auto& box : region)
            std::erase_if(box, [](const symbolic::Side& side) {
                return side.variable > symbolic::header_complete ||
                       std::ranges::any_of(changed_by_dnat, [&](Field field) {
                           return side.variable == symbolic::variable(field);
                       });
            });
        break;
    }
    return region;
}

std::vector<SentBack> sent_back(symbolic::Space& space, const model::Appliance& appliance) {
    return Region(space, appliance).sent_back();
}

IntervalSet destinations_on(symbolic::Space& space, const model::Appliance& appliance, const Way& way) {
    return Region(space, appliance).destinations_on(way);
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
