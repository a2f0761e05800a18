// Test cases that are tasks. What a failing one prints is seen from outside: the cases that fail stand
// in doctest_header/failing.cpp, a program that is run here.
#include <switchback/doctest.hpp>

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/sleep.hpp>

#include <algorithm>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/live.hpp"
#include "support/shell.hpp"

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

// quoted: retry
// Asks up to three times, with a second in between.
struct ask_patiently {
    int* asked;
    int answers_at;
    sb::step operator()(sb::returns<bool>& co) {
        SB_BEGIN(co);
        for (;;) {
            if (++*asked == answers_at) SB_RETURN(true);
            if (*asked == 3) SB_RETURN(false);
            SB_AWAIT(sb::sleep(1s));
        }
        SB_END();
    }
};
// end of quote

} // namespace

// quoted: cases
SB_TEST_CASE("an answer that comes late is waited for") {
    int asked = 0;
    bool answered = false;
    sb::time_point begin{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        begin = co.now();
        SB_AWAIT_INTO(answered, ask_patiently{&asked, 3});
        CHECK(answered);
        CHECK(co.now() - begin == 2s); // which have passed at once
        SB_END();
    }
};
// end of quote

// quoted: fixture
struct questioning {
    int asked = 0;
    sb::future<bool> answer = sb::testing::current_scheduler().start(ask_patiently{&asked, 2});
};

SB_TEST_CASE_FIXTURE(questioning, "nothing is asked between two questions") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        sb::testing::current_pump().advance(999ms); // by hand: this task waits for nothing
        CHECK(asked == 1);
        CHECK_FALSE(answer.ready());
        sb::testing::current_pump().advance(1ms);
        CHECK(answer.get());
        SB_END();
    }
};
// end of quote

namespace some::where {

int runs = 0;

SB_TEST_CASE("a case in a namespace") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        ++runs;
        SB_END();
    }
};

SB_TEST_CASE("a case whose task has words with decorators" * doctest::description("run it")) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        ++runs;
        SB_END();
    }
};

} // namespace some::where

SB_TEST_CASE("a case that is skipped" * doctest::skip()) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        FAIL("it was told not to be run");
        SB_END();
    }
};

namespace {

struct cannot_be_moved {
    cannot_be_moved() = default;
    cannot_be_moved(cannot_be_moved const&) = delete;
    cannot_be_moved* self = this;
};

} // namespace

SB_TEST_CASE_FIXTURE(cannot_be_moved, "a fixture stays where it was made") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        CHECK(self == this);
        SB_END();
    }
};

SB_TEST_CASE("a case's time stands still while a job runs") {
    sb::time_point begin{};
    int result = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        begin = co.now();
        SB_AWAIT_INTO(result, sb::offload([] { return 4; }));
        CHECK(result == 4);
        CHECK(co.now() == begin);
        SB_END();
    }
};

SB_TEST_CASE("a case's futures go with it, and what they held is not left") {
    sb::future<void> waits{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        waits = co.start(sb::sleep(1h));
        SB_AWAIT(sb::yield_now());
        CHECK_FALSE(waits.ready());
        SB_END();
    }
};

SB_TEST_CASE("a task that ends without time passing is not left") {
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.start_detached(sb::yield_now());
        co.start_detached(sb::run_in_parallel(sb::yield_now(), sb::yield_now()));
        SB_END();
    }
};

TEST_CASE("a case's frame and tasks are gone when it has ended") { CHECK(test::live::count() == 0); }

TEST_CASE("every case has run, with its fixture's base and its namespace") {
    CHECK(some::where::runs == 2);
}

TEST_CASE("the pump of a case is not to be had outside of one") {
    CHECK_THROWS_WITH_AS(
        sb::testing::current_pump(), "no SB_TEST_CASE is being run", sb::misuse);
    CHECK_THROWS_AS(sb::testing::current_scheduler(), sb::misuse);
}

SB_TEST_CASE("the handler of unhandled errors is the case's own, for the time of the case") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        auto* const handler = sb::set_unhandled_error_handler(nullptr);
        sb::set_unhandled_error_handler(handler);
        bool const is_installed = handler != nullptr;
        CHECK(is_installed);
        SB_END();
    }
};

