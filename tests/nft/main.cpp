// Random histories of packets through the interpreter and through Linux with the policy's ruleset of
// nftables: what comes out, and what gets past the input hook, must be the same. A disagreement prints its
// seed.
#include "codegen/nft/nft.hpp"
#include "compiler/eval/validity.hpp"
#include "compiler/sema/load.hpp"
#include "harness/frames.hpp"
#include "harness/random.hpp"
#include "tests/nft/comparable.hpp"
#include "tests/nft/imported.hpp"
#include "tests/nft/linux_host.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <sstream>

namespace nft_test {
namespace {

struct Options {
    std::string policy; ///< or a ruleset of nftables, which is imported
    std::uint64_t seed = 1;
    std::size_t packets = 4000;        ///< compared
    std::size_t disagreements_max = 1; ///< before it ends
    bool trace = false;                ///< say what each packet was
    std::size_t losses = 0;            ///< how much of a ruleset is known not to be carried over
    std::vector<std::string> mutation; ///< text in the ruleset, and what replaces it: must be found out
};

bool is_answer(harness::View frame, bool to_reject) {
    const auto datagram = *harness::datagram_in(frame);
    if (datagram.protocol() == eval::tcp)
        return to_reject && datagram.transport_complete() &&
               (datagram.tcp_flags() & eval::tcp_flag::rst) != 0;
    if (datagram.protocol() != eval::icmp || !datagram.transport_complete()) return false;
    const auto type = datagram.payload()[0], code = datagram.payload()[1];
    return to_reject ? type == eval::icmp_type::unreachable && code == 13
                     : type == eval::icmp_type::echo_reply;
}

/// A frame as both should have made it: what is sent on, byte for byte but for MAC addresses; of an answer
/// only what it is about, since each chooses TTL, identification and quotation by itself.
std::string essence(const harness::FrameOut& out, bool answer) {
    const auto datagram = *harness::datagram_in(out.bytes);
    if (!answer) return fmt::format("nic {}: {:02x}", out.nic, fmt::join(datagram.bytes(), ""));
    const auto payload = datagram.payload();
    std::string text =
        fmt::format("nic {}: {:08x} > {:08x} protocol {} type {}", out.nic,
                    datagram.protocol() == eval::icmp && payload[0] != 0 ? 0 : datagram.source(),
                    datagram.destination(), datagram.protocol(), payload[0]);
    if (payload[0] == eval::icmp_type::echo_reply && datagram.protocol() == eval::icmp)
        text += fmt::format(" {:02x}", fmt::join(payload.subspan(4), ""));
    return text;
}

bool is_rejected(const harness::Outcome& outcome) { return outcome.reason() == model::Reason::reject; }

/// What the two are compared by, sorted. What Linux answers by itself to what it is given is its own.
std::vector<std::string> essences(const std::vector<harness::FrameOut>& frames,
                                  const harness::Outcome& outcome) {
    const bool sent = outcome.fate == eval::Fate::sent;
    std::vector<std::string> all;
    for (const auto& frame : frames)
        if (sent)
            all.push_back(essence(frame, false));
        else if (outcome.fate == eval::Fate::dropped ? is_rejected(outcome) || !is_answer(frame.bytes, true)
                                                     : is_answer(frame.bytes, false))
            all.push_back(essence(frame, true));
    std::ranges::sort(all);
    return all;
}

/// Linux answers a rejected packet only where it finds its checksum right, and looks for one in every
/// protocol.
bool may_be_answered(const model::Appliance& appliance, harness::View frame) {
    const auto datagram = *harness::datagram_in(frame);
    const auto protocol = datagram.protocol();
    // In prerouting it does not yet know a broadcast or multicast for one.
    if (eval::is_multicast(datagram.destination()) || datagram.destination() == eval::limited_broadcast)
        return false;
    for (const auto& iface : appliance.ifaces)
        if (eval::is_broadcast_of(iface, datagram.destination())) return false;
    return (protocol == eval::tcp || protocol == eval::udp || protocol == eval::icmp) &&
           !eval::transport_fault(datagram);
}

/// Whether both sent the same on, from different ports: each masquerades by a rule of its own when the port
/// is taken.
bool differ_by_port(const std::vector<harness::FrameOut>& a, const std::vector<harness::FrameOut>& b) {
    if (a.size() != 1 || b.size() != 1 || a[0].nic != b[0].nic) return false;
    const auto tuple = [](const harness::FrameOut& out) {
        return eval::tuple_of(*harness::datagram_in(out.bytes));
    };
    auto first = tuple(a[0]), second = tuple(b[0]);
    if (!first || !second || first->a == second->a) return false;
    first->a = second->a;
    return *first == *second;
}

/// What a ruleset that was not made of a policy does not say as the language means it.
Difference beyond_ruleset(const model::Appliance& appliance, const harness::FrameIn& in) {
    const auto datagram = *harness::datagram_in(in.bytes);
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id) {
        const auto& iface = appliance.ifaces[id];
        if (id != in.iface && iface.ipv4 &&
            (datagram.destination() == iface.ipv4->address ||
             eval::is_broadcast_of(iface, datagram.destination())))
            return "(imported) to an address of another Iface, which meets `forward` here";
    }
    const auto protocol = datagram.protocol();
    const bool has_header = protocol == eval::tcp || protocol == eval::udp || protocol == eval::icmp;
    if (has_header && !datagram.transport_complete()) return "(imported) a header that is cut short";
    if (protocol != eval::icmp) return {};
    const auto type = datagram.payload()[0];
    if (type == 4 || type == 5 || (type >= 15 && type <= 18))
        return "(imported) ICMP that Linux calls otherwise";
    return {};
}

class Comparison {
public:
    Comparison(const model::Appliance& appliance, LinuxHost& host, const Options& options, bool imported)
        : appliance_(appliance), imported_(imported), interp_(harness::interp_backend(appliance)),
          host_(host), options_(options), boundaries_(harness::boundaries_of(appliance)) {}

