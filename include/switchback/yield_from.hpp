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

template <class Y, class Sent, class Returned>
class delegates;

namespace detail {

[[noreturn]] SB_DETAIL_COLD inline void throw_cannot_send() { throw cannot_send{}; }
[[noreturn]] SB_DETAIL_COLD inline void throw_nothing_returned() { throw nothing_returned{}; }

template <class T>
struct is_generator : std::false_type {};
template <class F>
struct is_generator<generator<F>> : std::true_type {};

// The other goes on; what was sent to the delegating body goes to it.
template <class Body, class G>
SB_DETAIL_INLINE auto resume_delegate(Body& body, G& to) {
    if constexpr (!std::is_void_v<typename Body::sent_type>) {
        if (body.has_sent()) {
            if constexpr (std::is_void_v<typename G::sent_type>) {
                throw_cannot_send();
            } else {
                static_assert(std::is_constructible_v<typename G::sent_type, typename Body::sent_type&&>,
                    "SB_YIELD_FROM: what is sent to this body cannot be sent to that generator");
                return to.send(body.take_sent_value());
            }
        }
    }
    return to.next();
}

// What the other has yielded is yielded by the delegating body.
template <class S, class Body, class G>
SB_DETAIL_INLINE step yield_from(activation const& now, Body& body, G& to, int line,
    typename G::pointer value) {
    if constexpr (std::is_reference_v<typename G::yield_type>) {
        body.give(*value);
    } else {
        body.give(std::move(*value));
    }
    body.path = path_at<S>(now, line);
    if constexpr (S::guard != 0) {
        body.template set_visible<S>();
    } else if (to.visible()) {
        if constexpr (G::is_found_by_its_word) {
            body.template set_visible_behind<S>(to.visibility());
        } else {
            body.template set_visible<S>();
        }
    }
    return step::yielded;
}

// An exception waits for the delegating body: the other gets it, or is closed where it cannot see it,
// or must not. True: it has yielded `value`, or ended; false: the exception goes on from here.
template <class Body, class G>
SB_DETAIL_COLD bool throw_to_delegate(Body& body, G& to, failure& what, typename G::pointer& value) {
    body.clear_visible();
    what = body.take();
    bool const exits = match<generator_exit>(what.error) != nullptr;
    if (exits || !to.visible()) {
        if (!exits) convert_stop(what); // it leaves the other
        to.close();
        return false;
    }
    value = to.throw_(what.error);
    return true;
}
template <class S, class Body, class Make, class Sink>
step delegate_to_new(activation& now, Body& body, int line, Make& make, Sink& sink);

// Control is at the delegation: for the first time, or for a resumption. returned: the other has
// ended.
template <class S, class Body, class Make, class Sink>
SB_DETAIL_INLINE step delegate(activation& now, Body& body, int line, Make make, Sink sink) {
    using given = decltype(make());
    using to_type = std::remove_reference_t<given>;
    if constexpr (Body::is_task) {
        static_assert(!Body::is_task, "SB_YIELD_FROM in a task: a task awaits");
        return step::failed;
    } else if constexpr (!std::is_lvalue_reference_v<given> && Body::delegates) {
        return delegate_to_new<S>(now, body, line, make, sink);
    } else if constexpr (!std::is_lvalue_reference_v<given> || !is_generator<to_type>::value) {
        static_assert(always_false<Sink>,
            "SB_YIELD_FROM takes a generator that is a member of the frame (an sb::generator<F>). For "
            "frames that are made on the spot the context must say sb::delegates<Y>; to yield from a "
            "range, write SB_FOR (cursor, range) SB_YIELD(*cursor)");
        return step::failed;
    } else {
        to_type& to = make();
        typename to_type::pointer value = nullptr;
        if (now.target == 0) {
            body.forget_sent(); // the first resumption of the other is a next()
            value = to.next();
        } else {
            now.target = 0;
            arrive<S>(now);
            bool is_thrown = false;
            if (SB_DETAIL_UNLIKELY(body.pending() != 0)) {
                if (now.arriving != 0) {
                    now.arriving = 0;
                    is_thrown = true;
                    failure what;
                    if (!throw_to_delegate(body, to, what, value)) {
                        return raise_from<S>(now, body, static_cast<failure&&>(what));
                    }
                } else {
                    body.template clear_visible<S>();
                }
            }
            if (!is_thrown) value = resume_delegate(body, to);
        }
        if (value != nullptr) return yield_from<S>(now, body, to, line, value);
        if constexpr (std::is_void_v<typename to_type::return_type>) {
            sink();
        } else {
            sink(to.take_returned());
        }
        return step::returned;
    }
}

// A generator that is handed over, as a frame: so that one that is made on the spot can be delegated
// to like any other.
template <class F, class R = typename context_of<F>::return_type>
struct owned_generator {
    using context = delegates<typename context_of<F>::yield_type, typename context_of<F>::sent_type, R>;

