// Threads that run jobs. The scheduler's thread gathers the jobs of a turn and hands them over under
// one lock; a worker takes several at a time where many wait and jobs are short; a finished job goes
// back at once. What a worker has taken and not begun, another that has nothing to do takes from it.
#pragma once

#include <switchback/detail/inbox.hpp>
#include <switchback/worker_options.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Something to run on a worker. It comes back through the inbox, run or not, and is destroyed on the
// scheduler's thread.
class pool_job : public message {
public:
    // On a worker.
    virtual void run() noexcept = 0;
    // On the scheduler's thread, in a catch block: no worker could be started to run it.
    virtual void refuse() noexcept = 0;

    // On the scheduler's thread: nobody waits for it any more. It does not run if it has not begun.
    void give_up() noexcept {
        auto expected = stage::queued;
        stage_.compare_exchange_strong(expected, stage::given_up, std::memory_order_relaxed);
    }

protected:
    pool_job() = default;
    ~pool_job() = default;

private:
    friend class worker_pool;
    enum class stage : unsigned char { queued, begun, given_up };
    std::atomic<stage> stage_{stage::queued};
    pool_job* following_ = nullptr;
};

class worker_pool {
public:
    worker_pool(worker_options const& options, inbox& results);
    worker_pool(worker_pool const&) = delete;
    worker_pool& operator=(worker_pool const&) = delete;
    // Jobs that workers have taken end first; the others come back without having run.
    ~worker_pool();

    // All on the scheduler's thread.
    void submit(pool_job& job) noexcept;
    void hand_over() noexcept;
    void delivered() noexcept { --outstanding_; }
    bool idle() const noexcept { return outstanding_ == 0; }
    std::size_t outstanding() const noexcept { return outstanding_; }

private:
    struct queue {
        pool_job* first = nullptr;
        pool_job* last = nullptr;
        std::size_t size = 0;
        void push(pool_job& job) noexcept;
        pool_job& pop() noexcept;
    };

    static constexpr std::size_t most_jobs_at_once = 16;
    struct worker {
        std::atomic<pool_job*> taken[most_jobs_at_once] = {};
        std::thread thread;
    };

    void work(worker& self) noexcept;
    void run(pool_job& job) noexcept;
    pool_job* take_from_another() noexcept;
    void start_threads() noexcept;

    worker_options options_;
    inbox& results_;
    queue gathered_;
    std::size_t outstanding_ = 0; // submitted and not yet delivered
    std::vector<std::unique_ptr<worker>> workers_; // grows under the lock

    std::mutex mutex_;
    std::condition_variable work_or_end_;
    queue waiting_;
    std::size_t resting_ = 0; // threads with nothing to do
    bool ending_ = false;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
