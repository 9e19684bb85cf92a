// Why a packet was dropped, made from the registry runtime/reasons.def.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace model {

enum class Reason : std::uint8_t {
#define REASON(name, text) name,
#include "runtime/reasons.def"
};

inline constexpr std::array reason_names = {
#define REASON(name, text) std::string_view{#name},
#include "runtime/reasons.def"
};

constexpr std::string_view name(Reason reason) { return reason_names[static_cast<std::size_t>(reason)]; }

constexpr std::optional<Reason> reason_named(std::string_view wanted) {
    for (std::size_t i = 0; i < reason_names.size(); ++i)
        if (reason_names[i] == wanted) return static_cast<Reason>(i);
    return std::nullopt;
}

} // namespace model
