#include "harness/runner.hpp"

#include "harness/capture.hpp"
#include "harness/frames.hpp"
#include "harness/packets.hpp"

#include "compiler/model/syslog_line.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace harness {

namespace {

bool is_narrow(const model::Scenario& test) { return !std::holds_alternative<model::WholeAppliance>(test.about); }

/// What a function or chain says, in the words of `expect`.
model::Expect judgement(const model::Scenario& test, const Outcome& outcome) {
    if (outcome.dropped_by(model::Reason::reject)) return model::Expect::reject;
    if (outcome.fate == Fate::dropped) return model::Expect::drop;
    const bool about_function = std::holds_alternative<model::FunctionId>(test.about);
    return about_function && outcome.decided.empty() ? model::Expect::next : model::Expect::accept;
}

bool fulfils(const model::Scenario& test, const Outcome& outcome, model::Expect expected) {
    if (is_narrow(test)) return judgement(test, outcome) == expected;
    switch (expected) {
    case model::Expect::next:
        return false;
    case model::Expect::hold:
        return outcome.fate == Fate::held;
    case model::Expect::accept:
        return outcome.fate == Fate::sent || outcome.fate == Fate::delivered;
    case model::Expect::reject:
        return outcome.dropped_by(model::Reason::reject);
    case model::Expect::drop:
        return outcome.fate == Fate::dropped && !outcome.dropped_by(model::Reason::reject);
    }
    return false;
}

/// What is wrong with the frames that left; nothing when one of them is as the Test says.
std::optional<std::string> missing_frame(const model::Appliance& appliance, const model::OutSpec& wanted,
                                         const std::vector<FrameOut>& out) {
    if (out.empty()) return "a frame to leave, but none did";
    std::string why;
    for (const auto& frame : out) {
        const auto wrong_way = wanted.iface && !leaves_by(appliance, *wanted.iface, frame);
        const auto wrong = wrong_way ? "it left by " + way_of(appliance, frame) + ", not by " +
                                           appliance.ifaces.at(*wanted.iface).name
                                     : difference(frame.bytes, wanted.packet);
        if (!wrong) return std::nullopt;
        why += fmt::format("{}{}", why.empty() ? "" : "; ", *wrong);
    }
    return "a frame to leave as `out` says, but " + why;
}

/// Texts end with a newline or not, as the policy likes its console.
std::string_view line(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text;
}

/// The texts must be logged in that order, whatever else is logged. An empty list: nothing may be.
std::optional<std::string> missing_log(const std::vector<std::string>& wanted,
                                       const std::vector<std::string>& seen) {
    if (wanted.empty()) {
        if (seen.empty()) return std::nullopt;
        return std::string("nothing to be logged");
    }
    auto next = seen.begin();
    for (const auto& text : wanted) {
        const auto rest = next;
        next = std::find_if(next, seen.end(), [&](const std::string& s) { return line(s) == line(text); });
        if (next != seen.end()) {
            ++next;
            continue;
        }
        const bool is_part =
            std::any_of(rest, seen.end(), [&](const std::string& s) { return s.find(line(text)) != s.npos; });
        return fmt::format("the log text {:?}{}", line(text),
                           is_part ? " and nothing else in the text (whole texts are compared)" : "");
    }
    return std::nullopt;
}

/// What went to the syslog server, without its header.
std::vector<std::string> syslog_texts(const model::Appliance& appliance, const Outcome& outcome) {
    std::vector<std::string> all;
    if (!appliance.syslog) return all;
    const auto header = model::syslog_header(appliance);
    for (const auto& frame : outcome.out) {
        if (field_of(frame.bytes, model::Field::ip_daddr) != appliance.syslog->address ||
            field_of(frame.bytes, model::Field::udp_dport) != appliance.syslog->port)
            continue;
        const auto line = payload_of(frame.bytes).value_or("");
        const auto start = line.find(header);
        if (start != line.npos) all.push_back(line.substr(start + header.size()));
    }
    return all;
}

/// What helps to see why a step failed, a line each, beside what became of the packet.
std::string remarks(const model::Appliance& leasing, const model::SendStep& step, const Outcome& outcome) {
    std::string all;
    if (step.log)
        for (const auto& text : syslog_texts(leasing, outcome))
            all += fmt::format("\n  to the syslog server: {:?}", text);
    if (outcome.fate != Fate::dropped || outcome.reason() != model::Reason::no_address) return all;
    for (const auto& iface : leasing.ifaces)
        if (iface.config != model::IfaceConfig::fixed && !iface.ipv4)
            all += fmt::format("\n  the Test gives no `lease`, and `{}` has its address from one", iface.name);
    return all;
}

/// What was expected and not seen.
std::optional<std::string> shortcoming(const model::Appliance& appliance, const model::Scenario& test,
                                       const model::SendStep& step, const Outcome& outcome) {
    if (!fulfils(test, outcome, step.expect))
        return std::string(model::name(step.expect)) +
               (step.reason ? fmt::format(" ({})", model::name(*step.reason)) : "");
    if (step.reason && !outcome.dropped_by(*step.reason))
        return fmt::format("reason {}", model::name(*step.reason));
    if (step.out)
        if (auto missing = missing_frame(appliance, *step.out, outcome.out)) return missing;
    if (step.log) return missing_log(*step.log, texts_of(appliance, outcome));
    return std::nullopt;
}

/// One Test while it runs.
struct TestRun {
    const model::Appliance& appliance;
    const Backend& backend;
    const model::Scenario& test;
    std::set<model::StatementId>& reached;
    const Watch& watch;
    Unexpected unexpected;
    Conversations conversations{};
    eval::Time now = 0;
    std::optional<Failure> failure{}; ///< the first

