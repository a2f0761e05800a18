// A generator on C++20's coroutines, as small as can be: for docs/porting/to-cpp20.md, which shows
// what a ported body looks like. C++23 has std::generator.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

// quoted: generator
template <class Y>
class coroutine_generator {
public:
    struct promise_type {
        Y const* yielded = nullptr;
        std::exception_ptr error;

        coroutine_generator get_return_object() {
            return coroutine_generator(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(Y const& value) noexcept {
            yielded = std::addressof(value);
            return {};
        }
        void return_void() noexcept {}
        void unhandled_exception() { error = std::current_exception(); }
    };

    coroutine_generator(coroutine_generator&& other) noexcept
        : body_(std::exchange(other.body_, nullptr)) {}
    coroutine_generator& operator=(coroutine_generator&&) = delete;
    ~coroutine_generator() {
        if (body_) body_.destroy();
    }

    // As sb::generator's: null at the end.
    Y const* next() {
        if (body_.done()) return nullptr;
        body_.resume();
        if (body_.promise().error) std::rethrow_exception(std::exchange(body_.promise().error, nullptr));
        return body_.done() ? nullptr : body_.promise().yielded;
    }

private:
    explicit coroutine_generator(std::coroutine_handle<promise_type> body) : body_(body) {}
    std::coroutine_handle<promise_type> body_;
};
// end of quote
