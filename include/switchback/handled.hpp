// Within a handler or a finally of SB_TRY: the exception that is being handled, and the way it came.
//
//     } SB_CATCH_ERRORS {
//         log(sb::describe(sb::handled_exception(co)), sb::handled_traceback(co).to_string());
//     } SB_END_TRY
//
// (A handler is no C++ catch block, so std::current_exception() knows nothing of it.)
#pragma once

#include <switchback/detail/access.hpp>
#include <switchback/detail/control.hpp>
#include <switchback/traceback.hpp>

namespace switchback {
inline namespace v0 {

// Of the innermost handler, or of the finally that an exception led to; null where there is none.
// Takes the body's context. Python: sys.exc_info.
template <class Context>
std::exception_ptr handled_exception(Context& co) noexcept {
    auto const* const handled = detail::access::body(co).records();
    return handled == nullptr ? nullptr : handled->what.error;
}

// The frames that it has left, the handling one included.
template <class Context>
traceback handled_traceback(Context& co) {
    auto const* const handled = detail::access::body(co).records();
    if (handled == nullptr || handled->what.gathered == nullptr) return {};
    return traceback(*handled->what.gathered);
}

} // namespace v0
} // namespace switchback
