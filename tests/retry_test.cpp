// Trying again what has failed.
#include <switchback/retry.hpp>

#include <switchback/attached.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using test::failure_after;
using test::live;
using test::value_after;
using namespace std::chrono_literals;

namespace {

// Fails the first few times.
struct fails_at_first {
    bool fails;
    std::string what = "no";
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        if (fails) throw std::runtime_error(what);
        SB_RETURN(7);
        SB_END();
    }
};

struct fixture : test::virtual_time {
    std::vector<std::chrono::milliseconds> at; // the attempts
    int failures = 2;

    auto attempt() {
        return [this](int number) {
            at.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(passed()));
            return fails_at_first{number <= failures, "attempt " + std::to_string(number)};
        };
    }
};

using moments = std::vector<std::chrono::milliseconds>;

sb::backoff at_most(int attempts) {
    sb::backoff how;
    how.attempts = attempts;
    return how;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "own RT1: what fails is tried again, after delays that grow up to a limit") {
    failures = 5;
    sb::backoff how = at_most(10);
    how.limit = 500ms;
    CHECK(scheduler.run(sb::retry(attempt(), how)) == 7);
    CHECK(at == moments{0ms, 100ms, 300ms, 700ms, 1200ms, 1700ms});
}

TEST_CASE_FIXTURE(fixture, "own RT1: what does not fail is not tried again; it may return nothing, or what can only be moved") {
    failures = 0;
    CHECK(scheduler.run(sb::retry(attempt())) == 7);
    CHECK(at == moments{0ms});
    int calls = 0;
    scheduler.run(sb::retry([&calls] {
        ++calls;
        return sb::sleep(1s);
    }));
    CHECK(calls == 1);
    CHECK(*scheduler.run(sb::retry([] {
        return [](sb::returns<std::unique_ptr<int>>& co) {
            SB_BEGIN(co);
            SB_RETURN(std::make_unique<int>(8));
            SB_END();
        };
    })) == 8);
}

TEST_CASE_FIXTURE(fixture, "own RT2: after the last attempt its error is raised, and the earlier ones are attached to it") {
    failures = 100;
    std::vector<std::string> others;
    std::string last;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::retry(attempt(), at_most(3)));
        } SB_CATCH(std::runtime_error const& error) {
            last = error.what();
            for (auto const& each : sb::attached_to(co)) others.push_back(sb::describe(each.error));
        } SB_END_TRY
        SB_END();
    });
    CHECK(last == "attempt 3");
    CHECK(others == std::vector<std::string>{
                        "std::runtime_error: attempt 1", "std::runtime_error: attempt 2"});
    CHECK(at.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "own RT2: of many earlier errors the latest sixteen are attached") {
    failures = 100;
    std::vector<std::string> others;
    try {
        scheduler.run(sb::retry(attempt(), at_most(100)));
    } catch (std::runtime_error const&) {
        for (auto const& each : sb::attached_to(std::current_exception())) {
            others.push_back(sb::describe(each.error));
        }
    }
    REQUIRE(others.size() == 16);
    CHECK(others.front() == "std::runtime_error: attempt 84");
    CHECK(others.back() == "std::runtime_error: attempt 99");
}

TEST_CASE_FIXTURE(fixture, "own RT3: a cancellation is not tried again: in an attempt, or between two") {
    failures = 100;
    for (auto const when : {50ms, 150ms}) {
        at.clear();
        auto const slow = scheduler.start(sb::retry([this] {
            at.push_back(0ms);
            return failure_after{"no", 100ms};
        }));
        pump.advance(when);
        slow.cancel();
        pump.advance(1h);
        CHECK(slow.cancelled());
        CHECK(at.size() == 1);
    }
    auto const inner = scheduler.start(test::sleeper{}); // nor is that of what is awaited
    int asked = 0;
    auto const waits = scheduler.start(sb::retry([&] {
        ++asked;
        return inner;
    }));
    pump.run_ready();
    inner.cancel();
    pump.advance(1h);
    CHECK(waits.cancelled());
    CHECK(asked == 1);
}

