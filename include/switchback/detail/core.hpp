// What runs the nodes: the ready queue, the timers, the errors in flight, and who is freed when.
//
// A node whose step is on the C++ stack is freed by nobody: it is listed, and dealt with after that
// step. Releasing a node may run its clean-up, which may release others: these are queued and done
// before the outermost release returns, so that chains of any length need no stack.
#pragma once

#include <switchback/clock.hpp>
#include <switchback/detail/node.hpp>
#include <switchback/detail/stack_position.hpp>
#include <switchback/detail/timer_wheel.hpp>
#include <switchback/errors.hpp>
#include <switchback/event_pump.hpp>
#include <switchback/turn_limit.hpp>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {

struct worker_options;

namespace detail {

class pool_job;
class worker_pool;
class inbox;
class cancel_scope;
class task_marks;

// Says, where tests want another order than the queue's, which of the ready nodes has the next step: one of that
// list, or null where none is to have one now. See <switchback/testing/stage.hpp>.
class step_chooser {
public:
    virtual node* choose(list_head& ready) noexcept = 0;
    // That object has made the node ready, which it waits in no more.
    virtual void woken(node& waiter, waitable const& by) noexcept = 0;

protected:
    step_chooser() = default;
    ~step_chooser() = default;
};

// What cannot be told by an exception: prints the sentence and aborts.
[[noreturn]] void give_up(char const* why) noexcept;

// In the list of those to be dealt with after their step: nobody frees it meanwhile.
inline bool is_listed(node const& root) noexcept {
    return root.is(is_deferred) || root.is(cancel_deferred);
}

// Notified when one of its branches has ended. See detail/branches.hpp.
class join : public waitable {
public:
    virtual void branch_ended(node& branch) noexcept = 0;
    // The frame that its branches run for.
    virtual node* owner() const noexcept = 0;

protected:
    join() = default;
    ~join() = default;

    static void show_branches(list_head const& branches, task_visitor& to) noexcept {
        for (auto* at = branches.next; at != &branches; at = at->next) to.visit(root_of(*at));
    }
};

class core final : public pump_client {
public:
    core(event_pump& pump, clock const& clock, worker_options const& workers);
    core(core const&) = delete;
    core& operator=(core const&) = delete;

    // The scheduler goes. What is left is cancelled and cleaned up; the core itself lives until the
    // last future has gone, too.
    void close() noexcept;
    // Before that: cancels what is left and waits for its clean-up, and for jobs, up to a moment.
    void close_within(std::chrono::nanoseconds limit);
    std::size_t unfinished_jobs() const noexcept;

    // ---- A step's own business, on the hot path

    frame_memory& memory;
    std::uintptr_t stack_floor = 0; // a child below it is not run on the stack of its parent
    node* to_call = nullptr;        // that child
    failure in_flight;              // the error that a step::failed speaks of
    void* room_for_record = nullptr; // kept between frames that an error passes
    task_marks* marks = nullptr;     // of tasks that have names or values of their own; null: none ever had
    node* begun_with = nullptr;     // the node that this step has resumed
    std::uint32_t awaits_left = awaits_in_a_row;
    std::uint32_t rounds = 0;

    // The frame that the step has begun with gives way after so many awaits that need not have waited; others,
    // whose giving way takes all those between them off the stack, after so many times that.
    static constexpr std::uint32_t awaits_in_a_row = 128;
    static constexpr std::uint32_t most_rounds = 32;

    // A child whose own child is below the floor: runs what it calls, and that one's children, from here, until
    // it has ended, with its frame, or something waits. So those on the stack above need not leave it.
    SB_DETAIL_NOINLINE step run_called(node& child) noexcept;

    // To the back of the ready queue.
    void make_ready(node& n) noexcept {
        n.state = node_state::ready;
        ready_.push_back(n);
        if (SB_DETAIL_UNLIKELY(!turn_asked_)) ask_for_a_turn();
    }
    // A node's await need not have waited, as so many before it: it may have had its share.
    SB_DETAIL_COLD bool gives_way(node& n) noexcept {
        awaits_left = awaits_in_a_row;
        if (&n != begun_with && ++rounds < most_rounds) return false;
        rounds = 0;
        make_ready(n);
        return true;
    }

    void release_node(node& n) noexcept {
        if (SB_DETAIL_UNLIKELY(n.type->let_go != nullptr)) {
            n.type->let_go(n);
            return;
        }
        release_node_memory(
            memory, &n, n.type->size, n.type->alignment, n.is(has_prefix));
    }

    // ---- Errors

