#include <switchback/future.hpp>

#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <memory>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time;
using test::failure_after;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

// Awaits a future and writes down what comes of it.
template <class T>
struct waiter {
    sb::future<T> of;
    words* log;
    std::string name;
    T got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(got, of);
            log->push_back(name + " got it");
        } SB_CATCH(std::runtime_error const& error) {
            log->push_back(name + ": " + error.what());
        } SB_CATCH_ALL {
            log->push_back(name + " cancelled");
        } SB_END_TRY
        SB_END();
    }
};

struct text_after {
    std::chrono::nanoseconds time;
    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(time));
        SB_RETURN("a text too long for the small-string optimisation");
        SB_END();
    }
};

struct makes_pointer {
    sb::step operator()(sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_RETURN(std::make_unique<int>(7));
        SB_END();
    }
};

// Takes a move-only result out of a future.
struct takes_pointer {
    sb::future<std::unique_ptr<int>> from;
    std::unique_ptr<int> got{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, std::move(from));
        SB_RETURN(*got);
        SB_END();
    }
};

struct awaits_own_future {
    sb::future<void>* own;
    int depth;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (depth > 0) {
            SB_AWAIT(awaits_own_future{own, depth - 1});
        } else {
            SB_AWAIT(*own);
        }
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
    "imvu T4: start gives a future, which is ready when the task has ended") {
    auto const soon = scheduler.start(value_after{3, 1s});
    CHECK(soon.valid());
    CHECK_FALSE(soon.ready());
    pump.advance(1s);
    CHECK(soon.ready());
    CHECK(soon.get() == 3);
}

TEST_CASE_FIXTURE(fixture, "imvu T4: a future can be awaited many times") {
    auto twice = [of = scheduler.start(value_after{3, 1s}), a = 0, b = 0](
                           sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(a, of);
        SB_AWAIT_INTO(b, of);
        SB_RETURN(a + b);
        SB_END();
    };
    CHECK(scheduler.run(std::move(twice)) == 6);
}

TEST_CASE_FIXTURE(fixture,
    "aio S4: those who wait for one future wake in the order of their waiting") {
    words log;
    auto const of = scheduler.start(value_after{1, 1s});
    auto const a = scheduler.start(waiter<int>{of, &log, "a"});
    auto const b = scheduler.start(waiter<int>{of, &log, "b"});
    auto const c = scheduler.start(waiter<int>{of, &log, "c"});
    pump.advance(2s);
    CHECK(log == words{"a got it", "b got it", "c got it"});
}

TEST_CASE_FIXTURE(fixture, "aio S4: a completion wakes its waiters through the queue") {
    words log;
    auto const of = scheduler.start([&log](sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        log.push_back("ends");
        SB_RETURN(1);
        SB_END();
    });
    auto const w = scheduler.start(waiter<int>{of, &log, "waiter"});
    auto const between = scheduler.start([&log](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        log.push_back("between");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"ends", "between", "waiter got it"});
}

TEST_CASE_FIXTURE(fixture, "aio F3: every waiter gets the same exception object") {
    auto const of = scheduler.start(failure_after{"no", 1s});
    words log;
    auto const a = scheduler.start(waiter<int>{of, &log, "a"});
    auto const b = scheduler.start(waiter<int>{of, &log, "b"});
    auto const c = scheduler.start(sb::future<int>(of));
    pump.advance(2s);
    CHECK(log == words{"a: no", "b: no"});
    CHECK(c.error() == of.error());
}

TEST_CASE_FIXTURE(fixture,
    "a future that is awaited as an lvalue gives a copy and keeps its result") {
    auto const of = scheduler.start(text_after{1s});
    words log;
    auto const a = scheduler.start(waiter<std::string>{of, &log, "a"});
    pump.advance(2s);
    CHECK(log == words{"a got it"});
    CHECK(of.get().size() > 40);
}

TEST_CASE_FIXTURE(fixture, "the last future, awaited as an rvalue, gives its result by move") {
    CHECK(scheduler.run(takes_pointer{scheduler.start(makes_pointer{})}) == 7);
}

