// What random numbers are made from, on this machine.
#pragma once

namespace unikernel::entropy {

/// The first key, from the processor and the jitter of its clock: what the boot itself needs.
void gather();
/// Adds what a virtio entropy device gives (virtio 1.1, 5.4), if there is one, and says on the console what there
/// was. Before any number that a peer could want to guess, and after the clock's calibration.
void complete();

} // namespace unikernel::entropy
