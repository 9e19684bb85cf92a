#include "harness/coverage.hpp"
#include "harness/random.hpp"

#include <algorithm>

namespace harness {

namespace {

using model::Field;

class Collector {
public:
    explicit Collector(const model::Appliance& appliance) : appliance_(appliance) {
        for_each_step(appliance, [&](const model::Step& step) {
            if (const auto* branch = std::get_if<model::Branch>(&step.is)) condition(branch->condition);
            if (const auto* verdict = std::get_if<model::Verdict>(&step.is))
                translation(appliance.statements.at(verdict->statement));
        });
        // Where the ranges of chosen ports begin and end.
        if (appliance.translates())
            for (const auto field : {Field::tcp_sport, Field::udp_sport})
                for (const model::Value port : {0, 1, 2, 1022, 1023, 1024, 1025, 49152, 65534, 65535})
                    value(field, port);
        for (const auto& iface : appliance.ifaces)
            if (iface.ipv4) config(*iface.ipv4);
        for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
            if (appliance.ifaces[id].leases())
                for (const auto& lease : possible_leases(appliance, id))
                    if (lease) config(*lease);
        if (appliance.gateway)
            for (const auto& route : appliance.gateway->routes) {
                prefix(route.destination);
                if (route.nexthop) address(*route.nexthop);
            }
    }

    Boundaries take() {
        for (auto& [field, values] : found_) {
            std::ranges::sort(values);
            values.erase(std::ranges::unique(values).begin(), values.end());
        }
        return std::move(found_);
    }

private:
    void translation(const model::Statement& made) {
        if (made.ipv4_address) address(*made.ipv4_address);
        if (!made.port) return;
        for (const auto field : {Field::tcp_sport, Field::tcp_dport, Field::udp_sport, Field::udp_dport})
            value(field, *made.port);
    }
    void condition(const model::Condition& condition) {
        std::visit([&](const auto& kind) { in(kind); }, condition.is);
    }
    void in(const model::Constant&) {}
    void in(const model::Test& test) {
        // Long lists are sampled: their ends are all alike.
        constexpr std::size_t intervals_max = 64;
        const auto& intervals = appliance_.sets.at(test.set).values.intervals();
        const std::size_t stride = intervals.size() / intervals_max + 1;
        for (std::size_t i = 0; i < intervals.size(); i += stride) {
            const auto [low, high] = intervals[i];
            around(test.field, low);
            around(test.field, high);
            value(test.field, low + (high - low) / 2);
        }
    }
    void in(const model::Compare& compare) {
        // Both fields get the other's values, so that they meet.
        value(compare.left, 0);
        value(compare.right, 0);
    }
    void in(const model::CompareLease& compare) {
        for (const auto& lease : possible_leases(appliance_, compare.iface))
            around(compare.field, model::value_of(lease, compare.member));
    }
    void in(const model::Exceeded&) {}
    void in(const model::Not& negation) { condition(negation.operand.at(0)); }
    void in(const model::All& all) {
        for (const auto& operand : all.operands) condition(operand);
    }
    void in(const model::Any& any) {
        for (const auto& operand : any.operands) condition(operand);
    }

    void config(const model::Ipv4Config& ipv4) {
        around(Field::ip_daddr, ipv4.address);
        prefix(ipv4.network);
        if (ipv4.gateway) address(*ipv4.gateway);
    }
    void prefix(const model::Ipv4Prefix& network) {
        around(Field::ip_daddr, network.address);
        around(Field::ip_daddr, network.address | ~network.mask());
    }
    void address(model::Ipv4Address a) { value(Field::ip_daddr, a); }

    void around(Field field, model::Value at) {
        value(field, at);
        if (at > 0) value(field, at - 1);
        if (at < model::info(field).max()) value(field, at + 1);
    }
    void value(Field field, model::Value at) {
        if (at > model::info(field).max()) return;
        found_[field].push_back(at);
        // Whoever is a destination of a reply was a source before.
        if (field == Field::ip_saddr) found_[Field::ip_daddr].push_back(at);
        if (field == Field::ip_daddr) found_[Field::ip_saddr].push_back(at);
    }

    const model::Appliance& appliance_;
    Boundaries found_;
};

} // namespace

Boundaries boundaries_of(const model::Appliance& appliance) { return Collector(appliance).take(); }

} // namespace harness
