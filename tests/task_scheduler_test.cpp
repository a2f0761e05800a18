#include <switchback/task_scheduler.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <future>
#include <thread>

#if defined(__unix__) || defined(__APPLE__)
#    include <sys/wait.h>
#    include <unistd.h>
#endif

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

struct says {
    words* log;
    std::string what;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        log->push_back(what);
        SB_END();
    }
};

struct awaits_done {
    sb::future<int> done;
    int* count;
    int times;
    int i = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (i = 0; i < times; ++i) {
            SB_AWAIT(done);
            ++*count;
        }
        SB_END();
    }
};

struct never_waits_long {
    int* steps;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT(sb::yield_now());
            ++*steps;
        }
        SB_END();
    }
};

template <class Function>
void on_another_thread(Function function) {
    std::thread(std::move(function)).join();
}

} // namespace

// ---- Order

TEST_CASE_FIXTURE(fixture,
    "aio S1: the ready queue is first in, first out; what joins it runs behind what is there") {
    auto const a = scheduler.start([this, inner = sb::future<void>()](
                                       sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        log.push_back("a");
        inner = co.start(says{&log, "started by a"});
        SB_AWAIT(inner);
        log.push_back("a again");
        SB_END();
    });
    auto const b = scheduler.start(says{&log, "b"});
    pump.run_ready();
    CHECK(log == words{"a", "b", "started by a", "a again"});
}

TEST_CASE_FIXTURE(fixture, "aio S2: a task's first step is queued, never run inside start") {
    auto const a = scheduler.start(says{&log, "a"});
    CHECK(log.empty());
    auto const b = scheduler.start([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        co.start_detached(says{&log, "inner"});
        log.push_back("after start");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"a", "after start", "inner"});
}

TEST_CASE_FIXTURE(fixture, "aio S3: awaiting a future that is done goes on in the same step") {
    auto const done = scheduler.start(value_after{1});
    pump.run_ready();
    auto const a = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        log.push_back("before");
        SB_AWAIT(done);
        log.push_back("after");
        SB_END();
    });
    auto const b = scheduler.start(says{&log, "b"});
    pump.run_ready();
    CHECK(log == words{"before", "after", "b"});
}

TEST_CASE_FIXTURE(fixture, "own B1: a task that need never wait gives the others a turn after 128 awaits") {
    auto const done = scheduler.start(value_after{1});
    pump.run_ready();
    int count = 0;
    int seen = 0;
    auto const a = scheduler.start(awaits_done{done, &count, 1000});
    auto const b = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        seen = count;
        SB_END();
    });
    pump.run_ready();
    CHECK(seen > 0);
    CHECK(seen <= 128);
    CHECK(count == 1000);
}

TEST_CASE_FIXTURE(fixture,
    "own B2: a turn of the scheduler is bounded, so that the host's events have theirs") {
    int steps = 0;
    auto const a = scheduler.start(never_waits_long{&steps});
    pump.turn(true);
    CHECK(steps > 0);
    auto const after_one = steps;
    CHECK(after_one < 100'000);
    pump.turn(true);
    CHECK(steps > after_one);
}

TEST_CASE_FIXTURE(fixture, "own B2: how many steps a turn has can be set") {
    int steps = 0;
    auto const a = scheduler.start(never_waits_long{&steps});
    auto const b = scheduler.start(never_waits_long{&steps});
    scheduler.set_turn_limit({1});
    for (int turns = 1; turns <= 10; ++turns) {
        pump.turn(true);
        CHECK(steps == std::max(0, turns - 2)); // the first steps come to the first await
    }
    scheduler.set_turn_limit({10});
    pump.turn(true);
    CHECK(steps == 18);
    CHECK_THROWS_AS(scheduler.set_turn_limit({0}), sb::misuse);
    pump.turn(true);
    CHECK(steps == 28);
}

TEST_CASE("own B2: a turn that takes too long ends, too") {
    struct stepping_clock : sb::clock { // on which a look takes a millisecond
        sb::time_point now() const noexcept override { return at += 1ms; }
        mutable sb::time_point at{};
    } const time;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, time};
    int steps = 0;
    auto const a = scheduler.start(never_waits_long{&steps});
    pump.turn(true);
    CHECK(steps == 999); // no limit, and nothing is looked at
    CHECK(time.at == sb::time_point());
    scheduler.set_turn_limit({1000, 3ms});
    steps = 0;
    pump.turn(true);
    CHECK(steps == 3 * 16);
    scheduler.set_turn_limit({20, 3ms});
    steps = 0;
    pump.turn(true);
    CHECK(steps == 20);
}

