// Which list of functions a packet meets.
#pragma once
#include "compiler/model/decision.hpp"

#include <string_view>

namespace model {

enum class Hook : std::uint8_t { prerouting, input, output, postrouting };

inline constexpr std::string_view hook_names[] = {"prerouting", "input", "output", "postrouting"};

struct IfaceChain {
    IfaceId iface = 0;
    Hook hook{};
};
/// The Gateway's `forward`.
struct ForwardChain {};

} // namespace model
