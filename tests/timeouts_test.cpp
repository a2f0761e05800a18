// Time limits: fail_after, move_on_after, with_timeout.
#include <switchback/timeouts.hpp>

#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

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
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

// Waits for so long within a limit, and tells how the block was left.
template <class Limit>
struct limited {
    words* log;
    std::chrono::nanoseconds given;
    std::chrono::nanoseconds work;
    std::chrono::nanoseconds clean_up = 0ns;
    std::optional<Limit> limit{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_ASYNC_WITH(limit, Limit(given)) {
                SB_AWAIT(logger{log, "work", work, clean_up});
            } SB_END_WITH
            log->push_back("went on");
        } SB_CATCH(sb::timed_out const& late) {
            log->push_back(late.what());
        } SB_CATCH(sb::cancelled const& request) {
            log->push_back(request.cause() == sb::cancel_cause::request ? "cancelled" : "?");
            SB_RAISE();
        } SB_END_TRY
        log->push_back(limit->expired() ? "expired" : "in time");
        SB_END();
    }
};
using failing = limited<sb::fail_after>;
using moving_on = limited<sb::move_on_after>;

// Takes a cancellation for an invitation to return something else.
struct swallows {
    int value;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_CATCH(sb::cancelled const& request) {
            (void)request;
        } SB_END_TRY
        SB_RETURN(value);
        SB_END();
    }
};

// Raises something else when it is cancelled.
struct fails_in_clean_up {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            throw std::runtime_error("in clean-up");
        } SB_END_TRY
        SB_RETURN(0);
        SB_END();
    }
};

} // namespace

// ---- Blocks

TEST_CASE_FIXTURE(fixture, "aio T3: a block that ends in time is left alone, and its timer goes with it") {
    scheduler.run(failing{&log, 2s, 1s});
    CHECK(log == words{"work begins", "work ends", "work cleans up", "work has cleaned up", "went on", "in time"});
    CHECK(passed() == 1s);
    CHECK_THROWS_AS(pump.turn(true), sb::testing::deadlock); // there is nothing left to wait for
}

TEST_CASE_FIXTURE(fixture, "aio T3: when the time is over the block is cancelled, and fails with timed_out") {
    scheduler.run(failing{&log, 1s, 1h});
    CHECK(log == words{"work begins", "work cleans up", "work has cleaned up", "the time limit has passed", "expired"});
    CHECK(passed() == 1s);
}

TEST_CASE_FIXTURE(fixture, "trio N2: move_on_after leaves the block without an exception") {
    scheduler.run(moving_on{&log, 1s, 1h});
    CHECK(log == words{"work begins", "work cleans up", "work has cleaned up", "went on", "expired"});
    CHECK(passed() == 1s);
}

TEST_CASE_FIXTURE(fixture, "aio T3: the clean-up of what was cut off may wait, and the limit waits for it") {
    scheduler.run(failing{&log, 1s, 1h, 5s});
    CHECK(log.back() == "expired");
    CHECK(passed() == 6s);
}

TEST_CASE_FIXTURE(fixture, "own S2: another's request passes through a limit, and is not taken for the limit's") {
    auto const task = scheduler.start(failing{&log, 2s, 1h});
    pump.advance(1s);
    task.cancel();
    pump.advance(5s);
    CHECK(log == words{"work begins", "work cleans up", "work has cleaned up", "cancelled"});
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "aio T5: a task that is cancelled in the moment when its time runs out is cancelled") {
    for (bool cancelled_first : {true, false}) {
        log.clear();
        auto const canceller = [this](sb::future<void> const& of) {
            return scheduler.start([of](sb::returns<void>& co) {
                SB_BEGIN(co);
                SB_AWAIT(sb::sleep(1s));
                of.cancel();
                SB_END();
            });
        };
        auto const task = scheduler.start(failing{&log, 1s, 1h});
        sb::future<void> const before = cancelled_first ? canceller(task) : sb::future<void>();
        pump.run_ready();
        sb::future<void> const after = cancelled_first ? sb::future<void>() : canceller(task);
        pump.advance(5s);
        CHECK(log.back() == "cancelled");
        CHECK(task.cancelled());
    }
}