TEST_CASE_FIXTURE(fixture, "now() is the time on the scheduler's clock, within a body too") {
    scheduler.run([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        CHECK(co.now() == pump.now());
        SB_END();
    });
    CHECK(scheduler.now() == pump.now());
}

// ---- run

TEST_CASE_FIXTURE(fixture, "imvu T1: run returns the task's result, or throws its exception") {
    CHECK(scheduler.run(value_after{3, 1s}) == 3);
    CHECK_THROWS_WITH_AS(scheduler.run(test::failure_after{"no", 1s}), "no", std::runtime_error);
    scheduler.run(sb::sleep(1s));
}

TEST_CASE_FIXTURE(fixture, "imvu T9: a nested run in a step lets every other task go on") {
    auto const other = scheduler.start(logger{&log, "other", 2s});
    auto const modal = scheduler.start([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        log.push_back("opens");
        scheduler.run(sb::sleep(5s));
        log.push_back("closes");
        SB_END();
    });
    pump.advance(1min);
    CHECK(log == words{"other begins", "opens", "other ends", "other cleans up",
                     "other has cleaned up", "closes"});
}

TEST_CASE_FIXTURE(fixture,
    "imvu T9: a loop of the host's, turned within a step, lets every other task go on") {
    int turns = 0;
    auto const modal = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        for (turns = 0; turns < 10 && log.size() < 2; ++turns) pump.turn(false);
        SB_END();
    });
    auto const a = scheduler.start(says{&log, "a"});
    auto const b = scheduler.start(says{&log, "b"});
    pump.run_ready();
    CHECK(log == words{"a", "b"});
    CHECK(turns < 10);
}

TEST_CASE_FIXTURE(fixture, "unfinished_tasks counts the tasks that have not ended") {
    auto const a = scheduler.start(value_after{1, 1s});
    auto const b = scheduler.start(value_after{1, 2s});
    CHECK(scheduler.unfinished_tasks() == 2);
    pump.advance(1s);
    CHECK(scheduler.unfinished_tasks() == 1);
    pump.advance(1s);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a detached task runs without a future, to its end") {
    scheduler.start_detached(logger{&log, "detached", 1s});
    pump.advance(1s);
    CHECK(log.size() == 4);
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- Threads

TEST_CASE_FIXTURE(fixture, "every entry but remote() throws wrong_thread on another thread") {
    auto const task = scheduler.start(value_after{1, 1s});
    on_another_thread([&] {
        CHECK_THROWS_AS((void)scheduler.start(value_after{1}), sb::wrong_thread);
        CHECK_THROWS_AS(scheduler.start_detached(value_after{1}), sb::wrong_thread);
        CHECK_THROWS_AS(scheduler.run(value_after{1}), sb::wrong_thread);
        CHECK_THROWS_AS((void)scheduler.unfinished_tasks(), sb::wrong_thread);
        CHECK_THROWS_AS((void)scheduler.now(), sb::wrong_thread);
        (void)scheduler.remote();
        CHECK_THROWS_AS((void)task.ready(), sb::wrong_thread);
        CHECK_THROWS_AS(task.get(), sb::wrong_thread);
        CHECK_THROWS_AS((void)task.error(), sb::wrong_thread);
        CHECK_THROWS_AS((void)task.traceback(), sb::wrong_thread);
        CHECK_THROWS_AS(task.cancel(), sb::wrong_thread);
    });
    CHECK(scheduler.unfinished_tasks() == 1);
}

#if (defined(__unix__) || defined(__APPLE__)) && !defined(NDEBUG) && !defined(__EMSCRIPTEN__) // no fork()

namespace {

// A pump that calls run_tasks() where it likes.
class careless_pump final : public sb::event_pump {
public:
    void wake() noexcept override {}
    void wake_after(std::chrono::nanoseconds) noexcept override {}
    void turn(bool) override { run_tasks(); }
};

// What a function, in a process of its own, writes to standard error, and how it ends.
template <class Function>
std::string last_words(Function function, int& status) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    auto const child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        function();
        _exit(0);
    }
    close(ends[1]);
    std::string said;
    char piece[256];
    for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0;) {
        said.append(piece, static_cast<std::size_t>(n));
    }
    close(ends[0]);
    REQUIRE(waitpid(child, &status, 0) == child);
    return said;
}

} // namespace

