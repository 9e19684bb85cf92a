// As much of JSON Schema (2020-12) as docs/reference/model.schema.json uses. Debian has no library for it.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include <string>

/// Where and how the value does not conform; empty when it does. A keyword that is not known here is a mistake, too.
std::string nonconformity(const nlohmann::json& schema, const nlohmann::json& value);