TEST_CASE_FIXTURE(fixture, "a move-only result that others hold is not moved: result_shared") {
    auto const shared = scheduler.start(makes_pointer{});
    CHECK_THROWS_AS(scheduler.run(takes_pointer{shared}), sb::result_shared);
    CHECK(*shared.get() == 7);
}

TEST_CASE_FIXTURE(fixture, "a move-only result is not asked for by an await without a target") {
    auto const shared = scheduler.start(makes_pointer{});
    scheduler.run([shared](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(shared);
        SB_END();
    });
    CHECK(*shared.get() == 7);
}

TEST_CASE_FIXTURE(fixture, "aio F1: the result of a future that is not ready throws not_ready") {
    auto const soon = scheduler.start(value_after{1, 1s});
    CHECK_THROWS_AS(soon.get(), sb::not_ready);
    CHECK(soon.error() == nullptr);
    CHECK(soon.traceback().empty());
}

TEST_CASE_FIXTURE(fixture,
    "get() throws the exception that the task has ended with, as often as asked") {
    auto const failed = scheduler.start(failure_after{"no"});
    pump.run_ready();
    CHECK_THROWS_WITH_AS(failed.get(), "no", std::runtime_error);
    CHECK_THROWS_WITH_AS(failed.get(), "no", std::runtime_error);
    CHECK(failed.error() != nullptr);
    CHECK(failed.traceback().entries().size() == 1);
}

TEST_CASE_FIXTURE(fixture, "get() of a cancelled task throws sb::cancelled") {
    auto const task = scheduler.start(value_after{1, 1s});
    CHECK(task.cancel());
    pump.run_ready();
    CHECK_THROWS_AS(task.get(), sb::cancelled);
    CHECK(task.error() != nullptr);
}

TEST_CASE_FIXTURE(fixture, "a future of a task that has ended well has no error") {
    auto const task = scheduler.start(value_after{1});
    pump.run_ready();
    CHECK(task.error() == nullptr);
    CHECK(task.traceback().empty());
}

TEST_CASE("an empty future answers all questions with already_awaited") {
    sb::future<int> const empty;
    CHECK_FALSE(empty.valid());
    CHECK_THROWS_AS(empty.ready(), sb::already_awaited);
    CHECK_THROWS_AS(empty.get(), sb::already_awaited);
    CHECK_THROWS_AS(empty.error(), sb::already_awaited);
    CHECK_THROWS_AS(empty.traceback(), sb::already_awaited);
    CHECK_THROWS_AS(empty.cancel(), sb::already_awaited);
}

TEST_CASE_FIXTURE(fixture, "an empty future cannot be awaited: already_awaited at the await") {
    CHECK_THROWS_AS(scheduler.run(takes_pointer{{}}), sb::already_awaited);
}

