#include <switchback/task.hpp>

#include <switchback/offload.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"

#include <string>

namespace sb = switchback;
using fixture = test::virtual_time;
using test::live;
using test::value_after;
using namespace std::chrono_literals;

namespace {

struct counted {
    int* runs;
    live alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        ++*runs;
        SB_RETURN(*runs);
        SB_END();
    }
};

// As a library's header would export it.
sb::task<int> twice(int value) { return value_after{2 * value, 1s}; }

struct awaits_task {
    sb::task<int> given;
    int got = 0;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, std::move(given));
        SB_RETURN(got);
        SB_END();
    }
};

struct awaits_task_twice {
    sb::task<int> given;
    int got = 0;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, std::move(given));
        SB_AWAIT_INTO(got, std::move(given));
        SB_RETURN(got);
        SB_END();
    }
};

struct alignas(64) wide {
    std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(this); }
    char room[64] = {};
};

struct over_aligned {
    wide member{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(static_cast<int>(member.address() % 64));
        SB_END();
    }
};

struct fails_to_move {
    fails_to_move() = default;
    fails_to_move(fails_to_move&&) { throw std::runtime_error("cannot be moved"); }
    live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "imvu T3: a task exported from a function is awaited like a frame") {
    CHECK(scheduler.run(awaits_task{twice(4)}) == 8);
}

TEST_CASE_FIXTURE(fixture, "a task is lazy: nothing runs before it is awaited or started") {
    int runs = 0;
    sb::task<int> task = counted{&runs};
    pump.run_ready();
    CHECK(runs == 0);
    CHECK(scheduler.run(std::move(task)) == 1);
    CHECK_FALSE(task.valid());
}

TEST_CASE("a task that is never awaited destroys its frame and runs nothing") {
    int runs = 0;
    {
        sb::task<int> const task = counted{&runs};
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
    CHECK(runs == 0);
}

TEST_CASE_FIXTURE(fixture, "own V4: a task is awaited once: the second time already_awaited") {
    int runs = 0;
    CHECK_THROWS_AS(scheduler.run(awaits_task_twice{counted{&runs}}), sb::already_awaited);
    CHECK(runs == 1);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "a task is started once: the second time already_awaited") {
    auto task = twice(1);
    auto const started = scheduler.start(std::move(task));
    CHECK_THROWS_AS((void)scheduler.start(std::move(task)), sb::already_awaited);
    CHECK(scheduler.unfinished_tasks() == 1);
}

TEST_CASE_FIXTURE(fixture, "a task can be moved until it is awaited") {
    auto a = twice(1);
    auto b = std::move(a);
    CHECK_FALSE(a.valid());
    a = std::move(b);
    CHECK(a.valid());
    CHECK(scheduler.run(awaits_task{std::move(a)}) == 2);
}

TEST_CASE_FIXTURE(fixture,
    "a task can be made of any awaitable: a job, a sleep, another task's future") {
    sb::task<int> job = sb::offload([] { return 3; });
    CHECK(scheduler.run(std::move(job)) == 3);
    sb::task<> sleep = sb::sleep(1s);
    scheduler.run(std::move(sleep));
    sb::task<int> future = scheduler.start(value_after{5, 1s});
    CHECK(scheduler.run(std::move(future)) == 5);
}

TEST_CASE_FIXTURE(fixture, "a task that is awaited and released in between dies with its awaiter") {
    auto outer = scheduler.start(awaits_task{twice(2)});
    pump.run_ready();
    outer.reset();
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a frame aligned beyond the free lists keeps its alignment everywhere") {
    CHECK(scheduler.run(over_aligned{}) == 0);
    CHECK(scheduler.run(awaits_task{sb::task<int>(over_aligned{})}) == 0);
    { sb::task<int> const unawaited = over_aligned{}; }
    auto const started = scheduler.start(over_aligned{});
}

TEST_CASE("what a frame's constructor throws leaves the making of a task, and nothing leaks") {
    fails_to_move frame;
    CHECK_THROWS_AS(static_cast<void>(sb::task<>(std::move(frame))), std::runtime_error);
    CHECK(live::count() == 1);
}

TEST_CASE_FIXTURE(fixture, "what a frame's constructor throws leaves start, and no task is there") {
    fails_to_move frame;
    CHECK_THROWS_AS((void)scheduler.start(std::move(frame)), std::runtime_error);
    CHECK(scheduler.unfinished_tasks() == 0);
}

namespace {

template <class R>
struct takes_a_return_back {
    R first, second;
    int n = 0;
    sb::step operator()(sb::returns<R>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(first);
        } SB_FINALLY {
            for (n = 0; n < 1; ++n) {
                SB_TRY {
                    SB_RETURN(second);
                } SB_FINALLY {
                    SB_AWAIT(sb::yield_now());
                    continue;
                } SB_END_TRY
            }
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE("gen G3: in a task, too, a return that is taken back gives its place to the one before it") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    CHECK(scheduler.run(takes_a_return_back<int>{1, 2}) == 1);
    std::string const early(40, 'a'), late(40, 'b');
    CHECK(scheduler.run(takes_a_return_back<std::string>{early, late}) == early);
}
