#include <switchback/task_scheduler.hpp>

#include <switchback/detail/native_error.hpp>

namespace switchback {
inline namespace v0 {

task_scheduler::task_scheduler(
    event_pump& pump, clock const& time, worker_options const& workers)
    : core_(new detail::core(pump, time, workers)) {}

task_scheduler::~task_scheduler() {
    core_->close();
    detail::forget_native();
}

} // namespace v0
} // namespace switchback
