#include <switchback/gather.hpp>

#include <switchback/attached.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <algorithm>
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

// Returns a value after so many seconds, or fails, if that is not positive.
struct seconds {
    int value;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::seconds(std::abs(value))));
        if (value <= 0) throw std::runtime_error(std::to_string(value));
        SB_RETURN(value);
        SB_END();
    }
};

struct many_seconds {
    int end;
    int i = 1;
    sb::step operator()(sb::yields<seconds>& co) {
        SB_BEGIN(co);
        for (; i <= end; ++i) SB_YIELD(seconds{i % 2 == 0 ? -i : i});
        SB_END();
    }
};

// "3", "std::runtime_error: -2", "cancelled"
template <class T>
std::string told(sb::outcome<T> const& outcome) {
    if (outcome.cancelled()) return "cancelled";
    if (!outcome.has_value()) return sb::describe(outcome.error());
    if constexpr (std::is_void_v<T>) {
        return "ended";
    } else {
        return std::to_string(outcome.value());
    }
}
template <class T>
words told(std::vector<sb::outcome<T>> const& outcomes) {
    words found;
    for (auto const& each : outcomes) found.push_back(told(each));
    return found;
}

struct cleans_up_badly {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            throw std::runtime_error("in the clean-up");
        } SB_END_TRY
        SB_END();
    }
};

struct makes_pointer {
    sb::step operator()(sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(std::make_unique<int>(7));
        SB_END();
    }
};

struct throws_on_move {
    int value;
    bool* armed;
    live alive{};
    throws_on_move(int value_, bool* armed_) : value(value_), armed(armed_) {}
    throws_on_move(throws_on_move&& other) : value(other.value), armed(other.armed) {
        if (*armed && value == 2) throw std::runtime_error("no move");
    }
};
struct makes_unmovable {
    int value;
    bool* armed;
    sb::step operator()(sb::returns<throws_on_move>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::seconds(value == 2 ? 1 : 3)));
        if (value < 0) throw std::runtime_error("negative");
        SB_RETURN(throws_on_move(value, armed));
        SB_END();
    }
};

struct makes_live {
    sb::step operator()(sb::returns<live>& co) {
        SB_BEGIN(co);
        SB_RETURN(live{});
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "aio G1: gather's outcomes come in the order of its arguments, whoever ends first") {
    auto const [a, b, c] = scheduler.run(sb::gather(seconds{3}, sb::sleep(1s), seconds{-2}));
    CHECK(told(a) == "3");
    CHECK(told(b) == "ended");
    CHECK(told(c) == "std::runtime_error: -2");
}

TEST_CASE_FIXTURE(fixture, "aio G3: gather gives the outcome of each, of a range and of a generator as well") {
    std::vector<int> const in{3, -1, 2};
    auto const of = [](int x) { return seconds{x}; };
    CHECK(told(scheduler.run(sb::gather(in, of))) == words{"3", "std::runtime_error: -1", "2"});
    CHECK(told(scheduler.run(sb::gather(many_seconds{3}))) == words{"1", "std::runtime_error: -2", "3"});
    sb::generator<many_seconds> borrowed{many_seconds{4}};
    (void)borrowed.next();
    CHECK(told(scheduler.run(sb::gather(borrowed))) ==
          words{"std::runtime_error: -2", "3", "std::runtime_error: -4"});
    std::vector<int> const none;
    CHECK(scheduler.run(sb::gather(none, of)).empty());
    CHECK(told(scheduler.run(sb::gather(in, [](int) { return sb::yield_now(); }))) ==
          words{"ended", "ended", "ended"});
}

TEST_CASE_FIXTURE(fixture, "aio G2: a failure disturbs no other task, and no error is dropped") {
    test::unhandled_log const unhandled;
    auto const task = scheduler.start(sb::gather(seconds{-1}, logger{&log, "a", 3s}, seconds{-2}));
    pump.advance(2500ms);
    CHECK_FALSE(task.ready());
    pump.advance(1s);
    auto const& [first, second, third] = task.get();
    CHECK(told(first) == "std::runtime_error: -1");
    CHECK(told(second) == "ended");
    CHECK(told(third) == "std::runtime_error: -2");
    CHECK(log == words{"a begins", "a ends", "a cleans up", "a has cleaned up"});
    CHECK(unhandled.errors().empty());
}

TEST_CASE_FIXTURE(fixture, "aio G5: a task of gather's that is cancelled by itself has an outcome of its own") {
    auto const victim = scheduler.start(value_after{1, 1h});
    auto const task = scheduler.start(sb::gather(sb::future<int>(victim), seconds{1}));
    pump.run_ready();
    victim.cancel();
    pump.advance(2s);
    auto const& [first, second] = task.get();
    CHECK(first.cancelled());
    CHECK(told(second) == "1");
}

TEST_CASE_FIXTURE(fixture, "own P3: at_most holds for gather, and a failure makes room as an end does") {
    std::vector<int> const in(10, -1);
    int running = 0;
    int most = 0;
    struct counts {
        int* running;
        int* most;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            *most = std::max(*most, ++*running);
            SB_AWAIT(sb::sleep(1s));
            --*running;
            throw std::runtime_error("no");
            SB_END();
        }
    };
    auto const before = pump.now();
    auto const outcomes =
        scheduler.run(sb::gather(sb::at_most{3}, in, [&](int) { return counts{&running, &most}; }));
    CHECK(outcomes.size() == 10);
    CHECK(most == 3);
    CHECK(pump.now() - before == 4s);
}

