#include <switchback/race.hpp>

#include <switchback/attached.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
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

struct cleans_up_badly {
    char const* what;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            throw std::runtime_error(what);
        } SB_END_TRY
        SB_RETURN(0);
        SB_END();
    }
};

// Swallows its cancellation, and has a result all the same.
struct stubborn {
    sb::step operator()(sb::returns<live>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_CATCH_ALL {
        } SB_END_TRY
        SB_RETURN(live{});
        SB_END();
    }
};

struct makes_pointer {
    int value;
    std::chrono::seconds time;
    sb::step operator()(sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(time));
        SB_RETURN(std::make_unique<int>(value));
        SB_END();
    }
};

struct throws_on_move {
    bool* armed;
    live alive{};
    explicit throws_on_move(bool* armed_) : armed(armed_) {}
    throws_on_move(throws_on_move&& other) : armed(other.armed) {
        if (*armed) throw std::runtime_error("no move");
    }
};
struct makes_unmovable {
    bool* armed;
    sb::step operator()(sb::returns<throws_on_move>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(throws_on_move(armed));
        SB_END();
    }
};

struct runners {
    int i = 1;
    sb::step operator()(sb::yields<value_after>& co) {
        SB_BEGIN(co);
        for (; i <= 5; ++i) SB_YIELD(value_after{i, std::chrono::seconds(i == 3 ? 1 : 5)});
        SB_END();
    }
};

words attached_to(std::exception_ptr const& error) {
    words found;
    for (auto const& each : sb::attached_to(error)) found.push_back(sb::describe(each.error));
    return found;
}

} // namespace

TEST_CASE_FIXTURE(fixture,
    "aio W2: the first that ends decides; the others have cleaned up when the race gives its result") {
    auto const task = scheduler.start(
        sb::race(logger{&log, "a", 5s, 1s}, value_after{7, 1s}, logger{&log, "b", 3s, 2s}));
    pump.advance(2500ms);
    CHECK_FALSE(task.ready());
    pump.advance(1s);
    REQUIRE(task.get().index() == 1);
    CHECK(std::get<1>(task.get()) == 7);
    CHECK(log == words{"a begins", "b begins", "a cleans up", "b cleans up", "a has cleaned up",
                     "b has cleaned up"});
}

TEST_CASE_FIXTURE(fixture, "aio W2: results of one type are told apart by the index, nothing is a monostate") {
    auto const first = scheduler.run(sb::race(value_after{1, 2s}, value_after{2, 1s}, value_after{3, 3s}));
    CHECK(first.index() == 1);
    CHECK(std::get<1>(first) == 2);
    auto const none = scheduler.run(sb::race(sb::sleep(2s), value_after{2, 3s}, sb::sleep(1s)));
    CHECK(none.index() == 2);
    static_assert(std::is_same_v<std::decay_t<decltype(none)>, std::variant<std::monostate, int, std::monostate>>);
    CHECK(std::get<0>(scheduler.run(sb::race(value_after{4}))) == 4);
}

TEST_CASE_FIXTURE(fixture, "aio W2: of a range, and of a generator, the winner is told by its place") {
    std::vector<int> const in{3, 1, 2};
    auto const won = scheduler.run(
        sb::race(in, [](int x) { return value_after{x * 10, std::chrono::seconds(x)}; }));
    CHECK(won.index == 1);
    CHECK(won.value == 10);
    CHECK(scheduler.run(sb::race(in, [](int x) { return sb::sleep(std::chrono::seconds(x)); })).index == 1);
    auto const third = scheduler.run(sb::race(runners{}));
    CHECK(third.index == 2);
    CHECK(third.value == 3);
}

TEST_CASE_FIXTURE(fixture, "aio W2: an error that comes first is raised at the await") {
    auto const task = scheduler.start(sb::race(logger{&log, "a", 1h, 1s}, failure_after{"first", 1s}));
    pump.advance(1500ms);
    CHECK_FALSE(task.ready());
    pump.advance(1s);
    CHECK_THROWS_WITH_AS(task.get(), "first", std::runtime_error);
    CHECK(log.back() == "a has cleaned up");
}

