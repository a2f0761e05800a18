#include <switchback/sleep.hpp>

#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <random>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::words;
using namespace std::chrono_literals;

namespace {

struct sleeps_then_says {
    std::chrono::nanoseconds time;
    words* log;
    std::string what;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(time));
        log->push_back(what);
        SB_END();
    }
};

struct says_twice {
    words* log;
    std::string what;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        log->push_back(what + "1");
        SB_AWAIT(sb::yield_now());
        log->push_back(what + "2");
        SB_END();
    }
};

// The time that a sleep takes on the scheduler's clock.
template <class Awaitable>
std::chrono::nanoseconds taken(fixture& f, Awaitable what) {
    auto const before = f.pump.now();
    f.scheduler.run(std::move(what));
    return f.pump.now() - before;
}

} // namespace

TEST_CASE_FIXTURE(fixture,
    "aio S5: sleepers of equal deadline wake in the order in which they went to sleep") {
    std::vector<sb::future<void>> all;
    for (char const* const name : {"0", "1", "2", "3", "4"}) {
        all.push_back(scheduler.start(sleeps_then_says{1s, &log, name}));
    }
    pump.advance(1s);
    CHECK(log == words{"0", "1", "2", "3", "4"});
}

TEST_CASE_FIXTURE(fixture,
    "aio S5: equal deadlines are first in, first out, from whichever moment they were set") {
    auto const first = scheduler.start(sleeps_then_says{10s, &log, "first"});
    pump.advance(3s);
    auto const second = scheduler.start(sleeps_then_says{7s, &log, "second"});
    pump.advance(6999ms);
    auto const third = scheduler.start(sleeps_then_says{1ms, &log, "third"});
    pump.advance(1ms);
    CHECK(log == words{"first", "second", "third"});
}

TEST_CASE_FIXTURE(fixture, "aio S5: sleepers wake by deadline, and never early") {
    std::vector<sb::future<void>> all;
    std::mt19937 random(1);
    for (int i = 0; i < 1000; ++i) {
        auto const time = std::chrono::nanoseconds(random() % 10'000'000'000);
        all.push_back(scheduler.start([&, time, woken = sb::time_point{}](
                                          sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            woken = co.now() + time;
            SB_AWAIT(sb::sleep(time));
            CHECK(co.now() == woken);
            SB_END();
        }));
    }
    pump.advance(11s);
    for (auto const& task : all) task.get();
}

TEST_CASE("aio S6: due timers join the ready queue behind what is there; late ones go by deadline") {
    struct set_clock final : sb::clock {
        sb::time_point time{1h};
        sb::time_point now() const noexcept override { return time; }
    } clock;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, clock};
    words log;
    auto const c = scheduler.start(sleeps_then_says{3s, &log, "3s"});
    auto const a = scheduler.start(sleeps_then_says{1s, &log, "1s"});
    auto const b = scheduler.start(sleeps_then_says{2s, &log, "2s"});
    pump.turn(false);
    clock.time += 1min;
    auto const ready = scheduler.start([&log](sb::returns<void>& co) {
        SB_BEGIN(co);
        log.push_back("ready");
        SB_END();
    });
    pump.turn(false);
    CHECK(log == words{"ready", "1s", "2s", "3s"});
}

TEST_CASE_FIXTURE(fixture, "aio S3: to sleep for no time is one turn of the ready queue") {
    for (auto const time : {0ns, -5ns}) {
        log.clear();
        auto const a = scheduler.start(sleeps_then_says{time, &log, "slept"});
        auto const b = scheduler.start(says_twice{&log, "other "});
        pump.run_ready();
        CHECK(log == words{"other 1", "slept", "other 2"});
    }
}

TEST_CASE_FIXTURE(fixture, "imvu T2: yield_now lets every other ready task run first") {
    auto const a = scheduler.start(says_twice{&log, "a"});
    auto const b = scheduler.start(says_twice{&log, "b"});
    auto const c = scheduler.start(says_twice{&log, "c"});
    pump.run_ready();
    CHECK(log == words{"a1", "b1", "c1", "a2", "b2", "c2"});
}

TEST_CASE_FIXTURE(fixture,
    "a sleep takes exactly its time, whatever the unit, rounded up to a nanosecond") {
    using picoseconds = std::chrono::duration<long long, std::pico>;
    CHECK(taken(*this, sb::sleep(1ns)) == 1ns);
    CHECK(taken(*this, sb::sleep(90min)) == 90min);
    CHECK(taken(*this, sb::sleep(picoseconds(1))) == 1ns);
    CHECK(taken(*this, sb::sleep(picoseconds(1001))) == 2ns);
    CHECK(taken(*this, sb::sleep(std::chrono::duration<double>(0.25))) == 250ms);
}

TEST_CASE_FIXTURE(fixture,
    "sleep_until waits for a moment of the scheduler's clock; one that has passed costs a turn") {
    CHECK(taken(*this, sb::sleep_until(pump.now() + 5s)) == 5s);
    CHECK(taken(*this, sb::sleep_until(pump.now() - 5s)) == 0s);
    CHECK(taken(*this, sb::sleep_until(sb::time_point::min())) == 0s);
}

TEST_CASE_FIXTURE(fixture, "the longest durations do not overflow: their sleepers wait") {
    auto const a = scheduler.start(sb::sleep(std::chrono::hours::max()));
    auto const b = scheduler.start(sb::sleep(std::chrono::nanoseconds::max()));
    auto const c = scheduler.start(sb::sleep_until(sb::time_point::max()));
    auto const d = scheduler.start(sb::sleep(std::chrono::duration<double>(1e300)));
    pump.advance(24h * 365 * 100);
    CHECK(scheduler.unfinished_tasks() == 4);
}

TEST_CASE_FIXTURE(fixture, "a sleep is ended by the release of its task, and its timer with it") {
    auto task = scheduler.start(sb::sleep(1h));
    pump.run_ready();
    task.reset();
    auto const before = pump.turns();
    pump.advance(2h);
    CHECK(pump.turns() <= before + 1);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("a sleeper is woken where the scheduler's clock is slower than the pump's") {
    // The pump keeps its promise (no sooner than asked); by this clock it comes early all the same.
    struct slow_clock final : sb::clock {
        explicit slow_clock(sb::clock const& real) : of(real) {}
        sb::time_point now() const noexcept override {
            return sb::time_point(of.now().time_since_epoch() / 2);
        }
        sb::clock const& of;
    };
    sb::testing::virtual_pump pump;
    slow_clock const clock(pump);
    sb::task_scheduler scheduler{pump, clock};
    auto const task = scheduler.start(sb::sleep(1s));
    pump.advance(10s);
    CHECK(task.ready());
}
