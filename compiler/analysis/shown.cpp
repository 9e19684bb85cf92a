#include "compiler/analysis/shown.hpp"

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
    explicit Player(const model::Appliance& appliance)
        : appliance_(appliance), macs_(model::nics(appliance).size(), {2, 0, 0, 0, 0, 1}), machine_(appliance, macs_) {}

    /// The state with which the last packet came, if all steps end as they expect.
    std::optional<model::State> play(const std::vector<model::TestStep>& steps) {
        std::optional<model::State> state;
        for (const auto& step : steps) {
            const auto& send = std::get<model::SendStep>(step.is);
            eval::Trace trace;
            const auto result =
                machine_.receive(model::nic_of(appliance_, *send.iface), frame_of(send), 0, &trace);
            if (expect_of(ending_of(result)) != send.expect) return std::nullopt;
            for (const auto& stage : trace.stages)
                if (stage.stage == "prerouting" && stage.packet == 0) state = stage.before.tracked.state;
        }
        return state;
    }

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
};

/// Of a packet that takes a path: with those before it that make its flow.
std::optional<model::Scenario> sent_in(const model::Appliance& appliance, const model::Assert::Path& path,
                                       const Witness& witness) {
    const auto packet = with_ports(witness.packet);
    const auto asked = sending(path.from, of_its_flow(packet, true, true));
    const auto answered = sending(path.to, of_its_flow(packet, false, false));
    const auto last = sending(path.from, witness.packet, witness.ending);
    std::vector<std::vector<model::TestStep>> histories = {{last}};
    if (witness.state == model::State::established)
        histories = {{sending(path.to, of_its_flow(packet, false, true)), last}, {asked, answered, last}};
    for (auto& steps : histories)
        if (Player(appliance).play(steps) == witness.state) {
            model::Scenario test;
            test.steps = std::move(steps);
            return test;
        }
    return std::nullopt;
}

/// What a Test of a chain sees.
std::optional<Ending> ending_in_test(const model::Appliance& appliance, const model::Scenario& test) {
    const auto& step = std::get<model::SendStep>(test.steps.front().is);
    const auto question = eval::question_of(appliance, test, step);
    const auto datagram = datagram_of(step.packet);
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
                                               const Witness& witness) {
    if (const auto* path = std::get_if<model::Assert::Path>(&way)) return sent_in(appliance, *path, witness);
    return handed_to(appliance, way, witness);
}

} // namespace analysis
