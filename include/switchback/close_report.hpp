// What a scheduler that was closed has not seen the end of.
#pragma once

#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/traceback.hpp>
#endif

#include <cstddef>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {

struct close_report {
    std::size_t tasks = 0; // whose clean-up has not ended
    std::size_t jobs = 0;  // that still run on worker threads
#if SB_DETAIL_EXCEPTIONS
    std::vector<traceback> standing{}; // where each of those tasks waits, and its name, if it was given one
#endif

    bool complete() const noexcept { return tasks == 0 && jobs == 0; }
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
