#include <switchback/task_scheduler.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/native_error.hpp>
#    include <switchback/detail/standing.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {

task_scheduler::task_scheduler(
    event_pump& pump, clock const& time, worker_options const& workers)
    : core_(new detail::core(pump, time, workers)) {}

close_report task_scheduler::close(std::chrono::nanoseconds limit) {
    core_->close_within(limit);
    close_report left;
    left.tasks = core_->unfinished();
    left.jobs = core_->unfinished_jobs();
#if SB_DETAIL_EXCEPTIONS
    core_->visit_unfinished([&](detail::node& root) { left.standing.push_back(detail::frames_of(root)); });
#endif
    return left;
}

task_scheduler::~task_scheduler() {
    core_->close();
#if SB_DETAIL_EXCEPTIONS
    detail::forget_native();
#endif
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
