// From a callback to a task: who has the promise completes it, whoever has its future waits.
//
//     {
//         sb::promise<page> p{co};                  // or of a scheduler
//         soon = p.get_future();                    // an sb::future<page>, a member of the frame
//         auto const id = web.fetch(url,
//             [p](page const& got) { p.set_value(got); },
//             [p](error const& why) { p.set_error(std::make_exception_ptr(why)); });
//         p.on_cancel([&web = web, id] { web.abort(id); });
//     }
//     SB_AWAIT_INTO(got, soon);
//
// A promise is a counted handle: copies share it, so it goes into a std::function. It may be copied,
// completed and dropped on any thread, and may outlive its scheduler. It is completed once. When the
// last copy goes before that, the future fails with sb::broken_promise: so keep none beside those that
// the callbacks hold. (Where there are no exceptions, the future reads as cancelled.)
//
// The value, and what on_cancel() was given, are destroyed on the scheduler's thread. Completed there,
// the promise is so at once, and who waits for the future wakes through the ready queue, in the order of
// waiting; from another thread it takes a message to the scheduler's loop. Until then it counts as a
// task that has not ended. Python: loop.create_future(), set_result, call_soon_threadsafe.
#pragma once

#include <switchback/detail/promise_state.hpp>
#include <switchback/task_scheduler.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {
struct promise_access;
}

// T is an object that can be moved, or void.
template <class T>
class promise {
public:
    using result_type = T;

    // Empty: all questions but valid() throw empty_promise.
    promise() noexcept = default;
    // On the scheduler's thread, outside of its tasks or in a body. Two allocations: the future's node,
    // and what the handles share. Throws wrong_thread, wrong_scheduler once the scheduler has closed.
    explicit promise(task_scheduler& home) : state_(state::make(detail::home_access::of(home))) {}
    template <class R>
    explicit promise(returns<R>& co) : state_(state::make(detail::home_access::of(co))) {}

    promise(promise const& other) noexcept : state_(other.state_) {
        if (state_ != nullptr) state_->add_handle();
    }
    promise(promise&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    promise& operator=(promise other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~promise() { reset(); }

    // Lets go of it: as the destructor does.
    void reset() noexcept {
        if (auto* const held = std::exchange(state_, nullptr)) held->drop_handle();
    }

    bool valid() const noexcept { return state_ != nullptr; }

    // The future, once for all copies: it can be copied itself. On the scheduler's thread. Throws
    // future_taken, wrong_thread, and wrong_scheduler where the scheduler has gone.
    future<T> get_future() const {
        return detail::future_access::make<T>(checked().take_future());
    }

    // Completes it, from any thread; does not allocate. False: nobody will hear of it, for the future was
    // cancelled or its last copy dropped, or the scheduler has closed; the value is then left alone, or
    // dies on this thread. (True from another thread: it is on its way, and may still come too late.)
    // Throws already_completed; what copying the value throws leaves the promise as it was.
    template <class V = T>
    bool set_value(V&& value) const {
        static_assert(!std::is_void_v<T>, "set_value(value): this promise is of nothing, write set_value()");
        static_assert(std::is_void_v<T> || std::is_convertible_v<V&&, T>,
            "set_value(value): the value is not of the type that the promise names");
        if constexpr (!std::is_void_v<T> && std::is_convertible_v<V&&, T>) {
            return checked().complete(static_cast<V&&>(value));
        } else {
            return false;
        }
    }
    bool set_value() const {
        static_assert(std::is_void_v<T>, "set_value(): this promise is of a value, write set_value(value)");
        if constexpr (std::is_void_v<T>) {
            return checked().complete();
        } else {
            return false;
        }
    }

#if SB_DETAIL_EXCEPTIONS
    // The same, with an exception: it is raised at each await of the future. (With sb::cancelled the
    // future reads as cancelled.) On the scheduler's thread it allocates.
    bool set_error(std::exception_ptr error) const { return checked().fail(std::move(error)); }
    template <class E, class = std::enable_if_t<!std::is_convertible_v<E, std::exception_ptr>>>
    bool set_error(E error) const {
        return set_error(std::make_exception_ptr(static_cast<E&&>(error)));
    }
#endif

    // Whether somebody may still hear of a completion, which has not come yet. From any thread: a hint, to
    // save the work. False for an empty promise.
    bool wanted() const noexcept { return state_ != nullptr && state_->wanted(); }

    // What is to be called, once, when the future is cancelled or its last copy dropped, or the scheduler
    // closes, before the promise is completed: so that the operation can be aborted. Called on the
    // scheduler's thread: a turn after future::cancel(), before the last future's destructor returns.
    // Where that has been, it is called at once. A later one takes the place of an earlier one. It must
    // not throw: std::terminate. What it holds lives until it has been called or the promise completed:
    // if that is a copy of this promise, then dropping the others breaks nothing.
    //
    // To be called on the scheduler's thread: throws wrong_thread. One allocation.
    template <class Function>
    void on_cancel(Function&& function) const {
        static_assert(std::is_invocable_v<std::decay_t<Function>&>,
            "on_cancel(): takes something that can be called without arguments");
        if constexpr (std::is_invocable_v<std::decay_t<Function>&>) {
            checked().set_on_cancel(static_cast<Function&&>(function));
        }
    }

private:
    using state = detail::promise_state<T>;
    friend struct detail::promise_access;
    explicit promise(state* made) noexcept : state_(made) {}

    state& checked() const {
        if (state_ == nullptr) detail::raise<empty_promise>();
        return *state_;
    }

    state* state_ = nullptr;
};

namespace detail {

// For what waits in the library itself.
struct promise_access {
    template <class T>
    static promise<T> make(core& home) {
        return promise<T>(promise_state<T>::make(home));
    }
};

// For its sentence.
template <class T>
struct awaiter<promise<T>> {
    static constexpr bool exists = true;
    using result_type = T;

    template <class Make>
    static step start(node&, Make&) {
        static_assert(always_false<Make>, "a promise is not awaited: await its future, p.get_future()");
        return step::failed;
    }
    template <class Sink>
    static bool take(node&, Sink&) {
        return false;
    }
};

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
