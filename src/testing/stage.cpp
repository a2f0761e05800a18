#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/detail/standing.hpp>
#    include <switchback/detail/wait_list.hpp>
#    include <switchback/testing/stage.hpp>

#    include <algorithm>
#    include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {
namespace {

using detail::awaited_kind;
using detail::node;

// A run that takes more steps has no end.
constexpr std::size_t most_steps = 20000;

// Errors that go unhandled while a program runs are its own.
SB_DETAIL_THREAD_LOCAL stage* on_stage = nullptr;

bool is_injected_failure(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (injected_failure const&) {
        return true;
    } catch (...) {
        return false;
    }
}

bool has_frame(node const& n) noexcept { return n.type->where != nullptr; }
bool begins(node const& n) noexcept { return n.is(detail::is_root) && n.path == detail::path_not_begun; }

std::string place_in(node& n) {
    detail::trace gathered;
    n.home->place_of(n);
    gathered.add(n.type, n.path);
    auto const where = traceback(gathered).entries().front();
    auto const name = where.file.substr(where.file.find_last_of("/\\") + 1);
    return (begins(n) ? "begins (" : "goes on (") + name + ':' + std::to_string(where.line) + ')';
}

} // namespace

// Time as the pump has it, and the time that slow steps have taken.
class stage::clock_with_delays final : public clock {
public:
    explicit clock_with_delays(virtual_pump const& pump) noexcept : pump_(pump), began_(pump.now()) {}
    time_point now() const noexcept override { return pump_.now() + delays_; }
    void delay(std::chrono::nanoseconds by) noexcept { delays_ += by; }
    std::chrono::nanoseconds passed() const noexcept { return now() - began_; }

private:
    virtual_pump const& pump_;
    time_point const began_;
    std::chrono::nanoseconds delays_{};
};

stage::stage(decider& by, disturbances const& what)
    : decider_(by), wanted_(what), clock_(std::make_unique<clock_with_delays>(pump_)),
      scheduler_(std::make_unique<task_scheduler>(pump_, *clock_)), around_(std::exchange(on_stage, this)),
      handler_around_(set_unhandled_error_handler(&stage::report)) {
    scheduler_->set_turn_limit({1});
    detail::scheduler_access::core_of(*scheduler_).set_chooser(this);
}

stage::~stage() {
    close();
    set_unhandled_error_handler(handler_around_);
    on_stage = around_;
}

void stage::report(unhandled_error const& what) noexcept {
    if (on_stage == nullptr || is_injected_failure(what.error)) return;
    on_stage->fail("an error went unhandled (" + std::string(what.where) + "): " + describe(what.error));
}

void stage::fail(std::string why) {
    if (finding_.empty() && !was_cut_) finding_ = std::move(why);
}

bool stage::is_disturbed(std::string_view task) const noexcept {
    return std::any_of(disturbed_actors_.begin(), disturbed_actors_.end(),
        [&](std::size_t which) { return actors_[which]->name() == task; });
}

void stage::set_state(std::function<void(fingerprint&)> tell, void const* program, std::size_t size) {
    if (!decider_.wants_states()) return;
    tell_state_ = std::move(tell);
    program_ = program;
    program_size_ = size;
}

// ---- Decisions

// What has been decided since the last look at the state is what it takes to know where this is: a step does the
// same each time. (In the middle of a step, there are variables on the stack.)
std::size_t stage::decide(std::size_t ways, std::size_t faults) {
    auto const number = decisions_++;
    std::size_t way = 0;
    if (ways > 1) way = decider_.decide({number, ways, faults, tell_state_ ? &state_ : nullptr});
    if (way == decider::stop) {
        is_stopped_ = was_cut_ = true;
        return 0;
    }
    if (way != 0) deviations_.push_back({number, static_cast<std::uint32_t>(way)});
    fingerprint with;
    with << state_ << way;
    state_ = with.value();
    return way;
}

