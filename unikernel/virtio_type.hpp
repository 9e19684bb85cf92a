// Which virtio devices there are for us, by the numbers of virtio 1.1, 5.
#pragma once
#include <cstdint>

namespace unikernel {

enum class VirtioType : std::uint8_t { network = 1, entropy = 4 };

} // namespace unikernel
