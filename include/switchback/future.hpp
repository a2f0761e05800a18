// The handle on the result of a started task.
//
//     sb::future<page> soon = co.start(fetch{url});   // runs beside this task
//     …
//     SB_AWAIT_INTO(first, soon);                     // as often as you like, in any task
//
// Futures are counted: copies share the task. When the last one goes, the task is cancelled, before
// the destructor returns: frames that no try guards are destroyed, innermost first, and the finally
// blocks of the others have run to where they first wait; what they still wait for, the scheduler
// sees to. ("Dropping the reference to a result cancels the task.")
//
// A future belongs to its scheduler's thread, and may outlive the scheduler.
#pragma once

#include <switchback/detail/await.hpp>
#include <switchback/detail/queued_call.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/traceback.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {
struct future_access;
}

template <class T>
class future {
public:
    using result_type = T;

    // Empty: of no task.
    future() noexcept = default;
    future(future const& other) noexcept : task_(other.task_) {
        if (task_ != nullptr) task_->home->add_reference(*task_);
    }
    future(future&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
    future& operator=(future other) noexcept {
        std::swap(task_, other.task_);
        return *this;
    }
    ~future() { reset(); }

    // Lets go of the task: as the destructor does.
    void reset() noexcept {
        if (auto* const held = std::exchange(task_, nullptr)) held->home->release(*held);
    }

    bool valid() const noexcept { return task_ != nullptr; }

    // Whether the task has ended, in whichever way. All these throw already_awaited for an empty
    // future, and wrong_thread.
    bool ready() const { return checked().state == detail::node_state::done; }

    // The result; throws the task's own exception if it has failed, sb::cancelled if it was
    // cancelled, and not_ready before its end. The reference is valid while any future holds the
    // task.
    decltype(auto) get() const {
        auto& task = checked();
        if (task.state != detail::node_state::done) detail::raise<not_ready>();
        if (task.is(detail::has_failed)) task.home->throw_failure(task);
        if constexpr (!std::is_void_v<T>) return std::as_const(task.result());
    }

    // Whether the task has ended because it was cancelled. Python: Future.cancelled.
    bool cancelled() const {
        auto& task = checked();
        return task.state == detail::node_state::done && task.home->is_cancelled_result(task);
    }

#if SB_DETAIL_EXCEPTIONS
    // The exception that the task has ended with; null if it has not, or has not ended.
    std::exception_ptr error() const {
        auto& task = checked();
        if (task.state != detail::node_state::done || !task.is(detail::has_failed)) return nullptr;
        task.set(detail::was_looked_at);
        auto const* const kept = task.record_at(0);
        return kept == nullptr ? std::make_exception_ptr(switchback::cancelled{}) : kept->what.error;
    }

    // The way that exception came.
    switchback::traceback traceback() const {
        auto& task = checked();
        auto const* const kept =
            task.state == detail::node_state::done ? task.record_at(0) : nullptr;
        if (kept == nullptr || kept->what.gathered == nullptr) return {};
        return switchback::traceback(*kept->what.gathered);
    }
#endif

    // Asks the task to end: sb::cancelled is raised at its innermost await, one turn later, so that
    // its finally blocks run. False: it had ended. A task that catches it goes on.
    bool cancel() const {
        auto& task = checked();
        return task.home->cancel(task);
    }

    // Names the task, for reports: see returns::set_name. One that has ended keeps the name that it has.
    // Allocates. Python: Task.set_name.
    void set_name(std::string name) const { detail::set_name(checked(), std::move(name)); }
    // Empty where it has none, and where the task has ended well.
    std::string name() const {
        auto const* const known = detail::name_of(checked());
        return known == nullptr ? std::string() : *known;
    }

    // At the edge, for code that is no task: calls the function once, with this future, when the task has
    // ended in whichever way; from the ready queue, in its turn among those who wait, never within this
    // call, even if the task has ended before. Until then the future that it is to be called with keeps
    // the task going: so to drop the others does not cancel it, cancel() does. A scheduler that closes
    // cancels the task, and calls. What the function throws goes to the handler of unhandled errors, but for
    // sb::cancelled; the task's own error too, if neither the function nor anybody else looks at it.
    //
    // One allocation. Throws already_awaited for an empty future, wrong_thread, and wrong_scheduler once the
    // scheduler has closed. Python: Future.add_done_callback.
    template <class Function>
    void on_ready(Function&& function) const {
        using call = detail::call_with_future<future, std::decay_t<Function>>;
        static_assert(std::is_invocable_v<std::decay_t<Function>&, future>,
            "on_ready(): takes something that can be called with this sb::future");
        auto& task = checked();
        auto& home = *task.home;
        home.check_not_over("on_ready() of a future whose scheduler has closed");
        auto& waiter = detail::queued_call<call>::make(home, "a callback given to on_ready()",
            call{*this, static_cast<Function&&>(function)});
        if (task.state == detail::node_state::done) {
            home.make_ready(waiter);
        } else {
            home.wait_for_root(waiter, task);
        }
    }

private:
    using state = detail::result_state<T>;
    friend struct detail::future_access;
    explicit future(state* task) noexcept : task_(task) {}

    state& checked() const {
        if (task_ == nullptr) detail::raise<already_awaited>();
        task_->home->check_thread();
        return *task_;
    }

    state* task_ = nullptr;
};

namespace detail {

// The library's side of futures.
struct future_access {
    template <class T>
    static future<T> make(result_state<T>& task) noexcept {
        return future<T>(&task);
    }
    template <class T>
    static result_state<T>* state_of(future<T> const& of) noexcept {
        return of.task_;
    }
    template <class T>
    static result_state<T>* give_up(future<T>&& of) noexcept {
        return std::exchange(of.task_, nullptr);
    }
};

// A container says that it can be copied, whatever it holds; so does an optional or a result of one.
template <class T, class = void>
struct is_container : std::false_type {};
template <class T>
struct is_container<T, std::void_t<typename T::value_type, typename T::allocator_type>> : std::true_type {};

template <class T, bool = is_container<T>::value || is_optional<T>::value || is_result<T>::value>
struct is_copyable : std::is_copy_constructible<T> {};
template <class T>
struct is_copyable<T, true>
    : std::bool_constant<std::is_copy_constructible_v<T> && is_copyable<typename T::value_type>::value> {};
template <>
struct is_copyable<void, false> : std::true_type {};

// While a task waits for a future's, it holds a reference.
template <class T>
struct awaiter<future<T>> {
    static constexpr bool exists = true;
    using result_type = T;

