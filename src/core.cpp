#include <switchback/detail/core.hpp>

#include <switchback/detail/cancel_scope.hpp>
#include <switchback/detail/inbox.hpp>
#include <switchback/detail/task_marks.hpp>
#include <switchback/detail/worker_pool.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/match.hpp>
#    include <switchback/detail/native_error.hpp>
#    include <switchback/unhandled.hpp>
#endif

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {
namespace {

// Where a turn is limited in time, the clock is looked at once in so many steps.
constexpr std::size_t steps_between_looks = 16;

// So many tasks can be dealt with after the steps on the stack, one within the other, without an
// allocation, which might fail.
constexpr std::size_t most_deferred_at_once = 64;

// Of tasks that wait for one another, so many are looked at for one that can never end: a circle of them, or
// a number beyond all use, ends there.
constexpr std::size_t most_looks = 100000;

// A closing scheduler cancels a task so often before it destroys the task's frames unentered.
constexpr int most_cancels_at_close = 100;

// Of all that have not been closed yet.
SB_DETAIL_THREAD_LOCAL core* first_of_thread = nullptr;

} // namespace

void give_up(char const* why) noexcept {
    std::fprintf(stderr, "switchback: %s\n", why);
    std::abort();
}

core::core(event_pump& pump, clock const& clock, worker_options const& workers)
    : memory(frame_memory::local()), pump_(&pump), clock_(&clock),
      worker_options_(std::make_unique<worker_options>(workers)),
      inbox_(std::make_shared<inbox>(pump)) {
    deferred_.reserve(most_deferred_at_once);
    pump.serve(this);
    next_of_thread_ = std::exchange(first_of_thread, this);
}

core::~core() {
#if SB_DETAIL_EXCEPTIONS
    if (room_for_record != nullptr) free_room(room_for_record);
#endif
    drop_marks();
}

// ---- Errors

void core::destroy_failed_frame(node& n) noexcept {
    aside const kept(*this);
    destroy_unfinished(n);
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

#if SB_DETAIL_EXCEPTIONS

void core::capture(node& n) noexcept {
    set_in_flight(known_failure(std::current_exception()));
    pass(n);
}

void core::pass(node& n) noexcept {
    auto* gathered = in_flight.gathered;
    if (SB_DETAIL_UNLIKELY(gathered == nullptr || n.records() != nullptr ||
                           n.type->where->load(std::memory_order_relaxed) == nullptr)) {
        gathered = prepare_to_pass(n);
        if (gathered == nullptr) return;
    }
    gathered->add(n.type, n.path);
}

trace* core::prepare_to_pass(node& n) noexcept {
    if (n.type->resume == nullptr) return nullptr; // there is no frame
    if (auto const* const handled = n.handled()) link_behind(in_flight, handled->what);
    if (in_flight.gathered == nullptr) in_flight.gathered = new (std::nothrow) trace;
    place_of(n); // while its frame is alive
    return in_flight.gathered;
}

void core::throw_failure(node& root) {
    root.set(was_looked_at);
    auto const* const kept = root.record_at(0);
    if (kept == nullptr) throw cancelled{};
    rethrow_native(copy(kept->what));
}

void core::fly_failure_of(node& root) noexcept {
    root.set(was_looked_at);
    auto const* const kept = root.record_at(0);
    set_in_flight(kept == nullptr ? failure{std::make_exception_ptr(cancelled{})} : copy(kept->what));
}

bool core::is_cancelled_result(node& root) noexcept {
    auto const* const kept = root.record_at(0);
    return root.is(has_failed) && (kept == nullptr || match<cancelled>(kept->what.error) != nullptr);
}

void core::report_unseen(node& root) noexcept {
    if (is_cancelled_result(root)) return;
    auto const& what = root.record_at(0)->what;
    auto const* const name = name_of(root);
    report_unhandled({what.error, "a task whose result nobody looked at", what.gathered,
        name == nullptr ? nullptr : name->c_str()});
}

#else // a task that fails was cancelled

void core::capture(node&) noexcept {}
void core::pass(node&) noexcept {}
void core::throw_failure(node&) { raise<misuse>("the result of a task that was cancelled was asked for"); }
void core::fly_failure_of(node&) noexcept {}
bool core::is_cancelled_result(node& root) noexcept { return root.is(has_failed); }
void core::report_unseen(node&) noexcept {}

#endif

// ---- Running

void core::run_here(node* n) noexcept {
#if SB_DEBUG_CHECKS
    if (std::this_thread::get_id() != thread_) {
        give_up("a task was to be run on a thread that is not its scheduler's; does the event pump "
                "call run_tasks() on the right one?");
    }
#endif
    do {
        if (SB_DETAIL_UNLIKELY((n->flags & (is_injected | is_cancelled)) != 0)) {
            n = tell(*n);
            if (n == nullptr) return;
        }
        n->state = node_state::running;
        begun_with = n;
        auto const outcome = n->type->resume(*n);
        if (outcome == step::returned) {
            if (n->is(is_root)) {
                finish(*n, false);
                return;
            }
            n = n->awaiter;
        } else if (outcome == step::called) {
            n = std::exchange(to_call, nullptr);
        } else if (outcome == step::failed) {
            n = unwind(*n);
        } else {
            return; // it waits
        }
    } while (n != nullptr);
}

void core::run(node* n) noexcept { run_here(n); }

step core::run_called(node& child) noexcept {
    auto* n = std::exchange(to_call, nullptr);
    for (;;) {
        n->state = node_state::running;
        auto const outcome = n->type->resume(*n);
        if (outcome == step::returned) {
            if (n == &child) return outcome;
            n = n->awaiter;
        } else if (outcome == step::called) {
            n = std::exchange(to_call, nullptr);
        } else if (outcome == step::failed) {
            n = unwind(*n, &child);
            if (n == nullptr) return outcome;
        } else {
            return outcome;
        }
    }
}

// As many steps as a turn has.
void core::run_ready() noexcept {
    if (chooser_ != nullptr) {
        take_chosen_steps(limit_.steps);
        return;
    }
    if (limit_.time == event_pump::endless) {
        take_steps(limit_.steps);
        return;
    }
    auto const begin = clock_->now();
    for (auto left = limit_.steps; left > 0 && !ready_.empty();) {
        auto const steps = std::min(left, steps_between_looks);
        take_steps(steps);
        left -= steps;
        if (clock_->now() - begin >= limit_.time) return;
    }
}

void core::take_steps(std::size_t most) noexcept {
    for (; most > 0 && !ready_.empty(); --most) {
        auto& first = static_cast<node&>(ready_.pop_front());
        if (SB_DETAIL_UNLIKELY(!turn_asked_) && !ready_.empty()) ask_for_a_turn();
        awaits_left = awaits_in_a_row;
        run_here(&first);
        if (SB_DETAIL_UNLIKELY(to_settle_)) settle_deferred();
    }
}

void core::take_chosen_steps(std::size_t most) noexcept {
    for (; most > 0 && !ready_.empty(); --most) {
        auto* const chosen = chooser_->choose(ready_);
        if (chosen == nullptr) return;
        unlink(*chosen);
        if (!turn_asked_ && !ready_.empty()) ask_for_a_turn();
        awaits_left = awaits_in_a_row;
        run_here(chosen);
        if (to_settle_) settle_deferred();
    }
}

// A node is to be resumed with an exception: it, or the next around it whose body would see that. Null:
// there was none.
node* core::tell(node& told) noexcept {
    if (told.is(is_cancelled) && told.state == node_state::ready) {
        told.state = node_state::running;
        settle(take_owed(told));
    }
    if (!told.is(is_injected) || told.is_guarded()) return &told;
    told.clear(is_injected);
    set_in_flight(cancellation(take_request(told)));
    pass(told);
    destroy_failed_frame(told);
    return unwind(told);
}

// The error in flight leaves a node whose frame is gone: up to the frame that can see it, which is
// returned, ready to be resumed.
node* core::unwind(node& failed, node* last) noexcept {
    auto* n = &failed;
    for (;;) {
        if (n == last) return nullptr;
        if (n->is(is_root)) {
            finish(*n, true);
            return nullptr;
        }
        auto* const parent = n->awaiter;
        parent->awaits = awaited_kind::nothing;
        parent->state = node_state::running;
        release_node(*n);
        if (parent->is_guarded()) {
            parent->set(is_injected);
            return parent;
        }
        pass(*parent);
        if (!is_trivial(*parent) || parent->records() != nullptr) destroy_failed_frame(*parent);
        n = parent;
    }
}

bool core::take_injection(node& n) noexcept {
    n.clear(is_injected);
    if (n.is(is_cancelled)) set_in_flight(cancellation(take_request(n)));
    return true;
}

void core::finish(node& root, bool failed) noexcept {
    root.state = node_state::done;
    root.awaits = awaited_kind::nothing;
    if (failed) {
        root.set(has_failed);
        auto what = take_in_flight();
#if SB_DETAIL_EXCEPTIONS
        for (auto* at = &what; at != nullptr; at = at->context) {
            at->request = 0; // for those who will see it, it is another task's
        }
        try {
            root.push(std::move(what), 0);
        } catch (...) { // whoever asks will be told that the task was cancelled
            if (match<cancelled>(what.error) == nullptr) {
                report_unhandled({what.error, "a task, and there is no memory to keep it", what.gathered});
            }
            discard(what);
        }
#else
        root.push(std::move(what), 0);
#endif
    }
    end(root);
}

void core::end(node& root) noexcept {
    --unfinished_;
    if (SB_DETAIL_UNLIKELY((root.flags & (is_branch | is_marked)) != 0) && root.is(is_marked)) {
        end_marked(root);
        return;
    }
    tell_end(root);
}

void core::tell_end(node& root) noexcept {
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
    if (closing_) raise<wrong_scheduler>("a task was started on a scheduler that is being closed");
}

void core::check_not_over(char const* otherwise) const {
    check_thread();
    if (!clean_up_) raise<wrong_scheduler>(otherwise);
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

void core::adopt_waiting(node& root, waitable& until) noexcept {
    root.home = this;
    root.set(is_root);
    root.references = 1;
    root.object = &until;
    root.awaits = awaited_kind::object;
    root.state = node_state::waiting;
    roots_.push_back(prefix_of(root));
    ++unfinished_;
    ++held_;
}

void core::complete(node& root, bool failed) noexcept {
    root.state = node_state::done;
    root.awaits = awaited_kind::nothing;
    if (failed) root.set(has_failed);
    end(root);
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
    if (SB_DETAIL_UNLIKELY(marks != nullptr) && !try_inherit(*listener.owner(), root)) {
        end_without_memory(root);
    } else if (stack_position() < stack_floor) {
        make_ready(root);
    } else {
        run(&root);
    }
}

// It fails before its first step.
void core::end_without_memory(node& root) noexcept {
#if SB_DETAIL_EXCEPTIONS
    set_in_flight(failure{std::make_exception_ptr(std::bad_alloc())});
#endif
    root.state = node_state::running;
    destroy_failed_frame(root);
    finish(root, true);
}

void core::disown_branch(node& root) noexcept {
    root.clear(is_branch);
    root.clear(frees_itself);
    unlink(prefix_of(root));
    roots_.push_back(prefix_of(root));
    if (root.references == 0) return; // it has freed itself, or is in the list of those to be freed
    root.awaiter = nullptr;
    release(root);
}

void core::free_root(node& root) noexcept {
    if (root.is(has_failed)) {
        if (!root.is(was_looked_at)) report_unseen(root);
        if (root.is(is_marked)) forget_name(root);
    } else if (root.is(has_result) && root.type->destroy_result != nullptr) {
        root.type->destroy_result(root);
    }
    root.drop(0);
    unlink(prefix_of(root));
    release_node(root);
    --held_;
    if (SB_DETAIL_UNLIKELY(orphaned_) && held_ == 0) delete this;
}

// ---- Waiting

std::uint64_t core::now() const noexcept {
    return ticks_of(clock_->now());
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
    if (timers_.empty()) { // an idle wheel's cursor has stayed behind
        list_head none;
        timers_.advance(now(), none);
    }
    timers_.insert(waiter, deadline);
    // At once: the step that comes next may open a loop of the host's.
    if (deadline < asked_for_) ask_for_an_alarm();
}

void core::replace_awaited(waitable const& gone, waitable& instead) noexcept {
    for (auto* of = first_of_thread; of != nullptr; of = of->next_of_thread_) {
        for (auto* at = of->ready_.next; at != &of->ready_; at = at->next) {
            auto& n = *static_cast<node*>(at);
            if (n.awaits == awaited_kind::object && n.object == &gone) n.object = &instead;
        }
    }
}

// ---- Turning

void core::check_thread() const {
    if (std::this_thread::get_id() != thread_) raise<wrong_thread>();
}

bool core::awaits_other_threads() const noexcept { return workers_ != nullptr && !workers_->idle(); }

worker_pool& core::workers() {
    if (workers_ == nullptr) workers_ = std::make_unique<worker_pool>(*worker_options_, *inbox_);
    return *workers_;
}

void core::submit(pool_job& job) {
    workers().submit(job);
    ask_for_a_turn(); // which hands it over, if this one should not come to its end
}

// Once is enough until the host has called. It may be called from within a step, by a loop that a
// task has opened: so it is asked before there is a step, or in it, that leaves something to do.
void core::ask_for_a_turn() noexcept {
    if (turn_asked_ || orphaned_) return;
    turn_asked_ = true;
    pump_->wake();
}

void core::ask_for_an_alarm() noexcept {
    auto const next = timers_.next();
    if (next == asked_for_) return;
    asked_for_ = next;
    if (next == timer_wheel::never) {
        pump_->wake_after(event_pump::endless);
        return;
    }
    auto const moment = now();
    constexpr auto longest = static_cast<std::uint64_t>(event_pump::endless.count() - 1);
    auto const delay = next <= moment ? 0 : std::min(next - moment, longest);
    pump_->wake_after(std::chrono::nanoseconds(static_cast<std::int64_t>(delay)));
}

class core::turn {
public:
    explicit turn(core& of) noexcept
        : of_(of), floor_(std::exchange(of.stack_floor, stack_position() - stack_for_awaits)), kept_(of) {
        ++of.turns_;
        of.release_all_doomed(of.take_doomed()); // of a release that turns the host's loop
        was_releasing_ = std::exchange(of.releasing_, false);
        if (of.to_settle_) of.settle_deferred();
    }
    turn(turn const&) = delete;
    turn& operator=(turn const&) = delete;
    ~turn() {
        if (!of_.ready_.empty()) of_.ask_for_a_turn();
        of_.ask_for_an_alarm();
        if (of_.workers_ != nullptr) of_.workers_->hand_over();
        of_.releasing_ = was_releasing_;
        of_.stack_floor = floor_;
        --of_.turns_;
        // Where a release has led here, outside of any turn, nothing can be settled before that returns.
        if (of_.turns_ == 0 && of_.to_settle_ && !of_.releasing_) of_.ask_for_a_turn();
    }

private:
    core& of_;
    std::uintptr_t const floor_;
    aside const kept_;
    bool was_releasing_;
};

void core::run_tasks(bool alarm_rang) noexcept {
    turn_asked_ = false;
    if (alarm_rang) asked_for_ = timer_wheel::never;
    turn const mine(*this);
    inbox_->take_all([](message& arrived) { arrived.deliver(); });
    if (!timers_.empty()) {
        list_head due;
        timers_.advance(now(), due);
        for (auto* entry = due.next; entry != &due; entry = entry->next) {
            static_cast<node*>(entry)->state = node_state::ready;
        }
        ready_.splice_back(due);
        ask_for_an_alarm();
    }
    run_ready();
}

void core::run_ahead(list_head& first, std::chrono::nanoseconds time, bool const& gone) noexcept {
    bool const is_limited = time != event_pump::endless;
    auto const begin = is_limited ? clock_->now() : time_point();
    turn const mine(*this);
    while (!gone && !first.empty()) {
        awaits_left = awaits_in_a_row;
        run_here(&static_cast<node&>(first.pop_front()));
        if (to_settle_) settle_deferred();
        if (is_limited && clock_->now() - begin >= time) return;
    }
}

void core::set_turn_limit(turn_limit const& limit) {
    check_thread();
    if (limit.steps == 0) raise<misuse>("a turn of no steps: nothing would ever run");
    limit_ = limit;
}

void core::run_until_done(node& root) {
    check_thread();
    while (root.state != node_state::done) {
        bool const is_nested = turns_ != 0 || releasing_;
        auto left = most_looks;
        if (is_nested && ready_.empty() && waits_for_running(root, left)) raise<would_deadlock>();
        pump_->turn(true);
    }
}

bool core::waits_for_running(node& root, std::size_t& left) noexcept {
    for (auto* of = &root; left > 0; --left) {
        auto const& at = innermost(*of);
        if (at.state == node_state::running) return true;
        if (at.state != node_state::waiting || of->home->has_time_limit(*of, left)) return false;
        if (at.awaits == awaited_kind::object) return at.object->waits_for_running(--left);
        if (at.awaits != awaited_kind::result) return false;
        of = at.root;
    }
    return false;
}

bool core::has_time_limit(node const& root, std::size_t& left) const noexcept {
#if SB_DETAIL_EXCEPTIONS
    return timers_.contains([&](links const& element) {
        if (left == 0) return true; // nobody knows
        --left;
        auto const& entry = static_cast<node const&>(element);
        if (entry.type != &cancel_scope::type_of_scopes) return false;
        auto const* at = static_cast<cancel_scope const&>(entry).owner_;
        while (!at->is(is_root)) at = at->awaiter;
        return at == &root;
    });
#else
    static_cast<void>(root);
    static_cast<void>(left);
    return false;
#endif
}

bool core::wait_for_running(list_head const& branches, std::size_t& left) noexcept {
    for (auto* at = branches.next; at != &branches; at = at->next) {
        auto& root = root_of(*at);
        if (root.state != node_state::done && !waits_for_running(root, left)) return false;
    }
    return true;
}

// ---- The end

namespace {

// Something that falls due, so that the host's loop comes back.
struct alarm : node {
    explicit alarm(core* of) noexcept : node(of, type_of_alarms) {}
    ~alarm() { home->stop_waiting(*this); }

    static step has_rung(node& n) {
        n.awaits = awaited_kind::nothing;
        return step::suspended;
    }
    static inline frame_type const type_of_alarms{&alarm::has_rung, nullptr, nullptr, nullptr, "an alarm",
        nullptr, sizeof(node), alignof(node)};
};

} // namespace

std::size_t core::unfinished_jobs() const noexcept { return workers_ == nullptr ? 0 : workers_->outstanding(); }

void core::close_within(std::chrono::nanoseconds limit) {
    check_thread();
    if (turns_ != 0 || releasing_) raise<would_deadlock>();
    closing_ = true;
    cancel_all();
    auto const given = static_cast<std::uint64_t>(std::max(limit, std::chrono::nanoseconds::zero()).count());
    auto const begin = now();
    alarm end_of_time(this);
    if (given < timer_wheel::never - begin) wait_until(end_of_time, begin + given);
    auto const turn_until_over = [&] {
        while ((unfinished_ != 0 || unfinished_jobs() != 0) && now() - begin < given) pump_->turn(true);
    };
    turn_until_over();
    close_generators();
    turn_until_over();
}

void core::cancel_until_over() noexcept {
    for (int round = 0; round < most_cancels_at_close && unfinished_ != 0; ++round) {
        cancel_all();
        run_tasks(true);
    }
}

void core::close() noexcept {
    if (std::this_thread::get_id() != thread_) {
        give_up("a scheduler was destroyed on a thread that is not its own");
    }
    if (turns_ != 0 || releasing_) give_up("a scheduler was destroyed by one of its own tasks");
    closing_ = true;
    cancel_until_over();
    close_generators();
    cancel_until_over();
    clean_up_ = false; // there was time enough
    while (unfinished_ != 0) cancel_all();
    close_generators(); // those that clean-up has left
    while (!ready_.empty()) run_tasks(true); // calls: the last tasks' end has led to some
    while (to_settle_) settle_deferred();
    inbox_->close();
    auto const discard_all = [this] { inbox_->take_all([](message& late) { late.discard(); }); };
    discard_all();    // jobs that wait for an answer of this thread have theirs
    workers_.reset(); // begun jobs end first
    discard_all();
    pump_->wake_after(event_pump::endless);
    pump_->serve(nullptr);
    auto** at = &first_of_thread;
    while (*at != this) at = &(*at)->next_of_thread_;
    *at = next_of_thread_;
    orphaned_ = true;
    if (held_ == 0) delete this;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
