// Joining tasks in files that are compiled with -fno-exceptions -fno-rtti, and so is the library: a task ends
// with a value, or was cancelled.
#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#include "misuse.hpp"

#include <switchback/switchback.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

struct fixture {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
};

struct seconds {
    int value;
    std::shared_ptr<int> alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::seconds(value)));
        SB_RETURN(value);
        SB_END();
    }
};

struct takes_all {
    std::vector<int> in;
    std::vector<int>* out;
    sb::completions<int> arriving{};
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, sb::at_most{2}, in, [](int x) { return seconds{x}; });
        while (arriving.more()) {
            SB_AWAIT_INTO(got, arriving.next());
            out->push_back(got);
        }
        SB_END();
    }
};

} // namespace

TEST_CASE("without exceptions: gather gives values, and tells what was cancelled") {
    fixture f;
    auto const victim = f.scheduler.start(seconds{5});
    auto const task = f.scheduler.start(sb::gather(sb::future<int>(victim), seconds{1}, sb::sleep(1s)));
    f.pump.run_ready();
    victim.cancel();
    f.pump.advance(2s);
    REQUIRE(task.ready());
    auto const& [first, second, third] = task.get();
    CHECK(first.cancelled());
    CHECK_FALSE(first.has_value());
    CHECK(second.value() == 1);
    CHECK(third.has_value());
    CHECK_FALSE(third.cancelled());
}

TEST_CASE("without exceptions: the first in a race decides, and the others are cancelled") {
    fixture f;
    auto const alive = std::make_shared<int>();
    auto const won = f.scheduler.run(sb::race(seconds{3, alive}, seconds{1, alive}, sb::sleep(2s)));
    CHECK(won.index() == 1);
    CHECK(std::get<1>(won) == 1);
    CHECK(alive.use_count() == 1);
    std::vector<int> const in{2, 1};
    CHECK(f.scheduler.run(sb::race(in, [](int x) { return seconds{x}; })).index == 1);
}

TEST_CASE("without exceptions: as_completed gives results as they come, and ends its tasks with it") {
    fixture f;
    std::vector<int> out;
    f.scheduler.run(takes_all{{3, 1, 2}, &out});
    CHECK(out == std::vector<int>{1, 3, 2});
    auto task = f.scheduler.start(takes_all{{3, 1, 2}, &out});
    f.pump.advance(1s);
    task.reset();
    CHECK(f.scheduler.unfinished_tasks() == 0);
}

TEST_CASE("without exceptions: to cancel who joins cancels all") {
    fixture f;
    auto const alive = std::make_shared<int>();
    auto const gathering = f.scheduler.start(sb::gather(seconds{3, alive}, seconds{1, alive}));
    auto const racing = f.scheduler.start(sb::race(seconds{3, alive}, seconds{2, alive}));
    auto const parallel = f.scheduler.start(sb::run_in_parallel(seconds{3, alive}, seconds{2, alive}));
    f.pump.run_ready();
    CHECK(alive.use_count() == 7);
    gathering.cancel();
    racing.cancel();
    parallel.cancel();
    f.pump.run_ready();
    CHECK(gathering.cancelled());
    CHECK(racing.cancelled());
    CHECK(parallel.cancelled());
    CHECK(alive.use_count() == 1);
}
