// How far a job has come.
#include <switchback/progress.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/offload.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time;
using test::live;
using test::unhandled_log;
using test::value_after;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(fixture, "own PG1: what a job reports is told on the scheduler's thread, before its task goes on") {
    auto const main_thread = std::this_thread::get_id();
    bool only_here = true;
    std::vector<int> seen;
    auto const count_to = [](sb::progress_sink<int> out, int end) {
        for (int i = 1; i <= end; ++i) out(i);
        return end;
    };
    auto const got = scheduler.run([&, percent = sb::progress<int>(), got = 0](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        percent = {co, [&](int value) {
            only_here = only_here && std::this_thread::get_id() == main_thread;
            seen.push_back(value);
        }};
        SB_AWAIT_INTO(got, sb::offload(count_to, percent.sink(), 1000));
        CHECK(seen.back() == 1000);
        SB_RETURN(got);
        SB_END();
    });
    CHECK(got == 1000);
    CHECK(only_here);
    bool ascending = true;
    for (std::size_t i = 1; i < seen.size(); ++i) ascending = ascending && seen[i - 1] < seen[i];
    CHECK(ascending);
}

TEST_CASE_FIXTURE(fixture, "own PG2: where several have come since, the newest is told; nothing is told twice") {
    std::vector<int> seen;
    sb::progress<int> const percent(scheduler, [&](int value) { seen.push_back(value); });
    auto const out = percent.sink();
    for (int i = 1; i <= 3; ++i) CHECK(out(i));
    CHECK(seen.empty());
    pump.run_ready();
    CHECK(seen == std::vector<int>{3});
    pump.advance(1h);
    CHECK(out(4));
    pump.run_ready();
    CHECK(seen == std::vector<int>{3, 4});
}

TEST_CASE_FIXTURE(fixture, "own PG3: nothing is told when the frame has gone that waits for the job") {
    for (bool const release : {false, true}) {
        int told = 0;
        sb::progress_sink<int> out;
        auto task = scheduler.start([&, percent = sb::progress<int>()](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            percent = {co, [&told, alive = live()](int) { ++told; }};
            out = percent.sink();
            SB_AWAIT(sb::sleep(1h));
            SB_END();
        });
        pump.run_ready();
        CHECK(out);
        CHECK(out(1)); // on its way
        if (release) task.reset();
        if (!release) task.cancel();
        pump.run_ready();
        CHECK(told == (release ? 0 : 1)); // that one was told before the cancellation
        CHECK_FALSE(out);
        CHECK_FALSE(out(2));
        pump.run_ready();
        CHECK(told == (release ? 0 : 1));
        CHECK(live::count() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "own PG3: a value that is not told dies where it is overtaken, or with the listener") {
    sb::progress<live> percent(scheduler, [](live const&) {});
    auto const out = percent.sink();
    out(live{});
    out(live{});
    CHECK(live::count() == 1);
    percent.reset();
    CHECK(live::count() == 0);
    CHECK_FALSE(out(live{}));
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own PG4: the function may destroy its sb::progress, start tasks, and turn the loop") {
    std::optional<sb::progress<int>> percent;
    sb::future<int> started;
    int nested = 0;
    percent.emplace(scheduler, [&, alive = live()](int value) {
        if (value == 1) {
            percent->sink()(2);
            nested = scheduler.run(value_after{5, 1s}); // in which 2 is told
            return;
        }
        started = scheduler.start(value_after{value, 1s});
        percent.reset();
        CHECK(live::count() == 1); // until its calls have returned
    });
    percent->sink()(1);
    pump.advance(5s);
    CHECK(nested == 5);
    CHECK(started.get() == 2);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own PG4: what the function throws is reported, and the next value is told") {
    unhandled_log const unhandled;
    int told = 0;
    sb::progress<int> const percent(scheduler, [&](int value) {
        ++told;
        if (value == 1) throw std::runtime_error("cannot draw");
    });
    auto const out = percent.sink();
    out(1);
    pump.run_ready();
    out(2);
    pump.run_ready();
    CHECK(told == 2);
    CHECK(unhandled.errors() == std::vector<std::string>{"std::runtime_error: cannot draw"});
}

TEST_CASE("own PG3: a sink may outlive the scheduler, and says that nobody listens") {
    sb::progress_sink<std::unique_ptr<live>> out;
    {
        fixture f;
        sb::progress<std::unique_ptr<live>> const percent(f.scheduler, [](std::unique_ptr<live> const&) {});
        out = percent.sink();
        CHECK(out(std::make_unique<live>()));
    }
    CHECK(live::count() == 0);
    CHECK_FALSE(out(std::make_unique<live>()));
    CHECK_FALSE(sb::progress_sink<int>()(1));
}

TEST_CASE("own PG3: so may the listener, and a value that was on its way is destroyed") {
    std::optional<sb::progress<live>> percent;
    sb::progress_sink<live> out;
    {
        fixture f;
        percent.emplace(f.scheduler, [](live const&) {});
        out = percent->sink();
        CHECK(out(live{}));
    }
    CHECK(live::count() == 0);
    CHECK_FALSE(out(live{}));
    CHECK_FALSE(out);
    percent.reset();
}

TEST_CASE("several threads report by one sink, while it is let go of") {
    for (int round = 0; round < 20; ++round) {
        sb::native_pump pump;
        sb::task_scheduler scheduler{pump};
        int told = 0;
        std::optional<sb::progress<std::vector<int>>> percent;
        percent.emplace(scheduler, [&](std::vector<int> const& value) {
            CHECK(value.size() == 3);
            ++told;
        });
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([out = percent->sink()] {
                while (out({1, 2, 3})) {}
            });
        }
        while (told < 20) pump.turn(true);
        percent.reset();
        for (auto& each : threads) each.join();
        auto const before = told;
        pump.turn(false);
        CHECK(told == before);
    }
}
