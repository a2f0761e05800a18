// Errors that go through code which is not a body.
//
// Where an error leaves a body as a C++ exception, its context and its traceback have no place in it.
// They are kept beside it, the last error's of each thread: for whoever catches it, and for the case
// that it comes back into a body. The error is recognised by its exception_ptr: where an ABI copies
// exceptions as they are rethrown (MSVC's), both begin anew behind native code.
#pragma once

#include <switchback/detail/failure.hpp>

namespace switchback {
inline namespace v0 {
namespace detail {

struct native_error {
    failure what;
    ~native_error() { discard(what); }
};

inline native_error& last_native_error() noexcept {
    static thread_local native_error last;
    return last;
}

// Forgets it: an exception is not kept alive beyond the schedulers that it came from.
inline void forget_native() noexcept { discard(last_native_error().what); }

// Throws an error out of bodies.
[[noreturn]] SB_DETAIL_COLD inline void rethrow_native(failure&& what) {
    auto const error = what.error;
    if (what.gathered != nullptr || what.context != nullptr) {
        auto& last = last_native_error();
        discard(last.what);
        last.what = std::exchange(what, {});
    }
    std::rethrow_exception(error);
}

// What is known of an error that comes from such code. It is in a body's hands again.
SB_DETAIL_COLD inline failure known_failure(std::exception_ptr&& error) noexcept {
    auto& last = last_native_error();
    if (last.what.error == error) return std::exchange(last.what, {});
    return failure{std::move(error)};
}

} // namespace detail
} // namespace v0
} // namespace switchback
