// Runs another program to its end.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace codegen {

struct Finished {
    int status = 0;     ///< exit status, 128 + signal, or 127 when the program could not be started
    std::string output; ///< both streams
};

/// `arguments[0]` is looked up in PATH. No shell is involved.
Finished run(const std::vector<std::string>& arguments, const std::filesystem::path& directory);

} // namespace codegen
