#include "naclc/commands.hpp"

#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "harness/qemu_command.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace naclc {

namespace {

/// Becomes QEMU. The image has no name any more by then, so that nothing is left behind however QEMU ends.
int become(std::vector<std::string> command) {
    std::vector<char*> arguments;
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    std::fflush(stdout);
    execvp(arguments[0], arguments.data());
    fmt::print(stderr, "naclc: qemu-system-x86_64 does not start; is qemu-system-x86 installed?\n");
    return wrong_usage;
}

} // namespace

int run(const RunOptions& options, const Reporting& reporting) {
    const auto checked = executable_file(options.file, reporting);
    if (!checked.appliance) return checked.status;
    const auto kit = kit_or_message();
    if (!kit) return wrong_usage;
    int image = -1;
    {
        const codegen::Workshop workshop;
        const auto file = workshop.path() / "image.elf";
        const auto error =
            codegen::build(*kit, codegen::cpp(*checked.appliance), codegen::Product::image, file);
        if (!error.empty()) {
            fmt::print(stderr, "naclc: {}", error);
            return wrong_usage;
        }
        image = open(file.c_str(), O_RDONLY);
    }
    const harness::QemuMachine machine{.image = fmt::format("/proc/self/fd/{}", image),
                                       .machine = options.machine,
                                       .accelerator = options.accelerator};
    auto command = harness::qemu_command(machine);
    const auto macs = harness::nics_of_machine(*checked.appliance).macs;
    for (std::size_t i = 0; i < macs.size(); ++i) {
        // A NIC that no --netdev is given for hangs on a hub of its own, without a peer.
        const auto netdev = i < options.netdevs.size() ? options.netdevs[i] : fmt::format("hubport,hubid={}", i);
        harness::add_nic(command, machine, i, netdev, macs[i]);
    }
    return become(std::move(command));
}

} // namespace naclc
