// scheduler.close(limit), and run() where it would never return.
#include <switchback/close_report.hpp>

#include <switchback/as_completed.hpp>
#include <switchback/offload.hpp>
#include <switchback/race.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/shield.hpp>
#include <switchback/task_group.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::logger;
using test::sleeper;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

words const with_clean_up{"a begins", "a cleans up", "a has cleaned up"};

} // namespace

TEST_CASE_FIXTURE(fixture, "own E2: close cancels what is left, and gives its clean-up time to wait") {
    auto const task = scheduler.start(logger{&log, "a", 1h, 5s});
    pump.run_ready();
    auto const begun = pump.now();
    auto const report = scheduler.close(1h);
    CHECK(report.complete());
    CHECK(log == with_clean_up);
    CHECK(pump.now() - begun == 5s); // no longer than that takes
    CHECK(task.cancelled());
    CHECK_THROWS_AS((void)scheduler.start(sleeper{}), sb::wrong_scheduler);
}

TEST_CASE_FIXTURE(fixture, "own E2: it tells what has not ended in time, and where that waits; the destructor interrupts it") {
    auto const a = scheduler.start(logger{&log, "a", 1h, 5s});
    auto const b = scheduler.start(logger{&log, "b", 1h, 15s});
    pump.run_ready();
    auto const begun = pump.now();
    auto const report = scheduler.close(10s);
    CHECK(pump.now() - begun == 10s);
    CHECK_FALSE(report.complete());
    CHECK(report.tasks == 1);
    CHECK(report.jobs == 0);
    REQUIRE(report.standing.size() == 1);
    CHECK(report.standing.front().to_string().find("logger") != std::string::npos);
    CHECK(log.back() == "a has cleaned up");
    CHECK_FALSE(b.ready());
}

TEST_CASE_FIXTURE(fixture, "own E2: a task that its owner has ended already is not interrupted in its clean-up") {
    SUBCASE("in a group") {
        scheduler.start_detached([this, group = std::optional<sb::task_group>()](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            SB_ASYNC_WITH(group, sb::task_group{}) {
                group->start(logger{&log, "a", 1h, 1s});
            } SB_END_WITH
            SB_END();
        });
    }
    SUBCASE("held by another task") {
        scheduler.start_detached([this, held = sb::future<void>()](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            held = co.start(logger{&log, "a", 1h, 1s});
            SB_AWAIT(held);
            SB_END();
        });
    }
    SUBCASE("in parallel") {
        scheduler.start_detached(sb::run_in_parallel(logger{&log, "a", 1h, 1s}, sleeper{}));
    }
    SUBCASE("shielded") { scheduler.start_detached(sb::shield(logger{&log, "a", 1h, 1s})); }
    SUBCASE("within a limit") { scheduler.start_detached(sb::with_timeout(1min, logger{&log, "a", 1h, 1s})); }
    pump.run_ready();
    CHECK(scheduler.close(1min).complete());
    CHECK(log == with_clean_up);
}

TEST_CASE_FIXTURE(fixture, "own E2: limits hold in clean-up, too; what would have to be started there fails") {
    scheduler.start_detached([this, limit = std::optional<sb::move_on_after>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
                SB_AWAIT(sb::sleep(1h));
            } SB_END_WITH
            try {
                co.start_detached(sleeper{});
            } catch (sb::wrong_scheduler const&) {
                log.push_back("nothing is started any more");
            }
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    CHECK(scheduler.close(1min).complete());
    CHECK(log == words{"nothing is started any more"});
}

TEST_CASE_FIXTURE(fixture, "own E2: to close what has nothing to do, and to close twice") {
    CHECK(scheduler.close(0s).complete());
    CHECK(scheduler.close(1h).complete());
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own E2: with no time at all clean-up runs to where it waits") {
    auto const task = scheduler.start(logger{&log, "a", 1h, 5s});
    pump.run_ready();
    CHECK(scheduler.close(0s).tasks == 1);
    CHECK(log == words{"a begins", "a cleans up"});
}

TEST_CASE_FIXTURE(fixture, "own E3: a task that closes its own scheduler would wait for itself") {
    scheduler.run([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        CHECK_THROWS_AS((void)scheduler.close(1s), sb::would_deadlock);
        SB_AWAIT(sb::yield_now());
        CHECK_NOTHROW(co.start_detached(value_after{1})); // it was not closed
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture, "own E3: run() in a step of the task that it would wait for throws, and does not hang") {
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        CHECK_THROWS_AS(scheduler.run(sb::future<void>(own)), sb::would_deadlock);
        log.push_back("goes on");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"goes on"});
    CHECK(own.ready());
}

TEST_CASE_FIXTURE(fixture, "own E3: so where the way leads through other tasks and their frames") {
    struct waits_for {
        sb::future<void> other;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::task<void>(std::move(other)));
            SB_END();
        }
    };
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        CHECK_THROWS_AS(scheduler.run(waits_for{co.start(waits_for{own})}), sb::would_deadlock);
        log.push_back("goes on");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"goes on"});
    CHECK(own.ready());
}