TEST_CASE_FIXTURE(fixture, "a future that was moved from is empty; a copy shares the task") {
    auto a = scheduler.start(test::sleeper{});
    auto b = a;
    auto c = std::move(a);
    CHECK_FALSE(a.valid());
    b.reset();
    CHECK(test::live::count() == 1);
    auto const& same = c;
    c = same;
    CHECK(test::live::count() == 1);
    c = {};
    CHECK(test::live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "aio F7: a task that awaits its own future is told so, at any depth") {
    for (int const depth : {0, 5}) {
        sb::future<void> own;
        own = scheduler.start(awaits_own_future{&own, depth});
        pump.run_ready();
        CHECK_THROWS_AS(own.get(), sb::misuse);
    }
}

TEST_CASE_FIXTURE(fixture,
    "aio F7: a future of another scheduler is not awaited: wrong_scheduler") {
    sb::testing::virtual_pump other_pump;
    sb::task_scheduler other{other_pump, other_pump};
    auto const foreign = other.start(makes_pointer{});
    CHECK_THROWS_AS(scheduler.run(takes_pointer{foreign}), sb::wrong_scheduler);
}

TEST_CASE_FIXTURE(fixture, "a future can be started: a task that waits for another task") {
    auto const first = scheduler.start(value_after{5, 1s});
    auto const second = scheduler.start(sb::future<int>(first));
    pump.advance(2s);
    CHECK(second.get() == 5);
}

TEST_CASE_FIXTURE(fixture, "a void future is awaited and asked like any other") {
    auto const done = scheduler.start(sb::sleep(1s));
    scheduler.run(done);
    CHECK(done.ready());
    done.get();
}

TEST_CASE_FIXTURE(fixture,
    "while a task waits for a future, its result stays, whoever else lets go") {
    words log;
    auto of = scheduler.start(value_after{1, 1s});
    auto const a = scheduler.start(waiter<int>{of, &log, "a"});
    pump.run_ready();
    of.reset();
    pump.advance(2s);
    CHECK(log == words{"a got it"});
}

TEST_CASE("futures outlive their scheduler, and read as cancelled") {
    sb::future<int> unfinished;
    sb::future<int> finished;
    {
        fixture f;
        unfinished = f.scheduler.start(value_after{1, 1h});
        finished = f.scheduler.start(value_after{2});
        f.pump.run_ready();
    }
    CHECK(unfinished.ready());
    CHECK_THROWS_AS(unfinished.get(), sb::cancelled);
    CHECK_FALSE(unfinished.cancel());
    CHECK(finished.get() == 2);
}

TEST_CASE_FIXTURE(fixture,
    "aio F4: an error that nobody looked at is reported when the future dies, once") {
    test::unhandled_log const log;
    auto failed = scheduler.start(failure_after{"unseen"});
    auto copy = failed;
    pump.run_ready();
    failed.reset();
    CHECK(log.errors().empty());
    copy.reset();
    CHECK(log.errors() == words{"std::runtime_error: unseen"});
}

TEST_CASE_FIXTURE(fixture, "an error that somebody has seen is not reported") {
    test::unhandled_log const log;
    for (int const how : {0, 1, 2}) {
        auto failed = scheduler.start(failure_after{"seen"});
        pump.run_ready();
        words seen;
        if (how == 0) scheduler.run(waiter<int>{failed, &seen, "waiter"});
        if (how == 1) CHECK(failed.error() != nullptr);
        if (how == 2) CHECK_THROWS_AS(failed.get(), std::runtime_error);
    }
    CHECK(log.errors().empty());
}

TEST_CASE_FIXTURE(fixture, "imvu T11: the error of a detached task is reported when it fails") {
    test::unhandled_log const log;
    scheduler.start_detached(failure_after{"nobody waits", 1s});
    pump.advance(1s);
    CHECK(log.errors() == words{"std::runtime_error: nobody waits"});
}

TEST_CASE_FIXTURE(fixture, "a cancelled task is not reported, looked at or not") {
    test::unhandled_log const log;
    auto task = scheduler.start(value_after{1, 1s});
    task.cancel();
    pump.run_ready();
    task.reset();
    CHECK(log.errors().empty());
}

// ---- Results that only claim to be copyable

namespace {

struct owns_many {
    sb::step operator()(sb::returns<std::vector<std::unique_ptr<int>>>& co) {
        SB_BEGIN(co);
        SB_RETURN(make());
        SB_END();
    }
    static std::vector<std::unique_ptr<int>> make() {
        std::vector<std::unique_ptr<int>> made;
        made.push_back(std::make_unique<int>(7));
        return made;
    }
};

} // namespace

TEST_CASE("a container of move-only objects can be awaited from a future") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    std::vector<std::unique_ptr<int>> got;
    scheduler.run([&got, f = scheduler.start(owns_many{})](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, std::move(f));
        SB_END();
    });
    REQUIRE(got.size() == 1);
    CHECK(*got[0] == 7);
}

namespace {

struct throws_before_its_beginning {
    sb::step operator()(sb::returns<void>& co) {
        throw std::runtime_error("too soon");
        SB_BEGIN(co);
        SB_END();
    }
};

} // namespace

TEST_CASE("what a body throws before SB_BEGIN is an error like any other, of unknown place") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    CHECK_THROWS_AS(scheduler.run(throws_before_its_beginning{}), std::runtime_error);
}

