// try, catch, else and finally, with yields and awaits in every one of their blocks.
//
//     SB_TRY {
//         SB_AWAIT_INTO(page, fetch{url});
//     } SB_CATCH(timed_out const& error) {
//         SB_AWAIT(show_dialog{error.what()});
//     } SB_CATCH_ERRORS {        // everything but sb::cancelled and sb::generator_exit
//         SB_RAISE();            // the handled exception goes on
//     } SB_CATCH_ALL {           // those two as well
//     } SB_ELSE {                // there was no exception; what is raised here is not caught here
//     } SB_FINALLY {             // on every way out
//         SB_AWAIT(close{connection});
//     } SB_END_TRY
//
// The rules are Python's. `break`, `continue` and SB_RETURN leave any block, through the finally
// blocks on their way; one of them in a finally discards the exception in flight. An exception raised
// in a handler goes to the finally and further, not to the handlers beside it.
//
// SB_CATCH takes a named reference to const. It refers into the exception itself, which stays alive
// until the handler ends, across awaits too. No handler is a C++ catch block: a bare `throw;` and
// std::current_exception() know nothing of the exception; write SB_RAISE().
//
// A try costs a body no byte; an exception that is caught allocates a record of some fifty bytes
// until its handler or its finally has ended.
#pragma once

#include <switchback/body.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/detail/blocks.hpp>


#    define SB_TRY SB_DETAIL_ENTER_TRY("SB_TRY") SB_DETAIL_OPEN_TRY(::switchback::detail::block::trying)

