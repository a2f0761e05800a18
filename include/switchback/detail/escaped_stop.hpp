// A stop_iteration must not leave a generator: it would pass for that generator's own end (PEP 479).
#pragma once

#include <switchback/detail/match.hpp>
#include <switchback/detail/native_error.hpp>
#include <switchback/generator_errors.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// An exception leaves a generator's body: a stop_iteration, or what derives from it, becomes the
// context of an escaped_stop.
SB_DETAIL_COLD inline void convert_stop(failure& leaving) {
    if (match<stop_iteration>(leaving.error) == nullptr) return;
    failure converted{std::make_exception_ptr(escaped_stop{})};
    converted.context = new (std::nothrow) failure(leaving);
    if (converted.context == nullptr) discard(leaving);
    leaving = converted;
}

// Throws on what the catch block around the body has caught.
[[noreturn]] SB_DETAIL_COLD inline void rethrow_from_body() {
    try {
        throw;
    } catch (stop_iteration const&) {
        auto what = known_failure(std::current_exception());
        convert_stop(what);
        rethrow_native(static_cast<failure&&>(what));
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
