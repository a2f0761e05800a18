// Small programs of tasks, each of which is run again and again: cancelled before its first step, its
// second, and so on to its last; cancelled twice; released; its scheduler destroyed; and with each of its
// allocations failing. Nothing may leak or hang, and every finally is run.
//
// To add one, write into one of the scenarios_….cpp, or a new one that meson.build names:
//
//     SB_SCENARIO("own R2: a task drops its own last future") {
//         test::live alive{};                       // counted: as many must die as were born
//         sb::step operator()(sb::returns<void>& co) {
//             SB_BEGIN(co);
//             SB_TRY {
//                 faults::enters_try();             // first in a try that has a finally …
//                 SB_AWAIT(sb::sleep(1s));
//             } SB_FINALLY {
//                 faults::leaves_try();             // … and first in that
//             } SB_END_TRY
//             SB_END();
//         }
//     };
//
// The words begin with the ids of the rules in docs/semantics.md whose tests have such a program. The
// frame is the program's first task, which the harness holds the future of. Undisturbed, it must end
// within 10,000 turns of one step each, and its error, if it fails, goes to nobody. Behind the words may
// stand what is special about it:
//
//     SB_SCENARIO("aio X1: …", faults::uses_threads)
//     SB_SCENARIO("aio F4: …", faults::may_report)        // errors may go unhandled, undisturbed too
//
// Then raise the numbers in floor.txt to those that the program prints.
#pragma once

#include <switchback/future.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/try.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <utility>

#include "../support/live.hpp"

namespace faults {

namespace sb = switchback;
using namespace std::chrono_literals;

enum traits : unsigned {
    plain = 0,
    uses_threads = 1, // the number of its turns is not the same each time, and its runs are not counted
    may_report = 2,
};
constexpr traits operator|(traits a, traits b) { return static_cast<traits>(unsigned(a) | unsigned(b)); }

struct scenario {
    char const* words;
    traits what;
    sb::future<void> (*start)(sb::task_scheduler& on);
};

// Runs it in all ways, and checks each.
void run_in_all_ways(scenario const& which);

// The scheduler that the scenario runs on.
sb::task_scheduler& scheduler();

void enters_try() noexcept;
void leaves_try() noexcept;

// An error that is counted as an object.
struct failure : std::exception {
    test::live alive{};
    char const* what() const noexcept override { return "a scenario's failure"; }
};

inline int scenarios_registered = 0;

inline char const* registered(char const* words) {
    ++scenarios_registered;
    return words;
}

template <class Frame>
sb::future<void> start_frame(sb::task_scheduler& on) {
    return on.start(Frame{});
}

} // namespace faults

#define SB_SCENARIO(...) \
    SB_SCENARIO_NAMED(SB_DETAIL_CAT(scenario_, __LINE__), SB_SCENARIO_WORDS(__VA_ARGS__, 0), \
        SB_SCENARIO_TRAITS(__VA_ARGS__, ::faults::plain, 0))
#define SB_SCENARIO_WORDS(words, ...) words
#define SB_SCENARIO_TRAITS(words, what, ...) what
#define SB_SCENARIO_NAMED(name, words, what) SB_SCENARIO_OF(name, words, what)
#define SB_SCENARIO_OF(name, words, what) \
    namespace { \
    namespace scenarios { \
    struct name; \
    void SB_DETAIL_CAT(run_, name)() { \
        ::faults::run_in_all_ways({words, what, &::faults::start_frame<name>}); \
    } \
    } \
    } \
    DOCTEST_REGISTER_FUNCTION(DOCTEST_EMPTY, &scenarios::SB_DETAIL_CAT(run_, name), \
        ::faults::registered("faults: " words)) \
    struct scenarios::name
