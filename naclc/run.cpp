#include "naclc/commands.hpp"

#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "harness/qemu_command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace naclc {

namespace {

/// The console is QEMU's until it ends. Signals of the terminal are for QEMU, which we outlive to say how it ended.
int play(std::vector<std::string> command) {
    std::vector<char*> arguments;
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    std::fflush(stdout);
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &ours);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    std::signal(SIGINT, SIG_IGN);
    pid_t qemu = 0;
    if (posix_spawnp(&qemu, arguments[0], nullptr, &attributes, arguments.data(), environ) != 0) {
        fmt::print(stderr, "naclc: qemu-system-x86_64 does not start; is qemu-system-x86 installed?\n");
        return wrong_usage;
    }
    int status = 0;
    while (waitpid(qemu, &status, 0) < 0 && errno == EINTR) {}
    constexpr int powered_off = 33; // see docs/internals/unikernel.md
    if (WIFSIGNALED(status)) return fine; // ended by the user
    return WEXITSTATUS(status) == powered_off || WEXITSTATUS(status) == 0 ? fine : wrong_input;
}

} // namespace

int run(const RunOptions& options, const Reporting& reporting) {
    const auto checked = check_file(options.file, reporting);
    if (!checked.appliance) return checked.status;
    const auto kit = kit_or_message();
    if (!kit) return wrong_usage;
    int image = -1;
    {
        const codegen::Workshop workshop;
        const auto file = workshop.path() / "image.elf";
        const auto cpp = codegen::cpp(*checked.appliance, options.translation);
        const auto error = codegen::build(*kit, cpp, codegen::Product::image, file);
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
    return play(std::move(command));
}

} // namespace naclc
