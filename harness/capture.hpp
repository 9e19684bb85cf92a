// Reads packets from capture files.
#pragma once
#include "compiler/eval/bytes.hpp"

#include <string>
#include <vector>

namespace harness {

/// The frames of a capture (pcap or pcapng) of Ethernet, in order. Throws Error when it cannot be read, is of another
/// link, or has cut-off packets.
std::vector<eval::Bytes> frames_in(const std::string& path);

} // namespace harness
