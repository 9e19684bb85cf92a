#include "tests/samples/uses.hpp"

#include "compiler/sema/constants.hpp"
#include "compiler/sema/suggest.hpp"

namespace samples {

namespace {

using sema::lower;

constexpr const char* literal_names[] = {"bad",     "bool", "integer",       "decimal",       "string",
                                         "address", "cidr", "integer range", "address range", "decimal range",
                                         "name",    "list", "object",        "file"};

class Walk {
public:
    explicit Walk(Uses& uses) : uses_(uses) {}

    void operator()(const syntax::Function& function) {
        uses_.declarations.insert(function.type.text + "::" + function.subtype.text);
        if (function.target)
            uses_.declarations.insert(function.target->to ? "Assert of a path" : "Assert of a chain");
        block(function.body);
    }
    void operator()(const syntax::Typed& typed) {
        uses_.declarations.insert(typed.type.text);
        value(typed.value, typed.type.text);
    }
    void operator()(const syntax::Untyped& untyped) {
        uses_.declarations.insert(untyped.path.parts.size() > 1 ? "assignment" : "value");
        value(untyped.value, "value");
    }
    void operator()(const syntax::Import&) { uses_.declarations.insert("import"); }

    void operator()(const syntax::Action& action) {
        const auto word = lower(action.name.parts.front().text);
        static const std::set<std::string> known = {"accept", "drop", "reject", "log",
                                                    "syslog", "dnat", "snat"};
        uses_.actions.insert(known.contains(word) ? word : "call");
        std::string arguments;
        for (const auto& argument : action.arguments) {
            value(argument, "argument");
            property(argument);
            const auto* path = std::get_if<syntax::Path>(&argument.is);
            if (word == "syslog" && path != nullptr && path->parts.size() == 1)
                uses_.actions.insert("syslog " + lower(path->parts.front().text));
            const bool constant =
                path != nullptr && sema::constant_named(path->parts.front().text) != nullptr;
            const bool port = constant || std::holds_alternative<syntax::Integer>(argument.is);
            arguments += (arguments.empty() ? "" : ", ") + std::string(port ? "port" : "address");
        }
        if (word == "dnat" || word == "snat") uses_.arguments.insert(word + "(" + arguments + ")");
    }
    void operator()(const syntax::Conditional& conditional) {
        for (const auto& arm : conditional.arms) {
            std::visit(*this, arm.condition.is);
            block(arm.then);
        }
        if (conditional.arms.size() > 1 || !conditional.otherwise.empty()) uses_.actions.insert("else");
        block(conditional.otherwise);
    }

    void operator()(const syntax::Value& bare) {
        value(bare, "operand");
        property(bare);
    }
    void operator()(const syntax::Comparison& comparison) {
        uses_.operators.insert(std::string(to_string(comparison.relation)));
        (*this)(comparison.left);
        (*this)(comparison.right);
    }
    void operator()(const syntax::Not& negation) { operands("not", negation.operand); }
    void operator()(const syntax::And& chain) { operands("and", chain.operands); }
    void operator()(const syntax::Or& chain) { operands("or", chain.operands); }

private:
    void operands(const char* name, const std::vector<syntax::Expression>& expressions) {
        uses_.operators.insert(name);
        for (const auto& expression : expressions) std::visit(*this, expression.is);
    }

    void block(const std::vector<syntax::Statement>& statements) {
        for (const auto& statement : statements) std::visit(*this, statement.is);
    }

    void property(const syntax::Value& value) {
        const auto* path = std::get_if<syntax::Path>(&value.is);
        if (path == nullptr || path->parts.size() != 2) return;
        uses_.properties.insert(lower(to_string(*path)));
        if (lower(path->parts.back().text) == "exceeded") uses_.properties.insert("exceeded");
    }

    void value(const syntax::Value& value, const std::string& owner) {
        uses_.literals.insert(literal_names[value.is.index()]);
        if (const auto* path = std::get_if<syntax::Path>(&value.is))
            if (path->parts.size() == 1) uses_.words.insert(lower(path->parts.front().text));
        if (const auto* list = std::get_if<syntax::List>(&value.is))
            for (const auto& item : list->items) this->value(item, owner);
        if (const auto* object = std::get_if<syntax::Object>(&value.is))
            for (const auto& pair : object->pairs) {
                const bool route =
                    owner == "Gateway" && std::holds_alternative<syntax::Object>(pair.value.is);
                const auto key = owner + '.' + (route ? "*" : lower(pair.key.text));
                uses_.keys.insert(key);
                this->value(pair.value, key);
            }
    }

    Uses& uses_;
};

} // namespace

void add_uses(const syntax::Program& program, Uses& uses) {
    Walk walk(uses);
    for (const auto& declaration : program.declarations) std::visit(walk, declaration);
}

} // namespace samples
