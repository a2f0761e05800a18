// Test cases that are run in many orders, for doctest.
//
//     #include <switchback/doctest_interleavings.hpp>
//
//     SB_INTERLEAVINGS("two writers do not lose an update", 1000) {
//         sb::mutex lock{};
//         int sum = 0;
//         void start(sb::testing::stage& on) {
//             on.start("one", adds{this, 1});
//             on.start("two", adds{this, 2});
//         }
//         void check(sb::testing::stage&) { CHECK(sum == 3); }
//     };
//
// The struct is a program as in <switchback/testing/stage.hpp>: each run makes a new one, starts its tasks, turns
// the loop until nothing is left to happen, and checks. Here it is run a thousand times, in random orders, the same
// ones each time (see testing/chaos.hpp).
//
//     SB_EVERY_ORDER("…") {…};               in every order there is, for small programs (see testing/explore.hpp):
//                                            where 100,000 are not enough the case fails, and says so
//     SB_ONE_ORDER("…", "3:1 7:2") {…};      in this one: what once failed, kept as a test of its own
//
// Behind these may stand, of type sb::testing::disturbances, what is done to the program besides: a task is
// cancelled or dropped, or fails at stage::may_fail().
//
//     SB_INTERLEAVINGS("…", 1000, sb::testing::disturbances{}) {…};
//
// The case fails where a CHECK or REQUIRE does, in check() or in a task; where a task fails or waits for ever; and
// where an error goes unhandled. No further order is tried then. That one is run again with fewer and fewer
// deviations from the plain order, silently; what needs each of them is printed: the checks that fail in it, a table
// of tasks against steps, and how to run it again:
//
//     SB_REPLAY="3:1 7:2" ./tests --test-case="two writers do not lose an update"
//
// Checks that passed are counted of all runs; those that failed, of the one that is printed.
#pragma once

#include <switchback/doctest.hpp>

#include <switchback/testing/chaos.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>

#if !defined(DOCTEST_CONFIG_DISABLE)

#    include <switchback/detail/doctest_checks.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// A program whose failing checks are findings; a REQUIRE has told it when it throws.
template <class Program>
struct checked_program : Program {
    ~checked_program() { failed_checks::on = nullptr; }

    void start(testing::stage& on) {
        failed_checks::on = &on;
        call([&] { Program::start(on); });
    }
    void check(testing::stage& on) {
        call([&] { Program::check(on); });
    }

private:
    template <class Function>
    static void call(Function&& function) {
        try {
            function();
        } catch (doctest::detail::TestFailureException const&) {
        }
    }
};

class interleaved_case {
public:
    // Behind the checks that have failed in it, if these are why.
    static void print(testing::chaos_report const& found, std::string const& how_often) {
        auto const order = found.where.to_string();
        auto said = how_often + ": " + found.finding + "\nIn this order" +
                    (order.empty() ? ", which is the plain one:\n" : ":\n") + found.what_happened.to_string() +
                    "To run it again:\n  SB_REPLAY=\"" + order + "\" " + options().binary_name.c_str() +
                    " --test-case=\"" + filter_for_this() + "\"";
        if (failed_checks::printed == 0) {
            fail(said);
        } else {
            DOCTEST_ADD_MESSAGE_AT(file(), line(), to_doctest(said));
        }
    }
    static void print_clean(testing::chaos_report const& run) {
        auto said =
            "Nothing is found in the order \"" + run.where.to_string() + "\":\n" + run.what_happened.to_string();
        said.pop_back(); // doctest ends the line itself
        DOCTEST_ADD_MESSAGE_AT(file(), line(), to_doctest(said));
    }
    static void fail(std::string const& what) { DOCTEST_ADD_FAIL_CHECK_AT(file(), line(), to_doctest(what)); }

    static char const* file() { return options().currentTest->m_file.c_str(); }
    static int line() { return static_cast<int>(options().currentTest->m_line); }

private:
    // doctest takes commas for the ends of names, and has a joker.
    static std::string filter_for_this() {
        std::string name = options().currentTest->m_name;
        std::replace_if(name.begin(), name.end(), [](char c) { return c == ',' || c == '"'; }, '?');
        return name;
    }
    static doctest::ContextOptions const& options() { return *doctest::getContextOptions(); }
};

