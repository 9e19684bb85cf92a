// The test door of an image (unikernel/door.hpp), from outside.
#pragma once
#include "harness/guest.hpp"
#include "harness/judge.hpp"

namespace harness {

/// What a sync answered.
struct Report {
    std::vector<Bytes> frames; ///< data frames that came on the wire of the sync before its answer
    std::vector<eval::LogText> logs;
    std::string statistics;
};

class Door {
public:
    explicit Door(Guest& guest) : guest_(guest) {}

    void set_clock(std::size_t wire, Time now);
    void hold_lease(std::size_t wire, model::IfaceId iface, const std::optional<model::Ipv4Config>& ipv4);
    /// Throws Error for a question that is too long for a frame.
    void judge(std::size_t wire, const Question& question, View frame);
    /// Returns when every frame sent to that wire has been processed, and all that came of it has left.
    Report sync(std::size_t wire);

private:
    Guest& guest_;
    std::uint32_t token_ = 0;
};

} // namespace harness