TEST_CASE("in a debug build, a body that a pump runs on a wrong thread ends the program with a "
          "sentence") {
    int status = 0;
    auto const said = last_words(
        [] {
            careless_pump pump;
            sb::task_scheduler scheduler{pump};
            auto const task = scheduler.start(value_after{1});
            on_another_thread([&] { pump.turn(true); });
        },
        status);
    CHECK(WIFSIGNALED(status));
    CHECK(said.find("on a thread that is not its scheduler's") != std::string::npos);
}

TEST_CASE("a scheduler that is destroyed by one of its own tasks ends the program with a sentence") {
    int status = 0;
    auto const said = last_words(
        [] {
            sb::testing::virtual_pump pump;
            auto scheduler = std::make_unique<sb::task_scheduler>(pump, pump);
            scheduler->run([&](sb::returns<void>& co) {
                SB_BEGIN(co);
                scheduler.reset();
                SB_END();
            });
        },
        status);
    CHECK(WIFSIGNALED(status));
    CHECK(said.find("by one of its own tasks") != std::string::npos);
}

#endif

// ---- The end

TEST_CASE("aio D5: a scheduler that goes cancels what is left, in every state, and runs its "
          "clean-up") {
    words log;
    sb::future<void> kept;
    sb::future<int> not_begun;
    {
        fixture f;
        kept = f.scheduler.start(logger{&log, "asleep"});
        f.scheduler.start_detached(logger{&log, "detached"});
        f.scheduler.start_detached(kept);
        f.scheduler.start_detached(sb::run_in_parallel(logger{&log, "branch"}, sleeper{}));
        f.scheduler.start_detached(sb::offload([] {}));
        f.pump.run_ready();
        f.scheduler.start_detached(sleeper{});
        not_begun = f.scheduler.start(value_after{1});
        log.clear();
    }
    CHECK(log == words{"asleep cleans up", "asleep has cleaned up", "detached cleans up",
                     "detached has cleaned up", "branch cleans up", "branch has cleaned up"});
    CHECK(kept.ready());
    CHECK_THROWS_AS(not_begun.get(), sb::cancelled);
    CHECK(live::count() == 0);
}

TEST_CASE("own E1: a scheduler that goes interrupts what waits in clean-up") {
    words log;
    {
        fixture f;
        f.scheduler.start_detached(logger{&log, "slow", 1h, 1h});
        f.pump.run_ready();
    }
    CHECK(log == words{"slow begins", "slow cleans up"});
}

TEST_CASE("a scheduler that goes ends a task whose clean-up would never end") {
    struct stubborn {
        live alive{};
        int i = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (;;) {
                SB_TRY {
                    SB_AWAIT(sb::sleep(1h));
                } SB_CATCH_ALL {
                } SB_END_TRY
            }
            SB_END();
        }
    };
    sb::future<void> kept;
    {
        fixture f;
        kept = f.scheduler.start(stubborn{});
        f.scheduler.start_detached(stubborn{});
        f.scheduler.start_detached(sb::run_in_parallel(stubborn{}, stubborn{}));
        f.pump.run_ready();
    }
    CHECK(live::count() == 0);
    CHECK_THROWS_AS(kept.get(), sb::cancelled);
}

TEST_CASE("aio X3: a task that is started while its scheduler closes throws wrong_scheduler") {
    words log;
    {
        fixture f;
        f.scheduler.start_detached([&log](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                SB_TRY {
                    co.start_detached(sleeper{});
                } SB_CATCH(sb::wrong_scheduler const& error) {
                    log.push_back(error.what());
                } SB_END_TRY
            } SB_END_TRY
            SB_END();
        });
        f.pump.run_ready();
    }
    CHECK(log.size() == 1);
}

