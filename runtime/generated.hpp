// All that generated code includes.
#pragma once
#include "runtime/appliance.hpp"
#include "runtime/fields.hpp"
#include "runtime/lease.hpp"
#include "runtime/limits.hpp"
#include "runtime/log.hpp"
#include "runtime/ranks.hpp"
#include "runtime/rule_vectors.hpp"
#include "runtime/sets.hpp"
#include "runtime/timers.hpp"
