// What SB_AWAIT does, for anything that can be awaited.
#pragma once

#include <switchback/detail/activation.hpp>
#include <switchback/returns.hpp>

#include <optional>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class T, class E>
class result;

namespace detail {

// How a type is awaited. A specialisation for T (never a reference) has
//
//     using result_type = …;
//     template <class Make> static step start(node& self, Make& make);
//         begins to wait for what `make()` gives. returned: it has come; suspended or called: the
//         body is to be left; failed: an error is in flight
//     static constexpr bool gives_way_first = true;      (if there is one)
//         where others are to have a turn, that is before the beginning: what has come would not be safe
//         from them until it is taken
//     template <class Sink> static bool take(node& self, Sink& sink);
//         hands the result to the sink; false: an error is in flight
template <class T, class = void>
struct awaiter {
    static constexpr bool exists = false;
};

template <class T>
struct is_result : std::false_type {};
template <class T, class E>
struct is_result<result<T, E>> : std::true_type {};

template <class T>
using plain = std::remove_cv_t<std::remove_reference_t<T>>;

template <class T, class = void>
struct is_task_frame : std::false_type {};
template <class T>
struct is_task_frame<T, std::enable_if_t<is_frame<T>>>
    : std::bool_constant<access::is_task<context_of<T>>()> {};

template <class T, class = void>
struct is_generator_frame : std::false_type {};
template <class T>
struct is_generator_frame<T, std::enable_if_t<is_frame<T>>>
    : std::bool_constant<access::is_generator<context_of<T>>()> {};

template <class T, class = void>
struct is_async_frame : std::false_type {};
template <class T>
struct is_async_frame<T, std::enable_if_t<is_frame<T>>>
    : std::bool_constant<!is_task_frame<T>::value && !is_generator_frame<T>::value> {};

template <class T, class = void>
struct is_awaitable : std::true_type {};
template <class T>
struct is_awaitable<T, std::enable_if_t<!awaiter<plain<T>>::exists>> : std::false_type {};

// The sentence for what cannot be awaited, or not like that.
template <class T>
constexpr void check_awaitable() {
    static_assert(!is_generator_frame<plain<T>>::value,
        "a generator is not awaited: its context is sb::yields; a task's is sb::returns<R>");
    static_assert(!is_async_frame<plain<T>>::value,
        "an async generator is not awaited, its next() is; or it stands in a SB_FOR_AWAIT loop");
    static_assert(is_awaitable<T>::value || is_generator_frame<plain<T>>::value ||
                      is_async_frame<plain<T>>::value,
        "this is nothing that can be awaited: a frame (a class or mutable lambda with one "
        "operator(), sb::step operator()(sb::returns<R>& co)), sb::task, sb::future, sb::sleep, …");
    static_assert(!is_task_frame<plain<T>>::value || !std::is_lvalue_reference_v<T>,
        "a frame runs once: write std::move(x), or pass a copy");
}

template <class T>
using result_of = typename awaiter<plain<T>>::result_type;

// A frame: built in a node of its own, and run on the spot. Only where it waits does its parent.
template <class F>
struct awaiter<F, std::enable_if_t<is_task_frame<F>::value>> {
    static constexpr bool exists = true;
    using made = node_of<F>;
    using result_type = typename made::result_type;

    template <class Make>
    SB_DETAIL_INLINE static step start(node& self, Make& make) {
        auto& home = *self.home;
        auto* const child = make_node<F>(&home, home.memory, false, make);
        auto& header = child->header();
        header.awaiter = &self;
        self.child = &header;
        self.awaits = awaited_kind::child;
        self.state = node_state::waiting;
        if (SB_DETAIL_UNLIKELY(stack_position() < home.stack_floor)) {
            home.to_call = &header;
            return step::called;
        }
        header.state = node_state::running;
        auto const outcome = child->run_body();
        if (SB_DETAIL_UNLIKELY(outcome != step::returned)) return end_otherwise(self, *child, outcome);
        child->destroy_frame();
        self.state = node_state::running;
        return step::returned;
    }

    SB_DETAIL_COLD static step end_otherwise(node& self, made& child, step outcome) noexcept {
        if (outcome == step::called) {
            outcome = self.home->run_called(child.header());
        } else if (outcome == step::failed) {
            child.destroy_failed_frame();
        }
        if (outcome == step::failed) {
            release_node_memory(self.home->memory, &child, sizeof(made), alignof(made), false);
            self.awaits = awaited_kind::nothing;
        }
        if (outcome != step::suspended) self.state = node_state::running;
        return outcome;
    }

