#include "naclc/commands.hpp"

#include "codegen/cpp.hpp"
#include "codegen/json.hpp"
#include "codegen/sizes.hpp"
#include "codegen/toolchain.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace naclc {

int build(const BuildOptions& options, const Reporting& reporting) {
    const auto checked = executable_file(options.file, reporting);
    if (!checked.appliance) return checked.status;
    std::error_code ignored;
    if (std::filesystem::equivalent(options.file, options.output, ignored)) {
        fmt::print(stderr, "naclc: {} is the policy itself: name another file for the image\n",
                   options.output.string());
        return wrong_usage;
    }
    const auto kit = kit_or_message();
    if (!kit) return wrong_usage;
    const auto generated = codegen::generate(*checked.appliance, options.translation);
    const auto error =
        codegen::build(*kit, generated.text, codegen::Product::image, options.output, options.keep);
    if (!error.empty()) {
        fmt::print(stderr, "naclc: {}", error);
        return wrong_usage;
    }
    fmt::print("{}: {} bytes, policy {}\n{}{}", options.output.string(),
               std::filesystem::file_size(options.output, ignored), codegen::policy_hash(*checked.appliance),
               codegen::size_table(*checked.appliance), codegen::plan_table(*checked.appliance, generated.plans));
    return fine;
}

} // namespace naclc
