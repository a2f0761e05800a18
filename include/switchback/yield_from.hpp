// Delegation: all that another generator yields, as if it were this one's own.
//
//     struct both {
//         sb::generator<fibonacci> first{};
//         sb::generator<countdown> second{std::in_place, 3};
//         int result = 0;
//
//         sb::step operator()(sb::yields<int>& co) {
//             SB_BEGIN(co);
//             SB_YIELD_FROM(first);
//             SB_YIELD_FROM_INTO(result, second);   // what `second` returns
//             SB_END();
//         }
//     };
//
// The generator is borrowed: a member of the frame, which lives on when the delegation ends early.
// next() and send() are passed on to it, and so are throw_() and close(), so that its own handlers
// and finally blocks see them; what it throws is raised here. The rules are those of PEP 380. The
// frame of the other lies in this one, and its body is inlined into this one's.
#pragma once

#include <switchback/generator.hpp>

namespace switchback {
inline namespace v0 {
namespace detail {

[[noreturn]] SB_DETAIL_COLD inline void throw_cannot_send() { throw cannot_send{}; }
[[noreturn]] SB_DETAIL_COLD inline void throw_nothing_returned() { throw nothing_returned{}; }

template <class T>
struct is_generator : std::false_type {};
template <class F>
struct is_generator<generator<F>> : std::true_type {};

// What was sent to the delegating body goes to the other.
template <class Body, class G>
SB_DETAIL_INLINE auto resume_delegate(Body& body, G& to) {
    if constexpr (std::is_void_v<typename Body::sent_type>) {
        return to.next();
    } else {
        if (!body.has_sent()) return to.next();
        if constexpr (std::is_void_v<typename G::sent_type>) {
            throw_cannot_send();
        } else {
            static_assert(std::is_constructible_v<typename G::sent_type, typename Body::sent_type&&>,
                "SB_YIELD_FROM: what is sent to this body cannot be sent to that generator");
            return to.send(body.take_sent_value());
        }
    }
}

// Control is at the delegation: for the first time, or for a resumption. returned: the other has
// ended.
template <class S, class Body, class Make, class Sink>
SB_DETAIL_INLINE step delegate(activation& now, Body& body, int line, Make make, Sink sink) {
    using given = decltype(make());
    using to_type = std::remove_reference_t<given>;
    if constexpr (Body::is_task) {
        static_assert(!Body::is_task, "SB_YIELD_FROM in a task: a task awaits");
        return step::failed;
    } else if constexpr (!std::is_lvalue_reference_v<given> || !is_generator<to_type>::value) {
        static_assert(always_false<Sink>,
            "SB_YIELD_FROM takes a generator that is a member of the frame (an sb::generator<F>); to "
            "yield from a range, write SB_FOR (cursor, range) SB_YIELD(*cursor)");
        return step::failed;
    } else {
        to_type& to = make();
        typename to_type::pointer value = nullptr;
        if (now.target == 0) {
            value = to.next();
        } else {
            now.target = 0;
            arrive<S>(now);
            body.clear_visible();
            if (SB_DETAIL_UNLIKELY(now.arriving != 0)) {
                now.arriving = 0;
                failure what = body.take();
                if (!to.visible() || match<generator_exit>(what.error) != nullptr) {
                    to.close();
                    return raise_from<S>(now, body, static_cast<failure&&>(what));
                }
                value = to.throw_(what.error);
            } else {
                value = resume_delegate(body, to);
            }
        }
        if (value == nullptr) {
            if constexpr (std::is_void_v<typename to_type::return_type>) {
                sink();
            } else {
                sink(to.take_returned());
            }
            return step::returned;
        }
        if constexpr (std::is_reference_v<typename to_type::yield_type>) {
            body.give(*value);
        } else {
            body.give(std::move(*value));
        }
        body.path = path_at<S>(now, line);
        if (S::guard != 0 || to.visible()) body.set_visible();
        return step::yielded;
    }
}

struct ignore_returned {
    template <class... R>
    SB_DETAIL_INLINE void operator()(R&&...) const noexcept {}
};

// SB_YIELD_FROM_INTO's target. Python's None is an empty optional.
template <class Target, class... R>
SB_DETAIL_INLINE void store_returned(Target& target, std::optional<R>&&... returned) {
    static_assert(sizeof...(R) == 1, "SB_YIELD_FROM_INTO: this generator returns nothing");
    auto const store = [&target](auto&& value) {
        if constexpr (is_optional<Target>::value) {
            target.reset();
            if (value) target.emplace(std::move(*value));
        } else {
            if (!value) throw_nothing_returned();
            target = std::move(*value);
        }
    };
    (store(static_cast<std::optional<R>&&>(returned)), ...);
}

} // namespace detail
} // namespace v0
} // namespace switchback

#define SB_DETAIL_YIELD_FROM(macro, sink, ...) \
    do { \
        SB_DETAIL_CHECK(macro); \
        SB_DETAIL_ALONE(sb_one_resume_point_a_line_); \
        [[fallthrough]]; \
    case SB_DETAIL_LABEL: \
        if (auto const sb_step = ::switchback::detail::delegate<SB_DETAIL_HERE>( \
                sb_now, sb_body, __LINE__, [&]() -> decltype(auto) { return (__VA_ARGS__); }, sink); \
            sb_step != ::switchback::step::returned) \
            return sb_step; \
    } while (false)

#define SB_YIELD_FROM(...) \
    SB_DETAIL_YIELD_FROM("SB_YIELD_FROM", ::switchback::detail::ignore_returned{}, __VA_ARGS__)

#define SB_YIELD_FROM_INTO(target, ...) \
    SB_DETAIL_YIELD_FROM( \
        "SB_YIELD_FROM_INTO", \
        ([&](auto&&... sb_returned) { \
            ::switchback::detail::store_returned( \
                target, static_cast<decltype(sb_returned)>(sb_returned)...); \
        }), \
        __VA_ARGS__)
