// What the interpreter did with packets, step by step, for people who ask why.
#pragma once
#include "compiler/eval/flows.hpp"
#include "compiler/eval/routing.hpp"

#include <string>
#include <string_view>

namespace eval {

/// A body was passed by, since it is for packets of another protocol.
struct PassedBy {
    model::Place place;
    model::Layer layer{};
};

/// What a leased member of an Iface was when it was compared with.
struct Leased {
    model::IfaceId iface = 0;
    model::Ipv4Member member{};
    model::Value value = 0;
};

/// A comparison was made, or a Limit asked, which reads its key.
struct Asked {
    model::Place place;
    std::vector<std::pair<model::Field, model::Value>> read;
    bool holds = false;
    std::variant<std::monostate, model::LimitId, Leased> with{};
};

struct Decided { model::StatementId statement = 0; };
struct Logged {
    model::Place place;
    std::string text;
};

/// A dnat has sent the packet elsewhere: now, or when it decided about the first one of the flow.
struct SentElsewhere {
    model::StatementId by = 0;
    bool is_kept = false;
    Bytes datagram; ///< as it is now
};

/// `rpf: strict` let it not come in here: what goes to its source leaves elsewhere, or nowhere.
struct CameWrongWay { std::optional<model::IfaceId> back; };

using Event = std::variant<PassedBy, Asked, Decided, Logged, SentElsewhere, CameWrongWay>;

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
