// Jobs without threads, for tests: they take virtual time, and come back in an order that can be had again.
//
//     sb::testing::virtual_pump pump;
//     sb::task_scheduler scheduler{pump, pump};
//     sb::testing::simulated_jobs how;
//     how.duration = [](std::size_t number) { return number == 2 ? 10s : 5ms; };   // the third is slow
//     sb::testing::simulated_workers workers{scheduler, how};
//
// What sb::offload() is given is then called on the scheduler's own thread, at the moment at which it would have
// ended. Everything else is as with threads: so many jobs run at once, the others wait in their order; of those
// that are cancelled, one that has not begun never runs, and one that has is told by its sb::stop_token, and keeps
// its thread until its time is over. On a stage (see stage.hpp) it is stage::simulate_jobs.
//
// Not simulated is what two threads do to one another: a job is called whole, while nothing else runs. It must not
// wait for the scheduler; sb::run_from_thread calls on the spot there.
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/testing/simulated_workers.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/detail/worker_pool.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/choice.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

namespace detail_of_stage {
class survey;
}

struct simulated_jobs {
    // How long a job takes. Jobs are counted from 0, as they begin. Empty: a millisecond. What it throws, the job
    // fails with at once.
    std::function<std::chrono::nanoseconds(std::size_t number)> duration{};
    // Called as a job would end. What it throws, the job fails with, and its callable is not called.
    std::function<void(std::size_t number)> before{};
    // Jobs that end at the same moment do so in any order: says in which.
    choice choose{};
    // As in sb::worker_options.
    unsigned threads = 4;
    unsigned blocking_threads = 64;
};

// In the place of a scheduler's threads, as long as it lives. Belongs to the scheduler's thread, and may outlive the
// scheduler, whose end ends the jobs that have begun, as with threads. Where it dies first, the jobs that are left
// fail.
class simulated_workers final : private detail::job_runner {
public:
    // Throws misuse where the scheduler has jobs under way, or simulated workers already.
    explicit simulated_workers(task_scheduler& of, simulated_jobs how = {});
    simulated_workers(simulated_workers const&) = delete;
    simulated_workers& operator=(simulated_workers const&) = delete;
    ~simulated_workers();

    // Jobs that have begun and not ended; that wait for a thread; that have begun at all.
    std::size_t running() const noexcept;
    std::size_t waiting() const noexcept;
    std::size_t begun() const noexcept { return begun_; }

private:
    friend class detail_of_stage::survey;

    class worker;
    struct crew {
        std::size_t first; // of its workers
        std::size_t count;
        queue waiting{};
    };

    void submit(detail::pool_job& job) noexcept override;
    void give_up(detail::pool_job& job) noexcept override;
    void end() noexcept override;

    crew& crew_of(detail::pool_job const& job) noexcept;
    void begin_jobs(crew& of) noexcept;
    void end_job(worker& on) noexcept;
    void run(detail::pool_job& job, std::size_t number) noexcept;
    // Each with its time until it ends; those that wait come last, with none.
    void visit_jobs(std::function<void(detail::pool_job const&, std::uint64_t)> const& visitor) const;

    simulated_jobs const how_;
    detail::core* home_; // null: it has gone
    std::vector<std::unique_ptr<worker>> workers_;
    crew computing_;
    crew blocking_;
    std::size_t begun_ = 0;
};

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
