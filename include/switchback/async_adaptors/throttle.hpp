// No more than one value in so much time.
//
//     SB_FOR_AWAIT (change, sb::async_throttle(100ms, changes)) …
//
// None is lost: what comes too soon after the one before waits, and the source with it, since it is asked for
// the next one only then. Time is counted from when the value before was handed on.
#pragma once

#include <switchback/detail/async_source.hpp>
#include <switchback/sleep.hpp>

#include <chrono>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Source>
struct async_throttling {
    std::chrono::nanoseconds every;
    Source source;
    async_cursor_of<Source> each{};
    std::optional<time_point> earliest{};

    step operator()(async_yields<element_of<Source>>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, static_cast<Source&&>(source)) {
            if (earliest && *earliest > co.now()) SB_AWAIT(sleep_until(*earliest));
            earliest = every < (time_point::max)() - co.now() ? co.now() + every : (time_point::max)();
            SB_YIELD(pass_on<Source>(*each));
        }
        SB_END();
    }
};

} // namespace detail

template <class Rep, class Period, class S>
auto async_throttle(std::chrono::duration<Rep, Period> every, S&& source) {
    using throttling = detail::async_throttling<detail::async_source_of<S>>;
    return async_generator{
        throttling{sleep(every).duration, static_cast<S&&>(source)}};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
