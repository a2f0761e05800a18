// How many tasks may run at once: for sb::run_in_parallel, sb::gather and sb::as_completed.
//
//     SB_AWAIT(sb::run_in_parallel(sb::at_most{16}, urls, fetch_page));
//
// Where the tasks are jobs (sb::offload), the pool's threads are a bound of their own: at_most{16} in a pool
// of four lets sixteen jobs be handed over, and four run. sb::worker_options::threads says how many there
// may be.
#pragma once

#include <switchback/errors.hpp>

#include <limits>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Zero is misuse.
struct at_most {
    explicit at_most(std::size_t limit) : count(limit) {
        if (limit == 0) detail::raise<misuse>("sb::at_most{0}: nothing could ever run");
    }
    std::size_t count;
};

namespace detail {

constexpr std::size_t no_limit = (std::numeric_limits<std::size_t>::max)();

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
