// The built-in event loop, for programs that have none: it knows nothing but tasks.
//
//     sb::native_pump pump;
//     sb::task_scheduler scheduler{pump};
//
// While nothing is ready it sleeps in the kernel, until the next timer or a wake from another
// thread. Linux and other POSIX systems.
#pragma once

#include <switchback/event_pump.hpp>

#include <atomic>

namespace switchback {
inline namespace v0 {

class native_pump final : public event_pump {
public:
    // Throws std::system_error where the system has no descriptor left.
    native_pump();
    ~native_pump() override;

    // From any thread, and from signal handlers. One system call if the loop sleeps, else none.
    void wake() noexcept override;
    void wake_after(std::chrono::nanoseconds delay) noexcept override;
    void turn(bool may_block) override;

private:
    void sleep();

    int read_end_ = -1;
    int write_end_ = -1;
    std::atomic<bool> woken_{false};
    std::atomic<bool> asleep_{false};
    std::chrono::steady_clock::time_point alarm_ = (std::chrono::steady_clock::time_point::max)();
};

} // namespace v0
} // namespace switchback
