// An object whose methods run as tasks, one at a time.
#include <switchback/active_object.hpp>

#include <switchback/run_in_parallel.hpp>
#include <switchback/shield.hpp>
#include <switchback/task_scheduler.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

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

// Awaits a future, and notes what comes of that.
template <class T>
struct awaits {
    words* log;
    sb::future<T> what;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(what);
            log->push_back("came");
        } SB_CATCH(sb::would_wait_for_itself const& error) {
            (void)error;
            log->push_back("would wait for itself");
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own AO1: methods run one at a time, in the order of the calls, clean-up included") {
    sb::active_object object(scheduler);
    auto const a = object.call(logger{&log, "a", 2s, 1s});
    auto const b = object.call(logger{&log, "b", 1s});
    auto const c = object.call(value_after{3});
    CHECK(log.empty()); // never within the call
    CHECK(object.size() == 3);
    pump.advance(2s);
    CHECK(log == words{"a begins", "a ends", "a cleans up"});
    pump.advance(1s);
    CHECK(log.back() == "b begins");
    CHECK_FALSE(c.ready());
    pump.advance(1s);
    CHECK(log.back() == "b has cleaned up");
    CHECK(c.get() == 3);
    CHECK(object.empty());
    scheduler.run(awaits<int>{&log, object.call(value_after{4, 1s})});
    CHECK(log.back() == "came");
}

TEST_CASE_FIXTURE(fixture, "own AO2: a call that is cancelled before its turn leaves the queue, and never begins") {
    sb::active_object object(scheduler);
    object.call(logger{&log, "a", 1s});
    auto const b = object.call(logger{&log, "b", 1s});
    auto const c = object.call(value_after{3});
    pump.run_ready();
    b.cancel();
    pump.run_ready();
    CHECK(b.cancelled());
    CHECK(object.size() == 2);
    pump.advance(1s);
    CHECK(c.get() == 3);
    CHECK(log == words{"a begins", "a ends", "a cleans up", "a has cleaned up"});

    auto const first = object.call(logger{&log, "not begun"}); // its turn has come, and it has not begun
    auto const second = object.call(value_after{5});
    first.cancel();
    pump.run_ready();
    CHECK(first.cancelled());
    CHECK(second.get() == 5);
}

TEST_CASE_FIXTURE(fixture, "own AO2: one that is cancelled while it runs cleans up before the next begins") {
    sb::active_object object(scheduler);
    auto const a = object.call(logger{&log, "a", 1h, 1s});
    object.call(logger{&log, "b", 1h});
    pump.run_ready();
    a.cancel();
    pump.run_ready();
    CHECK(log == words{"a begins", "a cleans up"});
    pump.advance(1s);
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up", "b begins"});
}

TEST_CASE_FIXTURE(fixture, "own AO3: one that fails does not stop the next; an error that nobody looks at is reported") {
    test::unhandled_log const unhandled;
    sb::active_object object(scheduler);
    auto const a = object.call(failure_after{"seen", 1s});
    object.call(failure_after{"lost", 1s});
    auto const c = object.call(value_after{3});
    pump.advance(2s);
    CHECK_THROWS_WITH((void)a.get(), "seen");
    CHECK(unhandled.errors() == words{"std::runtime_error: lost"});
    CHECK(c.get() == 3);
}

TEST_CASE_FIXTURE(fixture, "own AO4: when the object dies the method that runs is released, and no other begins") {
    std::optional<sb::active_object> object(scheduler);
    auto const a = object->call(logger{&log, "a"});
    auto const b = object->call(logger{&log, "b"});
    auto const shielded = scheduler.start(sb::shield(object->call(logger{&log, "c"})));
    pump.run_ready();
    object.reset();
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up"});
    CHECK(a.cancelled());
    CHECK(b.cancelled());
    pump.run_ready();
    CHECK(shielded.cancelled());
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own AO4: so where a method of its own destroys it, or another release does") {
    auto object = std::make_unique<sb::active_object>(scheduler);
    object->call([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        object.reset();
        log.push_back("goes on");
        SB_AWAIT(sb::yield_now());
        log.push_back("not reached");
        SB_END();
    });
    auto const behind = object->call(logger{&log, "not begun"});
    pump.run_ready();
    CHECK(log == words{"goes on"});
    CHECK(behind.cancelled());

    struct has_object {
        std::unique_ptr<sb::active_object> object{};
        sb::future<void> b{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1h));
            SB_END();
        }
    };
    has_object frame{std::make_unique<sb::active_object>(scheduler)};
    frame.object->call(sleeper{});
    frame.b = frame.object->call(sleeper{});
    auto outer = scheduler.start(std::move(frame));
    pump.run_ready();
    outer.reset();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own AO5: finish() waits for all calls, close() cancels them first; none is taken then") {
    sb::active_object object(scheduler);
    object.call(logger{&log, "a", 1s});
    auto const b = object.call(value_after{2, 1s});
    auto const finishing = scheduler.start(object.finish());
    pump.advance(1s);
    CHECK_FALSE(finishing.ready());
    CHECK_THROWS_AS(object.call(sleeper{}), sb::owner_closed);
    pump.advance(1s);
    CHECK(b.get() == 2);
    CHECK(finishing.ready());

    log.clear();
    sb::active_object other(scheduler);
    other.call(logger{&log, "a", 1h, 1s});
    auto const behind = other.call(logger{&log, "not begun"});
    pump.run_ready();
    auto const closing = scheduler.start(other.close());
    pump.run_ready();
    CHECK(behind.cancelled());
    CHECK_FALSE(closing.ready());
    pump.advance(1s);
    CHECK(closing.ready());
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up"});
}

