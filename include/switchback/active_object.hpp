// An object whose methods run as tasks: one at a time, in the order in which they were called.
//
//     class document {
//     public:
//         explicit document(sb::task_scheduler& scheduler) : calls_(scheduler) {}
//
//         sb::future<void> save(path to) { return calls_.call(save_document{this, to}); }
//         sb::future<int> replace(text a, text b) { return calls_.call(replace_in_document{this, a, b}); }
//
//     private:
//         text content_;                // no method sees what another one has left half done
//         sb::active_object calls_;     // the last member: so it goes first
//     };
//
// A method waits as often as it likes: the next one begins when it has ended, clean-up included. A call needs no
// future to go on, only the object. One that fails, or is cancelled, does not stop those behind it; one that is
// cancelled before its turn leaves the queue. When the object dies, what runs is released, and what waits for its
// turn never begins; where the method's clean-up still needs the object, await close() before.
//
// A method must not await a call of its own object: that would never begin. This is found out where it is awaited by
// the method, by what the method awaits, or starts beside it by run_in_parallel and the like, or through futures:
// would_wait_for_itself. (Where a task group or something else stands between them it is not.) To call without
// to await is fine, and so is to await, in place of the call, the method's frame itself.
//
// The seed's ActiveObject; call() is its activemethod. It can be a member or a base class.
#pragma once

#include <switchback/detail/owned_tasks.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class queued_tasks final : private owned_tasks {
public:
    explicit queued_tasks(core& home) noexcept : owned_tasks(home) { ++home.queues_of_calls; }
    ~queued_tasks();

    using owned_tasks::home;
    using owned_tasks::size;
    void cancel_all() noexcept { owned_tasks::cancel_all(); }
    closing_tasks end(bool cancels) noexcept { return {this, cancels}; }

    template <class A>
    auto& call(A&& method) {
        auto& task = make(static_cast<A&&>(method));
        home().adopt_waiting(task, queue_);
        home().add_reference(task);
        queue_.push(task);
        if (running_ == nullptr) begin_next();
        return task;
    }

private:
    // Of tasks that have not begun.
    class queue final : public wait_list {
    public:
        explicit queue(queued_tasks const& of) noexcept : of_(of) {}
        void push(node& task) noexcept { wait(task); }
        node* take_first() noexcept;
        node* holder() const noexcept override { return of_.running_; }

    private:
        queued_tasks const& of_;
    };

    void begin_next() noexcept;
    void task_ended(node& task, entry*) noexcept override;

    queue queue_{*this};
    node* running_ = nullptr; // whose end the others wait for
};

} // namespace detail

class active_object {
public:
    // On the scheduler's thread, outside of its tasks or in a body.
    explicit active_object(task_scheduler& home) noexcept : calls_(detail::home_access::of(home)) {}
    template <class R>
    explicit active_object(returns<R>& co) noexcept : calls_(detail::home_access::of(co)) {}
    active_object(active_object const&) = delete;
    active_object& operator=(active_object const&) = delete;

    // Has a method run when those that were called before have ended. Takes a frame, a sb::task, or another awaitable.
    // The future may be dropped; an error that nobody looks at is reported to the handler of
    // <switchback/unhandled.hpp>. Two allocations, constant time. Throws owner_closed behind close() and finish(),
    // wrong_thread, wrong_scheduler where the scheduler closes.
    template <class A>
    auto call(A&& method) {
        return detail::future_access::make(calls_.call(static_cast<A&&>(method)));
    }

    // Asks the method that runs, and all that wait for their turn, to end; returns at once. Throws wrong_thread.
    void cancel() {
        calls_.home().check_thread();
        calls_.cancel_all();
    }
    // To be awaited: no call is taken any more, and all that were made have ended, one after the other; with close()
    // they are cancelled first. To cancel the await leaves them going. Throw misuse in one of its own methods, which
    // would wait for itself, and sb::destroyed where the object dies meanwhile.
    [[nodiscard]] detail::closing_tasks finish() noexcept { return calls_.end(false); }
    [[nodiscard]] detail::closing_tasks close() noexcept { return calls_.end(true); }

    // Calls that have not ended, that which runs included. (One that has counts until its end comes here, by the
    // ready queue.) Throw wrong_thread.
    std::size_t size() const { return calls_.size(); }
    bool empty() const { return size() == 0; }

private:
    detail::queued_tasks calls_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
