#include <switchback/detail/worker_pool.hpp>

#include <algorithm>
#include <chrono>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {
namespace {

// A worker takes several jobs under one lock where those before were done in this time.
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
    for (auto& each : workers_) each->thread.join();
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
    SB_DETAIL_TRY {
        while (waiting_.size > resting_ && workers_.size() < options_.threads) {
            workers_.reserve(workers_.size() + 1); // so that nothing fails once the thread runs
            auto fresh = std::make_unique<worker>();
            fresh->thread = std::thread([this, self = fresh.get()] { work(*self); });
            workers_.push_back(std::move(fresh));
            ++resting_;
        }
    }
    SB_DETAIL_CATCH_ALL {
        // The threads that there are will do; without any, the jobs have failed.
        if (!workers_.empty()) return;
        while (waiting_.size != 0) {
            auto& job = waiting_.pop();
            job.refuse();
            results_.put(job);
        }
    }
}

void worker_pool::run(pool_job& job) noexcept {
    auto expected = pool_job::stage::queued;
    if (job.stage_.compare_exchange_strong(
            expected, pool_job::stage::begun, std::memory_order_relaxed)) {
        job.run();
    }
    results_.put(job);
}

// With the lock held, so that no worker comes. Null: nobody has any to spare.
pool_job* worker_pool::take_from_another() noexcept {
    for (auto& other : workers_) {
        for (auto& place : other->taken) {
            if (place.load(std::memory_order_relaxed) == nullptr) continue;
            if (auto* const job = place.exchange(nullptr, std::memory_order_acquire)) return job;
        }
    }
    return nullptr;
}

void worker_pool::work(worker& self) noexcept {
    using time = std::chrono::steady_clock;
    std::size_t at_once = 1;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        pool_job* spare = nullptr;
        work_or_end_.wait(lock, [&] {
            return ending_ || waiting_.size != 0 || (spare = take_from_another()) != nullptr;
        });
        if (spare == nullptr && ending_) return;
        --resting_;
        std::size_t count = 0;
        if (spare == nullptr) {
            spare = &waiting_.pop();
            auto const share = waiting_.size / options_.threads;
            for (; count < std::min(share, at_once - 1); ++count) {
                self.taken[count].store(&waiting_.pop(), std::memory_order_release);
            }
        }
        lock.unlock();
        auto const begin = time::now();
        run(*spare);
        for (std::size_t i = 0; i < count; ++i) {
            if (auto* const job = self.taken[i].exchange(nullptr, std::memory_order_acquire)) run(*job);
        }
        at_once = time::now() - begin < short_while ? std::min(at_once * 2, most_jobs_at_once) : 1;
        lock.lock();
        ++resting_;
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