TEST_CASE_FIXTURE(fixture, "aio T5: so is one that is cancelled while it cleans up behind its limit, and the other way round") {
    auto const one = scheduler.start(failing{&log, 1s, 1h, 10s});
    pump.advance(2s); // cleans up because of the limit
    one.cancel();
    pump.run_ready();
    CHECK(log.back() == "cancelled");
    CHECK(one.cancelled());

    log.clear();
    auto const other = scheduler.start(failing{&log, 2s, 1h, 10s});
    pump.advance(1s);
    other.cancel();
    pump.advance(1s); // the limit interrupts the clean-up; what goes on is the request
    CHECK(log == words{"work begins", "work cleans up", "cancelled"});
    CHECK(other.cancelled());
}

TEST_CASE_FIXTURE(fixture, "aio T4: a block whose body swallows the limit's cancellation ends as it ends") {
    std::optional<sb::fail_after> limit;
    int result = 0;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after(1s)) {
            SB_AWAIT_INTO(result, swallows{7});
            SB_AWAIT(sb::sleep(1s)); // and there is no second request
        } SB_END_WITH
        SB_END();
    });
    CHECK(result == 7);
    CHECK(limit->expired());
    CHECK(passed() == 2s);
}

TEST_CASE_FIXTURE(fixture, "aio T4: an error that the block raises instead of the cancellation is its outcome") {
    std::optional<sb::fail_after> limit;
    int result = 0;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after(1s)) {
            SB_AWAIT_INTO(result, fails_in_clean_up{});
        } SB_END_WITH
        SB_END();
    });
    pump.advance(2s);
    CHECK_THROWS_WITH_AS(task.get(), "in clean-up", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture, "trio N2: of two limits, one within the other, the earlier counts") {
    struct nested {
        words* log;
        std::chrono::nanoseconds outer_time, inner_time;
        std::optional<sb::fail_after> outer{}, inner{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_ASYNC_WITH(outer, sb::fail_after(outer_time)) {
                    SB_TRY {
                        SB_ASYNC_WITH(inner, sb::fail_after(inner_time)) {
                            SB_AWAIT(sb::sleep(1h));
                        } SB_END_WITH
                    } SB_CATCH(sb::timed_out const& late) {
                        (void)late;
                        log->push_back("inner");
                    } SB_END_TRY
                } SB_END_WITH
            } SB_CATCH(sb::timed_out const& late) {
                (void)late;
                log->push_back("outer");
            } SB_END_TRY
            SB_END();
        }
    };
    scheduler.run(nested{&log, 2s, 1s});
    CHECK(log == words{"inner"});
    log.clear();
    scheduler.run(nested{&log, 1s, 2s});
    CHECK(log == words{"outer"});
    log.clear();
    scheduler.run(nested{&log, 1s, 1s}); // of those that expire together the outermost
    CHECK(log == words{"outer"});
}

TEST_CASE_FIXTURE(fixture, "own S1: it is the outermost's also where the inner limit's request was the first") {
    std::optional<sb::move_on_after> outer, inner;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(outer, sb::move_on_after(1h)) {
            SB_ASYNC_WITH(inner, sb::move_on_after(1s)) {
                outer->reschedule(inner->deadline()); // behind the inner one's timer
                SB_AWAIT(sb::sleep(1h));
            } SB_END_WITH
            log.push_back("not reached");
        } SB_END_WITH
        log.push_back("behind both");
        SB_END();
    });
    CHECK(log == words{"behind both"});
    CHECK(outer->expired());
    CHECK(inner->expired());
}

