#include "harness/journey.hpp"

#include "harness/frames.hpp"

#include <fmt/format.h>

namespace harness {

namespace {

std::string summary_of(const Bytes& datagram) {
    Bytes frame(eval::ethernet_header_bytes);
    frame[12] = 0x08;
    frame.insert(frame.end(), datagram.begin(), datagram.end());
    return summary(frame);
}

class Journey {
public:
    Journey(const model::Appliance& appliance, const eval::Trace& trace, const LineOf& line_of)
        : appliance_(appliance), trace_(trace), line_of_(line_of) {}

    std::string tell() {
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
    void tell(const eval::StageTrace& stage) {
        const auto said = what_it_did(stage);
        const auto rewritten = rewrite(stage);
        if (said.empty() && stage.events.empty() && rewritten.empty() && !stage.dropped) return;
        text_ += fmt::format("  {:<12} {}", stage.stage, said);
        while (text_.ends_with(' ')) text_.pop_back();
        text_ += '\n';
        for (const auto& event : stage.events) std::visit([&](const auto& kind) { tell(kind); }, event);
        last_line_ = {};
        if (!rewritten.empty()) text_ += fmt::format("    rewritten to {}\n", rewritten);
        if (stage.dropped) text_ += fmt::format("    dropped: {}\n", model::name(*stage.dropped));
    }

    const std::string& name_of(model::IfaceId iface) const { return appliance_.ifaces.at(iface).name; }

    std::string what_it_did(const eval::StageTrace& stage) const {
        const auto& name = stage.stage;
        const auto& after = stage.after;
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

    std::string hop(const eval::Snapshot& after) const {
        return fmt::format("by {} to {}", name_of(after.hop.egress),
                           eval::show(model::Field::ip_daddr, after.hop.next));
    }

    std::string flow(const eval::Tracked& tracked) const {
        const auto state = model::state_names.at(static_cast<std::size_t>(tracked.state));
        if (!tracked.flow) return fmt::format("{}: of no flow that is known", state);
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

    /// The ends of the packet where the stage changed them.
    std::string rewrite(const eval::StageTrace& stage) const {
        const auto &before = stage.before.datagram, &after = stage.after.datagram;
        if (before.empty() || before.size() != after.size()) return "";
        auto unaged = after; // a changed TTL and its checksum are no rewrite
        std::copy_n(before.begin() + 8, 1, unaged.begin() + 8);
        std::copy_n(before.begin() + 10, 2, unaged.begin() + 10);
        return unaged == before ? "" : summary_of(after);
    }

    void tell(const eval::Entered& entered) {
        const auto& function = appliance_.functions.at(entered.function);
        if (!entered.body) line(function.place, "for other packets only");
    }
    void tell(const eval::Asked& asked) {
        std::string read;
        for (const auto& [field, value] : asked.read)
            read += fmt::format("{}{} is {}", read.empty() ? "" : ", ", model::info(field).name, shown(field, value));
        line(asked.place, (asked.holds ? "yes" : "no") + (read.empty() ? "" : ": " + read));
    }
    void tell(const eval::Decided& decided) {
        const auto& statement = appliance_.statements.at(decided.statement);
        line(statement.place, std::string(model::name(statement.action)));
    }
    void tell(const eval::Logged& logged) {
        std::string escaped;
        for (const char c : logged.text)
            escaped += c == '\n' ? "\\n" : std::string(1, c);
        text_ += fmt::format("    {:28} logged: \"{}\"\n", "", escaped);
    }

    std::string shown(model::Field field, model::Value value) const {
        if (model::info(field).kind != model::FieldKind::iface) return eval::show(field, value);
        return value == model::no_iface ? "none" : name_of(static_cast<model::IfaceId>(value));
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
    const LineOf& line_of_;
    std::string text_;
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

std::string end_of(const model::Appliance& appliance, const eval::Trace& trace, const Outcome& outcome) {
    switch (outcome.fate) {
    case Fate::sent:
        return "sent on";
    case Fate::delivered:
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

std::string describe(const model::Appliance& appliance, const eval::Trace& trace, const Outcome& outcome,
                     const LineOf& line_of) {
    auto text = Journey(appliance, trace, line_of).tell();
    text += end_of(appliance, trace, outcome) + "\n";
    for (const auto& frame : outcome.out) text += fmt::format("  out: {}\n", summary(frame.bytes));
    return text;
}

} // namespace harness
