#include "unikernel/nics.hpp"
#include "runtime/dataplane.hpp"
#include "runtime/platform.hpp"
#include "unikernel/poweroff.hpp"
#include "unikernel/serial.hpp"

#include <algorithm>
#include <array>

namespace unikernel::nics {

namespace {

constexpr std::size_t max_found = 32;

/// A NIC of the machine, in the order QEMU was given them.
struct Found {
    VirtioDevice device;
    runtime::Mac mac{};
};
std::array<Found, max_found> found;
std::size_t found_count;

std::array<VirtioNet, runtime::nics_max> nics;
std::array<runtime::Mac, runtime::nics_max> nic_macs;
std::array<std::size_t, runtime::nics_max> place_of; ///< in `found`, by NicId
std::size_t nic_count;

template <typename Device>
void add(const Device& device) {
    if (found_count == found.size()) return;
    found[found_count++] = {device, virtio_net::mac(device)};
}

std::size_t place(const runtime::NicSelector& selector) {
    if (!selector.by_mac) return selector.index;
    const auto* const end = found.data() + found_count;
    const auto* const at = std::find_if(static_cast<const Found*>(found.data()), end,
                                        [&](const Found& nic) { return nic.mac == selector.mac; });
    return static_cast<std::size_t>(at - found.data());
}

[[noreturn]] void miss(const runtime::NicSelector& selector) {
    serial::print("Iface ", selector.iface, " needs ");
    if (selector.by_mac)
        serial::print("the NIC with MAC ", selector.mac);
    else
        serial::print("NIC ", std::uint64_t{selector.index});
    serial::print(", which this machine lacks; it has ", found_count == 0 ? "none" : "these", "\n");
    for (std::size_t i = 0; i < found_count; ++i) serial::print("  NIC ", i, " ", found[i].mac, "\n");
    serial::print("nothing is forwarded\n");
    poweroff::fail();
}

void drive(const runtime::NicSelector& selector) {
    const std::size_t at = place(selector);
    if (at >= found_count) miss(selector);
    for (std::size_t i = 0; i < nic_count; ++i) {
        if (place_of[i] != at) continue;
        serial::print("Ifaces ", runtime::nics()[i].iface, " and ", selector.iface, " name the same NIC, ",
                      at, " ", found[at].mac, "\nnothing is forwarded\n");
        poweroff::fail();
    }
    runtime::check(nic_count < runtime::nics_max, "the policy names at most nics_max NICs");
    nics[nic_count].start(found[at].device, static_cast<runtime::NicId>(nic_count), selector.send_max,
                          selector.receive_max);
    nic_macs[nic_count] = found[at].mac;
    place_of[nic_count++] = at;
    serial::print("NIC ", at, " ", found[at].mac, " ",
                  std::holds_alternative<VirtioPci>(found[at].device) ? "virtio-pci" : "virtio-mmio", " is ",
                  selector.iface, "\n");
}

} // namespace

void find() {
    virtio_pci::for_each(VirtioType::network, add<VirtioPci>);
    virtio_mmio::for_each(VirtioType::network, add<VirtioMmio>);
    for (const runtime::NicSelector& selector : runtime::nics()) drive(selector);
}

void go() {
    for (VirtioNet& nic : driven()) nic.go();
}

void stop() {
    for (VirtioNet& nic : driven()) nic.stop();
}

std::span<VirtioNet> driven() { return {nics.data(), nic_count}; }
std::span<const runtime::Mac> macs() { return {nic_macs.data(), nic_count}; }

} // namespace unikernel::nics
