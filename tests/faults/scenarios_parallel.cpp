// Tasks side by side.
#include "frames.hpp"

#include <switchback/gather.hpp>
#include <switchback/generator.hpp>
#include <switchback/race.hpp>
#include <switchback/run_in_parallel.hpp>

#include <tuple>
#include <variant>
#include <vector>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

SB_SCENARIO("aio G1, imvu T5: results in the order of the arguments") {
    std::tuple<int, std::variant<std::monostate>, int> of_three{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(of_three,
            sb::run_in_parallel(faults::value_after{1, 2s}, sb::yield_now(), faults::guarded_chain{1}));
        CHECK(std::get<0>(of_three) == 1);
        SB_END();
    }
};

SB_SCENARIO("own P1: the first failure cancels the others, whose clean-up waits", faults::may_report) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(sb::run_in_parallel(faults::cleans_up{5s}, faults::fails_after{},
                faults::cleans_up{5s, 3s}, faults::plain_chain{2}));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own P2: tasks made of a range, of which one fails at once", faults::may_report) {
    std::vector<int> numbers{1, 2, 0, 3};
    std::vector<int> results{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(results, sb::run_in_parallel(numbers, [](int n) -> sb::task<int> {
                if (n == 0) return faults::fails_after{0s};
                return faults::value_after{n};
            }));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

namespace {

struct makes_tasks {
    int i = 0;
    test::live alive{};
    sb::step operator()(sb::yields<faults::guarded_chain>& co) {
        SB_BEGIN(co);
        for (; i < 5; ++i) SB_YIELD(faults::guarded_chain{1});
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own P3: two at most of a generator's tasks") {
    std::vector<int> results{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(results, sb::run_in_parallel(sb::at_most{2}, makes_tasks{}));
        CHECK(results.size() == 5);
        SB_END();
    }
};

SB_SCENARIO("own P4: errors that a cancellation overtakes", faults::may_report) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::run_in_parallel(faults::guarded_chain{1, true},
                faults::guarded_chain{2, true}, faults::guarded_chain{3, true}));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

// (A scheduler that is being closed starts nothing, not for clean-up either: that fails then.)
SB_SCENARIO("aio G4: what runs side by side within what does so, too, is cancelled with it",
    faults::may_report) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(sb::run_in_parallel(
                sb::run_in_parallel(faults::cleans_up{}, faults::guarded_chain{2}),
                sb::run_in_parallel(faults::cleans_up{2s}, sb::run_in_parallel(faults::cleans_up{3s}))));
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::run_in_parallel(sb::yield_now(), sb::sleep(1s)));
        } SB_END_TRY
        SB_END();
    }
};

namespace {

struct side_by_side {
    int depth;
    std::vector<int> hundred = std::vector<int>(depth == 0 ? 100 : 0);
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (depth == 0) {
            SB_AWAIT(sb::run_in_parallel(hundred, [](int) { return faults::plain_chain{1}; }));
        } else {
            SB_AWAIT(sb::run_in_parallel(side_by_side{depth - 1}, faults::value_after{1, 5s}));
        }
        SB_END();
    }
};

} // namespace

SB_SCENARIO("aio G4, own D1: tasks side by side, deeper than the C++ stack is used for") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(side_by_side{30});
        SB_END();
    }
};

SB_SCENARIO("imvu T5: the outcome of each is gathered", faults::may_report) {
    std::tuple<sb::outcome<int>, sb::outcome<int>, sb::outcome<void>> outcomes{};
    std::vector<sb::outcome<int>> many{};
    std::vector<int> numbers{1, 2, 3};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(outcomes,
                sb::gather(faults::value_after{1}, faults::guarded_chain{1, true}, faults::cleans_up{}));
            SB_AWAIT_INTO(many, sb::gather(sb::at_most{2}, numbers, [](int n) {
                return faults::guarded_chain{n, n == 2};
            }));
            CHECK(many.size() == 3);
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("imvu T5: the first to end decides a race", faults::may_report) {
    std::variant<std::monostate, int> first{};
    std::vector<int> numbers{3, 1, 2};
    sb::winner<int> quickest{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(first, sb::race(faults::cleans_up{9s, 2s}, faults::guarded_chain{1}));
        SB_AWAIT_INTO(quickest, sb::race(numbers, [](int n) {
            return faults::value_after{n, std::chrono::seconds(n)};
        }));
        CHECK(quickest.index == 1);
        SB_TRY {
            SB_AWAIT(sb::race(faults::guarded_chain{2}, faults::fails_after{500ms}));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};
