// Test cases that are tasks. What a failing one prints is seen from outside: the cases that fail stand
// in doctest_header/failing.cpp, a program that is run here.
#include <switchback/doctest.hpp>

#include <switchback/doctest_interleavings.hpp>
#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/sleep.hpp>
#include <switchback/testing/connection.hpp>

#include <algorithm>
#include <memory>
#include <optional>
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

// ---- In many orders

namespace {

int runs_of_ours = 0;
std::string orders;

struct writes {
    std::string* to;
    char letter;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        *to += letter;
        SB_AWAIT(sb::yield_now());
        *to += letter;
        SB_END();
    }
};

struct two_writers {
    std::string text{};
    void start(sb::testing::stage& on) {
        ++runs_of_ours;
        on.start("a", writes{&text, 'a'});
        on.start("b", writes{&text, 'b'});
    }
    void check(sb::testing::stage&) {
        CHECK(text.size() == 4);
        orders += text + ' ';
    }
};

struct cannot_be_moved_on_stage : two_writers {
    cannot_be_moved address{};
    void start(sb::testing::stage& on) {
        two_writers::start(on);
        CHECK(address.self == &address);
    }
};

// quoted: mended
struct listens {
    sb::testing::stream from;
    std::string* heard;
    std::string pending{};
    char part[80] = {};
    std::size_t size = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT_INTO(size, from.read(part, sizeof part));
            if (size == 0) break;
            pending.append(part, size);
            for (std::size_t end; (end = pending.find('\n')) != pending.npos; pending.erase(0, end + 1)) {
                *heard += "<" + pending.substr(0, end) + ">";
            }
        }
        SB_END();
    }
};
// end of quote

struct says {
    sb::testing::stream to;
    std::string text{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        text = "hello\n";
        SB_AWAIT(to.write(text.data(), text.size()));
        SB_AWAIT(sb::sleep(1s));
        text = "bye\n";
        SB_AWAIT(to.write(text.data(), text.size()));
        SB_END();
    }
};

struct chat {
    std::optional<sb::testing::connection> wire{};
    std::string heard{};

    void start(sb::testing::stage& on) {
        wire.emplace(on);
        on.start("one", says{std::move(wire->client)});
        on.start("other", listens{std::move(wire->server), &heard});
    }
    void check(sb::testing::stage&) { CHECK(heard == "<hello><bye>"); }
};

} // namespace

SB_INTERLEAVINGS("own IT1: a program is run so many times", 20) : two_writers{};

TEST_CASE("own IT1: it was, and not always in the same order") {
    CHECK(runs_of_ours == 20);
    CHECK(orders.find("abab") != std::string::npos);
    CHECK(orders.find("aabb") != std::string::npos);
    runs_of_ours = 0;
    orders.clear();
}

SB_EVERY_ORDER("own IT2: a program is run in every order") : two_writers{};

TEST_CASE("own IT2: it was, once in each") {
    CHECK(runs_of_ours == 6);
    for (auto const* each : {"aabb", "abab", "abba", "baab", "baba", "bbaa"}) {
        CHECK(orders.find(each) != std::string::npos);
    }
    runs_of_ours = 0;
    orders.clear();
}

SB_ONE_ORDER("own IT3: a program is run in one order", "0:1") : two_writers{};

TEST_CASE("own IT3: it was, once") {
    CHECK(runs_of_ours == 1);
    CHECK(orders == "baba ");
}

SB_EVERY_ORDER("a program stays where it was made") : cannot_be_moved_on_stage{};

SB_EVERY_ORDER("a program that is disturbed" * doctest::description("with decorators"), sb::testing::disturbances{}) {
    std::string text{};
    void start(sb::testing::stage& on) { on.start("a", writes{&text, 'a'}); }
    void check(sb::testing::stage& on) { CHECK((on.is_disturbed() || text == "aa")); }
};

SB_INTERLEAVINGS("a program that is skipped" * doctest::skip(), 10) {
    void start(sb::testing::stage&) { FAIL("it was told not to be run"); }
    void check(sb::testing::stage&) {}
};

SB_INTERLEAVINGS("every line is heard", 1000) : chat{};

// quoted: kept
SB_ONE_ORDER("a line may come in pieces", "0:1 3:5") : chat{};
// end of quote

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

command_outcome run_failing(std::string const& which, std::string const& environment = "") {
    return run_command(
        environment + " '" SB_FAILING_CASES "' --no-colors --no-version --test-case='" + which + "'");
}

// What a program prints, with the directories of files left out.
std::string plain(std::string const& output) {
    return std::regex_replace(output, std::regex(R"([^\s"]*/(\w+\.cpp))"), "$1");
}

void check_says(std::string const& which, std::vector<std::string> const& expected,
    std::string const& environment = "") {
    auto const outcome = run_failing(which, environment);
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

TEST_CASE("own IT4: a check that fails in some order is printed once, in an order that needs each of its deviations") {
    check_says("every line is heard",
        {R"(failing\.cpp:\d+:\nTEST CASE:  every line is heard\n\n)"
         R"(failing\.cpp:\d+: ERROR: CHECK\( heard == "<hello><bye>" \) is NOT correct!\n)"
         R"(  values: CHECK\( [^\n]* == <hello><bye> \)\n\n)"
         R"(failing\.cpp:\d+: MESSAGE: Found in run \d+: CHECK\( [^\n]* \) is not correct \(failing\.cpp:\d+\)\n)"
         R"(In this order:\n)"
         R"(step +time +one +other\n)"
         R"(1 +0\.000 s +begins \(failing\.cpp:\d+\)\n)",
            R"(To run it again:\n  SB_REPLAY="\d+:\d+[ \d:]*" \S*failing\S* --test-case="every line is heard"\n)",
            R"(test cases: +1 \| +0 passed \| +1 failed)", R"(assertions: +\d+ \| +\d+ passed \| +1 failed)"});
}

TEST_CASE("own IT4: what a failing check logs is printed with it, and the plain order is said to be that") {
    check_says("an update is lost? or two",
        {R"(  values: CHECK\( 2 == 3 \)\n  logged: what came of it\n)", R"(In this order, which is the plain one:\n)",
            R"(SB_REPLAY="" \S* --test-case="an update is lost\? or two"\n)"});
}

TEST_CASE("own IT4: what was done to a task is marked in the table") {
    check_says("nobody expects a cancellation",
        {R"(2 +0\.000 s +! is (cancelled|dropped)\n)", R"(SB_REPLAY="\d+:\d+" )"});
}

TEST_CASE("own IT4: a REQUIRE is a check, too") {
    check_says("a requirement in many orders",
        {R"(FATAL ERROR: REQUIRE\( 1 == 2 \) is NOT correct)", R"(assertions: \d+ \| \d+ passed \| 1 failed)"});
}

TEST_CASE("own IT4: a task that fails is printed with its error") {
    check_says("a task fails in one order",
        {R"(failing\.cpp:\d+: ERROR: Found: "two" failed: std::runtime_error: no such page\n)"
         R"(In this order:\nstep +time +one +two\n1 +0\.000 s +begins)"});
}

TEST_CASE("own IT5: with SB_REPLAY a case is run once, in that order") {
    check_says("an update is lost*", {R"(  values: CHECK\( 1 == 3 \)\n)", "MESSAGE: Run again: "}, "SB_REPLAY='0:1'");
    auto const clean = run_failing("nobody expects a cancellation", "SB_REPLAY=''");
    CHECK(clean.status == 0);
    CHECK(clean.output.find("Nothing is found in the order \"\":\nstep") != std::string::npos);
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
