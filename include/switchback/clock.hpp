// Where a scheduler reads the time: handed in, so that a test can hand in its own.
#pragma once

#include <switchback/detail/config.hpp>

#include <chrono>

namespace switchback {
inline namespace SB_DETAIL_ABI {

using time_point = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

class clock {
public:
    virtual ~clock() = default;
    // Never goes back. Called on the scheduler's thread.
    virtual time_point now() const noexcept = 0;
};

// std::chrono::steady_clock; the default. Lives as long as the program.
clock const& steady_clock() noexcept;

} // namespace SB_DETAIL_ABI
} // namespace switchback
