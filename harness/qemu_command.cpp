#include "harness/qemu_command.hpp"

#include "compiler/model/nics.hpp"
#include "harness/packets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace harness {

namespace {

bool is_microvm(const QemuMachine& machine) { return machine.machine.starts_with("microvm"); }

} // namespace

std::vector<std::string> qemu_command(const QemuMachine& machine) {
    std::vector<std::string> command = {
        "qemu-system-x86_64", "-M",       machine.machine,
        "-accel",             machine.accelerator,
        "-m",                 std::to_string(machine.memory_mib),
        "-kernel",            machine.image.string(),
        "-nodefaults",        "-no-user-config",
        "-display",           "none",
        "-no-reboot",         "-serial",
        "stdio",              "-device",
        "isa-debug-exit,iobase=0xf4,iosize=4"};
    if (is_microvm(machine)) command.insert(command.end(), {"-global", "virtio-mmio.force-legacy=false"});
    command.insert(command.end(), {"-device", is_microvm(machine) ? "virtio-rng-device" : "virtio-rng-pci"});
    return command;
}

void add_nic(std::vector<std::string>& command, const QemuMachine& machine, std::size_t index,
             const std::string& netdev, const model::Mac& mac) {
    const auto comma = netdev.find(',');
    const std::string rest = comma == netdev.npos ? "" : netdev.substr(comma);
    const auto* device = is_microvm(machine) ? "virtio-net-device" : "virtio-net-pci";
    command.insert(command.end(), {"-netdev", fmt::format("{},id=n{}{}", netdev.substr(0, comma), index, rest),
                                   "-device", fmt::format("{},netdev=n{},mac={:02x}", device, index, fmt::join(mac, ":"))});
}

MachineNics nics_of_machine(const model::Appliance& appliance) {
    const auto selectors = model::nics(appliance);
    const auto policy_macs = nic_macs(appliance);
    MachineNics machine;
    const auto add_up_to = [&](std::size_t index) {
        while (machine.macs.size() <= index)
            machine.macs.push_back(default_mac(machine.macs.size()));
    };
    // Those named by number first, so that each has its place; those named by MAC may have any.
    for (const auto& selector : selectors)
        if (const auto* index = std::get_if<std::uint32_t>(&selector)) add_up_to(*index);
    for (std::size_t id = 0; id < selectors.size(); ++id) {
        if (const auto* index = std::get_if<std::uint32_t>(&selectors[id])) {
            machine.wire_of.push_back(*index);
        } else {
            machine.wire_of.push_back(machine.macs.size());
            machine.macs.push_back(policy_macs[id]);
        }
    }
    return machine;
}

model::Mac default_mac(std::size_t index) {
    return {0x52, 0x54, 0x00, 0x6e, 0x61, static_cast<std::uint8_t>(index)};
}

} // namespace harness
