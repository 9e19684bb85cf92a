// What every subcommand does first: read a policy, and say what is wrong with it.
#pragma once
#include "codegen/kit.hpp"
#include "codegen/nft/conditions.hpp"
#include "compiler/sema/load.hpp"

#include <filesystem>
#include <optional>

namespace naclc {

/// Exit statuses of the command.
enum Status : int { fine = 0, wrong_input = 1, wrong_usage = 2 };

struct Reporting {
    bool json = false;   ///< diagnostics one JSON object a line
    bool werror = false; ///< warnings are errors
};

struct Checked {
    std::optional<model::Appliance> appliance; ///< nothing when `status` is not fine
    Status status = fine;
    syntax::Sources sources{}; ///< for further messages
};

/// On standard error.
void print(const syntax::Diagnostic& diagnostic, const syntax::Sources& sources, const Reporting& reporting);

/// What nftables cannot say of a policy.
void print(const std::vector<codegen::nft::Problem>& problems, const syntax::Sources& sources,
           const Reporting& reporting);

/// Says that a file of the command line is missing or cannot be read.
Status unreadable(const std::filesystem::path& file, const Reporting& reporting);

/// Reads and checks the types; proves nothing. Prints errors on standard error: a question about a policy is no
/// place for its warnings.
Checked typed_file(const std::filesystem::path& file, const Reporting& reporting);

/// The same for one that has been read; `file` is its name for messages.
Checked typed(sema::Loaded loaded, const std::filesystem::path& file, const Reporting& reporting);

/// Reads, checks and proves; prints the diagnostics on standard error.
Checked check_file(const std::filesystem::path& file, const Reporting& reporting);

/// The kit, or a message on standard error.
std::optional<codegen::Kit> kit_or_message();

} // namespace naclc
