// A packet that gets through a function without a verdict, for the message about it.
#pragma once
#include "compiler/model/appliance.hpp"

#include <optional>
#include <string>

namespace sema {

/// In the notation of a Test's packet; nothing when a short search finds none, which says nothing about whether
/// there is one. What is returned has been put through the function once more, value by value. The first packet
/// of a flow is meant: `daddr` is where it would go if the function does not ask about that.
std::optional<std::string> packet_without_verdict(const model::Appliance& appliance, model::FunctionId function,
                                                  std::uint32_t daddr);

} // namespace sema
