// Chains of awaits, futures and parallel runs of any length need no stack.
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <functional>

#if defined(__unix__) || defined(__APPLE__)
#    include <pthread.h>
#    define HAS_SMALL_STACKS 1
#endif

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time;
using namespace std::chrono_literals;

namespace {

constexpr int many = 1'000'000;

enum class ending { returns, sleeps, fails, fails_later };

struct chain {
    int depth;
    ending end;
    int got = 0;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        if (depth > 0) {
            SB_AWAIT_INTO(got, chain{depth - 1, end});
            SB_RETURN(got + 1);
        }
        if (end == ending::sleeps || end == ending::fails_later) SB_AWAIT(sb::sleep(1s));
        if (end == ending::fails || end == ending::fails_later) throw std::runtime_error("deep");
        SB_RETURN(0);
        SB_END();
    }
};

// The same, with something to be done at each level.
struct guarded_chain {
    int depth;
    int* cleaned_up;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            if (depth > 0) {
                SB_AWAIT(guarded_chain{depth - 1, cleaned_up});
            } else {
                SB_AWAIT(sb::sleep(1h));
            }
        } SB_FINALLY {
            ++*cleaned_up;
        } SB_END_TRY
        SB_END();
    }
};

struct exported_chain {
    int depth;
    int got = 0;
    static sb::task<int> make(int depth) { return exported_chain{depth}; }
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        if (depth > 0) SB_AWAIT_INTO(got, make(depth - 1));
        if (depth == 0) SB_AWAIT(sb::yield_now());
        SB_RETURN(got + 1);
        SB_END();
    }
};

struct parallel_chain {
    int depth;
    ending end;
    int* reached;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        ++*reached;
        if (depth > 0) {
            SB_AWAIT(sb::run_in_parallel(parallel_chain{depth - 1, end, reached}));
        } else {
            if (end == ending::fails) throw std::runtime_error("deep");
            SB_AWAIT(sb::sleep(1s));
            if (end == ending::fails_later) throw std::runtime_error("deep");
        }
        SB_END();
    }
};

void every_kind_of_chain(int depth) {
    fixture f;
    CHECK(f.scheduler.run(chain{depth, ending::returns}) == depth);
    CHECK(f.scheduler.run(chain{depth, ending::sleeps}) == depth);
    CHECK_THROWS_AS(f.scheduler.run(chain{depth, ending::fails}), std::runtime_error);
    CHECK_THROWS_AS(f.scheduler.run(chain{depth, ending::fails_later}), std::runtime_error);
    auto released = f.scheduler.start(chain{depth, ending::sleeps});
    f.pump.run_ready();
    released.reset();
    CHECK(f.scheduler.unfinished_tasks() == 0);
    auto const cancelled = f.scheduler.start(chain{depth, ending::sleeps});
    f.pump.run_ready();
    cancelled.cancel();
    f.pump.run_ready();
    CHECK_THROWS_AS(cancelled.get(), sb::cancelled);
}

} // namespace

TEST_CASE("imvu T8: a chain of a million awaits runs, fails, is released and is cancelled") {
    every_kind_of_chain(many);
}

TEST_CASE_FIXTURE(fixture,
    "own D1: a chain of a million awaits, with a finally at each, is released and cancelled") {
    for (bool const cancel : {false, true}) {
        int cleaned_up = 0;
        auto task = scheduler.start(guarded_chain{many, &cleaned_up});
        pump.run_ready();
        if (cancel) task.cancel();
        pump.run_ready();
        task.reset();
        CHECK(cleaned_up == many + 1);
        CHECK(scheduler.unfinished_tasks() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "a chain of a million exported tasks runs") {
    CHECK(scheduler.run(exported_chain{many}) == many + 1);
}

TEST_CASE("a scheduler goes while a chain of a million awaits sleeps in it") {
    fixture f;
    f.scheduler.start_detached(chain{many, ending::sleeps});
    f.pump.run_ready();
}

#if defined(HAS_SMALL_STACKS)

namespace {

void on_small_stack(std::function<void()> what) {
    pthread_attr_t attributes;
    REQUIRE(pthread_attr_init(&attributes) == 0);
    REQUIRE(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0);
    pthread_t thread;
    REQUIRE(pthread_create(
                &thread, &attributes,
                [](void* function) -> void* {
                    (*static_cast<std::function<void()>*>(function))();
                    return nullptr;
                },
                &what) == 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

} // namespace

TEST_CASE("a chain of a million awaits needs no more than a stack of 256 KB") {
    on_small_stack([] { every_kind_of_chain(many); });
}

TEST_CASE("a deep chain of parallel runs needs no more than a stack of 256 KB") {
    on_small_stack([] {
        fixture f;
        int reached = 0;
        f.scheduler.run(parallel_chain{20'000, ending::sleeps, &reached});
        CHECK(reached == 20'001);
    });
}

#endif

TEST_CASE_FIXTURE(fixture, "recursion through run_in_parallel, 100,000 deep, runs") {
    int reached = 0;
    scheduler.run(parallel_chain{100'000, ending::sleeps, &reached});
    CHECK(reached == 100'001);
}

TEST_CASE_FIXTURE(fixture, "recursion through run_in_parallel, 100,000 deep, fails") {
    for (auto const how : {ending::fails, ending::fails_later}) {
        int reached = 0;
        CHECK_THROWS_AS(
            scheduler.run(parallel_chain{100'000, how, &reached}), std::runtime_error);
    }
}

TEST_CASE_FIXTURE(fixture, "recursion through run_in_parallel, 100,000 deep, is released") {
    int reached = 0;
    auto task = scheduler.start(parallel_chain{100'000, ending::sleeps, &reached});
    pump.run_ready();
    task.reset();
    pump.run_ready();
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "recursion through run_in_parallel, 100,000 deep, is cancelled") {
    int reached = 0;
    auto const task = scheduler.start(parallel_chain{100'000, ending::sleeps, &reached});
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(task.ready());
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("a scheduler goes while 100,000 parallel runs lie within one another") {
    fixture f;
    int reached = 0;
    f.scheduler.start_detached(parallel_chain{100'000, ending::sleeps, &reached});
    f.pump.run_ready();
}

TEST_CASE_FIXTURE(fixture,
    "a million tasks may wait for one future, and a chain of them for one another") {
    std::vector<sb::future<int>> all;
    all.reserve(many);
    all.push_back(scheduler.start(test::value_after{1, 1s}));
    for (int i = 1; i < many; ++i) {
        auto const& of = i % 2 == 0 ? all.front() : all.back();
        all.push_back(scheduler.start(sb::future<int>(of)));
    }
    pump.advance(2s);
    CHECK(all.back().get() == 1);
    CHECK(scheduler.unfinished_tasks() == 0);
}
