// The pump of step 1: a scheduler in the program's own event loop.
#include "fake_server.hpp"
#include "loop_pump.hpp"

#include <switchback/offload.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

namespace sb = switchback;
using namespace std::chrono_literals;

struct ticks {
    std::string* log;
    int left = 3;

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (; left > 0; --left) {
            SB_AWAIT(sb::sleep(1s));
            *log += "task ";
        }
        SB_END();
    }
};

} // namespace

TEST_CASE("porting: tasks and the loop's own timers take turns, and the loop ends when both have") {
    feeds::virtual_loop loop;
    std::string log;
    {
        feeds::loop_pump pump{loop};
        sb::task_scheduler scheduler{pump, pump};
        scheduler.start_detached(ticks{&log});
        loop.call_after(1500ms, [&] { log += "loop "; });
        auto const before = loop.now();
        loop.run();
        CHECK(loop.now() - before == 3s);
        CHECK(scheduler.unfinished_tasks() == 0);
    }
    CHECK(log == "task loop task task ");
}

TEST_CASE("porting: the loop is held while a job is under way") {
    feeds::virtual_loop loop;
    feeds::loop_pump pump{loop};
    sb::task_scheduler scheduler{pump, pump};
    auto const job = scheduler.start(sb::offload([] { return 42; }));
    loop.call_after(1h, [] {});
    auto const before = loop.now();
    while (!job.ready()) REQUIRE(loop.turn(true));
    CHECK(job.get() == 42);
    CHECK(loop.now() == before); // no timer went off meanwhile
}

TEST_CASE("porting: a scheduler turns the loop that it lives in") {
    feeds::virtual_loop loop;
    feeds::loop_pump pump{loop};
    sb::task_scheduler scheduler{pump, pump};
    std::string log;
    loop.post([&] {
        scheduler.run(ticks{&log, 2}); // a loop within the loop
        log += "done ";
    });
    loop.run();
    CHECK(log == "task task done ");
}

TEST_CASE("porting: a pump may go while its call is on the way") {
    feeds::virtual_loop loop;
    {
        feeds::loop_pump pump{loop};
        pump.wake();
        pump.wake_after(1s);
    }
    auto const before = loop.now();
    loop.run();
    CHECK(loop.now() == before);
}

TEST_CASE("porting: on the real clock a pause takes its time") {
    feeds::event_loop loop;
    feeds::loop_pump pump{loop};
    sb::task_scheduler scheduler{pump, pump};
    auto const before = loop.now();
    scheduler.run(sb::sleep(1ms));
    CHECK(loop.now() - before >= 1ms);
}
