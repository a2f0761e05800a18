#include <switchback/task_scheduler.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/native_error.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {

task_scheduler::task_scheduler(
    event_pump& pump, clock const& time, worker_options const& workers)
    : core_(new detail::core(pump, time, workers)) {}

task_scheduler::~task_scheduler() {
    core_->close();
#if SB_DETAIL_EXCEPTIONS
    detail::forget_native();
#endif
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
