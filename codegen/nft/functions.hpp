// Filters and Nats as chains of nftables, shaped like their source.
#pragma once
#include "codegen/nft/spelling.hpp"

#include <set>
#include <tuple>

namespace codegen::nft {

/// Makes the chains of functions when something first asks for them.
class Functions {
public:
    Functions(const model::Appliance& appliance, Spelling& spelling, std::vector<Problem>& problems)
        : appliance_(appliance), spelling_(spelling), problems_(problems) {}

    /// The name of the function's chain at a place of which so much is known.
    std::string chain(model::FunctionId function, const Known& known);
    std::vector<Chain> take_chains() &&;

private:
    class Body;

    const model::Appliance& appliance_;
    Spelling& spelling_;
    std::vector<Problem>& problems_;
    std::map<std::string, std::vector<Chain>> made_;      ///< a function's own chain first
    std::set<std::tuple<std::string, bool, bool>> asked_; ///< with what the place allows
    std::vector<std::string> order_;                      ///< in which they were asked for
};

} // namespace codegen::nft