    /// How often they disagree; each is printed.
    std::size_t run() {
        std::size_t disagreements = 0;
        for (std::uint64_t seed = options_.seed; compared_ < options_.packets; ++seed)
            if (!history(seed) && ++disagreements == options_.disagreements_max) break;
        return disagreements;
    }

    void print() const {
        fmt::print("{} packets compared: {} sent on, {} delivered, {} dropped, {} rejected\n", compared_,
                   sent_, delivered_, dropped_, rejected_);
        for (const auto& [why, times] : differences_) fmt::print("  {} not compared: {}\n", times, why);
    }
    bool reached_all() const { return sent_ + delivered_ > 0 && dropped_ > 0; }

private:
    bool history(std::uint64_t seed) {
        constexpr std::size_t packets_max = 24;
        constexpr eval::Time answer_ns = 10'000'000; // what an answer costs the interpreter
        interp_.boot();
        host_.forget();
        Flows flows;
        for (const auto& event : harness::random_history(appliance_, boundaries_, seed, packets_max)) {
            const auto* frame = std::get_if<harness::FrameIn>(&event);
            if (frame == nullptr) continue; // Linux's clock is no scripted one
            auto why = flows.before(frame->bytes);
            if (why.empty() && imported_) why = beyond_ruleset(appliance_, *frame);
            if (!why.empty()) {
                ++differences_[why];
                continue;
            }
            const auto nic = model::nic_of(appliance_, frame->iface);
            interp_.wait(answer_ns);
            const auto outcome = interp_.receive(nic, frame->bytes);
            why = Flows::after(outcome);
            // The guards of translation; everything else that is invalid, the ruleset decides about.
            if (imported_ && outcome.dropped_by(model::Reason::ct_invalid))
                why = "(imported) dropped for ct_invalid";
            if (!why.empty()) {
                ++differences_[why];
                continue;
            }
            const auto datagram = *harness::datagram_in(frame->bytes);
            const auto found = compare(seed, nic, frame->bytes, outcome);
            if (found == Found::disagreement) return false;
            if (found == Found::other_port || flows.parted(datagram, outcome)) return true;
            flows.note(datagram, outcome);
        }
        return true;
    }

    enum class Found : std::uint8_t { agreement, disagreement, other_port };

    Found compare(std::uint64_t seed, harness::NicId nic, harness::View frame,
                  const harness::Outcome& outcome) {
        // With what words an imported ruleset rejects is known to differ.
        const bool answerable = !is_rejected(outcome) || (!imported_ && may_be_answered(appliance_, frame));
        const auto wanted = answerable ? essences(outcome.out, outcome) : std::vector<std::string>();
        const bool delivered = outcome.fate == eval::Fate::delivered;
        const auto seen = host_.send(nic, frame, wanted.size(), delivered);
        const auto got = answerable ? essences(seen.out, outcome) : std::vector<std::string>();
        ++compared_;
        if (options_.trace)
            fmt::print("{} -> {}\n", harness::summary(frame),
                       harness::describe(appliance_, outcome, harness::summary));
        count(outcome);
        if (wanted == got && seen.delivered == delivered) return Found::agreement;
        if (appliance_.translates() && differ_by_port(outcome.out, seen.out)) {
            ++differences_["(but for the port) masqueraded to another port"];
            return Found::other_port;
        }
        fmt::print("seed {}: they disagree about\n{}\ninterpreter: {}\n", seed,
                   harness::describe_frame(frame), harness::describe(appliance_, outcome, harness::summary));
        for (const auto& line : wanted) fmt::print("  {}\n", line);
        fmt::print("Linux: {}\n", seen.delivered ? "delivered" : seen.out.empty() ? "dropped" : "came out");
        for (const auto& line : got) fmt::print("  {}\n", line);
        for (const auto& out : seen.out) fmt::print("  {}\n", harness::summary(out.bytes));
        return Found::disagreement;
    }

