// A directory that is gone with its owner.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

namespace test {

struct Folder {
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "naclc-test-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

} // namespace test
