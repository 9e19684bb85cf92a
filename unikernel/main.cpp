// The whole life of the appliance, from the first C++ statement on.
#include "runtime/dataplane.hpp"
#include "runtime/platform.hpp"
#include "unikernel/abi.hpp"
#include "unikernel/acpi.hpp"
#include "unikernel/apic.hpp"
#include "unikernel/clock.hpp"
#include "unikernel/descriptors.hpp"
#include "unikernel/door_hooks.hpp"
#include "unikernel/entropy.hpp"
#include "unikernel/image.hpp"
#include "unikernel/loop.hpp"
#include "unikernel/nics.hpp"
#include "unikernel/paging.hpp"
#include "unikernel/poweroff.hpp"
#include "unikernel/random.hpp"
#include "unikernel/serial.hpp"
#include "unikernel/start_info.hpp"

namespace unikernel {

namespace {

void require_memory() {
    const std::uint64_t needed_bytes = address_of(image_end), machine_bytes = start_info::memory_bytes();
    if (machine_bytes == 0 || needed_bytes <= machine_bytes) return;
    constexpr std::uint64_t mebibyte = 1 << 20;
    serial::print("this image needs ", (needed_bytes + mebibyte - 1) / mebibyte,
                  " MiB of memory, the machine has ", machine_bytes / mebibyte, " MiB\n");
    poweroff::fail();
}

} // namespace

extern "C" [[noreturn]] void unikernel_main(std::uint64_t start_info_address) {
    // The machine: what it is, and walls round everything.
    serial::open();
    descriptors::load();
    start_info::take(start_info_address);
    require_memory();
    paging::protect();
    abi::construct_statics();
    acpi::read(start_info::rsdp_address());
    clock::begin_calibration();
    entropy::gather();
    __stack_chk_guard = random::next();
    apic::open();

    // The appliance: who it is, and its NICs.
    runtime::print_banner();
    nics::find();
    clock::end_calibration();
    entropy::complete();
    apic::start_timer();
    runtime::boot(nics::macs(), door::now(), door::fixed_seed().value_or(random::next()));
    nics::go();

    serial::print("ready in ", clock::now() / 1000, " us\n");
    loop::run();
}

} // namespace unikernel
