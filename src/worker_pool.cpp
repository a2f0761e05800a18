#include <switchback/detail/worker_pool.hpp>

#include <switchback/errors.hpp>

#include <algorithm>
#include <chrono>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {
namespace {

// A worker takes several jobs under one lock where those before were done in this time.
constexpr auto short_while = std::chrono::microseconds(50);

// A wait is no longer than this, whatever time was asked for: not every clock has room for more.
constexpr std::chrono::nanoseconds longest_rest = std::chrono::hours(24 * 365);

SB_DETAIL_THREAD_LOCAL inbox const* results_of_this_thread = nullptr;

crew::rules for_jobs_that_compute(worker_options const& wanted) {
    auto const threads =
        wanted.threads != 0 ? wanted.threads : std::max(4u, std::thread::hardware_concurrency());
    return {threads, std::max<std::size_t>(wanted.queue, 1), crew::most_jobs_at_once, crew::for_good};
}
crew::rules for_jobs_that_block(worker_options const& wanted) {
    auto const threads = wanted.blocking_threads != 0 ? wanted.blocking_threads : 64;
    return {threads, std::max<std::size_t>(wanted.queue, 1), 1, std::min(wanted.idle, longest_rest)};
}

} // namespace

worker_pool::worker_pool(worker_options const& options, inbox& results)
    : computing_(for_jobs_that_compute(options), results), blocking_(for_jobs_that_block(options), results) {}

void worker_pool::replace_threads(job_runner* by) {
    if (by != nullptr && in_place_ != nullptr) raise<misuse>("this scheduler's jobs are simulated already");
    if (by != nullptr && outstanding_ != 0) {
        raise<misuse>("jobs are simulated from before the first one, or while none is under way");
    }
    in_place_ = by;
}

bool worker_pool::is_worker_of(inbox const& results) noexcept { return results_of_this_thread == &results; }

void crew::queue::push(pool_job& job) noexcept {
    job.following_ = nullptr;
    job.preceding_ = last;
    (last == nullptr ? first : last->following_) = &job;
    last = &job;
    ++size;
}

pool_job& crew::queue::pop() noexcept {
    auto& job = *first;
    remove(job);
    return job;
}

void crew::queue::remove(pool_job& job) noexcept {
    (job.preceding_ == nullptr ? first : job.preceding_->following_) = job.following_;
    (job.following_ == nullptr ? last : job.following_->preceding_) = job.preceding_;
    --size;
}

crew::~crew() {
    {
        std::lock_guard<std::mutex> lock(mutex_);
        ending_ = true;
    }
    work_or_end_.notify_all();
    for (auto& each : workers_) {
        if (each->thread.joinable()) each->thread.join();
    }
    while (waiting_.size != 0) results_.put(waiting_.pop());
    while (to_hand_over_.size != 0) results_.put(to_hand_over_.pop());
}

void crew::submit(pool_job& job) noexcept {
    job.gathered_ = true;
    to_hand_over_.push(job);
}

void crew::give_up(pool_job& job) noexcept {
    if (job.gathered_) { // it has taken nobody's place
        job.gathered_ = false;
        to_hand_over_.remove(job);
        results_.put(job);
        return;
    }
    auto expected = pool_job::stage::queued;
    job.stage_.compare_exchange_strong(expected, pool_job::stage::given_up, std::memory_order_relaxed);
}

void crew::hand_over() noexcept {
    if (to_hand_over_.size == 0) return;
    std::size_t to_wake = 0;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        auto const resting = resting_;
        std::size_t given = 0;
        for (; to_hand_over_.size != 0 && waiting_.size < rules_.queue; ++given) {
            auto& job = to_hand_over_.pop();
            job.gathered_ = false;
            waiting_.push(job);
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
void crew::start_threads() noexcept {
    SB_DETAIL_TRY {
        while (waiting_.size > resting_ && running_ < rules_.threads) {
            auto& place = vacant_place();
            place.thread = std::thread([this, &place] { work(place); });
            place.ended = false;
            ++running_;
            ++resting_;
        }
    }
    SB_DETAIL_CATCH_ALL {
        // The threads that there are will do; without any, the jobs have failed.
        if (running_ != 0) return;
        while (waiting_.size != 0) {
            auto& job = waiting_.pop();
            job.refuse();
            results_.put(job);
        }
    }
}

crew::worker& crew::vacant_place() {
    for (auto& each : workers_) {
        if (!each->ended) continue;
        if (each->thread.joinable()) each->thread.join(); // it has let go of the lock for good
        return *each;
    }
    workers_.push_back(std::make_unique<worker>());
    return *workers_.back();
}

void crew::run(pool_job& job) noexcept {
    auto expected = pool_job::stage::queued;
    if (job.stage_.compare_exchange_strong(
            expected, pool_job::stage::begun, std::memory_order_relaxed)) {
        job.run();
    }
    results_.put(job);
}

// With the lock held, so that no worker comes. Null: nobody has any to spare.
pool_job* crew::take_from_another() noexcept {
    if (rules_.jobs_at_once == 1) return nullptr;
    for (auto& other : workers_) {
        for (auto& place : other->taken) {
            if (place.load(std::memory_order_relaxed) == nullptr) continue;
            if (auto* const job = place.exchange(nullptr, std::memory_order_acquire)) return job;
        }
    }
    return nullptr;
}

void crew::work(worker& self) noexcept {
    using time = std::chrono::steady_clock;
    results_of_this_thread = &results_;
    std::size_t at_once = 1;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        pool_job* spare = nullptr;
        auto const has_something = [&] {
            return ending_ || waiting_.size != 0 || (spare = take_from_another()) != nullptr;
        };
        if (rules_.idle == for_good) {
            work_or_end_.wait(lock, has_something);
        } else if (!work_or_end_.wait_for(lock, rules_.idle, has_something)) {
            --resting_;
            --running_;
            self.ended = true;
            return;
        }
        if (spare == nullptr && ending_) return;
        --resting_;
        std::size_t count = 0;
        if (spare == nullptr) {
            spare = &waiting_.pop();
            auto const share = waiting_.size / rules_.threads;
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
        at_once = time::now() - begin < short_while ? std::min(at_once * 2, rules_.jobs_at_once) : 1;
        lock.lock();
        ++resting_;
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
