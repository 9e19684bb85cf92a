// Edits of a random policy's model: some change what it means, others only how it is written.
#pragma once
#include "compiler/model/appliance.hpp"
#include "harness/dice.hpp"

namespace brute {

/// Turns a verdict, adds, removes or moves a rule, changes a condition or a set, a Nat's target, or the order
/// of a chain.
void edit(model::Appliance& appliance, harness::Dice& dice);

/// Splits a Nat, merges two, gives the functions of a chain another order, or sends packets elsewhere.
void move_nats(model::Appliance& appliance, harness::Dice& dice);

/// Takes a Filter to another chain, or puts it there too.
void move_filters(model::Appliance& appliance, harness::Dice& dice);

/// Says the same in another way: calls are inlined, functions split, conditions turned. Not for conditions
/// with Limits, which must be asked as often as before.
void rewrite(model::Appliance& appliance, harness::Dice& dice);

} // namespace brute
