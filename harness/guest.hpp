// QEMU with one image in it: a child process, its console, and a wire for each of its NICs.
#pragma once
#include "harness/backend.hpp"

#include <optional>
#include <sys/types.h>
#include <utility>

namespace harness {

/// Closed when it goes.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();

    int number() const { return number_; }

private:
    int number_;
};

class Guest {
public:
    /// `macs` by the order of the machine's NICs.
    Guest(const QemuOptions& options, const std::vector<model::Mac>& macs);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest();

    /// `what` says what is waited for, in the message of the Error when patience ends.
    void wait_for_console(std::string_view text);
    void send(std::size_t wire, View frame, std::string_view what);
    Bytes receive(std::size_t wire, std::string_view what);
    /// A frame that is there already.
    std::optional<Bytes> receive_now(std::size_t wire);

private:
    struct Deadline;

    void start(const std::vector<std::string>& command, const std::vector<Descriptor>& inherited,
               int console);
    /// Waits until the wire is ready for `events`, and reads the console meanwhile.
    void poll_wire(std::size_t wire, short events, const Deadline& deadline, std::string_view what);
    void read_console();
    [[noreturn]] void give_up(const std::string& why) const;

    unsigned patience_s_;
    pid_t process_ = -1;
    Descriptor console_;
    bool console_open_ = true;
    std::string console_text_;
    std::vector<Descriptor> wires_;
};

} // namespace harness
