#include <switchback/detail/promise_state.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/match.hpp>
#    include <switchback/unhandled.hpp>
#endif

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

void promise_base::begin(node& root) noexcept {
    root_ = &root;
    root.home->adopt_waiting(root, *this);
}

// ---- From any thread

// Whoever drops the last one has seen what was done with the others.
void promise_base::drop_handle() noexcept {
    if (handles_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    bool const matters = !claimed_.load(std::memory_order_relaxed) || !is_taken_;
    if (matters && is_open()) {
        if (is_own_thread()) {
            lose_handles();
        } else {
            send(farewell_);
        }
    }
    drop_holder();
}

bool promise_base::send(message& what) noexcept {
    holders_.fetch_add(1, std::memory_order_relaxed);
    if (inbox_->try_put(what)) return true;
    holders_.fetch_sub(1, std::memory_order_relaxed); // the caller's is another one
    return false;
}

void promise_base::drop_holder() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

#if SB_DETAIL_EXCEPTIONS

bool promise_base::fail(std::exception_ptr&& error) {
    if (error == nullptr) raise<misuse>("set_error(): there is no exception in this exception_ptr");
    claim mine(*this);
    bool const is_here = is_open() && is_own_thread();
    bool const is_heard = is_here ? is_awaited() : is_open();
    if (is_here && is_heard) store_error(root(), std::move(error));
    mine.use();
    if (!is_heard) return false;
    if (is_here) {
        complete_root(true);
        return true;
    }
    error_ = std::move(error);
    if (send_arrival()) return true;
    error_ = nullptr;
    return false;
}

void promise_base::store_error(node& root, std::exception_ptr&& error) {
    root.push(failure{std::move(error)}, 0);
}

void promise_base::report_untaken(node& root) noexcept {
    auto const* const kept = root.record_at(0);
    if (kept == nullptr || match<cancelled>(kept->what.error) != nullptr) return;
    report_unhandled({kept->what.error, "a promise whose future nobody took", nullptr});
}

#endif

// ---- On the scheduler's

node& promise_base::take_root() {
    check_thread();
    if (is_taken_) raise<future_taken>();
    if (root_ == nullptr) raise<wrong_scheduler>("the scheduler of this promise has closed");
    is_taken_ = true;
    auto& root = *root_;
    if (is_stored_) finish_root();
    return root;
}

void promise_base::complete_root(bool failed) noexcept {
    has_failed_ = failed;
    is_stored_ = true;
    auto const unneeded = std::move(on_cancel_); // the user's, and so destroyed last
    if (is_taken_) finish_root();
}

void promise_base::finish_root() noexcept {
    auto& root = *std::exchange(root_, nullptr);
    open_.store(false, std::memory_order_release);
    root.home->complete(root, has_failed_);
    drop_holder();
}

// A completion from another thread. Without memory for an error the future reads as cancelled.
void promise_base::arrive(bool in_time) noexcept {
    if (in_time && is_awaited()) {
        auto& into = root();
        root_held const held(into);
        bool failed = false;
        SB_DETAIL_TRY {
#if SB_DETAIL_EXCEPTIONS
            if (error_ != nullptr) {
                failed = true;
                store_error(into, std::move(error_));
            } else
#endif
                store_arrived();
        }
        SB_DETAIL_CATCH_ALL {
#if SB_DETAIL_EXCEPTIONS
            if (!std::exchange(failed, true) && is_open()) {
                try {
                    store_error(into, std::current_exception());
                } catch (...) {
                }
            }
#endif
        }
        if (is_open()) {
            complete_root(failed);
        } else if (into.is(has_result) && into.type->destroy_result != nullptr) {
            into.type->destroy_result(into); // to store it has ended the root
        }
    }
    drop_arrived();
#if SB_DETAIL_EXCEPTIONS
    error_ = nullptr;
#endif
    drop_holder();
}

// Nobody can complete it any more, if it is not; nobody can take the future, if that was not done.
void promise_base::lose_handles() noexcept {
    if (!is_awaited()) return;
    if (!is_taken_) {
        auto& root = *root_;
        auto const unneeded = std::move(on_cancel_);
        is_taken_ = true;
        if (is_stored_) finish_root(); // as if it had been: an error is reported
        root.home->release(root);
    } else if (!claimed_.exchange(true, std::memory_order_relaxed)) {
#if SB_DETAIL_EXCEPTIONS
        try {
            store_error(*root_, std::make_exception_ptr(broken_promise{}));
        } catch (...) { // no memory: it reads as cancelled
        }
#endif
        root_->set(was_looked_at); // where nobody does, nothing is lost that should be reported
        complete_root(true);
    }
}

void promise_base::end_uncompleted() noexcept {
    open_.store(false, std::memory_order_release);
    auto& root = *std::exchange(root_, nullptr);
    auto const told = std::move(on_cancel_);
    if (!is_taken_) { // the scheduler closes: no future will be made any more
#if SB_DETAIL_EXCEPTIONS
        if (is_stored_ && has_failed_) report_untaken(root);
#endif
        root.home->release(root);
    }
    if (told != nullptr && !claimed_.load(std::memory_order_relaxed)) told->call();
    drop_holder();
}

void promise_base::keep_on_cancel(std::unique_ptr<cancel_call> call) noexcept {
    if (claimed_.load(std::memory_order_relaxed)) return;
    if (root_ == nullptr) {
        call->call();
    } else {
        on_cancel_.swap(call);
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
