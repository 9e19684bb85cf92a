// The Limits of the policy: which keys have spent their tokens. See "Limits" in path.md.
#pragma once
#include "compiler/eval/flows.hpp"

#include <map>
#include <vector>

namespace eval {

class Limits {
public:
    explicit Limits(const std::vector<model::Limit>& limits) : limits_(limits), tables_(limits.size()) {}

    /// Takes a token from the bucket of a key (any, for a Limit without one); true when there is none.
    bool exceeded(model::LimitId id, model::Value key, Time now);

private:
    /// A token is `period` units, so that a nanosecond brings `rate` of them: nothing is ever rounded.
    using Units = unsigned __int128;

    struct Bucket {
        Units missing = 0; ///< from full
        Time last = 0;     ///< when that was so
    };
    struct Table {
        std::map<model::Value, Bucket> own; ///< of the keys whose buckets are not full
        Bucket shared;
    };

    static void refill(const model::Limit& limit, Bucket& bucket, Time now);
    static Bucket& bucket_of(const model::Limit& limit, Table& table, model::Value key);

    const std::vector<model::Limit>& limits_;
    std::vector<Table> tables_;
};

} // namespace eval