TEST_CASE_FIXTURE(fixture, "aio W2: where one ends at once, those behind it are never begun") {
    auto const won = scheduler.run(sb::race(logger{&log, "a"}, value_after{1}, logger{&log, "never"}));
    CHECK(won.index() == 1);
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up"});
    CHECK_THROWS_AS(scheduler.run(sb::race(failure_after{"at once"}, logger{&log, "never"})), std::runtime_error);
    CHECK(log.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "aio W2: of two that end in one turn, the one that comes first has won") {
    auto const won = scheduler.run(sb::race(value_after{1, 1s}, value_after{2, 1s}, value_after{3, 1s}));
    CHECK(won.index() == 0);
    CHECK(std::get<0>(won) == 1);
}

TEST_CASE_FIXTURE(fixture, "aio W2: one that is cancelled by itself has ended, and decides so") {
    auto const victim = scheduler.start(value_after{1, 1h});
    auto const task = scheduler.start(sb::race(sb::future<int>(victim), sleeper{}));
    pump.run_ready();
    victim.cancel();
    pump.run_ready();
    CHECK(task.cancelled());
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "a race of nothing is misuse") {
    std::vector<int> const none;
    CHECK_THROWS_AS(scheduler.run(sb::race(none, [](int x) { return value_after{x}; })), sb::misuse);
}

// ---- The losers

TEST_CASE_FIXTURE(fixture, "own P6: losers' errors are attached to the one that has decided") {
    test::unhandled_log const unhandled;
    auto const task = scheduler.start(
        sb::race(cleans_up_badly{"second"}, failure_after{"first", 1s}, cleans_up_badly{"third"}));
    pump.advance(1s);
    try {
        (void)task.get();
        FAIL("it did not throw");
    } catch (std::runtime_error const& error) {
        CHECK(std::string(error.what()) == "first");
        CHECK(attached_to(std::current_exception()) ==
              words{"std::runtime_error: second", "std::runtime_error: third"});
    }
    CHECK(unhandled.errors().empty());
}

TEST_CASE_FIXTURE(fixture, "own P6: where a value has decided, a loser's error is reported") {
    test::unhandled_log const unhandled;
    auto const won = scheduler.run(sb::race(cleans_up_badly{"loser"}, value_after{1, 1s}));
    CHECK(won.index() == 1);
    CHECK(unhandled.errors() == words{"std::runtime_error: loser"});
}

TEST_CASE_FIXTURE(fixture, "own P6: a loser's result is destroyed as it comes") {
    auto const task = scheduler.start(sb::race(stubborn{}, logger{&log, "slow", 1h, 1h}, value_after{1, 1s}));
    pump.advance(2s);
    CHECK_FALSE(task.ready());
    CHECK(live::count() == 0);
    pump.advance(2h);
    CHECK(task.ready());
}

TEST_CASE_FIXTURE(fixture, "own P6: the end of a loser's result may be the end of the whole race") {
    sb::future<std::variant<test::at_end, int>> task;
    struct makes_result {
        sb::future<std::variant<test::at_end, int>>* owner;
        sb::step operator()(sb::returns<test::at_end>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_CATCH_ALL {
            } SB_END_TRY
            SB_RETURN(test::at_end([of = owner] { of->reset(); }));
            SB_END();
        }
    };
    task = scheduler.start(sb::race(makes_result{&task}, value_after{1, 1s}));
    pump.advance(2s);
    CHECK_FALSE(task.valid());
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- Cancelling

TEST_CASE_FIXTURE(fixture, "aio G4: to cancel a race cancels all, and waits for their clean-up") {
    auto const task = scheduler.start(sb::race(logger{&log, "a", 1h, 1s}, logger{&log, "b", 1h, 2s}));
    pump.run_ready();
    task.cancel();
    pump.advance(1500ms);
    CHECK_FALSE(task.ready());
    pump.advance(1s);
    CHECK(task.cancelled());
    CHECK(log.size() == 6);
}

TEST_CASE_FIXTURE(fixture, "own P4: a cancel that comes while the losers clean up wins, over an error too") {
    test::unhandled_log const unhandled;
    for (int fails = 0; fails < 2; ++fails) {
        auto const task = scheduler.start(sb::race(logger{&log, "a", 1h, 1s},
            fails ? sb::task<int>(failure_after{"first", 1s}) : sb::task<int>(value_after{1, 1s})));
        pump.advance(1500ms);
        task.cancel();
        pump.advance(1s);
        CHECK(task.cancelled());
    }
    CHECK(unhandled.errors() == words{"std::runtime_error: first"});
}

TEST_CASE_FIXTURE(fixture, "a race that is released, at any moment, leaves nothing behind") {
    for (auto const moment : {0ns, 1ns, 1s + 0ns, 1500ms + 0ns}) {
        auto task = scheduler.start(sb::race(sleeper{}, stubborn{}, value_after{1, 1s}, logger{&log, "a", 1h, 1s}));
        if (moment > 0ns) pump.advance(moment);
        task.reset();
        pump.advance(2s);
        CHECK(live::count() == 0);
        CHECK(scheduler.unfinished_tasks() == 0);
    }
    {
        sb::testing::virtual_pump other;
        sb::task_scheduler closing{other, other};
        closing.start_detached(sb::race(stubborn{}, sleeper{}, logger{&log, "b", 1h, 1h}));
        other.run_ready();
    }
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "aio W1: a race of futures that others hold cancels none of their tasks") {
    auto const a = scheduler.start(value_after{1, 1s});
    auto const b = scheduler.start(value_after{2, 2s});
    CHECK(scheduler.run(sb::race(a, b)).index() == 0);
    CHECK_FALSE(b.ready());
    CHECK(scheduler.run(b) == 2);
}

// ---- What is the user's

TEST_CASE_FIXTURE(fixture, "own P8: what a race's range throws decides, with the others' errors attached") {
    test::unhandled_log const unhandled;
    std::vector<int> const in{1, 2};
    auto const task = scheduler.start(sb::race(in, [](int x) {
        if (x == 2) throw std::runtime_error("two");
        return cleans_up_badly{"one"};
    }));
    pump.run_ready();
    try {
        (void)task.get();
        FAIL("it did not throw");
    } catch (std::runtime_error const& error) {
        CHECK(std::string(error.what()) == "two");
        CHECK(attached_to(std::current_exception()) == words{"std::runtime_error: one"});
    }
}

TEST_CASE_FIXTURE(fixture,
    "own P8: what it throws when one has won already, because it turns the loop, is reported") {
    test::unhandled_log const unhandled;
    std::vector<int> const in{1, 2};
    auto const task = scheduler.start(sb::race(in, [this](int x) {
        if (x == 2) {
            pump.advance(2s);
            throw std::runtime_error("two");
        }
        return value_after{x, 1s};
    }));
    pump.run_ready();
    CHECK(task.get().value == 1);
    CHECK(unhandled.errors() == words{"std::runtime_error: two"});
}

TEST_CASE_FIXTURE(fixture, "a result that can only be moved is moved out of the race") {
    auto first = scheduler.run(sb::race(makes_pointer{1, 2s}, makes_pointer{2, 1s}));
    CHECK(*std::get<1>(first) == 2);
    std::vector<int> const in{2, 1};
    auto const won = scheduler.run(sb::race(in, [](int x) { return makes_pointer{x, std::chrono::seconds(x)}; }));
    CHECK(*won.value == 1);
}

TEST_CASE_FIXTURE(fixture, "what moving the winner's result throws is raised at the await") {
    bool armed = false;
    auto const task = scheduler.start(sb::race(makes_unmovable{&armed}, logger{&log, "a", 1h, 2s}));
    pump.advance(2s);
    armed = true; // it has its result, and the loser cleans up
    pump.advance(2s);
    CHECK_THROWS_WITH_AS(task.get(), "no move", std::runtime_error);
    CHECK(live::count() == 0);
}

// ---- Many

TEST_CASE_FIXTURE(fixture, "a hundred thousand in a race need no stack, wherever the winner stands") {
    std::vector<int> in(100'000);
    in.back() = 1;
    auto const at_once = scheduler.run(sb::race(in, [](int x) { return value_after{x, x == 1 ? 0s : 1h}; }));
    CHECK(at_once.index == in.size() - 1);
    auto const later = scheduler.run(sb::race(in, [](int x) { return value_after{x, x == 1 ? 1s : 1h}; }));
    CHECK(later.index == in.size() - 1);
    CHECK(scheduler.unfinished_tasks() == 0);
}
