// A program that is a task.
//
//     int main() { return sb::run(my_main{}); }
#pragma once

#include <switchback/task_scheduler.hpp>

#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

// A pump and a scheduler for as long as the program's task runs.
class program {
public:
    explicit program(worker_options const& workers);
    ~program();
    task_scheduler& scheduler() noexcept;
    // To standard error: the traceback of the exception being caught, and what it says.
    static void print_error() noexcept;

private:
    struct parts;
    parts* parts_;
};

} // namespace detail

// Runs a task on a native_pump until it has ended. Returns its result, if that is an integer, else 0;
// an exception is printed with its traceback, and gives 1. Starts no thread before the first job.
template <class A>
int run(A&& awaitable, worker_options const& workers = {}) {
    detail::check_awaitable<A&&>();
    using result = detail::result_of<A>;
    static_assert(std::is_void_v<result> || std::is_convertible_v<result, int>,
        "sb::run(): the program's task returns an exit status, or nothing");
    detail::program program(workers);
    SB_DETAIL_TRY {
        if constexpr (std::is_void_v<result>) {
            program.scheduler().run(static_cast<A&&>(awaitable));
            return 0;
        } else {
            return program.scheduler().run(static_cast<A&&>(awaitable));
        }
    }
    SB_DETAIL_CATCH_ALL {
        program.print_error();
        return 1;
    }
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
