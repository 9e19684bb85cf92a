// A policy becomes a ruleset, the kernel lists it, the list becomes a policy again: both must treat random
// histories alike, and their forward chains must be equivalent where that can be decided.
#include "codegen/nft/nft.hpp"
#include "compiler/analysis/diff.hpp"
#include "compiler/sema/load.hpp"
#include "harness/backend.hpp"
#include "harness/frames.hpp"
#include "harness/random.hpp"
#include "tests/nft/imported.hpp"
#include "tests/nft/linux_host.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nft_test {
namespace {

struct Options {
    std::string policy;
    std::uint64_t seed = 1;
    std::size_t histories = 3000;
    std::size_t losses = 0; ///< how many things are known not to come back
    bool print = false;
};

/// What a host knows and a ruleset does not.
void take_from_host(model::Appliance& imported, const model::Appliance& original) {
    for (std::size_t id = 0; id < original.ifaces.size(); ++id) {
        imported.ifaces.at(id).nic = original.ifaces[id].nic;
        imported.ifaces.at(id).vlan = original.ifaces[id].vlan;
    }
    if (imported.gateway && original.gateway) {
        imported.gateway->routes = original.gateway->routes;
        imported.gateway->send_time_exceeded = original.gateway->send_time_exceeded;
    }
    const bool drop_invalid = imported.conntrack.drop_invalid;
    imported.conntrack = original.conntrack;
    imported.conntrack.drop_invalid = drop_invalid;
}

bool same_frames(const harness::Outcome& a, const harness::Outcome& b) {
    const auto equal = [](const harness::FrameOut& x, const harness::FrameOut& y) {
        return x.nic == y.nic && x.bytes == y.bytes;
    };
    return a.fate == b.fate && std::ranges::equal(a.out, b.out, equal);
}

/// What `whole_headers` drops in an imported program, which is stricter there.
bool is_cut_short(harness::View frame) {
    const auto datagram = harness::datagram_in(frame);
    if (!datagram || datagram->transport_complete()) return false;
    const auto protocol = datagram->protocol();
    return protocol == eval::tcp || protocol == eval::udp || protocol == eval::icmp;
}

class RoundTrip {
public:
    RoundTrip(const model::Appliance& original, const model::Appliance& imported)
        : original_(original), before_(harness::interp_backend(original)),
          after_(harness::interp_backend(imported)), boundaries_(harness::boundaries_of(original)) {}

    /// False when a history ends differently, which is printed. Without `exact`, it may be stricter.
    bool history(std::uint64_t seed, bool exact) {
        constexpr std::size_t packets_max = 16;
        before_.boot();
        after_.boot();
        for (const auto& event : harness::random_history(original_, boundaries_, seed, packets_max)) {
            if (const auto* pause = std::get_if<harness::Pause>(&event)) {
                before_.wait(pause->ns);
                after_.wait(pause->ns);
            }
            const auto* frame = std::get_if<harness::FrameIn>(&event);
            if (frame == nullptr) continue;
            const auto nic = model::nic_of(original_, frame->iface);
            const auto was = before_.receive(nic, frame->bytes);
            const auto is = after_.receive(nic, frame->bytes);
            ++packets_;
            if (was.fate == eval::Fate::dropped) ++dropped_;
            if (same_frames(was, is)) continue;
            if ((!exact || is_cut_short(frame->bytes)) && is.fate == eval::Fate::dropped)
                return true; // from here on they know different flows
            fmt::print(
                "seed {}: they disagree about\n{}\noriginal: {}\nimported: {}\n", seed,
                harness::describe_frame(frame->bytes), harness::describe(original_, was, harness::summary),
                harness::describe(original_, {is.fate, is.drops, {}, is.logs, is.out}, harness::summary));
            return false;
        }
        return true;
    }

    void print() const { fmt::print("{} packets, {} of them dropped\n", packets_, dropped_); }
    bool reached_all() const { return dropped_ > 0 && dropped_ < packets_; }

private:
    const model::Appliance& original_;
    harness::Backend before_, after_;
    harness::Boundaries boundaries_;
    std::size_t packets_ = 0, dropped_ = 0;
};

/// What is proved of the forward chains.
bool forward_agrees(const model::Appliance& original, const model::Appliance& imported, bool exact) {
    for (const auto& chain : analysis::diff(original, imported).chains) {
        if (chain.name != "forward") continue;
        fmt::print("forward: {}\n", analysis::change_names[static_cast<std::size_t>(chain.change)]);
        if (chain.change == analysis::Change::less_permissive) return !exact;
        return chain.change == analysis::Change::equivalent || chain.change == analysis::Change::not_decided;
    }
    return true;
}

int compare(const Options& options) {
    auto loaded = sema::load(options.policy);
    if (!loaded.appliance) throw std::runtime_error(options.policy + " does not compile");
    auto& original = *loaded.appliance;
    original.syslog.reset(); // the kernel sends nothing
    const auto emitted = codegen::nft::emit(original, {});
    if (!emitted.problems.empty()) throw std::runtime_error(emitted.problems.front().what);
    const auto result = importer::import_nft(listed(emitted.text), "ruleset.json", nics_of(original));
    if (options.print) fmt::print("{}", result.text);
    std::size_t losses = 0;
    for (const auto& message : result.messages) {
        if (!message.is_loss) continue;
        ++losses;
        fmt::print("{}\n", message.text);
    }
    auto imported = compiled(result);
    take_from_host(imported, original);
    const bool exact = options.losses == 0;
    RoundTrip round_trip(original, imported);
    for (std::uint64_t seed = options.seed; seed < options.seed + options.histories; ++seed)
        if (!round_trip.history(seed, exact)) return 1;
    round_trip.print();
    return losses == options.losses && forward_agrees(original, imported, exact) && round_trip.reached_all()
               ? 0
               : 1;
}

} // namespace
} // namespace nft_test

int main(int argc, char** argv) {
    CLI::App app{"a policy, and what comes back from its ruleset, compared over random histories"};
    nft_test::Options options;
    app.add_option("POLICY", options.policy)->required();
    app.add_option("--seed", options.seed, "Of the first history")->capture_default_str();
    app.add_option("--histories", options.histories)->capture_default_str();
    app.add_option("--losses", options.losses, "How many things do not come back; there it may be stricter");
    app.add_flag("--print", options.print, "Print the program");
    CLI11_PARSE(app, argc, argv);
    return nft_test::status_of([&] { return nft_test::compare(options); });
}