TEST_CASE_FIXTURE(fixture, "aio T3: a limit can be moved, to later, earlier, and to what has passed") {
    for (auto const to : {3s, 1s, 0s}) {
        auto const from = pump.now();
        std::optional<sb::move_on_after> limit;
        scheduler.run([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(limit, sb::move_on_after(2s)) {
                CHECK(limit->deadline() == from + 2s);
                limit->reschedule(to);
                CHECK(limit->deadline() == from + to);
                SB_AWAIT(sb::sleep(1h));
            } SB_END_WITH
            SB_END();
        });
        CHECK(pump.now() - from == to);
    }
}

TEST_CASE_FIXTURE(fixture, "aio T3: after its end a limit cannot be moved: that would interrupt the clean-up") {
    std::optional<sb::move_on_after> limit;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                limit->reschedule(1s);
                SB_AWAIT(sb::sleep(5s));
                log.push_back("cleaned up");
            } SB_END_TRY
        } SB_END_WITH
        CHECK(limit->deadline() == test_began + 1s);
        SB_END();
    });
    CHECK(log == words{"cleaned up"});
    CHECK(passed() == 6s);
}

TEST_CASE_FIXTURE(fixture, "a limit belongs to its block: outside of it there is nothing to move or to cancel") {
    std::optional<sb::move_on_after> limit;
    auto const task = scheduler.start(moving_on{&log, 1s, 2s});
    CHECK_THROWS_AS(sb::move_on_after(1s).cancel(), sb::scope_closed);
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            SB_AWAIT(sb::yield_now());
        } SB_END_WITH
        SB_END();
    });
    CHECK_THROWS_AS(limit->cancel(), sb::scope_closed);
    CHECK_THROWS_AS(limit->reschedule(1s), sb::scope_closed);
    CHECK_FALSE(limit->expired());
}

TEST_CASE_FIXTURE(fixture, "aio T2: with no time at all the first await that would wait is cut off") {
    std::optional<sb::move_on_after> limit;
    int turns = 0;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(0s)) {
            log.push_back("entered");
            for (; turns < 10; ++turns) SB_AWAIT(sb::yield_now());
        } SB_END_WITH
        SB_END();
    });
    pump.run_ready();
    CHECK(task.ready());
    CHECK(turns == 0);
    CHECK(log == words{"entered"});
    CHECK(limit->expired());
}

TEST_CASE_FIXTURE(fixture, "trio N2: an absolute deadline; one that has passed cuts off at once") {
    std::optional<sb::fail_after> limit;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after::at(test_began - 1s)) {
            SB_AWAIT(sb::sleep(1h));
        } SB_END_WITH
        SB_END();
    });
    pump.run_ready();
    CHECK_THROWS_AS(task.get(), sb::timed_out);
    CHECK(limit->deadline() == test_began - 1s);
}

TEST_CASE_FIXTURE(fixture, "trio N3: a body that does not wait is not cut off, however late it is; nor is its last await") {
    std::optional<sb::fail_after> limit;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after(1s)) {
            pump.advance(5s); // computes
            SB_AWAIT(value_after{1});
            log.push_back("not cut off");
        } SB_END_WITH
        log.push_back("behind");
        SB_END();
    });
    CHECK(log == words{"not cut off", "behind"});
}

TEST_CASE_FIXTURE(fixture, "own S4: a limit falls due in a loop that a step has opened, and is heard at the step's end") {
    std::optional<sb::move_on_after> limit;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            scheduler.run(sb::sleep(5s)); // a modal dialog, say
            log.push_back("the loop has ended");
            CHECK(limit->expired());
            SB_AWAIT(sb::sleep(1h));
            log.push_back("not reached");
        } SB_END_WITH
        log.push_back("behind");
        SB_END();
    });
    CHECK(log == words{"the loop has ended", "behind"});
    CHECK(passed() == 5s);
}

TEST_CASE_FIXTURE(fixture, "own S4: where the block ends with that step, nothing is left of the request") {
    std::optional<sb::move_on_after> limit;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            scheduler.run(sb::sleep(5s));
        } SB_END_WITH
        SB_AWAIT(sb::sleep(1s));
        log.push_back("not cut off");
        SB_END();
    });
    CHECK(log == words{"not cut off"});
}

