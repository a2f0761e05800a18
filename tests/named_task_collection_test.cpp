// Tasks that belong to an object, each under a name.
#include <switchback/named_task_collection.hpp>

#include <switchback/task_scheduler.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string_view>
#include <thread>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::logger;
using test::sleeper;
using test::value_after;
using test::words;
using sb::if_taken;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view find = "find";

} // namespace

TEST_CASE_FIXTURE(fixture, "own NT1: a task has its name until it has ended") {
    sb::named_task_collection tasks(scheduler);
    auto const one = tasks.start("find", value_after{1, 1s});
    tasks.start("browse", sleeper{});
    CHECK(tasks.names() == words{"browse", "find"});
    CHECK(tasks.size() == 2);
    CHECK(tasks.contains(find));
    CHECK(tasks.find<int>(find).valid());
    CHECK(one.name() == "find");
    pump.advance(1s);
    CHECK(one.get() == 1);
    CHECK_FALSE(tasks.contains(find));
    CHECK_FALSE(tasks.find<int>(find).valid());
    CHECK(tasks.names() == words{"browse"});
}

TEST_CASE_FIXTURE(fixture, "own NT2: another one of that name replaces it: released, before the new one begins") {
    sb::named_task_collection tasks(scheduler);
    auto const old = tasks.start("find", logger{&log, "old", 1h, 1s});
    pump.run_ready();
    auto const fresh = tasks.start("find", logger{&log, "new"});
    CHECK(log == words{"old begins", "old cleans up"});
    CHECK_FALSE(old.ready());
    CHECK(tasks.size() == 1);
    pump.run_ready();
    CHECK(log.back() == "new begins"); // beside clean-up that waits
    pump.advance(1s);
    CHECK(log.back() == "old has cleaned up");
    CHECK(old.cancelled());
    CHECK(tasks.find<void>("find").valid());
    CHECK_FALSE(fresh.ready());
}

TEST_CASE_FIXTURE(fixture, "own NT3: or it is asked to end, and the new one waits until it has, and whatever was replaced before it") {
    sb::named_task_collection tasks(scheduler);
    auto const a = tasks.start("find", logger{&log, "a", 1h, 2s});
    pump.run_ready();
    auto const b = tasks.start("find", logger{&log, "b"}, if_taken::replace_when_ended);
    pump.advance(1s);
    CHECK(log == words{"a begins", "a cleans up"});
    auto const c = tasks.start("find", value_after{3, 1s}, if_taken::replace_when_ended);
    pump.run_ready();
    CHECK(b.cancelled()); // it never began
    CHECK_FALSE(a.ready());
    CHECK(tasks.size() == 1);
    pump.advance(1s);
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up"});
    CHECK(a.cancelled());
    CHECK_FALSE(c.ready());
    pump.advance(1s);
    CHECK(c.get() == 3);
    CHECK(tasks.empty());
    CHECK(tasks.start("find", value_after{4}, if_taken::replace_when_ended).valid());
    pump.run_ready();
    CHECK(tasks.empty());
}

TEST_CASE_FIXTURE(fixture, "own NT4: or the one that runs is joined; its result has to be of the same type") {
    sb::named_task_collection tasks(scheduler);
    auto const one = tasks.start("load", value_after{1, 1s}, if_taken::join);
    auto const two = tasks.start("load", value_after{2, 1s}, if_taken::join);
    CHECK_THROWS_AS(tasks.start("load", sleeper{}, if_taken::join), sb::misuse);
    CHECK_THROWS_AS((void)tasks.find<void>("load"), sb::misuse);
    CHECK(tasks.size() == 1);
    pump.advance(1s);
    CHECK(one.get() == 1);
    CHECK(two.get() == 1);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own NT5: or the new one is refused: the future is empty") {
    sb::named_task_collection tasks(scheduler);
    auto const one = tasks.start("save", value_after{1, 1s}, if_taken::refuse);
    CHECK(one.valid());
    CHECK_FALSE(tasks.start("save", value_after{2, 1s}, if_taken::refuse).valid());
    pump.advance(1s);
    CHECK(one.get() == 1);
    CHECK(tasks.start("save", value_after{2, 1s}, if_taken::refuse).valid());
}

