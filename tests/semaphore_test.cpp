// So many at a time.
#include <switchback/semaphore.hpp>

#include <switchback/async_with.hpp>
#include <switchback/native_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <thread>

#include "support/fixture.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::words;
using namespace std::chrono_literals;

namespace {

struct worker {
    sb::semaphore* in;
    words* log;
    std::string name;
    std::chrono::nanoseconds time = 1s;
    std::optional<sb::semaphore::permit> one{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_ASYNC_WITH(one, in->acquire()) {
                log->push_back(name);
                SB_AWAIT(sb::sleep(time));
            } SB_END_WITH
        } SB_CATCH(std::exception const& error) {
            log->push_back(name + ": " + error.what());
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "aio SE1: so many have a permit at once, the others get theirs in their order") {
    sb::semaphore two{2};
    CHECK(two.available() == 2);
    std::vector<sb::future<void>> all;
    for (char const* name : {"a", "b", "c", "d", "e"}) all.push_back(scheduler.start(worker{&two, &log, name}));
    pump.run_ready();
    CHECK(log == words{"a", "b"});
    CHECK(two.available() == 0);
    pump.advance(1s);
    CHECK(log == words{"a", "b", "c", "d"});
    pump.advance(2s);
    CHECK(log == words{"a", "b", "c", "d", "e"});
    CHECK(two.available() == 2);
}

TEST_CASE_FIXTURE(fixture, "aio SE1, own MP1: waiters that are cancelled pass their permits on, also those that were to have them next") {
    sb::semaphore permits{0};
    auto const a = scheduler.start(worker{&permits, &log, "a"});
    auto b = scheduler.start(worker{&permits, &log, "b"});
    auto const c = scheduler.start(worker{&permits, &log, "c"});
    auto const d = scheduler.start(worker{&permits, &log, "d"});
    pump.run_ready();
    permits.release(2); // to a and b
    CHECK(permits.available() == 0);
    a.cancel();
    b.reset();
    pump.run_ready();
    CHECK(log == words{"c", "d"});
}

TEST_CASE_FIXTURE(fixture, "own MP2: while permits are on their way to those who wait, try_acquire() and newcomers get none of them") {
    sb::semaphore permits{0};
    auto const a = scheduler.start(worker{&permits, &log, "a", 0s});
    pump.run_ready();
    permits.release(3);
    CHECK(permits.available() == 2);
    CHECK_FALSE(permits.try_acquire());
    auto const b = scheduler.start(worker{&permits, &log, "b"});
    pump.run_ready();
    CHECK(log == words{"a", "b"});
    CHECK(permits.try_acquire());
}

TEST_CASE_FIXTURE(fixture, "aio SE1: permits are counted in and out in different places, up to a bound") {
    sb::semaphore items{0, 2};
    items.release();
    {
        auto one = items.try_acquire();
        REQUIRE(one);
        one->detach();
        CHECK_FALSE(one->owns_permit());
    }
    CHECK(items.available() == 0);
    items.release(2);
    CHECK_THROWS_AS(items.release(), sb::too_many_permits);
    auto held = items.try_acquire();
    CHECK_THROWS_AS(items.release(), sb::too_many_permits); // the one that is held counts
    held->release();
    held->release();
    CHECK(items.available() == 2);
    CHECK_THROWS_AS(sb::semaphore(3, 2), sb::too_many_permits);
}

TEST_CASE_FIXTURE(fixture, "own MP6, own MP3: a permit outlives its semaphore and holds nothing; those who wait are told") {
    auto one = std::make_unique<sb::semaphore>(2);
    auto kept = one->try_acquire();
    auto second = one->try_acquire();
    auto const waits = scheduler.start(worker{one.get(), &log, "waits"});
    auto const served = scheduler.start(worker{one.get(), &log, "served"});
    pump.run_ready();
    second.reset(); // to the first of the two, which goes on no more
    one.reset();
    CHECK_FALSE(kept->owns_permit());
    pump.run_ready();
    CHECK(log.size() == 2);
    CHECK(log.back() == "served: what this task waited for has been destroyed");
}

TEST_CASE_FIXTURE(fixture, "own MP4: a semaphore belongs to the thread that uses it first") {
    sb::semaphore one{1};
    auto const held = one.try_acquire();
    std::thread([&] {
        CHECK_THROWS_AS(one.try_acquire(), sb::wrong_thread);
        CHECK_THROWS_AS(one.release(), sb::wrong_thread);
    }).join();
}

TEST_CASE("aio SE1: random acquiring, releasing and cancelling loses no permit, and starves nobody") {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        test::virtual_time time;
        words log;
        sb::semaphore permits{3};
        std::vector<sb::future<void>> all;
        for (int i = 0; i < 200; ++i) {
            switch (random() % 5) {
            case 0:
            case 1: all.push_back(time.scheduler.start(worker{&permits, &log, "x", std::chrono::seconds(random() % 4)})); break;
            case 2:
                if (!all.empty()) all[random() % all.size()].cancel();
                break;
            case 3:
                if (!all.empty()) all.erase(all.begin() + static_cast<std::ptrdiff_t>(random() % all.size()));
                break;
            case 4: time.pump.advance(std::chrono::milliseconds(random() % 1500)); break;
            }
        }
        time.pump.advance(1h);
        for (auto const& each : all) CHECK(each.ready());
        CHECK(permits.available() == 3);
    }
}

TEST_CASE("aio D5: a scheduler is closed while tasks hold permits, and others wait") {
    words log;
    sb::semaphore permits{2};
    {
        test::virtual_time time;
        for (char const* name : {"a", "b", "c", "d"}) time.scheduler.start_detached(worker{&permits, &log, name});
        time.pump.run_ready();
    }
    CHECK(log == words{"a", "b"});
    CHECK(permits.available() == 2);
}
