// Members that lack their keys: `{ { iface: eth0, … }, … }` in a Test whose `steps: [` was left out.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"

namespace syntax {

/// The key of objects that have such a member, where it belongs to no others: `timeout` for `established`. `steps`
/// are objects in a list.
std::string_view home_of_member(std::string_view member);

/// Adds the values, of which there is at least one, under the key that was probably meant, or under `left_out`; says so
/// unless that is `said`. One object lacks one key, whatever stands without.
void add_keyless(Object& object, std::vector<Value> values, bool said, Diagnostics& diagnostics);

} // namespace syntax
