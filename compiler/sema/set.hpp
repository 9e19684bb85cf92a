// Values as a packet field sees them: numbers in its range, and sets of them.
#pragma once
#include "compiler/sema/resolve.hpp"

namespace sema {

/// The values of the field that a leaf stands for; nothing after a message, which points at `use` and, when
/// the leaf stands elsewhere, shows it in a note. `sign`: how the field is compared with it.
std::optional<model::Interval> interval_of(Context& context, model::Field field, const Leaf& leaf,
                                           const syntax::Span& use,
                                           syntax::Operator sign = syntax::Operator::equal);

/// The set of the field's values that a list, object, range or network stands for. In one of flags
/// `x in [L, …]` means `x == L or …`: a list inside stands for all its flags at once. The members are those of
/// several that stand in a policy, and not in another one of their list: that is reported.
std::optional<model::IntervalSet> values_of(Context& context, model::Field field, const syntax::Value& set,
                                            std::vector<model::Member>& members);

/// The bits of one flag or of a list of flags (or numbers). Messages as with `interval_of`.
std::optional<model::Value> flag_bits(Context& context, const syntax::Value& value, const syntax::Span& use);

} // namespace sema
