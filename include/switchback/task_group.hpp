// Tasks that belong to a block, and do not outlive it.
//
//     std::optional<sb::task_group> group{};                     // a member of the frame
//     …
//     SB_ASYNC_WITH(group, sb::task_group{}) {
//         group->start(fetch{url});
//         group->start(fetch{other_url});
//         SB_AWAIT(show_progress{});
//     } SB_END_WITH                                              // both have ended here
//
// At its end the block waits for the tasks. The first that fails has the others cancelled, and the block's
// own body with them, at its next await; when all have ended, the errors are raised together, as one
// sb::exception_group, the body's own first. A task that ends as cancelled is no error. When the block is
// cancelled, or left by an exception, so are the tasks; a request from outside is raised behind the block,
// or, where there are errors, delivered at the next await after them. (asyncio: TaskGroup; Trio: nursery.)
#pragma once

#include <switchback/async_with.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/detail/room_for_node.hpp>
#    include <switchback/exception_group.hpp>
#    include <switchback/start.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class group_scope final : public cancel_scope, public waitable {
public:
    group_scope() = default;
    group_scope(group_scope&& other) : cancel_scope(std::move(other)), waitable() {}
    ~group_scope();

    std::size_t running() const noexcept { return running_; }

    // Watches over a task, whose node make() gives. What that throws passes on.
    template <class Make>
    auto& start(Make&& make) {
        owner().home->check_not_over(); // a clean-up may want it while the scheduler closes
        if (leaving_ && running_ == 0) raise<scope_closed>(); // and the owner is on its way out
        room_for_node for_watcher(home->memory, size_of_watchers);
        auto& task = make(home->memory);
        watch(task, for_watcher.take());
        if (SB_DETAIL_UNLIKELY(home->marks != nullptr) && !home->try_inherit(owner(), task)) {
            home->cancel(task); // before it begins
            raise<std::bad_alloc>();
        }
        return task;
    }

    void cancel_all(cancel_cause cause) noexcept;

    bool begin_to_leave(node& self, failure* leaving);
    scope_end leave(node& self, failure* leaving);

    void abandon(node& waiter) noexcept override;
    bool forward_cancel(node& waiter, cancel_request const& what) noexcept override;
    bool waits_for_running(std::size_t& left) const noexcept override;

private:
    // Waits for the end of one task, in its list of waiters.
    struct watcher;
    struct list_entry : links {};

    static std::size_t const size_of_watchers;
    static frame_type const type_of_watchers;
    static step task_has_ended(node& n);
    static watcher& watcher_of(links& entry) noexcept;

    void watch(node& task, void* memory) noexcept;
    void take_end_of(watcher& of) noexcept;
    void take_ends() noexcept;
    void forget(watcher& of) noexcept;
    void stop(cancel_how how) noexcept;
    void note(cancel_request const& what) noexcept;
    std::vector<exception_group::member> errors(failure* own);

    list_head watchers_; // of those that run, or have failed; in the order of their start
    std::size_t running_ = 0;
    node* leaver_ = nullptr; // the owner, while it waits here at the end of the block
    bool leaving_ = false;
    bool stopping_ = false;
    bool was_cancelled_ = false; // while it waited; by that
    cancel_request cancelled_by_{};
};

} // namespace detail

class task_group {
public:
    task_group() = default;

    // Starts a task in the group, as co.start does beside it: it runs when this one next waits. Takes a
    // frame, a sb::task, or another awaitable. The future is for those who want the result: the group
    // holds the task itself. While the group is being cancelled, a new task is cancelled before it begins.
    // Throws scope_closed outside of the block (its tasks may start others until the last has ended),
    // wrong_thread, std::bad_alloc. Allocates the task's node and one for its watcher.
    template <class A>
    auto start(A&& awaitable) {
        auto& task = scope_.start([&](detail::frame_memory& memory) -> auto& {
            return detail::make_root_node(memory, static_cast<A&&>(awaitable));
        });
        task.home->add_reference(task);
        return detail::future_access::make(task);
    }

    // Has all tasks of the group cancelled, and the block left: without an exception, unless one fails.
    // Throws scope_closed. (Trio: CancelScope.cancel.)
    void cancel() {
        scope_.owner();
        scope_.cancel_all(cancel_cause::request);
    }

    // Tasks that have not ended.
    std::size_t running() const noexcept { return scope_.running(); }

private:
    friend struct detail::scope_access;
    using scope_type = detail::group_scope;
    detail::group_scope scope_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
