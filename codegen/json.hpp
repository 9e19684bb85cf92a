// The model as JSON, and the hash that names a policy.
#pragma once
#include "compiler/model/appliance.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace codegen {

/// What `naclc emit --target json` prints: the model with its Tests and all places.
/// docs/reference/model-json.md says what stands where, docs/reference/model.schema.json says it to machines.
nlohmann::json to_document(const model::Appliance& appliance);

/// Everything that decides what the appliance does; no places, so that layout and comments do not show.
nlohmann::json to_json(const model::Appliance& appliance);

/// Of that, what no function says: `ifaces`, `limits` and `timers` by their names, `routes` by where they
/// lead to.
nlohmann::json settings(const model::Appliance& appliance);

/// SHA-256 of the whole, as 64 hexadecimal digits.
std::string policy_hash(const model::Appliance& appliance);

} // namespace codegen