std::size_t stage::decide_next(detail::list_head const* ready) {
    if (tell_state_) state_ = state(ready);
    auto const faults = std::count_if(options_.begin(), options_.end(), [](option const& each) {
        return each.what != option::kind::step && each.what != option::kind::go_on;
    });
    return decide(options_.size(), static_cast<std::size_t>(faults));
}

void stage::may_fail(char const* what) {
    if (may_go_wrong()) throw injected_failure(what);
}

bool stage::may_go_wrong() {
    if (!wanted_.failures || is_over_ || is_stopped_ || disturbed_ >= wanted_.most) return false;
    if (decide(2, 1) == 0) return false;
    ++disturbed_;
    return true;
}

std::size_t stage::one_of(std::size_t ways) { return is_over_ || is_stopped_ ? 0 : decide(ways, 0); }

simulated_workers& stage::simulate_jobs(simulated_jobs how) {
    how.before = [this, before = std::move(how.before)](std::size_t number) {
        tell("job " + std::to_string(number) + " ends");
        may_fail("a job's failure");
        if (before) before(number);
    };
    if (!how.choose) how.choose = [this](std::size_t ways) { return one_of(ways); };
    workers_ = std::make_unique<simulated_workers>(*scheduler_, std::move(how));
    return *workers_;
}

void stage::woken(node& waiter, detail::waitable const& by) noexcept { woken_[&waiter] = &by; }

// Whether `later` must not overtake `earlier`, which stands before it in the ready queue. Promised is the order
// of those who have waited in one object, of timers, of calls that were posted.
bool stage::keeps_behind(node& earlier, node& later) const noexcept {
    if (earlier.is(detail::is_injected) || later.is(detail::is_injected)) return false;
    if (earlier.awaits != later.awaits) return false;
    switch (later.awaits) {
    case awaited_kind::nothing: return !has_frame(earlier) && !has_frame(later);
    case awaited_kind::timer: return true;
    case awaited_kind::result: return earlier.root == later.root;
    case awaited_kind::object: {
        auto const of_earlier = woken_.find(&earlier);
        auto const of_later = woken_.find(&later);
        if (of_earlier == woken_.end() || of_later == woken_.end()) return earlier.object == later.object;
        return of_earlier->second == of_later->second;
    }
    default: return false;
    }
}

void stage::list_steps(detail::list_head& ready) {
    options_.clear();
    for (auto* at = ready.next; at != &ready; at = at->next) {
        auto& later = *static_cast<node*>(at);
        bool is_free = true;
        for (auto* before = ready.next; before != at && is_free; before = before->next) {
            is_free = !keeps_behind(*static_cast<node*>(before), later);
        }
        if (is_free) options_.push_back({option::kind::step, &later, 0});
    }
}

void stage::add_disturbances(std::vector<option>& to) const {
    if (disturbed_ >= wanted_.most) return;
    for (std::size_t i = 0; i < actors_.size(); ++i) {
        if (actors_[i]->is_ready()) continue;
        if (wanted_.cancels) to.push_back({option::kind::cancel, nullptr, i});
        if (wanted_.releases) to.push_back({option::kind::drop, nullptr, i});
    }
}

void stage::disturb(option const& how) {
    ++disturbed_;
    disturbed_actors_.push_back(how.actor);
    auto& actor = *actors_[how.actor];
    bool const is_cancel = how.what == option::kind::cancel;
    if (wants_history_) note(column_of(*actor.root(), false), is_cancel ? "is cancelled" : "is dropped", true);
    if (is_cancel) {
        actor.cancel();
    } else {
        actor.drop();
    }
}

node* stage::choose(detail::list_head& ready) noexcept {
    ++looks_;
    while (!is_stopped_ && !ready.empty()) {
        list_steps(ready);
        if (!is_over_ && ++steps_ > most_steps) {
            fail("it does not end: " + std::to_string(most_steps) + " steps were not enough");
            is_stopped_ = true;
            break;
        }
        auto chosen = options_.front();
        if (!is_over_) {
            if (delays_ < wanted_.most && wanted_.delay > wanted_.delay.zero()) {
                options_.push_back({option::kind::delay});
            }
            add_disturbances(options_);
            chosen = options_[decide_next(&ready)];
            if (is_stopped_) break;
        }
        switch (chosen.what) {
        case option::kind::step:
            note_step(*chosen.node);
            woken_.erase(chosen.node);
            return chosen.node;
        case option::kind::delay:
            ++delays_;
            note_delay();
            clock_->delay(wanted_.delay);
            return nullptr; // what falls due is ready in the next turn
        default: disturb(chosen);
        }
    }
    return nullptr;
}

