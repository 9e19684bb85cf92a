#include "naclc/commands.hpp"

#include "codegen/cpp.hpp"

#include <cstdio>

namespace naclc {

int emit(const Path& file, const Reporting& reporting) {
    const auto checked = executable_file(file, reporting);
    if (checked.appliance) std::fputs(codegen::cpp(*checked.appliance).c_str(), stdout);
    return checked.status;
}

} // namespace naclc
