// cancel(): a request that a task end, delivered through the ready queue.
#include <switchback/future.hpp>

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <future>
#include <stdexcept>
#include <utility>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::logger;
using test::sleeper;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

// Goes on when it is cancelled, so often.
struct goes_on {
    words* log;
    int times;
    int i = 0;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        for (i = 0; i < times; ++i) {
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_CATCH(sb::cancelled const& request) {
                (void)request;
                log->push_back("cancelled");
            } SB_END_TRY
        }
        SB_AWAIT(sb::sleep(1s));
        log->push_back("ended by itself");
        SB_RETURN(7);
        SB_END();
    }
};

struct three_deep {
    int depth;
    words* log;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            if (depth > 0) {
                SB_AWAIT(three_deep{depth - 1, log});
            } else {
                SB_AWAIT(sb::sleep(1h));
            }
        } SB_FINALLY {
            log->push_back("finally " + std::to_string(depth));
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "aio C1: a cancel arrives at the innermost await, one turn later") {
    auto const task = scheduler.start(three_deep{2, &log});
    pump.run_ready();
    CHECK(task.cancel());
    CHECK(log.empty());
    CHECK_FALSE(task.ready());
    pump.run_ready();
    CHECK(log == words{"finally 0", "finally 1", "finally 2"});
    CHECK_THROWS_AS(task.get(), sb::cancelled);
}

TEST_CASE_FIXTURE(fixture, "aio C1: to cancel what has ended is false, and changes nothing") {
    auto const well = scheduler.start(value_after{1});
    auto const badly = scheduler.start(test::failure_after{"no"});
    pump.run_ready();
    CHECK_FALSE(well.cancel());
    CHECK_FALSE(badly.cancel());
    CHECK(well.get() == 1);
    CHECK_THROWS_AS(badly.get(), std::runtime_error);
}

TEST_CASE_FIXTURE(fixture, "aio C2: a task cancelled before its first step never runs") {
    auto const task = scheduler.start(logger{&log, "task"});
    auto const frame = scheduler.start(sleeper{});
    CHECK(task.cancel());
    CHECK(frame.cancel());
    CHECK_FALSE(task.ready());
    pump.run_ready();
    CHECK(log.empty());
    CHECK(task.ready());
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "aio C4: SB_CATCH_ERRORS lets a cancellation pass, SB_CATCH_ALL does not") {
    auto const task = scheduler.start([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_CATCH_ERRORS {
                log.push_back("errors");
            } SB_END_TRY
        } SB_CATCH_ALL {
            log.push_back("all");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(log == words{"all"});
    CHECK_NOTHROW(task.get());
}

TEST_CASE_FIXTURE(fixture,
    "aio C5: a task that catches its cancellation goes on; the next await works") {
    auto const task = scheduler.start(goes_on{&log, 1});
    pump.run_ready();
    task.cancel();
    pump.advance(1s);
    CHECK(log == words{"cancelled", "ended by itself"});
    CHECK(task.get() == 7);
}

TEST_CASE_FIXTURE(fixture,
    "aio C5: each request is delivered once; two before its delivery count as one") {
    auto const task = scheduler.start(goes_on{&log, 3});
    pump.run_ready();
    CHECK(task.cancel());
    CHECK(task.cancel());
    pump.run_ready();
    CHECK(log == words{"cancelled"});
    task.cancel();
    pump.run_ready();
    CHECK(log == words{"cancelled", "cancelled"});
}

TEST_CASE_FIXTURE(fixture, "aio C8: clean-up may await, and the task is not ready before its end") {
    auto const task = scheduler.start(logger{&log, "task", 1h, 1s});
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(log == words{"task begins", "task cleans up"});
    CHECK_FALSE(task.ready());
    pump.advance(1s);
    CHECK(log.back() == "task has cleaned up");
    CHECK_THROWS_AS(task.get(), sb::cancelled);
}

TEST_CASE_FIXTURE(fixture,
    "aio C9: a cancel between completion and resumption wins, and the result is lost to the "
    "waiter") {
    sb::future<int> waiter;
    sb::future<int> const awaited = scheduler.start(value_after{1, 1s});
    auto const canceller = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(awaited);
        CHECK(waiter.cancel());
        SB_END();
    });
    pump.run_ready();
    waiter = scheduler.start(sb::future<int>(awaited));
    pump.advance(2s);
    CHECK_THROWS_AS(waiter.get(), sb::cancelled);
    CHECK(awaited.get() == 1);
}

TEST_CASE_FIXTURE(fixture, "aio C10: a second cancel interrupts the clean-up") {
    auto const task = scheduler.start(logger{&log, "task", 1h, 1min});
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(task.ready());
    CHECK(log == words{"task begins", "task cleans up"});
}

