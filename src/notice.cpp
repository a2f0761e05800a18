#include <switchback/detail/notice.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// ---- The condition

notice_list::~notice_list() {
    if (!waiting_.empty() && thread_.is_another()) {
        give_up("a condition was destroyed on a thread that is not its own while tasks wait in it");
    }
    for (auto* list : {&waiting_, &notified_}) {
        while (!list->empty()) {
            auto& left = static_cast<notice&>(*list->next);
            left.leave_list();
            left.in_ = nullptr;
            if (!left.locking_) left.move_to_mutex();
        }
    }
}

void notice_list::notify(std::size_t most) noexcept {
    for (; most > 0 && !waiting_.empty(); --most) {
        auto& first = static_cast<notice&>(*waiting_.next);
        first.leave_list();
        first.notified_ = true;
        notified_.push_back(first);
        first.move_to_mutex();
    }
}

// ---- One wait

notice::~notice() {
    leave_list();
    while (!guard_.empty()) static_cast<permit_link&>(*guard_.next).leave();
}

void notice::begin(node& waiter, notice_list& in, holding& lock) noexcept {
    auto& mutex = *lock.of();
    waiter_ = &waiter;
    in_ = &in;
    in.waiting_.push_back(*this);
    ++in.count_;
    mutex_.observe(mutex);
    waiter.object = this;
    waiter.awaits = awaited_kind::object;
    waiter.state = node_state::waiting;
    lock.let_go();
    lock.join_list(guard_, nullptr);
}

void notice::leave_list() noexcept {
    if (next == nullptr) return;
    if (!notified_) --in_->count_;
    unlink(*this);
    next = prev = nullptr;
}

void notice::move_to_mutex() noexcept {
    locking_ = true;
    if (auto* const mutex = mutex_.of()) {
        mutex->queue_up(*waiter_);
    } else { // it has gone
        waiter_->object = &gone_object;
        waiter_->home->make_ready(*waiter_);
    }
}

bool notice::end() noexcept {
    leave_list();
    auto& home = *waiter_->home;
    auto* const mutex = mutex_.of();
    if (mutex == nullptr) { // it died when the lock was on its way
        fly<destroyed>(home);
        return false;
    }
    mutex_.stop();
    mutex->take_reserved();
    holding lock(*mutex);
    if (!guard_.empty()) { // else nobody has it any more
        auto& guard = static_cast<holding&>(static_cast<permit_link&>(*guard_.next));
        guard = std::move(lock);
    }
    if (cancelled_) {
        home.set_in_flight(home.cancellation(request_));
        return false;
    }
    if (in_ == nullptr) {
        fly<destroyed>(home);
        return false;
    }
    return true;
}

void notice::abandon(node& waiter) noexcept {
    leave_list();
    if (!locking_) return;
    if (auto* const mutex = mutex_.of()) mutex->abandon(waiter);
    if (notified_ && !cancelled_ && in_ != nullptr) in_->notify(1);
}

bool notice::forward_cancel(node&, cancel_request const& what) noexcept {
    if (what.how == cancel_how::release || mutex_.of() == nullptr) return false;
    if (!cancelled_ || what.is_outside(request_)) request_ = what;
    if (std::exchange(cancelled_, true)) return true;
    leave_list();
    if (!locking_) {
        move_to_mutex();
    } else if (notified_ && in_ != nullptr) {
        in_->notify(1);
    }
    return true;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
