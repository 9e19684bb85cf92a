// What `diff` says of random policies and edited copies of them, against what the interpreter does with
// packets that come to a chain, and with histories of packets that go their whole way.
#include "compiler/analysis/diff.hpp"
#include "compiler/sema/load.hpp"
#include "harness/backend.hpp"
#include "harness/random.hpp"
#include "tests/analysis/brute_edits.hpp"
#include "tests/analysis/brute_policy.hpp"
#include "tests/analysis/chain_end.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>

namespace {

using analysis::ChainDiff;
using analysis::Change;
using harness::Dice;

struct Changes {
    bool more = false, less = false, otherwise = false, in_logs = false;

    void add(const ChainEnd& was, const ChainEnd& is) {
        more = more || is.rank > was.rank;
        less = less || is.rank < was.rank;
        otherwise = otherwise || (was.rank == 2 && is.rank == 2 && !was.is_as(is));
        in_logs = in_logs || was.logged != is.logged;
    }
    bool none() const { return !more && !less && !otherwise; }
};

struct Counts {
    std::size_t changed = 0, equivalent = 0, not_decided = 0, chains = 0;
    std::size_t logs_compared = 0, logs_changed = 0, logs_seen_changed = 0;
};

Comer comer_of(const brute::Packet& packet) {
    using enum model::Field;
    model::PacketSpec spec;
    for (const auto layer : {model::Layer::tcp, model::Layer::udp, model::Layer::icmp})
        if (packet[ip_protocol] == model::protocol_number(layer)) spec.transport = layer;
    for (const auto field : {ip_protocol, ip_saddr, ip_daddr, ip_ttl, ip_dscp, tcp_sport, tcp_dport,
                             tcp_flags, udp_sport, udp_dport, icmp_type})
        if (model::info(field).layer == model::Layer::ip || model::info(field).layer == spec.transport)
            spec.fields.push_back({field, packet[field]});
    Comer comer(spec);
    comer.state = static_cast<model::State>(packet[ct_state]);
    comer.ingress = packet[iface_in];
    comer.egress = packet[iface_out];
    return comer;
}

/// Packets of the values that the policies are about, as they come to one chain.
std::vector<Comer> comers_at(const std::string& chain) {
    std::vector<Comer> comers;
    const auto add = [&](const std::vector<brute::Packet>& packets, std::optional<model::Value> out = {}) {
        for (const auto& packet : packets)
            if (!out || packet[model::Field::iface_out] == *out) comers.push_back(comer_of(packet));
    };
    if (chain == "wan.prerouting") add(brute::packets_at_prerouting(0));
    if (chain == "lan.prerouting") add(brute::packets_at_prerouting(1));
    if (chain == "forward") add(brute::packets_at_forward());
    if (chain == "lan.postrouting") add(brute::packets_at_forward(), 1);
    return comers;
}

const std::vector<Comer>& known_comers_at(const std::string& chain) {
    static std::map<std::string, std::vector<Comer>> known;
    auto& comers = known[chain];
    if (comers.empty()) comers = comers_at(chain);
    REQUIRE_FALSE(comers.empty());
    return comers;
}

class Judge {
public:
    Judge(const model::Appliance& before, const model::Appliance& after, Counts& counts)
        : before_(before), after_(after), counts_(counts) {}