// ---- Cancelling

TEST_CASE_FIXTURE(fixture, "aio G4: to cancel a gather cancels all, and waits for their clean-up") {
    auto const task = scheduler.start(sb::gather(logger{&log, "a", 1h, 1s}, logger{&log, "b", 1h, 2s}));
    pump.run_ready();
    task.cancel();
    pump.advance(1500ms);
    CHECK_FALSE(task.ready());
    pump.advance(1s);
    CHECK(task.cancelled());
    CHECK(log == words{"a begins", "b begins", "a cleans up", "b cleans up", "a has cleaned up",
                     "b has cleaned up"});
}

TEST_CASE_FIXTURE(fixture, "aio G4: tasks that swallow their cancellation do not make a cancelled gather succeed") {
    auto const task = scheduler.start(sb::gather([](sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_CATCH_ALL {
        } SB_END_TRY
        SB_RETURN(1);
        SB_END();
    }));
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "aio G4: a cancelled gather takes no further element") {
    std::vector<int> const in(10, 5);
    int taken = 0;
    auto const task = scheduler.start(sb::gather(sb::at_most{2}, in, [&](int x) {
        ++taken;
        return seconds{x};
    }));
    pump.advance(6s);
    task.cancel();
    pump.advance(1h);
    CHECK(taken == 4);
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own P4: errors that the cancelling of a gather overtakes are reported") {
    test::unhandled_log const unhandled;
    auto const task = scheduler.start(sb::gather(seconds{-1}, cleans_up_badly{}, sleeper{}));
    pump.advance(2s);
    task.cancel();
    pump.run_ready();
    CHECK(task.cancelled());
    CHECK(unhandled.errors() == words{"std::runtime_error: -1", "std::runtime_error: in the clean-up"});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "a cancel that comes when all have ended wins over the outcomes") {
    test::unhandled_log const unhandled;
    auto const task = scheduler.start(sb::gather(makes_live{}, sb::sleep(1s)));
    auto const canceller = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s)); // wakes behind the gather's own, and before the gather
        task.cancel();
        SB_END();
    });
    pump.advance(1s);
    CHECK(task.cancelled());
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "a gather that is released, at any moment, leaves nothing behind") {
    test::unhandled_log const unhandled;
    for (auto const moment : {0ns, 1ns, 500ms + 0ns, 1s + 0ns, 2500ms + 0ns}) {
        auto task = scheduler.start(
            sb::gather(sb::at_most{2}, makes_live{}, seconds{1}, sleeper{}, logger{&log, "a"}));
        if (moment > 0ns) pump.advance(moment);
        task.reset();
        CHECK(live::count() == 0);
    }
    {
        sb::testing::virtual_pump other;
        sb::task_scheduler closing{other, other};
        closing.start_detached(sb::gather(makes_live{}, sleeper{}, logger{&log, "b", 1h, 1h}));
        other.run_ready();
    }
    CHECK(live::count() == 0);
}

// ---- What is the user's

