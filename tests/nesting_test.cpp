// Loops within a task's step: a modal dialog that turns the host's loop, a run() within a run().
#include <switchback/task_scheduler.hpp>

#include <switchback/gather.hpp>
#include <switchback/native_pump.hpp>
#include <switchback/offload.hpp>
#include <switchback/promise.hpp>
#include <switchback/race.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/shield.hpp>
#include <switchback/task_group.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

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

// A dialog: turns the host's loop within its step until it is closed.
struct modal {
    sb::event_pump& pump;
    bool const& closed;
    words* log = nullptr;
    live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        while (!closed) pump.turn(true);
        if (log != nullptr) log->push_back("closed");
        SB_AWAIT(sb::yield_now());
        if (log != nullptr) log->push_back("goes on");
        SB_END();
    }
};

// Sets a flag after a while.
struct closes {
    bool& closed;
    std::chrono::nanoseconds time = 1s;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(time));
        closed = true;
        SB_END();
    }
};

// Waits for another task, in a frame of its own.
struct waits_for {
    sb::future<void> other;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(other);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own NE1: in a loop within a step timers, finished jobs, posts and other tasks go on") {
    bool closed = false;
    bool posted_here = false;
    bool posted_elsewhere = false;
    auto const dialog = scheduler.start(modal{pump, closed, &log});
    auto const sleeps = scheduler.start(value_after{1, 500ms});
    auto const job = scheduler.start(sb::offload([] { return 2; }));
    auto const both = scheduler.start(sb::run_in_parallel(value_after{3, 100ms}, sb::offload([] { return 4; })));
    scheduler.post([&] { posted_here = true; });
    std::thread([&, remote = scheduler.remote()] {
        remote.post([&] { posted_elsewhere = true; });
    }).join();
    bool all_done = false;
    auto const closer = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        all_done = sleeps.ready() && job.ready() && both.ready() && posted_here && posted_elsewhere;
        closed = true;
        SB_END();
    });
    scheduler.run(dialog);
    CHECK(all_done);
    CHECK(log == words{"closed", "goes on"});
}

TEST_CASE("own NE1: so on a native pump, where the loop sleeps") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    bool closed = false;
    auto const dialog = scheduler.start(modal{pump, closed});
    auto const closer = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1ms));
        SB_AWAIT(sb::offload([] {}));
        closed = true;
        SB_END();
    });
    scheduler.run(dialog);
    CHECK(closer.ready());
}

TEST_CASE_FIXTURE(fixture, "own NE1: what a nested loop has begun goes on when it has returned") {
    auto const outer = scheduler.start([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        co.start_detached(logger{&log, "begun before", 3s});
        scheduler.run(sb::sleep(1s));
        log.push_back("returned");
        SB_END();
    });
    pump.advance(10s);
    CHECK(log == words{"begun before begins", "returned", "begun before ends", "begun before cleans up",
                     "begun before has cleaned up"});
}

TEST_CASE_FIXTURE(fixture, "own NE2: an exception passes through a nested run, to where that was called") {
    std::string caught;
    auto const outer = scheduler.start([&, got = 0](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            got = scheduler.run([this](sb::returns<int>& inner) {
                SB_BEGIN(inner);
                SB_RETURN(scheduler.run(failure_after{"deep", 1s}));
                SB_END();
            });
        } SB_CATCH(std::runtime_error const& error) {
            caught = error.what();
            SB_AWAIT(sb::sleep(1s)); // and its task is whole
            got = 5;
        } SB_END_TRY
        SB_RETURN(got);
        SB_END();
    });
    CHECK(scheduler.run(outer) == 5);
    CHECK(caught == "deep");
    CHECK_THROWS_WITH_AS(scheduler.run([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        scheduler.run(failure_after{"not caught", 1s});
        SB_END();
    }), "not caught", std::runtime_error);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own NE2: a task that fails of itself within a nested run disturbs nobody else") {
    test::unhandled_log const unhandled;
    auto const outer = scheduler.start([this](sb::returns<int>& co) {
        SB_BEGIN(co);
        co.start_detached(failure_after{"another", 1s});
        SB_RETURN(scheduler.run(value_after{7, 2s}));
        SB_END();
    });
    CHECK(scheduler.run(outer) == 7);
    CHECK(unhandled.errors() == words{"std::runtime_error: another"});
}

