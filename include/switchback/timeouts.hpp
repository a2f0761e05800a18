// Limits of time.
//
//     std::optional<sb::fail_after> limit{};                     // a member of the frame
//     …
//     SB_ASYNC_WITH(limit, sb::fail_after(5s)) {                 // sb::timed_out, if it takes longer
//         SB_AWAIT_INTO(page, fetch{url});
//         SB_AWAIT(parse{page});
//     } SB_END_WITH
//
//     SB_AWAIT_INTO(page, sb::with_timeout(5s, fetch{url}));     // of one await alone
//
// When the time is over, the task is cancelled within the block: sb::cancelled is raised at its innermost
// await, its clean-up runs to the end, and then the block is left: with sb::timed_out, or, by
// sb::move_on_after, without an exception. Another's request is neither swallowed nor taken for the
// limit's: a task that is cancelled from outside while its time runs out ends as cancelled. A block whose
// body swallows the cancellation itself ends as it ends. (asyncio: timeout; Trio: fail_after,
// move_on_after.)
//
// A limit allocates nothing until its time is over; to open and to close one takes constant time, at any
// number of them. They belong to their scheduler's thread.
#pragma once

#include <switchback/async_with.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/sleep.hpp>
#    include <switchback/start.hpp>

#    include <chrono>
#    include <exception>
#    include <optional>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {
struct limit_access;
}

// Something took longer than it was given. Its traceback begins where the time was over.
struct timed_out : std::exception {
    char const* what() const noexcept override { return "the time limit has passed"; }
};

namespace detail {

class time_scope : public cancel_scope {
public:
    explicit time_scope(sleeping limit, bool fails) noexcept : limit_(limit), fails_(fails) {}

    void open(node& owner) noexcept;
    bool begin_to_leave(node&, failure*) noexcept {
        close();
        return false;
    }
    scope_end leave(node& self, failure* leaving);

    void set_limit(sleeping limit);
    time_point deadline() const noexcept { return limit_.deadline; }

private:
    void set_deadline() noexcept;

    sleeping limit_;
    bool fails_;
};

} // namespace detail

// What both kinds of limit can be asked, and told. Their members throw wrong_thread.
class time_limit {
public:
    // Whether the time has run out while the block was open.
    bool expired() const noexcept { return scope_.has_expired(); }
    // The moment when it runs out, on the scheduler's clock. Of a block that was not entered yet, none.
    time_point deadline() const noexcept { return scope_.deadline(); }
    // From now on it ends so long from now, or at that moment. After its end, or cancel(), this changes
    // nothing. Throws scope_closed outside of the block.
    template <class Rep, class Period>
    void reschedule(std::chrono::duration<Rep, Period> from_now) {
        scope_.set_limit(sleep(from_now));
    }
    void reschedule(time_point deadline) { scope_.set_limit(sleep_until(deadline)); }
    // Has the block left now, as if it had come to its end: without an exception. Throws scope_closed.
    void cancel() {
        scope_.owner();
        scope_.cancel(cancel_cause::request);
    }

protected:
    explicit time_limit(sleeping limit, bool fails) noexcept : scope_(limit, fails) {}

private:
    friend struct detail::scope_access;
    using scope_type = detail::time_scope;
    detail::time_scope scope_;
};

// The block fails with timed_out when the time is over.
class fail_after : public time_limit {
public:
    template <class Rep, class Period>
    explicit fail_after(std::chrono::duration<Rep, Period> limit) noexcept : fail_after(sleep(limit)) {}
    static fail_after at(time_point deadline) noexcept { return fail_after(sleep_until(deadline)); }

private:
    friend struct detail::limit_access;
    explicit fail_after(sleeping limit) noexcept : time_limit(limit, true) {}
};

// The block just ends when the time is over; expired() tells.
class move_on_after : public time_limit {
public:
    template <class Rep, class Period>
    explicit move_on_after(std::chrono::duration<Rep, Period> limit) noexcept : move_on_after(sleep(limit)) {}
    static move_on_after at(time_point deadline) noexcept { return move_on_after(sleep_until(deadline)); }

private:
    explicit move_on_after(sleeping limit) noexcept : time_limit(limit, false) {}
};

