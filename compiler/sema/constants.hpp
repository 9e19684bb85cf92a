// The names that the language itself gives to values. An element of the same name shadows them.
#pragma once
#include "compiler/model/field.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sema {

struct Constant {
    std::string_view name;
    model::FieldKind kind; ///< of the fields it may be compared with
    model::Value value;    ///< of a flag: its bit
};

/// The constant of that name, in any case.
const Constant* constant_named(std::string_view name);
/// Of all, or of those of one kind.
std::vector<std::string> constant_names(std::optional<model::FieldKind> kind = {});

/// Words that mean something to one member of a typed object only, such as `dhcp`.
bool is_config_word(std::string_view name);

/// "an address", "a port", …
std::string_view with_article(model::FieldKind kind);

} // namespace sema
