#include "harness/guest.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace harness {

namespace {

constexpr std::size_t frame_buffer_bytes = 4096; // longer than any frame of the appliance;

[[noreturn]] void fail(const std::string& what) { throw Error(what + ": " + std::strerror(errno)); }

} // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) close(number_);
}

struct Guest::Deadline {
    std::chrono::steady_clock::time_point end;

    explicit Deadline(unsigned patience_s)
        : end(std::chrono::steady_clock::now() + std::chrono::seconds(patience_s)) {}
    /// For poll(); 0 when it is over.
    int left_ms() const {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }
};

Guest::Guest(const QemuOptions& options, const std::vector<model::Mac>& macs)
    : patience_s_(options.patience_s) {
    if (!std::filesystem::exists(options.machine.image))
        throw Error("there is no image " + options.machine.image.string());
    auto command = qemu_command(options.machine);
    std::vector<Descriptor> theirs;
    for (std::size_t i = 0; i < macs.size(); ++i) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0) fail("no socket pair for a NIC");
        wires_.emplace_back(ends[0]);
        theirs.emplace_back(ends[1]);
        add_nic(command, options.machine, i, fmt::format("dgram,local.type=fd,local.str={}", ends[1]), macs[i]);
    }
    int console[2];
    if (pipe2(console, O_CLOEXEC) != 0) fail("no pipe for the console");
    console_ = Descriptor(console[0]);
    const Descriptor writer(console[1]);
    if (fcntl(console_.number(), F_SETFL, O_NONBLOCK) != 0)
        fail("the console's pipe does not turn non-blocking");
    start(command, theirs, writer.number());
}

Guest::~Guest() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Guest::start(const std::vector<std::string>& command, const std::vector<Descriptor>& inherited,
                  int console) {
    std::vector<char*> arguments;
    for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const pid_t parent = getpid();
    process_ = fork();
    if (process_ < 0) fail("no process for QEMU");
    if (process_ > 0) return;

    // The child: only async-signal-safe calls from here on. It ends with us, however we end.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(126);
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(console, STDOUT_FILENO);
    dup2(console, STDERR_FILENO);
    for (const auto& end : inherited) fcntl(end.number(), F_SETFD, 0);
    execvp(arguments[0], arguments.data());
    constexpr std::string_view lament = "qemu-system-x86_64 does not start; is qemu-system-x86 installed?\n";
    [[maybe_unused]] const auto written = write(STDERR_FILENO, lament.data(), lament.size());
    _exit(127);
}

void Guest::give_up(const std::string& why) const {
    throw Error(fmt::format("{}; the console says:\n{}", why, console_text_));
}

void Guest::read_console() {
    char buffer[4096];
    for (;;) {
        const ssize_t bytes = read(console_.number(), buffer, sizeof buffer);
        if (bytes > 0) {
            console_text_.append(buffer, static_cast<std::size_t>(bytes));
        } else if (bytes == 0) {
            console_open_ = false;
            return;
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            fail("the console cannot be read");
        }
    }
}

void Guest::wait_for_console(std::string_view wanted) {
    const Deadline deadline(patience_s_);
    while (console_text_.find(wanted) == std::string::npos) {
        if (!console_open_) give_up(fmt::format("QEMU ended before its console said \"{}\"", wanted));
        pollfd console{console_.number(), POLLIN, 0};
        if (poll(&console, 1, deadline.left_ms()) == 0)
            give_up(fmt::format("waited {} s for \"{}\" on the console", patience_s_, wanted));
        read_console();
    }
}

void Guest::poll_wire(std::size_t wire, short events, const Deadline& deadline, std::string_view what) {
    for (;;) {
        pollfd files[] = {{wires_.at(wire).number(), events, 0}, {console_.number(), POLLIN, 0}};
        const int ready = poll(files, 2, deadline.left_ms());
        if (ready < 0 && errno != EINTR) fail("poll");
        if ((files[0].revents & events) != 0) return;
        if (files[1].revents != 0) read_console();
        if (!console_open_) give_up(fmt::format("QEMU ended while {} was awaited", what));
        if (ready == 0) give_up(fmt::format("waited {} s for {} on NIC {}", patience_s_, what, wire));
    }
}

void Guest::send(std::size_t wire, View frame, std::string_view what) {
    const Deadline deadline(patience_s_);
    for (;;) {
        if (::send(wires_.at(wire).number(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
            return;
        if (errno == ECONNREFUSED || errno == EPIPE || errno == ECONNRESET) {
            read_console();
            give_up(fmt::format("QEMU ended before {}", what));
        }
        if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS) fail(std::string(what));
        poll_wire(wire, POLLOUT, deadline, what);
    }
}

std::optional<Bytes> Guest::receive_now(std::size_t wire) {
    Bytes frame(frame_buffer_bytes);
    const ssize_t bytes = recv(wires_.at(wire).number(), frame.data(), frame.size(), MSG_DONTWAIT);
    if (bytes < 0) return std::nullopt;
    frame.resize(static_cast<std::size_t>(bytes));
    return frame;
}

Bytes Guest::receive(std::size_t wire, std::string_view what) {
    const Deadline deadline(patience_s_);
    for (;;) {
        if (auto frame = receive_now(wire)) return std::move(*frame);
        poll_wire(wire, POLLIN, deadline, what);
    }
}

} // namespace harness
