// Starting a task from within a body: co.start(frame). See task_scheduler::start for the outside.
#pragma once

#include <switchback/body.hpp>
#include <switchback/future.hpp>
#include <switchback/task.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class R>
template <class A>
auto returns<R>::start(A&& awaitable) {
    return detail::future_access::make(*detail::start_from(*this, static_cast<A&&>(awaitable), 1));
}

template <class R>
template <class A>
void returns<R>::start_detached(A&& awaitable) {
    detail::start_from(*this, static_cast<A&&>(awaitable), 0);
}

namespace detail {

template <class A, class R>
step awaiting<A, R>::operator()(returns<R>& co) {
    SB_BEGIN(co);
    SB_AWAIT_INTO(result, static_cast<A&&>(awaited));
    SB_RETURN(std::move(*result));
    SB_END();
}

template <class A>
step awaiting<A, void>::operator()(returns<void>& co) {
    SB_BEGIN(co);
    SB_AWAIT(static_cast<A&&>(awaited));
    SB_END();
}

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
