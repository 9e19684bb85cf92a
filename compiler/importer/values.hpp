// Values as nft writes them in JSON, as sets of numbers; and back, as NaCl writes them.
#pragma once
#include "compiler/importer/dump.hpp"
#include "compiler/model/interval_set.hpp"
#include "compiler/model/ipv4.hpp"

#include <stdexcept>

namespace importer {

/// Something that NaCl cannot say, or that nobody can understand; what the rule means without it is decided
/// by whoever translates the rule.
struct Cannot : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What the numbers of a field are; decides which names they may have.
enum class ValueKind : std::uint8_t { number, address, protocol, icmp_type, icmp_code, dscp, ecn };

/// Without what nft wraps around an element: its timeout, its counter, its comment.
const Json& element(const Json& json);

/// The elements behind `right`: those of an anonymous set, or of a named one; nothing for a plain value.
const std::vector<Json>* elements_of(const Table& table, const Json& right, std::vector<Json>& anonymous);

/// One value, range, prefix, or a set of these.
model::IntervalSet values_of(const Table& table, ValueKind kind, const Json& right);
/// A single value.
model::Value value_of(ValueKind kind, const Json& json);
/// The names in `right`, for what is told by name: NICs, states.
std::vector<std::string> names_in(const Table& table, const Json& right);

std::optional<model::Ipv4Address> address_of(std::string_view text);
std::string dotted(model::Ipv4Address address);
/// "22", "8000-8079", "10.0.0.0/8"
std::string spelled(ValueKind kind, const model::Interval& interval);
/// "[22, 8000-8079]"
std::string list_of(ValueKind kind, const model::IntervalSet& values);
/// A text between quotes.
std::string string_of(std::string_view text);

} // namespace importer
