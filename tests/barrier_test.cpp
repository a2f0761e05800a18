// So many tasks wait for one another.
#include <switchback/barrier.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <thread>

#include "support/fixture.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::words;
using namespace std::chrono_literals;

namespace {

struct party {
    sb::barrier* at;
    words* log;
    std::string name;
    std::size_t place = 99;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(place, at->wait());
            log->push_back(name + std::to_string(place));
        } SB_CATCH(std::exception const& error) {
            log->push_back(name + ": " + error.what());
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "aio BA1: all go on when the last has come, each with a number of its own; then it is as new") {
    sb::barrier three{3};
    std::vector<sb::future<void>> all;
    for (char const* name : {"a", "b"}) all.push_back(scheduler.start(party{&three, &log, name}));
    pump.run_ready();
    CHECK(log.empty());
    CHECK(three.waiting() == 2);
    CHECK(three.parties() == 3);
    for (char const* name : {"c", "d", "e", "f"}) all.push_back(scheduler.start(party{&three, &log, name}));
    pump.run_ready();
    CHECK(log == words{"c0", "f0", "a1", "b2", "d1", "e2"});
    CHECK(three.waiting() == 0);
}

TEST_CASE_FIXTURE(fixture, "aio BA1: one that is cancelled has not come; numbers stay different") {
    sb::barrier three{3};
    auto a = scheduler.start(party{&three, &log, "a"});
    auto const b = scheduler.start(party{&three, &log, "b"});
    pump.run_ready();
    a.reset();
    CHECK(three.waiting() == 1);
    auto const c = scheduler.start(party{&three, &log, "c"});
    pump.run_ready();
    CHECK(log.empty());
    auto const d = scheduler.start(party{&three, &log, "d"});
    pump.run_ready();
    CHECK(log == words{"d0", "b1", "c2"});
}

TEST_CASE_FIXTURE(fixture, "aio BA1: one that is cancelled when all have come takes no number, and holds up nobody") {
    sb::barrier three{3};
    auto const a = scheduler.start(party{&three, &log, "a"});
    auto const b = scheduler.start(party{&three, &log, "b"});
    pump.run_ready();
    auto const last = scheduler.start([&, got = std::size_t()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, three.wait());
        a.cancel();
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"b1"});
    CHECK(a.cancelled());
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, three.wait())), sb::timed_out);
    CHECK(three.waiting() == 0);
}

TEST_CASE_FIXTURE(fixture, "own MP8: a barrier that is broken fails for all who wait and who come, until it is reset") {
    sb::barrier two{2};
    auto const a = scheduler.start(party{&two, &log, "a"});
    pump.run_ready();
    two.abort();
    CHECK(two.is_broken());
    auto const b = scheduler.start(party{&two, &log, "b"});
    pump.run_ready();
    CHECK(log == words{"a: the barrier has been broken", "b: the barrier has been broken"});
    two.reset();
    log.clear();
    auto const c = scheduler.start(party{&two, &log, "c"});
    pump.run_ready();
    two.reset();
    CHECK_FALSE(two.is_broken());
    auto const d = scheduler.start(party{&two, &log, "d"});
    auto const e = scheduler.start(party{&two, &log, "e"});
    pump.run_ready();
    CHECK(log == words{"c: the barrier has been broken", "e0", "d1"});
}

TEST_CASE_FIXTURE(fixture, "own MP8: who had passed before goes on though the barrier is broken") {
    sb::barrier two{2};
    auto const a = scheduler.start(party{&two, &log, "a"});
    pump.run_ready();
    auto const b = scheduler.start(party{&two, &log, "b"});
    auto const c = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        two.abort();
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"b0", "a1"});
}

TEST_CASE_FIXTURE(fixture, "own MP3: those who wait at a barrier that dies are told so; those who had passed go on") {
    auto two = std::make_unique<sb::barrier>(2);
    auto const a = scheduler.start(party{two.get(), &log, "a"});
    auto const b = scheduler.start(party{two.get(), &log, "b"});
    auto const c = scheduler.start(party{two.get(), &log, "c"});
    auto const d = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        two.reset();
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"b0", "a1", "c: what this task waited for has been destroyed"});
}

TEST_CASE_FIXTURE(fixture, "aio BA1: one alone waits for nobody; a barrier for nobody is misuse") {
    sb::barrier one{1};
    CHECK(scheduler.run(one.wait()) == 0);
    CHECK(scheduler.run(one.wait()) == 0);
    CHECK_THROWS_AS(sb::barrier(0), sb::misuse);
}

TEST_CASE_FIXTURE(fixture, "own MP4: a barrier belongs to the thread that uses it first") {
    sb::barrier two{2};
    two.reset();
    std::thread([&] {
        CHECK_THROWS_AS(two.abort(), sb::wrong_thread);
        CHECK_THROWS_AS(two.reset(), sb::wrong_thread);
        sb::native_pump own_pump;
        sb::task_scheduler own{own_pump};
        CHECK_THROWS_AS(own.run(two.wait()), sb::wrong_thread);
    }).join();
}

TEST_CASE("aio BA1: random comings and cancellations: a round is never larger than its number, and its numbers differ") {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        test::virtual_time time;
        sb::barrier four{4};
        words log;
        std::vector<sb::future<void>> all;
        for (int i = 0; i < 100; ++i) {
            switch (random() % 4) {
            case 0:
            case 1: all.push_back(time.scheduler.start(party{&four, &log, "x"})); break;
            case 2:
                if (!all.empty()) all[random() % all.size()].cancel();
                break;
            case 3: time.pump.run_ready(); break;
            }
        }
        time.pump.run_ready();
        CHECK(four.waiting() < 4);
        auto const how_many = [&](char const* which) { return std::count(log.begin(), log.end(), which); };
        CHECK(how_many("x0") >= how_many("x1"));
        CHECK(how_many("x1") >= how_many("x2"));
        CHECK(how_many("x2") >= how_many("x3"));
        CHECK(how_many("x0") + how_many("x1") + how_many("x2") + how_many("x3") == std::ptrdiff_t(log.size()));
    }
}
