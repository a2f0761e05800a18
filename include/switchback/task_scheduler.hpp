// Runs tasks, in the event loop that the program has, on one thread.
//
//     sb::native_pump pump;
//     sb::task_scheduler scheduler{pump};
//     scheduler.run(load_avatar{chat, user});
//
// Ready tasks run in first-in, first-out order; a task that waits costs no time. After a number of
// steps, or a time, the host's own events have their turn: see set_turn_limit.
//
// All members but remote() throw wrong_thread on any other thread than the one that made the
// scheduler; other threads use what remote() gives.
#pragma once

#include <switchback/clock.hpp>
#include <switchback/close_report.hpp>
#include <switchback/event_pump.hpp>
#include <switchback/future.hpp>
#include <switchback/remote.hpp>
#include <switchback/start.hpp>
#include <switchback/task.hpp>
#include <switchback/turn_limit.hpp>
#include <switchback/worker_options.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {
struct scheduler_access;
struct home_access;
}

class task_scheduler {
public:
    // The pump and the clock must outlive the scheduler. Throws pump_in_use. No thread is started
    // before the first job.
    explicit task_scheduler(event_pump& pump, clock const& time = steady_clock(),
        worker_options const& workers = {});
    task_scheduler(event_pump& pump, worker_options const& workers)
        : task_scheduler(pump, steady_clock(), workers) {}
    task_scheduler(task_scheduler const&) = delete;
    task_scheduler& operator=(task_scheduler const&) = delete;

    // Cancels what is left and runs its clean-up, interrupting what waits in it; waits for jobs that
    // have begun. Futures may live on: they read as cancelled. Must not be called by a task of its
    // own.
    ~task_scheduler();

    // The same, with time for the clean-up: cancels what is left, and turns the host's loop until all of it
    // has ended, and all jobs, or so much time has passed on the scheduler's clock. Tells what has not;
    // the destructor interrupts that. From now on nothing can be started. Throws would_deadlock in a task
    // of its own, and what the pump's turn() throws. Python: asyncio.run, at its end.
    close_report close(std::chrono::nanoseconds limit);

    // Starts a task: it runs when the host next turns. The future keeps it going: dropping the last
    // one cancels it. Takes a frame, a sb::task, or another awaitable. Allocates one node. Throws
    // wrong_scheduler while closing.
    template <class A>
    [[nodiscard]] future<detail::result_of<A>> start(A&& awaitable) {
        return detail::future_access::make(*detail::start(*core_, static_cast<A&&>(awaitable), 1));
    }

    // The same, for those who mean to let it run: the scheduler keeps it until it has ended. An
    // error is reported to the handler of <switchback/unhandled.hpp>.
    template <class A>
    void start_detached(A&& awaitable) {
        detail::start(*core_, static_cast<A&&>(awaitable), 0);
    }

    // Starts a task and turns the host's loop until it has ended. Returns its result, or throws its
    // exception; current_traceback() then tells the way it came. May be called within a step: every
    // other task goes on. Throws would_deadlock where the task waits for one whose step this is called in.
    template <class A>
    detail::result_of<A> run(A&& awaitable) {
        auto const task = start(static_cast<A&&>(awaitable));
        auto& state = *detail::future_access::state_of(task);
        core_->run_until_done(state);
        if (state.is(detail::has_failed)) core_->throw_failure(state);
        if constexpr (!std::is_void_v<detail::result_of<A>>) return std::move(state.result());
    }

    // Calls a function soon: from the ready queue, in its turn. It is called once; at the latest when the
    // scheduler closes. What it throws goes to the handler of unhandled errors, but for sb::cancelled. One
    // allocation. Throws wrong_scheduler once the scheduler has closed. (For other threads: remote().)
    // Python: loop.call_soon.
    template <class Function>
    void post(Function&& function) {
        static_assert(std::is_invocable_v<std::decay_t<Function>&>,
            "post(): takes something that can be called without arguments");
        core_->check_not_over("a call was posted to a scheduler that has closed");
        core_->make_ready(detail::queued_call<std::decay_t<Function>>::make(
            *core_, "a call posted to a scheduler", static_cast<Function&&>(function)));
    }

    // Tasks that have not ended.
    std::size_t unfinished_tasks() const {
        core_->check_thread();
        return core_->unfinished();
    }

    time_point now() const {
        core_->check_thread();
        return core_->time().now();
    }

    // From the next turn on. Throws misuse where it allows no step.
    void set_turn_limit(turn_limit const& limit) { core_->set_turn_limit(limit); }

    // How other threads speak to this scheduler. From any thread.
    switchback::remote remote() const { return switchback::remote(*core_); }

private:
    friend struct detail::scheduler_access;
    friend struct detail::home_access;

    detail::core* core_;
};

namespace detail {

// Where a task would be started: the library's side of a scheduler, and of a body's context.
struct home_access {
    static core& of(task_scheduler const& scheduler) noexcept { return *scheduler.core_; }
    template <class R>
    static core& of(returns<R>& co) noexcept {
        return *access::body(co).home;
    }
};

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
