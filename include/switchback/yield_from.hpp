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
// The generator is borrowed: a member of the frame, which lives on when the delegation ends early. The
// expression that names it is evaluated at each resumption, and must name the same one.
// next() and send() are passed on to it, and so are throw_() and close(), so that its own handlers
// and finally blocks see them; what it throws is raised here. The rules are those of PEP 380. The
// frame of the other lies in this one, and its body is inlined into this one's.
//
// A plain range is walked by a cursor, which lies in the frame as well:
//
//     sb::cursor<std::vector<int>> rest{};
//     …
//     rest.start({1, 2, 3});
//     SB_YIELD_FROM(rest);          // from where it stands to its end
#pragma once

#include <switchback/for.hpp>
#include <switchback/generator.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class Y, class Sent, class Returned>
class delegates;

namespace detail {

[[noreturn]] SB_DETAIL_COLD inline void throw_cannot_send() { raise<cannot_send>(); }
[[noreturn]] SB_DETAIL_COLD inline void throw_nothing_returned() { raise<nothing_returned>(); }

template <class T, class = void>
struct is_range : std::false_type {};
template <class T>
struct is_range<T, std::void_t<decltype(std::begin(std::declval<T&>()) != std::end(std::declval<T&>()))>>
    : std::true_type {};

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

// A cursor of a plain range. (One of a generator would hide it from what is sent and thrown.)
template <class T>
struct is_cursor : std::false_type {};
template <class R>
struct is_cursor<cursor<R>> : std::bool_constant<!is_generator<std::remove_reference_t<R>>::value> {};

// A plain range takes nothing, sees no exception and returns nothing.
template <class S, class Body, class Cursor, class Sink>
SB_DETAIL_INLINE step delegate_to_range(
    activation& now, Body& body, int line, Cursor& at, Sink& sink) {
    if (now.target == 0) {
        body.forget_sent();
    } else {
        land<S>(now);
        if constexpr (S::guard != 0) {
            if (SB_DETAIL_UNLIKELY(now.arriving != 0)) {
                now.arriving = 0;
                body.clear_visible();
                return raise_taken_from<S>(now, body);
            }
            body.template clear_visible<S>();
        }
        if constexpr (!std::is_void_v<typename Body::sent_type>) {
            if (body.has_sent()) {
                body.forget_sent();
                throw_cannot_send();
            }
        }
        at.advance();
    }
    if (!at.more()) {
        sink();
        return step::returned;
    }
    body.give(*at);
    body.path = path_at<S>(now, line);
    body.template suspend<S>();
    return step::yielded;
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
    body.template suspend<S>();
    if constexpr (S::guard != 0 || !has_exceptions) {
    } else if (to.may_be_visible()) {
        if constexpr (G::is_found_by_its_word) {
            body.template set_visible_behind<S>(to.visibility());
        } else {
            body.template set_visible<S>();
        }
    }
    return step::yielded;
}

#if SB_DETAIL_EXCEPTIONS
// An exception waits for the delegating body: the other gets it, or is closed where it cannot see it,
// or must not. True: it has yielded `value`, or ended; false: the exception goes on from here.
template <class Body, class G>
SB_DETAIL_COLD bool throw_to_delegate(Body& body, G& to, failure& what, typename G::pointer& value) {
    body.clear_visible();
    what = body.take();
    struct owner { // whatever close() throws
        failure& what;
        bool armed = true;
        ~owner() {
            if (armed) discard(what);
        }
    } owned{what};
    bool const exits = match<generator_exit>(what.error) != nullptr;
    if (exits || !to.visible()) {
        if (!exits) { // it leaves the other
            to.note_context(what);
            convert_stop(what);
        }
        to.close();
        owned.armed = false;
        return false;
    }
    auto const error = what.error;
    remember_native(std::exchange(what, {})); // for the other
    value = to.throw_(error);
    return true;
}
#endif

// Control comes to the delegation, or is back at it.
template <class S, class Body, class G, class Sink>
SB_DETAIL_INLINE step delegate_to_member(activation& now, Body& body, int line, G& to, Sink& sink) {
    typename G::pointer value = nullptr;
    if (now.target == 0) {
        body.forget_sent(); // the first resumption of the other is a next()
        value = to.next();
    } else {
        land<S>(now);
        bool is_thrown = false;
#if SB_DETAIL_EXCEPTIONS
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
#endif
        if (!is_thrown) value = resume_delegate(body, to);
    }
    if (value != nullptr) return yield_from<S>(now, body, to, line, value);
    if constexpr (std::is_void_v<typename G::return_type>) {
        sink();
    } else {
        sink(to.take_returned());
    }
    return step::returned;
}

// What SB_YIELD_FROM is given.
enum class delegate_to { range, member, made_frame, nothing };

template <class Body, class Given>
constexpr delegate_to kind_of_delegate() {
    using to = std::remove_reference_t<Given>;
    if constexpr (Body::is_task) {
        static_assert(!Body::is_task || Body::can_yield, "SB_YIELD_FROM in a task: a task awaits");
        static_assert(!Body::can_yield,
            "SB_YIELD_FROM in an async generator: write SB_FOR_AWAIT (each, other), and SB_YIELD(*each) on the "
            "next line");
        return delegate_to::nothing;
    } else if constexpr (std::is_lvalue_reference_v<Given> && is_cursor<to>::value) {
        return delegate_to::range;
    } else if constexpr (std::is_lvalue_reference_v<Given> && is_generator<to>::value) {
        return delegate_to::member;
    } else if constexpr (Body::delegates &&
                         (!std::is_lvalue_reference_v<Given> || is_range<to>::value)) {
        return delegate_to::made_frame;
    } else {
        static_assert(always_false<Given>,
            "SB_YIELD_FROM takes a generator that is a member of the frame (an sb::generator<F>), or an "
            "sb::cursor<R> that has been started. For frames that are made on the spot, and for ranges "
            "as they are, the context must say sb::delegates<Y>");
        return delegate_to::nothing;
    }
}

// See callee.hpp, which <switchback/delegates.hpp> includes.
template <class F>
struct callee_frame;

template <class S, class Body, class Make>
void make_frame(activation& now, Body& body, int line, Make& make);
template <class S, class Body, class Make, class Sink>
step take_from_made(activation& now, Body& body, Sink& sink);

// Control comes to the delegation. Whether that is to a frame which is made now: whoever runs this body
// is to run that one.
template <class S, class Body, class Make>
SB_DETAIL_INLINE bool makes_delegate(activation& now, Body& body, int line, Make make) {
    constexpr bool makes = kind_of_delegate<Body, decltype(make())>() == delegate_to::made_frame;
    if constexpr (makes) make_frame<S>(now, body, line, make);
    return makes;
}

// Control comes to it otherwise, or is back at it. returned: the other has ended.
template <class S, class Body, class Make, class Sink>
SB_DETAIL_INLINE step delegate(activation& now, Body& body, int line, Make make, Sink sink) {
    constexpr auto kind = kind_of_delegate<Body, decltype(make())>();
    if constexpr (kind == delegate_to::member) {
        return delegate_to_member<S>(now, body, line, make(), sink);
    } else if constexpr (kind == delegate_to::range) {
        return delegate_to_range<S>(now, body, line, make(), sink);
    } else if constexpr (kind == delegate_to::made_frame) {
        return take_from_made<S, Body, Make>(now, body, sink);
    } else {
        return step::failed;
    }
}

// A generator that is handed over, as a frame: so that one that is made on the spot can be delegated
// to like any other.
template <class G, class R = typename G::return_type>
struct owned_generator {
    using context = delegates<typename G::yield_type, typename G::sent_type, R>;

