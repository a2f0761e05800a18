#include <switchback/run.hpp>

#include <switchback/native_pump.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/attached.hpp>
#    include <switchback/traceback.hpp>
#endif

#include <cstdio>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct program::parts {
    explicit parts(worker_options const& workers) : scheduler(pump, steady_clock(), workers) {}

    native_pump pump;
    task_scheduler scheduler;
};

program::program(worker_options const& workers) : parts_(new parts(workers)) {}
program::~program() { delete parts_; }
task_scheduler& program::scheduler() noexcept { return parts_->scheduler; }

void program::print_error() noexcept {
#if SB_DETAIL_EXCEPTIONS
    try {
        auto const error = std::current_exception();
        auto const others = attached_as_text(trace_of_native(error));
        auto const text = current_traceback().to_string() + describe_whole(error) + others;
        std::fputs(text.c_str(), stderr);
    } catch (...) {
        std::fputs("switchback: an error, and no memory to describe it\n", stderr);
    }
#endif
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
