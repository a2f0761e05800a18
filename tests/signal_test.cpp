// Something that happens again and again, and what there is to tell of it each time.
#include <switchback/signal.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <thread>

#include "support/fixture.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

struct hears {
    sb::signal<int>* of;
    words* log;
    std::string name;
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(got, of->next());
            log->push_back(name + std::to_string(got));
        } SB_CATCH(std::exception const& error) {
            log->push_back(name + ": " + error.what());
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own MP13: all who wait when it is raised get that one, in their order, even if it is raised again") {
    sb::signal<int> clicked;
    clicked.raise(0); // nobody waits
    auto const a = scheduler.start(hears{&clicked, &log, "a"});
    auto const b = scheduler.start(hears{&clicked, &log, "b"});
    pump.run_ready();
    CHECK(log.empty());
    clicked.raise(1);
    clicked.raise(2);
    auto const c = scheduler.start(hears{&clicked, &log, "c"});
    pump.run_ready();
    CHECK(log == words{"a1", "b1"});
    clicked(3);
    pump.run_ready();
    CHECK(log == words{"a1", "b1", "c3"});
}

TEST_CASE_FIXTURE(fixture, "own MP13: next() gives nothing, the one argument, or all of them") {
    sb::signal<> tick;
    sb::signal<std::string const&, int> said;
    auto const ticked = scheduler.start(tick.next());
    auto const told = scheduler.start(said.next());
    pump.run_ready();
    tick();
    {
        std::string word = "hello";
        said.raise(word, 5);
        word = "changed";
    }
    pump.run_ready();
    CHECK(ticked.ready());
    CHECK(told.get() == std::tuple<std::string, int>("hello", 5));
}

TEST_CASE_FIXTURE(fixture, "own MP13: waiters that are cancelled or dropped, before it is raised or behind, disturb no others") {
    sb::signal<std::shared_ptr<live>> made;
    auto const first = scheduler.start(made.next());
    auto dropped = scheduler.start(made.next());
    auto const cancelled = scheduler.start(made.next());
    auto late = scheduler.start(made.next());
    pump.run_ready();
    dropped.reset();
    made.raise(std::make_shared<live>());
    cancelled.cancel();
    late.reset();
    CHECK(live::count() == 1);
    pump.run_ready();
    CHECK(first.get().use_count() == 1);
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, made.next())), sb::timed_out);
}

TEST_CASE_FIXTURE(fixture, "own MP13: where all whom it has woken are cancelled, what it told dies in the ready queue") {
    sb::signal<std::shared_ptr<test::at_end>> made;
    sb::future<std::shared_ptr<test::at_end>> task = scheduler.start(made.next());
    pump.run_ready();
    made.raise(std::make_shared<test::at_end>([&] { log.push_back("dies"); task.reset(); }));
    task.cancel();
    CHECK(log.empty());
    pump.run_ready();
    CHECK(log == words{"dies"});
    CHECK(scheduler.unfinished_tasks() == 0);

    task = scheduler.start(made.next());
    pump.run_ready();
    made.raise(std::make_shared<test::at_end>([&] { log.push_back("dies too"); }));
    task.reset();
    pump.run_ready();
    CHECK(log == words{"dies", "dies too"});
}

TEST_CASE_FIXTURE(fixture, "own MP14: callbacks are called each time, in the order of their connections, while these live") {
    sb::signal<int> clicked;
    auto const say = [&](char const* name) {
        return clicked.connect([this, name](int x) { log.push_back(name + std::to_string(x)); });
    };
    auto a = say("a");
    {
        auto const b = say("b");
        auto c = say("c");
        clicked(1);
        c.disconnect();
        CHECK_FALSE(c.connected());
    }
    CHECK(a.connected());
    clicked(2);
    sb::connection moved = std::move(a);
    CHECK_FALSE(a.connected());
    clicked(3);
    moved = say("d");
    clicked(4);
    CHECK(log == words{"a1", "b1", "c1", "a2", "a3", "d4"});
}

TEST_CASE_FIXTURE(fixture, "own MP14: a callback may disconnect itself and others, connect new ones, and raise again") {
    sb::signal<int> clicked;
    std::vector<sb::connection> all(4);
    live* kept = nullptr;
    all[0] = clicked.connect([&, alive = live()](int x) mutable {
        kept = &alive;
        log.push_back("0:" + std::to_string(x));
        all[0].disconnect();
        CHECK(live::count() == 1); // it is still running
        all[2].disconnect();
        all[3] = clicked.connect([&](int y) { log.push_back("3:" + std::to_string(y)); });
        if (x == 1) clicked(2);
    });
    all[1] = clicked.connect([&](int x) { log.push_back("1:" + std::to_string(x)); });
    all[2] = clicked.connect([&](int x) { log.push_back("2:" + std::to_string(x)); });
    clicked(1);
    CHECK(live::count() == 0);
    CHECK(log == words{"0:1", "1:2", "3:2", "1:1"});
    log.clear();
    clicked(3);
    CHECK(log == words{"1:3", "3:3"});
    (void)kept;
}

TEST_CASE_FIXTURE(fixture, "own MP14: a signal may die in one of its callbacks; the others are not called, and those who wait were told") {
    auto clicked = std::make_unique<sb::signal<int>>();
    auto const waits = scheduler.start(hears{clicked.get(), &log, "task"});
    pump.run_ready();
    auto const a = clicked->connect([&](int) { clicked.reset(); });
    auto const b = clicked->connect([&](int) { log.push_back("not called"); });
    (*clicked)(1);
    CHECK_FALSE(a.connected());
    CHECK_FALSE(b.connected());
    pump.run_ready();
    CHECK(log == words{"task1"});
}

