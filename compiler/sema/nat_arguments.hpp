// What `dnat` and `snat` translate to.
#pragma once
#include "compiler/sema/context.hpp"

namespace sema {

/// At least one of the two.
struct NatArguments {
    std::optional<std::uint32_t> address;
    std::optional<std::uint16_t> port; ///< from 1 to 65535
};

/// `word`: "dnat" or "snat". Nothing after a message.
std::optional<NatArguments> nat_arguments(Context& context, const syntax::Action& action,
                                          const std::string& word);

} // namespace sema
