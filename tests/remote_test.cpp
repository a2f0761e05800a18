#include <switchback/remote.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/offload.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time;
using test::live;
using test::value_after;
using namespace std::chrono_literals;

namespace {

// Waits until a flag is set that only somebody else can set.
struct waits_for_flag {
    bool const* flag;
    int most;
    sb::step operator()(sb::returns<bool>& co) {
        SB_BEGIN(co);
        for (; most > 0 && !*flag; --most) SB_AWAIT(sb::sleep(1ms));
        SB_RETURN(*flag);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
    "aio X2: a posted call is made on the scheduler's thread, from its loop") {
    std::thread::id ran_on;
    std::thread([remote = scheduler.remote(), &ran_on] {
        CHECK(remote.post([&ran_on] { ran_on = std::this_thread::get_id(); }));
    }).join();
    bool const not_yet = ran_on == std::thread::id();
    CHECK(not_yet);
    pump.run_ready();
    bool const here = ran_on == std::this_thread::get_id();
    CHECK(here);
}

TEST_CASE("aio X2: calls posted by one thread are made in their order, from however many threads") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    constexpr int calls = 2000;
    int last[4] = {-1, -1, -1, -1}; // touched on the scheduler's thread alone
    int made = 0;
    bool in_order = true;
    std::vector<std::thread> threads;
    for (int& mine : last) {
        threads.emplace_back([&, remote = scheduler.remote()] {
            for (int i = 0; i < calls; ++i) {
                remote.post([&, i] {
                    in_order = in_order && mine == i - 1;
                    mine = i;
                    ++made;
                });
            }
        });
    }
    while (made < 4 * calls) pump.turn(true);
    for (auto& thread : threads) thread.join();
    CHECK(in_order);
}

TEST_CASE("aio X3: a post after the scheduler's end is false, and its function is destroyed "
          "uncalled") {
    std::optional<sb::remote> remote;
    {
        fixture f;
        remote = f.scheduler.remote();
    }
    bool called = false;
    CHECK_FALSE(remote->post([&called, held = live{}] { called = true; }));
    CHECK_FALSE(called);
    CHECK(live::count() == 0);
}

TEST_CASE("a call that is posted and never made is destroyed with the scheduler") {
    {
        fixture f;
        CHECK(f.scheduler.remote().post([held = live{}] {}));
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
}

TEST_CASE("a posted call may start tasks, and post others") {
    fixture f;
    sb::future<int> started;
    auto const remote = f.scheduler.remote();
    remote.post([&] {
        started = f.scheduler.start(value_after{1, 1s});
        remote.post([&] { started.cancel(); });
    });
    f.pump.advance(2s);
    CHECK_THROWS_AS(started.get(), sb::cancelled);
}

TEST_CASE_FIXTURE(fixture, "a posted callable may be move-only") {
    int got = 0;
    scheduler.remote().post([held = std::make_unique<int>(3), &got] { got = *held; });
    pump.run_ready();
    CHECK(got == 3);
}

TEST_CASE_FIXTURE(fixture,
    "a posted call that turns the loop does not keep back those posted behind it") {
    bool flag = false;
    bool seen = false;
    scheduler.remote().post([&] { seen = scheduler.run(waits_for_flag{&flag, 100}); });
    scheduler.remote().post([&] { flag = true; });
    pump.run_ready();
    CHECK(seen);
}

TEST_CASE("posts from other threads while the scheduler closes are made or refused, and none is "
          "lost") {
    for (int round = 0; round < 50; ++round) {
        std::atomic<int> accepted{0};
        std::atomic<int> refused{0};
        std::vector<std::thread> threads;
        {
            sb::native_pump pump;
            sb::task_scheduler scheduler{pump};
            std::atomic<int> begun{0};
            for (int i = 0; i < 2; ++i) {
                threads.emplace_back([&, remote = scheduler.remote()] {
                    ++begun;
                    while (remote.post([held = std::make_unique<int>(1)] {})) ++accepted;
                    ++refused;
                });
            }
            while (begun < 2) std::this_thread::yield();
            if (round % 2 == 0) pump.turn(false);
        }
        for (auto& thread : threads) thread.join();
        CHECK(refused == 2);
    }
}

TEST_CASE("a post wakes a native pump that sleeps") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    for (int i = 0; i < 100; ++i) {
        sb::future<void> sleeper = scheduler.start(test::sleeper{});
        std::thread poster([&, remote = scheduler.remote()] {
            remote.post([&] { sleeper.cancel(); });
        });
        while (!sleeper.ready()) pump.turn(true);
        poster.join();
    }
}

// ---- Calls that wait for their answer

namespace {

// A thread that calls, while this one turns the loop.
template <class Function>
auto answer_to(fixture& f, Function function) {
    return f.scheduler.run(sb::offload([remote = f.scheduler.remote(), function] { return function(remote); }));
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a posted call that throws is reported, and the others are made") {
    test::unhandled_log const unhandled;
    bool called = false;
    scheduler.remote().post([] { throw std::runtime_error("no"); });
    scheduler.remote().post([&] { called = true; });
    pump.run_ready();
    CHECK(called);
    CHECK(unhandled.errors() == std::vector<std::string>{"std::runtime_error: no"});
}

TEST_CASE_FIXTURE(fixture, "own FT1: run_from_thread calls on the scheduler's thread, and gives what that returns or throws") {
    auto const main_thread = std::this_thread::get_id();
    bool const here = answer_to(*this, [main_thread](sb::remote remote) {
        return remote.run_from_thread([main_thread] { return std::this_thread::get_id() == main_thread; });
    });
    CHECK(here);
    CHECK_THROWS_WITH_AS(answer_to(*this, [](sb::remote remote) {
        remote.run_from_thread([] { throw std::out_of_range("too far"); });
    }), "too far", std::out_of_range);
    int x = 0;
    CHECK(answer_to(*this, [&x](sb::remote remote) {
        int const got = *remote.run_from_thread([held = std::make_unique<int>(3)]() mutable { return std::move(held); });
        remote.run_from_thread([&x] { x = 1; });
        int const& copied = remote.run_from_thread([&x]() -> int& { return x; });
        return got + copied;
    }) == 4);
    bool foreign = false; // what is no std::exception, too
    answer_to(*this, [&foreign](sb::remote remote) {
        try {
            remote.run_from_thread([] { throw 5; });
        } catch (int five) {
            foreign = five == 5;
        }
    });
    CHECK(foreign);
}

TEST_CASE_FIXTURE(fixture, "own FT1: what a thread has posted before is called before") {
    int posted = 0;
    auto const seen = answer_to(*this, [&posted](sb::remote remote) {
        for (int i = 0; i < 10; ++i) remote.post([&posted] { ++posted; });
        return remote.run_from_thread([&posted] { return posted; });
    });
    CHECK(seen == 10);
}

TEST_CASE_FIXTURE(fixture, "own FT2: on the scheduler's own thread a call is made on the spot, and a task refused") {
    auto const remote = scheduler.remote();
    CHECK(remote.run_from_thread([] { return 5; }) == 5);
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        CHECK(remote.run_from_thread([] { return 6; }) == 6);
        CHECK_THROWS_AS(remote.run_task_from_thread(value_after{1}), sb::misuse);
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture, "own FT3: run_task_from_thread starts a task, and waits for its result or its error") {
    CHECK(answer_to(*this, [](sb::remote remote) {
        auto const seven = remote.run_task_from_thread(value_after{7});
        remote.run_task_from_thread(sb::yield_now());
        return seven + remote.run_task_from_thread(sb::task<int>(value_after{1}));
    }) == 8);
    CHECK_THROWS_WITH_AS(answer_to(*this, [](sb::remote remote) {
        remote.run_task_from_thread(test::failure_after{"no"});
    }), "no", std::runtime_error);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("own FT3: other tasks go on, and time passes, while a thread waits for a task") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    std::atomic<bool> done{false};
    int got = 0;
    std::thread asking([&, remote = scheduler.remote()] {
        got = remote.run_task_from_thread(value_after{7, 2ms});
        done = true;
        remote.post([] {});
    });
    while (!done) pump.turn(true);
    asking.join();
    CHECK(got == 7);
}

TEST_CASE("own FT4: a scheduler that has closed answers at once") {
    std::optional<sb::remote> remote;
    {
        fixture f;
        remote = f.scheduler.remote();
    }
    CHECK_THROWS_AS(remote->run_from_thread([] {}), sb::scheduler_closed); // on what was its own thread
    std::thread([&] {
        CHECK_THROWS_AS(remote->run_from_thread([] {}), sb::scheduler_closed);
        CHECK_THROWS_AS(remote->run_task_from_thread(value_after{1}), sb::scheduler_closed);
    }).join();
}

TEST_CASE("own FT4: a thread that waits is answered when the scheduler goes, be it the job that this waits for") {
    for (bool const abandoned : {false, true}) {
        for (bool const by_task : {false, true}) {
            std::promise<void> begun;
            std::promise<std::string> ended;
            {
                fixture f;
                auto job = f.scheduler.start(sb::offload([&, remote = f.scheduler.remote()] {
                    begun.set_value();
                    try {
                        for (;;) {
                            if (by_task) remote.run_task_from_thread(test::sleeper{});
                            if (!by_task) remote.run_from_thread([] {});
                        }
                    } catch (sb::scheduler_closed const&) {
                        ended.set_value("closed");
                    } catch (sb::cancelled const&) {
                        ended.set_value("cancelled");
                    }
                }));
                f.pump.turn(true);
                begun.get_future().wait();
                if (abandoned) job.reset();
            }
            auto const how = ended.get_future().get();
            CHECK((how == "closed" || (by_task && how == "cancelled")));
            CHECK(live::count() == 0);
        }
    }
}

TEST_CASE_FIXTURE(fixture, "own FT4: within close(limit) calls are answered, and no task is started any more") {
    std::promise<void> begun;
    std::string how;
    auto const job = scheduler.start(sb::offload([&, remote = scheduler.remote()](sb::stop_token stop) {
        begun.set_value();
        while (!stop.stop_requested()) std::this_thread::yield();
        how = std::to_string(remote.run_from_thread([] { return 5; }));
        try {
            remote.run_task_from_thread(value_after{1});
        } catch (sb::scheduler_closed const& closed) {
            how += closed.what();
        }
    }));
    pump.turn(true);
    begun.get_future().wait();
    CHECK(scheduler.close(1h).complete());
    CHECK(how == "5the scheduler has closed");
}

TEST_CASE_FIXTURE(fixture, "own FT3: a task that is cancelled shows it to the thread that waits") {
    std::atomic<bool> shown{false};
    sb::future<void> inner = scheduler.start(test::sleeper{});
    auto const job = scheduler.start(sb::offload([&, remote = scheduler.remote()] {
        try {
            remote.run_task_from_thread(inner);
        } catch (sb::cancelled const&) {
            shown = true;
        }
    }));
    auto const cancels = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        while (scheduler.unfinished_tasks() < 4) SB_AWAIT(sb::yield_now());
        inner.cancel();
        SB_END();
    });
    scheduler.run(job);
    CHECK(shown);
}

TEST_CASE("own FT1: many threads ask at once, while tasks run") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    std::atomic<int> threads_left{3};
    int sum = 0; // the scheduler's thread's
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&, remote = scheduler.remote()] {
            for (int i = 0; i < 200; ++i) {
                int const before = remote.run_from_thread([&] { return sum++; });
                int const same = remote.run_task_from_thread(value_after{before});
                if (same != before) std::abort();
            }
            --threads_left;
            remote.post([] {});
        });
    }
    while (threads_left > 0) pump.turn(true);
    for (auto& each : threads) each.join();
    CHECK(sum == 600);
}
