// A result that many ask for is worked out once.
#include <switchback/memoize.hpp>

#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using test::failure_after;
using test::live;
using test::value_after;
using namespace std::chrono_literals;

namespace {

struct fixture : test::virtual_time {
    int made = 0;

    // Ten times the key, a second later.
    auto tenfold(sb::memo_policy const& policy = {}) {
        return sb::memoize<int>([this](int key) {
            ++made;
            return value_after{10 * key, 1s};
        }, policy);
    }
};

sb::memo_policy at_most(std::size_t entries) {
    sb::memo_policy policy;
    policy.entries = entries;
    return policy;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "own ME1: those who ask together share one task, and those who ask later its result") {
    auto const results = tenfold();
    auto const first = scheduler.start(results(1));
    auto const second = scheduler.start(results(1));
    auto const other = scheduler.start(results(2));
    pump.advance(1s);
    CHECK(first.get() == 10);
    CHECK(second.get() == 10);
    CHECK(other.get() == 20);
    CHECK(made == 2);

    auto const before = pump.now();
    CHECK(scheduler.run(results(1)) == 10);
    CHECK(pump.now() == before);
    CHECK(made == 2);
    CHECK(results.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "own ME2: to cancel one who asks leaves the others their task; with the last it goes") {
    auto const results = sb::memoize<int>([](int key) {
        return [key, alive = live()](sb::returns<int>& co) mutable {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(2s));
            SB_RETURN(key);
            SB_END();
        };
    });
    auto first = scheduler.start(results(1));
    auto const second = scheduler.start(results(1));
    pump.advance(1s);
    CHECK(live::count() == 1);
    SUBCASE("one is cancelled, and he who had asked first") {
        first.cancel();
        pump.advance(1s);
        CHECK(first.cancelled());
        CHECK(second.get() == 1);
    }
    SUBCASE("one is released") {
        first.reset();
        pump.advance(1s);
        CHECK(second.get() == 1);
    }
    SUBCASE("both go, one in either way") {
        first.reset();
        CHECK(live::count() == 1);
        second.cancel();
        pump.run_ready();
        CHECK(live::count() == 0);
        CHECK(scheduler.unfinished_tasks() == 0);
        CHECK(scheduler.run(results(1)) == 1); // it begins anew
    }
    SUBCASE("both go, and another asks in the same turn") {
        first.cancel();
        second.cancel();
        auto const third = scheduler.start(results(1));
        pump.advance(2s);
        CHECK(third.get() == 1);
    }
}

TEST_CASE_FIXTURE(fixture, "own ME3: an error goes to all who wait, and is not kept") {
    int failures = 0;
    auto const results = sb::memoize<std::string>([&](std::string const& key) {
        ++failures;
        return failure_after{key == "at once" ? "no" : "not any more", key == "at once" ? 0s : 1s};
    });
    for (std::string const key : {"at once", "later"}) {
        auto const first = scheduler.start(results(key));
        auto const second = scheduler.start(results(key));
        pump.advance(1s);
        CHECK_THROWS_AS(first.get(), std::runtime_error);
        CHECK_THROWS_AS(second.get(), std::runtime_error);
    }
    CHECK(failures == 2);
    CHECK_THROWS_AS(scheduler.run(results("later")), std::runtime_error);
    CHECK(failures == 3);
    CHECK(results.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "own ME3: who asks between a failure and those who wait for it gets a task of its own") {
    int calls = 0;
    auto const results = sb::memoize<int>([&](int) {
        bool const fails = ++calls == 1;
        return [fails](sb::returns<int>& co) mutable {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            if (fails) throw std::runtime_error("no");
            SB_RETURN(1);
            SB_END();
        };
    });
    sb::future<int> late;
    auto const first = scheduler.start(results(1));
    pump.run_ready();
    auto const second = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        late = co.start(results(1));
        SB_END();
    });
    pump.advance(2s);
    CHECK_THROWS_AS(first.get(), std::runtime_error);
    CHECK(late.get() == 1);
    CHECK(calls == 2);
}