TEST_CASE("the handler that was there before a case is there behind it") {
    auto* const handler = sb::set_unhandled_error_handler(nullptr);
    bool const is_default = handler == nullptr;
    CHECK(is_default);
}

// ---- Words

namespace {

std::string words(doctest::String const& text) { return text.c_str(); }

struct fails_after_a_second {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        throw std::runtime_error("no");
        SB_END();
    }
};

} // namespace

SB_TEST_CASE("doctest's words for futures") {
    sb::future<int> value{};
    sb::future<int> failed{};
    sb::future<void> nothing{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        CHECK(words(doctest::toString(value)) == "an empty future");
        value = co.start(sb::offload([] { return 7; }));
        failed = co.start(fails_after_a_second{});
        nothing = co.start(sb::sleep(1s));
        CHECK(words(doctest::toString(value)) == "a future that is not ready");
        SB_AWAIT(sb::sleep(2s));
        CHECK(words(doctest::toString(value)) == "a future of 7");
        CHECK(words(doctest::toString(failed)) == "a failed future: std::runtime_error: no");
        CHECK(words(doctest::toString(nothing)) == "a future that is ready");
        nothing = co.start(sb::sleep(1s));
        nothing.cancel();
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(sb::yield_now());
        CHECK(words(doctest::toString(nothing)) == "a cancelled future");
        SB_END();
    }
};

TEST_CASE("doctest's words for values") {
    using doctest::toString; // as doctest calls it
    CHECK(words(toString(sb::step::suspended)) == "step::suspended");
    sb::maybe<int> held;
    CHECK(words(doctest::toString(held)) == "nothing");
    held.emplace(3);
    CHECK(words(doctest::toString(held)) == "3");
    CHECK(words(doctest::toString(std::exception_ptr())) == "no exception");
    CHECK(words(doctest::toString(std::make_exception_ptr(std::runtime_error("no")))) ==
          "std::runtime_error: no");
    CHECK(words(doctest::toString(sb::traceback())) == "an empty traceback");
}

TEST_CASE("doctest's words for times name the largest unit of which there is a whole number") {
    CHECK(words(doctest::toString(3h)) == "3h");
    CHECK(words(doctest::toString(90min)) == "90min");
    CHECK(words(doctest::toString(60min)) == "1h");
    CHECK(words(doctest::toString(61s)) == "61s");
    CHECK(words(doctest::toString(1500ms)) == "1500ms");
    CHECK(words(doctest::toString(-1us)) == "-1us");
    CHECK(words(doctest::toString(1'000'001ns)) == "1000001ns");
    CHECK(words(doctest::toString(0ns)) == "0s");
    CHECK(words(doctest::toString(std::chrono::duration<double>(0.5))) == "0.500000s");
    CHECK(words(doctest::toString(std::chrono::hours::max())).back() == 'h');
    CHECK(words(doctest::toString(std::chrono::duration<int, std::pico>(7))) == "7 times 1/1000000000000s");
    CHECK(words(doctest::toString(sb::time_point(1h))) == "1h after its clock's epoch");
}

// ---- From outside

namespace {

command_outcome run_failing(std::string const& which) {
    return run_command("'" SB_FAILING_CASES "' --no-colors --no-version --test-case='" + which + "'");
}

// What a program prints, with the directories of files left out.
std::string plain(std::string const& output) {
    return std::regex_replace(output, std::regex(R"([^\s"]*/(\w+\.cpp))"), "$1");
}

void check_says(std::string const& which, std::vector<std::string> const& expected) {
    auto const outcome = run_failing(which);
    CAPTURE(which);
    CHECK(outcome.status == 1);
    auto const output = plain(outcome.output);
    CAPTURE(output);
    for (auto const& line : expected) {
        CAPTURE(line);
        bool const is_there = std::regex_search(output, std::regex(line));
        CHECK(is_there);
    }
}

} // namespace

