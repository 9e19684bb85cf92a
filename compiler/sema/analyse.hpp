// From syntax trees to the appliance that they describe.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"

#include <optional>

namespace sema {

/// With holes where errors are, all of which are reported. The first program is the policy's own file.
/// `question`: a file whose conditions may name the fields of every protocol, as no function may.
model::Appliance analyse(const std::vector<syntax::Program>& programs, syntax::Diagnostics& diagnostics,
                         std::optional<syntax::FileId> question = std::nullopt);

} // namespace sema
