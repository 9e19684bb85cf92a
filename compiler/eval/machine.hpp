// The appliance that a policy describes, executed on frames: the reference that every other execution must
// agree with. It follows docs/internals/path.md stage by stage. Every neighbour a.b.c.d has the MAC
// 02:00:a:b:c:d.
#pragma once
#include "compiler/eval/answers.hpp"
#include "compiler/eval/balancer.hpp"
#include "compiler/eval/chains.hpp"
#include "compiler/eval/flows.hpp"
#include "compiler/eval/fragments.hpp"
#include "compiler/eval/rewrite.hpp"
#include "compiler/eval/routing.hpp"
#include "compiler/eval/validity.hpp"
#include "compiler/model/nics.hpp"
#include "compiler/model/reason.hpp"

#include <string>

namespace eval {

struct FrameOut {
    model::NicId nic = 0;
    Bytes bytes;

    friend auto operator<=>(const FrameOut&, const FrameOut&) = default;
};

enum class Fate : std::uint8_t {
    sent,
    delivered,
    dropped,
    held, ///< a fragment that waits for the others
};

/// What happened because of one frame.
struct Result {
    Fate fate = Fate::dropped;               ///< of the frame itself
    std::vector<model::Reason> drops;        ///< of the frame, of the reply that it caused, of held fragments
    std::vector<model::StatementId> decided; ///< in the order in which they decided
    std::vector<LogText> logs;
    std::vector<FrameOut> out;
};

struct Counters {
    std::uint64_t received = 0, made = 0, split = 0, sent = 0, delivered = 0, dropped = 0, merged = 0,
                  waiting = 0;

    bool balanced() const { return received + made + split == sent + delivered + dropped + merged + waiting; }
};

model::Mac neighbour_mac(model::Ipv4Address address);

class Machine {
public:
    /// `macs[i]` is the address of NIC i; `seed` says where the search for
    /// a free port starts. Ifaces with DHCP have what they fall back to.
    Machine(model::Appliance appliance, std::vector<model::Mac> macs, std::uint64_t seed = 0);

    Result receive(model::NicId nic, View frame, Time now, Trace* trace = nullptr);
    /// Lets time pass without a frame: held fragments may expire.
    void tick(Time now);
    /// An Iface with DHCP has that from now on, or no address. Another one ends the flows that are translated to
    /// the old one.
    void lease(model::IfaceId iface, const std::optional<model::Ipv4Config>& ipv4);
    const Counters& counters() const { return counters_; }
    /// The policy with the addresses that Ifaces have now.
    const model::Appliance& appliance() const { return appliance_; }
    /// With the leases of the moment, for another Machine; nothing can be asked of this one then.
    model::Appliance take_appliance() && { return std::move(appliance_); }

private:
    /// How far a packet has come: the stage that handles it next.
    enum class At : std::uint8_t {
#define STAGE(name, text) name,
#include "runtime/stages.def"
        settled,
    };

    /// What snat statements say of a source.
    struct Said {
        std::optional<model::Ipv4Address> address;
        std::optional<std::uint16_t> port;
    };

    /// Which of dnat and snat has an effect on a chain.
    enum class Translates : std::uint8_t { nothing, destination, source };

    struct Packet {
        At at = At::receive;
        Bytes frame;    ///< as it came in
        Bytes bytes;    ///< the datagram, from `validate` on
        Bytes received; ///< the datagram before anything was changed in it; of several fragments, the one at
                        ///< offset 0
        Bytes untranslated;           ///< the whole datagram as `track` found it
        std::vector<Bytes> fragments; ///< of a datagram that came in several
        model::NicId nic = 0;
        model::IfaceId ingress = 0;
        model::IfaceId local = 0; ///< the Iface it is for, from `input` on
        Hop hop;                  ///< from `forward` or `output` on
        bool made_here = false;
        bool group_mac = false;
        Tracked tracked;
        Opening opening;    ///< what was decided about the flow that it opens
        Said source_said{}; ///< by snat
        std::optional<model::Reason> dropped{};
        std::size_t number = 0; ///< in the trace

        Datagram datagram() const { return Datagram(bytes); }
    };

#define STAGE(name, text) void name(Packet& packet);
#include "runtime/stages.def"

    void run(Packet& packet);
    void run_stage(Packet& packet, void (Machine::*stage)(Packet&), std::string_view name);
    void note(Event event); ///< about the stage that a packet is in
    void drop(Packet& packet, model::Reason reason);
    void count_drops(model::Reason reason, std::size_t times);
    void deliver_at_once(Packet& packet);
    void expire_fragments();
    Subject subject(const Packet& packet) const;
    Effects effects();

    // Syslog: machine_syslog.cpp.
    bool send_to_server(std::uint8_t severity, std::string_view text);
    void flush_syslog();
    void run_chain(Packet& packet, const std::vector<model::FunctionId>& chain, At next,
                   Translates what = Translates::nothing);
    /// Of a function that has decided; Filters only.
    void obey(Packet& packet, model::StatementId decided);
    void refuse(Packet& packet, model::Reason reason);

    bool ttl_ran_out(Packet& packet);
    void spend_ttl(Packet& packet);

    // Load_balancer: machine_balance.cpp.
    Endpoint front() const;
    bool asks_for_server(const Packet& packet) const;
    bool is_balanced(const Packet& packet) const;
    bool came_by_route(const Packet& packet) const;
    void choose_server(Packet& packet);
    void send_by(Packet& packet, model::IfaceId iface);
    void tell_balancer(const Packet& packet, bool replied);

    // Translation: machine_nat.cpp.
    void run_nat(Packet& packet, model::FunctionId id, std::size_t place, Translates what);
    void send_elsewhere(Packet& packet, model::StatementId dnat);
    void set_destination(Packet& packet, const Endpoint& to);
    void send_to_peer(Packet& packet);
    void finish_destination(Packet& packet);
    void finish_source(Packet& packet);
    void choose_source(Packet& packet);
    void rewrite(Packet& packet, End end, const Endpoint& to);
    void rewrite_quoted(Packet& packet, End end, const Endpoint& to);

    void answer(const Packet& about, AnswerKind kind);
    bool may_be_awaited(const Packet& packet) const;
    void reply_to_echo(const Packet& request);
    void send(Bytes datagram, const Hop& hop);
    bool is_broadcast(model::Ipv4Address address) const;

    model::Appliance appliance_;
    std::vector<model::Mac> macs_;
    Fragments fragments_;
    FlowTable flows_;
    Balancer balancer_;
    Limits limits_;
    std::vector<Packet> syslog_; ///< packets made here that wait for the one that caused them
    bool sends_syslog_ = false;
    std::uint64_t seed_;
    Allowance answers_{answers_per_second};
    Allowance texts_{log_texts_per_second};
    Counters counters_;
    Time now_ = 0;
    Result result_; ///< of the frame that is being received
    Trace* trace_ = nullptr; ///< where what becomes of it is written down
};

} // namespace eval