    template <class Make>
    static step start(node& self, Make& make) {
        auto handle = future<T>(make());
        auto* const awaited = future_access::state_of(handle);
        if (awaited == nullptr) raise<already_awaited>();
        if (awaited->home != self.home) {
            raise<wrong_scheduler>("a future of another scheduler's task was awaited");
        }
        if (awaited->state != node_state::done) check_not_own(self, *awaited);
        self.root = future_access::give_up(std::move(handle));
        self.awaits = awaited_kind::result;
        if (awaited->state == node_state::done) return step::returned;
        self.home->wait_for_root(self, *awaited);
        return step::suspended;
    }

    template <class Sink>
    static bool take(node& self, Sink& sink) {
        auto& awaited = static_cast<result_state<T>&>(static_cast<task_state&>(*self.root));
        self.awaits = awaited_kind::nothing;
        future<T> const held = future_access::make<T>(awaited); // released whatever the sink throws
        if (SB_DETAIL_UNLIKELY(awaited.is(has_failed))) {
            self.home->fly_failure_of(awaited);
            return false;
        }
        if constexpr (std::is_void_v<T>) {
            sink();
        } else if (awaited.references == 1) { // nobody else can ask for it any more
            sink(std::move(awaited.result()));
        } else if constexpr (is_copyable<T>::value) {
            sink(std::as_const(awaited.result()));
        } else if constexpr (std::is_same_v<Sink, ignore_result const> ||
                             std::is_same_v<Sink, ignore_result>) {
            sink();
        } else {
            raise<result_shared>();
        }
        return true;
    }

private:
    static void check_not_own(node& self, node& awaited) {
        for (auto* at = &self; at != nullptr;) {
            if (at == &awaited) raise<misuse>("a task awaits its own future: it would never end");
            at = !at->is(is_root) ? at->awaiter : at->is(is_branch) ? at->listener->owner() : nullptr;
        }
        if (SB_DETAIL_UNLIKELY(self.home->queues_of_calls != 0)) core::check_not_behind(self, awaited);
    }
};

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
