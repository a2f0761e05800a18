// The language of bodies. Every macro here expands to one statement, safe in an unbraced `if`, and
// has no logic of its own: it names where it stands and calls a function.
//
//     SB_BEGIN(co);                 opens the body; `co` is the context that it was called with
//     SB_END();                     closes it
//     SB_YIELD(value);              hands a value to whoever resumed the generator
//     SB_YIELD_INTO(target, value); the same, and takes what send() passes in
//     SB_AWAIT(awaitable);          a task waits until it has ended; an error is raised here
//     SB_AWAIT_INTO(target, a);     the same, and moves the result into the target
//     SB_RETURN_AWAIT(awaitable);   the same, and returns the result
//     SB_RETURN(value);             ends the body; SB_RETURN() where it returns nothing
//     SB_SWITCH(x) { SB_CASE(1): … break; SB_DEFAULT: … }
//                                   a switch that may hold yields and awaits
//
// The blocks of a try are in <switchback/try.hpp>.
//
// What lives across a yield or await must be a member of the frame: a local variable with an
// initialiser in the same block does not compile ("jump to case label crosses initialization").
// One line holds one resume point; a second one is refused as "duplicate label
// sb_one_resume_point_a_line". No macro may stand in a user's plain `switch`: it is refused as a
// case value of type use_SB_SWITCH_for_a_yield_or_await_inside_a_switch.
#pragma once

#include <switchback/detail/access.hpp>
#include <switchback/detail/activation.hpp>
#include <switchback/detail/choose.hpp>
#include <switchback/detail/place.hpp>
#include <switchback/detail/resume.hpp>

// ---- How a macro knows where it stands. Outside of any body the two constants are these.

enum : ::switchback::detail::meta_t { sb_scope_prefix = 0, sb_scope_meta = 0 };

#define SB_DETAIL_HERE ::switchback::detail::scope<sb_scope_prefix, sb_scope_meta>

// A nested block hides the two constants, and a body within a body the locals of SB_BEGIN. GCC's
// -Wshadow says nothing of enumerators (and takes no pragma in the middle of a declaration); clang's
// is told that it is meant.
#if defined(__clang__)
#    define SB_DETAIL_HIDING_BEGINS \
        _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wshadow\"")
#    define SB_DETAIL_HIDING_ENDS _Pragma("clang diagnostic pop")
#    define SB_DETAIL_LOCALS_BEGIN SB_DETAIL_HIDING_BEGINS
#    define SB_DETAIL_LOCALS_END SB_DETAIL_HIDING_ENDS
#else
#    define SB_DETAIL_HIDING_BEGINS
#    define SB_DETAIL_HIDING_ENDS
#    if defined(__GNUC__)
#        define SB_DETAIL_LOCALS_BEGIN \
            _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wshadow\"")
#        define SB_DETAIL_LOCALS_END _Pragma("GCC diagnostic pop")
#    else
#        define SB_DETAIL_LOCALS_BEGIN
#        define SB_DETAIL_LOCALS_END
#    endif
#endif

#define SB_DETAIL_SCOPE(prefix, meta) \
    SB_DETAIL_HIDING_BEGINS \
    enum : ::switchback::detail::meta_t { sb_scope_prefix = prefix, sb_scope_meta = meta } \
    SB_DETAIL_HIDING_ENDS

#define SB_DETAIL_INNER_SCOPE(kind) \
    SB_DETAIL_SCOPE(SB_DETAIL_HERE::prefix_for(__LINE__), \
        (::switchback::detail::inner_meta(sb_scope_meta, __LINE__, kind)))
#define SB_DETAIL_SIBLING_SCOPE(kind) \
    SB_DETAIL_SCOPE(sb_scope_prefix, \
        (::switchback::detail::sibling_meta(sb_scope_meta, kind)))

// Compilers print the line of a macro that an error comes from, and the comments on it.
#define SB_DETAIL_LABEL ::switchback::detail::label_at<SB_DETAIL_HERE>(__LINE__)

#define SB_DETAIL_CHECK(macro) \
    static_assert(SB_DETAIL_HERE::in_body, macro " stands outside a body: write SB_BEGIN(co) first"); \
    static_assert(!SB_DETAIL_HERE::in_body || SB_DETAIL_HERE::has_room_for(__LINE__), \
        macro " stands too many lines behind the beginning of its body (" SB_DETAIL_LINES_IN_BODY \
              " lines) or block (" SB_DETAIL_LINES_IN_BLOCK "): move a part into a frame of its own"); \
    SB_DETAIL_IN_THE_BODY_ITSELF

