#include <switchback/remote.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"

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