// ---- At the edge: on_ready()

TEST_CASE_FIXTURE(fixture, "aio F8: a callback is called from the queue, once, with the future") {
    words log;
    auto const soon = scheduler.start(value_after{3, 1s});
    soon.on_ready([&](sb::future<int> of) { log.push_back("got " + std::to_string(of.get())); });
    pump.advance(2s);
    CHECK(log == words{"got 3"});
    soon.on_ready([&](sb::future<int> const& of) { log.push_back("again " + std::to_string(of.get())); });
    CHECK(log.size() == 1); // never within the call
    pump.advance(2s);
    CHECK(log == words{"got 3", "again 3"});
}

TEST_CASE_FIXTURE(fixture, "aio F8, aio S4: callbacks and tasks hear in the order in which they asked") {
    words log;
    auto const of = scheduler.start(value_after{1, 1s});
    auto const note = [&log](char const* what) {
        return [&log, what](sb::future<int>) { log.push_back(what); };
    };
    of.on_ready(note("first"));
    auto const a = scheduler.start(waiter<int>{of, &log, "task"});
    pump.run_ready();
    of.on_ready(note("second"));
    of.on_ready(note("third"));
    pump.advance(2s);
    CHECK(log == words{"first", "task got it", "second", "third"});
}

TEST_CASE_FIXTURE(fixture, "aio F8: what a callback throws is reported, and the others are called") {
    test::unhandled_log const unhandled;
    int called = 0;
    auto const of = scheduler.start(failure_after{"the task's own", 1s});
    of.on_ready([](sb::future<int> const& f) { f.get(); });
    of.on_ready([](sb::future<int>) { throw std::runtime_error("the callback's"); });
    of.on_ready([&](sb::future<int>) { ++called; });
    pump.advance(2s);
    CHECK(called == 1);
    CHECK(unhandled.errors() ==
          words{"std::runtime_error: the task's own", "std::runtime_error: the callback's"});
}

TEST_CASE_FIXTURE(fixture, "aio F4: an error that a callback does not look at is reported as ever") {
    test::unhandled_log const unhandled;
    scheduler.start(failure_after{"unseen"}).on_ready([](sb::future<int>) {});
    scheduler.start(failure_after{"seen"}).on_ready([](sb::future<int> of) {
        CHECK(of.error() != nullptr);
        CHECK_FALSE(of.traceback().empty());
    });
    pump.run_ready();
    CHECK(unhandled.errors() == words{"std::runtime_error: unseen"});
}

TEST_CASE_FIXTURE(fixture, "imvu T6, own PR8: a callback keeps its task going until it was called; cancel() ends it") {
    int called = 0;
    auto const note = [&called, held = test::live{}](sb::future<int> const&) { ++called; };
    auto const before = test::live::count();
    scheduler.start(value_after{1, 1s}).on_ready(note);
    CHECK(test::live::count() == before + 1);
    pump.advance(2s);
    CHECK(called == 1);
    CHECK(test::live::count() == before); // destroyed behind the call

    auto cancelled = scheduler.start(value_after{1, 1h});
    cancelled.on_ready([&](sb::future<int> const& of) {
        CHECK(of.cancelled());
        ++called;
    });
    pump.run_ready();
    cancelled.cancel();
    cancelled.reset();
    pump.run_ready();
    CHECK(called == 2);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "aio D3: errors of tasks, of callbacks, of posted calls and of clean-up come to one handler") {
    test::unhandled_log const unhandled;
    scheduler.start_detached(test::failure_after{"of a task", 1s});
    scheduler.start(value_after{1, 2s}).on_ready([](sb::future<int> const&) {
        throw std::runtime_error("of a callback");
    });
    struct fails_to_clean_up {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                throw std::runtime_error("of clean-up");
            } SB_END_TRY
            SB_END();
        }
    };
    auto dropped = scheduler.start(fails_to_clean_up{});
    pump.advance(3s);
    scheduler.post([] { throw std::runtime_error("of a posted call"); });
    pump.run_ready();
    dropped.reset();
    CHECK(unhandled.errors() == std::vector<std::string>{"std::runtime_error: of a task",
                                    "std::runtime_error: of a callback", "std::runtime_error: of a posted call",
                                    "std::runtime_error: of clean-up"});
}

