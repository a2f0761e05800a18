// Bodies and the coroutines of C++20, each awaiting the other. This file is compiled as C++20.
#include <switchback/coroutines.hpp>

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/shield.hpp>
#include <switchback/task_group.hpp>
#include <switchback/timeouts.hpp>
#include <switchback/traceback.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <thread>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::at_end;
using test::failure_after;
using test::live;
using test::logger;
using test::unhandled_log;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

// ---- Coroutines of ours

sb::coroutine<int> value_later(int value, std::chrono::nanoseconds time = 0ns) {
    if (time > 0ns) co_await sb::sleep(time);
    co_return value;
}

sb::coroutine<int> failure_later(char const* what, std::chrono::nanoseconds time = 0ns) {
    if (time > 0ns) co_await sb::sleep(time);
    throw std::runtime_error(what);
}

sb::coroutine<> sleep_an_hour(live = {}) { co_await sb::sleep(1h); }

sb::coroutine<> logged_coroutine(words* log, std::string name, std::chrono::nanoseconds clean_up = 0ns) {
    at_end const dies([log, name] { log->push_back(name + " dies"); });
    log->push_back(name + " begins");
    bool was_cancelled = false;
    try {
        co_await sb::sleep(1h);
        log->push_back(name + " ends");
    } catch (sb::cancelled const&) {
        log->push_back(name + " is cancelled");
        was_cancelled = true;
    }
    if (!was_cancelled) co_return;
    if (clean_up > 0ns) co_await sb::sleep(clean_up);
    log->push_back(name + " has cleaned up");
    throw sb::cancelled{};
}

// ---- What others bring: a coroutine that begins at once and belongs to nobody …

struct detached {
    struct promise_type {
        static detached get_return_object() noexcept { return {}; }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() noexcept { std::terminate(); }
    };
};