TEST_CASE("a scheduler that goes waits for jobs that have begun; others do not run") {
    std::promise<void> begun;
    bool ended = false;
    bool second_ran = false;
    {
        sb::testing::virtual_pump pump;
        sb::worker_options one;
        one.threads = 1;
        sb::task_scheduler scheduler{pump, pump, one};
        // The older task has the younger job, and so it is cancelled before the other job is told.
        scheduler.start_detached([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            SB_AWAIT(sb::offload([&] { second_ran = true; }));
            SB_END();
        });
        scheduler.start_detached(sb::offload([&](sb::stop_token stop) {
            begun.set_value();
            while (!stop.stop_requested()) std::this_thread::yield();
            ended = true;
        }));
        pump.turn(true);
        begun.get_future().wait();
    }
    CHECK(ended);
    CHECK_FALSE(second_ran);
}

TEST_CASE("an error in the clean-up of a scheduler that goes is reported, once") {
    test::unhandled_log const unhandled;
    {
        fixture f;
        f.scheduler.start_detached([](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                throw std::runtime_error("late");
            } SB_END_TRY
            SB_END();
        });
        f.pump.run_ready();
    }
    CHECK(unhandled.errors() == words{"std::runtime_error: late"});
}

TEST_CASE("a task may cancel itself by its future in its own members' destructors while the "
          "scheduler closes") {
    sb::future<void> own;
    int destroyed = 0;
    {
        fixture f;
        own = f.scheduler.start([member = test::at_end([&] {
            ++destroyed;
            own.cancel();
        })](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1h));
            SB_END();
        });
        f.pump.run_ready();
    }
    CHECK(destroyed == 1);
    CHECK(own.ready());
}

TEST_CASE("a task may cancel itself and let go of itself in its clean-up while the scheduler "
          "closes") {
    sb::future<void> own;
    int cleaned_up = 0;
    {
        fixture f;
        own = f.scheduler.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                ++cleaned_up;
                own.cancel();
                own.reset();
            } SB_END_TRY
            SB_END();
        });
        f.pump.run_ready();
    }
    CHECK(cleaned_up == 1);
}

TEST_CASE("two schedulers on two threads do not know of each other") {
    auto const work = [] {
        sb::native_pump pump;
        sb::task_scheduler scheduler{pump};
        int sum = 0;
        for (int i = 0; i < 100; ++i) sum += scheduler.run(value_after{i});
        return sum;
    };
    auto other = std::async(std::launch::async, work);
    CHECK(work() == 4950);
    CHECK(other.get() == 4950);
}

// ---- post()

TEST_CASE_FIXTURE(fixture, "own PR9: a posted call is made from the ready queue, in its turn, once") {
    auto const task = scheduler.start(says{&log, "task"});
    scheduler.post([&] {
        log.push_back("call");
        scheduler.post([&] { log.push_back("posted within"); });
    });
    auto const other = scheduler.start(says{&log, "other task"});
    CHECK(log.empty());
    pump.run_ready();
    CHECK(log == words{"task", "call", "other task", "posted within"});
}

TEST_CASE_FIXTURE(fixture, "own PR9: what a posted call throws is reported, and the others are made") {
    test::unhandled_log const unhandled;
    scheduler.post([held = live{}] { throw std::runtime_error("no"); });
    scheduler.post([&, held = std::make_unique<live>()] { log.push_back("next"); });
    CHECK(live::count() == 2);
    pump.run_ready();
    CHECK(live::count() == 0);
    CHECK(log == words{"next"});
    CHECK(unhandled.errors() == words{"std::runtime_error: no"});
}

TEST_CASE("own PR9: a scheduler that closes makes the calls that are left, and takes no more") {
    int made = 0;
    int refused = 0;
    {
        fixture f;
        for (int i = 0; i < 2500; ++i) {
            f.scheduler.post([&] {
                ++made;
                try {
                    f.scheduler.post([] { CHECK(false); });
                } catch (sb::wrong_scheduler const&) {
                    ++refused;
                }
            });
        }
    }
    CHECK(made == 2500);
    CHECK(refused == 2500);
}

TEST_CASE_FIXTURE(fixture, "a posted call may turn the loop, and run tasks") {
    bool ran = false;
    scheduler.post([&] { ran = scheduler.run(value_after{7, 1s}) == 7; });
    scheduler.post([&] { log.push_back("meanwhile"); });
    pump.run_ready();
    CHECK(ran);
    CHECK(log == words{"meanwhile"});
}
