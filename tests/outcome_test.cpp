#include <switchback/outcome.hpp>

#include <switchback/gather.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "support/frames.hpp"

namespace sb = switchback;
using test::failure_after;
using test::live;
using test::value_after;
using namespace std::chrono_literals;

namespace {

struct fixture {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};

    template <class A>
    auto outcome_of(A&& awaitable) {
        return std::get<0>(scheduler.run(sb::gather(static_cast<A&&>(awaitable))));
    }
};

struct no_default {
    explicit no_default(int value_) : value(value_) {}
    int value;
};
struct makes_no_default {
    sb::step operator()(sb::returns<no_default>& co) {
        SB_BEGIN(co);
        SB_RETURN(no_default(4));
        SB_END();
    }
};
struct makes_pointer {
    sb::step operator()(sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_RETURN(std::make_unique<int>(5));
        SB_END();
    }
};

static_assert(!std::is_copy_constructible_v<sb::outcome<std::unique_ptr<int>>>);
static_assert(std::is_nothrow_move_constructible_v<sb::outcome<std::unique_ptr<int>>>);
static_assert(std::is_copy_constructible_v<sb::outcome<std::string>>);
static_assert(std::is_copy_assignable_v<sb::outcome<void>>);

} // namespace

TEST_CASE_FIXTURE(fixture, "an outcome holds a value") {
    auto outcome = outcome_of(value_after{3});
    CHECK(outcome.has_value());
    CHECK(outcome.value() == 3);
    CHECK(std::as_const(outcome).value() == 3);
    CHECK(outcome.error() == nullptr);
    CHECK(outcome.traceback().empty());
    CHECK_FALSE(outcome.cancelled());
    outcome.value() = 4;
    CHECK(outcome.value() == 4);
}

TEST_CASE_FIXTURE(fixture, "an outcome of nothing has ended well, or has an exception") {
    auto const well = outcome_of(sb::sleep(1s));
    CHECK(well.has_value());
    CHECK_NOTHROW(well.value());
    auto const task = scheduler.start(test::sleeper{});
    auto const cancelled = [&] {
        auto const waits = scheduler.start(sb::gather(sb::future<void>(task)));
        pump.run_ready();
        task.cancel();
        pump.run_ready();
        return std::get<0>(waits.get());
    }();
    CHECK_FALSE(cancelled.has_value());
    CHECK(cancelled.cancelled());
    CHECK_THROWS_AS(cancelled.value(), sb::cancelled);
}

TEST_CASE_FIXTURE(fixture, "value() throws the exception, as often as one likes, with its traceback") {
    auto const outcome = outcome_of(failure_after{"no", 1s});
    CHECK_FALSE(outcome.has_value());
    CHECK_FALSE(outcome.cancelled());
    CHECK(sb::describe(outcome.error()) == "std::runtime_error: no");
    CHECK(outcome.traceback().entries().back().frame.find("failure_after") != std::string::npos);
    for (int i = 0; i < 2; ++i) {
        try {
            (void)outcome.value();
            FAIL("it did not throw");
        } catch (std::runtime_error const&) {
            CHECK(std::current_exception() == outcome.error());
            CHECK(sb::current_traceback().entries().size() == outcome.traceback().entries().size());
        }
    }
}

TEST_CASE_FIXTURE(fixture, "an outcome's value need not be copied, nor made without arguments") {
    CHECK(outcome_of(makes_no_default{}).value().value == 4);
    auto pointer = outcome_of(makes_pointer{});
    auto const taken = std::move(pointer).value();
    CHECK(*taken == 5);
    auto other = outcome_of(makes_pointer{});
    pointer = std::move(other);
    CHECK(*pointer.value() == 5);
}

TEST_CASE_FIXTURE(fixture, "an outcome is copied and moved with its exception") {
    auto outcome = outcome_of(failure_after{"no"});
    auto copy = outcome;
    auto const moved = std::move(outcome);
    CHECK(copy.error() == moved.error());
    CHECK_FALSE(copy.traceback().empty());
    copy = outcome_of(value_after{1});
    CHECK(copy.value() == 1);
    CHECK(copy.error() == nullptr);
    copy = moved;
    CHECK_FALSE(copy.has_value());
    CHECK(copy.error() == moved.error());
}

TEST_CASE("an empty outcome has neither value nor error, and to ask for its value is misuse") {
    sb::outcome<no_default> const empty{};
    CHECK_FALSE(empty.has_value());
    CHECK_FALSE(empty.cancelled());
    CHECK(empty.error() == nullptr);
    CHECK_THROWS_AS((void)empty.value(), sb::misuse);
    CHECK_THROWS_AS(sb::outcome<>{}.value(), sb::misuse);
}
