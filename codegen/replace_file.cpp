#include "codegen/replace_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace codegen {

namespace {

namespace fs = std::filesystem;

bool write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const auto written = write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(file) == 0;
}

/// The old file's permissions, and its owner where we may give files away.
bool copy_attributes(int file, const fs::path& from) {
    struct stat old {};
    if (stat(from.c_str(), &old) != 0) return false;
    if (fchown(file, old.st_uid, old.st_gid) != 0 && errno != EPERM) return false;
    return fchmod(file, old.st_mode & 07777) == 0;
}

} // namespace

std::string replace_file(const fs::path& file, std::string_view content, fs::perms of_a_new_file) {
    std::error_code error;
    const auto there = fs::status(file, error);
    const bool exists = fs::exists(there);
    if (exists && !fs::is_regular_file(there)) return "it is no regular file";
    const auto path = exists ? fs::canonical(file, error) : file;
    if (exists && error) return error.message();
    if (exists && access(path.c_str(), W_OK) != 0) return std::strerror(errno);

    auto beside = path.string() + ".XXXXXX";
    const int made = mkstemp(beside.data());
    if (made < 0) return std::strerror(errno);
    const bool written = write_all(made, content) &&
                         (exists ? copy_attributes(made, path) : fchmod(made, static_cast<mode_t>(of_a_new_file)) == 0);
    int reason = written ? 0 : errno;
    if (close(made) != 0 && reason == 0) reason = errno;
    if (reason == 0 && rename(beside.c_str(), path.c_str()) != 0) reason = errno;
    if (reason == 0) return {};
    unlink(beside.c_str());
    return std::strerror(reason);
}

} // namespace codegen
