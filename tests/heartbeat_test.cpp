// A sign of life while something else goes on.
#include <switchback/heartbeat.hpp>

#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::failure_after;
using test::logger;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(fixture, "own HB1: the function is called after each interval, until what is awaited has ended") {
    int beats = 0;
    auto const got = scheduler.start(sb::heartbeat(1s, [&] { ++beats; }, value_after{7, 3500ms}));
    pump.advance(3499ms);
    CHECK(beats == 3);
    CHECK_FALSE(got.ready());
    pump.advance(1h);
    CHECK(got.get() == 7);
    CHECK(beats == 3);
}

TEST_CASE_FIXTURE(fixture, "own HB1: what is awaited may end at once, return nothing, or be a job's or a future's") {
    int beats = 0;
    auto const beat = [&] { ++beats; };
    CHECK(scheduler.run(sb::heartbeat(1s, beat, value_after{1})) == 1);
    scheduler.run(sb::heartbeat(1s, beat, sb::sleep(1500ms)));
    CHECK(beats == 1);
    auto const other = scheduler.start(value_after{2, 2s});
    auto const waits = scheduler.start(sb::heartbeat(1s, beat, other));
    pump.advance(500ms);
    waits.cancel();
    pump.advance(2s);
    CHECK(other.get() == 2); // it was let go of
}

TEST_CASE_FIXTURE(fixture, "own HB1: an error of what is awaited is raised, and the beat ends") {
    int beats = 0;
    CHECK_THROWS_WITH_AS(scheduler.run(sb::heartbeat(1s, [&] { ++beats; }, failure_after{"no", 1500ms})), "no",
        std::runtime_error);
    pump.advance(1h);
    CHECK(beats == 1);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own HB2: what the function throws cancels what is awaited, and is raised after its clean-up") {
    auto const lost = [] { throw std::runtime_error("lease lost"); };
    auto const task = scheduler.start(sb::heartbeat(1s, lost, logger{&log, "work", 1h, 2s}));
    pump.advance(1s);
    CHECK(log == words{"work begins", "work cleans up"});
    pump.advance(2s);
    CHECK(log == words{"work begins", "work cleans up", "work has cleaned up"});
    CHECK_THROWS_WITH_AS(task.get(), "lease lost", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture, "own HB3: what the function makes is awaited before the next call, and ends with the rest") {
    auto const renew = [this] { return logger{&log, "renewal", 1500ms}; };
    scheduler.run(sb::heartbeat(1s, renew, sb::sleep(3500ms)));
    CHECK(log == words{"renewal begins", "renewal ends", "renewal cleans up", "renewal has cleaned up",
                     "renewal begins", "renewal cleans up", "renewal has cleaned up"});
}

TEST_CASE_FIXTURE(fixture, "own HB1: to cancel it cancels both") {
    for (bool const release : {false, true}) {
        log.clear();
        int beats = 0;
        auto task = scheduler.start(sb::heartbeat(1s, [&] { ++beats; }, logger{&log, "work"}));
        pump.advance(1s);
        if (release) task.reset();
        if (!release) task.cancel();
        pump.advance(1h);
        CHECK(beats == 1);
        CHECK(log == words{"work begins", "work cleans up", "work has cleaned up"});
        CHECK(scheduler.unfinished_tasks() == 0);
    }
}

TEST_CASE("a heartbeat without an interval is misuse") {
    CHECK_THROWS_AS((void)sb::heartbeat(0s, [] {}, sb::sleep(1s)), sb::misuse);
}
