// Threads, where they can do the same at all; and a plain pool of them, with a mutex and two
// conditions.
#include "../driver.hpp"
#include "work.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using bench::batch;
using bench::checksum;
using bench::number;

number spawn(std::size_t n) {
    checksum sum;
    std::vector<number> results(batch);
    std::vector<std::thread> all;
    for (number i = 0; i < n / batch; ++i) {
        for (number k = 0; k < batch; ++k) all.emplace_back([&results, k] { results[k] = k; });
        for (number k = 0; k < batch; ++k) {
            all[k].join();
            sum.take(results[k]);
        }
        all.clear();
    }
    return sum.value();
}

number yield(std::size_t n) {
    number i = 0;
    for (; i < n; ++i) std::this_thread::yield();
    return i;
}

class queue {
public:
    void put(number item) {
        {
            std::lock_guard lock(mutex_);
            items_.push_back(item);
        }
        came_.notify_one();
    }
    number get() {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [this] { return !items_.empty(); });
        auto const item = items_.front();
        items_.pop_front();
        return item;
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<number> items_;
};
number queues(std::size_t n) {
    checksum sum;
    queue there, back;
    std::thread other([&] {
        for (number i = 0; i < n / 2; ++i) back.put(there.get());
    });
    for (number i = 0; i < n / 2; ++i) {
        there.put(i);
        sum.take(back.get());
    }
    other.join();
    return sum.value();
}

number sleepers(std::size_t n) {
    std::atomic<number> awake{0};
    std::vector<std::thread> all;
    for (number i = 0; i < n; ++i) {
        all.emplace_back([&awake, i] {
            std::this_thread::sleep_for(bench::nap_of(i));
            ++awake;
        });
    }
    for (auto& each : all) each.join();
    return awake;
}

class pool {
public:
    pool() {
        for (unsigned i = 0; i < bench::workers; ++i) threads_.emplace_back([this] { work(); });
    }
    ~pool() {
        {
            std::lock_guard lock(mutex_);
            ending_ = true;
        }
        job_or_end_.notify_all();
        for (auto& each : threads_) each.join();
    }

    void submit(std::function<void()> job) {
        {
            std::lock_guard lock(mutex_);
            jobs_.push_back(std::move(job));
        }
        job_or_end_.notify_one();
    }
    void wait_for(std::size_t finished) {
        std::unique_lock lock(mutex_);
        enough_finished_.wait(lock, [&] { return finished_ >= finished; });
        finished_ -= finished;
    }

private:
    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            job_or_end_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            auto const job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
            lock.lock();
            ++finished_;
            enough_finished_.notify_one();
        }
    }

    std::mutex mutex_;
    std::condition_variable job_or_end_, enough_finished_;
    std::deque<std::function<void()>> jobs_;
    std::size_t finished_ = 0;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

number offload(std::size_t n) {
    pool workers;
    checksum sum;
    number result = 0;
    for (number i = 0; i < n; ++i) {
        workers.submit([&result, i] { result = bench::job(i); });
        workers.wait_for(1);
        sum.take(result);
    }
    return sum.value();
}

number offload_many(std::size_t n) {
    pool workers;
    checksum sum;
    std::vector<number> results(batch);
    for (number i = 0; i < n / batch; ++i) {
        for (number k = 0; k < batch; ++k) {
            workers.submit([&results, k] { results[k] = bench::job(k); });
        }
        workers.wait_for(batch);
        for (auto got : results) sum.take(got);
    }
    return sum.value();
}

} // namespace

int main(int argc, char** argv) {
    return bench::drive(argc, argv,
        {{"spawn", spawn}, {"yield", yield}, {"queues", queues}, {"sleepers", sleepers}, {"offload", offload},
            {"offload-1000", offload_many}});
}
