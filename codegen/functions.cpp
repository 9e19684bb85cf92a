#include "codegen/functions.hpp"

#include "codegen/guards.hpp"
#include "codegen/names.hpp"
#include "compiler/model/severity.hpp"
#include "compiler/symbolic/conditions.hpp"

#include <algorithm>

#include <algorithm>

namespace codegen {

namespace {

class Functions {
public:
    Functions(Writer& out, Sets& sets, const model::Appliance& appliance, RuleLists* lists)
        : out_(out), sets_(sets), appliance_(appliance), lists_(lists) {}

    /// Returns the functions that it calls.
    std::set<model::FunctionId> define(model::FunctionId id) {
        const auto& function = appliance_.functions.at(id);
        kind_ = function.kind == model::FunctionKind::nat ? "Nat" : "Filter";
        out_.line("/// {}::{} {}: {}", kind_, subtype(function.layer), function.name, at(function.place));
        out_.open("Verdict {}([[maybe_unused]] Appliance& appliance, [[maybe_unused]] const Packet& packet) {{",
                  function_name(appliance_, id));
        if (function.layer != model::Layer::ip) out_.line("if (!{}) return {{}};", layer_test(function.layer));
        if (function.kind == model::FunctionKind::nat) lists_ = nullptr;
        if (lists_ != nullptr) lists_->begin(space_, id);
        Context context{function.layer, {}};
        narrow_to(space_, context.box, function.layer);
        if (!block(function.body, context)) out_.line("return {{}};");
        out_.close();
        out_.blank();
        return std::move(calls_);
    }

private:
    std::string at(const model::Place& place) const { return location(appliance_, place); }

    // What writes steps returns whether control cannot reach past them, as far as the last of them tells a C++ compiler.

    bool block(const model::Block& steps, const Context& context) {
        bool ended = false;
        for (std::size_t i = 0; i < steps.size();) {
            const auto [count, listed] =
                lists_ == nullptr ? RuleLists::Run{1, {}} : lists_->write(out_, steps, i, context);
            ended = listed ? *listed : each({steps.data() + i, count}, context);
            // In the shape of the source, what is never reached is there too.
            if (ended && lists_ != nullptr) return true;
            i += count;
        }
        return ended;
    }

    bool each(std::span<const model::Step> steps, const Context& context) {
        return std::ranges::any_of(steps, [&](const model::Step& one) { return step(one, context); });
    }

    bool step(const model::Step& step, const Context& context) {
        return std::visit([&](const auto& kind) { return write(kind, step.place, context); }, step.is);
    }

    bool write(const model::Branch& branch, const model::Place& place, const Context& context) {
        plain();
        out_.open("if ({}) {{ // {}", condition(branch.condition, false), at(place));
        bool ended = block(branch.then, where(branch.condition, context)) && !branch.otherwise.empty();
        if (!branch.otherwise.empty()) {
            out_.close_and_open("} else {");
            const model::Condition contrary{model::Not{{branch.condition}}, place};
            ended = block(branch.otherwise, where(contrary, context)) && ended;
        }
        out_.close();
        return ended;
    }

    bool write(const model::Enter& enter, const model::Place& place, const Context& context) {
        out_.open("if ({}) {{ // {}::{}: {}", layer_test(enter.layer), kind_, subtype(enter.layer), at(place));
        auto inside = context;
        // Of packets that cannot come nothing need be known.
        if (!narrow_to(space_, inside.box, enter.layer)) inside = context;
        if (enter.layer != model::Layer::ip) inside.layer = enter.layer;
        block(enter.body, inside);
        out_.close();
        return false;
    }

    bool write(const model::Call& call, const model::Place& place, const Context&) {
        plain();
        calls_.insert(call.function);
        out_.line("if (const Verdict verdict = {}(appliance, packet); verdict.decided()) return verdict; // {}",
                  function_name(appliance_, call.function), at(place));
        return false;
    }

    bool write(const model::Verdict& verdict, const model::Place& place, const Context&) {
        out_.line("{}", verdict_line(appliance_, verdict.statement, place));
        return true;
    }

    bool write(const model::Log& log, const model::Place&, const Context&) {
        plain();
        std::string arguments = "appliance";
        if (log.severity) arguments += fmt::format(", Severity::{}", model::severity_names[*log.severity]);
        for (const auto& part : log.parts) {
            if (const auto* text = std::get_if<std::string>(&part))
                arguments += ", " + quoted(*text);
            else
                arguments += ", " + shown(std::get<model::Field>(part));
        }
        out_.line("{}({});", log.severity ? "syslog" : "log", arguments);
        return false;
    }

    void plain() {
        if (lists_ != nullptr) lists_->plain();
    }

    /// What is known where a condition holds, as far as one box says it.
    Context where(const model::Condition& condition, const Context& context) {
        if (lists_ == nullptr) return context;
        const auto boxes = symbolic::boxes_of({.space = space_, .appliance = appliance_}, condition, context.layer);
        if (!boxes || boxes->size() != 1) return context;
        const auto inside = both(space_, context.box, boxes->front());
        return inside ? Context{context.layer, *inside} : context;
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
    std::string expression(const model::Test& test, bool) {
        const auto max = model::info(test.field).max();
        if (lists_ == nullptr || (test.mask & max) != max) return sets_.test(test);
        return sets_.fitting_test(test.field, appliance_.sets.at(test.set).values);
    }
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
    RuleLists* lists_; ///< none: all is written as it stands
    symbolic::Space space_;
    std::string_view kind_; ///< of the function that is being written
    std::set<model::FunctionId> calls_;
};

/// " 10.0.0.5:80", as far as a dnat or snat says it.
std::string target(const model::Statement& statement) {
    if (!statement.ipv4_address && !statement.port) return {};
    return " " + (statement.ipv4_address ? dotted(*statement.ipv4_address) : "") +
           (statement.port ? ":" + std::to_string(*statement.port) : "");
}

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

std::set<model::FunctionId> functions_at_chains(const model::Appliance& appliance) {
    std::set<model::FunctionId> found;
    for (const auto& iface : appliance.ifaces)
        for (const auto& chain : iface.chains) found.insert(chain.begin(), chain.end());
    if (appliance.gateway) found.insert(appliance.gateway->forward.begin(), appliance.gateway->forward.end());
    return found;
}

std::set<model::FunctionId> functions_on_chains(const model::Appliance& appliance) {
    std::set<model::FunctionId> found;
    for (const auto id : functions_at_chains(appliance)) collect(appliance, id, found);
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

std::string verdict_comment(const model::Appliance& appliance, model::StatementId statement,
                            const model::Place& place) {
    const auto& made = appliance.statements.at(statement);
    return fmt::format("{}{}: {}", model::name(made.action), target(made), location(appliance, place));
}

std::string verdict_line(const model::Appliance& appliance, model::StatementId statement,
                         const model::Place& place) {
    return fmt::format("return Verdict{{{}}}; // {}", statement, verdict_comment(appliance, statement, place));
}

void write_declaration(Writer& out, const model::Appliance& appliance, model::FunctionId function) {
    out.line("Verdict {}(Appliance& appliance, const Packet& packet);", function_name(appliance, function));
}

std::set<model::FunctionId> write_function(Writer& out, Sets& sets, const model::Appliance& appliance,
                                           model::FunctionId function, RuleLists* lists) {
    return Functions(out, sets, appliance, lists).define(function);
}

} // namespace codegen