// … one that is owned …
struct owned {
    struct promise_type {
        owned get_return_object() noexcept {
            return owned{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_always final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() { throw; }
    };
    explicit owned(std::coroutine_handle<promise_type> what) noexcept : handle(what) {}
    owned(owned&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    ~owned() {
        if (handle) handle.destroy();
    }
    bool done() const { return handle.done(); }

    std::coroutine_handle<promise_type> handle;
};

// … a lazy task, which hands control on by symmetric transfer …
template <class T>
struct lazy {
    struct promise_type {
        std::coroutine_handle<> continuation;
        std::exception_ptr error;
        std::optional<T> value;

        lazy get_return_object() { return lazy{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        static std::suspend_always initial_suspend() noexcept { return {}; }
        struct to_continuation {
            static bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                return ended.promise().continuation;
            }
            static void await_resume() noexcept {}
        };
        static to_continuation final_suspend() noexcept { return {}; }
        void return_value(T given) { value = std::move(given); }
        void unhandled_exception() noexcept { error = std::current_exception(); }
    };
    explicit lazy(std::coroutine_handle<promise_type> what) noexcept : handle(what) {}
    lazy(lazy&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    ~lazy() {
        if (handle) handle.destroy();
    }

    struct its_end {
        std::coroutine_handle<promise_type> of;
        static bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
            of.promise().continuation = waiter;
            return of;
        }
        T await_resume() {
            if (of.promise().error) std::rethrow_exception(of.promise().error);
            return std::move(*of.promise().value);
        }
    };
    its_end operator co_await() && noexcept { return {handle}; }

    std::coroutine_handle<promise_type> handle;
};

// … and a bell that a test rings by hand. What it awaits by cannot be moved.
struct bell {
    std::coroutine_handle<> waiter = nullptr;
    int number = 0;

    struct ring {
        explicit ring(bell& which) noexcept : of(which) {}
        ring(ring const&) = delete;
        ring& operator=(ring const&) = delete;

        bool await_ready() const noexcept { return of.number != 0; }
        void await_suspend(std::coroutine_handle<> who) noexcept { of.waiter = who; }
        int& await_resume() {
            if (of.number < 0) throw std::runtime_error("the bell is broken");
            return of.number;
        }
        bell& of;
    };
    ring operator co_await() noexcept { return ring(*this); }

    bool is_awaited() const noexcept { return waiter != nullptr; }
    void sound(int with) {
        number = with;
        std::exchange(waiter, nullptr).resume();
    }
};

} // namespace

// ---- Ours await ours

TEST_CASE_FIXTURE(fixture, "own CX1: a coroutine awaits frames, tasks, futures, sleeps, jobs, groups and limits") {
    auto const all = [](fixture* on) -> sb::coroutine<int> {
        int sum = co_await value_after{1, 1s};
        sum += co_await sb::task<int>(value_after{2});
        auto future = on->scheduler.start(value_after{4, 2s});
        sum += co_await future;
        co_await sb::sleep(1s);
        sum += co_await sb::offload([] { return 8; });
        auto const [a, b] = co_await sb::run_in_parallel(value_after{16, 1s}, value_later(32, 2s));
        sum += a + b;
        sum += co_await sb::with_timeout(1s, value_after{64});
        std::vector const numbers{128, 256};
        auto const each_later = [](int number) { return value_later(number, 1s); };
        for (int const each : co_await sb::run_in_parallel(numbers, each_later)) sum += each;
        sum += co_await value_later(512, 1s);
        sum += co_await future;
        co_return sum;
    };
    CHECK(scheduler.run(all(this)) == 1023 + 4);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own CX1: and is awaited, started, grouped, limited and shielded as a frame is") {
    auto body = [sum = 0, sum2 = 0, group = std::optional<sb::task_group>(), task = sb::future<int>(),
                          pair = std::tuple<int, int>()](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(sum, value_later(1, 1s));
        task = co.start(value_later(2, 1s));
        SB_AWAIT_INTO(sum2, task);
        sum += sum2;
        SB_AWAIT_INTO(pair, sb::run_in_parallel(value_later(4), value_later(8, 1s)));
        sum += std::get<0>(pair) + std::get<1>(pair);
        SB_AWAIT_INTO(sum2, sb::with_timeout(1s, value_later(16)));
        sum += sum2;
        SB_AWAIT_INTO(sum2, sb::shield(value_later(32, 1s)));
        sum += sum2;
        SB_AWAIT_INTO(sum2, sb::task<int>(value_later(64)));
        sum += sum2;
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(value_later(0, 1s));
            group->start(sleep_an_hour());
        } SB_END_WITH
        SB_RETURN_AWAIT(value_later(sum));
        SB_END();
    };
    CHECK(scheduler.run(std::move(body)) == 127);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own CX1: a task of a coroutine is counted, and does not begin before its turn") {
    auto const task = scheduler.start(logged_coroutine(&log, "a"));
    CHECK(log.empty());
    CHECK(scheduler.unfinished_tasks() == 1);
    pump.advance(1h);
    CHECK(log == words{"a begins", "a ends", "a dies"});
    CHECK(task.ready());
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own CX1: its locals die before its result is told, as its parameters do") {
    auto const child = [](words* to, at_end) -> sb::coroutine<int> {
        at_end const local([to] { to->push_back("local"); });
        co_return (to->push_back("returns"), 5);
    };
    auto const parent = [&](fixture* on) -> sb::coroutine<> {
        auto const got = co_await child(&on->log, at_end([on] { on->log.push_back("parameter"); }));
        on->log.push_back("got " + std::to_string(got));
    };
    scheduler.run(parent(this));
    CHECK(log == words{"returns", "local", "parameter", "got 5"});
}

TEST_CASE_FIXTURE(fixture, "own CX1: errors are thrown at the co_await; whatever moves may be a result") {
    auto const careful = []() -> sb::coroutine<std::string> {
        std::string said;
        try {
            co_await failure_after{"one", 1s};
        } catch (std::runtime_error const& error) {
            said += error.what();
        }
        try {
            co_await failure_later("two");
        } catch (std::runtime_error const& error) {
            said += error.what();
        }
        co_return said;
    };
    CHECK(scheduler.run(careful()) == "onetwo");
    CHECK_THROWS_WITH_AS(scheduler.run(failure_later("no", 1s)), "no", std::runtime_error);
    auto const moved = []() -> sb::coroutine<std::unique_ptr<int>> {
        auto const inner = [](std::unique_ptr<int> what) -> sb::coroutine<std::unique_ptr<int>> { co_return what; };
        co_return co_await inner(std::make_unique<int>(7));
    };
    CHECK(*scheduler.run(moved()) == 7);
}

TEST_CASE_FIXTURE(fixture, "own CX1: two awaits may stand in one expression") {
    auto const of_two = []() -> sb::coroutine<int> {
        int sum = co_await value_later(1) + co_await value_later(2, 1s);
        sum += co_await value_after{4, 1s} + co_await value_later(8, 1s);
        co_return sum + co_await value_later(16, 1s) + co_await value_after{32};
    };
    CHECK(scheduler.run(of_two()) == 63);
    using span = std::chrono::nanoseconds;
    auto const fails_in_two = [](span one, span other) -> sb::coroutine<int> {
        try {
            co_return co_await failure_later("no", one) + co_await value_later(1, other);
        } catch (std::runtime_error const&) {
        }
        auto const throws = []() -> value_after { throw std::runtime_error("no"); };
        try {
            co_return co_await value_later(1, one) + co_await throws();
        } catch (std::runtime_error const&) {
        }
        co_return 5;
    };
    CHECK(scheduler.run(fails_in_two(0s, 0s)) == 5);
    CHECK(scheduler.run(fails_in_two(1s, 1s)) == 5);
    auto const task = scheduler.start(of_two());
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own CX1: awaited twice, or moved from, it says so; never awaited, it is destroyed") {
    auto once = value_later(1);
    CHECK(once.valid());
    CHECK(scheduler.run(std::move(once)) == 1);
    CHECK_FALSE(once.valid());
    CHECK_THROWS_AS(scheduler.run(std::move(once)), sb::already_awaited);
    {
        auto const never = sleep_an_hour();
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
}

sb::coroutine<int> sum_of_two(int one, int other) {
    auto& co = co_await sb::this_task;
    auto soon = co.start(value_after{one, 1s}); // runs beside this one
    auto const second = co_await value_after{other, 1s};
    co_return co_await soon + second;
}

TEST_CASE_FIXTURE(fixture, "own CX1: this_task is the context that a body has") {
    CHECK(scheduler.run(sum_of_two(1, 2)) == 3);
    CHECK(passed() == 1s);
}

TEST_CASE_FIXTURE(fixture, "own CX2: cancelled, it is thrown sb::cancelled, and may await while it cleans up") {
    auto const task = scheduler.start(logged_coroutine(&log, "a", 1s));
    pump.run_ready();
    CHECK(task.cancel());
    CHECK(log == words{"a begins"});
    pump.run_ready();
    CHECK(log == words{"a begins", "a is cancelled"});
    pump.advance(1s);
    CHECK(log == words{"a begins", "a is cancelled", "a has cleaned up", "a dies"});
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own CX2: a limit takes its own cancellation for an end of time, and leaves others") {
    auto const keeps_and_throws_on = []() -> sb::coroutine<> {
        std::exception_ptr error;
        try {
            co_await sb::sleep(1h);
        } catch (...) {
            error = std::current_exception();
        }
        try { // an error of the clean-up comes between
            co_await failure_after{"no", 1s};
        } catch (std::runtime_error const&) {
        }
        std::rethrow_exception(error);
    };
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, keeps_and_throws_on())), sb::timed_out);
    auto const task = scheduler.start(sb::with_timeout(1min, keeps_and_throws_on()));
    pump.run_ready();
    task.cancel();
    pump.advance(1s);
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own CX2: a coroutine may refuse") {
    auto const stubborn = []() -> sb::coroutine<int> {
        try {
            co_await sb::sleep(1h);
        } catch (sb::cancelled const&) {
        }
        co_return 1;
    };
    auto const task = scheduler.start(stubborn());
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(task.get() == 1);
}

