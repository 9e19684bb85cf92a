#include "unikernel/abi.hpp"
#include "runtime/platform.hpp"

namespace {

using Constructor = void (*)();

} // namespace

extern "C" {

std::uint64_t __stack_chk_guard;
extern const Constructor constructors_begin[], constructors_end[]; // image.ld

[[noreturn]] void __stack_chk_fail() {
    runtime::platform::halt("no array reaches past its end", "stack canary", 0);
}
/// Where the standard library would throw.
[[noreturn]] void abort() { runtime::platform::halt("the standard library's conditions hold", "abort", 0); }

} // extern "C"

namespace std {
// Of string_view and array: declared in bits/functexcept.h, defined in the library that an image lacks.
[[noreturn]] void __throw_out_of_range_fmt(const char*, ...) { abort(); }
} // namespace std

namespace unikernel::abi {

void construct_statics() {
    for (const Constructor* constructor = constructors_begin; constructor != constructors_end; ++constructor)
        (*constructor)();
}

} // namespace unikernel::abi
