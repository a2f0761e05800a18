// The event loop of the program that docs/porting/a-real-port.md ports: such as a thousand programs
// have. It calls functions soon and after a while, and waits while there is nothing to call.
//
// Its time is handed in, so that a test can let hours pass at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace feeds {

class event_loop {
public:
    using duration = std::chrono::nanoseconds;
    using time = std::chrono::time_point<std::chrono::steady_clock, duration>;
    using timer = std::pair<time, std::uint64_t>;

    event_loop() = default;
    event_loop(event_loop const&) = delete;
    event_loop& operator=(event_loop const&) = delete;
    virtual ~event_loop() = default;

    virtual time now() const { return std::chrono::steady_clock::now(); }

    // From any thread.
    void post(std::function<void()> call) {
        std::lock_guard<std::mutex> lock(mutex_);
        posted_.push_back(std::move(call));
        woken_.notify_one();
    }

    // All others: on the loop's thread. Timers that are due at the same time go off in their order.
    timer call_after(duration delay, std::function<void()> call) {
        timer const at{delay < time::max() - now() ? now() + delay : time::max(), next_++};
        timers_.emplace(at, std::move(call));
        return at;
    }
    void cancel(timer const& which) { timers_.erase(which); }

    // While it is held, something is under way that will be posted: run() does not end.
    void hold() { ++holds_; }
    void release() { --holds_; }

    // Makes one call; waits for it if it may block. False: there is nothing to wait for.
    bool turn(bool may_block) {
        std::unique_lock<std::mutex> lock(mutex_);
        for (;;) {
            if (!posted_.empty()) {
                auto const call = std::move(posted_.front());
                posted_.pop_front();
                lock.unlock();
                call();
                return true;
            }
            if (!timers_.empty() && timers_.begin()->first.first <= now()) {
                auto const call = std::move(timers_.begin()->second);
                timers_.erase(timers_.begin());
                lock.unlock();
                call();
                return true;
            }
            if (!may_block) return true;
            if (timers_.empty() && !is_held()) return false;
            wait(lock, timers_.empty() ? time::max() : timers_.begin()->first.first);
        }
    }

    void run() {
        while (turn(true)) {}
    }

protected:
    // Waits for a post, until then at the most.
    virtual void wait(std::unique_lock<std::mutex>& lock, time until) {
        if (until == time::max()) {
            woken_.wait(lock);
        } else {
            woken_.wait_until(lock, until);
        }
    }
    void wait_for_post(std::unique_lock<std::mutex>& lock) {
        woken_.wait(lock, [this] { return !posted_.empty(); });
    }

    virtual bool is_held() const { return holds_ > 0; }

private:
    std::mutex mutex_;
    std::condition_variable woken_;
    std::deque<std::function<void()>> posted_;
    std::map<timer, std::function<void()>> timers_;
    std::uint64_t next_ = 0;
    int holds_ = 0;
};

} // namespace feeds
