// Which paths through a function reach a verdict. This follows the control flow alone: whether a program is
// legal never depends on what a solver finds out about its conditions.
#include "compiler/model/subtypes.hpp"
#include "compiler/sema/function.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/path_notes.hpp"

#include <algorithm>

namespace sema {

namespace {

using model::Layer;
using syntax::Kind;
using syntax::Span;

class Flow {
public:
    explicit Flow(const Context& context)
        : context_(context), functions_(context.appliance.functions), decides_(functions_.size()) {
        for (const auto id : context.unknown_functions) decides_[id] = true; // they may
    }

    /// Whether every packet of the function's subtype gets a verdict.
    bool decides(model::FunctionId id) {
        auto& known = decides_[id];
        if (!known) known = decides(functions_[id].body, functions_[id].layer);
        return *known;
    }

    bool decides(const model::Block& block, Layer layer) {
        for (const auto& step : block)
            if (decides(step, layer)) return true;
        return false;
    }

    bool decides(const model::Step& step, Layer layer) {
        if (std::holds_alternative<model::Verdict>(step.is)) return true;
        if (const auto* branch = std::get_if<model::Branch>(&step.is))
            return decides(branch->then, layer) && decides(branch->otherwise, layer);
        if (const auto* enter = std::get_if<model::Enter>(&step.is))
            return takes_all(enter->layer, layer) && decides(enter->body, layer);
        if (const auto* call = std::get_if<model::Call>(&step.is))
            return takes_all(functions_[call->function].layer, layer) && decides(call->function);
        return false;
    }

    /// The path of a packet that gets no verdict, step by step.
    void explain(const model::Block& block, Layer layer, std::vector<syntax::Note>& notes) {
        for (const auto& step : block) {
            if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
                if (!has_verdict(step)) continue;
                const bool then_decides = decides(branch->then, layer);
                notes.push_back(syntax::at_condition(span_at(branch->condition.place), !then_decides));
                explain(then_decides ? branch->otherwise : branch->then, layer, notes);
            } else if (const auto* enter = std::get_if<model::Enter>(&step.is)) {
                if (!takes_all(enter->layer, layer))
                    notes.push_back(syntax::passed_by(span_at(step.place), model::subtype_of(enter->layer)));
                else
                    explain(enter->body, layer, notes);
            } else if (const auto* call = std::get_if<model::Call>(&step.is)) {
                const auto& callee = functions_[call->function];
                if (!takes_all(callee.layer, layer))
                    notes.push_back(syntax::passed_by(span_at(step.place), model::subtype_of(callee.layer)));
                else if (has_verdict(step))
                    notes.push_back(
                        {span_at(step.place), "when " + quoted(callee.name) + " reaches no verdict"});
            }
        }
    }

    /// Calls `unreachable(first step behind, the step that decides)`.
    template <typename Found>
    void dead_steps(const model::Block& block, Layer layer, const Found& unreachable) {
        for (std::size_t i = 0; i < block.size(); ++i) {
            if (const auto* branch = std::get_if<model::Branch>(&block[i].is)) {
                dead_steps(branch->then, layer, unreachable);
                dead_steps(branch->otherwise, layer, unreachable);
            } else if (const auto* enter = std::get_if<model::Enter>(&block[i].is)) {
                dead_steps(enter->body, enter->layer == Layer::ip ? layer : enter->layer, unreachable);
            }
            if (i + 1 < block.size() && decides(block[i], layer)) {
                unreachable(block[i + 1], block[i]);
                return;
            }
        }
    }

private:
    static bool takes_all(Layer inner, Layer outer) { return inner == Layer::ip || inner == outer; }

    bool has_verdict(const model::Block& block) {
        for (const auto& step : block)
            if (has_verdict(step)) return true;
        return false;
    }

    bool has_verdict(const model::Step& step) {
        if (std::holds_alternative<model::Verdict>(step.is)) return true;
        if (const auto* branch = std::get_if<model::Branch>(&step.is))
            return has_verdict(branch->then) || has_verdict(branch->otherwise);
        if (const auto* enter = std::get_if<model::Enter>(&step.is)) return has_verdict(enter->body);
        return std::holds_alternative<model::Call>(step.is);
    }

    const Span& span_at(const model::Place& place) const { return context_.spans.at(place); }

