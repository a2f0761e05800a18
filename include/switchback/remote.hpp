// How other threads speak to a scheduler.
//
//     auto remote = scheduler.remote();
//     std::thread([remote] {
//         remote.post([] { show_progress(50); });                                  // and goes on
//         auto const name = remote.run_from_thread([] { return chosen_name(); });  // waits for the answer
//         auto const page = remote.run_task_from_thread(fetch{name});              // waits for a task
//     });
//
// A handle to copy and to keep: it may outlive the scheduler. The last two serve jobs above all (see
// <switchback/offload.hpp>), which may ask for something in the middle of their work. They need exceptions.
#pragma once

#include <switchback/detail/awaited_call.hpp>
#include <switchback/detail/queued_call.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

template <class Function>
class posted_call final : public message {
public:
    template <class F>
    explicit posted_call(F&& function) : function_(static_cast<F&&>(function)) {}
    void deliver() noexcept override {
        std::unique_ptr<posted_call> const self(this);
        SB_DETAIL_TRY { function_(); }
        SB_DETAIL_CATCH_ALL {
#if SB_DETAIL_EXCEPTIONS
            report_from_call("a call posted from another thread");
#endif
        }
    }
    void discard() noexcept override { delete this; }

private:
    Function function_;
};

} // namespace detail

class remote {
public:
    // Calls the function on the scheduler's thread, from its loop, and returns at once. Calls posted
    // by one thread are made in their order. False: the scheduler has closed, and nothing is called.
    // What the function throws goes to the handler of unhandled errors, but for sb::cancelled. From any
    // thread; one allocation. Python: call_soon_threadsafe.
    template <class Function>
    bool post(Function&& function) const {
        using call = detail::posted_call<std::decay_t<Function>>;
        auto posted = std::make_unique<call>(static_cast<Function&&>(function));
        if (!inbox_->try_put(*posted)) return false;
        posted.release();
        return true;
    }

    // Calls the function on the scheduler's thread, from its loop, and waits until it has returned: gives
    // what that returns, or throws what that throws. A reference returned is copied. What is posted by this
    // thread before is called before. On the scheduler's own thread it is called on the spot.
    //
    // Throws scheduler_closed where the scheduler has closed, or closes before it comes to that: also where
    // its destructor waits for the very job that calls this. It cannot wait for ever but where the loop is
    // not turned any more; so the scheduler's thread must not itself block until the caller has ended.
    //
    // From any thread; one allocation. The function is called where it stands, neither moved nor copied.
    // Trio: from_thread.run_sync.
    template <class Function>
    auto run_from_thread(Function&& function) const {
        static_assert(std::is_invocable_v<Function&>,
            "run_from_thread(): takes something that can be called without arguments");
        using result = std::decay_t<std::invoke_result_t<Function&>>;
#if SB_DETAIL_EXCEPTIONS
        using call = detail::function_call<result, std::remove_reference_t<Function>>;
        if (is_own_thread()) return static_cast<result>(function());
        return detail::awaited_call<result>::send_and_wait(
            *inbox_, std::make_shared<call>(*home_, *inbox_, function));
#else
        static_assert(detail::always_false<Function>,
            "run_from_thread() needs exceptions, to say that the scheduler has closed; post() does not");
        return result();
#endif
    }

    // Starts a task on the scheduler's thread, and waits until it has ended: gives its result, or throws its
    // exception; sb::cancelled where it was cancelled, as by the scheduler's end. Takes what start() takes:
    // it is moved on the scheduler's thread. Throws scheduler_closed, as above; and misuse on the scheduler's
    // own thread, where it would wait for itself: there a task is awaited, or given to scheduler.run().
    //
    // From any other thread; allocates what start() does, and two blocks more. Nobody but the task's own
    // doing and the scheduler's end stops it: hand it a limit of time, if it is to have one. A job that waits
    // so keeps its worker: where all of a pool do, their tasks must need no job of that pool. Python:
    // run_coroutine_threadsafe(…).result(); Trio: from_thread.run.
    template <class A>
    auto run_task_from_thread(A&& awaitable) const {
        detail::check_awaitable<A&&>();
        using result = detail::result_of<A>;
#if SB_DETAIL_EXCEPTIONS
        using call = detail::task_call<result, A>;
        if (is_own_thread()) {
            detail::raise<misuse>("run_task_from_thread() on the scheduler's own thread would wait for itself: "
                                  "await the task, or give it to scheduler.run()");
        }
        return detail::awaited_call<result>::send_and_wait(
            *inbox_, std::make_shared<call>(*home_, *inbox_, static_cast<A&&>(awaitable)));
#else
        static_assert(detail::always_false<A>,
            "run_task_from_thread() needs exceptions, to say that the scheduler has closed");
        return result();
#endif
    }

private:
    friend class task_scheduler;
    explicit remote(detail::core& home) noexcept : home_(&home), inbox_(home.mail()) {}

#if SB_DETAIL_EXCEPTIONS
    // Throws scheduler_closed: the thread's number may be another's by then.
    bool is_own_thread() const {
        if (!inbox_->is_own_thread()) return false;
        if (inbox_->is_closed()) throw scheduler_closed{};
        return true;
    }
#endif

    detail::core* home_; // there as long as messages are delivered
    std::shared_ptr<detail::inbox> inbox_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
