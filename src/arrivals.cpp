#include <switchback/detail/arrivals.hpp>

#include <switchback/body.hpp>
#include <switchback/detail/branches.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/native_error.hpp>
#    include <switchback/unhandled.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// ---- The source

// What the user's code throws is given by next(), and ends the taking of elements.
void arrivals::fail_with_current() noexcept {
#if SB_DETAIL_EXCEPTIONS
    error_ = known_failure(std::current_exception());
#endif
    has_error_ = true;
    over_ = true;
    if (closed_) report_error();
    wake_taker();
}

void arrivals::report_error() noexcept {
    if (!std::exchange(has_error_, false)) return;
#if SB_DETAIL_EXCEPTIONS
    auto what = std::exchange(error_, {});
    report_unhandled({what.error, "the making of tasks for sb::as_completed", what.gathered});
    discard(what);
#endif
}

bool arrivals::find_next() noexcept {
    if (found_ || over_ || in_source_) return found_ || in_source_;
    in_source_ = true;
    SB_DETAIL_TRY {
        found_ = find();
        if (!found_) over_ = true;
    }
    SB_DETAIL_CATCH_ALL { fail_with_current(); }
    end_of_source();
    return found_ && !over_;
}

bool arrivals::start_next(node& runner) noexcept {
    if (in_source_ || !find_next()) return false;
    found_ = false;
    runner_ = &runner;
    in_source_ = true;
    SB_DETAIL_TRY { start_found(runner); }
    SB_DETAIL_CATCH_ALL { fail_with_current(); }
    end_of_source();
    return true;
}

// It was in use; if the completions were dropped meanwhile, it is not wanted any more.
void arrivals::end_of_source() noexcept {
    in_source_ = false;
    if (closed_) drop_source();
}

// ---- Who takes the results

bool arrivals::more() noexcept { return running_ != 0 || arrived_ != 0 || find_next() || has_error_; }

void arrivals::close() noexcept {
    closed_ = true;
    over_ = true;
    wake_taker();
    while (!arrived_list_.empty()) home_->disown_branch(root_of(*arrived_list_.next));
    arrived_ = 0;
    report_error();
    if (!in_source_) drop_source();
}

bool arrivals::begin_next(arrivals_ref&& of, node& taker) {
    if (!of || of->closed_ || !of->more()) {
        raise<misuse>("next() of sb::completions that have nothing more to give: ask more() first");
    }
    if (of->home_ != taker.home) {
        raise<wrong_scheduler>("the sb::completions of another scheduler's tasks were awaited");
    }
    if (of->taker_.waiter != nullptr) {
        raise<misuse>("two tasks wait in next() of the same sb::completions");
    }
    auto& self = *of.give_up();
    self.taker_.waiter = &taker;
    taker.object = &self.taker_;
    taker.awaits = awaited_kind::object;
    if (self.has_something()) return true;
    taker.state = node_state::waiting;
    return false;
}

arrivals_ref arrivals::end_next(node& taker) {
    auto& from = static_cast<taking&>(*taker.object);
    arrivals_ref of(*from.of);
    from.waiter = nullptr;
    taker.awaits = awaited_kind::nothing;
    if (of->closed_) raise<misuse>("sb::completions were dropped while a task waited in their next()");
    return of;
}

void arrivals::taking::abandon(node&) noexcept {
    waiter = nullptr;
    arrivals_ref const dropped(*of);
}

void arrivals::wake_taker() noexcept {
    auto* const waiter = taker_.waiter;
    if (waiter != nullptr && waiter->state == node_state::waiting) home_->make_ready(*waiter);
}

arrived::arrived(arrivals& of) {
#if SB_DETAIL_EXCEPTIONS
    if (of.has_error_) {
        of.has_error_ = false;
        error_ = std::exchange(of.error_, {});
        return;
    }
#endif
    auto& prefix = of.arrived_list_.pop_front();
    taken_.push_back(prefix);
    branch_ = &root_of(prefix);
    --of.arrived_;
    of.wake_runner();
}

arrived::~arrived() {
    if (branch_ != nullptr) branch_->home->disown_branch(*branch_);
}

bool arrived::failed([[maybe_unused]] node& taker) noexcept {
#if SB_DETAIL_EXCEPTIONS
    if (branch_ == nullptr) {
        taker.home->set_in_flight(std::move(error_));
        return true;
    }
    if (branch_->is(has_failed)) taker.home->set_in_flight(take_failure(*branch_));
#endif
    return branch_->is(has_failed);
}

// ---- The tasks

void arrivals::start(node& runner, node& root, bool) noexcept {
    ++running_;
    runner_ = &runner;
    runner.home->run_branch(root, *this, running_list_);
}

void arrivals::branch_ended(node& branch) noexcept {
    --running_;
    bool const is_wanted = !closed_;
    if (is_wanted) {
        unlink(prefix_of(branch));
        arrived_list_.push_back(prefix_of(branch));
        ++arrived_;
        wake_taker();
    }
    wake_runner();
    if (!is_wanted) branch.home->release(branch); // last: its result is the user's
}

void arrivals::disown() noexcept {
    over_ = true;
    waits_ = false;
    runner_ = nullptr;
    running_ = 0;
    while (!running_list_.empty()) home_->disown_branch(root_of(*running_list_.next));
}

// ---- The runner

step runs_arrivals::operator()(returns<void>& co) {
    SB_BEGIN(co);
    do {
        SB_AWAIT(room_to_arrive{*of});
    } while (of->start_next(access::body(co)));
    SB_AWAIT(end_of_arrivals{*of});
    SB_END();
}

void arrivals::wait(node& runner, bool for_room) noexcept {
    runner_ = &runner;
    waits_ = true;
    for_room_ = for_room;
    runner.state = node_state::waiting;
}

void arrivals::wake_runner() noexcept {
    if (!waits_ || runner_->state != node_state::waiting) return;
    if (for_room_ ? has_room() : has_ended()) home_->make_ready(*runner_);
}

bool arrivals::waits_for_running(std::size_t& left) const noexcept {
    return running_ != 0 && !has_something() && core::wait_for_running(running_list_, left);
}

bool arrivals::forward_cancel(node& runner, cancel_request const& what) noexcept {
    if (!cancelled_ || what.is_outside(request_)) request_ = what;
    cancelled_ = true;
    over_ = true;
    waits_ = false; // not to be woken meanwhile
    home_->cancel_branches(running_list_, what.how);
    if (running_ == 0) return false;
    if (runner.state == node_state::ready) unlink(runner);
    wait(runner, false);
    return true;
}

bool arrivals::outcome() noexcept {
    waits_ = false;
    if (cancelled_) home_->set_in_flight(home_->cancellation(request_));
    return !cancelled_;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
