// Generators that wait, in files that are compiled with -fno-exceptions -fno-rtti, and so is the library.
#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#include "misuse.hpp"

#include <switchback/async_adaptors.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

struct fixture {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
};

struct counts {
    int n = 0;
    std::shared_ptr<int> alive{};
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (; n < 3; ++n) {
            SB_AWAIT(sb::sleep(1s));
            SB_YIELD(n);
        }
        SB_END();
    }
};

struct sum {
    std::shared_ptr<int> alive{};
    bool stops_early = false;
    sb::async_cursor<int> each{};
    int total = 0;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, sb::async_map([](int n) { return 2 * n; }, counts{0, alive})) {
            total += *each;
            if (stops_early) break;
        }
        SB_AWAIT(each.close());
        SB_RETURN(total);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "gen J1: a generator that waits is looped over, without exceptions, too") {
    auto const alive = std::make_shared<int>();
    CHECK(scheduler.run(sum{alive}) == 6);
    CHECK(scheduler.run(sum{alive, true}) == 0);
    CHECK(alive.use_count() == 1);
}

TEST_CASE_FIXTURE(fixture, "gen J11: let go of, at a yield or while it is waited for, its frame dies") {
    auto const alive = std::make_shared<int>();
    sb::async_generator<int> of = counts{0, alive};
    CHECK(*scheduler.run(of.next()) == 0);
    of.reset();
    CHECK(alive.use_count() == 1);
    auto task = scheduler.start(sum{alive});
    pump.advance(1500ms);
    task.reset();
    CHECK(alive.use_count() == 1);
}
