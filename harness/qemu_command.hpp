// How an image is started in QEMU, whoever starts it.
#pragma once
#include "compiler/model/appliance.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

struct QemuMachine {
    std::filesystem::path image;
    std::string machine = "microvm"; ///< or q35, pc; with QEMU's own options behind a comma
    std::string accelerator = "tcg";
    unsigned memory_mib = 64;
};

/// The machine without NICs, its console on standard input and output.
std::vector<std::string> qemu_command(const QemuMachine& machine);

/// Adds the next NIC. `netdev` is QEMU's -netdev without an id; NICs keep the order in which they are added.
void add_nic(std::vector<std::string>& command, const QemuMachine& machine, std::size_t index,
             const std::string& netdev, const model::Mac& mac);

/// The NICs of a machine that has every NIC the policy names, and where in it they are.
struct MachineNics {
    std::vector<model::Mac> macs;
    std::vector<std::size_t> wire_of; ///< by NicId
};
MachineNics nics_of_machine(const model::Appliance& appliance);

/// 52:54:00:6e:61:NN, for NICs whose MAC the policy does not name.
model::Mac default_mac(std::size_t index);

} // namespace harness