// With the words of doctest, if it is a check that fails.
template <class Program>
void replay_order(testing::interleaving const& order, testing::disturbances const& disturb,
    std::string const& how_often, bool tells_all = false) {
    // doctest names the case once more, which it may have done in silence.
    doctest::detail::Subcase const aloud("", interleaved_case::file(), interleaved_case::line());
    failed_checks::printed = 0;
    auto const found = testing::replay<checked_program<Program>>(order, disturb);
    if (!found.finding.empty()) {
        interleaved_case::print(found, how_often);
    } else if (tells_all) {
        interleaved_case::print_clean(found);
    }
}

// True: it was.
template <class Program>
bool was_replayed(testing::disturbances const& disturb) {
    auto const* const order = std::getenv("SB_REPLAY");
    if (order == nullptr) return false;
    replay_order<Program>(testing::interleaving(std::string(order)), disturb, "Run again", true);
    return true;
}

// What stands behind the arguments of the macros.
struct no_more {};

// Their last argument, which may be missing.
struct how_disturbed : testing::disturbances {
    how_disturbed(no_more) noexcept { most = 0; }
    how_disturbed(testing::disturbances const& wanted) noexcept : disturbances(wanted) {}
};

template <class Program>
void run_interleavings(std::size_t runs, how_disturbed const& disturb, no_more = {}) {
    if (was_replayed<Program>(disturb)) return;
    testing::chaos_report found;
    {
        silence const meanwhile;
        testing::chaos_options options;
        options.disturb = disturb;
        found = testing::chaos<checked_program<Program>>(runs, options);
    }
    DOCTEST_CHECK(found.runs != 0);
    if (found.is_clean()) return;
    replay_order<Program>(found.where, disturb, "Found in run " + std::to_string(found.runs));
}

template <class Program>
void run_every_order(how_disturbed const& disturb, no_more = {}) {
    if (was_replayed<Program>(disturb)) return;
    testing::exploration found;
    {
        silence const meanwhile;
        testing::exploration_limits limits;
        limits.disturb = disturb;
        limits.most_runs = 100000;
        found = testing::explore<checked_program<Program>>(limits);
    }
    DOCTEST_CHECK(found.runs != 0);
    if (!found.finding.empty()) {
        replay_order<Program>(found.where, disturb, "Found in run " + std::to_string(found.runs));
    } else if (!found.is_exhausted) {
        interleaved_case::fail("not every order was tried, " + std::to_string(found.runs) +
                               " were: give the program a state(), or write SB_INTERLEAVINGS");
    }
}

template <class Program>
void run_one_order(char const* order, how_disturbed const& disturb, no_more = {}) {
    if (was_replayed<Program>(disturb)) return;
    replay_order<Program>(testing::interleaving(std::string(order)), disturb, "Found");
    DOCTEST_CHECK(true); // it was run
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#    define SB_DETAIL_REGISTER_ORDERS(name, how, words, ...) \
        namespace { \
        namespace sb_test_cases { \
        inline void SB_DETAIL_CAT(run_, name)() { ::switchback::detail::how<name>(__VA_ARGS__); } \
        } \
        } \
        DOCTEST_REGISTER_FUNCTION(DOCTEST_EMPTY, &sb_test_cases::SB_DETAIL_CAT(run_, name), words)

#else

#    define SB_DETAIL_REGISTER_ORDERS(name, how, words, ...)

#endif

// As in SB_TEST_CASE: the struct is declared first, and complete where the file ends.
#define SB_DETAIL_ORDERS(name, how, ...) \
    namespace { \
    namespace sb_test_cases { \
    struct name; \
    } \
    } \
    SB_DETAIL_REGISTER_ORDERS(name, how, __VA_ARGS__) \
    struct sb_test_cases::name

#define SB_INTERLEAVINGS(...) \
    SB_DETAIL_ORDERS(DOCTEST_ANONYMOUS(sb_orders_), run_interleavings, __VA_ARGS__, ::switchback::detail::no_more{})
#define SB_EVERY_ORDER(...) \
    SB_DETAIL_ORDERS(DOCTEST_ANONYMOUS(sb_orders_), run_every_order, __VA_ARGS__, ::switchback::detail::no_more{})
#define SB_ONE_ORDER(...) \
    SB_DETAIL_ORDERS(DOCTEST_ANONYMOUS(sb_orders_), run_one_order, __VA_ARGS__, ::switchback::detail::no_more{})
