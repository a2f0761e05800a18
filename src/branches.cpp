#include <switchback/detail/branches.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/native_error.hpp>
#    include <switchback/unhandled.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if SB_DETAIL_EXCEPTIONS

failure take_failure(node& branch) noexcept {
    branch.set(was_looked_at);
    auto* const kept = branch.record_at(0);
    return kept == nullptr ? failure{std::make_exception_ptr(cancelled{})} : std::exchange(kept->what, {});
}

namespace {

// False: there is no memory for that, and both are as they were.
bool attach(failure& to, failure& other) noexcept {
    if (to.gathered == nullptr) to.gathered = new (std::nothrow) trace;
    if (to.gathered == nullptr || !to.gathered->attach(other.error, other.gathered)) return false;
    other.gathered = nullptr;
    discard(other);
    return true;
}

constexpr char const* making_of_branches = "the making of tasks to run in parallel";

} // namespace

void attach_or_report(failure& to, failure&& other) noexcept {
    if (attach(to, other)) return;
    report_unhandled({other.error, making_of_branches, other.gathered});
    discard(other);
}

// An error that was overtaken is not to be lost.
void branches::report_error() noexcept {
    if (error_.error == nullptr) return;
    auto what = std::exchange(error_, {});
    report_unhandled({what.error, making_of_branches, what.gathered});
    discard(what);
}

// In the order of their start. Those that there is no memory for stay with their branches, and are reported
// when these go.
void branches::attach_others(failure& raised) noexcept {
    visit([&](node& branch) {
        if (!branch.is(has_failed) || branch.is(was_looked_at) || core::is_cancelled_result(branch)) return;
        if (attach(raised, branch.record_at(0)->what)) branch.set(was_looked_at);
    });
}

#endif

branches::~branches() {
    waiter_ = nullptr;
    while (!list_.empty()) {
        auto& root = root_of(*list_.next);
        root.home->disown_branch(root);
    }
#if SB_DETAIL_EXCEPTIONS
    report_error();
#endif
}

void branches::start(node& owner, node& root, bool has_result) noexcept {
    owner_ = &owner;
    ++running_;
    if (!has_result && rule_ == decided_by::first_failure) root.set(frees_itself);
    owner.home->run_branch(root, *this, list_);
}

void branches::fail_with_current() noexcept {
#if SB_DETAIL_EXCEPTIONS
    error_ = known_failure(std::current_exception());
#endif
    has_error_ = true;
    cancel_running(cancel_how::request);
}

void branches::wait(node& waiter, std::size_t most) noexcept {
    waiter_ = &waiter;
    most_ = most;
    waiter.awaits = awaited_kind::object;
    waiter.state = node_state::waiting;
}

bool branches::decides(node& branch) const noexcept {
    if (stopping()) return false;
    return rule_ == decided_by::first_end || (rule_ == decided_by::first_failure && branch.is(has_failed));
}

void branches::branch_ended(node& branch) noexcept {
    --running_;
    bool const decided = decides(branch);
    if (decided) {
        decided_ = &branch;
        if (rule_ == decided_by::first_end) { // all that were started are still listed
            for (auto* at = list_.next; at != &prefix_of(branch); at = at->next) ++place_of_winner_;
        }
        cancel_running(cancel_how::request);
    }
    if (waiter_ != nullptr && waiter_->state == node_state::waiting && satisfied(most_)) {
        waiter_->home->make_ready(*waiter_);
    }
    // Last: a result that nobody will ask for is the user's, and its end may be the end of this.
    bool const has_lost = rule_ == decided_by::first_end && !decided;
    if (!branch.is(has_failed) && (branch.is(frees_itself) || has_lost)) branch.home->release(branch);
}

void branches::cancel_running(cancel_how how) noexcept {
    if (owner_ != nullptr) owner_->home->cancel_branches(list_, how); // otherwise none was started
}

void branches::abandon(node&) noexcept { waiter_ = nullptr; }

bool branches::waits_for_running(std::size_t& left) const noexcept {
    return running_ != 0 && core::wait_for_running(list_, left);
}

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
        home.set_in_flight(home.cancellation(request_));
        return false;
    }
    if (decided_ != nullptr && !decided_->is(has_failed)) return true;
    if (!stopping()) return true;
#if SB_DETAIL_EXCEPTIONS
    failure raised = decided_ != nullptr ? take_failure(*decided_) : std::exchange(error_, {});
    if (error_.error != nullptr) attach_or_report(raised, std::exchange(error_, {}));
    attach_others(raised);
    home.set_in_flight(std::move(raised));
#endif
    return false;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
