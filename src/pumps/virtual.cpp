#include <switchback/testing/virtual_pump.hpp>

#include <algorithm>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

void virtual_pump::wake() noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
    woken_or_not_.notify_one();
}

void virtual_pump::wake_after(std::chrono::nanoseconds delay) noexcept {
    alarm_ = delay >= time_point::max() - now_ ? time_point::max() : now_ + delay;
}

bool virtual_pump::take_wake() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(woken_, false);
}

void virtual_pump::run(bool alarm_rang) {
    ++turns_;
    run_tasks(alarm_rang);
}

void virtual_pump::turn(bool may_block) {
    if (take_wake()) {
        run(false);
    } else if (awaits_other_threads()) {
        if (!may_block) return;
        std::unique_lock<std::mutex> lock(mutex_);
        woken_or_not_.wait(lock, [this] { return woken_; });
    } else if (alarm_ != time_point::max()) {
        if (!may_block && alarm_ > now_) return;
        now_ = std::max(now_, std::exchange(alarm_, time_point::max()));
        run(true);
    } else if (may_block) {
        detail::raise<deadlock>();
    }
}

void virtual_pump::run_ready() {
    for (;;) {
        if (take_wake()) {
            run(false);
        } else if (awaits_other_threads()) {
            turn(true);
        } else if (alarm_ <= now_) {
            turn(false);
        } else {
            return;
        }
    }
}

void virtual_pump::advance(std::chrono::nanoseconds time) {
    auto const until = now_ + time;
    for (run_ready(); alarm_ <= until; run_ready()) turn(true);
    now_ = until;
}

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
