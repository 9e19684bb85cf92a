// A temporary directory of its own, gone at the end.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

namespace codegen {

class Workshop {
public:
    Workshop() {
        std::error_code missing;
        std::string name = (std::filesystem::temp_directory_path(missing) / "naclc-XXXXXX").string();
        if (!missing && mkdtemp(name.data()) != nullptr) path_ = name;
    }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    ~Workshop() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }

    /// Empty when it could not be made.
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace codegen
