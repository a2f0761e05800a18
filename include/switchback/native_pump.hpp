// The built-in event loop, for programs that have none: it knows nothing but tasks.
//
//     sb::native_pump pump;
//     sb::task_scheduler scheduler{pump};
//
// While nothing is ready it sleeps in the kernel, until the next timer or a wake from another
// thread: on a descriptor where there are those (Linux, other POSIX systems), elsewhere on a condition
// variable (Windows, and Emscripten, whose poll() does not wait).
#pragma once

#include <switchback/event_pump.hpp>

#include <atomic>

#if (defined(__unix__) || defined(__APPLE__)) && !defined(__EMSCRIPTEN__)
#    define SB_DETAIL_PUMP_HAS_DESCRIPTORS 1
#else
#    define SB_DETAIL_PUMP_HAS_DESCRIPTORS 0
#    include <condition_variable>
#    include <mutex>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {

class native_pump final : public event_pump {
public:
    // Throws std::system_error where the system has no descriptor left.
    native_pump();
    ~native_pump() override;

    // From any thread, and on POSIX systems from signal handlers. One system call if the loop sleeps,
    // else none.
    void wake() noexcept override;
    void wake_after(std::chrono::nanoseconds delay) noexcept override;
    void turn(bool may_block) override;

private:
    void sleep();
    void ring() noexcept; // ends that sleep
    std::chrono::nanoseconds time_left() const noexcept;

#if SB_DETAIL_PUMP_HAS_DESCRIPTORS
    int read_end_ = -1;
    int write_end_ = -1;
#else
    std::mutex mutex_;
    std::condition_variable rung_;
#endif
    std::atomic<bool> woken_{false};
    std::atomic<bool> asleep_{false};
    std::chrono::steady_clock::time_point alarm_ = (std::chrono::steady_clock::time_point::max)();
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
