// Which steps a list of guarded rules can say: those that do nothing but decide, by the packet alone.
#pragma once
#include "compiler/model/appliance.hpp"

#include <map>
#include <optional>

namespace codegen {

class Runs {
public:
    explicit Runs(const model::Appliance& appliance) : appliance_(appliance) {}

    /// Calls of large functions cannot.
    bool can_say(const model::Step& step) { return size_of(step).has_value(); }

private:
    /// Nothing when some step cannot be said; else how many steps there are, calls followed.
    using Size = std::optional<std::size_t>;

    Size size_of(const model::Step& step);
    Size size_of(const model::Block& steps);
    Size size_of(model::FunctionId function);

    const model::Appliance& appliance_;
    std::map<model::FunctionId, Size> functions_;
    std::map<const model::Step*, Size> steps_;
};

} // namespace codegen
