// C++ spellings of what a policy names and says.
#pragma once
#include "compiler/model/appliance.hpp"

#include <string>
#include <string_view>

namespace codegen {

/// An identifier that no C++ keyword and nothing of the runtime has: the policy's own name where possible.
std::string identifier(std::string_view name);
/// A string literal.
std::string quoted(std::string_view text);
/// "10.0.0.1"
std::string dotted(model::Ipv4Address address);
/// The accessor's name of a field: "tcp_dport".
std::string accessor(model::Field field);
/// A value as code, with its usual notation in a comment where that differs: `0xa000001 /* 10.0.0.1 */`.
std::string literal(model::Field field, model::Value value);
/// The same without code, for comments: "10.0.0.1", "80", "syn".
std::string notation(model::FieldKind kind, model::Value value);
/// A file's name as a comment of the generated code can hold it.
std::string in_comment(std::string_view name);
/// "bastion.nacl:12"
std::string location(const model::Appliance& appliance, const model::Place& place);
/// "IP", "TCP", "UDP", "ICMP"
std::string_view subtype(model::Layer layer);

} // namespace codegen
