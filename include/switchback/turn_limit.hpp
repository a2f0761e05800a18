// How long a scheduler runs ready tasks before its host's events have their turn.
//
//     scheduler.set_turn_limit({100, 4ms}); // a hundred steps, or four milliseconds: what comes first
//
// A step is what a task does from one suspension to the next: no limit cuts it short.
#pragma once

#include <switchback/detail/config.hpp>

#include <chrono>
#include <cstddef>

namespace switchback {
inline namespace SB_DETAIL_ABI {

struct turn_limit {
    // Zero is misuse.
    std::size_t steps = 1000;
    // On the scheduler's clock, which is looked at once in sixteen steps: so a turn may take that much
    // longer. By default there is no such limit, and nothing is looked at.
    std::chrono::nanoseconds time = (std::chrono::nanoseconds::max)();
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
