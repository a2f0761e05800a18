// What other threads have for a scheduler: finished jobs and posted calls, on a list without locks.
// Whoever makes it non-empty wakes the pump; the others know that this was done.
#pragma once

#include <switchback/event_pump.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class message {
public:
    message() = default;
    message(message const&) = delete;
    message& operator=(message const&) = delete;

    // On the scheduler's thread, in the order of arrival.
    virtual void deliver() noexcept = 0;
    // On the scheduler's thread, where it is too late for that.
    virtual void discard() noexcept = 0;

protected:
    ~message() = default;

private:
    friend class inbox;
    message* next_ = nullptr;
};

class inbox {
public:
    explicit inbox(event_pump& pump) noexcept : pump_(&pump) {}

    // From threads that the scheduler outlives.
    void put(message& arrived) noexcept {
        auto* first = first_.load(std::memory_order_relaxed);
        do {
            arrived.next_ = first;
        } while (!first_.compare_exchange_weak(
            first, &arrived, std::memory_order_release, std::memory_order_relaxed));
        if (first == nullptr) pump_->wake();
    }

    // From any other. False: the scheduler has gone, and the message stays the caller's.
    bool try_put(message& arrived) noexcept {
        std::lock_guard<std::mutex> lock(gate_);
        if (closed_) return false;
        put(arrived);
        return true;
    }

    void close() noexcept {
        std::lock_guard<std::mutex> lock(gate_);
        closed_ = true;
    }
    bool is_closed() noexcept {
        std::lock_guard<std::mutex> lock(gate_);
        return closed_;
    }
    bool is_own_thread() const noexcept { return std::this_thread::get_id() == thread_; }

    // Calls the function with each message, first come first: with those that are there, not with
    // those that it causes. A loop nested in the function goes on with the rest.
    template <class Function>
    void take_all(Function&& function) {
        collect();
        while (oldest_ != nullptr) {
            auto& next = *oldest_;
            oldest_ = next.next_;
            if (oldest_ == nullptr) newest_ = nullptr;
            function(next); // the message goes with the call
        }
    }

private:
    // The list is a stack: the latest comes first.
    void collect() noexcept {
        if (first_.load(std::memory_order_relaxed) == nullptr) return;
        auto* taken = first_.exchange(nullptr, std::memory_order_acquire);
        auto* const latest = taken;
        message* ordered = nullptr;
        while (taken != nullptr) {
            auto* const following = taken->next_;
            taken->next_ = ordered;
            ordered = taken;
            taken = following;
        }
        (newest_ == nullptr ? oldest_ : newest_->next_) = ordered;
        newest_ = latest;
    }

    std::atomic<message*> first_{nullptr};
    message* oldest_ = nullptr; // collected, in the order of arrival
    message* newest_ = nullptr;
    event_pump* pump_;
    std::thread::id const thread_ = std::this_thread::get_id();
    std::mutex gate_;
    bool closed_ = false;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