// Resumptions come by here, too, on their way in.
#    define SB_DETAIL_ENTER_TRY(macro) \
        { \
            [[fallthrough]]; \
        case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
            SB_DETAIL_CHECK(macro); \
            static_assert(SB_DETAIL_HERE::can_nest, \
                macro ": blocks nest too deep (" SB_DETAIL_INNER_LEVELS \
                      " of SB_TRY, SB_WITH and SB_SWITCH): move the inner part into a frame of its " \
                      "own"); \
            SB_DETAIL_ALONE(sb_one_try_or_with_a_line_); \
            ::switchback::detail::arrive<SB_DETAIL_HERE>(sb_now);

#    define SB_DETAIL_OPEN_TRY(kind) \
            SB_DETAIL_INNER_SCOPE(kind); \
            for (::switchback::detail::begin_try<SB_DETAIL_HERE>(sb_now); \
                 ::switchback::detail::try_goes_on<SB_DETAIL_HERE>(sb_now); \
                 ::switchback::detail::try_continued<SB_DETAIL_HERE>(sb_now, sb_body)) \
                try { \
                    if (::switchback::detail::enters_try<SB_DETAIL_HERE>(sb_now)) { \
                        SB_DETAIL_OPEN_BLOCK(kind)

#    define SB_DETAIL_OPEN_BLOCK(kind) \
        SB_DETAIL_SIBLING_SCOPE(kind); \
        sb_now.block_left = ::switchback::detail::way_out::by_break; \
        switch (SB_DETAIL_HERE::pick(sb_now.target)) { \
        case ::switchback::detail::label{0}: \
            ::switchback::detail::arrive<SB_DETAIL_HERE>(sb_now);

#    define SB_DETAIL_CLOSE_BLOCK \
        sb_now.block_left = ::switchback::detail::way_out::at_its_end; \
        break; \
        default: \
            ::switchback::detail::pass_by<SB_DETAIL_HERE>(sb_now); \
            break; \
            } \
            ::switchback::detail::end_block<SB_DETAIL_HERE>(sb_now, sb_body); \
            }

// The order of blocks: try, handlers, else, finally. Each macro looks at the block that it ends.
#    define SB_DETAIL_HANDLER_IN_PLACE(macro) \
        static_assert(SB_DETAIL_HERE::kind == ::switchback::detail::block::trying || \
                          SB_DETAIL_HERE::kind == ::switchback::detail::block::handling, \
            macro " stands behind the body of its SB_TRY or behind its handlers, before SB_ELSE and " \
                  "SB_FINALLY");

#    define SB_CATCH(...) \
        SB_DETAIL_HANDLER_IN_PLACE("SB_CATCH") \
        SB_DETAIL_CLOSE_BLOCK \
        if (auto const* const SB_DETAIL_CAT(sb_caught_, __LINE__) = \
                ::switchback::detail::enters_catch<SB_DETAIL_HERE, void(__VA_ARGS__)>( \
                    sb_now, sb_body, __LINE__)) \
            if ([[maybe_unused]] __VA_ARGS__ = /* SB_CATCH takes a named reference to const */ \
                    *SB_DETAIL_CAT(sb_caught_, __LINE__); \
                true) { \
                SB_DETAIL_OPEN_BLOCK(::switchback::detail::block::handling)

#    define SB_CATCH_ERRORS \
        SB_DETAIL_HANDLER_IN_PLACE("SB_CATCH_ERRORS") \
        SB_DETAIL_CLOSE_BLOCK \
        if (::switchback::detail::enters_catch_errors<SB_DETAIL_HERE>( \
                sb_now, sb_body, __LINE__)) { \
            SB_DETAIL_OPEN_BLOCK(::switchback::detail::block::handling)

#    define SB_CATCH_ALL \
        SB_DETAIL_HANDLER_IN_PLACE("SB_CATCH_ALL") \
        SB_DETAIL_CLOSE_BLOCK \
        if (::switchback::detail::enters_catch_all<SB_DETAIL_HERE>(sb_now, sb_body, __LINE__)) { \
            SB_DETAIL_OPEN_BLOCK(::switchback::detail::block::handling)

#    define SB_ELSE \
        SB_DETAIL_HANDLER_IN_PLACE("SB_ELSE") \
        SB_DETAIL_CLOSE_BLOCK \
        if (::switchback::detail::enters_else<SB_DETAIL_HERE>(sb_now)) { \
            SB_DETAIL_OPEN_BLOCK(::switchback::detail::block::otherwise)

#    define SB_FINALLY \
        static_assert(SB_DETAIL_HERE::depth > 0 && \
                          SB_DETAIL_HERE::kind != ::switchback::detail::block::holding && \
                          SB_DETAIL_HERE::kind != ::switchback::detail::block::scoping && \
                          SB_DETAIL_HERE::kind != ::switchback::detail::block::at_the_end, \
            "SB_FINALLY stands once, as the last block of its SB_TRY"); \
        SB_DETAIL_FINALLY

#    define SB_DETAIL_FINALLY \
        SB_DETAIL_CLOSE_BLOCK \
        { \
            SB_DETAIL_OPEN_BLOCK(::switchback::detail::block::at_the_end)

#    define SB_END_TRY \
        static_assert(SB_DETAIL_HERE::depth > 0 && \
                          SB_DETAIL_HERE::kind != ::switchback::detail::block::holding && \
                          SB_DETAIL_HERE::kind != ::switchback::detail::block::scoping, \
            "SB_END_TRY closes the blocks of an SB_TRY; SB_END_WITH closes those of an SB_WITH"); \
        SB_DETAIL_CLOSE_BLOCK \
        break; \
        } \
        catch (...) { \
            ::switchback::detail::caught<SB_DETAIL_HERE>(sb_now, sb_body); \
        } \
        if (auto const sb_exit = ::switchback::detail::leave_try<SB_DETAIL_HERE>(sb_now, sb_body); \
            sb_exit != ::switchback::detail::exit::none) { \
            if (sb_exit == ::switchback::detail::exit::breaking) break; \
            if (sb_exit == ::switchback::detail::exit::continuing) continue; \
            return ::switchback::detail::leave_body_from_try<SB_DETAIL_HERE>( \
                sb_now, sb_body, sb_exit); \
        } \
        }

// Raises the exception that is being handled once more.
#    define SB_RAISE() \
        do { \
            static_assert(SB_DETAIL_HERE::can_raise, \
                "SB_RAISE() stands outside a handler and outside a finally"); \
            SB_DETAIL_IN_THE_BODY_ITSELF; \
            return ::switchback::detail::raise_again<SB_DETAIL_HERE>(sb_now, sb_body); \
        } while (false)

#else

// One sentence; the other macros only see to it that nothing more is said.
#    define SB_DETAIL_NEEDS_EXCEPTIONS(macro) \
        static_assert(::switchback::detail::always_false<decltype(sb_now)>, \
            macro " needs exceptions, and this file is compiled without them: return errors as values, " \
                  "and leave clean-up to the destructors of the frame's members")

#    define SB_TRY \
        SB_DETAIL_NEEDS_EXCEPTIONS("SB_TRY"); \
        {
#    define SB_CATCH(...) \
        } \
        if (__VA_ARGS__ = ::switchback::detail::no_exception<void(__VA_ARGS__)>(); true) {
#    define SB_CATCH_ERRORS \
        } \
        {
#    define SB_CATCH_ALL SB_CATCH_ERRORS
#    define SB_ELSE SB_CATCH_ERRORS
#    define SB_FINALLY SB_CATCH_ERRORS
#    define SB_END_TRY }
#    define SB_RAISE() \
        do { \
            SB_DETAIL_NEEDS_EXCEPTIONS("SB_RAISE()"); \
        } while (false)

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Declaration>
struct caught_by;
template <class T>
struct caught_by<void(T)> {
    using reference = T;
};
template <class Declaration>
typename caught_by<Declaration>::reference no_exception(); // nowhere defined

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
