// Work that outlives the task which waits for it.
#include <switchback/shield.hpp>

#include <switchback/task_group.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <memory>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::failure_after;
using test::live;
using test::logger;
using test::sleeper;
using test::unhandled_log;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

words const whole_save{"save begins", "save ends", "save cleans up", "save has cleaned up"};

} // namespace

TEST_CASE_FIXTURE(fixture, "aio SH1: what is not disturbed gives its result, or its error") {
    CHECK(scheduler.run(sb::shield(value_after{7, 1s})) == 7);
    CHECK_THROWS_WITH_AS(scheduler.run(sb::shield(failure_after{"no", 1s})), "no", std::runtime_error);
    scheduler.run(sb::shield(sb::sleep(1s)));
    auto const got = scheduler.run(sb::shield([](sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_RETURN(std::make_unique<int>(8));
        SB_END();
    }));
    CHECK(*got == 8);
}

TEST_CASE_FIXTURE(fixture, "aio SH1: when the waiter is cancelled its await ends at once, and what is shielded goes on") {
    auto const waiter = scheduler.start(sb::shield(logger{&log, "save", 2s}));
    pump.advance(1s);
    waiter.cancel();
    pump.run_ready();
    CHECK(waiter.cancelled());
    CHECK(log == words{"save begins"});
    pump.advance(1s);
    CHECK(log == whole_save);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "aio SH1: so where the waiter is released, runs out of time, or into the failure of its group") {
    auto released = scheduler.start(sb::shield(logger{&log, "save", 2s}));
    pump.advance(1s);
    released.reset();
    pump.advance(1s);
    CHECK(log == whole_save);

    log.clear();
    auto const late = scheduler.start(sb::with_timeout(1s, sb::shield(logger{&log, "save", 2s})));
    pump.advance(1s);
    CHECK_THROWS_AS(late.get(), sb::timed_out);
    pump.advance(1s);
    CHECK(log == whole_save);

    log.clear();
    auto const grouped = scheduler.start([this, group = std::optional<sb::task_group>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(sb::shield(logger{&log, "save", 2s}));
            group->start(failure_after{"no", 1s});
        } SB_END_WITH
        SB_END();
    });
    pump.advance(1s);
    CHECK_THROWS_AS(grouped.get(), sb::exception_group);
    pump.advance(1s);
    CHECK(log == whole_save);
}

TEST_CASE_FIXTURE(fixture, "aio SH1: an error that comes when nobody waits any more is reported") {
    unhandled_log const unhandled;
    auto const waiter = scheduler.start(sb::shield(failure_after{"late", 2s}));
    pump.advance(1s);
    waiter.cancel();
    pump.advance(1s);
    REQUIRE(unhandled.errors().size() == 1);
    CHECK(unhandled.errors().front() == "std::runtime_error: late");
}

TEST_CASE_FIXTURE(fixture, "aio SH1: a shielded task that is itself cancelled shows it to the waiter") {
    auto const inner = scheduler.start(sleeper{});
    auto const waiter = scheduler.start([this, inner](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::shield(inner));
        } SB_CATCH(sb::cancelled const& seen) {
            (void)seen;
            log.push_back("seen");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    inner.cancel();
    pump.run_ready();
    CHECK(log == words{"seen"});
    CHECK_NOTHROW(waiter.get());
}

TEST_CASE_FIXTURE(fixture, "aio SH1: a future's task goes on even if this was the last handle on it") {
    auto soon = scheduler.start(logger{&log, "save", 2s});
    auto waiter = scheduler.start(sb::shield(std::move(soon)));
    pump.advance(1s);
    waiter.reset();
    pump.advance(1s);
    CHECK(log == whole_save);
    CHECK_THROWS_AS(scheduler.run(sb::shield(sb::future<int>())), sb::already_awaited);
}

TEST_CASE_FIXTURE(fixture, "aio SH1: in clean-up: a second request interrupts the waiter, not what it waits for") {
    auto const task = scheduler.start([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            SB_AWAIT(sb::shield(logger{&log, "save", 2s}));
            log.push_back("not reached");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    task.cancel();
    pump.advance(1s);
    task.cancel();
    pump.run_ready();
    CHECK(task.cancelled());
    pump.advance(1s);
    CHECK(log == whole_save);
}

TEST_CASE_FIXTURE(fixture, "a shield that was cancelled before its first step starts nothing") {
    auto const waiter = scheduler.start(sb::shield(logger{&log, "save", 2s}));
    waiter.cancel();
    pump.advance(5s);
    CHECK(log.empty());
}

TEST_CASE_FIXTURE(fixture, "a shielded task that drops its waiter in its own step goes on") {
    sb::future<void> waiter;
    waiter = scheduler.start(sb::shield([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        waiter.reset();
        SB_AWAIT(sb::sleep(1s));
        log.push_back("went on");
        SB_END();
    }));
    pump.advance(2s);
    CHECK(log == words{"went on"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("own S5: only the end of the scheduler ends what is shielded") {
    for (bool waits : {true, false}) {
        words log;
        {
            sb::testing::virtual_pump pump;
            sb::task_scheduler scheduler{pump, pump};
            auto waiter = scheduler.start(sb::shield(logger{&log, "save", 2s}));
            pump.advance(1s);
            if (!waits) waiter.reset();
        }
        CHECK(log == words{"save begins", "save cleans up", "save has cleaned up"});
    }
    CHECK(live::count() == 0);
}
