#include "harness/journey.hpp"

#include "harness/frames.hpp"

#include "compiler/eval/chains.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace harness {

namespace {

constexpr std::array reason_texts = {
#define REASON(name, text) std::string_view{text},
#include "runtime/reasons.def"
};

std::string summary_of(const Bytes& datagram) {
    Bytes frame(eval::ethernet_header_bytes);
    frame[12] = 0x08;
    frame.insert(frame.end(), datagram.begin(), datagram.end());
    return summary(frame);
}

std::string tag_of(View frame) {
    const auto link = eval::link_of(frame);
    return link && link->vlan != 0 ? fmt::format(", VLAN {}", link->vlan) : "";
}

/// "tcp", of a body that is for packets of that layer.
std::string_view name_of(model::Layer layer) {
    return layer == model::Layer::tcp ? "tcp" : layer == model::Layer::udp ? "udp" : "icmp";
}

class Journey {
public:
    Journey(const model::Appliance& appliance, const eval::Trace& trace, const Witness& witness, const LineOf& line_of)
        : appliance_(appliance), trace_(trace), witness_(witness), line_of_(line_of) {}

    std::string tell() {
        text_ = summary(witness_.frame) + tag_of(witness_.frame) + came_in() + '\n';
        std::size_t packet = 0;
        for (const auto& stage : trace_.stages) {
            if (stage.packet != packet) {
                packet = stage.packet;
                text_ += fmt::format("a packet made here: {}\n", summary_of(stage.before.datagram));
            }
            tell(stage);
        }
        return std::move(text_);
    }

private:
    /// The tag may have made it another Iface's than that of the Test.
    std::string came_in() const {
        const auto& iface = witness_.step.iface;
        if (!iface) return "";
        const auto& first = trace_.stages.front();
        if (first.stage != "receive") return ", in by " + name_of(*iface);
        return first.next.empty() ? ", at the NIC of " + name_of(*iface) : ", in by " + name_of(first.after.ingress);
    }

    void tell(const eval::StageTrace& stage) {
        const auto said = what_it_did(stage);
        now_ = stage.before.datagram;
        const bool is_changed = rewrites(now_, stage.after.datagram);
        if (said.empty() && stage.events.empty() && !is_changed && !stage.dropped) return;
        text_ += fmt::format("  {:<12} {}", stage.stage, said);
        while (text_.ends_with(' ')) text_.pop_back();
        text_ += '\n';
        for (const auto& event : stage.events) std::visit([&](const auto& kind) { tell(kind); }, event);
        last_line_ = {};
        if (rewrites(now_, stage.after.datagram)) rewritten(stage.after.datagram, why_rewritten(stage));
        if (stage.dropped) text_ += fmt::format("    dropped: {}\n", text_of(*stage.dropped));
    }

    /// Where no statement of the policy stands above.
    static std::string text_of(model::Reason reason) {
        const std::string word(model::name(reason));
        if (reason == model::Reason::filter || reason == model::Reason::reject) return word;
        return word + ": " + std::string(reason_texts[static_cast<std::size_t>(reason)]);
    }

    const std::string& name_of(model::IfaceId iface) const { return appliance_.ifaces.at(iface).name; }

    std::string what_it_did(const eval::StageTrace& stage) const {
        const auto& name = stage.stage;
        const auto& after = stage.after;
        if (name == "function") return asked_function();
        if (name == "reassemble" && stage.next.empty() && !stage.dropped) return "held until its datagram is complete";
        if (name == "track" && appliance_.tracks()) return flow(after.tracked);
        if (name == "prerouting") return chain(after.ingress, model::Hook::prerouting);
        if (name == "local" && stage.next == "input") return "for an address of " + name_of(after.local);
        if (name == "route" && stage.next == "forward") return hop(after);
        if (name == "forward" && appliance_.gateway) return functions(appliance_.gateway->forward);
        if (name == "arrive" && stage.next == "input") return "for an address of " + name_of(after.local);
        if (name == "input") return chain(after.local, model::Hook::input);
        if (name == "deliver" && !stage.dropped) return "delivered here";
        if (name == "output") return chain(after.hop.egress, model::Hook::output);
        if (name == "postrouting") return chain(after.hop.egress, model::Hook::postrouting);
        if (name == "transmit") return "leaves by " + name_of(after.hop.egress);
        return "";
    }

