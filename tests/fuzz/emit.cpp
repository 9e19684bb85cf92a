// Prints the C++ of a policy, for a fuzzer that is linked with it.
#include "codegen/cpp.hpp"

#include "compiler/sema/load.hpp"

#include <cstdio>
#include <fstream>

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const auto loaded = sema::load(arguments[1]);
    if (!loaded.appliance) {
        for (const auto& diagnostic : loaded.diagnostics)
            std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
        return 1;
    }
    return std::ofstream(arguments[2]) << codegen::cpp(*loaded.appliance) ? 0 : 1;
}