TEST_CASE_FIXTURE(fixture, "own ME4: of more results than are kept, that goes which was asked for least recently") {
    auto const results = tenfold(at_most(2));
    scheduler.run(results(1));
    scheduler.run(results(2));
    scheduler.run(results(1));
    scheduler.run(results(3)); // in the place of 2
    CHECK(made == 3);
    CHECK(results.size() == 2);
    scheduler.run(results(1));
    CHECK(made == 3);
    scheduler.run(results(2));
    CHECK(made == 4);
}

TEST_CASE_FIXTURE(fixture, "own ME4: a policy that keeps none still has those who ask together share one") {
    auto const results = tenfold(at_most(0));
    auto const first = scheduler.start(results(1));
    auto const second = scheduler.start(results(1));
    pump.advance(1s);
    CHECK(first.get() + second.get() == 20);
    CHECK(made == 1);
    CHECK(results.size() == 0);
    scheduler.run(results(1));
    CHECK(made == 2);
}

TEST_CASE_FIXTURE(fixture, "own ME5: a result is worked out anew when its time is over") {
    sb::memo_policy policy;
    policy.time_to_live = 10s;
    auto const results = tenfold(policy);
    scheduler.run(results(1));
    pump.advance(9999ms);
    scheduler.run(results(1));
    CHECK(made == 1);
    pump.advance(1ms);
    scheduler.run(results(1));
    CHECK(made == 2);
}

TEST_CASE_FIXTURE(fixture, "own ME6: what is forgotten is worked out anew; those who wait already are not disturbed") {
    auto const results = tenfold();
    for (bool const all : {false, true}) {
        made = 0;
        auto const first = scheduler.start(results(1));
        pump.run_ready();
        if (all) results.clear();
        if (!all) results.forget(1);
        auto const second = scheduler.start(results(1));
        pump.advance(1s);
        CHECK(first.get() + second.get() == 20);
        CHECK(made == 2);
        CHECK(results.size() == 1);
        results.forget(1);
        CHECK(results.size() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "own ME7: who asks for what he is working out is told so, and does not wait for ever") {
    std::function<sb::task<int>(int)> again;
    auto const results = sb::memoize<int>([&](int key) { return again(key); });
    again = [&](int key) -> sb::task<int> { return results(key); };
    CHECK_THROWS_AS(scheduler.run(results(1)), sb::misuse);
}

TEST_CASE_FIXTURE(fixture, "a recursive function is memoized") {
    struct fibonacci {
        std::function<sb::task<int>(int)> const* smaller;
        int n;
        int a = 0, b = 0;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            if (n < 2) SB_RETURN(n);
            SB_AWAIT_INTO(a, (*smaller)(n - 1));
            SB_AWAIT_INTO(b, (*smaller)(n - 2));
            SB_RETURN(a + b);
            SB_END();
        }
    };
    std::function<sb::task<int>(int)> ask;
    auto const results = sb::memoize<int>([&](int n) {
        ++made;
        return fibonacci{&ask, n};
    });
    ask = [&](int n) -> sb::task<int> { return results(n); };
    CHECK(scheduler.run(results(30)) == 832040);
    CHECK(made == 31);
}

TEST_CASE_FIXTURE(fixture, "the handle may go before those who ask; a result may be shared") {
    sb::future<std::shared_ptr<live>> soon;
    {
        auto const results = sb::memoize<int>([](int) {
            return [](sb::returns<std::shared_ptr<live>>& co) {
                SB_BEGIN(co);
                SB_AWAIT(sb::sleep(1s));
                SB_RETURN(std::make_shared<live>());
                SB_END();
            };
        });
        soon = scheduler.start(results(1));
    }
    pump.advance(1s);
    CHECK(live::count() == 1);
    soon.reset();
    CHECK(live::count() == 0);
}

TEST_CASE("own ME2: a scheduler that goes ends those who ask, and what is worked out for them") {
    sb::future<int> soon;
    auto const results = sb::memoize<int>([alive = std::make_shared<live>()](int key) {
        return [key, alive](sb::returns<int>& co) mutable {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1h));
            SB_RETURN(key);
            SB_END();
        };
    });
    {
        test::virtual_time f;
        soon = f.scheduler.start(results(1));
        f.pump.advance(1s);
    }
    CHECK(soon.cancelled());
}
