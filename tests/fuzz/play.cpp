#include "tests/fuzz/play.hpp"

#include "tests/runtime/platform.hpp"

#include "runtime/bytes.hpp"
#include "runtime/dataplane.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace fuzz {

namespace {

using test_platform::state;

constexpr runtime::Time ms_ns = 1'000'000;
constexpr std::array<runtime::Mac, 2> macs = {{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}}};
constexpr std::size_t remembered_max = 64;

void expect(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

class Player {
public:
    Player() {
        state() = {};
        runtime::boot(macs, 0, 7);
        pool_ = free_packets();
    }

    void play(const History& history) {
        for (const Step& step : history) {
            if (step.is == Step::Is::wait) {
                flush();
                wait(step.number);
            } else if (step.is == Step::Is::frame) {
                add(step.number % 2, step.bytes);
            } else {
                flush();
                respond(step);
            }
        }
        flush();
        come_to_rest();
    }

private:
    struct Left {
        runtime::NicId nic;
        Frame frame;
    };

    static std::size_t free_packets() {
        std::vector<runtime::Packet*> packets;
        while (runtime::Packet* const packet = runtime::acquire()) packets.push_back(packet);
        for (runtime::Packet* const packet : packets) runtime::release(*packet);
        return packets.size();
    }

    void add(std::uint32_t nic, const Frame& frame) {
        if (burst_.size() == runtime::burst_packets || (!burst_.empty() && nic != nic_)) flush();
        nic_ = static_cast<runtime::NicId>(nic);
        sound_ = sound_ && sound(frame);
        burst_.push_back(frame);
    }

    void flush() {
        if (burst_.empty()) return;
        std::vector<runtime::Packet*> packets;
        for (const Frame& frame : burst_) {
            runtime::Packet* const packet = runtime::acquire();
            expect(packet != nullptr, "the pool has room for a burst");
            const std::size_t bytes = std::min(frame.size(), packet->frame.size());
            std::copy_n(frame.begin(), bytes, packet->frame.begin());
            packet->frame_bytes = static_cast<std::uint16_t>(bytes);
            packets.push_back(packet);
        }
        received_ += burst_.size();
        burst_.clear();
        runtime::receive(nic_, packets, now_);
        look();
    }

    void wait(std::uint32_t ms) {
        // Ticks come every 100 ms; of a long silence a few are as good as all.
        const runtime::Time end = now_ + ms * ms_ns;
        for (int ticks = 0; ticks < 20 && now_ < end; ++ticks) {
            now_ = std::min(end, now_ + std::max<runtime::Time>(100 * ms_ns, ms * ms_ns / 20));
            runtime::tick(now_);
            look();
        }
    }

    /// Looks at all that has left, and answers questions for most neighbours.
    void look() {
        const auto& counters = runtime::counters();
        expect(counters.balanced(), "the counters balance");
        expect(counters.received == received_, "every frame is counted as received");
        std::vector<Left> questions;
        for (auto& sent : std::exchange(state().sent, {})) {
            check(sent.nic, sent.frame);
            const std::size_t kind = runtime::get16(sent.frame, 12) == 0x8100 ? 16 : 12;
            if (runtime::get16(sent.frame, kind) == 0x0806 && sent.frame.at(kind + 2 + 7) == 1 &&
                sent.frame.at(kind + 2 + 27) != 6 && runtime::get32(sent.frame, kind + 2 + 14) != 0)
                questions.push_back({sent.nic, sent.frame});
            left_.push_back({sent.nic, std::move(sent.frame)});
            ++sent_;
        }
        expect(counters.sent == sent_, "every frame that left is counted as sent");
        if (left_.size() > remembered_max) left_.erase(left_.begin(), left_.end() - remembered_max);
        state().console.clear();
        state().logs.clear();
        if (resting_) return;
        for (const auto& question : questions) {
            add(question.nic, answer_to(question.frame));
            flush();
        }
    }

    void check(runtime::NicId nic, const Frame& frame) const {
        const bool tagged = frame.size() > 18 && runtime::get16(frame, 12) == 0x8100;
        expect(frame.size() >= 34 && frame.size() <= (tagged ? 1518u : 1514u),
               "what leaves has a frame's length");
        expect(runtime::get_mac(frame, 6) == macs.at(nic), "what leaves comes from its NIC");
        if (tagged) {
            const auto tag = runtime::get16(frame, 14);
            expect(nic == 0 ? tag == 7 : tag == 10 || tag == 20,
                   "what leaves has the tag of an Iface of its NIC");
        }
        const auto kind = runtime::get16(frame, tagged ? 16 : 12);
        expect(kind == 0x0800 || kind == 0x0806, "what leaves is IPv4 or ARP");
        if (sound_) expect(sound(frame), "what leaves has right checksums when all that came had");
    }

    void respond(const Step& step) {
        if (left_.empty()) return;
        const Left& left = left_[left_.size() - 1 - step.number % left_.size()];
        const Frame response = step.is == Step::Is::answer ? answer_to(left.frame) : error_about(left.frame);
        if (!response.empty()) add(left.nic, response);
    }

    /// Nobody answers any more: what waits for a neighbour or a fragment is given up, and every buffer is
    /// free again.
    void come_to_rest() {
        resting_ = true;
        for (int i = 0; i < 5; ++i) wait(20'000);
        // What Timers tell the log server waits for it in vain, and is given up between two of them.
        for (int i = 0; i < 100 && runtime::counters().waiting > 0; ++i) wait(100);
        expect(runtime::counters().waiting == 0, "nothing waits for ever");
        expect(free_packets() == pool_, "no buffer is lost");
        runtime::print_statistics();
        expect(state().console.find("UNBALANCED") == std::string::npos,
               "the statistics say that the counters balance");
    }

    std::size_t pool_ = 0;
    std::vector<Frame> burst_;
    runtime::NicId nic_ = 0;
    std::vector<Left> left_;
    std::uint64_t received_ = 0, sent_ = 0;
    runtime::Time now_ = 0;
    bool sound_ = true;
    bool resting_ = false;
};

} // namespace

std::optional<std::string> failure_of(const History& history) {
    try {
        Player().play(history);
    } catch (const std::exception& error) { // a failed expectation, or one of the data plane's own
        return error.what();
    }
    return std::nullopt;
}

} // namespace fuzz
