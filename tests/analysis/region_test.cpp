// What can come to a chain: every packet that the interpreter brings to one lies in its region, whatever policy
// and history it is.
#include "compiler/analysis/region.hpp"
#include "compiler/eval/machine.hpp"
#include "compiler/sema/load.hpp"
#include "harness/packets.hpp"
#include "harness/random.hpp"
#include "tests/analysis/policy.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

namespace {

namespace fs = std::filesystem;
using model::Field;
using model::Value;

/// A packet between two stages, with all that a function could read of it.
struct Seen {
    const eval::StageTrace& stage;
    eval::View frame; ///< that it came in

    eval::Datagram datagram() const { return eval::Datagram(stage.before.datagram); }
    bool came_in() const { return stage.packet == 0; }

    std::optional<Value> value(Field field) const {
        const auto layer = model::info(field).layer;
        const bool behind_route = stage.stage != "prerouting" && stage.stage != "input";
        if (field == Field::iface_in) return came_in() ? Value{stage.before.ingress} : model::no_iface;
        if (field == Field::iface_out) return behind_route ? Value{stage.before.hop.egress} : model::no_iface;
        if (field == Field::ct_state) return static_cast<Value>(stage.before.tracked.state);
        if (field == Field::vlan_id) return came_in() ? eval::link_of(frame)->vlan : Value{0};
        if (layer == model::Layer::eth)
            return came_in() ? eval::get_bits(frame, model::info(field).bit, model::info(field).bits) : Value{0};
        if (!eval::has(datagram(), field)) return std::nullopt;
        return eval::read(datagram(), field);
    }
};

/// What a fact is of a packet; nothing where that lacks a field.
std::optional<Value> is_so(const symbolic::Fact& fact, const Seen& seen) {
    const auto field = [&](symbolic::Variable variable) { return seen.value(static_cast<Field>(variable)); };
    if (const auto* room = std::get_if<symbolic::Room>(&fact.meaning)) {
        auto sum = room->more;
        for (const auto& [variable, doubled] : room->parts) {
            if (!field(variable)) return std::nullopt;
            sum += *field(variable) << doubled;
        }
        return sum <= field(room->within).value() ? 1 : 0;
    }
    const auto& [left_one, less, right_one] = std::get<symbolic::Comparison>(fact.meaning);
    const auto left = field(left_one).value(), right = field(right_one).value();
    return (less ? left < right : left == right) ? 1 : 0;
}

/// The first variable that the box says something else of; nothing when the packet is in it.
std::optional<std::string> outside(const symbolic::Space& space, const symbolic::Box& box, const Seen& seen) {
    for (const auto& [variable, values] : box) {
        std::optional<Value> value;
        std::string name;
        if (variable < symbolic::header_complete) {
            value = seen.value(static_cast<Field>(variable));
            name = model::info(static_cast<Field>(variable)).name;
        } else if (variable == symbolic::header_complete) {
            value = seen.datagram().transport_complete() ? 1 : 0;
            name = "header_complete";
        } else {
            const auto* fact = space.fact(variable);
            name = fact->name;
            value = is_so(*fact, seen);
        }
        if (value && !space.sets[values].contains(*value)) return name + " is " + std::to_string(*value);
    }
    return std::nullopt;
}

std::optional<analysis::Way> chain_of(const eval::StageTrace& stage) {
    using model::Hook;
    if (stage.stage == "prerouting") return model::IfaceChain{stage.before.ingress, Hook::prerouting};
    if (stage.stage == "input") return model::IfaceChain{stage.before.local, Hook::input};
    if (stage.stage == "output") return model::IfaceChain{stage.before.hop.egress, Hook::output};
    if (stage.stage == "postrouting") return model::IfaceChain{stage.before.hop.egress, Hook::postrouting};
    if (stage.stage == "forward") return model::ForwardChain{};
    return std::nullopt;
}

/// The regions of one appliance, each made once.
class Regions {
public:
    explicit Regions(const model::Appliance& appliance) : appliance_(appliance) {}

