// Inputs are tried in a process of their own, so that a crash or a hang costs no more than that one.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fuzz {

struct Failure {
    std::string what;
    std::string text; ///< the input; empty when it is not known (a leak is found at the end)
    unsigned seed = 0;
};

class Guard {
public:
    Guard();
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    /// Tries `make(seed)` for `count` seeds. What reached new code is appended to `learnt`.
    std::optional<Failure> run(unsigned first_seed, unsigned count, const std::function<std::string(unsigned)>& make,
                               std::vector<std::string>& learnt, bool quiet = false);

    /// How one input fails, if it does; quietly.
    std::optional<std::string> failure_of(const std::string& text);

private:
    struct Shared;
    Shared* shared_;
};

} // namespace fuzz
