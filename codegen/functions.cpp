#include "codegen/functions.hpp"

#include "codegen/names.hpp"

#include <algorithm>

namespace codegen {

namespace {

constexpr std::string_view severity_names[] = {"emerg",   "alert",  "crit", "err",
                                               "warning", "notice", "info", "debug"};

/// `is_tcp(packet)`, or nothing for IP, whose bodies are for every packet.
std::string layer_test(model::Layer layer) {
    switch (layer) {
    case model::Layer::tcp: return "is_tcp(packet)";
    case model::Layer::udp: return "is_udp(packet)";
    case model::Layer::icmp: return "is_icmp(packet)";
    default: return "true";
    }
}

class Functions {
public:
    Functions(Writer& out, Sets& sets, const model::Appliance& appliance)
        : out_(out), sets_(sets), appliance_(appliance) {}

    void define(model::FunctionId id) {
        const auto& function = appliance_.functions.at(id);
        kind_ = function.kind == model::FunctionKind::nat ? "Nat" : "Filter";
        out_.line("/// {}::{} {}: {}", kind_, subtype(function.layer), function.name, at(function.place));
        out_.open("Verdict {}([[maybe_unused]] Appliance& appliance, [[maybe_unused]] const Packet& packet) {{",
                  function_name(appliance_, id));
        if (function.layer != model::Layer::ip) out_.line("if (!{}) return {{}};", layer_test(function.layer));
        block(function.body);
        if (!ends(function.body)) out_.line("return {{}};");
        out_.close();
        out_.blank();
    }

private:
    std::string at(const model::Place& place) const { return location(appliance_, place); }

    /// Whether control cannot reach past the block, as far as its last step tells a C++ compiler.
    static bool ends(const model::Block& block) {
        if (block.empty()) return false;
        const auto& last = block.back().is;
        if (const auto* branch = std::get_if<model::Branch>(&last))
            return ends(branch->then) && ends(branch->otherwise);
        return std::holds_alternative<model::Verdict>(last);
    }

    void block(const model::Block& steps) {
        for (const auto& step : steps)
            std::visit([&](const auto& kind) { write(kind, step.place); }, step.is);
    }

    void write(const model::Branch& branch, const model::Place& place) {
        out_.open("if ({}) {{ // {}", condition(branch.condition, false), at(place));
        block(branch.then);
        if (!branch.otherwise.empty()) {
            out_.close_and_open("} else {");
            block(branch.otherwise);
        }
        out_.close();
    }

    void write(const model::Enter& enter, const model::Place& place) {
        out_.open("if ({}) {{ // {}::{}: {}", layer_test(enter.layer), kind_, subtype(enter.layer), at(place));
        block(enter.body);
        out_.close();
    }

    void write(const model::Call& call, const model::Place& place) {
        out_.line("if (const Verdict verdict = {}(appliance, packet); verdict.decided()) return verdict; // {}",
                  function_name(appliance_, call.function), at(place));
    }

    void write(const model::Verdict& verdict, const model::Place& place) {
        const auto& statement = appliance_.statements.at(verdict.statement);
        out_.line("return Verdict{{{}}}; // {}{}: {}", verdict.statement,
                  model::name(statement.action), target(statement), at(place));
    }

    /// " 10.0.0.5:80", as far as a dnat or snat says it.
    static std::string target(const model::Statement& statement) {
        if (!statement.ipv4_address && !statement.port) return {};
        return " " + (statement.ipv4_address ? dotted(*statement.ipv4_address) : "") +
               (statement.port ? ":" + std::to_string(*statement.port) : "");
    }

    void write(const model::Log& log, const model::Place&) {
        std::string arguments = "appliance";
        if (log.severity) arguments += fmt::format(", Severity::{}", severity_names[*log.severity]);
        for (const auto& part : log.parts) {
            if (const auto* text = std::get_if<std::string>(&part))
                arguments += ", " + quoted(*text);
            else
                arguments += ", " + shown(std::get<model::Field>(part));
        }
        out_.line("{}({});", log.severity ? "syslog" : "log", arguments);
    }

    /// A field as a log statement prints it.
    static std::string shown(model::Field field) {
        const std::string value = fmt::format("field::{}(packet)", accessor(field));
        switch (model::info(field).kind) {
        case model::FieldKind::address: return fmt::format("Dotted{{{}}}", value);
        case model::FieldKind::state: return fmt::format("StateName{{{}}}", value);
        case model::FieldKind::flags: return fmt::format("FlagNames{{{}}}", value);
        case model::FieldKind::boolean: return fmt::format("Truth{{{}}}", value);
        case model::FieldKind::iface: return fmt::format("iface_name(appliance, {})", value);
        case model::FieldKind::mac: return fmt::format("MacNumber{{{}}}", value);
        default: return value;
        }
    }

