// The firewall of firewall_policy.cpp between two peers whose MACs it knows.
#pragma once
#include "tests/runtime/firewall.hpp"
#include "tests/runtime/pieces.hpp"

namespace test_frames {

/// Boots it, with nothing sent so far.
void set_scene();
/// The same, but nobody has said a MAC yet.
void set_silent_scene();

/// The frames that left by a NIC, ARP aside.
std::vector<Frame> sent_by(runtime::NicId nic);

/// What becomes of a frame from the left on its way to the right.
Frame forwarded(Frame frame);

/// Every counter adds up, nothing waits, and every buffer is back in the pool.
void check_nothing_left();

void receive_each(runtime::NicId nic, const std::vector<Frame>& frames, runtime::Time now = 0);

} // namespace test_frames