    void run() {
        for (const auto& step : test.steps) {
            if (is_over()) return;
            std::visit([&](const auto& kind) { run(kind, step.place); }, step.is);
        }
    }

private:
    bool is_over() const { return failure && unexpected == Unexpected::ends; }

    void run(const model::WaitStep& wait, const model::Place&) {
        now += wait.seconds * eval::second_ns;
        backend.wait(wait.seconds * eval::second_ns);
    }
    void run(const model::SendStep& step, const model::Place& place) try {
        if (!step.pcap) return send(step, place, craft(step.packet, wire(step), conversations));
        std::size_t number = 0;
        for (auto& frame : frames_of(step, place)) {
            if (is_over()) return;
            const auto name = fmt::format("packet {} of {}: ", ++number, *step.pcap);
            send(step, place, readdressed(std::move(frame), step), name);
        }
    } catch (const Error& error) {
        if (failure) return;
        failure = {test.name, place, fmt::format("{} broke: {}", backend.name, error.what()), {}, true};
    }

    /// A chain that packets come in by knows its Iface, and so its NIC and VLAN, where a Test of it does not say one.
    Wire wire(const model::SendStep& step) const {
        auto of_test = wire_of(appliance, step.iface.value_or(0));
        const auto ingress = eval::ingress_of(test, step);
        if (!ingress) return of_test;
        const auto known = wire_of(appliance, *ingress);
        of_test.mac = known.mac;
        of_test.vlan = known.vlan;
        return of_test;
    }

    /// Of its capture; none where that cannot be read, or has none.
    std::vector<Bytes> frames_of(const model::SendStep& step, const model::Place& place) try {
        auto frames = frames_in(*step.pcap);
        if (frames.empty()) throw Error(*step.pcap + " has no packets");
        return frames;
    } catch (const Error& error) {
        if (!failure) failure = {test.name, place, error.what(), {}, true};
        return {};
    }

    /// A capture was taken elsewhere: what was for one host there is for our NIC here.
    Bytes readdressed(Bytes frame, const model::SendStep& step) const {
        const auto mac = wire_of(appliance, step.iface.value_or(0)).mac;
        const bool is_group = !frame.empty() && (frame[0] & 1) != 0;
        if (!is_group && frame.size() >= mac.size()) std::ranges::copy(mac, frame.begin());
        return frame;
    }