    template <class Sink>
    SB_DETAIL_INLINE static bool take(node& self, Sink& sink) {
        auto& child = made::from(*self.child);
        self.awaits = awaited_kind::nothing;
        ending const at_the_end{child};
        if constexpr (std::is_void_v<result_type>) {
            sink();
        } else {
            sink(std::move(child.result_part().result()));
        }
        return true;
    }

private:
    struct ending { // whatever the sink throws
        made& child;
        SB_DETAIL_INLINE ~ending() {
            auto& part = child.result_part();
            part.discard_result();
            release_node_memory(
                part.home->memory, &child, sizeof(made), alignof(made), part.is(has_prefix));
        }
    };
};

// An error that is in flight comes to the body at its await.
template <class S, class Body>
SB_DETAIL_INLINE step fail_at_await(activation& now, Body& body) {
    auto& home = *body.home;
    home.pass(body);
    if constexpr (S::guard == 0) {
        if constexpr (S::can_raise) body.note_context(home.in_flight);
        return step::failed;
    } else {
        return raise_to(body, std::move(home.in_flight), S::guard, way_of_error<S>(now));
    }
}

// SB_AWAIT has no use for a result.
struct ignore_result {
    template <class... R>
    void operator()(R&&...) const noexcept {}
};

// SB_RETURN_AWAIT hands it on.
template <class S, class Body>
struct return_result {
    activation& now;
    Body& body;

    template <class... R>
    void operator()(R&&... result) const {
        keep_earlier_return<S>(now, body);
        body.set_returned(static_cast<R&&>(result)...);
    }
};

template <class Sink>
inline constexpr bool takes_nothing = std::is_same_v<Sink, ignore_result>;
template <class S, class Body>
inline constexpr bool takes_nothing<return_result<S, Body>> = true;

template <class How, class = void>
inline constexpr bool gives_way_first = false;
template <class How>
inline constexpr bool gives_way_first<How, std::void_t<decltype(How::gives_way_first)>> = true;

template <class S, class Body, class Make, class Sink>
SB_DETAIL_INLINE step await_at(activation& now, Body& body, int line, Make make, Sink sink) {
    using awaited = decltype(make());
    if constexpr (!Body::is_task) {
        return step::failed; // SB_AWAIT has said so
    } else if constexpr (!is_awaitable<awaited>::value ||
                         (is_task_frame<plain<awaited>>::value &&
                             std::is_lvalue_reference_v<awaited>)) {
        check_awaitable<awaited>();
        return step::failed;
    } else {
        using how = awaiter<plain<awaited>>;
        static_assert(!std::is_void_v<typename how::result_type> || takes_nothing<Sink>,
            "SB_AWAIT_INTO, SB_AWAIT_OK: what is awaited has no result; write SB_AWAIT");
        static_assert(!is_result<typename how::result_type>::value || !std::is_same_v<Sink, ignore_result>,
            "SB_AWAIT would drop the error in this sb::result: SB_AWAIT_OK returns it, SB_AWAIT_INTO keeps it");
        bool begins = now.target == 0;
        if (begins) {
            body.path = path_at<S>(now, line);
            if constexpr (gives_way_first<how>) {
                if (SB_DETAIL_UNLIKELY(--body.home->awaits_left == 0) && body.home->gives_way(body)) {
                    return step::suspended;
                }
            }
        } else {
            land<S>(now);
            if constexpr (S::guard != 0) {
                if (SB_DETAIL_UNLIKELY(body.is(is_injected)) && body.home->take_injection(body)) {
                    return fail_at_await<S>(now, body);
                }
            }
            if constexpr (gives_way_first<how>) begins = body.awaits == awaited_kind::nothing;
        }
        if (begins) {
            auto const outcome = how::start(body, make);
            if (SB_DETAIL_UNLIKELY(outcome != step::returned)) {
                if (outcome == step::failed) return fail_at_await<S>(now, body);
                return outcome;
            }
            if constexpr (!gives_way_first<how>) {
                if (SB_DETAIL_UNLIKELY(--body.home->awaits_left == 0) && body.home->gives_way(body)) {
                    return step::suspended;
                }
            }
        }
        if (SB_DETAIL_UNLIKELY(!how::take(body, sink))) return fail_at_await<S>(now, body);
        return step::returned;
    }
}

// SB_AWAIT_INTO's target: assigned to, or emplaced into where it is an optional and the result is
// not.
template <class Target, class Result>
SB_DETAIL_INLINE void store_result(Target& target, Result&& result) {
    if constexpr (is_optional<Target>::value && !std::is_assignable_v<Target&, Result&&>) {
        target.emplace(static_cast<Result&&>(result));
    } else if constexpr (std::is_assignable_v<Target&, Result&&>) {
        target = static_cast<Result&&>(result);
    } else {
        static_assert(always_false<Target>,
            "SB_AWAIT_INTO: the awaited result cannot be assigned to this target");
    }
}

// Anything that can be awaited, as a frame: what a task is started from. See start.hpp.
template <class A, class R = result_of<A>>
struct awaiting {
    A awaited;
    std::optional<R> result{};

    step operator()(returns<R>& co);
};
template <class A>
struct awaiting<A, void> {
    A awaited;

    step operator()(returns<void>& co);
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