    void check(const Seen& seen) {
        const auto chain = chain_of(seen.stage);
        if (!chain) return;
        const auto name = analysis::text_of(appliance_, *chain);
        const bool invalid = seen.stage.before.tracked.state == model::State::invalid;
        auto [known, is_new] = regions_.try_emplace({name, invalid});
        if (is_new) known->second = analysis::packets_at(space_, appliance_, *chain, invalid);
        ++met[name.substr(name.find('.') + 1)];
        std::string why;
        for (const auto& box : known->second) {
            const auto outside_of = outside(space_, box, seen);
            if (!outside_of) return;
            why += *outside_of + "; ";
        }
        INFO(name << ": " << why);
        FAIL_CHECK("a packet came that the region lacks");
    }

    std::map<std::string, std::size_t> met;

private:
    const model::Appliance& appliance_;
    symbolic::Space space_;
    std::map<std::pair<std::string, bool>, std::vector<symbolic::Box>> regions_;
};

/// How often packets came to chains of each hook.
std::map<std::string, std::size_t> follow(const model::Appliance& appliance, std::uint64_t histories) {
    const auto boundaries = harness::boundaries_of(appliance);
    const auto macs = harness::nic_macs(appliance);
    Regions regions(appliance);
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        eval::Machine machine(appliance, macs);
        eval::Time now = 0;
        for (const auto& event : harness::random_history(appliance, boundaries, seed, 16)) {
            if (const auto* pause = std::get_if<harness::Pause>(&event)) machine.tick(now += pause->ns);
            if (const auto* lease = std::get_if<harness::NewLease>(&event)) machine.lease(lease->iface, lease->ipv4);
            const auto* in = std::get_if<harness::FrameIn>(&event);
            if (in == nullptr) continue;
            eval::Trace trace;
            machine.receive(model::nic_of(appliance, in->iface), in->bytes, now, &trace);
            INFO("seed " << seed);
            for (const auto& stage : trace.stages) regions.check({stage, in->bytes});
        }
    }
    return regions.met;
}

} // namespace

TEST_CASE("every packet that comes to a chain of a sample is one that can") {
    std::map<std::string, std::size_t> met;
    for (const auto& entry : fs::directory_iterator(PROJECT "/samples")) {
        if (entry.path().extension() != ".nacl") continue;
        const auto loaded = sema::load(entry.path());
        REQUIRE(loaded.appliance);
        INFO(entry.path());
        for (const auto& [chain, times] : follow(*loaded.appliance, 60)) met[chain] += times;
    }
    for (const auto* chain : {"prerouting", "input", "forward", "output", "postrouting"}) {
        INFO(chain);
        CHECK(met[chain] > 20);
    }
}

TEST_CASE("every packet that comes to a chain behind translations and lenient settings is one that can") {
    const std::string chains = "wan.prerouting: n wan.postrouting: s lan.prerouting: n wan.output: n\n"
                               "wan.input: f lan.postrouting: f lan.output: f\n"
                               "Filter::IP f { if (ip.ttl < 3) { drop } accept }\n"
                               "Nat::IP s { if (ip.dscp == 1) { snat(203.0.113.9) } }\n"
                               "Nat::TCP web { if (tcp.dport == 80) { dnat(10.0.0.5) } if (tcp.dport == 81) { dnat(127.0.0.9) } }\n"
                               "Nat::IP n { web if (ip.ttl in 1-70) { dnat(10.0.0.9) } }\n";
    for (const std::string lenient : {"", "Conntrack c { drop_invalid: false }\n", "Conntrack c { stateful_tcp: true }\n"}) {
        const auto met = follow(policy(chains + lenient), 300);
        CHECK(met.at("forward") > 50);
        CHECK(met.at("input") > 5);
    }
}