TEST_CASE_FIXTURE(fixture, "own CX3: a release runs clean-up to where it waits, innermost first") {
    auto const outer = [](words* to) -> sb::coroutine<> {
        at_end const dies([to] { to->push_back("outer dies"); });
        co_await logged_coroutine(to, "inner");
    };
    auto task = scheduler.start(outer(&log));
    pump.run_ready();
    task.reset();
    CHECK(log == words{"inner begins", "inner is cancelled", "inner has cleaned up", "inner dies", "outer dies"});
    CHECK(scheduler.unfinished_tasks() == 0);

    log.clear();
    auto waits = scheduler.start(logged_coroutine(&log, "a", 1s));
    pump.run_ready();
    waits.reset();
    CHECK(log == words{"a begins", "a is cancelled"});
    CHECK(scheduler.unfinished_tasks() == 1);
    pump.advance(1s);
    CHECK(log.back() == "a dies");
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own CX3: released before its first step, it is destroyed and never runs") {
    auto task = scheduler.start(logged_coroutine(&log, "a"));
    auto other = scheduler.start(sleep_an_hour());
    task.reset();
    other.cancel();
    pump.run_ready();
    CHECK(log.empty());
    CHECK(other.cancelled());
    CHECK(live::count() == 0);
}

TEST_CASE("own CX3: a scheduler that ends destroys a coroutine that would clean up for ever") {
    words log;
    {
        fixture in;
        auto const for_ever = [](words* to) -> sb::coroutine<> {
            at_end const dies([to] { to->push_back("dies"); });
            for (;;) {
                try {
                    co_await sb::sleep(1h);
                } catch (sb::cancelled const&) {
                }
            }
        };
        auto const task = in.scheduler.start(for_ever(&log));
        in.pump.run_ready();
        CHECK(log.empty());
    }
    CHECK(log == words{"dies"});
}