TEST_CASE_FIXTURE(fixture, "own NT6: by its name a task is cancelled, or dropped") {
    sb::named_task_collection tasks(scheduler);
    tasks.start("a", logger{&log, "a", 1h, 1s});
    auto const b = tasks.start("b", logger{&log, "b"});
    CHECK_FALSE(tasks.cancel("c"));
    CHECK_FALSE(tasks.drop("c"));
    pump.run_ready();
    log.clear();
    CHECK(tasks.cancel("a"));
    CHECK(log.empty());
    pump.run_ready();
    CHECK(tasks.contains("a"));
    CHECK(tasks.drop("b"));
    CHECK(b.cancelled());
    CHECK_FALSE(tasks.contains("b"));
    CHECK(log == words{"a cleans up", "b cleans up", "b has cleaned up"});
    pump.advance(1s);
    CHECK(tasks.empty());
}

TEST_CASE_FIXTURE(fixture, "own NT6: the collection owns its tasks, those that are being replaced, too") {
    std::optional<sb::named_task_collection> tasks(scheduler);
    tasks->start("a", logger{&log, "a", 1h, 1h});
    pump.run_ready();
    tasks->start("a", logger{&log, "not begun"}, if_taken::replace_when_ended);
    tasks->start("a", logger{&log, "nor this"}, if_taken::replace_when_ended);
    tasks->start("b", logger{&log, "b"});
    pump.run_ready();
    CHECK(log == words{"a begins", "a cleans up", "b begins"});
    tasks.reset();
    CHECK(log == words{"a begins", "a cleans up", "b begins", "b cleans up", "b has cleaned up"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own NT6: close() waits for all of them, and nothing is started behind it") {
    sb::named_task_collection tasks(scheduler);
    tasks.start("a", logger{&log, "a", 1h, 2s});
    tasks.start("b", logger{&log, "b", 1h, 1s});
    pump.run_ready();
    auto const closing = scheduler.start(tasks.close());
    pump.advance(1s);
    CHECK_FALSE(closing.ready());
    CHECK_THROWS_AS(tasks.start("c", sleeper{}), sb::owner_closed);
    CHECK(tasks.names() == words{"a"});
    pump.advance(1s);
    CHECK(closing.ready());
    CHECK(tasks.empty());
}

TEST_CASE_FIXTURE(fixture, "own NT2: a task may replace itself, or be replaced by what its own end starts") {
    sb::named_task_collection tasks(scheduler);
    tasks.start("a", [&](sb::returns<void>& co) {
        SB_BEGIN(co);
        tasks.start("a", logger{&log, "second", 1s});
        log.push_back("goes on");
        SB_AWAIT(sb::yield_now());
        log.push_back("not reached");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"goes on", "second begins"});
    pump.advance(1s);
    CHECK(tasks.empty());

    struct starts_at_end {
        std::unique_ptr<test::at_end> ending;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1h));
            SB_END();
        }
    };
    tasks.start("a", starts_at_end{std::make_unique<test::at_end>([&] { tasks.start("a", value_after{1, 1h}); })});
    pump.run_ready();
    auto const two = tasks.start("a", value_after{2, 1h});
    CHECK(two.cancelled()); // the end of the first has started another one
    CHECK(tasks.size() == 1);
    CHECK(tasks.find<int>("a").valid());
}

TEST_CASE_FIXTURE(fixture, "own NT6: from another thread: wrong_thread; behind the scheduler's end: wrong_scheduler") {
    sb::named_task_collection tasks(scheduler);
    std::thread([&] {
        CHECK_THROWS_AS(tasks.start("a", sleeper{}), sb::wrong_thread);
        CHECK_THROWS_AS((void)tasks.contains("a"), sb::wrong_thread);
    }).join();
    std::optional<sb::named_task_collection> late;
    {
        sb::testing::virtual_pump other_pump;
        sb::task_scheduler other{other_pump, other_pump};
        late.emplace(other);
        late->start("a", sleeper{});
    }
    CHECK(late->empty());
    CHECK_THROWS_AS(late->start("a", sleeper{}), sb::wrong_scheduler);
    CHECK(late->empty());
}
