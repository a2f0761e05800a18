// What stands on tasks and sleeps alone: trying again, sharing results, limits of rate, signs of life.
#include "frames.hpp"

#include <switchback/heartbeat.hpp>
#include <switchback/memoize.hpp>
#include <switchback/rate_limit.hpp>
#include <switchback/retry.hpp>
#include <switchback/run_in_parallel.hpp>

#include <memory>
#include <optional>

namespace sb = switchback;
using faults::cleans_up;
using faults::enters_try;
using faults::fails_after;
using faults::leaves_try;
using faults::value_after;
using namespace std::chrono_literals;

SB_SCENARIO("own RT1, own RT3: what fails is tried again, and ends well") {
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, sb::retry([alive = test::live()](int number) -> sb::task<int> {
                if (number < 3) return fails_after{};
                return value_after{number};
            }));
            CHECK(got >= 3); // an attempt that had no memory is one more
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own RT2: the last attempt's error brings the others with it", faults::may_report) {
    sb::backoff how{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        how.attempts = 3;
        SB_TRY {
            SB_AWAIT(sb::retry([] { return fails_after{}; }, how));
        } SB_CATCH(faults::failure const& error) {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

namespace {

struct shared_value {
    std::shared_ptr<test::live> value = nullptr;
    test::live alive{};
    sb::step operator()(sb::returns<std::shared_ptr<test::live>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(std::make_shared<test::live>());
        SB_END();
    }
};
struct makes_shared_value {
    shared_value operator()(int) const { return {}; }
};

} // namespace

SB_SCENARIO("own ME1, own ME2: several ask for one result, some of whom go") {
    using memo = decltype(sb::memoize<int>(makes_shared_value{}));
    std::optional<memo> results{};
    sb::future<std::shared_ptr<test::live>> first{};
    sb::future<std::shared_ptr<test::live>> second{};
    std::shared_ptr<test::live> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        results.emplace(sb::memoize<int>(makes_shared_value{}));
        first = co.start((*results)(1));
        second = co.start((*results)(1));
        SB_AWAIT(sb::sleep(500ms));
        first.reset();
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, (*results)(1));
        } SB_FINALLY {
            leaves_try();
            second.cancel();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_AWAIT_INTO(got, (*results)(1));
        CHECK(results->size() == 1);
        results->clear();
        SB_END();
    }
};

namespace {

template <class Results>
auto asked_by_three(Results const& results) {
    return sb::run_in_parallel(results(1), results(1), results(1));
}

} // namespace

SB_SCENARIO("own ME3: a result that several ask for fails", faults::may_report) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(asked_by_three(sb::memoize<int>([](int) { return fails_after{}; })));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own RL1, own RL2: tasks wait for a limit of rate, and one of them goes") {
    std::unique_ptr<sb::rate_limit> limit{};
    sb::future<void> first{};
    sb::future<void> second{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        limit = std::make_unique<sb::rate_limit>(1u, 1s);
        SB_AWAIT(limit->acquire());
        first = co.start(limit->acquire());
        second = co.start(limit->acquire());
        SB_AWAIT(sb::sleep(100ms));
        first.reset();
        SB_TRY {
            enters_try();
            SB_AWAIT(sb::run_in_parallel(limit->acquire(), limit->acquire(), cleans_up{}));
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(limit->acquire());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own HB1, own HB3: signs of life while something goes on") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::heartbeat(400ms, [] { return cleans_up{100ms, 100ms}; }, cleans_up{}));
        SB_END();
    }
};

SB_SCENARIO("own HB2: a sign of life fails, and all ends", faults::may_report) { // it may be overtaken: own P4
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::heartbeat(500ms, [] { throw faults::failure{}; }, cleans_up{}));
        } SB_CATCH(faults::failure const& error) {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};