TEST_CASE_FIXTURE(fixture, "own CX3: a coroutine may drop its own last future") {
    sb::future<void> own;
    auto const drops = [](sb::future<void>* which, live) -> sb::coroutine<> {
        which->reset();
        co_await sb::sleep(1h);
    };
    own = scheduler.start(drops(&own, live{}));
    pump.run_ready();
    CHECK(scheduler.unfinished_tasks() == 0);
    CHECK(live::count() == 0);
}

#if defined(__cpp_lib_source_location)

namespace {

struct place {
    std::string frame;
    int line;
};

constexpr int line_of_await = __LINE__ + 2;
sb::coroutine<> by_way_of_a_coroutine() {
    co_await failure_after{"no", 1s};
}
constexpr int line_of_second = __LINE__ + 5;
sb::coroutine<> catches_and_throws_on() {
    co_await sb::sleep(1s);
    try {
        std::exception_ptr error;
        co_await by_way_of_a_coroutine();
    } catch (...) {
        throw;
    }
}

} // namespace

TEST_CASE_FIXTURE(fixture, "own CX4: a traceback tells function, file and line of each co_await") {
    auto const task = scheduler.start(catches_and_throws_on());
    pump.advance(2s);
    auto const way = task.traceback().entries();
    REQUIRE(way.size() == 3);
    CHECK(way[0].frame.find("catches_and_throws_on") != std::string::npos);
    CHECK(way[0].frame.find("Frame") == std::string::npos);
    CHECK(way[0].line == line_of_second);
    CHECK(way[0].file.find("coroutines_test.cpp") != std::string::npos);
    CHECK(way[1].frame.find("by_way_of_a_coroutine") != std::string::npos);
    CHECK(way[1].line == line_of_await);
    CHECK(way[2].frame.find("failure_after") != std::string::npos);
    CHECK(task.error() != nullptr);
}

TEST_CASE_FIXTURE(fixture, "own CX4: so does one that is asked for in a catch block") {
    auto const asks = []() -> sb::coroutine<std::size_t> {
        try {
            co_await by_way_of_a_coroutine();
        } catch (std::runtime_error const&) {
            co_return sb::current_traceback().entries().size();
        }
        co_return 0;
    };
    CHECK(scheduler.run(asks()) == 3);
}

