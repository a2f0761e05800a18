// So many in so much time, and no more.
//
//     sb::rate_limit polite{2, 1s};             // two a second, half a second apart
//     sb::rate_limit api{100, 60s, 10};         // a hundred a minute, up to ten of them at once
//     …
//     SB_AWAIT(polite.acquire());               // in each task, before what is limited
//     SB_AWAIT_INTO(page, fetch{url});
//
// Who comes first is served first. A task that is cancelled while it waits has taken nothing, and those
// behind it move up. (A token bucket: it holds as many tokens as may go at once, and one is added each
// interval, until it is full.)
//
// It belongs to the tasks of one scheduler. Those that wait keep what they wait in; so it may go before them.
#pragma once

#include <switchback/detail/turnstile.hpp>
#include <switchback/sleep.hpp>
#include <switchback/start.hpp>

#include <chrono>
#include <memory>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// When the next token is there. Of those that the bucket holds, only the moment is kept when it is full.
class token_bucket {
public:
    // Throws misuse.
    token_bucket(unsigned number, std::chrono::nanoseconds time, unsigned burst)
        : interval_(interval_of(number, time)), whole_(whole_of(interval_, burst)),
          full_at_((time_point::min)() + whole_) {}

    // No token is there before that.
    time_point next() const noexcept { return full_at_ - whole_; }
    void take(time_point now) noexcept {
        auto const from = full_at_ < now ? now : full_at_;
        full_at_ = from > (time_point::max)() - interval_ ? (time_point::max)() : from + interval_;
    }

    turnstile line; // where they wait whose turn has not come

private:
    static std::chrono::nanoseconds interval_of(unsigned number, std::chrono::nanoseconds time) {
        if (number == 0 || time <= time.zero()) {
            raise<misuse>("sb::rate_limit: a number, and a time, that are more than nothing");
        }
        return std::chrono::nanoseconds((time.count() - 1) / number + 1); // never too fast
    }
    static std::chrono::nanoseconds whole_of(std::chrono::nanoseconds interval, unsigned burst) {
        if (burst == 0 || burst - 1 > (std::chrono::nanoseconds::max)() / interval) {
            raise<misuse>("sb::rate_limit: a burst is one at the least, and refills in some time");
        }
        return interval * (burst - 1);
    }

    std::chrono::nanoseconds interval_;
    std::chrono::nanoseconds whole_; // in which all tokens but one are added
    time_point full_at_;
};

struct [[nodiscard]] acquiring_token {
    std::shared_ptr<token_bucket> from;
    place_in_line place{};

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(next_in_line{from->line});
        place.hold(from->line);
        if (co.now() < from->next()) SB_AWAIT(sleep_until(from->next()));
        from->take(co.now());
        SB_END();
    }
};

} // namespace detail

class rate_limit {
public:
    // So many in so much time, evenly spaced; but as many at once as `burst` says, where there were none
    // before. In any such time there are no more than number + burst - 1. Throws misuse where one of them is
    // nothing. One allocation.
    rate_limit(unsigned number, std::chrono::nanoseconds time, unsigned burst = 1)
        : bucket_(std::make_shared<detail::token_bucket>(number, time, burst)) {}
    rate_limit(rate_limit const&) = delete;
    rate_limit& operator=(rate_limit const&) = delete;

    // To be awaited: its end is the permission. It need not wait where a token is there and nobody before it.
    // At the await: wrong_scheduler where another scheduler's tasks wait. One node.
    detail::acquiring_token acquire() const { return {bucket_}; }

    // Takes a token only if it is there now, and nobody waits for one. Takes a body's context, or a scheduler.
    template <class Home>
    bool try_acquire(Home& home) {
        auto const now = home.now();
        if (bucket_->line.is_taken() || now < bucket_->next()) return false;
        bucket_->take(now);
        return true;
    }

private:
    std::shared_ptr<detail::token_bucket> bucket_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
