// Errors that have nowhere to go: a generator that fails while it is destroyed, a task whose result
// nobody holds or ever looked at. They are reported, once, to one handler.
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/unhandled.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/detail/handler_slot.hpp>
#include <switchback/detail/trace.hpp>
#include <switchback/generator_errors.hpp>

#if SB_DETAIL_HOSTED
#    include <cstdio>
#endif
#include <exception>

namespace switchback {
inline namespace SB_DETAIL_ABI {

struct unhandled_error {
    std::exception_ptr error;
    char const* where;           // "a generator's destructor", "a task whose result nobody holds", …
    detail::trace const* gathered; // null: no traceback. See sb::traceback, which is made from this
    char const* task = nullptr;    // the name that the task was given; null: none. Valid during the call
};

// Called on the thread where the error was found, often from within a destructor: must not throw.
using unhandled_error_handler = void (*)(unhandled_error const&);

namespace detail {

inline handler_slot<unhandled_error_handler> installed_unhandled_error_handler;

} // namespace detail

// Installs a handler and returns the one before it; null stands for the default, which prints the
// error and its traceback to standard error. May be called from any thread. Python:
// sys.unraisablehook, and asyncio's exception handler.
inline unhandled_error_handler set_unhandled_error_handler(unhandled_error_handler handler) noexcept {
    return detail::installed_unhandled_error_handler.exchange(handler);
}

namespace detail {

// The exception that close() raises. A new one each time, as in Python: one may be the context of
// another; and generators that are static are closed when whatever was made once is gone.
inline std::exception_ptr generator_exit_ptr() { return std::make_exception_ptr(generator_exit{}); }

// To the handler, or printed with its traceback. (In the library: generators do not link with it.)
void report_unhandled(unhandled_error const& error) noexcept;

// For generators, which need no library to link with. Tasks have a default that prints tracebacks.
SB_DETAIL_COLD inline void report_unraisable(std::exception_ptr const& error) noexcept {
    if (auto* const handler = installed_unhandled_error_handler.load()) {
        handler({error, "a generator's destructor", nullptr});
        return;
    }
#if SB_DETAIL_HOSTED
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& known) {
        std::fprintf(stderr, "switchback: unhandled in a generator's destructor: %s\n", known.what());
    } catch (...) {
        std::fputs("switchback: unhandled in a generator's destructor\n", stderr);
    }
#endif
}

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
