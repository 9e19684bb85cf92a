// The smallest input that still fails the same way, as far as a moment's search finds it.
#pragma once
#include <functional>
#include <string>

namespace fuzz {

std::string shrink(std::string text, const std::function<bool(const std::string&)>& fails);

} // namespace fuzz
