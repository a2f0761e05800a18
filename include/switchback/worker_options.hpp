// How many threads run a scheduler's jobs, and how many jobs may wait for one of them.
#pragma once

#include <switchback/detail/config.hpp>

#include <cstddef>

namespace switchback {
inline namespace SB_DETAIL_ABI {

struct worker_options {
    // Threads at the most, started as they are needed. 0: as many as the processors, at least four.
    unsigned threads = 0;
    // Jobs that are handed over before a thread is free. The rest waits on the scheduler's side.
    std::size_t queue = 1024;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