    const Context& context_;
    const std::vector<model::Function>& functions_;
    std::vector<std::optional<bool>> decides_;
};

/// The function whose end is the end of all packets that this one does not decide about.
std::optional<model::FunctionId> last_called(const std::vector<model::Function>& functions,
                                             model::FunctionId id) {
    const auto& body = functions[id].body;
    const auto* call = body.empty() ? nullptr : std::get_if<model::Call>(&body.back().is);
    if (call == nullptr || functions[call->function].layer != Layer::ip) return std::nullopt;
    return call->function;
}

/// The functions that stand on some chain.
std::set<model::FunctionId> attached(const model::Appliance& appliance) {
    std::set<model::FunctionId> result;
    for (const auto& iface : appliance.ifaces)
        for (const auto& chain : iface.chains) result.insert(chain.begin(), chain.end());
    if (appliance.gateway)
        result.insert(appliance.gateway->forward.begin(), appliance.gateway->forward.end());
    return result;
}

/// The calls of a block, with their places.
void collect_calls(const model::Block& block,
                   std::vector<std::pair<model::FunctionId, model::Place>>& calls) {
    for (const auto& step : block) {
        if (const auto* call = std::get_if<model::Call>(&step.is))
            calls.emplace_back(call->function, step.place);
        if (const auto* enter = std::get_if<model::Enter>(&step.is)) collect_calls(enter->body, calls);
        if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
            collect_calls(branch->then, calls);
            collect_calls(branch->otherwise, calls);
        }
    }
}

/// What executes a policy recurses into its blocks, and into functions where they are called.
constexpr std::size_t block_depth_max = 1024;

class CallCheck {
public:
    explicit CallCheck(Context& context)
        : context_(context), calls_(context.appliance.functions.size()), state_(calls_.size()),
          depth_(calls_.size()) {
        for (std::size_t i = 0; i < calls_.size(); ++i)
            collect_calls(context.appliance.functions[i].body, calls_[i]);
    }

    void run() {
        for (model::FunctionId id = 0; id < calls_.size(); ++id)
            if (state_[id] == State::fresh) visit(id);
    }

private:
    enum class State : std::uint8_t { fresh, open, done };
    struct Frame {
        model::FunctionId id;
        std::size_t next = 0;
    };

    /// With a stack of its own: a chain of calls may be longer than ours is deep.
    void visit(model::FunctionId root) {
        std::vector<Frame> stack{{root}};
        state_[root] = State::open;
        while (!stack.empty()) {
            auto& frame = stack.back();
            if (frame.next == calls_[frame.id].size()) {
                state_[frame.id] = State::done;
                depth_[frame.id] = depth(context_.appliance.functions[frame.id].body, frame.id, 1);
                stack.pop_back();
                continue;
            }
            const auto callee = calls_[frame.id][frame.next++].first;
            if (state_[callee] == State::open) report(stack, callee);
            if (state_[callee] == State::fresh) state_[callee] = State::open, stack.push_back({callee});
        }
    }

    /// Of the deepest block in a block of the function that is itself at `level`. All callees are done.
    std::size_t depth(const model::Block& block, model::FunctionId id, std::size_t level) {
        auto deepest = level;
        for (const auto& step : block) {
            if (const auto* enter = std::get_if<model::Enter>(&step.is))
                deepest = std::max(deepest, depth(enter->body, id, level + 1));
            if (const auto* branch = std::get_if<model::Branch>(&step.is))
                deepest = std::max({deepest, depth(branch->then, id, level + 1),
                                    depth(branch->otherwise, id, level + 1)});
            if (const auto* call = std::get_if<model::Call>(&step.is)) {
                const auto behind = level + depth_[call->function];
                if (behind > block_depth_max)
                    report_depth(step.place, id);
                else
                    deepest = std::max(deepest, behind);
            }
        }
        return deepest;
    }

    /// Once: whatever calls this is too deep as well. Nothing follows the calls of an unknown function.
    void report_depth(const model::Place& place, model::FunctionId id) {
        context_.unknown_functions.insert(id);
        if (!too_deep_)
            context_.report(Kind::nesting_too_deep, context_.spans.at(place),
                            "with this call, functions and the blocks in them nest more than " +
                                std::to_string(block_depth_max) + " deep",
                            "let fewer functions call each other in a row");
        too_deep_ = true;
    }