TEST_CASE_FIXTURE(fixture, "own E3: so where it leads through tasks side by side, if all of them wait so") {
    struct waits_in_group {
        sb::future<void> other;
        std::chrono::seconds another_runs_for;
        std::optional<sb::task_group> group{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(group, sb::task_group{}) {
                group->start(other);
                if (another_runs_for > 0s) group->start(sb::sleep(another_runs_for));
            } SB_END_WITH
            SB_END();
        }
    };
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        CHECK_THROWS_AS(scheduler.run(sb::run_in_parallel(own, sb::future<void>(own))), sb::would_deadlock);
        CHECK_THROWS_AS(scheduler.run(waits_in_group{own, 0s}), sb::would_deadlock);
        auto const before = scheduler.now(); // another task goes on for a second, and then
        CHECK_THROWS_AS(scheduler.run(waits_in_group{own, 1s}), sb::would_deadlock);
        CHECK(scheduler.now() - before == 1s);
        CHECK(scheduler.run(sb::race(own, sb::sleep(1s))).index() == 1); // and here it is all that is wanted
        log.push_back("goes on");
        SB_END();
    });
    pump.advance(10s);
    CHECK(log == words{"goes on"});
    CHECK(own.ready());
}

namespace {

// Its clean-up runs tasks of its own.
struct joins_in_clean_up {
    words& log;
    std::optional<sb::task_group> group{};
    sb::completions<int> arriving{};
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            SB_AWAIT(sb::run_in_parallel(sb::sleep(1s), sb::sleep(2s)));
            log.push_back("parallel");
            SB_AWAIT(sb::race(sb::sleep(1s), sb::sleep(2s)));
            log.push_back("race");
            SB_ASYNC_WITH(group, sb::task_group{}) {
                group->start(sb::sleep(1s));
            } SB_END_WITH
            log.push_back("group");
            SB_AWAIT(sb::shield(sb::sleep(1s)));
            log.push_back("shield");
            arriving = sb::as_completed(co, std::vector<int>{7}, [](int i) { return value_after{i, 1s}; });
            SB_AWAIT_INTO(got, arriving.next());
            log.push_back(std::to_string(got));
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own E2: clean-up may run tasks of its own while the scheduler closes") {
    auto const task = scheduler.start(joins_in_clean_up{log});
    pump.advance(1s);
    CHECK(scheduler.close(10s).complete());
    CHECK(log == words{"parallel", "race", "group", "shield", "7"});
    CHECK(task.cancelled());
}

TEST_CASE("own E1: the end of a scheduler interrupts such clean-up, too, and ends") {
    words log;
    sb::future<void> task;
    for (auto const before : {1s, 3601s, 3602s, 3603s, 3604s, 3605s}) {
        sb::testing::virtual_pump pump;
        {
            sb::task_scheduler scheduler{pump, pump};
            task = scheduler.start(joins_in_clean_up{log});
            pump.advance(before);
        }
        CHECK(task.cancelled());
    }
}

TEST_CASE_FIXTURE(fixture, "own E3: so where many wait for the same task, or take what arrives") {
    struct waits_for {
        sb::future<void> other;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(other);
            SB_END();
        }
    };
    struct takes {
        sb::future<void> other;
        sb::completions<void> arriving{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            arriving = sb::as_completed(co, std::vector<int>{1, 2}, [this](int) { return waits_for{other}; });
            SB_AWAIT(arriving.next());
            SB_END();
        }
    };
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        auto const behind = co.start(waits_for{co.start(waits_for{own})});
        auto const wait_for_it = [&](int) { return waits_for{behind}; };
        CHECK_THROWS_AS(scheduler.run(sb::run_in_parallel(std::vector<int>(50), wait_for_it)), sb::would_deadlock);
        CHECK_THROWS_AS(scheduler.run(takes{own}), sb::would_deadlock);
        log.push_back("goes on");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"goes on"});
    CHECK(own.ready());
}

TEST_CASE_FIXTURE(fixture, "a scope cancelled in clean-up that a release runs, around a nested run, lets time pass") {
    struct cleans_up {
        sb::task_scheduler& home;
        words& log;
        std::optional<sb::move_on_after> limit{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                SB_ASYNC_WITH(limit, sb::move_on_after(1h)) {
                    limit->cancel();
                    home.run(sb::sleep(1s));
                    log.push_back("ran");
                    SB_AWAIT(sb::sleep(1s));
                    log.push_back("not reached");
                } SB_END_WITH
                log.push_back("left");
            } SB_END_TRY
            SB_END();
        }
    };
    auto task = scheduler.start(cleans_up{scheduler, log});
    pump.advance(1s);
    task.reset();
    CHECK(log == words{"ran"});
    pump.run_ready();
    CHECK(log == words{"ran", "left"});
}
