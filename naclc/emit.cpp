#include "naclc/commands.hpp"

#include "codegen/cpp.hpp"
#include "codegen/json.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace naclc {

int emit(const EmitOptions& options, const Reporting& reporting) {
    // JSON is the model and no execution of it: what the data plane cannot do is in it all the same.
    const auto checked =
        options.json ? check_file(options.file, reporting) : executable_file(options.file, reporting);
    if (!checked.appliance) return checked.status;
    const auto text = options.json ? codegen::to_document(*checked.appliance).dump(2) + '\n'
                                   : codegen::cpp(*checked.appliance);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return checked.status;
}

} // namespace naclc
