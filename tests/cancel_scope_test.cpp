// Whose request a cancellation is, who takes it, and SB_ASYNC_WITH around what is to be awaited.
#include <switchback/async_with.hpp>

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_group.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <memory>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::logger;
using test::sleeper;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

char const* name_of(sb::cancel_cause cause) {
    switch (cause) {
    case sb::cancel_cause::request: return "request";
    case sb::cancel_cause::timeout: return "timeout";
    case sb::cancel_cause::group: return "group";
    case sb::cancel_cause::owner: return "owner";
    case sb::cancel_cause::release: return "release";
    case sb::cancel_cause::closing: return "closing";
    }
    return "?";
}

// Tells why it is cancelled.
struct asks_why {
    words* log;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_CATCH(sb::cancelled const& request) {
            log->push_back(name_of(request.cause()));
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }
};

// A connection out of a pool: to be waited for, and given back.
struct connection {
    words* log;
    live alive{};
    connection(words* log_) : log(log_) { log->push_back("had"); }
    connection(connection&& other) noexcept : log(std::exchange(other.log, nullptr)) {}
    connection& operator=(connection&&) = delete;
    ~connection() {
        if (log != nullptr) log->push_back("given back");
    }
};

struct connect {
    words* log;
    bool fails = false;
    sb::step operator()(sb::returns<connection>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        if (fails) throw std::runtime_error("no connection");
        SB_RETURN(connection(log));
        SB_END();
    }
};

struct connected {
    words* log;
    bool fails = false;
    std::optional<connection> held{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(held, connect{log, fails}) {
            SB_AWAIT(sb::sleep(1s));
            log->push_back("used");
            SB_RETURN(held.has_value() ? 7 : 0);
        } SB_END_WITH
        SB_END();
    }
};

} // namespace

// ---- Origins

TEST_CASE_FIXTURE(fixture, "aio C6, own S2: each cancellation says who has asked for it") {
    auto const by_request = scheduler.start(asks_why{&log});
    auto released = scheduler.start(asks_why{&log});
    auto const in_time = scheduler.start(sb::with_timeout(1s, asks_why{&log}));
    auto const parallel = scheduler.start(sb::run_in_parallel(asks_why{&log}, test::failure_after{"no", 2s}));
    pump.run_ready();
    by_request.cancel();
    pump.run_ready();
    released.reset();
    pump.advance(1s);
    pump.advance(1s);
    CHECK(log == words{"request", "release", "timeout", "group"});
    CHECK_THROWS_AS(in_time.get(), sb::timed_out);
    CHECK_THROWS_AS(parallel.get(), std::runtime_error);
    CHECK(sb::cancelled().cause() == sb::cancel_cause::request);
}

TEST_CASE("own S2: one that comes from the end of the scheduler, too") {
    words log;
    sb::future<void> task;
    {
        sb::testing::virtual_pump pump;
        sb::task_scheduler scheduler{pump, pump};
        task = scheduler.start(asks_why{&log});
        pump.run_ready();
    }
    CHECK(log == words{"closing"});
}

TEST_CASE_FIXTURE(fixture, "aio C6: a scope takes its own request alone, across awaited frames and other scopes") {
    struct three {
        words* log;
        int depth = 0;
        std::optional<sb::move_on_after> limit{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(limit, sb::move_on_after(std::chrono::hours(3 - depth == 2 ? 1 : 5))) {
                if (depth < 2) {
                    SB_AWAIT(three{log, depth + 1});
                } else {
                    SB_AWAIT(sb::sleep(9h));
                }
                log->push_back("through " + std::to_string(depth));
            } SB_END_WITH
            log->push_back("behind " + std::to_string(depth));
            SB_END();
        }
    };
    scheduler.run(three{&log}); // the middle one's
    CHECK(log == words{"behind 1", "through 0", "behind 0"});
}

TEST_CASE_FIXTURE(fixture, "own S1: requests that meet before they are delivered count as one, the outermost's") {
    std::optional<sb::move_on_after> outer, inner;
    for (int order = 0; order < 4; ++order) {
        CAPTURE(order);
        log.clear();
        auto const task = scheduler.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(outer, sb::move_on_after(1h)) {
                SB_ASYNC_WITH(inner, sb::move_on_after(1h)) {
                    SB_AWAIT(sb::sleep(2h));
                } SB_END_WITH
                log.push_back("behind inner");
            } SB_END_WITH
            log.push_back("behind outer");
            SB_AWAIT(sb::sleep(1s));
            log.push_back("not cut off");
            SB_END();
        });
        pump.run_ready();
        if (order == 0) inner->cancel();
        if (order == 1) inner->cancel(), outer->cancel();
        if (order == 2) outer->cancel(), inner->cancel();
        if (order == 3) inner->cancel(), task.cancel(), outer->cancel();
        pump.advance(2s);
        CHECK(log == (order == 0   ? words{"behind inner", "behind outer", "not cut off"}
                      : order == 3 ? words{}
                                   : words{"behind outer", "not cut off"}));
        CHECK(task.cancelled() == (order == 3));
    }
}

