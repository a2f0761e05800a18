// Waiting for time to pass, and giving the others a turn.
//
//     SB_AWAIT(sb::sleep(200ms));
//     SB_AWAIT(sb::yield_now());
#pragma once

#include <switchback/detail/await.hpp>

#include <chrono>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// What sleep() and sleep_until() make.
struct [[nodiscard]] sleeping {
    std::chrono::nanoseconds duration;
    time_point deadline; // where the duration is negative
};

// Waits so long on the scheduler's clock: never less; where nothing is left to wait for, one turn of
// the ready queue. Sleepers of equal deadline wake in the order in which they went to sleep. Does
// not allocate; constant time, at any number of sleepers.
template <class Rep, class Period>
constexpr sleeping sleep(std::chrono::duration<Rep, Period> duration) {
    using std::chrono::nanoseconds;
    constexpr auto longest = std::chrono::duration<long double, std::nano>((nanoseconds::max)());
    if (!(duration > duration.zero())) return {nanoseconds::zero(), {}};
    if (std::chrono::duration<long double, std::nano>(duration) >= longest) {
        return {(nanoseconds::max)(), {}};
    }
    auto whole = std::chrono::duration_cast<nanoseconds>(duration);
    if (whole < duration) ++whole; // never early
    return {whole, {}};
}

// The same, until a moment of that clock.
constexpr sleeping sleep_until(time_point deadline) { return {std::chrono::nanoseconds(-1), deadline}; }

// Goes to the back of the ready queue: every other ready task runs first.
struct [[nodiscard]] yielding {};
constexpr yielding yield_now() noexcept { return {}; }

namespace detail {

// In the wheel's count, as `now` is.
constexpr std::uint64_t deadline_of(sleeping const& wanted, std::uint64_t now) noexcept {
    if (wanted.duration.count() < 0) return core::ticks_of(wanted.deadline);
    auto const by = static_cast<std::uint64_t>(wanted.duration.count());
    return by >= timer_wheel::never - now ? timer_wheel::never - 1 : now + by;
}

template <>
struct awaiter<sleeping> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        sleeping const wanted = make();
        auto const now = self.home->now();
        auto const deadline = deadline_of(wanted, now);
        if (deadline <= now) {
            self.home->make_ready(self);
        } else {
            self.home->wait_until(self, deadline);
        }
        return step::suspended;
    }

    template <class Sink>
    static bool take(node& self, Sink& sink) {
        self.awaits = awaited_kind::nothing;
        sink();
        return true;
    }
};

template <>
struct awaiter<yielding> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make&) {
        self.home->make_ready(self);
        return step::suspended;
    }

    template <class Sink>
    static bool take(node&, Sink& sink) {
        sink();
        return true;
    }
};

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
