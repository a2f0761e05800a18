// Where a scheduler reads the time: handed in, so that a test can hand in its own.
#pragma once

#include <chrono>

namespace switchback {
inline namespace v0 {

using time_point = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

class clock {
public:
    virtual ~clock() = default;
    // Never goes back. Called on the scheduler's thread.
    virtual time_point now() const noexcept = 0;
};

// std::chrono::steady_clock; the default. Lives as long as the program.
clock const& steady_clock() noexcept;

} // namespace v0
} // namespace switchback
