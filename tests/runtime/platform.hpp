// A platform for unit tests: keeps what is sent and said, and turns a failed assertion into an exception.
#pragma once
#include "runtime/platform.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace test_platform {

struct Sent {
    runtime::NicId nic;
    std::vector<std::uint8_t> frame;
};

struct State {
    std::vector<Sent> sent;
    std::vector<std::string> logs;
    std::string console;
    std::size_t ring_room = ~std::size_t{0}; ///< frames that transmit() still takes
};
State& state();

struct Halted : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace test_platform