TEST_CASE_FIXTURE(fixture,
    "own P8: what a gather's range throws is raised at the await, when the others have cleaned up") {
    test::unhandled_log const unhandled;
    std::vector<int> const in{1, 2, 3};
    auto const task = scheduler.start(sb::gather(in, [this](int x) -> sb::task<void> {
        if (x == 1) return cleans_up_badly{};
        if (x == 2) return logger{&log, "two", 1h, 1s};
        throw std::runtime_error("three");
    }));
    pump.run_ready();
    CHECK_FALSE(task.ready());
    pump.advance(1s);
    words attached;
    try {
        (void)task.get();
    } catch (std::runtime_error const& error) {
        CHECK(std::string(error.what()) == "three");
        for (auto const& each : sb::attached_to(std::current_exception())) {
            attached.push_back(sb::describe(each.error));
        }
    }
    CHECK(attached == words{"std::runtime_error: in the clean-up"});
    CHECK(unhandled.errors().empty());
}

TEST_CASE_FIXTURE(fixture, "move-only results are moved into their outcomes") {
    std::vector<int> const in{1, 2};
    auto outcomes = scheduler.run(sb::gather(in, [](int) { return makes_pointer{}; }));
    CHECK(*outcomes[1].value() == 7);
    auto [one] = scheduler.run(sb::gather(makes_pointer{}));
    CHECK(*one.value() == 7);
}

TEST_CASE_FIXTURE(fixture,
    "what moving a value throws is raised at the await; nothing is leaked, and errors are reported") {
    test::unhandled_log const unhandled;
    bool armed = false;
    std::vector<int> const in{-1, 1, 2, 3};
    auto const task = scheduler.start(sb::gather(in, [&](int x) { return makes_unmovable{x, &armed}; }));
    pump.advance(2s);
    armed = true; // one has its result
    pump.advance(2s);
    CHECK_THROWS_WITH_AS(task.get(), "no move", std::runtime_error);
    CHECK(live::count() == 0);
    CHECK(unhandled.errors() == words{"std::runtime_error: negative"});
    armed = false;
    auto const pack = scheduler.start(sb::gather(makes_unmovable{1, &armed}, makes_unmovable{2, &armed}));
    pump.advance(2s);
    armed = true;
    pump.advance(2s);
    CHECK_THROWS_WITH_AS(pack.get(), "no move", std::runtime_error);
    armed = false;
    CHECK(live::count() == 0);
}

// ---- Waiting for futures

TEST_CASE_FIXTURE(fixture,
    "aio W1: to wait for futures by gather raises nothing, and cancels none of their tasks, when it is cancelled") {
    test::unhandled_log const unhandled; // what the cancelled wait had been told
    auto const a = scheduler.start(seconds{-1});
    auto const b = scheduler.start(seconds{3});
    auto const all = scheduler.start(sb::gather(a, b));
    pump.advance(2s);
    CHECK_FALSE(all.ready());
    all.cancel();
    pump.run_ready();
    CHECK(all.cancelled());
    CHECK_FALSE(b.ready());
    CHECK(scheduler.run(b) == 3);
    auto const [first, second] = scheduler.run(sb::gather(a, b));
    CHECK(told(first) == "std::runtime_error: -1");
    CHECK(told(second) == "3");
}

TEST_CASE_FIXTURE(fixture, "aio G1: the same future may be given twice") {
    auto const a = scheduler.start(seconds{1});
    auto const [first, second] = scheduler.run(sb::gather(a, a));
    CHECK(first.value() == 1);
    CHECK(second.value() == 1);
}

// ---- Many

TEST_CASE_FIXTURE(fixture, "a hundred thousand that end at once, or fail at once, need no stack") {
    std::vector<int> in(100'000);
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<int>(i % 2);
    struct quick {
        int value;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            if (value == 0) throw value;
            SB_RETURN(value);
            SB_END();
        }
    };
    auto const outcomes = scheduler.run(sb::gather(in, [](int x) { return quick{x}; }));
    CHECK(std::count_if(outcomes.begin(), outcomes.end(), [](auto& each) { return each.has_value(); }) == 50'000);
    auto const waiting = scheduler.start(sb::gather(in, [](int) { return sleeper{}; }));
    pump.run_ready();
    waiting.cancel();
    pump.run_ready();
    CHECK(waiting.cancelled());
    CHECK(live::count() == 0);
}
