// The names of tasks, and where they are shown.
#include <switchback/task_scheduler.hpp>

#include <switchback/run_in_parallel.hpp>
#include <switchback/task_group.hpp>
#include <switchback/traceback.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::failure_after;
using test::sleeper;
using test::words;
using namespace std::chrono_literals;

namespace {

struct names_itself {
    std::string name;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.set_name(name);
        SB_AWAIT(sleeper{});
        SB_END();
    }
};

struct notes_name {
    std::string name;
    words* log;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.set_name(name);
        SB_AWAIT(sb::yield_now());
        log->push_back(co.name());
        SB_END();
    }
};

std::vector<std::string> names_seen;
void note_name(sb::unhandled_error const& error) {
    names_seen.push_back(error.task == nullptr ? "none" : error.task);
    names_seen.push_back(sb::traceback(error).task());
}

} // namespace

TEST_CASE_FIXTURE(fixture, "own TN1: a task is named by itself, by a frame that it awaits, or by who has its future") {
    auto const a = scheduler.start(sleeper{});
    CHECK(a.name().empty());
    a.set_name("a");
    CHECK(a.name() == "a");
    auto const b = scheduler.start([](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(names_itself{"b"});
        SB_END();
    });
    pump.run_ready();
    CHECK(b.name() == "b");
    CHECK(a.name() == "a");
    b.set_name("bee");
    CHECK(b.name() == "bee");
}

TEST_CASE_FIXTURE(fixture, "own TN1: what a task starts has no name of its own yet; what runs side by side may have one each") {
    scheduler.run([started = sb::future<void>(), this](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        co.set_name("outer");
        started = co.start(sleeper{});
        CHECK(started.name().empty());
        SB_AWAIT(sb::run_in_parallel(
            notes_name{"inner", &log}, sb::sleep(1s)));
        CHECK(co.name() == "outer");
        SB_END();
    });
    CHECK(log == words{"inner"});
}

TEST_CASE_FIXTURE(fixture, "own TN2: close() tells the names of what has not ended, with where that stands") {
    auto const a = scheduler.start(test::logger{&log, "a", 1h, 1h});
    a.set_name("upload of hat.png");
    pump.run_ready();
    auto const report = scheduler.close(1s);
    REQUIRE(report.standing.size() == 1);
    CHECK(report.standing.front().task() == "upload of hat.png");
    CHECK(report.standing.front().to_string().find("Traceback of the task \"upload of hat.png\" (most recent") == 0);
}

TEST_CASE_FIXTURE(fixture, "own TN2: the handler of unhandled errors is told the name") {
    names_seen.clear();
    auto* const before = sb::set_unhandled_error_handler(&note_name);
    auto task = scheduler.start(failure_after{"no"});
    task.set_name("a");
    auto nameless = scheduler.start(failure_after{"no"});
    pump.run_ready();
    CHECK(task.name() == "a"); // it has failed, and may have to be reported
    task.set_name("b");        // too late
    task.reset();
    nameless.reset();
    scheduler.start_detached([](sb::returns<void>& co) {
        SB_BEGIN(co);
        co.set_name("detached");
        SB_AWAIT(failure_after{"no", 1s});
        SB_END();
    });
    pump.advance(1s);
    sb::set_unhandled_error_handler(before);
    CHECK(names_seen == words{"a", "a", "none", "", "detached", "detached"});
}

TEST_CASE_FIXTURE(fixture, "own TN1: a task that has ended well has no name any more, and cannot be given one") {
    auto const task = scheduler.start(sb::sleep(1s));
    task.set_name("a");
    pump.advance(1s);
    CHECK(task.name().empty());
    task.set_name("b");
    CHECK(task.name().empty());
    CHECK_THROWS_AS(sb::future<void>().set_name("c"), sb::already_awaited);
}