    G held;
    maybe<R> result{};

    step operator()(context& co);
};
template <class G>
struct owned_generator<G, void> {
    using context = delegates<typename G::yield_type, typename G::sent_type, void>;

    G held;

    step operator()(context& co);
};

// A plain range, as a frame; R is a reference where the range is borrowed.
template <class R, class Y, class Sent>
struct given_range {
    R range;
    cursor<std::remove_reference_t<R>&> each{};

    step operator()(delegates<Y, Sent, void>& co);
};

// What is made on the spot is a frame, or becomes one. `Given` is a reference where it is an lvalue.
template <class Given, class Body, class = void>
struct as_new_frame {
    using type = std::remove_cv_t<Given>;
};
template <class G, class Body>
struct as_new_frame<G, Body, std::enable_if_t<is_generator<G>::value>> {
    using type = owned_generator<G>;
};
template <class Given, class Body>
struct as_new_frame<Given, Body,
    std::enable_if_t<is_range<Given>::value && !is_generator<Given>::value && !is_frame<Given>>> {
    using type = given_range<Given, typename Body::yield_type, typename Body::sent_type>;
};

template <class Context, class Body>
struct can_be_delegated_to : std::false_type {};
template <class Y, class Sent, class Returned, class Body>
struct can_be_delegated_to<delegates<Y, Sent, Returned>, Body>
    : std::bool_constant<std::is_same_v<Y, typename Body::yield_type> &&
                         std::is_same_v<Sent, typename Body::sent_type>> {};

template <class Made>
using given_by = std::conditional_t<std::is_lvalue_reference_v<Made>, Made, std::remove_reference_t<Made>>;

template <class Body, class Given>
using frame_made_of = typename as_new_frame<Given, Body>::type;

template <class S, class Body, class Make>
SB_DETAIL_INLINE void make_frame(activation& now, Body& body, int line, Make& make) {
    using given = given_by<decltype(make())>;
    using frame = frame_made_of<Body, given>;
    if constexpr (!is_frame<frame>) {
        static_assert(always_false<given>, "SB_YIELD_FROM takes a frame, a generator or a range");
    } else if constexpr (!can_be_delegated_to<context_of<frame>, Body>::value) {
        static_assert(always_false<given>,
            "SB_YIELD_FROM: a frame that is made on the spot must be called with sb::delegates of the "
            "same yielded and sent types as the body that delegates to it");
    } else {
        auto build = [&] {
            if constexpr (std::is_same_v<frame, given>) {
                return make();
            } else {
                return frame{make()};
            }
        };
        body.below = callee_frame<frame>::make_new(build);
        body.path = path_at<S>(now, line);
        body.template suspend<S>();
    }
}

template <class S, class Body, class Make, class Sink>
SB_DETAIL_INLINE step take_from_made(activation& now, Body& body, Sink& sink) {
    using frame = frame_made_of<Body, given_by<decltype(std::declval<Make&>()())>>;
    land<S>(now);
    if constexpr (S::guard != 0) {
        if (SB_DETAIL_UNLIKELY(now.arriving != 0)) {
            now.arriving = 0;
            body.clear_visible();
            return raise_taken_from<S>(now, body);
        }
        body.template clear_visible<S>();
    }
    if constexpr (is_frame<frame>) {
        using made = callee_frame<frame>;
        struct ending {
            made* ended;
            SB_DETAIL_INLINE ~ending() { ended->release_ended(); }
        } const at_the_end{static_cast<made*>(body.below)};
        body.below = nullptr;
        if constexpr (std::is_void_v<typename context_of<frame>::return_type>) {
            sink();
        } else {
            sink(at_the_end.ended->body().take_returned());
        }
    }
    return step::returned;
}

struct ignore_returned {
    template <class... R>
    SB_DETAIL_INLINE void operator()(R&&...) const noexcept {}
};

// SB_YIELD_FROM_INTO's target. Python's None is an empty optional.
template <class Target, class R>
void store_value(Target& target, maybe<R>&& value) {
    if (!value.has_value()) {
        if constexpr (is_optional<Target>::value) {
            target.reset();
            return;
        } else {
            throw_nothing_returned();
        }
    }
    if constexpr (std::is_assignable_v<Target&, R&&>) {
        target = std::move(*value); // of an optional that is returned, all of it
    } else {
        target.emplace(std::move(*value));
    }
}
template <class Target, class... R>
SB_DETAIL_INLINE void store_returned(Target& target, maybe<R>&&... returned) {
    static_assert(sizeof...(R) == 1, "SB_YIELD_FROM_INTO: this generator returns nothing");
    (store_value(target, static_cast<maybe<R>&&>(returned)), ...);
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#define SB_DETAIL_YIELD_FROM(macro, sink, ...) \
    do { \
        SB_DETAIL_CHECK(macro); \
        SB_DETAIL_ALONE(sb_one_resume_point_a_line_); \
        if (::switchback::detail::makes_delegate<SB_DETAIL_HERE>( \
                sb_now, sb_body, __LINE__, [&]() -> decltype(auto) { return (__VA_ARGS__); })) \
            return ::switchback::step::called; \
        [[fallthrough]]; \
    case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
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
