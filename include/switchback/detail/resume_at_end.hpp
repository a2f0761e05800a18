// A C++20 coroutine of somebody else's waits for a task of ours: what its co_await makes of that.
#pragma once

#include <switchback/detail/native_error.hpp>
#include <switchback/detail/queued_call.hpp>
#include <switchback/future.hpp>
#include <switchback/task.hpp>

#include <coroutine>
#include <optional>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Stands in the coroutine's frame, among those who wait for the task; when its turn comes in the ready queue it
// resumes the coroutine. That one's destruction takes it out, and drops the task's future.
template <class R>
class resume_at_end final : public node {
    using how = detail::awaiter<future<R>>;

public:
    explicit resume_at_end(future<R>&& of) noexcept : node(home_of(of), type), task_(std::move(of)) {}
    ~resume_at_end() {
        if (awaits == awaited_kind::result) home->stop_waiting(*this);
    }

    bool await_ready() const { return task_.ready(); }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
        waiter_ = waiter;
        auto& task = *future_access::state_of(task_);
        node::root = &task;
        awaits = awaited_kind::result;
        home->wait_for_root(*this, task);
    }
    R await_resume() {
        node::root = future_access::give_up(std::move(task_));
        if constexpr (std::is_void_v<R>) {
            ignore_result sink;
            if (!how::take(*this, sink)) rethrow_native(home->take_in_flight());
        } else {
            std::optional<R> got;
            auto sink = [&got](auto&& value) { got.emplace(static_cast<decltype(value)>(value)); };
            if (!how::take(*this, sink)) rethrow_native(home->take_in_flight());
            return std::move(*got);
        }
    }

private:
    static core* home_of(future<R> const& of) {
        auto* const task = future_access::state_of(of);
        return task == nullptr ? nullptr : task->home;
    }
    static step resume(node& n) {
        auto& self = static_cast<resume_at_end&>(n);
        self.awaits = awaited_kind::nothing;
        try {
            self.waiter_.resume();
        } catch (...) {
            report_from_call("a coroutine that waits by as_coroutine()");
        }
        return step::suspended; // nothing more is known of it
    }

    static const frame_type type;

    future<R> task_;
    std::coroutine_handle<> waiter_;
};

// As a queued_call's: only the first is ever asked for.
template <class R>
inline const frame_type resume_at_end<R>::type{&resume_at_end::resume, nullptr, nullptr, nullptr,
    "a coroutine", nullptr, sizeof(resume_at_end), alignof(resume_at_end)};

// What sb::as_coroutine() gives: it may be moved until it is awaited.
template <class A>
class [[nodiscard]] started_by_await {
public:
    started_by_await(core& home, A&& awaited) : home_(home), awaited_(std::move(awaited)) {}

    resume_at_end<result_of<A>> operator co_await() && {
        return resume_at_end<result_of<A>>(future_access::make(*start(home_, std::move(awaited_), 1)));
    }

private:
    core& home_;
    A awaited_;
};
template <class R>
class [[nodiscard]] awaited_future {
public:
    explicit awaited_future(future<R>&& of) noexcept : of_(std::move(of)) {}

    resume_at_end<R> operator co_await() && { return resume_at_end<R>(std::move(of_)); }

private:
    future<R> of_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
