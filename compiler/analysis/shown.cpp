#include "compiler/analysis/shown.hpp"

#include "compiler/analysis/choice.hpp"
#include "compiler/analysis/leased.hpp"
#include "compiler/analysis/region.hpp"
#include "compiler/eval/checksum.hpp"
#include "compiler/eval/machine.hpp"
#include "compiler/eval/question.hpp"

#include <algorithm>

namespace analysis {

namespace {

using model::Field;
using model::Layer;
using model::Value;

model::TestStep sending(model::IfaceId iface, model::PacketSpec packet, Ending ending = Ending::accept) {
    model::SendStep step;
    step.iface = iface;
    step.packet = std::move(packet);
    step.expect = expect_of(ending);
    return {std::move(step), {}};
}

/// The first packet of a flow of which a packet is one, or the answer to that.
model::PacketSpec of_its_flow(const model::PacketSpec& packet, bool in_its_direction, bool opens) {
    constexpr Value syn = 2, syn_ack = 18, echo = 8, timestamp = 13;
    model::PacketSpec made;
    made.transport = packet.transport;
    const auto copy = [&](Field from, Field to) {
        if (const auto value = value_in(packet, from)) made.fields.push_back({to, *value});
    };
    const auto ends = [&](Field source, Field destination) {
        copy(source, in_its_direction ? source : destination);
        copy(destination, in_its_direction ? destination : source);
    };
    ends(Field::ip_saddr, Field::ip_daddr);
    copy(Field::ip_protocol, Field::ip_protocol);
    if (packet.transport == Layer::tcp) {
        ends(Field::tcp_sport, Field::tcp_dport);
        made.fields.push_back({Field::tcp_flags, opens ? syn : syn_ack});
    } else if (packet.transport == Layer::udp) {
        ends(Field::udp_sport, Field::udp_dport);
    } else if (packet.transport == Layer::icmp) {
        const bool asks_time = value_in(packet, Field::icmp_type).value_or(echo) >= timestamp;
        const Value asked = asks_time ? timestamp : echo, answered = asks_time ? timestamp + 1 : 0;
        made.fields.push_back({Field::icmp_type, opens ? asked : answered});
    }
    return made;
}

/// A source port that is not said is this one, and so is the one that answers go to.
model::PacketSpec with_ports(model::PacketSpec packet) {
    constexpr Value unsaid = 49152;
    const auto say = [&](Field field) {
        if (!value_in(packet, field)) packet.fields.push_back({field, unsaid});
    };
    if (packet.transport == Layer::tcp) say(Field::tcp_sport);
    if (packet.transport == Layer::udp) say(Field::udp_sport);
    return packet;
}

class Player {
public:
    Player(const model::Appliance& appliance, const std::vector<model::Lease>& leases)
        : appliance_(appliance), macs_(model::nics(appliance).size(), {2, 0, 0, 0, 0, 1}), machine_(appliance, macs_) {
        for (const auto& lease : leases) machine_.lease(lease.iface, lease.config);
    }

    /// The state with which the last packet came, if all steps end as they expect.
    std::optional<model::State> play(const std::vector<model::TestStep>& steps) {
        std::optional<model::State> state;
        for (const auto& step : steps) {
            const auto& send = std::get<model::SendStep>(step.is);
            eval::Trace trace;
            const auto result =
                machine_.receive(model::nic_of(appliance_, *send.iface), frame_of(send), 0, &trace);
            if (expect_of(ending_of(result)) != send.expect) return std::nullopt;
            egress_.reset();
            for (const auto& stage : trace.stages) {
                if (stage.packet != 0) continue;
                if (stage.stage == "prerouting") state = stage.before.tracked.state;
                if (stage.stage == "forward") egress_ = stage.before.hop.egress;
            }
            left_ = result.out.empty() ? eval::Bytes{} : result.out.front().bytes;
        }
        return state;
    }

    /// The Iface to which the last packet was led; nothing where it did not come so far.
    std::optional<model::IfaceId> egress() const { return egress_; }
    /// The frame that the last step made leave; empty without one.
    const eval::Bytes& left() const { return left_; }

private:
    static Ending ending_of(const eval::Result& result) {
        if (result.fate != eval::Fate::dropped) return Ending::accept;
        return std::ranges::find(result.drops, model::Reason::reject) == result.drops.end() ? Ending::drop
                                                                                           : Ending::reject;
    }

    eval::Bytes frame_of(const model::SendStep& step) const {
        auto datagram = datagram_of(step.packet);
        const eval::Datagram read(datagram);
        if (!value_in(step.packet, Field::ip_checksum))
            eval::put16(datagram, 10, eval::checksum(eval::View(datagram).first(read.header_bytes())));
        auto frame = analysis::frame_of(appliance_, step.packet, *step.iface);
        const auto set = [&](std::size_t at, Field field, const model::Mac& mac) {
            if (!value_in(step.packet, field)) std::ranges::copy(mac, frame.begin() + static_cast<std::ptrdiff_t>(at));
        };
        set(0, Field::eth_daddr, macs_[model::nic_of(appliance_, *step.iface)]);
        set(6, Field::eth_saddr, eval::neighbour_mac(read.source()));
        eval::put16(frame, frame.size() - 2, eval::ether_type::ipv4);
        eval::append(frame, datagram);
        return frame;
    }

