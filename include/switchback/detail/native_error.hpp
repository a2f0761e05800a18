// Errors that go through code which is not a body.
//
// Where an error leaves a body as a C++ exception, its context and its traceback have no place in it.
// They are kept beside it, the last error's of each thread: for whoever catches it, and for the case
// that it comes back into a body. The error is recognised by its exception_ptr: where an ABI copies
// exceptions as they are rethrown (MSVC's), both begin anew behind native code.
#pragma once

#include <switchback/detail/failure.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

inline SB_DETAIL_THREAD_LOCAL bool native_errors_are_over = false;

struct native_error {
    failure what;
    ~native_error() {
        discard(what);
        native_errors_are_over = true; // generators that outlive the thread's other objects
    }
};

inline native_error& last_native_error() noexcept {
    static SB_DETAIL_THREAD_LOCAL native_error last;
    return last;
}

// Forgets it: an exception is not kept alive beyond the schedulers that it came from.
inline void forget_native() noexcept {
    if (!native_errors_are_over) discard(last_native_error().what);
}

// Its context and traceback are kept beside an error, if it has any.
SB_DETAIL_COLD inline void remember_native(failure&& what) noexcept {
    if (what.gathered == nullptr && what.context == nullptr) {
        what = {};
    } else if (native_errors_are_over) {
        discard(what);
    } else {
        auto& last = last_native_error();
        discard(last.what);
        last.what = std::exchange(what, {});
    }
}

// Throws an error out of bodies.
[[noreturn]] SB_DETAIL_COLD inline void rethrow_native(failure&& what) {
    auto const error = what.error;
    remember_native(static_cast<failure&&>(what));
    std::rethrow_exception(error);
}

// What is known of an error that comes from such code. It is in a body's hands again.
SB_DETAIL_COLD inline failure known_failure(std::exception_ptr&& error) noexcept {
    if (!native_errors_are_over) {
        auto& last = last_native_error();
        if (last.what.error == error) return std::exchange(last.what, {});
    }
    return failure{std::move(error)};
}

// What is known of another error is put aside while a generator is closed, which may happen in the
// course of that one.
class native_aside {
public:
    native_aside() noexcept {
        if (!native_errors_are_over) aside_ = std::exchange(last_native_error().what, {});
    }
    native_aside(native_aside const&) = delete;
    native_aside& operator=(native_aside const&) = delete;
    ~native_aside() { discard(aside_); }

    // Nothing else has left the generator.
    void restore() noexcept {
        forget_native();
        remember_native(std::exchange(aside_, {}));
    }

private:
    failure aside_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
