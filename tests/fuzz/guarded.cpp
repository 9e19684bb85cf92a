#include "tests/fuzz/guarded.hpp"

#include "tests/fuzz/coverage.hpp"
#include "tests/fuzz/invariants.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fuzz {

namespace {

constexpr unsigned hang_s = 20; // an input is some kilobytes: a second would be long, even under sanitizers
constexpr std::size_t text_bytes_max = 1 << 16;
constexpr std::size_t learnt_bytes_max = 1 << 22;
constexpr std::size_t learnt_text_bytes_max = 2000; // small inputs are quick and easy to change

/// A text in shared memory.
template <std::size_t Max> struct Text {
    std::size_t size;
    char bytes[Max];

    void set(std::string_view text) {
        size = std::min(text.size(), Max);
        std::memcpy(bytes, text.data(), size);
    }
    std::string get() const { return {bytes, size}; }
};

std::string way_it_ended(int status) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) return "a hang";
    if (WIFSIGNALED(status)) return std::string("a crash: ") + strsignal(WTERMSIG(status));
    return "a sanitizer's report or a leak";
}

void silence() {
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
}

} // namespace

struct Guard::Shared {
    unsigned seed;
    bool running;
    Text<text_bytes_max> text;
    Text<1000> violation;
    std::size_t learnt_bytes;
    char learnt[learnt_bytes_max]; ///< texts, each behind its size
    std::uint8_t coverage[coverage_bytes];

    void learn(const std::string& input) {
        const auto size = input.size();
        if (size > learnt_text_bytes_max || learnt_bytes + sizeof size + size > learnt_bytes_max) return;
        std::memcpy(learnt + learnt_bytes, &size, sizeof size);
        std::memcpy(learnt + learnt_bytes + sizeof size, input.data(), size);
        learnt_bytes += sizeof size + size;
    }

    void take_learnt(std::vector<std::string>& into) {
        for (std::size_t at = 0; at < learnt_bytes;) {
            std::size_t size = 0;
            std::memcpy(&size, learnt + at, sizeof size);
            into.emplace_back(learnt + at + sizeof size, size);
            at += sizeof size + size;
        }
        learnt_bytes = 0;
    }
};

Guard::Guard() {
    auto* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    shared_ = static_cast<Shared*>(memory);
}

Guard::~Guard() { munmap(shared_, sizeof(Shared)); }

std::optional<Failure> Guard::run(unsigned first_seed, unsigned count,
                                  const std::function<std::string(unsigned)>& make, std::vector<std::string>& learnt,
                                  bool quiet) {
    shared_->violation.size = 0;
    std::fflush(stdout); // or the child prints it again
    const auto child = fork();
    if (child == 0) {
        if (quiet) silence();
        note_coverage_in(shared_->coverage);
        for (auto seed = first_seed; seed < first_seed + count; ++seed) {
            const auto text = make(seed);
            shared_->seed = seed;
            shared_->text.set(text);
            shared_->running = true;
            alarm(hang_s);
            newly_covered();
            if (const auto wrong = violation(text)) {
                shared_->violation.set(*wrong);
                _exit(1);
            }
            alarm(0);
            if (newly_covered() > 0) shared_->learn(text);
            shared_->running = false;
        }
        std::exit(0); // what was not freed is found now
    }
    int status = 0;
    waitpid(child, &status, 0);
    shared_->take_learnt(learnt);
    if (status == 0) return std::nullopt;
    const auto what = shared_->violation.size > 0 ? shared_->violation.get() : way_it_ended(status);
    return Failure{what, shared_->running ? shared_->text.get() : "", shared_->seed};
}

std::optional<std::string> Guard::failure_of(const std::string& text) {
    std::vector<std::string> learnt;
    const auto failure = run(0, 1, [&](unsigned) { return text; }, learnt, true);
    if (!failure) return std::nullopt;
    return failure->what;
}

} // namespace fuzz