TEST_CASE("a case that fails prints the exception, and its traceback in Python's form") {
    check_says("an error comes out of the task",
        {R"(failing\.cpp:\d+: ERROR: Traceback \(most recent call last\):\n)"
         R"(  File "failing\.cpp", line \d+, in this case\n)"
         R"(  File "failing\.cpp", line \d+, in [^\n]*gives_up\n)"
         R"(std::runtime_error: no such page)"});
}

TEST_CASE("a case that fails is named, with the place where it stands") {
    check_says("an error comes out of the task",
        {R"(failing\.cpp:\d+:\nTEST CASE:  an error comes out of the task)"});
}

TEST_CASE("a case that waits for ever prints where all stand") {
    check_says("a deadlock",
        {"ERROR: deadlock: no task is ready, no timer runs, and no job is under way\n"
         "The case stands at\n"
         R"(  File "failing\.cpp", line \d+, in this case\n)"
         "and waits for the task that stands at\n"
         R"(  File "failing\.cpp", line \d+, in [^\n]*waits_for_the_other\n)"
         "and waits for the task that stands at\n"
         R"(  File "failing\.cpp", line \d+, in [^\n]*waits_for_the_other\n)"
         "which waits for one of these\n"});
}

TEST_CASE("own TN2: tasks that have names are printed with them") {
    check_says("a deadlock of tasks with names",
        {"The case stands at\n"
         "  Task \"the case\"\n"
         R"(  File "failing\.cpp", line \d+, in this case\n)"
         "and waits for the task that stands at\n"
         "  Task \"the first\"\n"
         R"(  File "failing\.cpp", line \d+, in [^\n]*waits_for_the_other\n)"
         "and waits for the task that stands at\n"
         R"(  File "failing\.cpp", line \d+, in [^\n]*waits_for_the_other\n)"});
}

TEST_CASE("an error that goes unhandled fails the case, with its traceback") {
    check_says("an unhandled error",
        {"ERROR: unhandled error in a task whose result nobody looked at\n"
         R"(Traceback \(most recent call last\):\n)"
         R"(  File "failing\.cpp", line \d+, in [^\n]*gives_up\n)"
         "std::runtime_error: no such page"});
}

TEST_CASE("a task that is left fails the case") {
    check_says("tasks are left",
        {"ERROR: 2 tasks are left:\n"
         R"(  File "failing\.cpp", line \d+, in [^\n]*sleeps\n)"
         R"(  File "failing\.cpp", line \d+, in [^\n]*sleeps\n)"});
    check_says("a task that never ends is left", {"ERROR: a task is left:\n"});
}

TEST_CASE("a REQUIRE that fails ends the case, and is printed once") {
    check_says("a requirement", {R"(FATAL ERROR: REQUIRE\( 1 == 2 \) is NOT correct)",
                                    R"(\[doctest\] assertions: 1 \| 0 passed \| 1 failed)"});
    check_says("a requirement in a task that is let run",
        {R"(FATAL ERROR: REQUIRE\( 1 == 2 \) is NOT correct)",
            R"(\[doctest\] assertions: 1 \| 0 passed \| 1 failed)"});
}

TEST_CASE("expect_no_tasks names the line where it stands") {
    check_says("a check for tasks", {R"(failing\.cpp:\d+: ERROR: a task is left:\n)"
                                     R"(  File "failing\.cpp", line \d+, in [^\n]*sleeps\n)"});
}

TEST_CASE("an exception that comes out of a task is compared by its own words, as ever") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    CHECK_THROWS_WITH_AS(scheduler.run(fails_after_a_second{}), "no", std::runtime_error);
}

TEST_CASE("exceptions that are no std::exception have names") {
    check_says("words for exceptions",
        {"THREW exception: \"sb::cancelled: the task was cancelled",
            "THREW exception: \"sb::generator_exit: the generator was closed"});
}

TEST_CASE("all of the cases that should fail do so, and the program says it") {
    auto const outcome = run_failing("*");
    CHECK(outcome.status == 1);
    CAPTURE(outcome.output);
    bool const all_failed = std::regex_search(outcome.output,
        std::regex(R"(test cases: +(\d+) \| +0 passed \| +\1 failed)"));
    CHECK(all_failed);
}