    generator<F> held;
    std::optional<R> result{};

    step operator()(context& co);
};
template <class F>
struct owned_generator<F, void> {
    using context =
        delegates<typename context_of<F>::yield_type, typename context_of<F>::sent_type, void>;

    generator<F> held;

    step operator()(context& co);
};

template <class T>
struct as_new_frame {
    using type = T;
};
template <class F>
struct as_new_frame<generator<F>> {
    using type = owned_generator<F>;
};

template <class Context, class Body>
struct can_be_delegated_to : std::false_type {};
template <class Y, class Sent, class Returned, class Body>
struct can_be_delegated_to<delegates<Y, Sent, Returned>, Body>
    : std::bool_constant<std::is_same_v<Y, typename Body::yield_type> &&
                         std::is_same_v<Sent, typename Body::sent_type>> {};

// A frame that is made on the spot: the generator runs it from now on, and this body again when it
// has ended.
template <class S, class Body, class Make, class Sink>
SB_DETAIL_INLINE step delegate_to_new(
    activation& now, Body& body, int line, Make& make, Sink& sink) {
    using given = std::remove_cv_t<std::remove_reference_t<decltype(make())>>;
    using frame = typename as_new_frame<given>::type;
    if constexpr (!is_frame<frame>) {
        static_assert(always_false<Sink>,
            "SB_YIELD_FROM takes a frame or a generator; to yield from a range, write "
            "SB_FOR (cursor, range) SB_YIELD(*cursor)");
        return step::failed;
    } else if constexpr (!can_be_delegated_to<context_of<frame>, Body>::value) {
        static_assert(always_false<Sink>,
            "SB_YIELD_FROM: a frame that is made on the spot must be called with sb::delegates of the "
            "same yielded and sent types as the body that delegates to it");
        return step::failed;
    } else {
        using made = callee_frame<frame>;
        if (now.target == 0) {
            auto build = [&] {
                if constexpr (std::is_same_v<frame, given>) {
                    return make();
                } else {
                    return frame{make()};
                }
            };
            body.below = made::make_new(build);
            body.path = path_at<S>(now, line);
            if constexpr (S::guard != 0) body.template set_visible<S>();
            return step::called;
        }
        now.target = 0;
        arrive<S>(now);
        if constexpr (S::guard != 0) {
            if (SB_DETAIL_UNLIKELY(now.arriving != 0)) {
                now.arriving = 0;
                body.clear_visible();
                return raise_from<S>(now, body, body.take());
            }
            body.template clear_visible<S>();
        }
        struct ending {
            made* ended;
            SB_DETAIL_INLINE ~ending() { ended->destroy_whole(); }
        } const at_the_end{static_cast<made*>(body.below)};
        body.below = nullptr;
        if constexpr (std::is_void_v<typename context_of<frame>::return_type>) {
            sink();
        } else {
            sink(at_the_end.ended->body().take_returned());
        }
        return step::returned;
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
