// How many threads run a scheduler's jobs, and how many jobs may wait for one of them.
//
//     sb::worker_options workers;
//     workers.blocking_threads = 8;
//     sb::task_scheduler scheduler{pump, sb::steady_clock(), workers};
//
// Threads are started as they are needed, none before the first job. Those for jobs that compute
// (sb::offload) stay; those for jobs that block (sb::offload_blocking) come and go.
#pragma once

#include <switchback/detail/config.hpp>

#include <chrono>
#include <cstddef>

namespace switchback {
inline namespace SB_DETAIL_ABI {

struct worker_options {
    // Threads that compute, at the most. 0: as many as the processors, at least four.
    unsigned threads = 0;
    // Jobs of each kind that are handed over before a thread is free. The rest waits on the scheduler's
    // side, in its order, and so do the tasks that wait for them: none is refused.
    std::size_t queue = 1024;
    // Threads for jobs that block, at the most. 0: sixty-four.
    unsigned blocking_threads = 0;
    // Such a thread ends that has had nothing to do for so long, in real time.
    std::chrono::nanoseconds idle = std::chrono::seconds(10);
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
