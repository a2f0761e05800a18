// Within a handler or a finally of SB_TRY: the exception that is being handled, the way it came, and
// what was being handled when it was raised.
//
//     } SB_CATCH_ERRORS {
//         log(sb::describe(sb::handled_exception(co)), sb::handled_traceback(co).to_string());
//         for (auto const& earlier : sb::context_of(co)) log("while handling", sb::describe(earlier));
//     } SB_END_TRY
//
// (A handler is no C++ catch block, so std::current_exception() knows nothing of it.)
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/handled.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/detail/access.hpp>
#include <switchback/detail/control.hpp>
#include <switchback/detail/native_error.hpp>
#include <switchback/traceback.hpp>

#include <exception>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Of the innermost handler, or of the finally that an exception led to; null where there is none.
// Takes the body's context. Python: sys.exc_info.
template <class Context>
std::exception_ptr handled_exception(Context& co) noexcept {
    auto const* const handled = detail::access::body(co).handled();
    return handled == nullptr ? nullptr : handled->what.error;
}

// The frames that it has left, the handling one included.
template <class Context>
traceback handled_traceback(Context& co) {
    auto const* const handled = detail::access::body(co).handled();
    if (handled == nullptr || handled->what.gathered == nullptr) return {};
    return traceback(*handled->what.gathered);
}

namespace detail {
inline std::vector<std::exception_ptr> context_list(failure const& what) {
    std::vector<std::exception_ptr> found;
    for (auto const* at = what.context; at != nullptr; at = at->context) found.push_back(at->error);
    return found;
}
} // namespace detail

// What was being handled when the exception that is handled here was raised, nearest first: in this
// body, or in those that it delegates to or awaits. Empty where there was nothing. Takes the body's
// context. What others handle that resume a body is not known to it: a delegating body adds what it
// handles when the exception comes out to it. Python: __context__.
template <class Context, class = std::enable_if_t<detail::access::is_context<Context>(nullptr)>>
std::vector<std::exception_ptr> context_of(Context& co) {
    auto const* const handled = detail::access::body(co).handled();
    if (handled == nullptr) return {};
    return detail::context_list(handled->what);
}

// The same in a C++ catch block around a generator's next() or a scheduler's run(), for the error that
// last left a body on this thread: context_of(std::current_exception()). Empty for every other. That
// error and its context are kept until the next that has one takes their place; see forget_last_error.
inline std::vector<std::exception_ptr> context_of(std::exception_ptr const& error) {
    if (detail::native_errors_are_over) return {};
    auto const& last = detail::last_native_error().what;
    if (error == nullptr || last.error != error) return {};
    return detail::context_list(last);
}

// Lets go of what context_of(exception_ptr) and current_traceback() know on this thread: where objects
// must not live on in exceptions that nobody handles any more.
inline void forget_last_error() noexcept { detail::forget_native(); }

} // namespace SB_DETAIL_ABI
} // namespace switchback
