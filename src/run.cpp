#include <switchback/run.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/traceback.hpp>

#include <cstdio>

namespace switchback {
inline namespace v0 {
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
    try {
        auto const text =
            current_traceback().to_string() + describe(std::current_exception()) + "\n";
        std::fputs(text.c_str(), stderr);
    } catch (...) {
        std::fputs("switchback: an error, and no memory to describe it\n", stderr);
    }
}

} // namespace detail
} // namespace v0
} // namespace switchback
