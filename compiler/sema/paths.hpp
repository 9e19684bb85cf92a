// Files that a policy names.
#pragma once
#include <string>

namespace sema {

/// `name` as seen from the folder.
std::string inside(const std::string& folder, const std::string& name);
bool is_file(const std::string& path);

} // namespace sema