TEST_CASE("own PR8: a scheduler that closes calls those that are left, and then takes no more") {
    int called = 0;
    int taken = 0;
    int refused = 0;
    sb::future<int> outlives;
    {
        fixture f;
        auto const note = [&, held = test::live{}](sb::future<int> const& of) {
            CHECK(of.ready());
            ++called;
            try {
                of.on_ready([&](sb::future<int>) { ++called; });
                ++taken;
            } catch (sb::wrong_scheduler const&) {
                ++refused;
            }
        };
        for (int i = 0; i < 1500; ++i) f.scheduler.start(value_after{1, 1h}).on_ready(note);
        outlives = f.scheduler.start(value_after{1, 1h});
        for (int i = 0; i < 1500; ++i) outlives.on_ready(note);
        auto const ended = f.scheduler.start(value_after{1});
        f.pump.run_ready();
        ended.on_ready(note);
    }
    CHECK(taken + refused == 3001);
    CHECK(refused > 0);
    CHECK(called == 3001 + taken);
    CHECK(test::live::count() == 0);
    CHECK_THROWS_AS(outlives.on_ready([](sb::future<int>) {}), sb::wrong_scheduler);
}

TEST_CASE("own PR8: nor is a callback lost that is ready when the scheduler closes, with no task left") {
    int called = 0;
    {
        fixture f;
        auto const ended = f.scheduler.start(value_after{1});
        f.pump.run_ready();
        ended.on_ready([&](sb::future<int>) { ++called; });
    }
    CHECK(called == 1);
}

TEST_CASE_FIXTURE(fixture, "a callback may drop futures, start, cancel and run tasks, and ask for callbacks") {
    words log;
    auto other = scheduler.start(value_after{1, 1h});
    auto of = scheduler.start(value_after{2, 1s});
    of.on_ready([&, held = std::make_unique<int>(1)](sb::future<int> mine) {
        other.reset();
        of.reset();
        CHECK(scheduler.run(value_after{5, 1s}) == 5);
        mine.on_ready([&](sb::future<int>) { log.push_back("inner"); });
        auto const stays = scheduler.start(value_after{1, 1h});
        stays.cancel();
        log.push_back("outer");
        mine.reset();
    });
    of.on_ready([&](sb::future<int>) { log.push_back("beside"); }); // in the loop within
    pump.advance(3s);
    CHECK(log == words{"beside", "outer", "inner"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a callback is refused where there is no future, and on other threads") {
    CHECK_THROWS_AS(sb::future<int>().on_ready([](sb::future<int>) {}), sb::already_awaited);
    auto const of = scheduler.start(value_after{1});
    std::thread([&] { CHECK_THROWS_AS(of.on_ready([](sb::future<int>) {}), sb::wrong_thread); }).join();
    struct refuses {
        refuses() = default;
        refuses(refuses const&) { throw std::runtime_error("refused"); }
        void operator()(sb::future<int>) const {}
    };
    refuses const bad;
    CHECK_THROWS_AS(of.on_ready(bad), std::runtime_error);
    pump.run_ready();
}

TEST_CASE_FIXTURE(fixture, "a callback of a future of nothing") {
    int called = 0;
    scheduler.start(sb::sleep(1s)).on_ready([&](sb::future<void> of) {
        of.get();
        ++called;
    });
    pump.advance(2s);
    CHECK(called == 1);
}

TEST_CASE_FIXTURE(fixture, "a callback that asks a cancelled task for its result is not reported") {
    test::unhandled_log const unhandled;
    int called = 0;
    auto const of = scheduler.start(value_after{1, 1h});
    of.on_ready([&](sb::future<int> const& f) {
        ++called;
        f.get();
        called = 100;
    });
    of.cancel();
    pump.run_ready();
    CHECK(called == 1);
    CHECK(unhandled.errors().empty());
}
