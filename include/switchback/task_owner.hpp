// Tasks that belong to an object, and end with it.
//
//     class chat_window {
//     public:
//         explicit chat_window(sb::task_scheduler& scheduler) : tasks_(scheduler) {}
//
//         void show_history() { tasks_.start(load_history{this}); }
//
//     private:
//         history history_;
//         sb::task_owner tasks_;        // the last member: so it goes first
//     };
//
// When the owner dies its tasks are released, before the destructor returns, whatever futures others hold: these read
// as cancelled. Nothing of a task runs behind that but clean-up that waits, which the scheduler sees to.
// Where that clean-up still needs the object, await close() before:
//
//     SB_AWAIT(window.tasks().close());
//
// An owner knows of those tasks alone that have not ended. It belongs to its scheduler's thread, may outlive the
// scheduler, and may be destroyed by one of its own tasks: that one goes on to its next suspension, and ends there.
// The seed's TaskOwner; what it called an attachedtask is one that is started so. It can be a base class as well.
#pragma once

#include <switchback/detail/owned_tasks.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class unnamed_tasks final : public owned_tasks {
public:
    using owned_tasks::owned_tasks;

private:
    void task_ended(node&, entry*) noexcept override {}
};

} // namespace detail

class task_owner {
public:
    // On the scheduler's thread; takes no memory.
    explicit task_owner(task_scheduler& home) noexcept : tasks_(detail::home_access::of(home)) {}
    // The scheduler of the body that this is made in.
    template <class R>
    explicit task_owner(returns<R>& co) noexcept : tasks_(detail::home_access::of(co)) {}
    task_owner(task_owner const&) = delete;
    task_owner& operator=(task_owner const&) = delete;
    // Releases its tasks, in the order of their start; during another release, before that returns.
    ~task_owner() = default;

    // Starts a task: its first step is queued. Takes a frame, a sb::task, or another awaitable. The future is for
    // those who want the result, may be dropped, and keeps nothing going once the owner has died. An error that
    // nobody looks at is reported to the handler of <switchback/unhandled.hpp>. Two allocations, constant time.
    // Throws owner_closed behind close(), wrong_thread, wrong_scheduler where the scheduler closes.
    template <class A>
    auto start(A&& awaitable) {
        auto& task = tasks_.start(static_cast<A&&>(awaitable));
        task.home->add_reference(task);
        return detail::future_access::make(task);
    }

    // Takes on a task that was started elsewhere: owner.keep(co.start(…)), so that it has the values of
    // sb::task_local objects from there. One that has ended is left alone. Throws as start() does, and
    // already_awaited for an empty future.
    template <class T>
    void keep(future<T> const& task) {
        if (!task.valid()) detail::raise<already_awaited>();
        tasks_.keep(*detail::future_access::state_of(task));
    }

    // Asks all tasks that there are now to end, as future::cancel does, and returns at once. Takes a time that grows
    // with their number. Throws wrong_thread.
    void cancel() {
        tasks_.home().check_thread();
        tasks_.cancel_all();
    }

    // To be awaited: asks all tasks to end, waits until they have, clean-up included, and has the owner closed from
    // its beginning on: nothing can be started any more. A task that catches the request is waited for. To cancel
    // the await leaves them to their ends. Throws misuse in a task of this owner, which would wait for itself, and
    // sb::destroyed where the owner dies meanwhile.
    [[nodiscard]] detail::closing_tasks close() noexcept { return {&tasks_, true}; }

    // Tasks that have not ended. (One that has counts until its end comes here, by the ready queue.) Throw
    // wrong_thread.
    std::size_t size() const { return tasks_.size(); }
    bool empty() const { return size() == 0; }

private:
    detail::unnamed_tasks tasks_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
