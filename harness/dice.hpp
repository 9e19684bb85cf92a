// A seeded source of choices. The standard distributions differ between libraries; these do not.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace harness {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    /// 0 .. n-1
    std::uint64_t below(std::uint64_t n) { return engine_() % n; }
    bool percent(unsigned chance) { return below(100) < chance; }
    template <typename T>
    T one_of(std::initializer_list<T> values) {
        return values.begin()[below(values.size())];
    }
    template <typename T>
    const T& one_of(const std::vector<T>& values) {
        return values[below(values.size())];
    }

private:
    std::mt19937_64 engine_;
};

} // namespace harness