namespace detail {

struct limit_access {
    static fail_after make(sleeping limit) noexcept { return fail_after(limit); }
};

// With a limit that has passed already, nothing is started.
constexpr bool has_no_time(sleeping limit) { return limit.duration == limit.duration.zero(); }

template <class T>
struct is_future : std::false_type {};
template <class T>
struct is_future<future<T>> : std::true_type {};

// A result that came in time is not lost, though the limit's request overtook it.
template <class A>
bool has_come(A const& awaited) {
    if constexpr (is_future<A>::value) {
        return awaited.ready();
    } else {
        return false;
    }
}

template <class A>
decltype(auto) awaited_within(A& awaited) noexcept {
    if constexpr (is_future<A>::value) {
        return (awaited); // a copy waits; this one is asked afterwards
    } else {
        return std::move(awaited);
    }
}

// The end of a future's task, without its result: that is taken afterwards, by the only one who then
// waits for it.
template <class T>
struct end_of_task {
    future<T> const& of;
};

template <class T>
struct awaiter<end_of_task<T>> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto const another = [&] { return make().of; };
        return awaiter<future<T>>::start(self, another);
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        ignore_result nothing;
        if (!awaiter<future<T>>::take(self, nothing)) return false;
        sink();
        return true;
    }
};

template <class A, class R = result_of<A>>
struct [[nodiscard]] timing {
    A awaited;
    sleeping limit;
    std::optional<fail_after> within{};
    std::optional<R> result{};

    step operator()(returns<R>& co);
};
template <class A>
struct [[nodiscard]] timing<A, void> {
    A awaited;
    sleeping limit;
    std::optional<fail_after> within{};

    step operator()(returns<void>& co);
};

template <class R>
struct [[nodiscard]] timing_of_future {
    future<R> awaited;
    sleeping limit;
    std::optional<fail_after> within{};
    std::optional<R> result{};

    step operator()(returns<R>& co);
};

template <class A, class R>
step timing<A, R>::operator()(returns<R>& co) {
    SB_BEGIN(co);
    if (has_no_time(limit)) throw timed_out{};
    SB_ASYNC_WITH(within, limit_access::make(limit)) {
        SB_AWAIT_INTO(result, std::move(awaited));
    } SB_END_WITH
    SB_RETURN(std::move(*result));
    SB_END();
}

template <class R>
step timing_of_future<R>::operator()(returns<R>& co) {
    SB_BEGIN(co);
    SB_TRY {
        if (has_no_time(limit)) throw timed_out{};
        SB_ASYNC_WITH(within, limit_access::make(limit)) {
            SB_AWAIT(end_of_task<R>{awaited});
        } SB_END_WITH
    } SB_CATCH(timed_out const& late) {
        if (!awaited.ready()) SB_RAISE();
    } SB_END_TRY
    SB_AWAIT_INTO(result, std::move(awaited));
    SB_RETURN(std::move(*result));
    SB_END();
}

template <class A>
step timing<A, void>::operator()(returns<void>& co) {
    SB_BEGIN(co);
    SB_TRY {
        if (has_no_time(limit)) throw timed_out{};
        SB_ASYNC_WITH(within, limit_access::make(limit)) {
            SB_AWAIT(awaited_within(awaited));
        } SB_END_WITH
    } SB_CATCH(timed_out const& late) {
        if (!has_come(awaited)) SB_RAISE();
        SB_AWAIT(std::move(awaited));
    } SB_END_TRY
    SB_END();
}

} // namespace detail

// Awaits it for so long, and no longer: then it is cancelled, its clean-up is waited for, and the await
// fails with timed_out. If it swallows the cancellation its result counts, if it fails its error. With no
// time at all it is not started. A future's task is not cancelled but let go of: it goes on where others
// hold it. What has come in time is not lost, even if the limit passes in the same turn.
// (asyncio: wait_for.)
template <class Rep, class Period, class A>
auto with_timeout(std::chrono::duration<Rep, Period> limit, A&& awaitable) {
    detail::check_awaitable<A&&>();
    using awaited = detail::plain<A>;
    using frame = std::conditional_t<detail::is_future<awaited>::value &&
                                         !std::is_void_v<detail::result_of<awaited>>,
        detail::timing_of_future<detail::result_of<awaited>>, detail::timing<awaited>>;
    return frame{static_cast<A&&>(awaitable), sleep(limit)};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