#define SB_DETAIL_CHECK_TASK(macro) \
    static_assert(::switchback::detail::is_task_body<decltype(sb_body)>, \
        macro " in a generator: only a task can wait; a task's context is sb::returns<R>")

// A goto label is known in the whole function: a second one of the same name does not compile, in
// whichever blocks the two stand.
#define SB_DETAIL_CAT_(a, b) a##b
#define SB_DETAIL_CAT(a, b) SB_DETAIL_CAT_(a, b)
#define SB_DETAIL_ALONE(name) \
    if (false) goto SB_DETAIL_CAT(name, __LINE__); \
    SB_DETAIL_CAT(name, __LINE__) : (void)0

// A macro that returns has to stand in the body's own function: in a lambda within it, this label is
// not known.
#define SB_DETAIL_TO_THE_BODY_ITSELF goto sb_this_macro_stands_in_a_lambda_within_a_body
#define SB_DETAIL_IN_THE_BODY_ITSELF \
    if (false) SB_DETAIL_TO_THE_BODY_ITSELF

// ---- The body

#define SB_BEGIN(context) \
    SB_DETAIL_SCOPE(0, (::switchback::detail::meta_of(__LINE__, 0, \
                           static_cast<::switchback::detail::meta_t>( \
                               ::switchback::detail::block::body)))); \
    SB_DETAIL_LOCALS_BEGIN \
    static constexpr ::switchback::detail::place sb_place{__FILE__, __LINE__}; \
    auto& sb_body = ::switchback::detail::access::body(context); \
    ::switchback::detail::activation sb_now{sb_body.enter()}; \
    SB_DETAIL_LOCALS_END \
    SB_DETAIL_IN_THE_BODY_ITSELF; \
    sb_this_macro_stands_in_a_lambda_within_a_body: \
    if (false) goto sb_SB_END_is_missing; \
    if (false) goto sb_a_body_has_one_SB_BEGIN; \
    sb_a_body_has_one_SB_BEGIN: \
    for (;; ::switchback::detail::throw_stray_exit()) \
        switch (SB_DETAIL_HERE::pick(sb_now.target)) { /* closed by SB_END() */ \
        case static_cast<::switchback::detail::label>( \
            ::switchback::detail::describe_label<decltype(sb_body)>): \
            return sb_body.describe(sb_place); \
        default: \
        case ::switchback::detail::label{0}:

#define SB_END() \
    static_assert(SB_DETAIL_HERE::in_body && SB_DETAIL_HERE::depth == 0, \
        "SB_END() closes a body: is an SB_END_TRY missing before it?"); \
    return sb_body.fall_off(); \
    } \
    sb_SB_END_is_missing: \
    return ::switchback::step::returned

// ---- Resume points

#define SB_YIELD(...) \
    do { \
        SB_DETAIL_CHECK("SB_YIELD"); \
        SB_DETAIL_ALONE(sb_one_resume_point_a_line_); \
        return ::switchback::detail::yield_at<SB_DETAIL_HERE>(sb_now, sb_body, __LINE__, __VA_ARGS__); \
    case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
        if (::switchback::detail::thrown_into<SB_DETAIL_HERE>(sb_now, sb_body)) { \
            return ::switchback::detail::raise_incoming<SB_DETAIL_HERE>(sb_now, sb_body); \
        } \
    } while (false)

#define SB_YIELD_INTO(target, ...) \
    do { \
        SB_DETAIL_CHECK("SB_YIELD_INTO"); \
        SB_DETAIL_ALONE(sb_one_resume_point_a_line_); \
        return ::switchback::detail::yield_at<SB_DETAIL_HERE>(sb_now, sb_body, __LINE__, __VA_ARGS__); \
    case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
        if (::switchback::detail::thrown_into<SB_DETAIL_HERE>(sb_now, sb_body)) { \
            return ::switchback::detail::raise_incoming<SB_DETAIL_HERE>(sb_now, sb_body); \
        } \
        sb_body.take_sent(target); \
    } while (false)

