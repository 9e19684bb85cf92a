#include "compiler/sema/mac.hpp"

#include <charconv>

namespace sema {

std::optional<model::Mac> parse_mac(std::string_view text) {
    model::Mac mac{};
    if (text.size() != 17) return std::nullopt;
    for (std::size_t i = 0; i < mac.size(); ++i) {
        const auto* start = text.data() + 3 * i;
        const auto [rest, error] = std::from_chars(start, start + 2, mac[i], 16);
        if (error != std::errc{} || rest != start + 2) return std::nullopt;
        if (i > 0 && text[3 * i - 1] != ':') return std::nullopt;
    }
    return mac;
}

void report_bad_mac(Context& context, const std::string& what, const syntax::Span& span, std::string hint) {
    context.report(syntax::Kind::bad_mac, span, what + " is no MAC address", std::move(hint));
}

} // namespace sema