// ---- Limits in clean-up

TEST_CASE_FIXTURE(fixture, "own S3: a limit in the clean-up of a cancelled task is its own; the clean-up goes on behind it") {
    std::optional<sb::move_on_after> limit;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
                SB_AWAIT(sb::sleep(1h)); // says goodbye to a server that does not answer
            } SB_END_WITH
            log.push_back("clean-up goes on");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    task.cancel();
    pump.advance(2s);
    CHECK(log == words{"clean-up goes on"});
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own S3: so is one in a handler of timed_out: to try again") {
    std::optional<sb::fail_after> first, second;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_ASYNC_WITH(first, sb::fail_after(1s)) {
                SB_AWAIT(sb::sleep(1h));
            } SB_END_WITH
        } SB_CATCH(sb::timed_out const& late) {
            (void)late;
            SB_TRY {
                SB_ASYNC_WITH(second, sb::fail_after(1s)) {
                    SB_AWAIT(sb::sleep(1h));
                } SB_END_WITH
            } SB_CATCH(sb::timed_out const& again) {
                (void)again;
                log.push_back("again");
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    });
    CHECK(log == words{"again"});
    CHECK(passed() == 2s);
}

TEST_CASE_FIXTURE(fixture, "own S3: a second request that comes within such a limit is the task's again") {
    std::optional<sb::move_on_after> limit;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
                SB_AWAIT(logger{&log, "goodbye", 1h, 1h}); // its limit interrupts this one's clean-up
            } SB_END_WITH
            log.push_back("not reached");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    task.cancel();
    pump.advance(500ms);
    task.cancel();
    pump.advance(5s);
    CHECK(log == words{"goodbye begins", "goodbye cleans up"});
    CHECK(task.cancelled());
}

// ---- Ways out, and what is left of a limit

TEST_CASE_FIXTURE(fixture, "a block may be left by SB_RETURN, break and continue, and its member used again in a loop") {
    std::optional<sb::move_on_after> limit;
    int i = 0;
    auto const task = scheduler.start([&, i](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        for (i = 0; i < 10; ++i) {
            SB_ASYNC_WITH(limit, sb::move_on_after(std::chrono::seconds(i + 1))) {
                SB_AWAIT(sb::sleep(1500ms)); // the first is cut off
                if (i == 1) continue;
                if (i == 3) break;
                log.push_back(std::to_string(i));
            } SB_END_WITH
            log.push_back(limit->expired() ? "late" : "in time");
        }
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            SB_RETURN(i);
        } SB_END_WITH
        SB_END();
    });
    (void)i;
    pump.advance(1min);
    CHECK(task.get() == 3);
    CHECK(log == words{"late", "2", "in time"});
    CHECK_THROWS_AS(pump.turn(true), sb::testing::deadlock); // their timers have gone
}

TEST_CASE_FIXTURE(fixture, "what the expression of the block throws comes out of it; the member is as it was") {
    std::optional<sb::move_on_after> limit;
    auto const made = []() -> sb::move_on_after { throw std::runtime_error("no limit today"); };
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, made()) {
            log.push_back("not reached");
        } SB_END_WITH
        SB_END();
    });
    pump.run_ready();
    CHECK_THROWS_WITH_AS(task.get(), "no limit today", std::runtime_error);
    CHECK_FALSE(limit.has_value());
    CHECK(log.empty());
}

TEST_CASE_FIXTURE(fixture, "a member whose block has not ended cannot begin another: misuse, not a limit that is lost") {
    std::optional<sb::move_on_after> limit;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            SB_ASYNC_WITH(limit, sb::move_on_after(1h)) {
                log.push_back("not reached");
            } SB_END_WITH
        } SB_END_WITH
        SB_END();
    });
    pump.run_ready();
    CHECK_THROWS_AS(task.get(), sb::misuse);
    CHECK(log.empty());
}