// The awaitable stands in a lambda, so that a resumption knows its type without evaluating it. It is
// evaluated once, when the await begins; the target once, when the result is there.
#define SB_AWAIT(...) \
    do { \
        SB_DETAIL_CHECK("SB_AWAIT"); \
        SB_DETAIL_CHECK_TASK("SB_AWAIT"); \
        SB_DETAIL_ALONE(sb_one_resume_point_a_line_); \
        [[fallthrough]]; \
    case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
        if (auto const sb_step = ::switchback::detail::await_at<SB_DETAIL_HERE>( \
                sb_now, sb_body, __LINE__, \
                [&]() -> decltype(auto) { return (__VA_ARGS__); }, \
                ::switchback::detail::ignore_result{}); \
            sb_step != ::switchback::step::returned) \
            return sb_step; \
    } while (false)

#define SB_AWAIT_INTO(target, ...) \
    do { \
        SB_DETAIL_CHECK("SB_AWAIT_INTO"); \
        SB_DETAIL_CHECK_TASK("SB_AWAIT_INTO"); \
        SB_DETAIL_ALONE(sb_one_resume_point_a_line_); \
        [[fallthrough]]; \
    case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
        if (auto const sb_step = ::switchback::detail::await_at<SB_DETAIL_HERE>( \
                sb_now, sb_body, __LINE__, \
                [&]() -> decltype(auto) { return (__VA_ARGS__); }, \
                [&](auto&& sb_result) { \
                    ::switchback::detail::store_result( \
                        target, static_cast<decltype(sb_result)>(sb_result)); \
                }); \
            sb_step != ::switchback::step::returned) \
            return sb_step; \
    } while (false)

// The result of what is awaited is that of the body, without a member to keep it in.
#define SB_RETURN_AWAIT(...) \
    do { \
        SB_DETAIL_CHECK("SB_RETURN_AWAIT"); \
        SB_DETAIL_CHECK_TASK("SB_RETURN_AWAIT"); \
        SB_DETAIL_ALONE(sb_one_resume_point_a_line_); \
        [[fallthrough]]; \
    case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
        if (auto const sb_step = ::switchback::detail::await_at<SB_DETAIL_HERE>( \
                sb_now, sb_body, __LINE__, \
                [&]() -> decltype(auto) { return (__VA_ARGS__); }, \
                ::switchback::detail::return_result<SB_DETAIL_HERE, \
                    std::decay_t<decltype(sb_body)>>{sb_now, sb_body}); \
            sb_step != ::switchback::step::returned) \
            return sb_step; \
        return ::switchback::detail::return_from<SB_DETAIL_HERE>(sb_now, sb_body); \
    } while (false)

#define SB_RETURN(...) \
    do { \
        static_assert(SB_DETAIL_HERE::in_body, \
            "SB_RETURN stands outside a body: write SB_BEGIN(co) first"); \
        SB_DETAIL_IN_THE_BODY_ITSELF; \
        ::switchback::detail::keep_earlier_return<SB_DETAIL_HERE>(sb_now, sb_body); \
        sb_body.set_returned(__VA_ARGS__); \
        return ::switchback::detail::return_from<SB_DETAIL_HERE>(sb_now, sb_body); \
    } while (false)

// ---- A switch that may hold resume points. Its cases and the labels share one real switch.

#define SB_SWITCH(...) \
    if (false) \
        SB_DETAIL_TO_THE_BODY_ITSELF; \
    else if (false) \
    case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
        goto SB_DETAIL_CAT(sb_one_SB_SWITCH_a_line_, __LINE__); \
    else \
        SB_DETAIL_CAT(sb_one_SB_SWITCH_a_line_, __LINE__) : \
        if (::switchback::detail::come_by_switch<SB_DETAIL_HERE, __LINE__>(sb_now)) { \
        } else if (SB_DETAIL_INNER_SCOPE(::switchback::detail::block::chooser); false) { \
        } else \
            switch (sb_now.target != 0 \
                        ? ::switchback::detail::chosen_by_path<SB_DETAIL_HERE>(sb_now.target) \
                        : ::switchback::detail::chosen_by_value(__VA_ARGS__))

#define SB_CASE(...) case ::switchback::detail::case_value<SB_DETAIL_HERE>(__VA_ARGS__)
#define SB_DEFAULT default
