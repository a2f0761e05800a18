// Errors that came together.
#include <switchback/exception_group.hpp>

#include <switchback/task_group.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/frames.hpp"

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

sb::exception_group::member member_of(std::exception_ptr error) { return {std::move(error), sb::traceback()}; }

template <class Error>
sb::exception_group::member member(Error error) {
    return member_of(std::make_exception_ptr(error));
}

sb::exception_group flat() {
    return sb::exception_group({member(std::runtime_error("one")), member(std::out_of_range("two"))});
}
sb::exception_group nested() { return sb::exception_group({member(flat()), member(std::bad_alloc())}); }

} // namespace

TEST_CASE("own S11: a group says how many errors it has, and what they say") {
    CHECK(std::string(flat().what()) == "2 errors: std::runtime_error: one; std::out_of_range: two");
    CHECK(std::string(sb::exception_group({member(std::runtime_error("x"))}).what()) ==
          "1 error: std::runtime_error: x");
    CHECK(std::string(sb::exception_group({member(42)}).what()).find("1 error: ") == 0);
}

TEST_CASE("own S11: find() gives the first error of a type, by its bases too, and in inner groups") {
    auto const group = nested();
    REQUIRE(group.find<std::runtime_error>() != nullptr);
    CHECK(std::string(group.find<std::runtime_error>()->what()) == "one");
    REQUIRE(group.find<std::logic_error>() != nullptr);
    CHECK(std::string(group.find<std::logic_error>()->what()) == "two");
    CHECK(group.find<std::bad_alloc>() != nullptr);
    CHECK(group.find<sb::exception_group>() != nullptr);
    CHECK(group.find<std::overflow_error>() == nullptr);
    CHECK(group.find<int>() == nullptr);
}

TEST_CASE("own S11: copies share the errors, which live as long as any of them") {
    sb::exception_group::member const* first = nullptr;
    auto const copy = [&] {
        auto const group = flat();
        first = &group.errors().front();
        return sb::exception_group(group);
    }();
    CHECK(&copy.errors().front() == first);
    CHECK(sb::describe(first->error) == "std::runtime_error: one");
}

TEST_CASE("own S11: it is an error: SB_CATCH_ERRORS and std::exception catch it") {
    CHECK_THROWS_AS(throw flat(), std::exception);
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    bool caught = false;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw flat();
        } SB_CATCH_ERRORS {
            caught = true;
        } SB_END_TRY
        SB_END();
    });
    CHECK(caught);
}

TEST_CASE("own S11: to_string() lists each error with its traceback, inner groups further to the right") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    std::optional<sb::task_group> outer, inner;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(outer, sb::task_group{}) {
            SB_ASYNC_WITH(inner, sb::task_group{}) {
                inner->start(test::failure_after{"deep", 1s});
            } SB_END_WITH
        } SB_END_WITH
        SB_END();
    });
    pump.advance(2s);
    try {
        task.get();
        FAIL_CHECK("nothing was raised");
    } catch (sb::exception_group const& group) {
        auto const text = group.to_string();
        CAPTURE(text);
        CHECK(text.find("1 error: ") == 0);
        CHECK(text.find("\n+-+---------------- 1 ----------------\n") != std::string::npos);
        CHECK(text.find("\n  | +-+---------------- 1 ----------------\n") != std::string::npos);
        CHECK(text.find("\n  |   | std::runtime_error: deep\n") != std::string::npos);
        CHECK(text.find("failure_after") != std::string::npos);
        CHECK(text.find("frames.hpp") != std::string::npos); // the line of the await
    }
}

TEST_CASE("own S8: a group always raises a group, be it of one error") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    std::optional<sb::task_group> group;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(test::failure_after{"alone"});
        } SB_END_WITH
        SB_END();
    });
    pump.run_ready();
    CHECK_THROWS_WITH_AS(task.get(), "1 error: std::runtime_error: alone", sb::exception_group);
}
