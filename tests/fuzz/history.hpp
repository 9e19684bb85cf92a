// What happens to an appliance, as the packet fuzzer makes, changes and keeps it: a line a step.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace fuzz {

using Frame = std::vector<std::uint8_t>;

struct Step {
    enum class Is : std::uint8_t {
        frame,  ///< one comes in by NIC `number`; several of one NIC on end are a burst
        answer, ///< the peer answers the `number`-th last packet that left
        error,  ///< somebody complains about it
        wait,   ///< `number` milliseconds
    };
    Is is{};
    std::uint32_t number = 0;
    Frame bytes{};
};
using History = std::vector<Step>;

inline constexpr std::size_t steps_max = 120;

/// `in NIC HEX`, `answer N`, `error N`, `wait MS`; `#` begins a comment. Throws std::runtime_error on
/// anything else.
History read(const std::string& text);
std::string write(const History& history);

/// Makes histories of nothing, of others, and of parts of others.
class Histories {
public:
    explicit Histories(std::vector<History> kept) : kept_(std::move(kept)) {}

    History make(unsigned seed) const;
    void learn(History history) { kept_.push_back(std::move(history)); }
    std::size_t size() const { return kept_.size(); }

private:
    std::vector<History> kept_;
};

/// Makes the IP header's checksum right and, of whole packets, the transport's; whatever lies there.
void seal(Frame& frame);

/// What the peer says to a frame that left, and what somebody on the way says about it; nothing when there is
/// nothing to say.
Frame answer_to(const Frame& left);
Frame error_about(const Frame& left);

/// Where the datagram lies behind Ethernet header and tag; 0 when it is none of IPv4, or is cut short.
std::size_t datagram_in(const Frame& frame);
/// Whether IP header and transport have right checksums, as far as the frame tells.
bool sound(const Frame& frame);

} // namespace fuzz
