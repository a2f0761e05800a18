// A sign of life, every so often, while something else goes on.
//
//     SB_AWAIT_INTO(built, sb::heartbeat(10s, [this] { log("still building"); }, build{target}));
//     SB_AWAIT(sb::heartbeat(20s, [lease = lease] { return renew{lease}; }, work_under{lease}));
//
// The function is called after each interval, as by sb::call_periodically, until what is awaited has ended:
// that gives the result. What the function makes, if it can be awaited, is awaited before the next call. Who
// cannot give a sign of life any more is not to go on: what the function throws ends all of it, has what is
// awaited cancelled, waits for its clean-up, and is raised at the await.
#pragma once

#include <switchback/call_periodically.hpp>
#include <switchback/race.hpp>

#include <optional>
#include <variant>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Beat, class A, class R = result_of<A>>
struct [[nodiscard]] beating {
    Beat beat;
    A awaited;
    std::optional<std::variant<R, std::monostate>> ended{};

    step operator()(returns<R>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(ended, race(std::move(awaited), std::move(beat)));
        SB_RETURN(std::get<0>(std::move(*ended)));
        SB_END();
    }
};
template <class Beat, class A>
struct [[nodiscard]] beating<Beat, A, void> {
    Beat beat;
    A awaited;

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(race(std::move(awaited), std::move(beat)));
        SB_END();
    }
};

} // namespace detail

// Takes a frame, a sb::task, a future or another awaitable; a future given as an lvalue is let go of rather
// than cancelled. Throws misuse where the interval is not longer than nothing. Three nodes.
template <class Rep, class Period, class Function, class A>
auto heartbeat(std::chrono::duration<Rep, Period> interval, Function&& callable, A&& awaitable) {
    detail::check_awaitable<A&&>();
    using beat = decltype(call_periodically(interval, static_cast<Function&&>(callable)));
    return detail::beating<beat, detail::plain<A>>{
        call_periodically(interval, static_cast<Function&&>(callable)), static_cast<A&&>(awaitable)};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
