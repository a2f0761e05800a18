// Tasks of C++20 coroutines as an experienced hand writes them for one thread: lazy, started by
// symmetric transfer, frames from free lists, a first-in, first-out ready queue, timers in a
// multimap. A started task is owned by its handle: to drop it destroys the frame and all that it
// awaits.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <map>
#include <new>
#include <optional>
#include <thread>
#include <utility>

namespace bench {

// Free lists by size: one thread only.
class frames {
public:
    static void* allocate(std::size_t size) {
        auto const list = (size + 15) / 16;
        if (list >= lists) return ::operator new(size);
        if (free_[list] == nullptr) return ::operator new(list * 16);
        return std::exchange(free_[list], free_[list]->next);
    }
    static void release(void* block, std::size_t size) {
        auto const list = (size + 15) / 16;
        if (list >= lists) return ::operator delete(block);
        free_[list] = ::new (block) cell{free_[list]};
    }

private:
    struct cell {
        cell* next;
    };
    static constexpr std::size_t lists = 65;
    static inline cell* free_[lists] = {};
};

class loop {
public:
    using clock = std::chrono::steady_clock;
    using timers = std::multimap<clock::time_point, std::coroutine_handle<>>;

    static loop& instance() {
        static loop only;
        return only;
    }

    void make_ready(std::coroutine_handle<> of) { ready_.push_back(of); }
    timers& sleeping() { return timers_; }

    template <class Done>
    void run_until(Done done) {
        while (!done()) {
            for (int steps = 0; steps < 1000 && !ready_.empty(); ++steps) {
                auto const next = ready_.front();
                ready_.pop_front();
                next.resume();
            }
            if (timers_.empty()) continue;
            if (ready_.empty()) std::this_thread::sleep_until(timers_.begin()->first);
            auto const now = clock::now();
            while (!timers_.empty() && timers_.begin()->first <= now) {
                ready_.push_back(timers_.begin()->second);
                timers_.erase(timers_.begin());
            }
        }
    }

private:
    std::deque<std::coroutine_handle<>> ready_;
    timers timers_;
};

struct promise_base {
    std::coroutine_handle<> continuation = nullptr;
    std::exception_ptr error;

    static void* operator new(std::size_t size) { return frames::allocate(size); }
    static void operator delete(void* block, std::size_t size) { frames::release(block, size); }

    std::suspend_always initial_suspend() noexcept { return {}; }
    struct to_continuation {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
            auto const next = ended.promise().continuation;
            return next != nullptr ? next : std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };
    to_continuation final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }
};

template <class T>
struct promise_of : promise_base {
    std::optional<T> value;
    void return_value(T given) { value = std::move(given); }
    T take() {
        if (error) std::rethrow_exception(error);
        return std::move(*value);
    }
};
template <>
struct promise_of<void> : promise_base {
    void return_void() noexcept {}
    void take() {
        if (error) std::rethrow_exception(error);
    }
};

template <class T = void>
class [[nodiscard]] task {
public:
    struct promise_type : promise_of<T> {
        task get_return_object() {
            return task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
    };

    task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    task& operator=(task&&) = delete;
    ~task() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
        handle_.promise().continuation = parent;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

protected:
    explicit task(std::coroutine_handle<promise_type> of) : handle_(of) {}
    std::coroutine_handle<promise_type> handle_;
};

// A task that runs beside its starter, from the ready queue. Awaited, it gives its result.
template <class T = void>
class started : task<T> {
public:
    explicit started(task<T>&& of) : task<T>(std::move(of)) {
        loop::instance().make_ready(this->handle_);
    }
    bool done() const noexcept { return this->handle_.done(); }
    T result() { return this->handle_.promise().take(); }

    bool await_ready() noexcept { return done(); }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
        this->handle_.promise().continuation = waiter;
    }
    T await_resume() { return result(); }
};

template <class T>
T run(task<T> main) {
    started<T> root(std::move(main));
    loop::instance().run_until([&] { return root.done(); });
    return root.result();
}

struct yield_now {
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> of) { loop::instance().make_ready(of); }
    void await_resume() noexcept {}
};

class sleep_for {
public:
    explicit sleep_for(std::chrono::nanoseconds time) : time_(time) {}
    sleep_for(sleep_for const&) = delete;
    ~sleep_for() { // the frame is destroyed while it sleeps
        if (asleep_) loop::instance().sleeping().erase(at_);
    }
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> of) {
        at_ = loop::instance().sleeping().emplace(loop::clock::now() + time_, of);
        asleep_ = true;
    }
    void await_resume() noexcept { asleep_ = false; }

private:
    std::chrono::nanoseconds time_;
    loop::timers::iterator at_;
    bool asleep_ = false;
};

} // namespace bench