    void report(const std::vector<Frame>& stack, model::FunctionId callee) {
        std::vector<syntax::Note> notes;
        auto frame = stack.begin();
        while (frame->id != callee) ++frame;
        for (; frame != stack.end(); ++frame) {
            context_.unknown_functions.insert(frame->id);
            const auto& [target, place] = calls_[frame->id][frame->next - 1];
            notes.push_back({context_.spans.at(place),
                             quoted(name(frame->id)) + " calls " + quoted(name(target)) + " here"});
        }
        context_.report(
            Kind::recursion, context_.functions[callee]->name.span, quoted(name(callee)) + " calls itself",
            "a packet must get through every function in bounded time: break the circle", std::move(notes));
    }

    const std::string& name(model::FunctionId id) const { return context_.appliance.functions[id].name; }

    Context& context_;
    std::vector<std::vector<std::pair<model::FunctionId, model::Place>>> calls_;
    std::vector<State> state_;
    std::vector<std::size_t> depth_; ///< of the blocks in a function, those of its callees included
    bool too_deep_ = false;
};

/// Those on chains, and all that they and the Asserts call, whichever way.
std::set<model::FunctionId> functions_in_use(const model::Appliance& appliance,
                                             const std::set<model::FunctionId>& on_chains) {
    auto used = on_chains;
    std::vector<model::FunctionId> to_look_at(on_chains.begin(), on_chains.end());
    const auto use_callees = [&](const model::Block& body) {
        std::vector<std::pair<model::FunctionId, model::Place>> calls;
        collect_calls(body, calls);
        for (const auto& [callee, place] : calls)
            if (used.insert(callee).second) to_look_at.push_back(callee);
    };
    for (const auto& assertion : appliance.asserts) use_callees(assertion.body);
    while (!to_look_at.empty()) {
        const auto id = to_look_at.back();
        to_look_at.pop_back();
        use_callees(appliance.functions[id].body);
    }
    return used;
}

void check_use(Context& context, const std::set<model::FunctionId>& on_chains) {
    const auto used = functions_in_use(context.appliance, on_chains);
    for (model::FunctionId id = 0; id < context.functions.size(); ++id)
        if (!used.contains(id))
            context.report(Kind::unused_function, context.functions[id]->name.span,
                           quoted(context.functions[id]->name.text) +
                               " stands on no chain and is called by nothing that does",
                           "name it in an Iface's `prerouting`, `input`, `output` or `postrouting`, or the "
                           "Gateway's `forward`");
}

} // namespace

void check_calls(Context& context) { CallCheck(context).run(); }

void check_flow(Context& context) {
    const auto& functions = context.appliance.functions;
    Flow flow(context);
    const bool is_whole = context.unknown_functions.empty() && !context.functions_have_holes;
    for (model::FunctionId id = 0; id < functions.size() && is_whole; ++id) {
        const auto& function = functions[id];
        flow.dead_steps(
            function.body, function.layer, [&](const model::Step& step, const model::Step& decider) {
                context.report(
                    Kind::unreachable_statement, context.spans.at(step.place),
                    std::string(syntax::never_reached), "leave it out, or move it up",
                    {{context.spans.at(decider.place), "every packet has its verdict after this"}});
            });
    }
    const auto on_chains = attached(context.appliance);
    const auto is_open = [&](model::FunctionId id) {
        // One that is not for all packets may not stand there, which has been said.
        return functions[id].kind == model::FunctionKind::filter && functions[id].layer == Layer::ip &&
               !flow.decides(id);
    };
    std::map<model::FunctionId, std::vector<model::FunctionId>> open_by_end; // those that end with one call
    for (const auto id : on_chains)
        if (is_open(id)) open_by_end[last_called(functions, id).value_or(id)].push_back(id);
    for (const auto& [end, open] : open_by_end) {
        const auto id = open.front();
        std::vector<syntax::Note> path;
        flow.explain(functions[id].body, functions[id].layer, path);
        syntax::shorten(path);
        for (std::size_t i = 1; i < open.size(); ++i)
            path.push_back(
                {context.functions[open[i]]->name.span, "so does " + quoted(functions[open[i]].name)});
        context.report(Kind::missing_verdict, context.functions[id]->name.span,
                       quoted(functions[id].name) + " stands on a chain and can end without a verdict",
                       end == id ? "end it with `accept` or `drop`"
                                 : "end it, or " + quoted(functions[end].name) + ", with `accept` or `drop`",
                       std::move(path));
    }
    // A chain with a mistake in it may be the one that a function was meant for.
    if (!context.diagnostics.has_errors()) check_use(context, on_chains);
}

} // namespace sema
