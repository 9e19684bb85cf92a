#include "naclc/commands.hpp"

#include <algorithm>

namespace naclc {

int check(const std::vector<Path>& files, const Reporting& reporting) {
    int status = fine;
    for (const auto& file : files) status = std::max<int>(status, check_file(file, reporting).status);
    return status;
}

} // namespace naclc