    void run(Dice& dice, bool is_same) {
        for (const auto& chain : analysis::diff(before_, after_).chains) {
            INFO(chain.name << " is said to be "
                            << analysis::change_names[static_cast<std::size_t>(chain.change)]);
            REQUIRE(chain.before);
            REQUIRE(chain.after);
            const auto seen = tried(chain, dice);
            ++counts_.chains;
            counts_.changed += !seen.none();
            counts_.equivalent += chain.change == Change::equivalent;
            // Who asks Limits is compared as it is written.
            counts_.not_decided += chain.change == Change::not_decided && chain.asks.alike;
            if (is_same) {
                CHECK(seen.none()); // else an edit errs
                CHECK((chain.change == Change::equivalent || chain.change == Change::not_decided));
            }
            if (!seen.none()) CHECK(chain.change != Change::equivalent);
            if (seen.more) CHECK(chain.change != Change::less_permissive);
            if (seen.less) CHECK(chain.change != Change::more_permissive);
            if (seen.otherwise)
                CHECK((chain.change == Change::incomparable || chain.change == Change::not_decided));
            if (chain.logs.compared && chain.logs.changes.empty()) CHECK_FALSE(seen.in_logs);
            counts_.logs_compared += chain.logs.compared;
            counts_.logs_changed += !chain.logs.changes.empty();
            counts_.logs_seen_changed += seen.in_logs;
            look_at(chain);
        }
    }

private:
    Changes tried(const ChainDiff& chain, Dice& dice) {
        constexpr std::size_t packets = 500;
        const auto& comers = known_comers_at(chain.name);
        Changes seen;
        for (std::size_t i = 0; i < packets; ++i) {
            const auto& comer = dice.one_of(comers);
            for (const bool limits_say : {false, true})
                seen.add(chain_end(before_, *chain.before, comer, limits_say),
                         chain_end(after_, *chain.after, comer, limits_say));
            if (comer.state != model::State::related) follow(chain, first_for(comer, dice), comer, seen);
        }
        return seen;
    }

    /// The first packet of a flow that the packet may be of: what flows are not told by may be anything in it.
    static Comer first_for(Comer comer, Dice& dice) {
        constexpr std::size_t dscp_place = 1, ttl_place = 8;
        comer.state = model::State::fresh;
        if (dice.percent(50)) comer.datagram[dscp_place] = dice.one_of<std::uint8_t>({0, 2 << 2, 63 << 2});
        if (dice.percent(50)) comer.datagram[ttl_place] = dice.one_of<std::uint8_t>({1, 2, 7, 64});
        return comer;
    }

    /// A flow that one policy alone lets begin, or sends elsewhere, is not there to be compared.
    void follow(const ChainDiff& chain, const Comer& first, const Comer& comer, Changes& seen) {
        const auto was = chain_end(before_, *chain.before, first), is = chain_end(after_, *chain.after, first);
        if (was.rank < 2 || !was.is_as(is)) return;
        seen.add(chain_end(before_, *chain.before, comer, false, &first),
                 chain_end(after_, *chain.after, comer, false, &first));
    }

    /// Each packet that is shown ends as it is said.
    void look_at(const ChainDiff& chain) {
        const bool is_incomparable = chain.change == Change::incomparable;
        if (!is_incomparable) CHECK(chain.translated.empty());
        if (is_incomparable) CHECK((!chain.translated.empty() || (chain.more && chain.less)));
        if (chain.change == Change::more_permissive) CHECK(chain.more);
        if (chain.change == Change::less_permissive) CHECK(chain.less);
        std::vector<const analysis::Difference*> all;
        for (const auto* one : {&chain.more, &chain.less})
            if (*one) all.push_back(&**one);
        for (const auto& one : chain.translated) all.push_back(&one);
        for (const auto* shown : all) {
            const auto& [before, after] = *shown;
            INFO(analysis::literal_of(after.packet));
            Changes changes;
            if (after.assumed.size() > after.follows || !before.assumed.empty())
                continue; // Limits say one thing here and another there
            if (after.follows) {
                Comer first(after);
                first.state = model::State::fresh;
                follow(chain, first, Comer(after), changes);
            } else {
                changes.add(chain_end(before_, *chain.before, Comer(before), false),
                            chain_end(after_, *chain.after, Comer(after), false));
            }
            const bool is_more = chain.more && shown == &*chain.more, is_less = chain.less && shown == &*chain.less;
            CHECK(changes.more == is_more);
            CHECK(changes.less == is_less);
            CHECK(changes.otherwise == (!is_more && !is_less));
        }
    }