TEST_CASE_FIXTURE(fixture, "own AO5: cancel() ends what was called, and the object goes on") {
    sb::active_object object(scheduler);
    auto const a = object.call(logger{&log, "a"});
    auto const b = object.call(logger{&log, "b"});
    pump.run_ready();
    object.cancel();
    auto const c = object.call(value_after{3});
    pump.run_ready();
    CHECK(a.cancelled());
    CHECK(b.cancelled());
    CHECK(c.get() == 3);
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up"});
}

TEST_CASE_FIXTURE(fixture, "own AO6: a method that awaits a call of its own object is told, and does not hang") {
    struct method {
        sb::active_object* of;
        words* log;
        sb::future<int> inner{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            inner = of->call(value_after{1});
            SB_AWAIT(awaits<int>{log, inner}); // directly
            SB_AWAIT(sb::run_in_parallel(sb::sleep(1s), awaits<int>{log, inner})); // in what runs beside
            SB_AWAIT(value_after{2});                                              // the frame itself
            SB_END();
        }
    };
    sb::active_object object(scheduler);
    auto const done = object.call(method{&object, &log});
    pump.advance(1s);
    CHECK(log == words{"would wait for itself", "would wait for itself"});
    CHECK(done.ready());
    CHECK(object.empty());
}

TEST_CASE_FIXTURE(fixture, "own AO6: so where another task stands between them, whichever of the two waits first") {
    struct waits_second {
        words* log;
        sb::future<void>* other;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(awaits<void>{log, *other});
            SB_END();
        }
    };
    sb::active_object object(scheduler);
    sb::future<void> between;
    object.call(waits_second{&log, &between});
    auto const behind = object.call(value_after{1});
    between = scheduler.start(awaits<int>{&log, behind});
    pump.advance(1s);
    CHECK(log == words{"would wait for itself", "came"});

    log.clear();
    sb::future<void> late;
    struct waits_first {
        words* log;
        sb::active_object* of;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(awaits<int>{log, of->call(value_after{1})});
            SB_END();
        }
    };
    late = scheduler.start(waits_first{&log, &object});
    auto const method = object.call(awaits<void>{&log, late});
    pump.advance(1s);
    CHECK(log == words{"would wait for itself", "came"});
    CHECK(method.ready());
}

TEST_CASE_FIXTURE(fixture, "own AO6: who is no method awaits calls, of two objects as well, and methods call without to await") {
    sb::active_object one(scheduler), other(scheduler);
    struct calls_other {
        sb::active_object* of;
        sb::future<int> inner{};
        int got = 0;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            inner = of->call(value_after{1, 1s});
            SB_AWAIT_INTO(got, inner);
            SB_RETURN(got);
            SB_END();
        }
    };
    one.call(value_after{0, 1s});
    auto const a = one.call(calls_other{&other});
    other.call(value_after{0, 1s});
    auto const b = scheduler.start(awaits<int>{&log, a});
    CHECK_NOTHROW(scheduler.run(awaits<void>{&log, b}));
    CHECK(log == words{"came", "came"});
    CHECK(a.get() == 1);
    one.call([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        one.call(logger{&log, "later", 1s});
        log.push_back("first");
        SB_END();
    });
    pump.run_ready();
    CHECK(log.back() == "later begins");
}

TEST_CASE("own AO4: an object may outlive its scheduler, and takes no call then") {
    words log;
    std::optional<sb::active_object> object;
    {
        sb::testing::virtual_pump pump;
        sb::task_scheduler scheduler{pump, pump};
        object.emplace(scheduler);
        object->call(logger{&log, "a"});
        object->call(logger{&log, "not begun"});
        pump.run_ready();
    }
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up"});
    CHECK(object->empty());
    CHECK_THROWS_AS(object->call(sleeper{}), sb::wrong_scheduler);
}

TEST_CASE_FIXTURE(fixture, "own AO5: from another thread: wrong_thread") {
    sb::active_object object(scheduler);
    std::thread([&] {
        CHECK_THROWS_AS(object.call(sleeper{}), sb::wrong_thread);
        CHECK_THROWS_AS(object.cancel(), sb::wrong_thread);
    }).join();
}
