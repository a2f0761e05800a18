// Time for tests: an event pump and a clock in one, on which hours pass at once.
//
//     sb::testing::virtual_pump pump;
//     sb::task_scheduler scheduler{pump, pump};
//     scheduler.run(retries_for_an_hour{});
//
// When nothing is ready, time jumps to the next timer. When there is none either, nothing can ever
// happen again: turn() throws sb::testing::deadlock at once, and so does scheduler.run(). While jobs
// are under way on worker threads, time stands still and the loop waits for them.
#pragma once

#include <switchback/clock.hpp>
#include <switchback/errors.hpp>
#include <switchback/event_pump.hpp>

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

// Every task waits for something that only another task could do.
struct deadlock : misuse {
    deadlock() : misuse("deadlock: no task is ready, no timer runs, and no job is under way") {}
};

class virtual_pump final : public event_pump, public clock {
public:
    virtual_pump() = default;

    // Starts at an hour, not at zero, so that a test may subtract.
    time_point now() const noexcept override { return now_; }

    // Lets so much time pass, and everything happen that falls due in it, in its order.
    void advance(std::chrono::nanoseconds time);
    // Runs what is ready, and nothing for which time would have to pass.
    void run_ready();

    void wake() noexcept override;
    void wake_after(std::chrono::nanoseconds delay) noexcept override;
    void turn(bool may_block) override;

    // How often tasks were run because of a wake or a timer: nothing is polled.
    std::size_t turns() const noexcept { return turns_; }

private:
    bool take_wake();
    void run(bool alarm_rang);

    time_point now_{std::chrono::hours(1)};
    time_point alarm_ = (time_point::max)();
    std::size_t turns_ = 0;
    std::mutex mutex_;
    std::condition_variable woken_or_not_;
    bool woken_ = false;
};

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
