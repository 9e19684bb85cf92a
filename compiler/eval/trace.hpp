// What the interpreter did with packets, step by step, for people who ask why.
#pragma once
#include "compiler/eval/flows.hpp"
#include "compiler/eval/routing.hpp"

#include <string>
#include <string_view>

namespace eval {

/// A function was called, entered or not: others than its protocol's packets pass it by.
struct Entered {
    model::FunctionId function = 0;
    bool body = false;
};

/// A comparison was made, or a Limit asked.
struct Asked {
    model::Place place;
    std::vector<std::pair<model::Field, model::Value>> read;
    bool holds = false;
};

struct Decided { model::StatementId statement = 0; };
struct Logged { std::string text; };

using Event = std::variant<Entered, Asked, Decided, Logged>;

/// A packet between two stages.
struct Snapshot {
    Bytes datagram; ///< empty before `validate`
    Tracked tracked;
    model::IfaceId ingress = 0;
    Hop hop;
    model::IfaceId local = 0;
};

struct StageTrace {
    std::string_view stage;      ///< its name in stages.def
    std::string_view next{};     ///< where it sent the packet
    std::size_t packet = 0;      ///< 0: the one that came in; later ones were made here because of it
    Snapshot before{};
    Snapshot after{};
    std::vector<Event> events{};
    std::optional<model::Reason> dropped{}; ///< of that packet
};

/// In the order in which things happened.
struct Trace {
    std::vector<StageTrace> stages;
    std::size_t packets = 0;
};

} // namespace eval