    const model::Appliance& before_;
    const model::Appliance& after_;
    Counts& counts_;
};

/// Both policies, given the same packets as long as they do the same to them: then they know the same flows.
class Histories {
public:
    Histories(const model::Appliance& before, const model::Appliance& after)
        : before_(before), old_one_(harness::interp_backend(before)), new_one_(harness::interp_backend(after)),
          boundaries_{harness::boundaries_of(before), harness::boundaries_of(after)} {}

    Changes tried(Dice& dice, unsigned histories) {
        Changes seen;
        for (; histories > 0; --histories) {
            old_one_.boot();
            new_one_.boot();
            const auto& boundaries = dice.one_of(boundaries_);
            for (const auto& event : harness::random_history(before_, boundaries, dice.below(1U << 30), 12))
                if (!goes_on(event, seen)) break;
        }
        return seen;
    }

    /// What is made here for a packet that ends alike: it has a way of its own.
    bool is_answered_otherwise() const { return is_answered_otherwise_; }

private:
    bool goes_on(const harness::Event& event, Changes& seen) {
        if (const auto* pause = std::get_if<harness::Pause>(&event)) {
            old_one_.wait(pause->ns);
            new_one_.wait(pause->ns);
        }
        const auto* frame = std::get_if<harness::FrameIn>(&event);
        if (frame == nullptr) return true;
        const auto nic = model::nic_of(before_, frame->iface);
        const auto old_end = old_one_.receive(nic, frame->bytes), new_end = new_one_.receive(nic, frame->bytes);
        const auto was = end_of(old_end, new_end), is = end_of(new_end, old_end);
        seen.add(was, is);
        if (!was.is_as(is)) return false;
        const bool is_alike = is.rank < 2 || old_end.out == new_end.out; // who drops a packet may tell why it has no way
        is_answered_otherwise_ = is_answered_otherwise_ || !is_alike;
        return is_alike;
    }

    /// Beside how the packet ends in the other policy: what is dropped for want of a way counts as let through where it is
    /// rejected there, since that is another end.
    static ChainEnd end_of(const harness::Outcome& outcome, const harness::Outcome& other) {
        using model::Reason;
        if (outcome.fate == eval::Fate::sent && !outcome.out.empty()) return {2, outcome.out.front().bytes};
        if (outcome.fate != eval::Fate::dropped) return {2};
        if (outcome.dropped_by(Reason::reject)) return {1};
        const bool by_a_chain = outcome.dropped_by(Reason::filter) || outcome.dropped_by(Reason::ct_invalid);
        return {!by_a_chain && other.dropped_by(Reason::reject) ? 2 : 0};
    }

    const model::Appliance& before_;
    harness::Backend old_one_, new_one_;
    std::vector<harness::Boundaries> boundaries_;
    bool is_answered_otherwise_ = false;
};

} // namespace

TEST_CASE("what diff says of edited policies is what the interpreter does with packets") {
    // More of them where the environment says so.
    const auto* more = std::getenv("NACLC_POLICIES");
    const std::uint64_t pairs = more != nullptr ? std::stoull(more) : 60;
    Counts edited, rewritten;
    for (std::uint64_t seed = 1; seed <= pairs; ++seed) {
        Dice dice(seed);
        const auto text = brute::random_policy(dice, seed % 3 == 0);
        INFO("seed " << seed << '\n' << text);
        const auto before = sema::load_text("test.nacl", text).appliance;
        REQUIRE(before.has_value());
        const bool has_limits = text.find("lim.exceeded") != std::string::npos;
        auto after = *before;
        const bool is_same = !has_limits && seed % 4 == 1;
        for (auto count = 1 + dice.below(3); count > 0; --count)
            (is_same ? brute::rewrite : brute::edit)(after, dice);
        Judge(*before, after, is_same ? rewritten : edited).run(dice, is_same);
    }
    for (const auto& [counts, what] : {std::pair{edited, "edited"}, std::pair{rewritten, "rewritten"}})
        if (more != nullptr)
            WARN(what << " chains " << counts.chains << ", changed " << counts.changed
                      << ", said to be equivalent " << counts.equivalent << ", not decided "
                      << counts.not_decided << "; logs compared " << counts.logs_compared << ", said to be changed "
                      << counts.logs_changed << ", seen changed " << counts.logs_seen_changed);
    CHECK(edited.changed > pairs / 3);
    CHECK(edited.not_decided * 10 < edited.chains);
    CHECK(rewritten.not_decided * 10 < rewritten.chains);
    CHECK(edited.logs_seen_changed > pairs / 6);
    CHECK(edited.logs_compared * 10 > edited.chains * 9);
}

