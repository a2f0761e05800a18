// What becomes of a misuse where there are no exceptions (-fno-exceptions): one handler is called with
// the sentence that names the mistake, and the program ends.
//
//     sb::set_misuse_handler([](char const* sentence) {
//         log(sentence);
//         reset_board();
//     });
//
// Where there are exceptions, each misuse is thrown: see <switchback/generator_errors.hpp>.
#pragma once

#include <switchback/detail/config.hpp>
#include <switchback/detail/handler_slot.hpp>

#if SB_DETAIL_HOSTED
#    include <cstdio>
#    include <cstdlib>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Is not meant to return; if it does, the program is aborted. It may be called in the middle of any
// operation of the library: what that worked on is not to be used any more.
using misuse_handler = void (*)(char const* sentence);

namespace detail {

inline handler_slot<misuse_handler> installed_misuse_handler;

[[noreturn]] SB_DETAIL_COLD inline void report_misuse(char const* sentence) {
    if (auto* const handler = installed_misuse_handler.load()) handler(sentence);
#if SB_DETAIL_HOSTED
    std::fprintf(stderr, "switchback: %s\n", sentence);
    std::abort();
#else
    SB_DETAIL_TRAP();
#endif
}

} // namespace detail

// Installs a handler and returns the one before it; null stands for the default, which prints the
// sentence to standard error, where there is one, and aborts. May be called from any thread.
inline misuse_handler set_misuse_handler(misuse_handler handler) noexcept {
    return detail::installed_misuse_handler.exchange(handler);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
