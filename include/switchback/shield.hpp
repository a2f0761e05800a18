// Work that outlives the task which waits for it.
//
//     SB_AWAIT(sb::shield(save{document}));
//
// The awaited task runs beside the waiting one. When that is cancelled, or released, the await ends at
// once, and what is shielded goes on: the scheduler keeps it until it has ended. An error that comes then is
// reported to the handler of <switchback/unhandled.hpp>. A shielded task that is itself cancelled shows it to
// the waiter. Only the end of the scheduler ends it early. (asyncio: shield.)
//
// A future can be shielded too: its task then goes on even if this was the last handle on it.
#pragma once

#include <switchback/start.hpp>

#include <optional>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class A, class R = result_of<A>>
struct [[nodiscard]] shielding {
    A awaited;
    future<R> task{};
    std::optional<R> result{};

    step operator()(returns<R>& co);
};
template <class A>
struct [[nodiscard]] shielding<A, void> {
    A awaited;
    future<void> task{};

    step operator()(returns<void>& co);
};

// From now on the task goes on when its last future has gone.
template <class A>
auto begin_shielded(node& waiter, A& awaited) {
    auto task = future_access::make(start_within(waiter, std::move(awaited)));
    future_access::state_of(task)->set(is_shielded);
    return task;
}
template <class R>
future<R> begin_shielded(node&, future<R>& awaited) {
    if (!awaited.valid()) raise<already_awaited>();
    future_access::state_of(awaited)->set(is_shielded);
    return std::move(awaited);
}

template <class A, class R>
step shielding<A, R>::operator()(returns<R>& co) {
    SB_BEGIN(co);
    task = begin_shielded(access::body(co), awaited);
    SB_AWAIT_INTO(result, std::move(task));
    SB_RETURN(std::move(*result));
    SB_END();
}

template <class A>
step shielding<A, void>::operator()(returns<void>& co) {
    SB_BEGIN(co);
    task = begin_shielded(access::body(co), awaited);
    SB_AWAIT(std::move(task));
    SB_END();
}

} // namespace detail

// Takes a frame, a sb::task, a future or another awaitable. One node more than awaiting it would take; its
// first step is queued, as that of every started task.
template <class A>
auto shield(A&& awaitable) {
    detail::check_awaitable<A&&>();
    return detail::shielding<detail::plain<A>>{static_cast<A&&>(awaitable)};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
