// One thread that calls back at given times.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <utility>
#include <vector>

namespace demonstration {

class alarm_clock {
public:
    using time_point = std::chrono::steady_clock::time_point;

    alarm_clock() : thread_{[this] { run(); }} {}
    ~alarm_clock() { stop(); }

    alarm_clock(alarm_clock const&) = delete;
    alarm_clock& operator=(alarm_clock const&) = delete;

    void at(time_point when, std::function<void()> call) {
        {
            std::lock_guard lock{mutex_};
            if (!stopping_) {
                calls_.push({when, std::move(call)});
                changed_.notify_one();
                return;
            }
        }
        call();
    }

    // Makes every call that is still outstanding; from then on `at` does not wait at all.
    void stop() {
        {
            std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        changed_.notify_one();
        if (thread_.joinable()) thread_.join();
    }

private:
    struct entry {
        time_point when;
        std::function<void()> call;
        bool operator<(entry const& other) const { return when > other.when; } // earliest on top
    };

    void run() {
        std::unique_lock lock{mutex_};
        for (;;) {
            if (calls_.empty()) {
                if (stopping_) return;
                changed_.wait(lock);
            } else if (auto when = calls_.top().when;
                       stopping_ || when <= std::chrono::steady_clock::now()) {
                auto call = calls_.top().call;
                calls_.pop();
                lock.unlock();
                call();
                lock.lock();
            } else {
                changed_.wait_until(lock, when);
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::priority_queue<entry> calls_;
    bool stopping_ = false;
    std::thread thread_; // last: it uses all of the above
};

} // namespace demonstration
