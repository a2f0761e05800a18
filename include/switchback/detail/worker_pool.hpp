// Threads that run jobs. The scheduler's thread gathers the jobs of a turn and hands them over under
// one lock; a worker takes several at a time where many wait and jobs are short; a finished job goes
// back at once. What a worker has taken and not begun, another that has nothing to do takes from it.
//
// There are two crews: one as large as the machine, for jobs that compute, and a larger one for jobs that
// block, whose threads take one job at a time and end when there is nothing to do.
#pragma once

#include <switchback/detail/inbox.hpp>
#include <switchback/worker_options.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct node;

enum class job_kind : unsigned char { computes, blocks };

// Something to run on a worker. It comes back through the inbox, run or not, and is destroyed on the
// scheduler's thread.
class pool_job : public message {
public:
    // On a worker.
    virtual void run() noexcept = 0;
    // On the scheduler's thread, in a catch block: no worker could be started to run it.
    virtual void refuse() noexcept = 0;
    // On the scheduler's thread: the node that waits for it; null: none does any more.
    virtual node const* waiter() const noexcept = 0;

protected:
    explicit pool_job(job_kind kind) noexcept : kind_(kind) {}
    ~pool_job() = default;

private:
    friend class crew;
    friend class job_runner;
    friend class worker_pool;
    enum class stage : unsigned char { queued, begun, given_up };
    std::atomic<stage> stage_{stage::queued};
    job_kind const kind_;
    bool gathered_ = false; // and not handed over yet
    pool_job* following_ = nullptr;
    pool_job* preceding_ = nullptr;
};

// Runs jobs in the threads' place, on the scheduler's own: for tests. See <switchback/testing/simulated_workers.hpp>.
class job_runner {
public:
    virtual void submit(pool_job& job) noexcept = 0;
    virtual void give_up(pool_job& job) noexcept = 0;
    // The pool goes: every job goes to the inbox now.
    virtual void end() noexcept = 0;

protected:
    class queue {
    public:
        bool empty() const noexcept { return first_ == nullptr; }
        template <class Visitor>
        void visit(Visitor&& visitor) const {
            for (auto* at = first_; at != nullptr; at = at->following_) visitor(*at);
        }
        void push(pool_job& job) noexcept {
            auto** at = &first_;
            while (*at != nullptr) at = &(*at)->following_;
            job.following_ = nullptr;
            *at = &job;
        }
        pool_job& pop() noexcept { return *std::exchange(first_, first_->following_); }
        // False: it is not here.
        bool remove(pool_job& job) noexcept {
            for (auto** at = &first_; *at != nullptr; at = &(*at)->following_) {
                if (*at != &job) continue;
                *at = job.following_;
                return true;
            }
            return false;
        }

    private:
        pool_job* first_ = nullptr;
    };
    static job_kind kind_of(pool_job const& job) noexcept { return job.kind_; }

    job_runner() = default;
    ~job_runner() = default;
};

class crew {
public:
    struct rules {
        unsigned threads;
        std::size_t queue;
        std::size_t jobs_at_once;
        std::chrono::nanoseconds idle; // forever: threads stay
    };
    static constexpr std::chrono::nanoseconds for_good = (std::chrono::nanoseconds::max)();
    static constexpr std::size_t most_jobs_at_once = 16;

    crew(rules const& how, inbox& results) noexcept : rules_(how), results_(results) {}
    crew(crew const&) = delete;
    crew& operator=(crew const&) = delete;
    // Jobs that workers have taken end first; the others come back without having run.
    ~crew();

    // All on the scheduler's thread.
    void submit(pool_job& job) noexcept;
    void give_up(pool_job& job) noexcept;
    void hand_over() noexcept;

private:
    struct queue {
        pool_job* first = nullptr;
        pool_job* last = nullptr;
        std::size_t size = 0;
        void push(pool_job& job) noexcept;
        pool_job& pop() noexcept;
        void remove(pool_job& job) noexcept;
    };
    struct worker {
        std::atomic<pool_job*> taken[most_jobs_at_once] = {};
        std::thread thread;
        bool ended = true;
    };

    void work(worker& self) noexcept;
    void run(pool_job& job) noexcept;
    pool_job* take_from_another() noexcept;
    void start_threads() noexcept;
    worker& vacant_place();

    rules const rules_;
    inbox& results_;
    queue to_hand_over_;
    std::vector<std::unique_ptr<worker>> workers_; // grows under the lock

    std::mutex mutex_;
    std::condition_variable work_or_end_;
    queue waiting_;
    std::size_t running_ = 0; // threads that have not ended; of these,
    std::size_t resting_ = 0; // so many have nothing to do
    bool ending_ = false;
};

// All on the scheduler's thread.
class worker_pool {
public:
    worker_pool(worker_options const& options, inbox& results);
    worker_pool(worker_pool const&) = delete;
    worker_pool& operator=(worker_pool const&) = delete;
    ~worker_pool() {
        if (in_place_ != nullptr) in_place_->end();
    }

    void submit(pool_job& job) noexcept {
        ++outstanding_;
        if (SB_DETAIL_UNLIKELY(in_place_ != nullptr)) {
            in_place_->submit(job);
        } else {
            crew_of(job).submit(job);
        }
    }
    // Nobody waits for it any more. It does not run if it has not begun.
    void give_up(pool_job& job) noexcept {
        if (SB_DETAIL_UNLIKELY(in_place_ != nullptr)) {
            in_place_->give_up(job);
        } else {
            crew_of(job).give_up(job);
        }
    }
    void hand_over() noexcept {
        computing_.hand_over();
        blocking_.hand_over();
    }
    void delivered() noexcept { --outstanding_; }
    std::size_t outstanding() const noexcept { return outstanding_; }

    // A job waits for an answer of the scheduler's, which is being worked out.
    void begin_to_serve() noexcept { ++served_; }
    void end_serving() noexcept { --served_; }
    // Whether no job does anything now that the scheduler might wait for.
    bool idle() const noexcept { return in_place_ != nullptr || outstanding_ == served_; }

    // No threads from now on; null: threads again. Throws misuse where something else is so already, or jobs are
    // under way.
    void replace_threads(job_runner* by);

    // Whether this thread is one of those whose results go there. On any thread.
    static bool is_worker_of(inbox const& results) noexcept;

private:
    crew& crew_of(pool_job const& job) noexcept {
        return job.kind_ == job_kind::blocks ? blocking_ : computing_;
    }

    std::size_t outstanding_ = 0; // submitted and not yet delivered; of these,
    std::size_t served_ = 0;      // so many wait for the scheduler
    job_runner* in_place_ = nullptr;
    crew computing_;
    crew blocking_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