    // A node is resumed with an exception: from now on that is the one in flight.
    SB_DETAIL_COLD bool take_injection(node& n) noexcept;
    // The exception being caught by C++ leaves the body of n.
    SB_DETAIL_COLD void capture(node& n) noexcept;
    // The error in flight leaves, or is caught in, the body of n.
    void pass(node& n) noexcept;
    failure take_in_flight() noexcept {
        failure taken;
        swap(taken, in_flight);
        return taken;
    }
    void set_in_flight(failure&& what) noexcept {
        if (!is_empty(in_flight)) discard(in_flight);
        swap(in_flight, what);
    }
    failure cancellation(cancel_request const& why) noexcept;
    // The frame of a node that has failed is destroyed: its members may run other nodes.
    void destroy_failed_frame(node& n) noexcept;

    // ---- The life of a root

    // A new root's node joins the scheduler's own, ready to run.
    void adopt(node& root, std::uint32_t references) noexcept;
    // A root without a frame, which another object ends: it waits for that. Has one reference.
    void adopt_waiting(node& root, waitable& until) noexcept;
    // Its end: the result is stored, or the error pushed.
    void complete(node& root, bool failed) noexcept;
    // Throws wrong_thread, and wrong_scheduler if that is being closed.
    void check_open() const;
    // The same for what clean-up may still need, while the scheduler closes: only once that is over.
    void check_not_over(char const* otherwise = "a task was started on a scheduler that has closed") const;
    // Becomes a branch of a join: the join lists it and is told of its end. Runs its first step at
    // once, where the stack has room for it.
    void run_branch(node& root, join& listener, list_head& branches) noexcept;
    // The join of a branch goes.
    void disown_branch(node& root) noexcept;
    void cancel_branch(node& root, cancel_how how) noexcept;
    // Of those that a join lists: the ones that had not ended when this began. To cancel one may end others.
    void cancel_branches(list_head& branches, cancel_how how) noexcept;

    // A new root gets a copy of the values that task_local objects have where it is started. False: there is no
    // memory; the second form releases the root then, and throws std::bad_alloc. Where `marks` is null there is
    // nothing to inherit.
    bool try_inherit(node& starter, node& root) noexcept;
    void inherit(node& starter, node& root);

    void add_reference(node& root) noexcept { ++root.references; }
    void release(node& root) noexcept {
        if (--root.references == 0) release_last(root);
    }
    // The task that a node without a frame refers to, and has a reference to, ends as if its last future had gone,
    // whatever futures there are. The node's memory goes.
    void release_owned(node& holder) noexcept;
    // The core lives on for somebody who may outlive its scheduler.
    void hold() noexcept { ++held_; }
    void let_go() noexcept {
        if (--held_ == 0 && orphaned_) delete this;
    }
    // Whether there was something to cancel.
    bool cancel(node& root, cancel_cause cause = cancel_cause::request) noexcept {
        auto const floor = std::exchange(stack_floor, stack_position() - stack_for_awaits);
        bool const asked = request_cancel(root, cause);
        stack_floor = floor;
        return asked;
    }
    // The same, of what a task does within a scope.
    void cancel(cancel_scope& scope, cancel_cause cause) noexcept;
    // A scope is left: what it has asked for and nobody has heard of yet is taken back.
    void withdraw(cancel_scope& scope) noexcept;
    // What a node was told that is_cancelled: it has heard it.
    cancel_request take_request(node& n) noexcept;
    // A request that something else was more important than is made once more: of the task that runs.
    void ask_again(node& running, cancel_request const& what) noexcept;
    std::uint64_t next_scope() noexcept { return ++scopes_; }
    // The innermost frame of a task: the one that waits.
    static node& innermost(node& n) noexcept;
    // What a finished root has failed with is now in flight, in a task that awaited it.
    SB_DETAIL_COLD void fly_failure_of(node& root) noexcept;
    // Whether a finished root was cancelled.
    static bool is_cancelled_result(node& root) noexcept;
    // Throws what a finished root has failed with, with its traceback kept for whoever asks.
    [[noreturn]] void throw_failure(node& root);

    // ---- Async generators, which are nobody's child between their steps

    // One that has begun: known from now on to the scheduler, which outlives it.
    void adopt_generator(node& n) noexcept;
    // Its memory goes.
    void forget_generator(node& n) noexcept;
    // One that stands at a yield goes on as a task of its own, to clean up: as one whose last future has gone.
    void release_generator(node& n) noexcept;
    // Whether what is released now may still run its clean-up.
    bool lets_clean_up() const noexcept { return clean_up_; }

