// A call every so often.
#include <switchback/call_periodically.hpp>

#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <vector>

#include "support/frames.hpp"

namespace sb = switchback;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

struct fixture {
    std::vector<int> at; // the milliseconds of the calls
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    sb::time_point begun = pump.now();

    void note() { at.push_back(static_cast<int>((pump.now() - begun) / 1ms)); }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own CP1: the first call comes after one interval, the next ones at its multiples") {
    auto const beat = scheduler.start(sb::call_periodically(1s, [this] { note(); }));
    pump.run_ready();
    CHECK(at.empty());
    pump.advance(3500ms);
    CHECK(at == std::vector<int>{1000, 2000, 3000});
}

TEST_CASE_FIXTURE(fixture, "own CP1: a call that comes late shifts none, and those whose time has passed are left out") {
    auto const beat = scheduler.start(sb::call_periodically(1s, [this] {
        note();
        if (at.size() == 1) scheduler.run(sb::sleep(2500ms)); // a modal dialog, say
    }));
    pump.advance(5s);
    CHECK(at == std::vector<int>{1000, 4000, 5000});
}

TEST_CASE_FIXTURE(fixture, "own CP2: what the call returns is awaited before the next one") {
    auto const beat = scheduler.start(sb::call_periodically(1s, [this] {
        note();
        return sb::sleep(1500ms);
    }));
    pump.advance(6s);
    CHECK(at == std::vector<int>{1000, 3000, 5000});
}

TEST_CASE_FIXTURE(fixture, "own CP3: it ends with its future, with its limit, and with what it throws") {
    auto beat = scheduler.start(sb::call_periodically(1s, [this, alive = live()] { note(); }));
    auto const limited = scheduler.start(sb::with_timeout(2500ms, sb::call_periodically(1s, [this] { note(); })));
    auto const failing = scheduler.start(sb::call_periodically(1s, [] { throw std::runtime_error("no"); }));
    pump.advance(1s);
    CHECK_THROWS_WITH_AS(failing.get(), "no", std::runtime_error);
    beat.reset();
    CHECK(live::count() == 0);
    pump.advance(5s);
    CHECK(at == std::vector<int>{1000, 1000, 2000});
    CHECK_THROWS_AS(limited.get(), sb::timed_out);
    CHECK_THROWS_AS(pump.turn(true), sb::testing::deadlock);
}

TEST_CASE_FIXTURE(fixture, "an interval is longer than nothing") {
    CHECK_THROWS_AS((void)sb::call_periodically(0s, [] {}), sb::misuse);
    CHECK_THROWS_AS((void)sb::call_periodically(-1s, [] {}), sb::misuse);
}

TEST_CASE("own CP1: an interval beyond all time is never over") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    int calls = 0;
    auto const longest = scheduler.start(sb::call_periodically((std::chrono::hours::max)(), [&] { ++calls; }));
    auto const long_one = scheduler.start(sb::call_periodically((std::chrono::nanoseconds::max)() / 2, [&] { ++calls; }));
    pump.advance(1h);
    CHECK(calls == 0);
}
