// The subcommands, each in a file of its own. They return the exit status.
#pragma once
#include "codegen/cpp.hpp"
#include "naclc/policy.hpp"

#include <string>
#include <vector>

namespace naclc {

using Path = std::filesystem::path;

int check(const std::vector<Path>& files, const Reporting& reporting);

struct FormatOptions {
    std::vector<Path> files;
    bool check = false; ///< name the files that would change, and change nothing
};
int format(const FormatOptions& options, const Reporting& reporting);

enum class Target : std::uint8_t { cpp, nft, json };

struct EmitOptions {
    Path file;
    codegen::Translation translation = codegen::Translation::optimised;
    Target target = Target::cpp;
    std::vector<std::string> nics; ///< "wan=eth0": what Linux calls the NIC of an Iface
};
int emit(const EmitOptions& options, const Reporting& reporting);

struct ImportOptions {
    Path file;                      ///< a dump of nft; `-`: standard input
    Path output;                    ///< empty: standard output
    std::vector<std::string> nics; ///< "eth0=10.0.0.1/24": what the dump does not know
};
int import_nft(const ImportOptions& options, const Reporting& reporting);

struct BuildOptions {
    Path file;
    codegen::Translation translation = codegen::Translation::optimised;
    Path output;
    Path keep; ///< where the generated C++ stays; empty: nowhere
    bool self_check = false; ///< compare the code with the interpreter before the image is written
    std::uint64_t seed = 1;  ///< of the packets for that
};
int build(const BuildOptions& options, const Reporting& reporting);

struct RunOptions {
    Path file;
    codegen::Translation translation = codegen::Translation::optimised;
    std::string accelerator = "tcg";
    std::string machine = "microvm";
    std::vector<std::string> netdevs; ///< one for each NIC, without the id
};
int run(const RunOptions& options, const Reporting& reporting);

struct TestOptions {
    std::vector<Path> files;
    std::vector<std::string> backends;
    codegen::Translation translation = codegen::Translation::optimised;
    bool coverage = false;
    bool verbose = false; ///< a line for each packet
};
int test(const TestOptions& options, const Reporting& reporting);

struct GenerateOptions {
    std::vector<Path> files; ///< one policy
    Path output;             ///< a file that imports the policy; empty: standard output, and nothing is imported
    std::uint64_t seed = 1;
    std::size_t tests_max = 1000;
};
/// Writes Tests for a policy in place of running those that it has.
int generate(const GenerateOptions& options, const Reporting& reporting);

struct ExplainOptions {
    Path file;
    std::string iface;  ///< by which the packet comes in
    std::string packet; ///< as a Test writes it
    Path pcap;          ///< a capture, in place of the packet
    std::string test;   ///< a Test of the policy, in place of all these
    std::optional<std::string> log; ///< a line of the appliance's log, in place of all these
};
int explain(const ExplainOptions& options, const Reporting& reporting);

struct QueryOptions {
    Path file;
    std::string chain;
    std::string where = "true";
    std::string verdict;
};
int query(const QueryOptions& options, const Reporting& reporting);

struct DiffOptions {
    Path before;
    Path after;
    bool json = false;
    std::size_t regions = 4;          ///< of each chain and kind of change, at the most
    std::vector<std::string> fail_on; ///< kinds of change for which the status is 1
};
int diff(const DiffOptions& options, const Reporting& reporting);

int explain_error(const std::string& kind);

} // namespace naclc
