#include "compiler/eval/fragments.hpp"

#include <algorithm>

namespace eval {

namespace {

using model::Reason;

constexpr Time patience_ns = 30 * second_ns;
constexpr std::size_t most_datagrams = 64;
constexpr std::size_t most_fragments_of_one = 64;
constexpr std::size_t most_fragments = 256;
constexpr std::size_t longest_bytes = 65535;

/// Which bytes of the whole payload a fragment has: from `begin` up to, not including, `end`.
struct Part {
    std::size_t begin, end;
    bool last;
};

Part part_of(const Datagram& fragment) {
    const std::size_t begin = std::size_t{8} * fragment.fragment_offset();
    return {begin, begin + fragment.payload().size(), !fragment.more_fragments()};
}
Part part_of(const Bytes& fragment) { return part_of(Datagram(fragment)); }

/// What can be said of a fragment by itself.
std::optional<Reason> fault(const Datagram& fragment) {
    const Part part = part_of(fragment);
    const std::size_t bytes = part.end - part.begin;
    if (bytes == 0 || (!part.last && bytes % 8 != 0)) return Reason::bad_length;
    if (part.end + ip_header_min_bytes > longest_bytes) return Reason::fragment_too_long;
    const std::uint8_t protocol = fragment.protocol();
    const std::size_t wanted = protocol == tcp ? 20 : protocol == udp || protocol == icmp ? 8 : 0;
    if (part.begin == 0 && bytes < wanted) return Reason::fragment_tiny;
    if (part.begin == 8 && protocol == tcp) return Reason::fragment_tiny;
    return std::nullopt;
}

/// Two fragments that cannot be of one datagram: they share bytes, or one lies behind the other's end of all.
bool contradict(const Part& a, const Part& b) {
    const bool overlap = a.begin < b.end && b.begin < a.end;
    return overlap || (a.last && b.end > a.end) || (b.last && a.end > b.end) || (a.last && b.last);
}

/// Puts the parts together; nothing while one is missing.
std::optional<Whole> assemble(const std::vector<Bytes>& fragments) {
    std::vector<const Bytes*> in_order;
    for (const auto& fragment : fragments) in_order.push_back(&fragment);
    std::ranges::sort(in_order, {}, [](const Bytes* fragment) { return part_of(*fragment).begin; });
    std::size_t reached = 0;
    for (const auto* fragment : in_order) {
        if (part_of(*fragment).begin != reached) return std::nullopt;
        reached = part_of(*fragment).end;
    }
    if (!part_of(*in_order.back()).last) return std::nullopt;

    const Bytes& first = *in_order.front();
    Whole whole{.datagram = Bytes(first.begin(), first.begin() + std::ptrdiff_t(Datagram(first).header_bytes())),
                .first = first,
                .fragments = fragments};
    for (const auto* fragment : in_order) append(whole.datagram, Datagram(*fragment).payload());
    put16(whole.datagram, 2, static_cast<std::uint16_t>(whole.datagram.size()));
    put16(whole.datagram, 6, 0);
    for (const auto& fragment : fragments) whole.datagram[8] = std::min(whole.datagram[8], fragment[8]);
    return whole;
}

} // namespace

std::size_t Fragments::count() const {
    std::size_t all = 0;
    for (const auto& partial : partials_) all += partial.fragments.size();
    return all;
}

std::size_t Fragments::expire(Time now) {
    const std::size_t before = count();
    std::erase_if(partials_, [&](const Partial& partial) { return now - partial.since >= patience_ns; });
    return before - count();
}

std::size_t Fragments::make_room(const Key& key) {
    const bool is_held = std::ranges::find(partials_, key, &Partial::key) != partials_.end();
    if (count() < most_fragments && (is_held || partials_.size() < most_datagrams)) return 0;
    const std::size_t before = count();
    partials_.erase(std::ranges::find_if(partials_, [&](const Partial& partial) { return partial.key != key; }));
    return before - count();
}

Taken Fragments::take(model::IfaceId ingress, const Datagram& fragment, Time now) {
    if (const auto reason = fault(fragment)) return {Refused{*reason}};
    const Key key{ingress, fragment.source(), fragment.destination(), fragment.protocol(),
                  get16(fragment.bytes(), 4)};
    auto partial = std::ranges::find(partials_, key, &Partial::key);
    if (partial != partials_.end()) {
        const auto disagrees = [&](const Bytes& held) { return contradict(part_of(held), part_of(fragment)); };
        if (std::ranges::any_of(partial->fragments, disagrees)) {
            const std::size_t held_ones = partial->fragments.size();
            partials_.erase(partial);
            return {Refused{Reason::fragment_overlap, held_ones}};
        }
        if (partial->fragments.size() == most_fragments_of_one) return {Refused{Reason::reassembly_full}};
    }
    const std::size_t displaced = make_room(key);
    partial = std::ranges::find(partials_, key, &Partial::key);
    if (partial == partials_.end()) partial = partials_.insert(partials_.end(), Partial{key, now, {}});

    partial->fragments.emplace_back(fragment.bytes().begin(), fragment.bytes().end());
    auto whole = assemble(partial->fragments);
    if (!whole) return {HeldBack{}, displaced};
    partials_.erase(partial);
    if (whole->datagram.size() > longest_bytes)
        return {Refused{Reason::fragment_too_long, whole->fragments.size() - 1}, displaced};
    return {std::move(*whole), displaced};
}

} // namespace eval