TEST_CASE_FIXTURE(fixture, "a member that is emptied in its block takes the limit with it") {
    std::optional<sb::move_on_after> limit;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            limit.reset();
            SB_AWAIT(sb::sleep(2s));
            log.push_back("not cut off");
        } SB_END_WITH
        SB_END();
    });
    CHECK(log == words{"not cut off"});
}

TEST_CASE_FIXTURE(fixture, "trio N2: cancel() leaves the block as its end would: without an exception, once, by whomever") {
    std::optional<sb::fail_after> limit;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after(1h)) {
            SB_AWAIT(logger{&log, "work"});
        } SB_END_WITH
        log.push_back(limit->expired() ? "expired" : "went on");
        SB_AWAIT(sb::sleep(1s));
        log.push_back("not cut off");
        SB_END();
    });
    pump.run_ready();
    limit->cancel();
    limit->cancel(); // which nobody has heard of yet: one request
    CHECK(log == words{"work begins"});
    pump.advance(2s);
    CHECK(log == words{"work begins", "work cleans up", "work has cleaned up", "went on", "not cut off"});
    CHECK_NOTHROW(task.get());
}

TEST_CASE_FIXTURE(fixture, "trio N2: cancel() within the block returns, and takes effect at its next await") {
    std::optional<sb::move_on_after> limit;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1h)) {
            limit->cancel();
            log.push_back("goes on");
            SB_AWAIT(sb::yield_now());
            log.push_back("not reached");
        } SB_END_WITH
        SB_ASYNC_WITH(limit, sb::move_on_after(1h)) {
            limit->cancel(); // nothing waits any more in this one
        } SB_END_WITH
        SB_AWAIT(sb::yield_now());
        log.push_back("behind");
        SB_END();
    });
    CHECK(log == words{"goes on", "behind"});
}

TEST_CASE_FIXTURE(fixture, "own S2: the cancellation in a block says whose it is") {
    std::optional<sb::move_on_after> limit;
    auto const cut_off = [&](auto how) {
        auto const task = scheduler.start([&](sb::returns<int>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
                SB_TRY {
                    SB_AWAIT(sb::sleep(1h));
                } SB_CATCH(sb::cancelled const& request) {
                    SB_RETURN(static_cast<int>(request.cause()));
                } SB_END_TRY
            } SB_END_WITH
            SB_RETURN(-1);
            SB_END();
        });
        pump.run_ready();
        how(task);
        pump.advance(2s);
        return static_cast<sb::cancel_cause>(task.get());
    };
    CHECK(cut_off([](auto&) {}) == sb::cancel_cause::timeout);
    CHECK(cut_off([&](auto&) { limit->cancel(); }) == sb::cancel_cause::request);
    CHECK(cut_off([](auto& task) { task.cancel(); }) == sb::cancel_cause::request);
}

// ---- In other tasks, and at the end

TEST_CASE_FIXTURE(fixture, "a limit in each branch of run_in_parallel is that branch's; one around them is of all") {
    struct branches {
        words* log;
        std::optional<sb::fail_after> limit{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_ASYNC_WITH(limit, sb::fail_after(3s)) {
                    SB_AWAIT(sb::run_in_parallel(moving_on{log, 1s, 1h}, logger{log, "other", 1h, 1s}));
                } SB_END_WITH
            } SB_CATCH(sb::timed_out const& late) {
                log->push_back(late.what());
            } SB_END_TRY
            SB_END();
        }
    };
    scheduler.run(branches{&log});
    CHECK(log == words{"work begins", "other begins", "work cleans up", "work has cleaned up", "went on", "expired",
                     "other cleans up", "other has cleaned up", "the time limit has passed"});
    CHECK(passed() == 4s);
}