TEST_CASE_FIXTURE(fixture, "own CX4: it begins anew where clean-up has seen another error") {
    auto const fails_between = []() -> sb::coroutine<> {
        std::exception_ptr error;
        try {
            co_await by_way_of_a_coroutine();
        } catch (...) {
            error = std::current_exception();
        }
        try {
            co_await failure_after{"another", 1s};
        } catch (...) {
        }
        std::rethrow_exception(error);
    };
    auto const task = scheduler.start(fails_between());
    pump.advance(2s);
    CHECK(task.traceback().entries().size() == 1);
    CHECK_THROWS_WITH_AS(task.get(), "no", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture, "own CX4: so where it throws, or is cancelled before its first step") {
    auto const thrown = scheduler.start(failure_later("no"));
    auto const cancelled = scheduler.start(failure_later("never"));
    cancelled.cancel();
    pump.run_ready();
    REQUIRE(thrown.traceback().entries().size() == 1);
    CHECK(thrown.traceback().entries()[0].frame.find("failure_later") != std::string::npos);
    CHECK(thrown.error() != nullptr);
    REQUIRE(cancelled.traceback().entries().size() == 1);
    CHECK(cancelled.traceback().entries()[0].line == thrown.traceback().entries()[0].line);
}

#endif

namespace {

sb::coroutine<int> depth_of(int levels) {
    if (levels > 0) co_return 1 + co_await depth_of(levels - 1);
    co_await sb::sleep(1s);
    co_return 0;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "own CX8: a chain of coroutines, however long, takes no stack") {
    CHECK(scheduler.run(depth_of(100'000)) == 100'000);
    auto task = scheduler.start(depth_of(10'000));
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own CX8: awaits that need not wait give way to other tasks") {
    auto const busy = [](int* to) -> sb::coroutine<> {
        for (;; ++*to) co_await value_later(1);
    };
    int rounds = 0;
    scheduler.set_turn_limit({2});
    auto const task = scheduler.start(busy(&rounds));
    auto const other = scheduler.start(value_after{1});
    pump.turn(false);
    CHECK(other.ready());
    CHECK(rounds > 100);
    CHECK(rounds < 10'000);
}

// ---- Others' coroutines await ours

TEST_CASE_FIXTURE(fixture, "own CX5: any coroutine awaits a task, and goes on from the ready queue") {
    auto const uses = [](fixture* on) -> detached {
        on->log.push_back("begins");
        auto const got = co_await sb::as_coroutine(on->scheduler, value_after{7, 1s});
        on->log.push_back("got " + std::to_string(got));
        co_await sb::as_coroutine(on->scheduler, sb::sleep(1s));
        auto const task = on->scheduler.start(value_after{8});
        auto const other = co_await sb::as_coroutine(task);
        auto const again = co_await sb::as_coroutine(task);
        auto const ours = co_await sb::as_coroutine(on->scheduler, value_later(9));
        on->log.push_back("got " + std::to_string(other + again + ours));
    };
    uses(this);
    CHECK(log == words{"begins"});
    CHECK(scheduler.unfinished_tasks() == 1);
    pump.advance(1s);
    CHECK(log == words{"begins", "got 7"});
    pump.advance(1s);
    CHECK(log == words{"begins", "got 7", "got 25"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own CX5: the task's error, or cancellation, is thrown there") {
    auto const uses = [](fixture* on, sb::future<int> cancelled) -> detached {
        try {
            co_await sb::as_coroutine(on->scheduler, failure_after{"no", 1s});
        } catch (std::runtime_error const& error) {
            on->log.push_back(error.what());
        }
        try {
            co_await sb::as_coroutine(cancelled);
        } catch (sb::cancelled const&) {
            on->log.push_back("cancelled");
        }
    };
    auto const task = scheduler.start(value_after{1, 1h});
    uses(this, task);
    pump.advance(1s);
    task.cancel();
    pump.run_ready();
    CHECK(log == words{"no", "cancelled"});
}

TEST_CASE_FIXTURE(fixture, "own CX5: to destroy the coroutine releases the task") {
    auto const uses = [](fixture* on) -> owned {
        logger writes{&on->log, "a"}; // GCC 12 spoils aggregates with strings that stand in a co_await
        co_await sb::as_coroutine(on->scheduler, std::move(writes));
    };
    {
        auto const waiting = uses(this);
        pump.run_ready();
        CHECK(log == words{"a begins"});
    }
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own CX5: so when the task has ended, and the coroutine's own turn has not come") {
    auto const uses = [](fixture* on) -> owned {
        co_await sb::as_coroutine(on->scheduler, value_after{1});
        on->log.push_back("resumed");
    };
    scheduler.set_turn_limit({1});
    {
        auto const ready = uses(this);
        pump.turn(false);
        CHECK(scheduler.unfinished_tasks() == 0);
        CHECK_FALSE(ready.done());
    }
    pump.run_ready();
    CHECK(log.empty());
}

TEST_CASE("own CX5: a scheduler that closes resumes the coroutine with sb::cancelled, and starts no task for it") {
    words log;
    {
        test::virtual_time in;
        auto const uses = [](test::virtual_time* on, words* to) -> detached {
            try {
                co_await sb::as_coroutine(on->scheduler, sleep_an_hour());
            } catch (sb::cancelled const&) {
                to->push_back("cancelled");
            }
            try {
                co_await sb::as_coroutine(on->scheduler, sleep_an_hour());
            } catch (sb::wrong_scheduler const&) {
                to->push_back("closed");
            }
        };
        uses(&in, &log);
        in.pump.run_ready();
        CHECK(log.empty());
    }
    CHECK(log == words{"cancelled", "closed"});
}

TEST_CASE_FIXTURE(fixture, "own CX5: what leaves such a coroutine is reported") {
    unhandled_log reported;
    auto const fails = [](fixture* on) -> owned {
        co_await sb::as_coroutine(on->scheduler, failure_after{"no", 1s});
    };
    auto const failing = fails(this);
    pump.advance(1s);
    CHECK(reported.errors() == words{"std::runtime_error: no"});
}

// ---- Ours await what others bring

namespace {

lazy<int> doubled(int what) { co_return 2 * what; }
lazy<int> failing_lazy() {
    throw std::runtime_error("lazily");
    co_return 0;
}

struct says_no { // an await_suspend that returns bool: it need not wait after all
    static bool await_ready() noexcept { return false; }
    static bool await_suspend(std::coroutine_handle<>) noexcept { return false; }
    static void await_resume() noexcept {}
};

struct rings {
    bell* which;
    words* log;
    int got = 0;
    live alive{};

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(got, *which);
        } SB_CATCH(std::runtime_error const& error) {
            log->push_back(error.what());
        } SB_CATCH(sb::cancelled const& request) {
            static_cast<void>(request);
            log->push_back("cancelled");
            SB_RAISE();
        } SB_END_TRY
        SB_RETURN(got);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own CX6: ours await what C++20 can: ready, by void, bool or handle") {
    auto body = [sum = 0, other = 0](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT(std::suspend_never{});
        SB_AWAIT(says_no{});
        SB_AWAIT_INTO(sum, doubled(4));
        SB_AWAIT_INTO(other, sb::from_coroutine(doubled(5)));
        SB_RETURN(sum + other);
        SB_END();
    };
    CHECK(scheduler.run(std::move(body)) == 18);
    auto const ours = []() -> sb::coroutine<int> {
        co_await std::suspend_never{};
        co_await says_no{};
        auto later = doubled(3);
        co_return co_await doubled(2) + co_await std::move(later);
    };
    CHECK(scheduler.run(ours()) == 10);
    CHECK(scheduler.run(doubled(6)) == 12);
    auto const [one, two] = scheduler.run(sb::run_in_parallel(doubled(7), doubled(8)));
    CHECK(one + two == 30);
}

TEST_CASE_FIXTURE(fixture, "own CX6: it goes on from the ready queue, not within whoever resumes it") {
    bell which;
    auto const task = scheduler.start(rings{&which, &log});
    pump.run_ready();
    CHECK(which.is_awaited());
    CHECK(scheduler.unfinished_tasks() == 2); // a promise counts as one
    which.sound(5);
    CHECK_FALSE(task.ready());
    pump.run_ready();
    CHECK(task.get() == 5);
    which.number = 6; // ready at once
    CHECK(scheduler.run(rings{&which, &log}) == 6);
}

TEST_CASE_FIXTURE(fixture, "own CX6: what its await_resume throws is raised at the await") {
    bell which;
    auto const task = scheduler.start(rings{&which, &log});
    pump.run_ready();
    which.sound(-1);
    pump.run_ready();
    CHECK(task.get() == 0);
    CHECK(log == words{"the bell is broken"});
    CHECK_THROWS_WITH_AS(scheduler.run(failing_lazy()), "lazily", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture, "own CX6: what cannot be moved is made where it stays; a reference is carried as one") {
    bell which;
    auto const ours = [](bell* of) -> sb::coroutine<int*> {
        int& got = co_await sb::from_coroutine([of] { return bell::ring(*of); });
        co_return &got;
    };
    auto const task = scheduler.start(ours(&which));
    pump.run_ready();
    which.sound(5);
    pump.run_ready();
    CHECK(task.get() == &which.number);
}

TEST_CASE("own CX6: resumed on another thread, the task goes on on its own") {
    struct elsewhere {
        std::thread* thread;
        std::thread::id at{};
        static bool await_ready() noexcept { return false; }
        void await_suspend(std::coroutine_handle<> who) {
            auto& into = *thread; // this object may be gone as soon as the thread runs
            into = std::thread(who);
        }
        std::thread::id await_resume() const { return std::this_thread::get_id(); }
    };
    std::thread other;
    test::virtual_time in;
    auto const ours = [](std::thread* thread) -> sb::coroutine<bool> {
        auto const resumed_on = co_await elsewhere{thread};
        CHECK(resumed_on != std::this_thread::get_id());
        thread->join();
        co_return true;
    };
    auto const here = std::this_thread::get_id();
    auto const task = in.scheduler.start([&, got = false, on = std::thread::id()](sb::returns<bool>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, ours(&other));
        on = std::this_thread::get_id();
        SB_RETURN(on == here && got);
        SB_END();
    });
    while (!task.ready()) {
        in.pump.run_ready();
        std::this_thread::yield();
    }
    CHECK(task.get());
}

TEST_CASE_FIXTURE(fixture, "own CX7: a cancelled task goes on at once; what it awaited is dropped when it comes") {
    bell which;
    auto const task = scheduler.start(rings{&which, &log});
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(log == words{"cancelled"});
    CHECK(task.cancelled());
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
    which.sound(5); // nobody hears of it
    pump.run_ready();

    log.clear();
    auto released = scheduler.start(rings{&which, &log});
    which.number = 0;
    pump.run_ready();
    released.reset();
    CHECK(log == words{"cancelled"});
    which.sound(6);
}

TEST_CASE("own CX7: so where the scheduler has gone") {
    bell which;
    words log;
    {
        test::virtual_time in;
        auto const task = in.scheduler.start(rings{&which, &log});
        in.pump.run_ready();
    }
    CHECK(log == words{"cancelled"});
    which.sound(5);
}

TEST_CASE_FIXTURE(fixture, "own CX7: who knows how to abort it is called then") {
    bell which;
    auto const waits = [](bell* of, words* to) -> sb::coroutine<> {
        co_await sb::from_coroutine(*of, [=] { to->push_back("abort"); });
    };
    auto task = scheduler.start(waits(&which, &log));
    pump.run_ready();
    task.reset();
    CHECK(log == words{"abort"});
    which.sound(1);

    log.clear();
    which.number = 0;
    auto const heard = scheduler.start(waits(&which, &log));
    pump.run_ready();
    which.sound(1);
    pump.run_ready();
    CHECK(heard.ready());
    CHECK(log.empty());
}

TEST_CASE_FIXTURE(fixture, "own CX7: destroyed instead of resumed, it breaks its promise") {
    bell which;
    auto const task = scheduler.start(rings{&which, &log});
    pump.run_ready();
    which.waiter.destroy();
    pump.run_ready();
    CHECK_THROWS_AS(task.get(), sb::broken_promise);
}