    static std::string_view symbol(model::Relation relation) {
        constexpr std::string_view symbols[] = {"==", "!=", "<", ">", "<=", ">="};
        return symbols[static_cast<std::size_t>(relation)];
    }

    /// `inner` conditions that are not single tests get parentheses.
    std::string condition(const model::Condition& condition, bool inner) {
        return std::visit([&](const auto& kind) { return expression(kind, inner); }, condition.is);
    }
    std::string expression(const model::Constant& constant, bool) { return constant.value ? "true" : "false"; }
    std::string expression(const model::Test& test, bool) { return sets_.test(test); }
    std::string expression(const model::Compare& compare, bool) {
        return fmt::format("field::{}(packet) {} field::{}(packet)", accessor(compare.left),
                           symbol(compare.relation), accessor(compare.right));
    }
    std::string expression(const model::CompareLease& compare, bool) {
        return fmt::format("field::{}(packet) {} leased(appliance, {}).{}", accessor(compare.field),
                           symbol(compare.relation), compare.iface,
                           model::ipv4_member_names[static_cast<std::size_t>(compare.member)]);
    }
    std::string expression(const model::Exceeded& exceeded, bool) {
        return fmt::format("exceeded(appliance, {}, packet)", exceeded.limit);
    }
    std::string expression(const model::Not& negation, bool) {
        return fmt::format("!({})", condition(negation.operand.at(0), false));
    }
    std::string expression(const model::All& all, bool inner) { return joined(all.operands, " && ", inner); }
    std::string expression(const model::Any& any, bool inner) { return joined(any.operands, " || ", inner); }

    std::string joined(const std::vector<model::Condition>& operands, std::string_view between, bool inner) {
        std::string text;
        for (const auto& operand : operands) {
            if (!text.empty()) text += between;
            text += condition(operand, true);
        }
        return inner ? "(" + text + ")" : text;
    }

    Writer& out_;
    Sets& sets_;
    const model::Appliance& appliance_;
    std::string_view kind_; ///< of the function that is being written
};

void collect(const model::Appliance& appliance, model::FunctionId id, std::set<model::FunctionId>& found);

void collect(const model::Appliance& appliance, const model::Block& block, std::set<model::FunctionId>& found) {
    for (const auto& step : block) {
        if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
            collect(appliance, branch->then, found);
            collect(appliance, branch->otherwise, found);
        } else if (const auto* enter = std::get_if<model::Enter>(&step.is)) {
            collect(appliance, enter->body, found);
        } else if (const auto* call = std::get_if<model::Call>(&step.is)) {
            collect(appliance, call->function, found);
        }
    }
}

void collect(const model::Appliance& appliance, model::FunctionId id, std::set<model::FunctionId>& found) {
    if (found.insert(id).second) collect(appliance, appliance.functions.at(id).body, found);
}

} // namespace

std::set<model::FunctionId> functions_on_chain(const model::Appliance& appliance,
                                               const std::vector<model::FunctionId>& chain) {
    std::set<model::FunctionId> found;
    for (const auto id : chain) collect(appliance, id, found);
    return found;
}

std::set<model::FunctionId> functions_on_chains(const model::Appliance& appliance) {
    std::set<model::FunctionId> found;
    for (const auto& iface : appliance.ifaces)
        for (const auto& chain : iface.chains)
            for (const auto id : chain) collect(appliance, id, found);
    if (appliance.gateway)
        for (const auto id : appliance.gateway->forward) collect(appliance, id, found);
    return found;
}

std::set<model::FunctionId> functions_in_tests(const model::Appliance& appliance) {
    std::set<model::FunctionId> found;
    for (const auto& test : appliance.tests)
        if (const auto* function = std::get_if<model::FunctionId>(&test.about))
            collect(appliance, *function, found);
    return found;
}

bool has_log(const model::Block& block, bool (*is_such)(const model::Log&)) {
    return std::ranges::any_of(block, [&](const model::Step& step) {
        if (const auto* log = std::get_if<model::Log>(&step.is)) return is_such(*log);
        if (const auto* branch = std::get_if<model::Branch>(&step.is))
            return has_log(branch->then, is_such) || has_log(branch->otherwise, is_such);
        const auto* enter = std::get_if<model::Enter>(&step.is);
        return enter != nullptr && has_log(enter->body, is_such);
    });
}

std::string function_name(const model::Appliance& appliance, model::FunctionId function) {
    return identifier(appliance.functions.at(function).name);
}

void write_declaration(Writer& out, const model::Appliance& appliance, model::FunctionId function) {
    out.line("Verdict {}(Appliance& appliance, const Packet& packet);", function_name(appliance, function));
}

void write_function(Writer& out, Sets& sets, const model::Appliance& appliance, model::FunctionId function) {
    Functions(out, sets, appliance).define(function);
}

} // namespace codegen
