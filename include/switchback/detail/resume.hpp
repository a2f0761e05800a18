// What happens at a yield: leaving the body, and coming back.
#pragma once

#include <switchback/detail/activation.hpp>
#include <switchback/detail/slot.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Body>
inline constexpr bool is_task_body = std::remove_reference_t<Body>::is_task;

// Only tasks are asked where they stand; for generators it is a label that no path leads to. But clang
// follows a state through a loop better where the switch has three labels than where it has two.
template <class Body>
constexpr path_t choose_describe_label() {
    if constexpr (Body::is_task) {
        return describe_mark;
    } else {
        return SB_DETAIL_IS_CLANG && !Body::delegates ? describe_mark : mask_of(0) + 1;
    }
}
template <class Body>
inline constexpr path_t describe_label = choose_describe_label<std::remove_reference_t<Body>>();

template <class S, class Body, class... V>
SB_DETAIL_INLINE step yield_at(activation& now, Body& body, int line, V&&... value) {
    static_assert(Body::can_yield, "SB_YIELD in a task: a task awaits; a generator's context is sb::yields<Y>");
    static_assert(sizeof...(V) == 1 || !Body::can_yield, "SB_YIELD takes the one value to yield");
    static_assert(!S::in_scope,
        "SB_YIELD within a time limit or task group: whoever iterates would be cancelled in its place "
        "(PEP 789); yield behind the block, or hand values on by way of a sb::queue");
    if constexpr (Body::can_yield && sizeof...(V) == 1) {
        body.give(static_cast<V&&>(value)...);
        body.path = path_at<S>(now, line);
        if constexpr (!Body::is_task) body.template suspend<S>();
    }
    return step::yielded;
}

// Control is back at the resume point. True: an exception waits there.
template <class S, class Body>
SB_DETAIL_INLINE bool thrown_into(activation& now, Body& body) {
    land<S>(now);
    if constexpr (S::guard != 0) {
        if (SB_DETAIL_UNLIKELY(now.arriving != 0)) return true; // raising it makes the body invisible
        if constexpr (!Body::is_task) body.template clear_visible<S>();
        return false;
    } else {
        return false; // a generator that no try guards is not entered to be thrown into
    }
}

template <class S, class Body>
SB_DETAIL_INLINE step raise_incoming(activation& now, Body& body) {
    return raise_taken_from<S>(now, body);
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