TEST_CASE_FIXTURE(fixture, "own MP14: what a callback throws is reported, and the others are called") {
    test::unhandled_log const unhandled;
    sb::signal<> tick;
    auto const a = tick.connect([] { throw std::runtime_error("no"); });
    auto const b = tick.connect([&] { log.push_back("b"); });
    tick();
    CHECK(log == words{"b"});
    CHECK(unhandled.errors() == words{"std::runtime_error: no"});
}

TEST_CASE_FIXTURE(fixture, "own MP15: next(predicate) waits for one of which that says true, and misses none before it goes on") {
    sb::signal<int> clicked;
    auto const big = scheduler.start(clicked.next([](int x) { return x > 10; }));
    auto const odd = scheduler.start(clicked.next([](int x) { return x % 2 == 1; }));
    pump.run_ready();
    for (int x : {2, 12, 5, 13}) clicked(x);
    pump.run_ready();
    CHECK(big.get() == 12);
    CHECK(odd.get() == 5);
    sb::signal<> tick;
    auto const third = scheduler.start(tick.next([n = 0]() mutable { return ++n == 3; }));
    pump.run_ready();
    for (int i = 1; i <= 3; ++i) {
        CHECK_FALSE(third.ready());
        tick();
        pump.run_ready();
    }
    CHECK(third.ready());
}

TEST_CASE_FIXTURE(fixture, "own MP15: what the predicate throws is raised at the await; it may end the very task that waits") {
    sb::signal<int> clicked;
    auto const fails = scheduler.start(clicked.next([](int) -> bool { throw std::runtime_error("no"); }));
    pump.run_ready();
    clicked(1);
    pump.run_ready();
    CHECK_THROWS_WITH_AS(fails.get(), "no", std::runtime_error);
    for (bool drop : {false, true}) {
        sb::future<int> task;
        task = scheduler.start(clicked.next([&, alive = live()](int) {
            if (drop) {
                task.reset();
            } else {
                task.cancel();
            }
            CHECK(live::count() >= 1); // though the frame that waited has gone
            return true;
        }));
        pump.run_ready();
        clicked(1);
        pump.run_ready();
        CHECK(scheduler.unfinished_tasks() == 0);
    }
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own MP15: a next(predicate) that is cancelled or dropped hears nothing more") {
    sb::signal<int> clicked;
    int asked = 0;
    auto const ask = [&](int) { return ++asked > 1; };
    auto cancelled = scheduler.start(clicked.next(ask));
    auto dropped = scheduler.start(clicked.next(ask));
    pump.run_ready();
    cancelled.cancel();
    dropped.reset();
    clicked(1);
    CHECK(asked == 0);
    pump.run_ready();
    auto late = scheduler.start(clicked.next([](int) { return true; }));
    pump.run_ready();
    clicked(1);
    late.cancel(); // it was told
    pump.run_ready();
    CHECK(late.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own MP3: those who wait for a signal that dies are told so, with a predicate and without") {
    auto clicked = std::make_unique<sb::signal<int>>();
    auto const a = scheduler.start(clicked->next());
    auto const b = scheduler.start(clicked->next([](int) { return true; }));
    auto const told = scheduler.start(clicked->next([](int x) { return x == 1; }));
    pump.run_ready();
    clicked->connect([](int) {}).disconnect();
    auto const c = scheduler.start(clicked->next([](int) { return false; }));
    pump.run_ready();
    clicked.reset();
    pump.run_ready();
    for (auto const* each : {&a, &b, &c, &told}) CHECK_THROWS_AS(each->get(), sb::destroyed);
}

TEST_CASE_FIXTURE(fixture, "own MP5: tasks of two schedulers hear one signal") {
    sb::testing::virtual_pump other_pump;
    sb::task_scheduler other{other_pump, other_pump};
    sb::signal<int> clicked;
    auto const here = scheduler.start(hears{&clicked, &log, "here"});
    auto const there = other.start(hears{&clicked, &log, "there"});
    pump.run_ready();
    other_pump.run_ready();
    clicked(1);
    other_pump.run_ready();
    pump.run_ready();
    CHECK(log == words{"there1", "here1"});
}

TEST_CASE("own MP4: a signal belongs to the thread that uses it first") {
    sb::signal<> tick;
    tick();
    std::thread([&] {
        CHECK_THROWS_AS(tick(), sb::wrong_thread);
        CHECK_THROWS_AS(static_cast<void>(tick.connect([] {})), sb::wrong_thread);
        sb::native_pump own_pump;
        sb::task_scheduler own{own_pump};
        CHECK_THROWS_AS(own.run(tick.next()), sb::wrong_thread);
        CHECK_THROWS_AS(own.run(tick.next([] { return true; })), sb::wrong_thread);
    }).join();
}

TEST_CASE("aio D5: a scheduler is closed while tasks wait for a signal, or were told") {
    words log;
    sb::signal<int> clicked;
    sb::signal<std::shared_ptr<live>> made;
    {
        test::virtual_time time;
        for (int i = 0; i < 3; ++i) time.scheduler.start_detached(hears{&clicked, &log, "x"});
        time.scheduler.start_detached(clicked.next([](int) { return true; }));
        time.scheduler.start_detached(made.next());
        time.pump.run_ready();
        made.raise(std::make_shared<live>());
    }
    CHECK(live::count() == 0);
    clicked(1);
    CHECK(log.empty());
}