TEST_CASE_FIXTURE(fixture, "own NE3: of loops in one another an outer one returns only behind the inner ones, whatever ends first") {
    bool first_closed = false;
    bool second_closed = false;
    bool third_closed = false;
    auto const dialog = [this](char const* name, bool const& closed) {
        return [this, name, &closed](sb::returns<void>& co) {
            SB_BEGIN(co);
            log.push_back(name + std::string(" opens"));
            while (!closed) pump.turn(true);
            log.push_back(name + std::string(" closes"));
            SB_END();
        };
    };
    auto const first = scheduler.start(dialog("first", first_closed));
    auto const second = scheduler.start(dialog("second", second_closed));
    auto const third = scheduler.start(dialog("third", third_closed));
    auto const a = scheduler.start(closes{first_closed, 1s});
    auto const b = scheduler.start(closes{second_closed, 2s});
    auto const c = scheduler.start(closes{third_closed, 3s});
    auto const before = pump.now();
    scheduler.run(first);
    CHECK(pump.now() - before == 3s);
    CHECK(log == words{"first opens", "second opens", "third opens", "third closes", "second closes", "first closes"});
    CHECK((second.ready() && third.ready()));
}

TEST_CASE_FIXTURE(fixture, "own NE3: so with run(): the result of the outer one waits until the inner ones have returned") {
    std::vector<int> got;
    auto const nested = [&](int number, std::chrono::nanoseconds time) {
        return [&, number, time](sb::returns<void>& co) {
            SB_BEGIN(co);
            got.push_back(scheduler.run(value_after{number, time}));
            SB_END();
        };
    };
    auto const a = scheduler.start(nested(1, 1s));
    auto const b = scheduler.start(nested(2, 2s));
    auto const c = scheduler.start(nested(3, 3s));
    scheduler.run(a);
    CHECK(got == std::vector<int>{3, 2, 1});
}

TEST_CASE_FIXTURE(fixture, "own NE3: a loop that is closed within its own turn returns when that does") {
    bool closed = false;
    auto const outer = scheduler.start(modal{pump, closed, &log});
    auto const other = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        closed = true; // and goes on within the same turn of the loop
        log.push_back("one");
        SB_AWAIT(sb::yield_now());
        log.push_back("two");
        SB_END();
    });
    scheduler.run(outer);
    CHECK(log == words{"one", "two", "closed", "goes on"});
}

TEST_CASE_FIXTURE(fixture, "own NE4: a task released, or cancelled, in a loop within its own step goes on to its next await, and ends there") {
    for (bool const release : {false, true}) {
        log.clear();
        bool closed = false;
        auto outer = scheduler.start(modal{pump, closed, &log});
        auto const other = scheduler.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            if (release) outer.reset();
            if (!release) outer.cancel();
            CHECK(live::count() == 1); // its frame is in use
            SB_AWAIT(sb::sleep(1s));
            CHECK(live::count() == 1);
            closed = true;
            SB_END();
        });
        pump.advance(2s);
        CHECK(log == words{"closed"});
        CHECK(live::count() == 0);
        CHECK(scheduler.unfinished_tasks() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "own NE4: so the task that awaits it, and a group around it") {
    bool closed = false;
    auto outer = scheduler.start([&, group = std::optional<sb::task_group>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(modal{pump, closed, &log});
            SB_AWAIT(sb::sleep(1h));
        } SB_END_WITH
        SB_END();
    });
    auto const other = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        outer.reset();
        SB_AWAIT(sb::sleep(1s));
        closed = true;
        SB_END();
    });
    pump.advance(3s);
    CHECK(log == words{"closed"});
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own E3: a nested run of what waits for the outer task throws, by whichever way it waits") {
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        CHECK_THROWS_AS(scheduler.run(waits_for{own}), sb::would_deadlock);
        CHECK_THROWS_AS(scheduler.run(sb::gather(own, waits_for{own})), sb::would_deadlock);
        CHECK_THROWS_AS(scheduler.run(sb::shield(waits_for{own})), sb::would_deadlock);
        CHECK_THROWS_AS(scheduler.run(sb::race(own, waits_for{own})), sb::would_deadlock);
        CHECK_THROWS_AS(scheduler.run(sb::task<void>(sb::run_in_parallel(waits_for{own}))), sb::would_deadlock);
        log.push_back("goes on");
        SB_AWAIT(sb::yield_now());
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"goes on"});
    CHECK(own.ready());
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own E3: a time limit ends the wait for the outer task, and so is waited for") {
    sb::future<void> own;
    int timed_out = 0;
    auto nests = [&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now()); // so that its future is there
        CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, waits_for{own})), sb::timed_out);
        ++timed_out;
        CHECK_THROWS_AS(scheduler.run(sb::run_in_parallel(
                            sb::with_timeout(1s, waits_for{own}), sb::with_timeout(2s, waits_for{own}))),
            sb::timed_out);
        ++timed_out;
        CHECK_THROWS_AS(scheduler.run(waits_for{own}), sb::would_deadlock);
        SB_END();
    };
    own = scheduler.start(std::move(nests));
    pump.run_ready();
    CHECK(own.ready());
    own.get();
    CHECK(timed_out == 2);
    CHECK(passed() == 2s);
}

