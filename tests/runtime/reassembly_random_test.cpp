// Many fragments at random. Nothing may halt, leak a buffer or unbalance the counters, and what is sent on as a
// datagram must be one.
#include "tests/runtime/scene.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

namespace {

using namespace test_frames;
using test_firewall::behaviour;
using test_platform::state;

class Sender {
public:
    explicit Sender(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return random_() % bound; }

    /// One of a few datagrams, so that fragments meet.
    Whole whole() {
        const std::size_t bytes = std::array<std::size_t, 4>{40, 900, 4000, 30'000}[below(4)] + below(16);
        const std::array kinds{ping(bytes, below(2) == 0 ? left_address : right_peer), udp(bytes),
                               tcp(bytes, 0x10)};
        Whole result = kinds[below(3)];
        if (below(8) == 0) result.protocol = 99;
        result.identification = static_cast<std::uint16_t>(below(40));
        result.ttl = static_cast<std::uint8_t>(below(12) == 0 ? below(3) : 64);
        result.options_bytes = below(6) == 0 ? 4 * below(11) : 0;
        return result;
    }

    /// Anything that could be called a fragment.
    Frame stray() {
        const Whole from = whole();
        const std::size_t offset = below(4) == 0 ? 8 * below(0x2000) : 8 * below(from.payload.size() / 8 + 2);
        const std::size_t bytes = below(3) == 0 ? below(64) : 8 * below(180);
        return fragment(from, offset, offset + bytes, below(3) != 0);
    }

    /// All fragments of a datagram in some order, now and then with one lost or doubled.
    std::vector<Frame> pieces() {
        const Whole from = whole();
        auto frames = below(2) == 0 ? cut(from, 1440) : cut(from, 8 * (1 + below(150)));
        if (below(2) == 0) std::ranges::shuffle(frames, random_);
        if (below(10) == 0) frames.push_back(frames[below(frames.size())]);
        if (below(6) == 0) frames.pop_back();
        return frames;
    }

private:
    std::mt19937_64 random_;
};

/// Every datagram that went through is complete: what left by a NIC for one key makes up whole datagrams.
void check_sent() {
    std::map<std::array<std::uint64_t, 3>, std::vector<Frame>> open;
    for (const auto& sent : state().sent) {
        if (runtime::get16(sent.frame, 12) != 0x0800) continue;
        const runtime::Bytes ip = ip_of(sent.frame);
        if ((runtime::get16(ip, 6) & 0x3fff) == 0) continue;
        auto& frames = open[{sent.nic, std::uint64_t{runtime::get32(ip, 12)} << 32 | runtime::get32(ip, 16),
                             std::uint64_t{runtime::get16(ip, 4)} << 8 | ip[9]}];
        frames.push_back(sent.frame);
        if (joined(frames)) frames.clear();
    }
    CHECK(std::ranges::all_of(open, [](const auto& entry) { return entry.second.empty(); }));
    state().sent.clear();
}

void run_for(std::uint64_t seed, std::size_t bursts) {
    INFO("seed " << seed);
    Sender sender(seed);
    set_scene();
    runtime::Time now = 0;
    std::vector<Frame> queue;
    for (std::size_t i = 0; i < bursts; ++i) {
        behaviour().forward = static_cast<std::uint32_t>(sender.below(10) == 0 ? 1 + sender.below(2) : 0);
        behaviour().output = behaviour().forward;
        behaviour().seen_by_forward.clear();
        behaviour().seen_by_output.clear();
        const auto fresh = sender.below(3) == 0 ? std::vector<Frame>{sender.stray()} : sender.pieces();
        for (const Frame& frame : fresh) { // datagrams meet on the way
            const std::size_t passed = sender.below(std::min<std::size_t>(queue.size(), 8) + 1);
            queue.insert(queue.end() - static_cast<std::ptrdiff_t>(passed), frame);
        }
        const std::size_t count = std::min(queue.size(), 1 + sender.below(32));
        now += sender.below(50) == 0 ? sender.below(31 * second_ns) : sender.below(1000);
        receive_burst(0, {queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count)}, now);
        queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
        if (queue.size() > 500) queue.clear();
        if (sender.below(20) == 0) runtime::tick(now);
        if (sender.below(20) == 0) right_peer_answers(now);
        if (sender.below(20) == 0) left_peer_asks(now);
        REQUIRE(runtime::counters().balanced());
    }
    check_sent();
    for (unsigned s = 0; s < 40; ++s) runtime::tick(now += second_ns);
    check_nothing_left();
}

} // namespace

TEST_CASE("random fragments never halt, leak a buffer or unbalance the counters") {
    std::array<std::uint64_t, runtime::reason_names.size()> total{};
    std::uint64_t merged = 0, split = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        run_for(seed, 400);
        for (std::size_t i = 0; i < total.size(); ++i) total[i] += runtime::counters().dropped[i];
        merged += runtime::counters().merged;
        split += runtime::counters().split;
    }
    // The runs mean something only when they reached everything.
    using runtime::Reason;
    for (const Reason reason :
         {Reason::fragment_tiny, Reason::fragment_overlap, Reason::fragment_too_long, Reason::reassembly_full,
          Reason::reassembly_timeout, Reason::reassembly_evicted, Reason::bad_length, Reason::bad_checksum,
          Reason::filter, Reason::reject, Reason::ttl}) {
        INFO(runtime::reason_names[static_cast<std::size_t>(reason)]);
        CHECK(total[static_cast<std::size_t>(reason)] > 0);
    }
    CHECK(merged > 0);
    CHECK(split > 0);
}