TEST_CASE_FIXTURE(fixture, "own S5: a task that is released within a limit ends at once, and its timer with it") {
    auto task = scheduler.start(failing{&log, 1s, 1h});
    pump.run_ready();
    task.reset();
    CHECK(log == words{"work begins", "work cleans up", "work has cleaned up", "?"});
    pump.advance(1min); // the alarm that was asked for rings in vain
    CHECK_THROWS_AS(pump.turn(true), sb::testing::deadlock);
    CHECK(log.size() == 4);
}

TEST_CASE_FIXTURE(fixture, "own S5: one whose limit has just asked it to end, too") {
    auto task = scheduler.start(failing{&log, 1s, 1h});
    pump.run_ready();
    auto const releasing = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        task.reset(); // the request is on its way
        SB_END();
    });
    pump.advance(2s);
    CHECK(log == words{"work begins", "work cleans up", "work has cleaned up", "?"});
}

TEST_CASE("own S5: a scheduler may go in every state of a limit") {
    for (auto const after : {0ns, 500'000'000ns, 1'000'000'000ns, 1'500'000'000ns, 2'000'000'000ns}) {
        words log;
        sb::future<void> task;
        {
            sb::testing::virtual_pump pump;
            sb::task_scheduler scheduler{pump, pump};
            task = scheduler.start(failing{&log, 1s, 1h, 1s});
            pump.advance(after);
        }
        CHECK(task.ready());
    }
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "a limit that never comes costs nothing and hides no deadlock for a century") {
    std::optional<sb::move_on_after> limit;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after((std::chrono::nanoseconds::max)())) {
            SB_AWAIT(sb::sleep(1s));
        } SB_END_WITH
        SB_END();
    });
    CHECK(passed() == 1s);
}

TEST_CASE_FIXTURE(fixture, "timed_out has the traceback of the await that was cut off") {
    auto const task = scheduler.start([limit = std::optional<sb::fail_after>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after(1s)) {
            SB_AWAIT(sleeper{});
        } SB_END_WITH
        SB_END();
    });
    pump.advance(2s);
    CHECK_THROWS_AS(task.get(), sb::timed_out);
    auto const told = task.traceback().to_string();
    CAPTURE(told);
    CHECK(told.find("sleeper") != std::string::npos);
}

TEST_CASE("own S6: a hundred thousand limits run out in one moment, each in its own task") {
    constexpr int count = 100'000;
    struct one {
        int* late;
        std::optional<sb::move_on_after> outer{}, inner{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(outer, sb::move_on_after(1h)) {
                SB_ASYNC_WITH(inner, sb::move_on_after(1s)) {
                    SB_AWAIT(sb::sleep(2h));
                } SB_END_WITH
                *late += inner->expired();
            } SB_END_WITH
            SB_END();
        }
    };
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    int late = 0;
    std::vector<sb::future<void>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(scheduler.start(one{&late}));
    pump.advance(2s);
    CHECK(late == count);
    tasks.clear();
    CHECK_THROWS_AS(pump.turn(true), sb::testing::deadlock);
}

// ---- with_timeout

TEST_CASE_FIXTURE(fixture, "aio T1: with_timeout gives the result that comes in time, or the error") {
    int value = 0;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(value, sb::with_timeout(2s, value_after{7, 1s}));
        SB_TRY {
            SB_AWAIT(sb::with_timeout(2s, failure_after{"no", 1s}));
        } SB_CATCH(std::runtime_error const& error) {
            log.push_back(error.what());
        } SB_END_TRY
        SB_AWAIT(sb::with_timeout(2s, sb::sleep(1s)));
        SB_END();
    });
    CHECK(value == 7);
    CHECK(log == words{"no"});
    CHECK(passed() == 3s);
}

TEST_CASE_FIXTURE(fixture, "aio T1: it cancels what is late, waits for its clean-up, and fails with timed_out") {
    auto const task = scheduler.start(sb::with_timeout(1s, logger{&log, "work", 1h, 5s}));
    pump.advance(1s);
    CHECK(log == words{"work begins", "work cleans up"});
    CHECK_FALSE(task.ready());
    pump.advance(5s);
    CHECK(log.back() == "work has cleaned up");
    CHECK_THROWS_AS(task.get(), sb::timed_out);
}

