// So many in so much time.
#include <switchback/rate_limit.hpp>

#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

using entry = std::pair<int, std::chrono::milliseconds>;

struct fixture : test::virtual_time {
    std::vector<entry> log; // who was let through, and when

    auto pass(sb::rate_limit& limit, int who) {
        return [this, &limit, who](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            SB_AWAIT(limit.acquire());
            log.emplace_back(who, std::chrono::duration_cast<std::chrono::milliseconds>(passed()));
            SB_END();
        };
    }
    std::vector<sb::future<void>> queue(sb::rate_limit& limit, int count) {
        std::vector<sb::future<void>> all;
        for (int i = 0; i < count; ++i) all.push_back(scheduler.start(pass(limit, i)));
        pump.run_ready();
        return all;
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own RL1: evenly spaced, first come first served") {
    sb::rate_limit limit{2, 1s};
    auto const all = queue(limit, 4);
    pump.advance(1min);
    CHECK(log == std::vector<entry>{{0, 0ms}, {1, 500ms}, {2, 1000ms}, {3, 1500ms}});
}

TEST_CASE_FIXTURE(fixture, "own RL1: as many at once as the burst says, and then evenly spaced; so again after a rest") {
    sb::rate_limit limit{1, 1s, 3};
    for (int round = 0; round < 2; ++round) {
        log.clear();
        test_began = pump.now();
        auto const all = queue(limit, 5);
        pump.advance(2s);
        CHECK(log == std::vector<entry>{{0, 0ms}, {1, 0ms}, {2, 0ms}, {3, 1000ms}, {4, 2000ms}});
        pump.advance(1h); // no more than the burst is saved up
    }
}

TEST_CASE_FIXTURE(fixture, "own RL2: who is cancelled while waiting has taken nothing, and those behind move up") {
    sb::rate_limit limit{1, 1s};
    for (bool const release : {false, true}) {
        log.clear();
        pump.advance(1h);
        test_began = pump.now();
        auto all = queue(limit, 6);
        pump.advance(500ms);
        for (std::size_t const gone : {1u, 3u}) { // the one whose turn it is, and one further behind
            if (release) all[gone].reset();
            if (!release) all[gone].cancel();
        }
        pump.advance(1min);
        CHECK(log == std::vector<entry>{{0, 0ms}, {2, 1000ms}, {4, 2000ms}, {5, 3000ms}});
    }
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own RL2: so who is cancelled, or released, as its turn has come and before it goes on") {
    for (std::size_t const gone : {0u, 1u}) { // its sleep is over; it has just been given the place
        for (bool const release : {false, true}) {
            sb::rate_limit limit{1, 1s};
            log.clear();
            std::vector<sb::future<void>> all;
            auto const ender = scheduler.start([&](sb::returns<void>& co) {
                SB_BEGIN(co);
                SB_AWAIT(limit.acquire());
                for (int i = 0; i < 4; ++i) all.push_back(co.start(pass(limit, i)));
                if (gone == 1) SB_AWAIT(sb::yield_now()); // so this wakes behind the first of them
                SB_AWAIT(sb::sleep(1s));
                if (release) all[gone].reset();
                if (!release) all[gone].cancel();
                SB_END();
            });
            pump.advance(1min);
            REQUIRE(log.size() == 3);
            CHECK(log[0].first == (gone == 0 ? 1 : 0));
            CHECK(log[1].first == 2);
            CHECK(log[2].first == 3);
        }
    }
}

TEST_CASE_FIXTURE(fixture, "own RL2: a time limit around it takes nothing when it is over") {
    sb::rate_limit limit{1, 1s};
    auto const all = queue(limit, 1);
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(300ms, limit.acquire())), sb::timed_out);
    auto const next = scheduler.start(pass(limit, 7));
    pump.advance(1s);
    CHECK(log.back() == entry{7, 1000ms});
}

TEST_CASE_FIXTURE(fixture, "own RL3: try_acquire takes what is there, and never goes before those who wait") {
    sb::rate_limit limit{1, 1s, 2};
    CHECK(limit.try_acquire(scheduler));
    CHECK(limit.try_acquire(scheduler));
    CHECK_FALSE(limit.try_acquire(scheduler));
    pump.advance(1s);
    CHECK(limit.try_acquire(scheduler));
    auto const waits = scheduler.start(pass(limit, 1));
    pump.run_ready();
    pump.advance(999ms);
    CHECK_FALSE(limit.try_acquire(scheduler));
    pump.advance(1ms);
    CHECK(log.size() == 1);
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        CHECK_FALSE(limit.try_acquire(co));
        SB_AWAIT(sb::sleep(1s));
        CHECK(limit.try_acquire(co));
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture, "own RL1: it is never too fast, where the interval is no whole number of nanoseconds") {
    sb::rate_limit limit{3, 1s};
    auto const all = queue(limit, 3001);
    pump.advance(1000s);
    CHECK(log.size() == 3000);
    pump.advance(1ms);
    CHECK(log.size() == 3001);
}

TEST_CASE_FIXTURE(fixture, "those who wait keep what they wait in") {
    std::vector<sb::future<void>> all;
    {
        auto limit = std::make_unique<sb::rate_limit>(1u, 1s);
        for (int i = 0; i < 3; ++i) all.push_back(scheduler.start(limit->acquire()));
    }
    pump.advance(2s);
    for (auto const& each : all) CHECK(each.ready());
}

TEST_CASE("a limit of nothing is misuse, and one that refills never, too") {
    CHECK_THROWS_AS((sb::rate_limit{0, 1s}), sb::misuse);
    CHECK_THROWS_AS((sb::rate_limit{1, 0s}), sb::misuse);
    CHECK_THROWS_AS((sb::rate_limit{1, 1s, 0}), sb::misuse);
    CHECK_THROWS_AS((sb::rate_limit{1, 1000h, 4000000000u}), sb::misuse);
}

TEST_CASE_FIXTURE(fixture, "a hundred thousand wait, and pass in their order") {
    sb::rate_limit limit{1000, 1s};
    auto const all = queue(limit, 100'000);
    pump.advance(100s);
    bool in_order = log.size() == all.size();
    for (std::size_t i = 0; in_order && i < log.size(); ++i) in_order = log[i].first == static_cast<int>(i);
    CHECK(in_order);
}

TEST_CASE("a scheduler that goes ends those who wait") {
    sb::rate_limit limit{1, 1h};
    std::vector<sb::future<void>> all;
    {
        test::virtual_time f;
        for (int i = 0; i < 3; ++i) all.push_back(f.scheduler.start(limit.acquire()));
        f.pump.advance(1s);
    }
    CHECK(all[0].ready());
    CHECK(all[1].cancelled());
    CHECK(all[2].cancelled());
}

TEST_CASE("tasks of another scheduler cannot wait for the same limit") {
    sb::rate_limit limit{1, 1h};
    test::virtual_time one;
    auto const first = one.scheduler.start(limit.acquire());
    auto const second = one.scheduler.start(limit.acquire());
    auto const third = one.scheduler.start(limit.acquire());
    one.pump.run_ready();
    test::virtual_time other;
    CHECK_THROWS_AS(other.scheduler.run(limit.acquire()), sb::wrong_scheduler);
}