TEST_CASE("Nats in another order, split, merged, moved past Filters or sending elsewhere are told apart") {
    const auto* more = std::getenv("NACLC_POLICIES");
    const std::uint64_t pairs = more != nullptr ? std::stoull(more) : 60;
    Counts moved;
    for (std::uint64_t seed = 1; seed <= pairs; ++seed) {
        Dice dice(1'000'000 + seed);
        const auto text = brute::random_policy(dice, true);
        INFO("seed " << seed << '\n' << text);
        const auto before = sema::load_text("test.nacl", text).appliance;
        REQUIRE(before.has_value());
        auto after = *before;
        for (auto count = 1 + dice.below(3); count > 0; --count) brute::move_nats(after, dice);
        if (dice.percent(20)) brute::edit(after, dice);
        Judge(*before, after, moved).run(dice, false);
    }
    if (more != nullptr)
        WARN("moved chains " << moved.chains << ", changed " << moved.changed << ", said to be equivalent "
                             << moved.equivalent << ", not decided " << moved.not_decided);
    CHECK(moved.changed > pairs / 4);
    CHECK(moved.equivalent > pairs / 2);
    CHECK(moved.not_decided * 20 < moved.chains);
}

TEST_CASE("what diff says of the whole is what the interpreter does with packets that go their whole way") {
    const auto* more = std::getenv("NACLC_POLICIES");
    const std::uint64_t pairs = more != nullptr ? std::stoull(more) : 60;
    std::size_t unlike = 0, known = 0, alike = 0, changed = 0;
    for (std::uint64_t seed = 1; seed <= pairs; ++seed) {
        Dice dice(2'000'000 + seed);
        auto text = brute::random_policy(dice, seed % 3 == 0);
        for (auto limit = text.find("lim.exceeded"); limit != text.npos; limit = text.find("lim.exceeded"))
            text.replace(limit, std::string_view("lim.exceeded").size(), "ip.ttl > 9"); // of what asks Limits little is known
        INFO("seed " << seed << '\n' << text);
        const auto before = sema::load_text("test.nacl", text).appliance;
        REQUIRE(before.has_value());
        auto after = *before;
        for (auto count = 1 + dice.below(2); count > 0; --count)
            (dice.percent(50) ? brute::move_filters : brute::edit)(after, dice);
        const auto diff = analysis::diff(*before, after);
        INFO("said to be " << analysis::change_names[static_cast<std::size_t>(diff.whole)]);
        unlike += diff.of_chains != Change::equivalent;
        if (!diff.is_of_ways) continue;
        ++known;
        alike += diff.whole == Change::equivalent;
        Histories histories(*before, after);
        const auto seen = histories.tried(dice, 60);
        if (histories.is_answered_otherwise()) CHECK(diff.whole != Change::equivalent);
        changed += !seen.none();
        if (seen.more) CHECK((diff.whole == Change::more_permissive || diff.whole == Change::incomparable));
        if (seen.less) CHECK((diff.whole == Change::less_permissive || diff.whole == Change::incomparable));
        CHECK_FALSE(seen.otherwise);
    }
    if (more != nullptr)
        WARN("wholes of chains that differ " << unlike << ", known " << known << ", though chains differ equivalent " << alike << ", seen to differ " << changed);
    CHECK(known > pairs / 4);
    CHECK(alike > 3);
    CHECK(changed > pairs / 10);
}
