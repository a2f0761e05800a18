// The seam between a scheduler and the event loop that hosts it.
//
// A scheduler asks three things of its host: to be called soon, to be called after a while, and to
// let the host's loop go round once. Whatever can do that can host tasks. The pump calls
// `run_tasks()` on the scheduler's thread, from the host's loop, when one of the first two falls due.
// That may be a loop within a loop, that a task has opened: a scheduler asks before it runs a task, not
// after, so that the others go on meanwhile.
#pragma once

#include <switchback/detail/config.hpp>

#include <chrono>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// What a pump calls: the scheduler.
class pump_client {
public:
    // Runs what is ready. Called by the pump, on its thread. Does not throw.
    virtual void run_tasks(bool alarm_rang) noexcept = 0;
    // Whether a worker thread still has something to deliver. For pumps whose time is not real.
    virtual bool awaits_other_threads() const noexcept = 0;

protected:
    pump_client() = default;
    ~pump_client() = default;
};

class event_pump {
public:
    event_pump(event_pump const&) = delete;
    event_pump& operator=(event_pump const&) = delete;
    virtual ~event_pump() = default;

    // Have run_tasks() called as soon as the host can. Any number of calls before then count as one.
    // May be called on any thread, and by a handler of a signal if the pump says so.
    virtual void wake() noexcept = 0;

    // Have run_tasks() called once, no sooner than after so long; a later call takes the place of an
    // earlier one, and `endless` takes it back. On the pump's thread.
    virtual void wake_after(std::chrono::nanoseconds delay) noexcept = 0;
    static constexpr std::chrono::nanoseconds endless = (std::chrono::nanoseconds::max)();

    // Lets the host's loop go round once; it waits for the next event if it may block. On the pump's
    // thread. Throws cannot_block where the host cannot be turned from within.
    virtual void turn(bool may_block) = 0;

    // A scheduler takes the pump, or gives it back with null. Throws pump_in_use.
    void serve(pump_client* client);

protected:
    event_pump() = default;

    // For the pump's own code, from the host's loop. Tells whether what was asked for by wake_after()
    // has gone off, and has to be asked for again; a pump that does not know says so.
    void run_tasks(bool alarm_rang = true) noexcept {
        if (client_ != nullptr) client_->run_tasks(alarm_rang);
    }
    bool awaits_other_threads() const noexcept {
        return client_ != nullptr && client_->awaits_other_threads();
    }

private:
    pump_client* client_ = nullptr;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
