// The command in a folder of its own, called through the shell where a test wants one stream or a limit.
#pragma once
#include "codegen/process.hpp"
#include "codegen/workshop.hpp"

#include <fstream>
#include <iterator>

struct Shell {
    codegen::Workshop workshop;

    /// `naclc` in the line stands for the command.
    codegen::Finished operator()(const std::string& line) const {
        return codegen::run({"bash", "-c", "naclc() { " NACLC " \"$@\"; }; " + line}, workshop.path());
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(workshop.path() / name, std::ios::binary) << text;
    }
    std::string read(const std::string& name) const {
        std::ifstream in(workshop.path() / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(workshop.path()), {}));
    }
};
