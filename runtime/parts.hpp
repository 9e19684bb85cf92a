// The parts of the data plane that a policy may do without. Whoever needs one asks the Policy for it and
// calls it by the pointers here, as stages are called; so the linker leaves out of an image all that its
// policy does not name.
#pragma once
#include "runtime/counters.hpp"
#include "runtime/flow_table.hpp"

#include <optional>

namespace runtime {

struct Appliance;
struct Endpoint;
struct Function;
struct Said;
enum class Severity : std::uint8_t;
enum class Translates : std::uint8_t;
class Connection;

/// Who is told of something: gets one line at a time, with its end.
using Reader = void (*)(Appliance& appliance, std::string_view line);

/// What a part does when no packet is on its way.
struct Part {
    void (*boot)(Appliance&, Time now) = nullptr;
    void (*tick)(Appliance&, Time now) = nullptr;
    void (*report)(Appliance&, Reader) = nullptr;        ///< for the statistics
    void (*report_memory)(Appliance&, Reader) = nullptr; ///< what its tables hold
};

/// Fragments are held until the datagram is complete.
struct Reassembly : Part {
    void (*expire)(Appliance&, Time now);
    /// As it leaves: in as many frames as it has buffers, in the order of the span.
    std::span<Packet* const> (*take_apart)(Appliance&, Packet&, std::span<Packet*> memory);
};

/// Flows are kept: track.hpp.
struct Tracking : Part {
    void (*classify)(Appliance&, Packet&, Time now);
    bool (*confirm)(Appliance&, Packet&, Time now);
};

/// TCP connections are followed: connection.hpp.
struct Following : Part {
    bool (*allows)(const Connection&, const Packet&, bool reply);
    bool (*is_under_way)(const Connection&, std::uint32_t sequence, bool reply);
    /// The segment was accepted. Nothing when it changes nothing, not even how long its flow lives.
    std::optional<FlowKind> (*advance)(Connection&, const Packet&, bool reply);
    void (*open)(Connection&, const Packet&);
};

/// Addresses and ports are rewritten: translate.hpp.
struct Translation : Part {
    void (*begin_destination)(Appliance&, Packet&);
    void (*run_nat)(Appliance&, Packet&, const Function& nat, std::size_t place, Translates, Said&);
    void (*finish_destination)(Appliance&, Packet&);
    void (*finish_source)(Appliance&, Packet&, const Said&, Time now);
    bool (*error_intact)(const Packet&);
    bool (*may_be_awaited)(Appliance&, const Packet&, Time now);
    /// The flow that an accepted packet opens; none, and the packet is dropped, when it could not be told
    /// from another.
    Flow* (*open_flow)(Appliance&, Packet&, FlowKind, Time now);
    void (*restore)(Packet&);
    FlowEnded flow_ended;
};

/// Connections to the Load_balancer get a server: balance.hpp. Only besides Translation.
struct Balancing : Part {
    bool (*is_balanced)(const Appliance&, const Packet&);
    Endpoint (*front)(const Appliance&);
    bool (*asks_for_server)(const Appliance&, const Packet&);
    void (*keep_server)(Appliance&, const Flow&, Time now);
    void (*note_answers)(Appliance&, const Packet&, Time now);
    FlowEnded flow_ended;
};

/// Addresses are leased by DHCP: dhcp.hpp.
struct Leasing : Part {
    bool (*is_for_client)(const Appliance&, const Packet&);
    void (*hear)(Appliance&, Packet&, Time now);
    /// An ARP message by which somebody else has an address, or wants it.
    void (*hear_claim)(Appliance&, IfaceId, Ipv4Address, const Mac& owner, Time now);
};

/// Texts go to a server: syslog.hpp.
struct SyslogSending : Part {
    bool (*send)(Appliance&, Severity, std::string_view text);
    void (*report_line)(Appliance&, std::string_view line);
    void (*flush)(Appliance&, Time now);
};

/// Those that a policy has; null for each that it does without.
struct Parts {
    const Reassembly* reassembly = nullptr;
    const Tracking* tracking = nullptr;
    const Following* following = nullptr;
    const Translation* translation = nullptr;
    const Balancing* balancing = nullptr;
    const Leasing* leasing = nullptr;
    const SyslogSending* syslog = nullptr;
    const Part* limits = nullptr;
    const Part* logs = nullptr;
    const Part* timers = nullptr;

    /// Runs what each part does at some time, where it does anything then.
    template <typename... Arguments, typename... Given>
    void each(void (*Part::*what)(Arguments...), Given&&... given) const {
        for (const Part* const part :
             std::initializer_list<const Part*>{reassembly, tracking, following, translation, balancing,
                                                leasing, syslog, limits, logs, timers})
            if (part != nullptr && part->*what != nullptr) (part->*what)(given...);
    }
};

namespace part {
extern const Reassembly reassembly;
extern const Tracking tracking;
extern const Following following;
extern const Translation translation;
extern const Balancing balancing;
extern const Leasing leasing;
extern const SyslogSending syslog;
extern const Part limits;
extern const Part logs;
extern const Part timers;
} // namespace part

} // namespace runtime
