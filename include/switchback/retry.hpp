// Trying again what has failed, a while later.
//
//     SB_AWAIT_INTO(page, sb::retry([url = url] { return fetch{url}; }));
//
//     sb::backoff patient;                                   // a member, or a local before the await
//     patient.attempts = 10;
//     patient.jitter = 0.5;
//     SB_AWAIT_INTO(page, sb::retry([url = url] { return fetch{url}; }, patient,
//         [](http_error const& error) { return error.status >= 500; }));
//
// The first argument makes what is awaited, anew for each attempt: a frame, a job, or what else can be
// awaited. The last attempt's error is raised, with those of the earlier ones attached to it (see
// <switchback/attached.hpp>; of many, the latest sixteen). A cancellation is no failure, and ends it at
// once: in an attempt, or between two.
#pragma once

#include <switchback/detail/config.hpp>

#include <chrono>
#include <cstdint>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// How often, and after how long.
struct backoff {
    int attempts = 5;                                                  // at the most, the first included
    std::chrono::nanoseconds delay = std::chrono::milliseconds(100);   // behind the first
    double factor = 2;                                                 // each further one is so much longer …
    std::chrono::nanoseconds limit = std::chrono::seconds(30);         // … but no longer than this
    // The share of each delay that is left to chance, from 0 to 1: with 0.5 it is between a half and the whole,
    // so that not all who have failed at one moment come back at one moment.
    double jitter = 0;
    // What that chance is computed from: the same delays for the same seed, for tests. 0: other ones each time.
    std::uint64_t seed = 0;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/detail/branches.hpp>
#    include <switchback/detail/match.hpp>
#    include <switchback/outcome.hpp>
#    include <switchback/sleep.hpp>
#    include <switchback/start.hpp>
#    include <switchback/try.hpp>

#    include <optional>
#    include <type_traits>
#    include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// How it stands with the attempts of one retry.
class attempts {
public:
    // Throws misuse.
    explicit attempts(backoff const& how);

    // Of the one that is under way, from 1.
    int number() const noexcept { return number_; }
    bool is_last() const noexcept { return number_ == how_.attempts; }
    // That one has failed, and there will be another, after so long.
    void note(failure const& what);
    std::chrono::nanoseconds next_delay() noexcept;
    // The errors that were noted are attached to the last one.
    void attach_earlier(failure& last) noexcept;

private:
    static constexpr std::size_t most_kept = 16;

    backoff how_;
    int number_ = 1;
    double delay_;
    std::uint64_t chance_;
    std::vector<kept_failure> earlier_;
};

// Whatever fails is worth another attempt.
struct always_worth {
    bool operator()(std::exception_ptr const&) const noexcept { return true; }
};

// What a predicate asks to see: the argument of its only operator().
template <class F>
struct error_seen : error_seen<decltype(&F::operator())> {};
template <class R, class E>
struct error_seen<R (*)(E)> {
    using type = plain<E>;
};
template <class R, class C, class E>
struct error_seen<R (C::*)(E)> : error_seen<R (*)(E)> {};
template <class R, class C, class E>
struct error_seen<R (C::*)(E) const> : error_seen<R (*)(E)> {};
template <class R, class E>
struct error_seen<R (*)(E) noexcept> : error_seen<R (*)(E)> {};
template <class R, class C, class E>
struct error_seen<R (C::*)(E) noexcept> : error_seen<R (*)(E)> {};
template <class R, class C, class E>
struct error_seen<R (C::*)(E) const noexcept> : error_seen<R (*)(E)> {};

template <class Predicate>
bool is_worth(Predicate& predicate, std::exception_ptr const& error) {
    if constexpr (std::is_invocable_r_v<bool, Predicate&, std::exception_ptr const&>) {
        return predicate(error);
    } else {
        using seen = typename error_seen<Predicate>::type;
        auto const* const known = static_cast<seen const*>(match<seen>(error));
        return known != nullptr && predicate(*known);
    }
}

template <class Make>
decltype(auto) make_attempt(Make& make, [[maybe_unused]] int number) {
    if constexpr (std::is_invocable_v<Make&, int>) {
        return make(number);
    } else {
        return make();
    }
}

template <class Make>
using attempt_of = decltype(make_attempt(std::declval<Make&>(), 1));

template <class Make, class Predicate, class R = result_of<attempt_of<Make>>>
struct [[nodiscard]] retrying {
    Make make;
    Predicate worth;
    attempts at;
    std::optional<R> result{};

    step operator()(returns<R>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_AWAIT_INTO(result, make_attempt(make, at.number()));
            } SB_CATCH_ERRORS {
                if (gives_up(access::body(co).handled()->what)) SB_RAISE();
            } SB_ELSE {
                SB_RETURN(std::move(*result));
            } SB_END_TRY
            SB_AWAIT(sleep(at.next_delay()));
        }
        SB_END();
    }
    bool gives_up(failure& what);
};
template <class Make, class Predicate>
struct [[nodiscard]] retrying<Make, Predicate, void> {
    Make make;
    Predicate worth;
    attempts at;

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_AWAIT(make_attempt(make, at.number()));
            } SB_CATCH_ERRORS {
                if (gives_up(access::body(co).handled()->what)) SB_RAISE();
            } SB_ELSE {
                SB_RETURN();
            } SB_END_TRY
            SB_AWAIT(sleep(at.next_delay()));
        }
        SB_END();
    }
    bool gives_up(failure& what);
};

// An attempt has failed.
template <class Predicate>
bool is_over(attempts& at, Predicate& worth, failure& what) {
    if (at.is_last() || !is_worth(worth, what.error)) {
        at.attach_earlier(what);
        return true;
    }
    at.note(what);
    return false;
}
template <class Make, class Predicate, class R>
bool retrying<Make, Predicate, R>::gives_up(failure& what) {
    return is_over(at, worth, what);
}
template <class Make, class Predicate>
bool retrying<Make, Predicate, void>::gives_up(failure& what) {
    return is_over(at, worth, what);
}

} // namespace detail

// Awaits what the function makes, until an attempt ends well, and gives its result. The function takes nothing,
// or the number of the attempt, from 1. Throws misuse where the backoff allows no attempt, or its jitter is
// no share; the await fails with what the last attempt has failed with.
//
// The predicate says whether an error is worth another attempt: it takes the kind of error that is, by
// reference, and others are not; or it takes any as an exception_ptr. Without one all are. One node; each
// attempt costs what it costs.
template <class Make, class Predicate = detail::always_worth>
auto retry(Make&& make, backoff const& how = {}, Predicate&& worth = {}) {
    static_assert(std::is_invocable_v<std::decay_t<Make>&> || std::is_invocable_v<std::decay_t<Make>&, int>,
        "sb::retry(make, …): make() is called without arguments, or with the number of the attempt, and makes "
        "what is awaited: write [=] { return frame{…}; }, not frame{…}");
    detail::check_awaitable<detail::attempt_of<std::decay_t<Make>>>();
    return detail::retrying<std::decay_t<Make>, std::decay_t<Predicate>>{
        static_cast<Make&&>(make), static_cast<Predicate&&>(worth), detail::attempts(how)};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