// ---- A run

bool stage::run() {
    while (!is_stopped_) {
        auto const turns = pump_.turns();
        pump_.turn(false);
        if (is_stopped_) break;
        if (pump_.turns() != turns) continue; // more may be ready
        options_.assign(1, {option::kind::go_on});
        add_disturbances(options_);
        auto const way = decide_next(nullptr);
        if (is_stopped_) break;
        if (way != 0) {
            disturb(option(options_[way]));
            continue;
        }
        try { // timers may need several turns to come to the next that is due
            for (auto const looks = looks_; looks_ == looks && !is_stopped_;) pump_.turn(true);
        } catch (deadlock const&) {
            break; // nothing is left to happen
        }
    }
    if (!is_stopped_) check_ends();
    return !was_cut_;
}

void stage::check_ends() {
    for (auto const& each : actors_) {
        if (each->ends() == must_end::never) continue;
        if (each->ends() == must_end::unless_disturbed && is_disturbed()) continue;
        if (!each->is_ready()) {
            fail("\"" + each->name() + "\" waits for ever:\n" + detail::frames_of(*each->root()).to_string());
            continue;
        }
        auto const error = each->error();
        if (error == nullptr || each->is_cancelled() || is_injected_failure(error)) continue;
        fail("\"" + each->name() + "\" failed: " + describe(error));
    }
}

void stage::close() {
    is_over_ = true;
    is_stopped_ = false;
    actors_.clear();
    scheduler_.reset();
}

// ---- What is told of it

void stage::note_start() {
    auto const& fresh = *actors_.back();
    columns_[fresh.root()] = {new_column(fresh.name()), true, false};
}

std::size_t stage::new_column(std::string name) {
    auto const same = static_cast<std::size_t>(std::count_if(history_.tasks.begin(), history_.tasks.end(),
        [&](std::string const& each) { return each.compare(0, name.size(), name) == 0; }));
    if (same != 0) name += " (" + std::to_string(same + 1) + ')';
    history_.tasks.push_back(std::move(name));
    return history_.tasks.size() - 1;
}

std::size_t stage::column_named(std::string_view name) {
    auto const at = std::find(history_.tasks.begin(), history_.tasks.end(), name);
    if (at == history_.tasks.end()) return new_column(std::string(name));
    return static_cast<std::size_t>(at - history_.tasks.begin());
}

std::size_t stage::column_of(node& root, bool begins_now) {
    auto const [at, is_new] = columns_.emplace(&root, column{0, false, false});
    auto& of = at->second;
    auto const* const name = detail::name_of(root);
    if (is_new || (begins_now && of.has_begun)) {
        of = {new_column(name == nullptr ? std::string(root.type->name) : *name), false, false};
    } else if (!of.is_actor && name != nullptr) {
        history_.tasks[of.index] = *name;
    }
    of.has_begun |= begins_now;
    return of.index;
}

void stage::note(std::size_t task, std::string what, bool is_fault) {
    if (!wants_history_) return;
    history_.rows.push_back({clock_->passed(), task, std::move(what), is_fault});
}

void stage::tell(std::string what) {
    if (!history_.rows.empty()) note(history_.rows.back().task, std::move(what), false);
}

void stage::note_delay() {
    if (wants_history_) note(column_named("time"), "a step takes long", true);
}

void stage::note_step(node& n) {
    if (!wants_history_) return;
    if (!has_frame(n)) {
        note(column_named(n.type->name), "is called", false);
        return;
    }
    auto what = n.is(detail::is_injected) ? std::string("is told that it is cancelled") : place_in(n);
    note(column_of(detail::root_above(n), begins(n)), std::move(what), false);
}

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