TEST_CASE_FIXTURE(fixture, "aio T1: if it swallows the cancellation its value counts; if it raises, its error") {
    auto const swallowing = scheduler.start(sb::with_timeout(1s, swallows{7}));
    auto const raising = scheduler.start(sb::with_timeout(1s, fails_in_clean_up{}));
    pump.advance(2s);
    CHECK(swallowing.get() == 7);
    CHECK_THROWS_WITH_AS(raising.get(), "in clean-up", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture, "aio T1: a time-out of its own that the awaited task raises is its error") {
    auto const task = scheduler.start(sb::with_timeout(2s, sb::with_timeout(1s, value_after{1, 1h})));
    pump.advance(1s);
    CHECK_THROWS_AS(task.get(), sb::timed_out);
}

TEST_CASE_FIXTURE(fixture, "aio T2: with no time, or less, nothing is started; a result that is there already is given") {
    auto const late = scheduler.start(sb::with_timeout(0s, logger{&log, "work"}));
    auto const later = scheduler.start(sb::with_timeout(-1s, value_after{1}));
    auto const there = scheduler.start(value_after{7});
    pump.run_ready();
    auto const taken = scheduler.start(sb::with_timeout(0s, sb::future<int>(there)));
    auto const still_out = scheduler.start(sb::with_timeout(0s, scheduler.start(value_after{1, 1s})));
    pump.run_ready();
    CHECK(log.empty());
    CHECK_THROWS_AS(late.get(), sb::timed_out);
    CHECK_THROWS_AS(later.get(), sb::timed_out);
    CHECK(taken.get() == 7);
    CHECK_THROWS_AS(still_out.get(), sb::timed_out);
}

TEST_CASE_FIXTURE(fixture, "with_timeout lets go of a future's task: it goes on where others hold it") {
    auto const held = scheduler.start(logger{&log, "held", 2s});
    auto const first = scheduler.start(sb::with_timeout(1s, sb::future<void>(held)));
    auto const second = scheduler.start(sb::with_timeout(1s, scheduler.start(logger{&log, "alone", 2s})));
    pump.advance(1s);
    CHECK_THROWS_AS(first.get(), sb::timed_out);
    CHECK_THROWS_AS(second.get(), sb::timed_out);
    CHECK(log == words{"held begins", "alone begins", "alone cleans up", "alone has cleaned up"});
    pump.advance(1s);
    CHECK(held.ready());
    CHECK_NOTHROW(held.get());
}

TEST_CASE_FIXTURE(fixture, "own S7: a future's result that comes in the moment when the time runs out is not lost") {
    // The limit is the first to be looked at, and its request overtakes the result.
    auto waiting = [this](std::chrono::nanoseconds work) {
        sb::future<int> soon = scheduler.start(value_after{7, work});
        return scheduler.start(sb::with_timeout(1s, std::move(soon)));
    };
    auto const in_time = waiting(1s);
    auto const late = waiting(1s + 1ns);
    pump.advance(2s);
    CHECK(in_time.get() == 7);
    CHECK_THROWS_AS(late.get(), sb::timed_out);
}

TEST_CASE_FIXTURE(fixture, "own S7: a result that cannot be copied is moved out of the future") {
    std::unique_ptr<int> got;
    auto soon = scheduler.start([](sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(std::make_unique<int>(7));
        SB_END();
    });
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, sb::with_timeout(5s, std::move(soon)));
        SB_END();
    });
    REQUIRE(got != nullptr);
    CHECK(*got == 7);
}

TEST_CASE_FIXTURE(fixture, "own S2: a request from outside while with_timeout waits is the awaiting task's") {
    auto const task = scheduler.start(sb::with_timeout(2s, logger{&log, "work"}));
    pump.advance(1s);
    task.cancel();
    pump.run_ready();
    CHECK(log.back() == "work has cleaned up");
    CHECK(task.cancelled());
}
