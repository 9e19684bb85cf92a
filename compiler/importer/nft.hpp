// `naclc import nft`: a ruleset of nftables as a NaCl program with the same verdicts.
// docs/internals/nft.md says what stands for what.
#pragma once
#include "compiler/importer/functions.hpp"

namespace importer {

struct Imported {
    std::string text;              ///< the program, in the canonical layout; empty when there is an error
    std::vector<Message> messages; ///< what it lacks, and what one should know
    std::string error;             ///< why there is no program
};

/// `dump`: what `nft -j list ruleset` printed; `name`: its file, for the program's first comment.
Imported import_nft(std::string_view dump, const std::string& name, const std::vector<NicOption>& nics);

} // namespace importer
