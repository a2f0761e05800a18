// Runs tasks, in the event loop that the program has, on one thread.
//
//     sb::native_pump pump;
//     sb::task_scheduler scheduler{pump};
//     scheduler.run(load_avatar{chat, user});
//
// Ready tasks run in first-in, first-out order; a task that waits costs no time. After a number of
// steps the host's own events have their turn.
//
// All members but remote() throw wrong_thread on any other thread than the one that made the
// scheduler; other threads use what remote() gives.
#pragma once

#include <switchback/clock.hpp>
#include <switchback/event_pump.hpp>
#include <switchback/future.hpp>
#include <switchback/remote.hpp>
#include <switchback/start.hpp>
#include <switchback/task.hpp>
#include <switchback/worker_options.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

class task_scheduler {
public:
    // The pump and the clock must outlive the scheduler. Throws pump_in_use. No thread is started
    // before the first job.
    explicit task_scheduler(event_pump& pump, clock const& time = steady_clock(),
        worker_options const& workers = {});
    task_scheduler(task_scheduler const&) = delete;
    task_scheduler& operator=(task_scheduler const&) = delete;

    // Cancels what is left and runs its clean-up, interrupting what waits in it; waits for jobs that
    // have begun. Futures may live on: they read as cancelled. Must not be called by a task of its
    // own.
    ~task_scheduler();

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
    // other task goes on.
    template <class A>
    detail::result_of<A> run(A&& awaitable) {
        auto const task = start(static_cast<A&&>(awaitable));
        auto& state = *detail::future_access::state_of(task);
        core_->run_until_done(state);
        if (state.is(detail::has_failed)) core_->throw_failure(state);
        if constexpr (!std::is_void_v<detail::result_of<A>>) return std::move(state.result());
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

    // How other threads speak to this scheduler. From any thread.
    switchback::remote remote() const { return switchback::remote(core_->mail()); }

private:
    detail::core* core_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
