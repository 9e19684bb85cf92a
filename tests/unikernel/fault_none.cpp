#include "tests/unikernel/fault.hpp"

void tests::fault() {}