    const model::Appliance& appliance_;
    std::vector<model::Mac> macs_;
    eval::Machine machine_;
    std::optional<model::IfaceId> egress_;
    eval::Bytes left_;
};

/// The same packet with another value; one that it does not say is left so.
model::PacketSpec with(model::PacketSpec packet, Field field, Value value) {
    for (auto& said : packet.fields)
        if (said.field == field) said.value = value;
    return packet;
}

/// Of a packet that takes a path: with those before it that make its flow.
class Histories {
public:
    Histories(const model::Appliance& appliance, const model::Assert::Path& path, const Witness& witness,
              const Counts& counts)
        : appliance_(appliance), path_(path), witness_(witness), counts_(counts), packet_(with_ports(witness.packet)),
          leases_(leases_for(appliance)) {}

    std::optional<model::Scenario> run() const {
        const auto last = sending(path_.from, witness_.packet, witness_.ending);
        if (witness_.state != model::State::established) return played({last});
        if (auto test = played({sending(path_.to, of_its_flow(packet_, false, true)), last})) return test;
        const auto asked = sending(path_.from, of_its_flow(packet_, true, true));
        const auto answered = sending(path_.to, of_its_flow(packet_, false, false));
        if (auto test = played({asked, answered, last})) return test;
        return answer();
    }

private:
    std::optional<model::Scenario> played(std::vector<model::TestStep> steps) const {
        Player player(appliance_, leases_);
        if (player.play(steps) != witness_.state || player.egress().value_or(path_.to) != path_.to) return std::nullopt;
        model::Scenario test;
        test.steps = std::move(steps);
        test.leases = leases_;
        return test;
    }

    /// The packet, but with ends that know of each other: somebody behind the path asks somebody before it, and the
    /// answer goes to whom the question was seen to come from.
    std::optional<model::Scenario> answer() const {
        const auto before = somebody(path_.from, Field::ip_saddr), behind = somebody(path_.to, Field::ip_daddr);
        if (!before || !behind) return std::nullopt;
        const auto packet = with(with(packet_, Field::ip_saddr, *before), Field::ip_daddr, *behind);
        const auto asking = sending(path_.to, of_its_flow(packet, false, true));
        Player player(appliance_, leases_);
        if (!player.play({asking}) || player.left().empty()) return std::nullopt;
        const eval::Datagram seen(eval::View(player.left()).subspan(eval::link_of(player.left())->header_bytes));
        auto answering = witness_;
        answering.packet = with(packet, Field::ip_daddr, seen.source());
        if (packet.transport == Layer::tcp)
            answering.packet = with(answering.packet, Field::tcp_dport, eval::read(seen, Field::tcp_sport));
        if (packet.transport == Layer::udp)
            answering.packet = with(answering.packet, Field::udp_dport, eval::read(seen, Field::udp_sport));
        if (!counts_(answering)) return std::nullopt;
        return played({asking, sending(path_.from, answering.packet, witness_.ending)});
    }

    /// The packet's own end, if that is where packets are on their way to by the Iface; else another. Nothing where no
    /// route leads out by it.
    std::optional<Value> somebody(model::IfaceId iface, Field field) const {
        symbolic::Space space;
        const auto there = destinations_on(space, leasing(appliance_, leases_), model::Assert::Path{iface, iface});
        const auto own = value_in(packet_, field);
        if (there.empty()) return std::nullopt;
        return own && there.contains(*own) ? *own : likely(there, field);
    }

    const model::Appliance& appliance_;
    const model::Assert::Path& path_;
    const Witness& witness_;
    const Counts& counts_;
    model::PacketSpec packet_;
    std::vector<model::Lease> leases_;
};

/// What a Test of a chain sees.
std::optional<Ending> ending_in_test(const model::Appliance& appliance, const model::Scenario& test) {
    const auto& step = std::get<model::SendStep>(test.steps.front().is);
    const auto datagram = datagram_of(step.packet);
    const auto question = eval::question_of(appliance, test, step, eval::Datagram(datagram));
    if (datagram.size() > eval::mtu_bytes) return std::nullopt;
    const auto frame = frame_of(appliance, step.packet, question.ingress.value_or(model::no_iface));
    std::vector<eval::LogText> logs;
    eval::Limits limits(appliance.limits);
    const auto judged = eval::judge(appliance, question, frame, eval::Datagram(datagram), {logs, limits});
    if (!judged.dropped) return Ending::accept;
    return judged.dropped == model::Reason::reject ? Ending::reject : Ending::drop;
}

/// Of a packet that a chain is given, whatever its flow.
std::optional<model::Scenario> handed_to(const model::Appliance& appliance, const Way& chain, const Witness& witness) {
    const auto* of_iface = std::get_if<model::IfaceChain>(&chain);
    auto step = sending(0, witness.packet, witness.ending);
    auto& send = std::get<model::SendStep>(step.is);
    const bool is_clear = of_iface != nullptr && of_iface->hook != model::Hook::postrouting &&
                          of_iface->iface == witness.ingress;
    send.iface.reset();
    if (witness.ingress != model::no_iface && !is_clear) send.iface = static_cast<model::IfaceId>(witness.ingress);
    if (witness.state != model::State::fresh) send.state = witness.state;
    model::Scenario test;
    if (of_iface != nullptr)
        test.about = *of_iface;
    else
        test.about = model::ForwardChain{};
    test.steps.push_back(std::move(step));
    if (ending_in_test(appliance, test) != witness.ending) return std::nullopt;
    return test;
}

} // namespace

std::optional<model::Scenario> test_that_shows(const model::Appliance& appliance, const Way& way,
                                               const Witness& witness, const Counts& counts) {
    if (const auto* path = std::get_if<model::Assert::Path>(&way)) return Histories(appliance, *path, witness, counts).run();
    return handed_to(appliance, way, witness);
}

} // namespace analysis
