#include <switchback/attached.hpp>

#include <switchback/gather.hpp>
#include <switchback/handled.hpp>
#include <switchback/race.hpp>
#include <switchback/run.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/standard_error.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time;
using test::failure_after;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

// Waits until it is cancelled, and fails then.
struct cleans_up_badly {
    char const* what;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            throw std::runtime_error(what);
        } SB_END_TRY
        SB_RETURN(0);
        SB_END();
    }
};

// Waits until it is cancelled; then two tasks of its clean-up fail.
struct cleans_up_badly_twice {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            SB_AWAIT(sb::run_in_parallel(cleans_up_badly{"inner other"}, failure_after{"inner first", 1ms}));
        } SB_END_TRY
        SB_END();
    }
};

auto three_failures() {
    return sb::run_in_parallel(
        cleans_up_badly{"second"}, failure_after{"first", 1s}, cleans_up_badly{"third"});
}

struct fails_with_another {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::run_in_parallel(failure_after{"first", 1ms}, cleans_up_badly{"second"}));
        SB_END();
    }
};

words described(std::vector<sb::exception_group::member> const& errors) {
    words found;
    for (auto const& each : errors) found.push_back(sb::describe(each.error));
    return found;
}

words const second_and_third{"std::runtime_error: second", "std::runtime_error: third"};

// Handles an error with two others, again and again as it goes on.
struct handles {
    words* log;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                SB_AWAIT(three_failures());
            } SB_CATCH_ERRORS {
                SB_AWAIT(sb::yield_now());
                for (auto& each : described(sb::attached_to(co))) log->push_back(each);
                SB_RAISE();
            } SB_END_TRY
        } SB_FINALLY {
            SB_AWAIT(sb::yield_now());
            for (auto& each : described(sb::attached_to(co))) log->push_back("finally " + each);
        } SB_END_TRY
        SB_END();
    }
};

struct raises_another {
    words* log;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                SB_AWAIT(three_failures());
            } SB_CATCH_ERRORS {
                throw std::logic_error("another");
            } SB_END_TRY
        } SB_CATCH(std::logic_error const& error) {
            *log = described(sb::attached_to(co));
            log->push_back(std::to_string(sb::context_of(co).size()) + " before it");
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
    "own P5: attached_to tells, in a handler and in a finally, what came with the error") {
    words log;
    auto const task = scheduler.start(handles{&log});
    pump.advance(2s);
    CHECK_THROWS_WITH_AS(task.get(), "first", std::runtime_error);
    CHECK(log == words{"std::runtime_error: second", "std::runtime_error: third",
                     "finally std::runtime_error: second", "finally std::runtime_error: third"});
}

TEST_CASE_FIXTURE(fixture, "own P5: each has its traceback") {
    try {
        scheduler.run(three_failures());
    } catch (std::exception const&) {
        auto const others = sb::attached_to(std::current_exception());
        REQUIRE(others.size() == 2);
        for (auto const& each : others) {
            REQUIRE(each.way.entries().size() == 1);
            CHECK(each.way.entries()[0].frame.find("cleans_up_badly") != std::string::npos);
        }
        CHECK_FALSE(sb::current_traceback().empty());
    }
}

TEST_CASE_FIXTURE(fixture, "own P5: what came with an error is known to everyone who gets it") {
    auto const task = scheduler.start(three_failures());
    auto const one = scheduler.start(sb::future<std::tuple<int, int, int>>(task));
    auto const another = scheduler.start(sb::gather(sb::future<std::tuple<int, int, int>>(task)));
    pump.advance(2s);
    auto const check = [](auto const& get) {
        words found;
        try {
            get();
        } catch (std::exception const&) {
            found = described(sb::attached_to(std::current_exception()));
        }
        CHECK(found == second_and_third);
    };
    check([&] { (void)task.get(); });
    check([&] { (void)one.get(); });
    check([&] { (void)std::get<0>(another.get()).value(); });
    check([&] { (void)task.get(); });
}