TEST_CASE_FIXTURE(fixture, "own RT3: a limit of time ends it, and one of each attempt is an error like any other") {
    int tries = 0;
    auto const each = [&tries] {
        ++tries;
        return sb::with_timeout(1s, sb::sleep(2s));
    };
    CHECK_THROWS_AS(scheduler.run(sb::retry(each, at_most(3))), sb::timed_out);
    CHECK(tries == 3);
    tries = 0;
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1500ms, sb::retry(each, at_most(3)))), sb::timed_out);
    CHECK(tries == 2);
}

TEST_CASE_FIXTURE(fixture, "own RT4: a predicate says which errors are worth another attempt") {
    failures = 3;
    int asked = 0;
    auto const of_kind = [&](std::runtime_error const& error) {
        ++asked;
        return error.what() != std::string("attempt 2");
    };
    CHECK_THROWS_WITH_AS(scheduler.run(sb::retry(attempt(), {}, of_kind)), "attempt 2", std::runtime_error);
    CHECK(asked == 2);

    auto const of_another_kind = [](std::logic_error const&) { return true; };
    CHECK_THROWS_WITH_AS(
        scheduler.run(sb::retry(attempt(), {}, of_another_kind)), "attempt 1", std::runtime_error);

    auto const of_any = [](std::exception_ptr const& error) { return error != nullptr; };
    CHECK(scheduler.run(sb::retry(attempt(), {}, of_any)) == 7);
}

TEST_CASE_FIXTURE(fixture, "own RT5: the jitter shortens delays by chance: in the same way for the same seed") {
    auto const delays = [&](double jitter, std::uint64_t seed) {
        sb::backoff how = at_most(50);
        how.jitter = jitter;
        how.seed = seed;
        how.factor = 1;
        how.delay = 100s;
        how.limit = 100s;
        at.clear();
        test_began = pump.now();
        failures = 49;
        scheduler.run(sb::retry(attempt(), how));
        std::vector<double> shares;
        for (std::size_t i = 1; i < at.size(); ++i) shares.push_back(std::chrono::duration<double>(at[i] - at[i - 1]).count() / 100);
        return shares;
    };
    auto const one = delays(0.5, 1);
    REQUIRE(one.size() == 49);
    double sum = 0;
    for (auto const share : one) {
        CHECK(share >= 0.499);
        CHECK(share <= 1.001);
        sum += share / 49;
    }
    CHECK(sum == doctest::Approx(0.75).epsilon(0.1));
    CHECK(delays(0.5, 1) == one);
    CHECK(delays(0.5, 2) != one);
    CHECK(delays(0.5, 0) != delays(0.5, 0));
    CHECK(delays(0, 5) == std::vector<double>(49, 1.0));
}

TEST_CASE_FIXTURE(fixture, "own RT1: what making the attempt throws is a failure, too; extremes do not overflow") {
    int calls = 0;
    auto const throws = [&]() -> sb::task<int> {
        if (++calls < 3) throw std::runtime_error("cannot be made");
        return value_after{calls};
    };
    CHECK(scheduler.run(sb::retry(throws)) == 3);

    sb::backoff endless = at_most(4);
    endless.delay = std::chrono::nanoseconds::max();
    endless.limit = std::chrono::nanoseconds::max();
    endless.factor = 1e300;
    failures = 100;
    auto const waits = scheduler.start(sb::retry(attempt(), endless));
    pump.advance(24h);
    CHECK(at.size() == 1);

    endless.delay = -1s; // no delay
    endless.factor = 1;
    CHECK_THROWS_AS(scheduler.run(sb::retry(attempt(), endless)), std::runtime_error);
}

TEST_CASE("a backoff of no attempts, or a jitter that is no share, is misuse") {
    auto const make = [] { return sb::sleep(1s); };
    CHECK_THROWS_AS((void)sb::retry(make, at_most(0)), sb::misuse);
    for (double const jitter : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
        sb::backoff how;
        how.jitter = jitter;
        CHECK_THROWS_AS((void)sb::retry(make, how), sb::misuse);
    }
}

TEST_CASE_FIXTURE(fixture, "each attempt has ended, with all that it holds, before the next begins") {
    std::size_t most = 0;
    scheduler.run(sb::retry([&, number = 0]() mutable {
        most = std::max<std::size_t>(most, static_cast<std::size_t>(live::count()));
        return [alive = live(), fails = ++number < 4](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            if (fails) throw std::runtime_error("no");
            SB_END();
        };
    }));
    CHECK(most == 0);
}