TEST_CASE_FIXTURE(fixture,
    "aio C3: those who await a cancelled task see its cancellation, and are not cancelled "
    "themselves") {
    auto const task = scheduler.start(value_after{1, 1h});
    auto const waiter = scheduler.start([this, task](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(task);
        } SB_CATCH(sb::cancelled const& request) {
            (void)request;
            log.push_back("seen");
        } SB_END_TRY
        SB_AWAIT(sb::sleep(1s));
        log.push_back("goes on");
        SB_END();
    });
    auto const other = scheduler.start(sb::future<int>(task));
    pump.run_ready();
    task.cancel();
    pump.advance(1s);
    CHECK(log == words{"seen", "goes on"});
    CHECK_THROWS_AS(other.get(), sb::cancelled);
}

TEST_CASE_FIXTURE(fixture,
    "to cancel a waiter leaves the task that it waits for alone, while others hold it") {
    auto const task = scheduler.start(value_after{1, 1s});
    auto const waiter = scheduler.start(sb::future<int>(task));
    pump.run_ready();
    waiter.cancel();
    pump.advance(1s);
    CHECK_THROWS_AS(waiter.get(), sb::cancelled);
    CHECK(task.get() == 1);
}

TEST_CASE_FIXTURE(fixture, "a task may cancel itself: it is told at its next await") {
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        CHECK(own.cancel());
        log.push_back("goes on");
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
            log.push_back("not reached");
        } SB_FINALLY {
            log.push_back("finally");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"goes on", "finally"});
    CHECK_THROWS_AS(own.get(), sb::cancelled);
}

TEST_CASE_FIXTURE(fixture, "a task that cancels itself and then ends has ended well") {
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        own.cancel();
        SB_END();
    });
    pump.run_ready();
    CHECK_NOTHROW(own.get());
}

TEST_CASE_FIXTURE(fixture, "a task that waits for a job leaves it at once when it is cancelled") {
    std::promise<void> may_end;
    auto const task = scheduler.start(sb::offload([&] { may_end.get_future().wait(); }));
    pump.turn(true);
    task.cancel();
    pump.turn(true);
    CHECK(task.ready());
    may_end.set_value();
    pump.run_ready();
}

TEST_CASE_FIXTURE(fixture,
    "an error that a task raises instead of its cancellation is its outcome") {
    auto const task = scheduler.start([](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            throw std::runtime_error("in clean-up");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK_THROWS_WITH_AS(task.get(), "in clean-up", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture,
    "a cancelled task that is then released is cleaned up at once, and once") {
    auto task = scheduler.start(logger{&log, "task"});
    pump.run_ready();
    task.cancel();
    task.reset();
    CHECK(log == words{"task begins", "task cleans up", "task has cleaned up"});
    pump.run_ready();
    CHECK(log.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "a member's destructor may cancel the task that fails around it") {
    struct fails_around {
        test::at_end member;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(test::failure_after{"failed", 1s});
            SB_END();
        }
    };
    sb::future<void> own;
    own = scheduler.start(fails_around{test::at_end([&] { own.cancel(); })});
    pump.advance(2s);
    CHECK_THROWS_WITH_AS(own.get(), "failed", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture,
    "a member's destructor may cancel the task whose cancellation destroys it") {
    sb::future<void> own;
    own = scheduler.start([member = test::at_end([&] { own.cancel(); })](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    });
    pump.run_ready();
    own.cancel();
    pump.run_ready();
    CHECK_THROWS_AS(own.get(), sb::cancelled);
}

TEST_CASE_FIXTURE(fixture, "a cancelled sleeper gives up its timer: time does not jump to it") {
    auto const task = scheduler.start(sb::sleep(1h));
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK_THROWS_AS(pump.turn(true), sb::testing::deadlock);
}

namespace {

struct cancels_when_it_dies;
sb::future<cancels_when_it_dies>* to_be_cancelled = nullptr;

// A result that cancels its own task.
struct cancels_when_it_dies {
    int value;
    bool armed = false;
    explicit cancels_when_it_dies(int of, bool arm = false) : value(of), armed(arm) {
        if (value == 13) throw std::runtime_error("13");
    }
    cancels_when_it_dies(cancels_when_it_dies&& other) noexcept
        : value(other.value), armed(std::exchange(other.armed, false)) {}
    ~cancels_when_it_dies() {
        if (armed && to_be_cancelled != nullptr) to_be_cancelled->cancel();
    }
};

struct fails_late {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1ms));
        throw std::runtime_error("late");
        SB_END();
    }
};

// A return that waits for its finally, within which another one fails; then an error passes the frame.
struct keeps_a_return {
    sb::step operator()(sb::returns<cancels_when_it_dies>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(cancels_when_it_dies(1, true));
        } SB_FINALLY {
            SB_TRY {
                SB_RETURN(cancels_when_it_dies(13));
            } SB_CATCH_ERRORS {
            } SB_END_TRY
            SB_AWAIT(fails_late{});
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE("a task that cancels itself as an error takes its kept return along ends once") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    auto task = scheduler.start(keeps_a_return{});
    to_be_cancelled = &task;
    pump.advance(1s);
    to_be_cancelled = nullptr;
    CHECK(task.ready());
    CHECK_THROWS_AS(task.get(), std::runtime_error);
    CHECK(scheduler.unfinished_tasks() == 0);
}