    // ---- Waiting

    void wait_for_root(node& waiter, node& root) noexcept;
    // Who would await a task that itself waits, directly or by way of others, in a queue of calls behind a method of
    // the waiter's own task: throws would_wait_for_itself. Asked where there are such queues.
    std::size_t queues_of_calls = 0;
    static void check_not_behind(node& waiter, node& awaited);
    static constexpr int most_looked_behind = 100;
    void wait_until(node& waiter, std::uint64_t deadline) noexcept;
    // Something goes that nodes have waited in: those of this thread which it has made ready, and which have not
    // gone on yet, find another object in its place.
    static void replace_awaited(waitable const& gone, waitable& instead) noexcept;
    // A node that waits for a time does so no more.
    void stop_waiting(node& waiter) noexcept { unhook(waiter); }
    std::uint64_t now() const noexcept;
    // The wheel's count of a moment: in their order, moments before the clock's epoch too.
    static constexpr std::uint64_t ticks_of(time_point moment) noexcept {
        return static_cast<std::uint64_t>(moment.time_since_epoch().count()) ^
               (std::uint64_t(1) << 63);
    }
    static constexpr time_point moment_of(std::uint64_t ticks) noexcept {
        return time_point(time_point::duration(
            static_cast<time_point::rep>(ticks ^ (std::uint64_t(1) << 63))));
    }

    // ---- Turning

    // Runs ready tasks until there are none, or their host should have its turn.
    void run_tasks(bool alarm_rang) noexcept override;
    // Runs those nodes at once, which are ready and in no queue, ahead of all others, and those that come to the list
    // meanwhile; no longer than that. `gone` says that the list is, which the nodes' steps may have brought about.
    void run_ahead(list_head& first, std::chrono::nanoseconds time, bool const& gone) noexcept;
    bool awaits_other_threads() const noexcept override;
    // Whether a task waits for the end of one whose step is on the C++ stack, directly or by way of others:
    // that of a nested loop would never end. Looks at no more than so many.
    static bool waits_for_running(node& root, std::size_t& left) noexcept;
    // Whether a time limit within that task has still to pass.
    bool has_time_limit(node const& root, std::size_t& left) const noexcept;
    // The same of all those that a join lists and that have not ended.
    static bool wait_for_running(list_head const& branches, std::size_t& left) noexcept;
    // Turns the host's loop until the root has finished.
    void run_until_done(node& root);
    void set_turn_limit(turn_limit const& limit);
    // Null: none any more.
    void set_chooser(step_chooser* chooser) noexcept { chooser_ = chooser; }
    void note_woken(node& waiter, waitable const& by) noexcept {
        if (SB_DETAIL_UNLIKELY(chooser_ != nullptr)) chooser_->woken(waiter, by);
    }
    void check_thread() const;
    bool is_own_thread() const noexcept { return std::this_thread::get_id() == thread_; }

    std::size_t unfinished() const noexcept { return unfinished_; }
    // Those of them that are nobody's branches, in the order of their start.
    template <class Visitor>
    void visit_unfinished(Visitor&& visitor) {
        for (auto* at = roots_.next; at != &roots_; at = at->next) {
            if (auto& root = root_of(*at); root.state != node_state::done) visitor(root);
        }
    }
    // Roots that have ended, and async generators, too.
    void show_tasks(task_visitor& to) noexcept {
        for (auto* list : {&roots_, &generators_}) {
            for (auto* at = list->next; at != list; at = at->next) to.visit(root_of(*at));
        }
    }
    // All that wait for a time, in no order, but those of equal deadlines in theirs.
    template <class Visitor>
    void visit_timers(Visitor&& visitor) {
        timers_.visit([&](links& entry) { visitor(static_cast<node&>(entry)); });
    }
    clock const& time() const noexcept { return *clock_; }
    void submit(pool_job& job);
    worker_pool& workers();
    std::shared_ptr<inbox> const& mail() const noexcept { return inbox_; }

    // How a body that was asked where it stands answers.
    void answer(place const& where) noexcept { answer_ = &where; }
    place const* place_of(node& n) noexcept;

private:
    ~core();

    // The error in flight, while code runs that may fail by itself.
    class aside {
    public:
        explicit aside(core& of) noexcept : of_(of) {
            if (SB_DETAIL_UNLIKELY(!is_empty(of.in_flight))) swap(kept_, of.in_flight);
        }
        aside(aside const&) = delete;
        aside& operator=(aside const&) = delete;
        ~aside() {
            if (SB_DETAIL_UNLIKELY(!is_empty(kept_))) of_.set_in_flight(std::move(kept_));
        }