TEST_CASE_FIXTURE(fixture, "own P5: what came with an error that is attached follows it") {
    words found;
    try {
        scheduler.run(sb::run_in_parallel(
            cleans_up_badly{"second"}, cleans_up_badly_twice{}, failure_after{"first", 1s}, cleans_up_badly{"last"}));
    } catch (std::exception const& error) {
        CHECK(std::string(error.what()) == "first");
        found = described(sb::attached_to(std::current_exception()));
    }
    CHECK(found == words{"std::runtime_error: second", "std::runtime_error: inner first",
                       "std::runtime_error: inner other", "std::runtime_error: last"});
}

TEST_CASE_FIXTURE(fixture, "own P5: an error that passes two parallel runs gathers the others of both") {
    words found;
    try {
        scheduler.run(sb::run_in_parallel(three_failures(), cleans_up_badly{"outer"}));
    } catch (std::exception const&) {
        found = described(sb::attached_to(std::current_exception()));
    }
    CHECK(found == words{"std::runtime_error: second", "std::runtime_error: third", "std::runtime_error: outer"});
}

TEST_CASE_FIXTURE(fixture,
    "own P5: an error raised while one with others is handled has none itself: they are behind its context") {
    words log;
    scheduler.run(raises_another{&log});
    CHECK(log == words{"1 before it"});
}

TEST_CASE("own P5: of an error that nothing came with, and of none, attached_to gives nothing") {
    CHECK(sb::attached_to(std::exception_ptr()).empty());
    CHECK(sb::attached_to(std::make_exception_ptr(1)).empty());
    fixture f;
    words found{"untouched"};
    f.scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        found = described(sb::attached_to(co));
        SB_END();
    });
    CHECK(found.empty());
}

TEST_CASE_FIXTURE(fixture, "own P5: a handler of unhandled errors is told what came with them") {
    static words told;
    told.clear();
    auto* const before = sb::set_unhandled_error_handler([](sb::unhandled_error const& error) {
        told = described(sb::attached_to(error));
        told.push_back(sb::describe(error.error));
    });
    scheduler.start_detached(three_failures());
    pump.advance(2s);
    sb::set_unhandled_error_handler(before);
    CHECK(told == words{"std::runtime_error: second", "std::runtime_error: third", "std::runtime_error: first"});
}

#if defined(CAN_READ_STDERR)
TEST_CASE("own P5: run() prints with an error what came with it") {
    auto const said = test::said_by([] {
        CHECK(sb::run(fails_with_another{}) == 1);
    });
    CAPTURE(said);
    auto const at = said.find("std::runtime_error: first\nand 1 more error:\nTraceback (most recent call last):\n");
    REQUIRE(at != std::string::npos);
    CHECK(said.find("cleans_up_badly\nstd::runtime_error: second\n", at) != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "own P5: so does the default handler of unhandled errors") {
    auto const said = test::said_by([&] {
        scheduler.start_detached(three_failures());
        pump.advance(2s);
    });
    CAPTURE(said);
    auto const at = said.find("std::runtime_error: first\nand 2 more errors:\n");
    REQUIRE(at != std::string::npos);
    auto const second = said.find("std::runtime_error: second\n", at);
    REQUIRE(second != std::string::npos);
    CHECK(said.find("std::runtime_error: third\n", second) != std::string::npos);
}
#endif

TEST_CASE("own P5: errors deep in clean-up within clean-up are attached, and let go of, without recursion") {
    struct deep {
        int depth;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                if (depth > 0) {
                    SB_AWAIT(sb::run_in_parallel(deep{depth - 1}, failure_after{"at once"}));
                } else {
                    throw std::runtime_error("the last");
                }
            } SB_END_TRY
            SB_END();
        }
    };
    constexpr int depth = 10'000;
    fixture f;
    auto const task = f.scheduler.start(sb::run_in_parallel(deep{depth}, failure_after{"first"}));
    f.pump.run_ready();
    std::size_t count = 0;
    try {
        (void)task.get();
    } catch (std::exception const&) {
        count = sb::attached_to(std::current_exception()).size();
    }
    CHECK(count == depth + 1);
}