    std::string asked_function() const {
        const auto* function = std::get_if<model::FunctionId>(&witness_.test.about);
        return function == nullptr ? "" : appliance_.functions.at(*function).name;
    }

    std::string hop(const eval::Snapshot& after) const {
        return fmt::format("by {} to {}", name_of(after.hop.egress),
                           eval::show(model::Field::ip_daddr, after.hop.next));
    }

    std::string flow(const eval::Tracked& tracked) const {
        const auto state = model::state_names.at(static_cast<std::size_t>(tracked.state));
        if (!tracked.flow)
            return fmt::format("{}: of no flow that is known{}", state, tracked.may_open ? "" : ", and none that may open one");
        const auto& tuple = *tracked.flow;
        return fmt::format("{}: {} the flow from {} to {}", state,
                           tracked.state == model::State::related ? "an error about" : tracked.reply ? "answers" : "goes with",
                           end(tuple.protocol, tuple.source, tuple.a),
                           end(tuple.protocol, tuple.destination, tuple.b));
    }

    static std::string end(std::uint8_t protocol, model::Ipv4Address address, std::uint16_t port) {
        const auto dotted = eval::show(model::Field::ip_saddr, address);
        const bool has_ports = protocol == eval::tcp || protocol == eval::udp;
        return has_ports ? fmt::format("{}:{}", dotted, port) : dotted;
    }

    std::string chain(model::IfaceId iface, model::Hook hook) const {
        const auto names = functions(appliance_.ifaces.at(iface).chain(hook));
        return names.empty() ? "" : fmt::format("of {}: {}", name_of(iface), names);
    }

    std::string functions(const std::vector<model::FunctionId>& chain) const {
        std::string names;
        for (const auto id : chain) names += (names.empty() ? "" : ", ") + appliance_.functions.at(id).name;
        return names;
    }

    static bool rewrites(const Bytes& before, const Bytes& after) {
        if (before.empty() || before.size() != after.size()) return false;
        auto unaged = after; // a changed TTL and its checksum are no rewrite
        std::copy_n(before.begin() + 8, 1, unaged.begin() + 8);
        std::copy_n(before.begin() + 10, 2, unaged.begin() + 10);
        return unaged != before;
    }

    void rewritten(const Bytes& to, const std::string& why) {
        text_ += fmt::format("    rewritten to {}{}\n", summary_of(to), why.empty() ? "" : ": " + why);
        now_ = to;
    }

    /// What no statement on the way says.
    std::string why_rewritten(const eval::StageTrace& stage) const {
        if (stage.stage == "balance") return "to a server of " + appliance_.load_balancer->name;
        if (stage.after.tracked.state == model::State::related) return "as the flow that it is about";
        if (stage.after.tracked.flow) return stage.after.tracked.reply ? "translated back" : "as its flow";
        const bool has_snat = std::ranges::any_of(stage.events, [&](const eval::Event& event) {
            const auto* decided = std::get_if<eval::Decided>(&event);
            return decided != nullptr && appliance_.statements.at(decided->statement).action == model::Action::snat;
        });
        if (stage.stage != "postrouting" || has_snat) return "";
        const auto& egress = appliance_.ifaces.at(stage.after.hop.egress);
        if (egress.masquerade) return "masqueraded by " + egress.name;
        return appliance_.load_balancer ? "so that the server answers to " + egress.name : "";
    }