    void count(const harness::Outcome& outcome) {
        if (outcome.fate == eval::Fate::sent) ++sent_;
        if (outcome.fate == eval::Fate::delivered) ++delivered_;
        if (outcome.fate == eval::Fate::dropped) ++(is_rejected(outcome) ? rejected_ : dropped_);
    }

    const model::Appliance& appliance_;
    bool imported_;
    harness::Backend interp_;
    LinuxHost& host_;
    const Options& options_;
    harness::Boundaries boundaries_;
    std::size_t compared_ = 0, sent_ = 0, delivered_ = 0, dropped_ = 0, rejected_ = 0;
    std::map<std::string, std::size_t> differences_;
};

/// A policy, and the ruleset that is to be the same.
struct Pair {
    model::Appliance appliance;
    std::string ruleset;
};

Pair exported(const Options& options) {
    const auto loaded = sema::load(options.policy);
    if (!loaded.appliance) throw std::runtime_error(options.policy + " does not compile");
    const auto emitted = codegen::nft::emit(*loaded.appliance, {});
    if (!emitted.problems.empty()) throw std::runtime_error(emitted.problems.front().what);
    return {*loaded.appliance, emitted.text};
}

/// A ruleset whose comments say the addresses: `# iface: eth0=10.0.0.1/24`.
Pair imported(const Options& options) {
    std::ifstream file(options.policy);
    if (!file) throw std::runtime_error(options.policy + " cannot be read");
    std::string ruleset;
    std::vector<importer::NicOption> nics;
    for (std::string line; std::getline(file, line); ruleset += line + '\n') {
        constexpr std::string_view mark = "# iface: ";
        if (line.starts_with(mark))
            nics.push_back(std::get<importer::NicOption>(importer::parse_nic(line.substr(mark.size()))));
    }
    const auto result = importer::import_nft(listed(ruleset), options.policy, nics);
    const auto losses = std::ranges::count_if(result.messages, &importer::Message::is_loss);
    if (static_cast<std::size_t>(losses) != options.losses)
        throw std::runtime_error(fmt::format("{} things are not carried over", losses));
    auto appliance = compiled(result);
    // What `emit` asks of a host: that it follows flows as the language does.
    const auto sysctls = fmt::format("#   sysctl -w net.ipv4.ip_forward={}\n"
                                     "#   sysctl -w net.netfilter.nf_conntrack_checksum=0\n"
                                     "#   sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1\n"
                                     "#   sysctl -w net.netfilter.nf_conntrack_tcp_loose=1\n",
                                     appliance.gateway ? 1 : 0);
    return {std::move(appliance), sysctls + ruleset};
}

int compare(const Options& options) {
    const bool is_ruleset = options.policy.ends_with(".nft");
    auto pair = is_ruleset ? imported(options) : exported(options);
    if (!options.mutation.empty()) {
        const auto at = pair.ruleset.find(options.mutation[0]);
        if (at == std::string::npos) throw std::runtime_error("the ruleset has nothing to mutate");
        pair.ruleset.replace(at, options.mutation[0].size(), options.mutation[1]);
    }
    LinuxHost host(pair.appliance);
    host.load(pair.ruleset);
    Comparison comparison(pair.appliance, host, options, is_ruleset);
    const bool agree = comparison.run() == 0;
    comparison.print();
    if (!options.mutation.empty()) return agree ? 1 : 0;
    return agree && comparison.reached_all() ? 0 : 1;
}

} // namespace
} // namespace nft_test

int main(int argc, char** argv) {
    CLI::App app{"interpreter and nftables in the kernel, compared over random histories"};
    nft_test::Options options;
    app.add_option("POLICY", options.policy, "Or a ruleset of nftables, a file *.nft, which is imported")
        ->required();
    app.add_option("--seed", options.seed, "Of the first history")->capture_default_str();
    app.add_option("--packets", options.packets, "How many are compared")->capture_default_str();
    app.add_option("--disagreements", options.disagreements_max, "How many are printed")
        ->capture_default_str();
    app.add_option("--losses", options.losses, "How much of a ruleset is not carried over")
        ->capture_default_str();
    app.add_flag("--trace", options.trace, "Say what each packet was");
    app.add_option("--mutate", options.mutation,
                   "Text of the ruleset, and another: succeed only if they disagree")
        ->expected(2);
    CLI11_PARSE(app, argc, argv);
    return nft_test::status_of([&] { return nft_test::compare(options); });
}
