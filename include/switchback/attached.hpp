// Errors that came along with another one: those of tasks that the first failure in sb::run_in_parallel, or
// sb::race, has had cancelled, and whose clean-up failed.
//
//     } SB_CATCH_ERRORS {
//         log(sb::describe(sb::handled_exception(co)));
//         for (auto const& other : sb::attached_to(co)) log("and", sb::describe(other.error));
//     } SB_END_TRY
//
// They are listed in the order in which their tasks were started; what came with one of them follows it.
// They go the same way as the error's traceback does, and are printed with it.
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/attached.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/detail/access.hpp>
#include <switchback/detail/control.hpp>
#include <switchback/detail/native_error.hpp>
#include <switchback/exception_group.hpp>
#include <switchback/unhandled.hpp>

#include <exception>
#include <string>
#include <type_traits>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

// Of an error with that trace, which may be null.
std::vector<exception_group::member> attached_in(trace const* gathered);
// "and 2 more errors:", with their tracebacks; nothing where there are none.
std::string attached_as_text(trace const* gathered);

// The trace of the error that last left a body on this thread; null if that is another one.
inline trace const* trace_of_native(std::exception_ptr const& error) noexcept {
    if (native_errors_are_over) return nullptr;
    auto const& last = last_native_error().what;
    return error != nullptr && last.error == error ? last.gathered : nullptr;
}

} // namespace detail

// Within a handler or a finally of SB_TRY: what came with the exception that is being handled. Takes the
// body's context.
template <class Context, class = std::enable_if_t<detail::access::is_context<Context>(nullptr)>>
std::vector<exception_group::member> attached_to(Context& co) {
    auto const* const handled = detail::access::body(co).handled();
    return detail::attached_in(handled == nullptr ? nullptr : handled->what.gathered);
}

// The same in a C++ catch block around run(), a future's get() or an outcome's value():
// attached_to(std::current_exception()). As context_of(exception_ptr), it knows of the error that last left a
// body on this thread; empty for every other.
inline std::vector<exception_group::member> attached_to(std::exception_ptr const& error) {
    return detail::attached_in(detail::trace_of_native(error));
}

// For handlers of unhandled errors.
inline std::vector<exception_group::member> attached_to(unhandled_error const& error) {
    return detail::attached_in(error.gathered);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
