#include <switchback/detail/core.hpp>

#include <switchback/detail/inbox.hpp>
#include <switchback/detail/match.hpp>
#include <switchback/detail/native_error.hpp>
#include <switchback/detail/worker_pool.hpp>
#include <switchback/unhandled.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace switchback {
inline namespace v0 {
namespace detail {
namespace {

// After so many steps the host has its turn, whatever is still ready.
constexpr int steps_in_a_turn = 1000;

// A closing scheduler cancels a task so often before it destroys the task's frames unentered.
constexpr int most_cancels_at_close = 100;

// In the list of those to be dealt with after their step: nobody frees it meanwhile.
bool is_listed(node const& root) noexcept {
    return root.is(is_deferred) || root.is(cancel_deferred);
}

[[noreturn]] void give_up(char const* why) noexcept {
    std::fprintf(stderr, "switchback: %s\n", why);
    std::abort();
}

} // namespace

core::core(event_pump& pump, clock const& clock, worker_options const& workers)
    : memory(frame_memory::local()), pump_(&pump), clock_(&clock),
      worker_options_(std::make_unique<worker_options>(workers)),
      inbox_(std::make_shared<inbox>(pump)) {
    pump.serve(this);
}

core::~core() = default;

// ---- Errors

void core::set_in_flight(failure&& what) noexcept {
    discard(in_flight);
    in_flight = what;
    what = {};
}

failure core::cancellation() noexcept {
    static std::exception_ptr const made = std::make_exception_ptr(cancelled{});
    return {made, nullptr};
}

failure core::take_in_flight() noexcept {
    auto taken = std::move(in_flight);
    in_flight = {};
    return taken;
}

void core::capture(node& n) noexcept {
    auto error = std::current_exception();
    auto* const before = trace_of_native(error);
    set_in_flight({std::move(error), before});
    pass(n);
}

void core::pass(node& n) noexcept {
    if (in_flight.gathered == nullptr) in_flight.gathered = new (std::nothrow) trace;
    if (in_flight.gathered == nullptr) return;
    place_of(n); // while its frame is alive
    in_flight.gathered->add(n.type, n.path);
}

void core::destroy_failed_frame(node& n) noexcept {
    auto kept = take_in_flight();
    n.type->destroy_frame(n);
    set_in_flight(std::move(kept));
}

place const* core::place_of(node& n) noexcept {
    auto const* known = n.type->where->load(std::memory_order_relaxed);
    if (known == nullptr) {
        answer_ = nullptr;
        n.type->describe(n);
        known = answer_;
        n.type->where->store(known, std::memory_order_relaxed);
    }
    return known;
}

void core::throw_failure(node& root) {
    root.set(was_looked_at);
    auto const* const kept = root.record_at(0);
    if (kept == nullptr) throw cancelled{};
    rethrow_native(kept->what);
}

void core::fly_failure_of(node& root) noexcept {
    root.set(was_looked_at);
    auto const* const kept = root.record_at(0);
    set_in_flight(kept == nullptr ? cancellation() : copy(kept->what));
}

// ---- Running

void core::step_once() noexcept {
    awaits_left = awaits_in_a_row;
    run(&static_cast<node&>(ready_.pop_front()));
    if (SB_DETAIL_UNLIKELY(!deferred_.empty())) settle_deferred();
}

void core::run(node* n) noexcept {
#if SB_DEBUG_CHECKS
    if (std::this_thread::get_id() != thread_) {
        give_up("a task was to be run on a thread that is not its scheduler's; does the event pump "
                "call run_tasks() on the right one?");
    }
#endif
    while (n != nullptr) {
        if (SB_DETAIL_UNLIKELY(n->is(is_injected)) && !n->is_guarded()) {
            n->clear(is_injected);
            n->clear(is_cancelled);
            set_in_flight(cancellation());
            pass(*n);
            destroy_failed_frame(*n);
            n = unwind(*n);
            continue;
        }
        n->state = node_state::running;
        switch (n->type->resume(*n)) {
        case step::called: n = std::exchange(to_call, nullptr); break;
        case step::returned:
            if (n->is(is_root)) {
                finish(*n, false);
                return;
            }
            n = n->awaiter;
            break;
        case step::failed: n = unwind(*n); break;
        default: return; // it waits
        }
    }
}

// The error in flight leaves a node whose frame is gone: up to the frame that can see it, which is
// returned, ready to be resumed.
node* core::unwind(node& failed) noexcept {
    auto* n = &failed;
    for (;;) {
        if (n->is(is_root)) {
            finish(*n, true);
            return nullptr;
        }
        auto* const parent = n->awaiter;
        release_node(*n);
        parent->awaits = awaited_kind::nothing;
        if (parent->is_guarded()) {
            parent->set(is_injected);
            return parent;
        }
        pass(*parent);
        destroy_failed_frame(*parent);
        n = parent;
    }
}

bool core::take_injection(node& n) noexcept {
    n.clear(is_injected);
    if (n.is(is_cancelled)) {
        n.clear(is_cancelled);
        set_in_flight(cancellation());
    }
    return true;
}

void core::finish(node& root, bool failed) noexcept {
    root.state = node_state::done;
    root.awaits = awaited_kind::nothing;
    if (failed) {
        root.set(has_failed);
        root.push(take_in_flight(), 0);
    }
    end(root);
}

void core::end(node& root) noexcept {
    --unfinished_;
    if (root.is(is_branch)) {
        root.listener->branch_ended(root);
        return;
    }
    wake_waiters(root);
    if (root.references == 0 && !is_listed(root)) free_root(root);
}

void core::wake_waiters(node& root) noexcept {
    auto* const first = std::exchange(root.awaiter, nullptr);
    if (first == nullptr) return;
    auto* waiter = first;
    do {
        auto* const following = static_cast<node*>(waiter->next);
        make_ready(*waiter);
        waiter = following;
    } while (waiter != first);
}

// ---- Roots

void core::check_open() const {
    check_thread();
    if (closing_) throw wrong_scheduler("a task was started on a scheduler that is being closed");
}

void core::adopt(node& root, std::uint32_t references) noexcept {
    root.home = this;
    root.set(is_root);
    root.references = references;
    roots_.push_back(prefix_of(root));
    ++unfinished_;
    ++held_;
    make_ready(root);
}

void core::run_branch(node& root, join& listener, list_head& branches) noexcept {
    root.home = this;
    root.set(is_root);
    root.set(is_branch);
    root.listener = &listener;
    root.references = 1;
    branches.push_back(prefix_of(root));
    ++unfinished_;
    ++held_;
    if (stack_position() < stack_floor) {
        make_ready(root);
    } else {
        run(&root);
    }
}

void core::cancel_branch(node& root, cancel_how how) noexcept {
    if (how == cancel_how::request || stack_position() < stack_floor) {
        request_cancel(root);
    } else {
        cancel_now(root);
    }
}

void core::disown_branch(node& root) noexcept {
    root.clear(is_branch);
    root.awaiter = nullptr;
    unlink(prefix_of(root));
    roots_.push_back(prefix_of(root));
    release(root);
}

node& core::innermost(node& n) noexcept {
    auto* at = &n;
    while (at->awaits == awaited_kind::child && at->state != node_state::ready) at = at->child;
    return *at;
}

// Releases made during a release, by the members of the frames that die, are done one after the
// other, before the outermost one returns.
void core::release_last(node& root) noexcept {
#if SB_DEBUG_CHECKS
    if (std::this_thread::get_id() != thread_) {
        give_up("a task's last future was dropped on a thread that is not its scheduler's");
    }
#endif
    if (is_listed(root)) return;
    if (releasing_) {
        root.awaiter = nullptr;
        (last_doomed_ == nullptr ? first_doomed_ : last_doomed_->awaiter) = &root;
        last_doomed_ = &root;
        return;
    }
    releasing_ = true;
    ++held_; // so that this object outlives the loop
    auto const floor = std::exchange(stack_floor, stack_position() - stack_for_awaits);
    for (auto* doomed = &root; doomed != nullptr;) {
        if (doomed->state == node_state::done) {
            free_root(*doomed);
        } else {
            cancel_now(*doomed);
        }
        doomed = first_doomed_;
        if (doomed != nullptr) {
            first_doomed_ = std::exchange(doomed->awaiter, nullptr);
            if (first_doomed_ == nullptr) last_doomed_ = nullptr;
        }
    }
    stack_floor = floor;
    releasing_ = false;
    --held_;
    if (orphaned_ && held_ == 0) delete this;
}

// A task ends because nobody wants it: before this returns, frames that no try guards are destroyed,
// innermost first, without any throw. From the first that one guards on, its clean-up runs to where
// it has to wait.
void core::cancel_now(node& root) noexcept {
    auto* n = &innermost(root);
    if (n->state == node_state::running) {
        defer(root, is_deferred);
        return;
    }
    if (n->awaits == awaited_kind::object && clean_up_ &&
        n->object->forward_cancel(*n, cancel_how::release)) {
        return;
    }
    detach(*n);
    for (;;) {
        if (n->is_guarded() && clean_up_) {
            n->set(is_injected);
            n->set(is_cancelled);
            run(n);
            return;
        }
        n->clear(is_injected);
        n->clear(is_cancelled);
        n->type->destroy_frame(*n);
        if (n->is(is_root)) break;
        auto* const parent = n->awaiter;
        release_node(*n);
        n = parent;
    }
    n->state = node_state::done;
    n->awaits = awaited_kind::nothing;
    n->set(has_failed);
    end(*n);
}

bool core::request_cancel(node& root) noexcept {
    if (root.state == node_state::done) return false;
    auto& waiter = innermost(root);
    if (waiter.state == node_state::running) {
        defer(root, cancel_deferred);
        return true;
    }
    if (waiter.is(is_injected)) return true; // it has been told already
    if (waiter.awaits == awaited_kind::object &&
        waiter.object->forward_cancel(waiter, cancel_how::request)) {
        return true;
    }
    detach(waiter);
    waiter.set(is_injected);
    waiter.set(is_cancelled);
    make_ready(waiter);
    return true;
}

// Whatever the node waits for gives it back.
void core::detach(node& n) noexcept {
    bool const was_ready = n.state == node_state::ready;
    if (was_ready) unlink(n);
    switch (std::exchange(n.awaits, awaited_kind::nothing)) {
    case awaited_kind::nothing: break;
    case awaited_kind::child: // it has ended; its result was not taken yet
        if (n.child->is(has_result) && n.child->type->destroy_result != nullptr) {
            n.child->type->destroy_result(*n.child);
        }
        release_node(*n.child);
        break;
    case awaited_kind::timer:
        if (!was_ready) timers_.remove(n);
        break;
    case awaited_kind::result: {
        auto& awaited = *n.root;
        if (!was_ready) {
            if (n.next == &n) {
                awaited.awaiter = nullptr;
            } else {
                if (awaited.awaiter == &n) awaited.awaiter = static_cast<node*>(n.next);
                unlink(n);
            }
        }
        release(awaited);
        break;
    }
    case awaited_kind::object: n.object->abandon(n); break;
    }
}

void core::defer(node& root, node_flag why) noexcept {
    if (!is_listed(root)) deferred_.push_back(&root);
    root.set(why);
    if (turns_ == 0) ask_for_a_turn();
}

void core::settle_deferred() noexcept {
    auto settling = std::move(deferred_);
    deferred_.clear();
    for (auto* root : settling) {
        bool const at_once = root->is(is_deferred);
        root->clear(is_deferred);
        root->clear(cancel_deferred);
        if (root->references == 0) {
            ++root->references;
            release(*root);
        } else if (root->state != node_state::done) {
            if (at_once) {
                cancel_now(*root); // a branch whose join was released
            } else {
                request_cancel(*root);
            }
        }
    }
}

void core::free_root(node& root) noexcept {
    if (root.is(has_failed)) {
        if (!root.is(was_looked_at)) report_unseen(root);
    } else if (root.is(has_result) && root.type->destroy_result != nullptr) {
        root.type->destroy_result(root);
    }
    root.drop(0);
    unlink(prefix_of(root));
    release_node(root);
    --held_;
    if (SB_DETAIL_UNLIKELY(orphaned_) && held_ == 0) delete this;
}

void core::report_unseen(node& root) noexcept {
    auto const* const kept = root.record_at(0);
    if (kept == nullptr || match<cancelled>(kept->what.error) != nullptr) return;
    report_unhandled({kept->what.error, "a task whose result nobody looked at", kept->what.gathered});
}

// ---- Waiting

std::uint64_t core::now() const noexcept {
    return static_cast<std::uint64_t>(clock_->now().time_since_epoch().count());
}

void core::wait_for_root(node& waiter, node& root) noexcept {
    if (root.awaiter == nullptr) {
        root.awaiter = &waiter;
        waiter.next = waiter.prev = &waiter;
    } else {
        link_before(*root.awaiter, waiter);
    }
    waiter.state = node_state::waiting;
}

void core::wait_until(node& waiter, std::uint64_t deadline) noexcept {
    waiter.awaits = awaited_kind::timer;
    waiter.state = node_state::waiting;
    timers_.insert(waiter, deadline);
}

// ---- Turning

void core::check_thread() const {
    if (std::this_thread::get_id() != thread_) throw wrong_thread{};
}

bool core::awaits_other_threads() const noexcept { return workers_ != nullptr && !workers_->idle(); }

worker_pool& core::workers() {
    if (workers_ == nullptr) workers_ = std::make_unique<worker_pool>(*worker_options_, *inbox_);
    return *workers_;
}

void core::submit(pool_job& job) {
    workers().submit(job);
    if (turns_ == 0) ask_for_a_turn();
}

void core::ask_for_a_turn() noexcept {
    if (turn_asked_ || orphaned_) return;
    turn_asked_ = true;
    pump_->wake();
}

// So that the host calls again: now, at the next deadline, or when something arrives.
void core::ask_host() noexcept {
    if (!ready_.empty() || !deferred_.empty()) {
        ask_for_a_turn();
        return;
    }
    auto const next = timers_.next();
    if (next == asked_for_) return;
    asked_for_ = next;
    auto const moment = now();
    pump_->wake_after(next == timer_wheel::never ? event_pump::forever
                      : next <= moment           ? std::chrono::nanoseconds::zero()
                                       : std::chrono::nanoseconds(
                                             static_cast<std::int64_t>(next - moment)));
}

void core::run_tasks() noexcept {
    ++turns_;
    turn_asked_ = false;
    auto const floor = std::exchange(stack_floor, stack_position() - stack_for_awaits);
    if (!deferred_.empty()) settle_deferred();
    inbox_->take_all([](message& arrived) { arrived.deliver(); });
    if (!timers_.empty()) {
        auto const moment = now();
        list_head due;
        timers_.advance(moment, due);
        for (auto* entry = due.next; entry != &due; entry = entry->next) {
            static_cast<node*>(entry)->state = node_state::ready;
        }
        ready_.splice_back(due);
        if (asked_for_ <= moment) asked_for_ = timer_wheel::never; // the pump's timer has gone off
    }
    for (int steps = 0; steps < steps_in_a_turn && !ready_.empty(); ++steps) step_once();
    if (workers_ != nullptr) workers_->hand_over();
    stack_floor = floor;
    --turns_;
    ask_host();
}

void core::run_until_done(node& root) {
    check_thread();
    ask_host();
    while (root.state != node_state::done) pump_->turn(true);
}

// ---- The end

void core::close() noexcept {
    if (std::this_thread::get_id() != thread_) {
        give_up("a scheduler was destroyed on a thread that is not its own");
    }
    if (turns_ != 0) give_up("a scheduler was destroyed by one of its own tasks");
    closing_ = true;
    for (int round = 0; round < most_cancels_at_close && unfinished_ != 0; ++round) {
        cancel_all();
        run_tasks();
    }
    clean_up_ = false; // there was time enough
    while (unfinished_ != 0) cancel_all();
    workers_.reset(); // begun jobs end first
    inbox_->close();
    inbox_->take_all([](message& late) { late.discard(); });
    pump_->wake_after(event_pump::forever);
    pump_->serve(nullptr);
    orphaned_ = true;
    if (held_ == 0) delete this;
}

// Each task once, as if its last future had gone. Futures that there still are keep their nodes.
void core::cancel_all() noexcept {
    auto const floor = std::exchange(stack_floor, stack_position() - stack_for_awaits);
    list_head to_cancel;
    to_cancel.splice_back(roots_);
    while (!to_cancel.empty()) {
        auto& prefix = to_cancel.pop_front();
        roots_.push_back(prefix);
        auto& root = root_of(prefix);
        if (root.state == node_state::done) continue;
        ++root.references; // it is still there afterwards
        cancel_now(root);
        if (--root.references == 0 && root.state == node_state::done && !is_listed(root)) {
            free_root(root);
        }
    }
    stack_floor = floor;
}

} // namespace detail
} // namespace v0
} // namespace switchback
