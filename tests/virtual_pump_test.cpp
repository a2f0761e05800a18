#include <switchback/testing/virtual_pump.hpp>

#include <switchback/offload.hpp>
#include <switchback/task_scheduler.hpp>

#include <doctest/doctest.h>

#include <thread>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

// Two tasks that wait for one another.
struct waits_for {
    sb::future<void>* other;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(*other);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "trio N4: when nothing is ready, time jumps to the next timer") {
    auto const before = pump.now();
    CHECK(scheduler.run(value_after{1, 24h * 365}) == 1);
    CHECK(pump.now() - before == 24h * 365);
    CHECK(scheduler.now() == pump.now());
}

TEST_CASE_FIXTURE(fixture,
    "a deadlock is thrown out of run, and the scheduler goes on being of use") {
    sb::future<void> a;
    sb::future<void> b;
    a = scheduler.start(waits_for{&b});
    b = scheduler.start(waits_for{&a});
    CHECK_THROWS_AS(scheduler.run(a), sb::testing::deadlock);
    CHECK(scheduler.unfinished_tasks() == 2);
    CHECK(scheduler.run(value_after{3, 1s}) == 3);
    a.cancel();
    pump.run_ready();
    CHECK(a.ready());
}

TEST_CASE_FIXTURE(fixture, "a deadlock in a nested run is raised in the body that runs it") {
    sb::future<void> a;
    sb::future<void> b;
    a = scheduler.start(waits_for{&b});
    b = scheduler.start(waits_for{&a});
    auto const own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        CHECK_THROWS_AS(scheduler.run(a), sb::testing::deadlock);
        SB_END();
    });
    pump.run_ready();
    CHECK(own.ready());
    a.cancel();
    pump.run_ready();
}

TEST_CASE_FIXTURE(fixture,
    "advance lets so much time pass, and everything happen that falls due in it, in order") {
    words log;
    auto const ticks = scheduler.start([&log](sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT(sb::sleep(10s));
            log.push_back("tick");
        }
        SB_END();
    });
    auto const once = scheduler.start([&log](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(15s));
        log.push_back("once");
        SB_END();
    });
    auto const before = pump.now();
    pump.advance(25s);
    CHECK(log == words{"tick", "once", "tick"});
    CHECK(pump.now() - before == 25s);
    pump.advance(5s);
    CHECK(log.size() == 4);
}

TEST_CASE_FIXTURE(fixture, "run_ready runs what is ready, and lets no time pass") {
    auto const before = pump.now();
    auto const now = scheduler.start(value_after{1});
    auto const later = scheduler.start(value_after{2, 1ns});
    pump.run_ready();
    CHECK(now.ready());
    CHECK_FALSE(later.ready());
    CHECK(pump.now() == before);
}

TEST_CASE_FIXTURE(fixture, "time stands still while a job is under way") {
    auto const before = pump.now();
    auto const sleeper = scheduler.start(value_after{1, 1s});
    scheduler.run(sb::offload([] {
        for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    }));
    CHECK(pump.now() == before);
    CHECK_FALSE(sleeper.ready());
}

TEST_CASE_FIXTURE(fixture, "imvu T10: nothing is polled: a task that waits takes no turn") {
    auto const sleeper = scheduler.start(value_after{1, 24h});
    pump.run_ready();
    auto const before = pump.turns();
    pump.advance(23h);
    CHECK(pump.turns() - before <= 2);
}

TEST_CASE("a turn that may not block does nothing where nothing is due") {
    fixture f;
    auto const sleeper = f.scheduler.start(value_after{1, 1s});
    f.pump.run_ready();
    auto const before = f.pump.now();
    f.pump.turn(false);
    CHECK(f.pump.now() == before);
    CHECK_FALSE(sleeper.ready());
}

TEST_CASE("a pump serves one scheduler at a time, and another one after it") {
    sb::testing::virtual_pump pump;
    {
        sb::task_scheduler first{pump, pump};
        CHECK_THROWS_AS(sb::task_scheduler(pump, pump), sb::pump_in_use);
        CHECK(first.run(value_after{1, 1s}) == 1);
    }
    sb::task_scheduler second{pump, pump};
    CHECK(second.run(value_after{2, 1s}) == 2);
}
