// Files are written whole or not at all.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace codegen {

/// Written beside its destination first, then renamed: whoever reads the file sees the old content or the new one, also
/// when we are ended in between. A link stays a link, and an old file keeps its owner and permissions; a device, a pipe
/// or a directory is not replaced. Returns what went wrong, nothing when all is well.
std::string replace_file(const std::filesystem::path& file, std::string_view content,
                         std::filesystem::perms of_a_new_file);

} // namespace codegen