    void tell(const eval::PassedBy& body) {
        line(body.place, fmt::format("passed by: for {} packets only", harness::name_of(body.layer)));
    }
    void tell(const eval::Asked& asked) {
        std::string read;
        const auto add = [&](const std::string& what) { read += (read.empty() ? "" : ", ") + what; };
        if (const auto* limit = std::get_if<model::LimitId>(&asked.with))
            add(appliance_.limits.at(*limit).name + (asked.holds ? " has no token left" : " had a token left"));
        for (const auto& [field, value] : asked.read)
            add(fmt::format("{} is {}", model::info(field).name, eval::show(appliance_, field, value)));
        if (const auto* leased = std::get_if<eval::Leased>(&asked.with))
            add(fmt::format("{}.{} is {}", name_of(leased->iface),
                            model::ipv4_member_names[static_cast<std::size_t>(leased->member)],
                            eval::show(model::Field::ip_daddr, leased->value)));
        line(asked.place, (asked.holds ? "yes" : "no") + (read.empty() ? "" : ": " + read));
    }
    void tell(const eval::Decided& decided) {
        const auto& statement = appliance_.statements.at(decided.statement);
        const auto translation = eval::translation_of(statement);
        line(statement.place, translation.empty() ? std::string(model::name(statement.action)) : translation);
    }
    void tell(const eval::SentElsewhere& sent) {
        const auto& dnat = appliance_.statements.at(sent.by);
        if (sent.is_kept)
            line(dnat.place, eval::translation_of(dnat) + ", as its flow");
        if (rewrites(now_, sent.datagram)) rewritten(sent.datagram, "");
    }
    void tell(const eval::CameWrongWay& wrong) {
        text_ += fmt::format("    rpf: strict, and {}\n",
                             wrong.back ? "the way back to its source is by " + name_of(*wrong.back)
                                        : "there is no way back to its source");
    }
    void tell(const eval::Logged& logged) {
        std::string escaped;
        for (const char c : logged.text)
            escaped += c == '\n' ? "\\n" : std::string(1, c);
        text_ += fmt::format("    {:<28} logged: \"{}\"\n", at(appliance_, logged.place), escaped);
    }

    /// "    bastion.nacl:42:9  no: ct.state is new    if (ct.state == established) {"; the text once for each line.
    void line(const model::Place& place, const std::string& said) {
        const auto where = fmt::format("{}:{}", appliance_.files.at(place.file), place.line);
        std::string_view source = where == last_line_ ? std::string_view{} : line_of_(place);
        source.remove_prefix(std::min(source.find_first_not_of(" \t"), source.size()));
        last_line_ = where;
        text_ += fmt::format("    {:<28} {:<36} {}", fmt::format("{}:{}", where, place.column), said, source);
        while (text_.ends_with(' ')) text_.pop_back();
        text_ += '\n';
    }

    const model::Appliance& appliance_;
    const eval::Trace& trace_;
    const Witness& witness_;
    const LineOf& line_of_;
    std::string text_;
    Bytes now_; ///< the datagram, as far as is told
    std::string last_line_;
};

/// The statement that ended the packet which came in.
std::optional<model::StatementId> ended_by(const eval::Trace& trace) {
    for (const auto& stage : trace.stages) {
        if (stage.packet != 0 || !stage.dropped) continue;
        for (auto event = stage.events.rbegin(); event != stage.events.rend(); ++event)
            if (const auto* decided = std::get_if<eval::Decided>(&*event)) return decided->statement;
    }
    return std::nullopt;
}

/// Only a chain or a function was asked.
bool is_narrow(const eval::Trace& trace) {
    return trace.stages.size() == 1 && trace.stages.front().next.empty();
}

std::string end_of(const model::Appliance& appliance, const eval::Trace& trace, const Witness& witness) {
    const auto& outcome = witness.outcome;
    switch (outcome.fate) {
    case Fate::sent:
        return "sent on";
    case Fate::delivered:
        if (!datagram_in(witness.frame)) return outcome.out.empty() ? "taken" : "answered";
        return is_narrow(trace) ? "let through" : "delivered here";
    case Fate::held:
        return "held";
    case Fate::dropped:
        break;
    }
    const auto reason = outcome.reason() ? model::name(*outcome.reason()) : "?";
    std::string text = outcome.dropped_by(model::Reason::reject) ? "rejected" : fmt::format("dropped ({})", reason);
    const bool by_line = outcome.dropped_by(model::Reason::filter) || outcome.dropped_by(model::Reason::reject);
    const auto decided = ended_by(trace);
    if (by_line && decided) text += " by " + at(appliance, appliance.statements.at(*decided).place);
    return text;
}

} // namespace

std::string describe(const model::Appliance& appliance, const eval::Trace& trace, const Witness& witness,
                     const LineOf& line_of) {
    auto text = Journey(appliance, trace, witness, line_of).tell();
    text += end_of(appliance, trace, witness) + "\n";
    for (const auto& frame : witness.outcome.out)
        text += fmt::format("  out by {}: {}{}\n", way_of(appliance, frame), summary(frame.bytes), tag_of(frame.bytes));
    return text;
}

} // namespace harness
