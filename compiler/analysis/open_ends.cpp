// A copy of the policy gets the statement that is missed, for which packets are asked then. On its way to that a packet
// writes down where it goes.
#include "compiler/analysis/open_ends.hpp"

#include "compiler/analysis/prover.hpp"
#include "compiler/analysis/region.hpp"
#include "compiler/analysis/remark.hpp"
#include "compiler/analysis/underline.hpp"
#include "compiler/model/subtypes.hpp"
#include "compiler/syntax/path_notes.hpp"

#include <algorithm>

namespace analysis {

namespace {

using model::Block;
using model::FunctionId;
using model::Step;

bool may_decide(const Block& block) {
    return std::ranges::any_of(block, [](const Step& step) {
        if (const auto* branch = std::get_if<model::Branch>(&step.is))
            return may_decide(branch->then) || may_decide(branch->otherwise);
        if (const auto* enter = std::get_if<model::Enter>(&step.is)) return may_decide(enter->body);
        return !std::holds_alternative<model::Log>(step.is);
    });
}

/// Logs in the functions of an appliance that tell which way a packet takes through one of them.
class Marks {
public:
    Marks(model::Appliance& appliance, FunctionId function, const syntax::Sources& sources)
        : appliance_(appliance), sources_(sources) {
        for (auto& one : appliance.functions) {
            mark(one.body);
            if (one.layer != model::Layer::ip) one.body.insert(one.body.begin(), log(entered));
        }
        auto& body = appliance.functions[function].body;
        body.insert(body.begin(), log(begin));
    }

    std::vector<syntax::Note> way(const Witness& witness) const {
        std::vector<syntax::Note> way;
        for (const auto& [text, severity] : witness.logged) {
            if (severity != no_severity) continue;
            if (text == begin)
                way.clear();
            else if (text != entered)
                way.push_back(notes_.at(std::stoul(text)));
            else if (!way.empty()) // a Nat of one layer stands on a chain without a note
                way.pop_back();
        }
        return way;
    }

private:
    /// What logs of the policy do not have.
    static constexpr std::uint8_t no_severity = 255;
    static constexpr auto begin = "begin", entered = "entered";

    static Step log(std::string text) { return {model::Log{no_severity, {std::move(text)}}, {}}; }

    Step log(syntax::Note note) {
        notes_.push_back(std::move(note));
        return log(std::to_string(notes_.size() - 1));
    }

    void mark(Block& block) {
        Block result;
        for (auto& step : block) {
            const auto inner = symbolic::layer_of_body(appliance_, step).value_or(model::Layer::ip);
            if (inner != model::Layer::ip)
                result.push_back(log(syntax::passed_by(word_at(sources_, step.place), model::subtype_of(inner))));
            if (auto* enter = std::get_if<model::Enter>(&step.is)) {
                mark(enter->body);
                if (inner != model::Layer::ip) enter->body.insert(enter->body.begin(), log(entered));
            }
            if (auto* branch = std::get_if<model::Branch>(&step.is)) mark(*branch);
            result.push_back(std::move(step));
        }
        block = std::move(result);
    }

    void mark(model::Branch& branch) {
        if (!may_decide(branch.then) && !may_decide(branch.otherwise)) return;
        mark(branch.then);
        mark(branch.otherwise);
        const auto span = span_of(branch.condition.place, branch.condition.end);
        branch.then.insert(branch.then.begin(), log(syntax::at_condition(span, true)));
        branch.otherwise.insert(branch.otherwise.begin(), log(syntax::at_condition(span, false)));
    }

