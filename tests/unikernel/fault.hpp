// The mistake that an image makes at its boot, to show that it is caught: fault_none.cpp or a FAULT of
// fault.cpp.
#pragma once

namespace tests {

void fault();

} // namespace tests
