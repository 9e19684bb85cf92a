// MAC addresses as the language writes them: strings of six pairs of hexadecimal digits.
#pragma once
#include "compiler/sema/context.hpp"

#include <optional>
#include <string_view>

namespace sema {

std::optional<model::Mac> parse_mac(std::string_view text);

/// `what` is no MAC address.
void report_bad_mac(Context& context, const std::string& what, const syntax::Span& span,
                    std::string hint = "write six pairs of hexadecimal digits: `\"c0:01:0a:00:00:2a\"`");

} // namespace sema
