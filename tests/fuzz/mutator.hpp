// From good policies to nearly good ones: changes of tokens, mostly, and of bytes.
#pragma once
#include <random>
#include <string>
#include <vector>

namespace fuzz {

/// Names, numbers, strings, stretches of blanks, and single other characters: rougher than the lexer's, on purpose.
std::vector<std::string> pieces_of(const std::string& text);

class Mutator {
public:
    explicit Mutator(std::vector<std::string> corpus);

    /// Some text of the corpus, or a random policy, with some changes.
    std::string make(unsigned seed);
    /// From now on it is changed further, too.
    void learn(std::string text) { corpus_.push_back(std::move(text)); }
    std::size_t size() const { return corpus_.size(); }

private:
    std::size_t below(std::size_t end);
    std::string start();
    std::string word();
    void change_pieces(std::vector<std::string>& pieces);
    void change_bytes(std::string& text);
    void nest(std::vector<std::string>& pieces, std::size_t begin, std::size_t end);

    std::vector<std::string> corpus_;
    std::vector<std::string> words_;
    std::mt19937 random_;
};

} // namespace fuzz
