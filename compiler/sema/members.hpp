// The items of a set as they are written, and those of them that are in others.
#pragma once
#include "compiler/sema/resolve.hpp"

namespace sema {

/// Of leaves of a list and what they stand for. Reports each of one list that another one of it holds, or one of a list that it
/// names, and leaves it out; and those in files that are read as lists, which are kept elsewhere.
std::vector<model::Member> members_of(Context& context, const syntax::Value& list, const std::vector<Leaf>& leaves,
                                      const std::vector<model::Interval>& values);

/// A member of an object that a path names too matters there, whatever it does in a set.
void forget_asked_members(Context& context);

} // namespace sema
