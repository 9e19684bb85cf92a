#include "compiler/sema/list_file.hpp"

#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/parse.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <unistd.h>

namespace sema {

namespace {

using syntax::Kind;

class FileExpander {
public:
    FileExpander(const std::filesystem::path& folder, syntax::Sources& sources,
                 syntax::Diagnostics& diagnostics)
        : folder_(folder), sources_(sources), diagnostics_(diagnostics) {}

    void operator()(syntax::Function& function) { block(function.body); }
    void operator()(syntax::Typed& typed) { value(typed.value); }
    void operator()(syntax::Untyped& untyped) { value(untyped.value); }
    void operator()(syntax::Import&) {}
    void operator()(syntax::Action& action) {
        for (auto& argument : action.arguments) value(argument);
    }
    void operator()(syntax::Conditional& conditional) {
        for (auto& arm : conditional.arms) {
            expression(arm.condition);
            block(arm.then);
        }
        block(conditional.otherwise);
    }
    void operator()(syntax::Value& operand) { value(operand); }
    void operator()(syntax::Comparison& comparison) {
        value(comparison.left);
        value(comparison.right);
    }
    void operator()(syntax::Not& negation) { expression(negation.operand.front()); }
    void operator()(syntax::And& chain) {
        for (auto& operand : chain.operands) expression(operand);
    }
    void operator()(syntax::Or& chain) {
        for (auto& operand : chain.operands) expression(operand);
    }

private:
    void block(std::vector<syntax::Statement>& statements) {
        for (auto& statement : statements) std::visit(*this, statement.is);
    }
    void expression(syntax::Expression& expression) { std::visit(*this, expression.is); }

    void value(syntax::Value& value) {
        if (auto* list = std::get_if<syntax::List>(&value.is))
            for (auto& item : list->items) this->value(item);
        if (auto* object = std::get_if<syntax::Object>(&value.is))
            for (auto& pair : object->pairs) this->value(pair.value);
        if (const auto* call = std::get_if<syntax::Call>(&value.is)) value = called(*call, value.span);
    }

    syntax::Value called(const syntax::Call& call, const syntax::Span& span) {
        const syntax::Value bad{syntax::Bad{}, span};
        if (to_string(call.callee) != "file") {
            diagnostics_.report({Kind::unknown_name,
                                 call.callee.span,
                                 "nothing called " + sema::quoted(to_string(call.callee)) + " gives a value",
                                 {},
                                 "functions are named without parentheses, and the one call that gives a "
                                 "value is `file(\"list.txt\")`"});
            return bad;
        }
        const auto* name =
            call.arguments.size() == 1 ? std::get_if<syntax::String>(&call.arguments[0].is) : nullptr;
        if (name == nullptr) {
            diagnostics_.report({Kind::wrong_arguments,
                                 span,
                                 "`file` takes the path of a list",
                                 {},
                                 "write `file(\"list.txt\")`"});
            return bad;
        }
        const auto path = (folder_ / name->text).lexically_normal();
        auto text = read_file(path);
        if (text)
            return syntax::parse_list(sources_, sources_.add(path.string(), std::move(*text)), span,
                                      diagnostics_);
        diagnostics_.report({Kind::unreadable_file,
                             call.arguments[0].span,
                             sema::quoted(path.string()) + " cannot be read: " + why_unreadable(path),
                             {},
                             "paths are relative to the file that names them"});
        return bad;
    }

    const std::filesystem::path& folder_;
    syntax::Sources& sources_;
    syntax::Diagnostics& diagnostics_;
};

std::optional<std::string> bytes_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

} // namespace

std::optional<std::string> read_file(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
    return bytes_of(path);
}

std::optional<std::string> read_file_or_pipe(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_fifo(path, error) ? bytes_of(path) : read_file(path);
}

std::string why_unreadable(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (std::filesystem::is_directory(status)) return "it is a directory";
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return "it is no regular file";
    const int number = access(path.c_str(), R_OK) == 0 ? EIO : errno;
    auto reason = std::generic_category().message(number);
    reason.front() = lower(reason).front();
    return reason;
}

void expand_files(syntax::Program& program, const std::filesystem::path& folder, syntax::Sources& sources,
                  syntax::Diagnostics& diagnostics) {
    FileExpander expander(folder, sources, diagnostics);
    for (auto& declaration : program.declarations) std::visit(expander, declaration);
}

} // namespace sema