    private:
        core& of_;
        failure kept_;
    };

    // Tasks run: in a turn that the host gives, or ahead of one.
    class turn;

#if SB_DETAIL_EXCEPTIONS
    SB_DETAIL_COLD trace* prepare_to_pass(node& n) noexcept;
#endif
    void run(node* n) noexcept;
    SB_DETAIL_INLINE void run_here(node* n) noexcept;
    SB_DETAIL_NOINLINE node* tell(node& n) noexcept;
    void run_ready() noexcept;
    void take_steps(std::size_t most) noexcept;
    void take_chosen_steps(std::size_t most) noexcept;
    SB_DETAIL_NOINLINE node* unwind(node& failed, node* last = nullptr) noexcept;
    SB_DETAIL_NOINLINE void finish(node& root, bool failed) noexcept;
    void end(node& root) noexcept;
    void tell_end(node& root) noexcept;
    SB_DETAIL_NOINLINE void end_marked(node& root) noexcept;
    SB_DETAIL_NOINLINE void end_without_memory(node& root) noexcept;
    SB_DETAIL_COLD void forget_name(node& root) noexcept;
    void drop_marks() noexcept;
    void wake_waiters(node& root) noexcept;

    SB_DETAIL_NOINLINE void release_last(node& root) noexcept;
    bool request_cancel(node& root, cancel_cause cause) noexcept;
    void request_cancel_in(cancel_scope& scope) noexcept;
    bool inject(node& waiter, cancel_request const& what) noexcept;
    void forget_request(node& n) noexcept;
    void forget_scope(node& n) noexcept;
    cancel_scope& undelivered_to(node& n) noexcept;
    void cancel_now(node& root, cancel_cause cause) noexcept;
    void cancel_all() noexcept;
    void cancel_last_time(node& root) noexcept;
    void make_root_of_generator(node& n) noexcept;
    void close_generators() noexcept;
    void cancel_until_over() noexcept;
    struct owed {
        node* child;
        node* root;
    };
    void unhook(node& n) noexcept;
    static owed take_owed(node& n) noexcept;
    void settle(owed what) noexcept;
    void destroy_unfinished(node& n) noexcept;
    SB_DETAIL_INLINE void doom(node& n) noexcept; // in release.cpp alone
    void end_owned(node& holder) noexcept;
    void release_all_doomed(node* doomed) noexcept;
    node* take_doomed() noexcept;
    bool defer(node& root, node_flag why, cancel_cause cause) noexcept;
    void defer_running(node& root, node_flag why, cancel_cause cause) noexcept;
    void ask_to_settle() noexcept;
    void settle_deferred() noexcept;
    void free_root(node& root) noexcept;
    void report_unseen(node& root) noexcept;

    void ask_for_a_turn() noexcept;
    void ask_for_an_alarm() noexcept;

    list_head ready_;
    timer_wheel timers_;
    list_head roots_;             // by their prefixes
    list_head generators_;        // those that have begun, in the same way
    std::size_t unfinished_ = 0;
    std::size_t held_ = 0;        // roots in memory, finished ones too
    node* first_doomed_ = nullptr; // released during a release: chained by `awaiter`
    node* last_doomed_ = nullptr;
    bool releasing_ = false;
    std::vector<node*> deferred_; // a queue; of these,
    std::size_t settled_ = 0;     // so many have been dealt with
    list_head deferred_scopes_;
    bool to_settle_ = false;       // something is in one of these two
    list_head undelivered_scopes_; // whose request waits to be delivered, in the order of the requests
    std::uint64_t scopes_ = 0; // and requests that were delivered: counted together
    turn_limit limit_;            // after which the host has its turn, whatever is ready
    step_chooser* chooser_ = nullptr;
    int turns_ = 0;               // of run_tasks on the stack
    bool turn_asked_ = false;
    bool closing_ = false;
    bool clean_up_ = true;        // a cancelled task may still run its finally blocks
    bool orphaned_ = false;       // its scheduler has gone
    std::uint64_t asked_for_ = timer_wheel::never; // the deadline that the pump was asked for
    place const* answer_ = nullptr;
    core* next_of_thread_ = nullptr; // another one that its thread has not closed yet

    event_pump* pump_;
    clock const* clock_;
    std::thread::id const thread_ = std::this_thread::get_id();
    std::unique_ptr<worker_options> worker_options_;
    std::unique_ptr<worker_pool> workers_;
    std::shared_ptr<inbox> inbox_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
