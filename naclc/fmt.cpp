#include "naclc/commands.hpp"

#include "compiler/sema/list_file.hpp"
#include "compiler/syntax/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace naclc {

namespace {

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(file) == 0;
}

/// The new file gets the old one's permissions, and its owner where we may give files away.
bool copy_attributes(int file, const Path& from) {
    struct stat old {};
    if (stat(from.c_str(), &old) != 0) return false;
    if (fchown(file, old.st_uid, old.st_gid) != 0 && errno != EPERM) return false;
    return fchmod(file, old.st_mode & 07777) == 0;
}

/// Written beside, then renamed: whoever reads the file sees the old text or the new one. Returns what went
/// wrong.
std::string replace(const Path& file, const std::string& text) {
    std::error_code error;
    const auto path = std::filesystem::canonical(file, error); // a link stays a link
    if (error) return error.message();
    if (access(path.c_str(), W_OK) != 0) return std::strerror(errno);
    auto beside = path.string() + ".XXXXXX";
    const int made = mkstemp(beside.data());
    if (made < 0) return std::strerror(errno);
    const bool written = write_all(made, text) && copy_attributes(made, path);
    int reason = written ? 0 : errno;
    if (close(made) != 0 && reason == 0) reason = errno;
    if (reason == 0 && rename(beside.c_str(), path.c_str()) != 0) reason = errno;
    if (reason == 0) return {};
    unlink(beside.c_str());
    return std::strerror(reason);
}

Status failed(const Path& file, std::string_view what) {
    fmt::print(stderr, "naclc: cannot format {}: {}\n", file.string(), what);
    return wrong_usage;
}

Status format_file(const Path& file, bool only_check, const Reporting& reporting) {
    const auto old = sema::read_file(file);
    if (!old) {
        fmt::print(stderr, "naclc: cannot read {}: {}\n", file.string(), sema::why_unreadable(file));
        return wrong_usage;
    }
    syntax::Sources sources;
    syntax::Diagnostics diagnostics;
    const auto text = syntax::format(sources, sources.add(file.string(), *old), diagnostics);
    if (diagnostics.has_errors()) {
        for (const auto& diagnostic : diagnostics.sorted()) print(diagnostic, sources, reporting);
        return wrong_input;
    }
    if (!text) return failed(file, "the layout would change its content; this is a mistake of naclc");
    if (*text == *old) return fine;
    if (only_check) {
        fmt::print("{}\n", file.string());
        return wrong_input;
    }
    const auto error = replace(file, *text);
    return error.empty() ? fine : failed(file, error);
}

} // namespace

int format(const FormatOptions& options, const Reporting& reporting) {
    int status = fine;
    for (const auto& file : options.files)
        status = std::max<int>(status, format_file(file, options.check, reporting));
    return status;
}

} // namespace naclc
