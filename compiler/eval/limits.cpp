#include "compiler/eval/limits.hpp"

#include <algorithm>

namespace eval {

bool Limits::exceeded(model::LimitId id, model::Value key, Time now) {
    const auto& limit = limits_.at(id);
    auto& table = tables_.at(id);
    refill(limit, table.shared, now);
    for (auto& [of, bucket] : table.own) refill(limit, bucket, now);
    std::erase_if(table.own, [](const auto& entry) { return entry.second.missing == 0; });

    const Units token = Units{limit.period_s} * second_ns;
    auto& bucket = bucket_of(limit, table, key);
    bucket.last = now;
    if (bucket.missing + token > token * limit.burst) return true;
    bucket.missing += token;
    return false;
}

void Limits::refill(const model::Limit& limit, Bucket& bucket, Time now) {
    bucket.missing -= std::min(bucket.missing, Units{now - bucket.last} * limit.rate);
    bucket.last = now;
}

Limits::Bucket& Limits::bucket_of(const model::Limit& limit, Table& table, model::Value key) {
    if (!limit.key) return table.shared;
    if (!table.own.contains(key) && table.own.size() >= limit.size) return table.shared;
    return table.own[key];
}

} // namespace eval
