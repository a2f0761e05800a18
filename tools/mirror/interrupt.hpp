// Ctrl-C and SIGTERM, taken by one small thread in ordinary thread context instead of by a signal
// handler, in which next to nothing is allowed:
//
//     interrupt stop;               // first thing in main, before other threads start
//     ...
//     interrupt_callback wake(stop, [&] { queue.close(); });
//     if (stop.wait_for(100ms)) return;
#pragma once

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace mirror {

class interrupt {
public:
    // Blocks the two signals in this thread, and so in all threads that it starts later.
    interrupt();
    interrupt(interrupt const&) = delete;
    interrupt& operator=(interrupt const&) = delete;
    ~interrupt();

    // As if the user had pressed Ctrl-C.
    void request();

    bool requested() const;

    // Sleeps; true as soon as (or when already) the user wants to stop.
    template <typename Rep, typename Period>
    bool wait_for(std::chrono::duration<Rep, Period> time) const {
        auto lock = std::unique_lock(mutex_);
        return changed_.wait_for(lock, time, [this] { return requested_; });
    }

private:
    friend class interrupt_callback;
    using callbacks = std::list<std::function<void()>>;

    void watch();

    sigset_t signals_ = {};
    sigset_t former_ = {};
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool requested_ = false;
    bool closing_ = false;
    std::mutex calling_; // held while callbacks run or come and go
    callbacks callbacks_;
    std::thread watcher_;
};

// Like std::stop_callback: calls `action` once when the user wants to stop, from the interrupt's
// own thread, or at once from this one if that is the case already. After the destructor `action`
// neither runs nor will run; so destroy it neither from `action` nor with a lock that `action`
// takes.
class interrupt_callback {
public:
    interrupt_callback(interrupt& source, std::function<void()> action);
    interrupt_callback(interrupt_callback const&) = delete;
    interrupt_callback& operator=(interrupt_callback const&) = delete;
    ~interrupt_callback();

private:
    interrupt& source_;
    interrupt::callbacks::iterator place_;
};

} // namespace mirror