TEST_CASE_FIXTURE(fixture, "aio C5: what a body swallows is over, whosever it was; the next await works") {
    std::optional<sb::move_on_after> limit;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_CATCH_ALL {
            } SB_END_TRY
            SB_AWAIT(sb::sleep(1h));
            log.push_back("slept");
        } SB_END_WITH
        SB_END();
    });
    pump.advance(2h);
    CHECK(log == words{"slept"});
    CHECK_NOTHROW(task.get());
}

TEST_CASE_FIXTURE(fixture, "trio N3: a task that was cancelled before it entered a scope is cut off at its first await in it") {
    std::optional<sb::move_on_after> limit;
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        own.cancel();
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            log.push_back("entered");
            SB_AWAIT(sb::yield_now());
            log.push_back("not reached");
        } SB_END_WITH
        log.push_back("not reached");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"entered"});
    CHECK(own.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own S1: a scope that is asked twice, and again while it cleans up") {
    std::optional<sb::move_on_after> limit;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1h)) {
            SB_AWAIT(logger{&log, "work", 2h, 2h});
        } SB_END_WITH
        log.push_back("behind");
        SB_END();
    });
    pump.run_ready();
    limit->cancel();
    limit->cancel();
    pump.run_ready();
    CHECK(log == words{"work begins", "work cleans up"});
    limit->cancel(); // interrupts the clean-up, as aio C10 has it
    pump.run_ready();
    CHECK(log == words{"work begins", "work cleans up", "behind"});
    CHECK_NOTHROW(task.get());
}

TEST_CASE_FIXTURE(fixture, "a scope reaches into tasks that run in parallel, and into what waits for a job") {
    std::optional<sb::move_on_after> limit;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            SB_AWAIT(sb::run_in_parallel(asks_why{&log}, logger{&log, "b", 1h, 1s}));
        } SB_END_WITH
        log.push_back("behind");
        SB_END();
    });
    CHECK(log == words{"b begins", "group", "b cleans up", "b has cleaned up", "behind"});
}

TEST_CASE_FIXTURE(fixture, "two schedulers: a cancellation that travels from one to the other is nobody's there") {
    sb::testing::virtual_pump other_pump;
    sb::task_scheduler other{other_pump, other_pump};
    std::optional<sb::move_on_after> here, there;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(here, sb::move_on_after(1h)) { // the first scope of this scheduler
            try {
                other.run([&](sb::returns<void>& inner) {
                    SB_BEGIN(inner);
                    SB_ASYNC_WITH(there, sb::move_on_after(1s)) { // and the first of that one
                        SB_TRY {
                            SB_AWAIT(sb::sleep(1h));
                        } SB_CATCH(sb::cancelled const& request) {
                            throw std::make_pair(1, request);
                        } SB_END_TRY
                    } SB_END_WITH
                    SB_END();
                });
            } catch (std::pair<int, sb::cancelled> const& smuggled) {
                throw smuggled.second;
            }
        } SB_END_WITH
        log.push_back("not reached");
        SB_END();
    });
    pump.run_ready();
    CHECK(log.empty());
    CHECK(task.cancelled());
}

// ---- SB_ASYNC_WITH around what is to be awaited

TEST_CASE_FIXTURE(fixture, "own S10: the member is filled with the result of the await, and emptied on the way out") {
    auto const task = scheduler.start(connected{&log});
    pump.run_ready();
    CHECK(log.empty());
    pump.advance(1s);
    CHECK(log == words{"had"});
    pump.advance(1s);
    CHECK(log == words{"had", "used", "given back"});
    CHECK(task.get() == 7);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own S10: where the result is not to be had, the block is not entered") {
    auto const failing = scheduler.start(connected{&log, true});
    auto const cancelled = scheduler.start(connected{&log});
    auto released = scheduler.start(connected{&log});
    pump.run_ready();
    cancelled.cancel();
    released.reset();
    pump.advance(5s);
    CHECK(log.empty());
    CHECK_THROWS_WITH_AS(failing.get(), "no connection", std::runtime_error);
    CHECK(cancelled.cancelled());
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own S10: a task that is cancelled or released in the block gives it back") {
    auto const cancelled = scheduler.start(connected{&log});
    pump.advance(1s);
    cancelled.cancel();
    pump.run_ready();
    CHECK(log == words{"had", "given back"});
    log.clear();
    auto released = scheduler.start(connected{&log});
    pump.advance(1s);
    released.reset();
    CHECK(log == words{"had", "given back"});
}

TEST_CASE_FIXTURE(fixture, "own S10: an awaitable may throw before it waits, and fail in the block") {
    std::optional<int> held;
    auto const task = scheduler.start([&, empty = sb::future<int>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(held, empty) {
            log.push_back("not reached");
        } SB_END_WITH
        SB_END();
    });
    pump.run_ready();
    CHECK_THROWS_AS(task.get(), sb::already_awaited);
    CHECK(log.empty());
}