TEST_CASE_FIXTURE(fixture, "own E3: a race with something that ends is waited for") {
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        CHECK(scheduler.run(sb::race(waits_for{own}, sb::sleep(1s))).index() == 1);
        log.push_back("goes on");
        SB_END();
    });
    pump.advance(10s);
    CHECK(log == words{"goes on"});
}

TEST_CASE_FIXTURE(fixture, "own E3: what waits for a job is no deadlock, whatever that job's waiter is to the outer task") {
    auto const outer = scheduler.start([&](sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_RETURN(scheduler.run(sb::offload([remote = scheduler.remote()] { // which asks back
            return remote.run_from_thread([] { return 7; }) + remote.run_task_from_thread(value_after{1, 1s});
        })));
        SB_END();
    });
    CHECK(scheduler.run(outer) == 8);
}

TEST_CASE_FIXTURE(fixture, "own E3: two nested runs that would wait for one another: the inner one is told") {
    sb::future<void> first, second;
    bool told = false;
    first = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        scheduler.run(sb::future<void>(second)); // within which the second one's step begins
        log.push_back("first goes on");
        SB_END();
    });
    second = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        try {
            scheduler.run(sb::future<void>(first));
        } catch (sb::would_deadlock const&) {
            told = true;
        }
        log.push_back("second goes on");
        SB_END();
    });
    pump.run_ready();
    CHECK(told);
    CHECK(log == words{"second goes on", "first goes on"});
}

TEST_CASE_FIXTURE(fixture, "own NE5: a hundred loops in one another return in the opposite order") {
    constexpr int many = 100;
    std::vector<int> returned;
    std::vector<sb::future<void>> all;
    bool closed = false;
    for (int i = 0; i < many; ++i) {
        all.push_back(scheduler.start([&, i](sb::returns<void>& co) {
            SB_BEGIN(co);
            while (!closed) pump.turn(true);
            returned.push_back(i);
            SB_END();
        }));
    }
    auto const closer = scheduler.start(closes{closed});
    scheduler.run(all.front());
    REQUIRE(returned.size() == many);
    CHECK(returned.front() == many - 1);
    CHECK(std::is_sorted(returned.rbegin(), returned.rend()));
}

TEST_CASE_FIXTURE(fixture, "own NE1: a promise completed within a nested loop wakes who waits there, and who waits outside of it") {
    auto p = std::make_optional<sb::promise<int>>(scheduler);
    auto const soon = p->get_future();
    auto const waits_outside = scheduler.start([soon, got = 0](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, soon);
        SB_RETURN(got);
        SB_END();
    });
    auto const outer = scheduler.start([&](sb::returns<int>& co) {
        SB_BEGIN(co);
        scheduler.post([&] { p->set_value(4); });
        SB_RETURN(scheduler.run(sb::future<int>(soon)));
        SB_END();
    });
    CHECK(scheduler.run(outer) == 4);
    CHECK(waits_outside.get() == 4);
}