    /// `name`: of a frame that is one of several.
    void send(const model::SendStep& step, const model::Place& place, const Bytes& frame, const std::string& name = {}) {
        const Outcome outcome = is_narrow(test)
                                    ? backend.judge(question_of(appliance, test, step, frame), frame)
                                    : backend.receive(model::nic_of(appliance, *step.iface), frame);
        reached.insert(outcome.decided.begin(), outcome.decided.end());
        const auto missing = shortcoming(appliance, test, step, outcome);
        if (watch) watch({test, step, frame, outcome, missing, now});
        if (outcome.fate != Fate::dropped) conversations.passed(frame);
        // Who answers it knows it as it left, translated.
        if (outcome.fate == Fate::sent)
            for (const auto& out : outcome.out) conversations.passed(out.bytes);
        if (!missing || failure) return;
        failure = {test.name, place,
                   fmt::format("{}expected {}\n  on {} {}\n  the packet: {}", name, *missing, backend.name, seen(step, outcome),
                               summary(frame)),
                   outcome.decided};
    }

    std::string seen(const model::SendStep& step, const Outcome& outcome) const {
        if (!is_narrow(test))
            return "the packet was " + describe(appliance, outcome, summary) + remarks(appliance, step, outcome);
        const auto& decided = outcome.decided;
        return fmt::format("the verdict is {}{}", model::name(judgement(test, outcome)),
                           decided.empty() ? "" : ", by " + at(appliance, appliance.statements.at(decided.back()).place));
    }
};

/// What packets say nothing of follows the addresses that Ifaces have in the Test.
model::Appliance with_leases(model::Appliance appliance, const model::Scenario& test) {
    for (const auto& lease : test.leases) appliance.ifaces.at(lease.iface).ipv4 = lease.config;
    return appliance;
}

} // namespace

std::vector<std::string> texts_of(const model::Appliance& appliance, const Outcome& outcome) {
    std::vector<std::string> all;
    for (const auto& log : outcome.logs) all.push_back(log.text);
    std::ranges::move(syslog_texts(appliance, outcome), std::back_inserter(all));
    return all;
}

std::optional<Failure> run_test(const model::Appliance& appliance, const Backend& backend,
                                const model::Scenario& test, std::set<model::StatementId>& reached,
                                const Watch& watch, Unexpected unexpected) {
    std::optional<model::Appliance> leasing; // a policy may have very many rules
    if (!test.leases.empty()) leasing = with_leases(appliance, test);
    TestRun run{leasing ? *leasing : appliance, backend, test, reached, watch, unexpected};
    try {
        backend.boot();
        for (const auto& lease : test.leases) backend.lease(lease.iface, lease.config);
        run.run();
        if (!run.failure && !backend.balanced())
            return Failure{test.name, test.place, "the counters on " + backend.name + " do not balance", {}, true};
    } catch (const Error& error) {
        return Failure{test.name, test.place, fmt::format("{} broke: {}", backend.name, error.what()), {}, true};
    }
    return std::move(run.failure);
}

RunReport run_tests(const model::Appliance& appliance, const Backend& backend, const Watch& watch) {
    RunReport report;
    for (const auto& test : appliance.tests) {
        ++report.tests;
        if (auto failure = run_test(appliance, backend, test, report.reached, watch))
            report.failures.push_back(std::move(*failure));
    }
    return report;
}

std::string describe(const model::Appliance& appliance, const Witness& witness) {
    const auto& outcome = witness.outcome;
    const bool dropped = outcome.fate == Fate::dropped;
    const auto& [test, step, frame, seen, missing, at_time] = witness;
    const std::string verdict = is_narrow(test)
                                    ? std::string(model::name(judgement(test, seen)))
                                : dropped ? fmt::format("drop ({})", model::name(*outcome.reason()))
                                : outcome.fate == Fate::delivered ? "delivered"
                                : outcome.fate == Fate::held      ? "held"
                                                                  : "sent on";
    const auto& decided = outcome.decided;
    return fmt::format("{:<8} {:<52} {:<16} {}", step.iface ? appliance.ifaces.at(*step.iface).name : "-",
                       summary(frame), verdict,
                       decided.empty() ? "" : at(appliance, appliance.statements.at(decided.back()).place));
}

std::string describe(const model::Appliance& appliance, const Failure& failure) {
    return fmt::format("{}: Test {} failed: {}", at(appliance, failure.place), failure.test, failure.text);
}

} // namespace harness
