#include <switchback/detail/branches.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/unhandled.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

branches::~branches() {
    waiter_ = nullptr;
    while (!list_.empty()) {
        auto& root = root_of(*list_.next);
        root.home->disown_branch(root);
    }
}

void branches::start(node& owner, node& root, bool keeps_result) noexcept {
    owner_ = &owner;
    ++running_;
    if (!keeps_result) root.set(frees_itself);
    owner.home->run_branch(root, *this, list_);
}

void branches::fail_with_current() noexcept {
    has_error_ = true;
#if SB_DETAIL_EXCEPTIONS
    error_ = std::current_exception();
#endif
    cancel_running(cancel_how::request);
}

void branches::wait(node& waiter, std::size_t most) noexcept {
    waiter_ = &waiter;
    most_ = most;
    waiter.awaits = awaited_kind::object;
    waiter.state = node_state::waiting;
}

void branches::branch_ended(node& branch) noexcept {
    --running_;
    if (branch.is(has_failed)) {
        if (!stopping()) {
            failed_ = &branch;
            cancel_running(cancel_how::request);
        }
    } else if (branch.is(frees_itself)) {
        branch.home->release(branch);
    }
    if (waiter_ != nullptr && waiter_->state == node_state::waiting && satisfied(most_)) {
        waiter_->home->make_ready(*waiter_);
    }
}

// A list of those that had not ended at the beginning: cancelling one may end others.
void branches::cancel_running(cancel_how how) noexcept {
    list_head todo;
    todo.splice_back(list_);
    while (!todo.empty()) {
        auto& prefix = todo.pop_front();
        list_.push_back(prefix);
        auto& root = root_of(prefix);
        if (root.state != node_state::done) root.home->cancel_branch(root, how);
    }
}

void branches::abandon(node&) noexcept { waiter_ = nullptr; }

bool branches::forward_cancel(node& waiter, cancel_request const& what) noexcept {
    if (!cancelled_ || what.is_outside(request_)) request_ = what;
    cancelled_ = true;
    most_ = 0;
    waiter_ = nullptr; // not to be woken meanwhile
    cancel_running(what.how);
    if (running_ == 0) return false;
    waiter_ = &waiter;
    if (waiter.state == node_state::ready) unlink(waiter);
    waiter.state = node_state::waiting;
    return true;
}

bool branches::outcome(core& home) noexcept {
    if (cancelled_) {
#if SB_DETAIL_EXCEPTIONS
        if (has_error_) { // overtaken, but not to be lost
            report_unhandled({error_, "the making of tasks to run in parallel", nullptr});
            error_ = nullptr;
        }
#endif
        home.set_in_flight(core::cancellation(request_));
        return false;
    }
#if SB_DETAIL_EXCEPTIONS
    if (has_error_) {
        home.set_in_flight({std::move(error_), nullptr});
        return false;
    }
#endif
    if (failed_ != nullptr) {
        home.fly_failure_of(*failed_);
        return false;
    }
    return true;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
