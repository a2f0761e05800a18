// Coroutines of C++20 and bodies, each awaiting the other. Compiled as C++20, in a program of their own.
#include "frames.hpp"

#include <switchback/coroutines.hpp>

#include <memory>
#include <utility>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using faults::value_after;
using namespace std::chrono_literals;

namespace {

// Waits, and again while it cleans up, so many deep.
sb::coroutine<int> guarded(int depth, test::live alive = {}) {
    static_cast<void>(alive);
    std::exception_ptr error;
    int got = 0;
    enters_try();
    try {
        if (depth > 0) got = co_await guarded(depth - 1);
        co_await sb::sleep(1s);
    } catch (...) {
        error = std::current_exception();
    }
    leaves_try();
    if (error != nullptr) {
        try {
            co_await sb::sleep(1s);
        } catch (...) { // cancelled again
        }
        std::rethrow_exception(error);
    }
    co_return got + 1;
}

sb::coroutine<int> fails(int depth, test::live alive = {}) {
    static_cast<void>(alive);
    if (depth > 0) co_return co_await fails(depth - 1);
    co_await sb::yield_now();
    throw faults::failure{};
}

// A coroutine of another type, which is owned.
struct foreign {
    struct promise_type {
        test::live alive{};
        foreign get_return_object() noexcept {
            return foreign(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_always final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() noexcept {}
    };
    explicit foreign(std::coroutine_handle<promise_type> what) noexcept : handle(what) {}
    foreign(foreign&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    foreign& operator=(foreign&& other) noexcept {
        std::swap(handle, other.handle);
        return *this;
    }
    ~foreign() {
        if (handle) handle.destroy();
    }
    std::coroutine_handle<promise_type> handle;
};

foreign waits_for_a_task(sb::task_scheduler& on) {
    auto const got = co_await sb::as_coroutine(on, guarded(1));
    value_after next{got, 1s}; // GCC 12 spoils aggregates that stand in a co_await
    co_await sb::as_coroutine(on, std::move(next));
}

// What somebody else resumes, or destroys.
struct bell {
    std::coroutine_handle<> waiter = nullptr;
    test::live alive{};
    bell() = default;
    bell(bell const&) = delete;
    bell& operator=(bell const&) = delete;
    ~bell() {
        if (waiter) waiter.destroy();
    }

    static bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> who) noexcept { waiter = who; }
    static std::unique_ptr<test::live> await_resume() { return std::make_unique<test::live>(); }
};

struct rings {
    std::shared_ptr<bell> what;
    bool really = true;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        if (really && what->waiter) std::exchange(what->waiter, nullptr).resume();
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own CX1, own CX2, own CX3: a body awaits coroutines that clean up, and wait while they do") {
    int got = 0;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, guarded(2));
            SB_AWAIT_INTO(got, guarded(1));
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own CX1, own CX4: an error comes out of coroutines") {
    int got = 0;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(got, fails(3));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own CX5: a coroutine of another type awaits tasks, and is destroyed with the task that has it") {
    std::optional<foreign> other{};
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        other.emplace(waits_for_a_task(faults::scheduler()));
        SB_AWAIT(sb::sleep(3s));
        SB_END();
    }
};

SB_SCENARIO("own CX6, own CX7: a body awaits what somebody else resumes") {
    std::shared_ptr<bell> what = std::make_shared<bell>();
    sb::future<void> other{};
    std::unique_ptr<test::live> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        other = co.start(rings{what});
        SB_AWAIT_INTO(got, *what);
        SB_END();
    }
};

SB_SCENARIO("own CX7: a body awaits what somebody else destroys") {
    std::shared_ptr<std::unique_ptr<bell>> what = std::make_shared<std::unique_ptr<bell>>(std::make_unique<bell>());
    std::unique_ptr<test::live> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            co.start_detached([held = what](sb::returns<void>& other) {
                SB_BEGIN(other);
                held->reset();
                SB_END();
            });
            SB_AWAIT_INTO(got, sb::from_coroutine(**what));
        } SB_CATCH(sb::broken_promise const& error) {
            static_cast<void>(error);
        } SB_END_TRY
        SB_END();
    }
};