    const model::Appliance& appliance_;
    const syntax::Sources& sources_;
    std::vector<syntax::Note> notes_;
};

/// "iface: lan, state: established, packet: { … }"; the packet alone where that says it all.
std::string on_one_line(const model::Appliance& appliance, const Way& chain, const Witness& witness) {
    auto text = members_of(appliance, chain, witness);
    text.resize(text.size() - std::string_view(",\n").size());
    std::ranges::replace(text, '\n', ' ');
    constexpr std::string_view packet = "packet: ";
    return text.starts_with(packet) ? text.substr(packet.size()) : text;
}

/// Asks for a packet that gets to the end of one function.
class OpenEnd {
public:
    OpenEnd(const model::Appliance& policy, FunctionId function, const syntax::Sources& sources)
        : appliance_(policy), function_(function), end_(static_cast<model::StatementId>(policy.statements.size())) {
        appliance_.statements.push_back({model::Action::drop, {}, {}, {}});
        appliance_.statements.push_back({model::Action::accept, {}, {}, {}});
        for (const auto& chain : chains_of(policy))
            for (const auto id : functions_of(policy, chain))
                if (id != function && ended_.insert(id).second) end(id, end_ + 1); // what passes one goes on
        end(function, end_);
        marks_.emplace(appliance_, function, sources);
    }

    /// The way of a packet, and itself at `name`; what is proved; or nothing.
    std::vector<syntax::Note> notes(const syntax::Span& name) const {
        bool all_proved = true;
        for (const auto& chain : chains_of(appliance_)) {
            const auto& functions = functions_of(appliance_, chain);
            if (std::ranges::find(functions, function_) == functions.end()) continue;
            const auto verdict = find(chain);
            all_proved &= std::holds_alternative<NoSuchPacket>(verdict);
            const auto* witness = std::get_if<Witness>(&verdict);
            if (witness == nullptr) continue;
            auto way = marks_->way(*witness);
            syntax::shorten(way);
            std::string when;
            for (const auto& fact : witness->assumed) when += (when.empty() ? ", when " : " and ") + fact;
            way.push_back({name, "a packet that gets none" + when + ": `" +
                                     on_one_line(appliance_, chain, *witness) + "`"});
            return way;
        }
        if (!all_proved) return {};
        return {{name, "no packet that can come gets to its end, but a function must decide whatever its conditions say"}};
    }

private:
    void end(FunctionId id, model::StatementId statement) {
        auto& function = appliance_.functions[id];
        if (function.kind == model::FunctionKind::filter) function.body.push_back({model::Verdict{statement}, {}});
    }

    /// Of a new flow, if there is one.
    Verdict find(const Way& chain) const {
        Prover prover(appliance_, chain, names_invalid(appliance_, appliance_.functions[function_].body));
        const auto first = packets_of_new_flows(prover.space());
        auto verdict = prover.find({{&first, symbolic::wanting(model::Action::accept)}}, end_);
        return std::holds_alternative<Witness>(verdict) ? verdict : prover.find({}, end_);
    }

    model::Appliance appliance_;
    FunctionId function_;
    model::StatementId end_;
    std::set<FunctionId> ended_;
    std::optional<Marks> marks_;
};

} // namespace

void show_open_ends(const model::Appliance& appliance, const syntax::Sources& sources,
                    std::vector<syntax::Diagnostic>& diagnostics) {
    std::set<std::pair<syntax::FileId, syntax::Position>> names;
    for (const auto& function : appliance.functions)
        names.insert({function.place.file, {function.place.line, function.place.column}});
    for (auto& diagnostic : diagnostics) {
        if (diagnostic.kind != syntax::Kind::missing_verdict) continue;
        const auto begin = diagnostic.span.begin;
        const auto function = std::ranges::find(appliance.functions, model::Place{diagnostic.span.file, begin.line, begin.column},
                                                &model::Function::place);
        if (function == appliance.functions.end()) continue;
        const auto id = static_cast<FunctionId>(function - appliance.functions.begin());
        auto notes = OpenEnd(appliance, id, sources).notes(diagnostic.span);
        auto& said = diagnostic.notes;
        if (notes.size() > 1)
            std::erase_if(said, [&](const syntax::Note& note) {
                // The way of another packet.
                return note.message != syntax::never_reached &&
                       !names.contains({note.span.file, note.span.begin});
            });
        said.insert(notes.size() > 1 ? said.begin() : said.end(), notes.begin(), notes.end());
    }
}

} // namespace analysis
