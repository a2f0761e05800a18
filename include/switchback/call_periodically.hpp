// A call every so often, until its future is let go of.
//
//     beat = co.start(sb::call_periodically(1s, [this] { connection.send_heartbeat(); }));
//
// The first call comes after one interval, the others at whole multiples of it, counted from the start: a
// call that comes late does not shift those that follow, and calls whose time has passed altogether are left
// out. The callable may return something to be awaited, a frame say: that is done before the next call.
// What it throws ends the task. The seed's CallPeriodically.
#pragma once

#include <switchback/sleep.hpp>
#include <switchback/start.hpp>

#include <chrono>
#include <functional>
#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// The moments of the calls.
struct periods {
    std::chrono::nanoseconds interval;
    time_point next{};

    // The first multiple that is yet to come; or, where that is beyond all time, the end of it.
    time_point advance(time_point now) noexcept {
        constexpr auto end = (time_point::max)() - std::chrono::nanoseconds(1);
        auto const missed = now < next ? 0 : (now - next) / interval;
        next += missed * interval;
        next = next > end - interval ? end : next + interval;
        return next;
    }
};

template <class Function, bool = is_awaitable<std::invoke_result_t<Function&>>::value>
struct [[nodiscard]] periodic {
    periods moments;
    Function function;

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        for (moments.next = co.now();;) {
            SB_AWAIT(sleep_until(moments.advance(co.now())));
            std::invoke(function);
        }
        SB_END();
    }
};
template <class Function>
struct [[nodiscard]] periodic<Function, true> {
    periods moments;
    Function function;

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        for (moments.next = co.now();;) {
            SB_AWAIT(sleep_until(moments.advance(co.now())));
            SB_AWAIT(std::invoke(function));
        }
        SB_END();
    }
};

} // namespace detail

// Makes the task. Throws misuse where the interval is not longer than nothing.
template <class Rep, class Period, class Function>
auto call_periodically(std::chrono::duration<Rep, Period> interval, Function&& callable) {
    static_assert(std::is_invocable_v<std::decay_t<Function>&>,
        "sb::call_periodically(interval, callable): the callable is called without arguments");
    auto const whole = sleep(interval).duration;
    if (whole == whole.zero()) detail::raise<misuse>("sb::call_periodically: an interval is longer than nothing");
    return detail::periodic<std::decay_t<Function>>{{whole}, static_cast<Function&&>(callable)};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
