#include <switchback/detail/worker_pool.hpp>

#include <algorithm>
#include <chrono>
#include <exception>

namespace switchback {
inline namespace v0 {
namespace detail {
namespace {

// A worker takes several jobs under one lock where many wait and those before were short. A job that
// takes its time is taken alone: another must not wait behind it while other workers rest.
constexpr std::size_t most_jobs_at_once = 16;
constexpr auto short_while = std::chrono::microseconds(50);

unsigned threads_or_default(unsigned wanted) {
    return wanted != 0 ? wanted : std::max(4u, std::thread::hardware_concurrency());
}

} // namespace

void worker_pool::queue::push(pool_job& job) noexcept {
    job.following_ = nullptr;
    (last == nullptr ? first : last->following_) = &job;
    last = &job;
    ++size;
}

pool_job& worker_pool::queue::pop() noexcept {
    auto& job = *first;
    first = job.following_;
    if (first == nullptr) last = nullptr;
    --size;
    return job;
}

worker_pool::worker_pool(worker_options const& options, inbox& results)
    : options_{threads_or_default(options.threads), std::max<std::size_t>(options.queue, 1)},
      results_(results) {}

worker_pool::~worker_pool() {
    {
        std::lock_guard<std::mutex> lock(mutex_);
        ending_ = true;
    }
    work_or_end_.notify_all();
    for (auto& thread : threads_) thread.join();
    while (waiting_.size != 0) results_.put(waiting_.pop());
    while (gathered_.size != 0) results_.put(gathered_.pop());
}

void worker_pool::submit(pool_job& job) noexcept {
    ++outstanding_;
    gathered_.push(job);
}

void worker_pool::hand_over() noexcept {
    if (gathered_.size == 0) return;
    std::size_t to_wake = 0;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        auto const resting = resting_;
        std::size_t given = 0;
        for (; gathered_.size != 0 && waiting_.size < options_.queue; ++given) {
            waiting_.push(gathered_.pop());
        }
        // Waking costs a system call: none for workers that are busy, and will look at the queue
        // anyway.
        to_wake = std::min(given, resting);
        start_threads();
    }
    if (to_wake > 1) {
        work_or_end_.notify_all();
    } else if (to_wake == 1) {
        work_or_end_.notify_one();
    }
}

// With the lock held. A thread counts as resting from its start.
void worker_pool::start_threads() noexcept {
    try {
        while (waiting_.size > resting_ && threads_.size() < options_.threads) {
            threads_.reserve(threads_.size() + 1);
            threads_.emplace_back([this] { work(); });
            ++resting_;
        }
    } catch (std::exception const&) {
        // The threads that there are will do; without any, the jobs have failed.
        if (!threads_.empty()) return;
        while (waiting_.size != 0) {
            auto& job = waiting_.pop();
            job.refuse(std::current_exception());
            results_.put(job);
        }
    }
}

void worker_pool::work() noexcept {
    using time = std::chrono::steady_clock;
    std::size_t at_once = 1;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        work_or_end_.wait(lock, [this] { return ending_ || waiting_.size != 0; });
        if (ending_) return;
        --resting_;
        pool_job* taken[most_jobs_at_once];
        auto const share = waiting_.size / options_.threads;
        auto const count = std::clamp<std::size_t>(share, 1, at_once);
        for (std::size_t i = 0; i < count; ++i) taken[i] = &waiting_.pop();
        lock.unlock();
        auto const begin = time::now();
        for (std::size_t i = 0; i < count; ++i) {
            auto expected = pool_job::stage::queued;
            if (taken[i]->stage_.compare_exchange_strong(
                    expected, pool_job::stage::begun, std::memory_order_relaxed)) {
                taken[i]->run();
            }
            results_.put(*taken[i]);
        }
        at_once = time::now() - begin < short_while ? std::min(at_once * 2, most_jobs_at_once) : 1;
        lock.lock();
        ++resting_;
    }
}

} // namespace detail
} // namespace v0
} // namespace switchback
