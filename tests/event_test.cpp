// Something that happens, and that tasks wait for.
#include <switchback/event.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <thread>

#include "support/fixture.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::words;
using namespace std::chrono_literals;

namespace {

struct waits {
    sb::event* of;
    words* log;
    std::string name;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(of->wait());
            log->push_back(name);
        } SB_CATCH(sb::destroyed const& seen) {
            log->push_back(name + ": " + seen.what());
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "aio EV1: set() wakes all who wait, in their order, even if it is cleared at once") {
    sb::event happened;
    auto const a = scheduler.start(waits{&happened, &log, "a"});
    auto const b = scheduler.start(waits{&happened, &log, "b"});
    pump.run_ready();
    CHECK(log.empty());
    happened.set();
    happened.clear();
    auto const late = scheduler.start(waits{&happened, &log, "late"});
    pump.run_ready();
    CHECK(log == words{"a", "b"});
    CHECK_FALSE(happened.is_set());
    CHECK_FALSE(late.ready());
    happened.set();
    pump.run_ready();
    CHECK(log == words{"a", "b", "late"});
}

TEST_CASE_FIXTURE(fixture, "aio EV1: where it is set already nobody waits") {
    sb::event happened{true};
    CHECK(happened.is_set());
    auto const a = scheduler.start(waits{&happened, &log, "a"});
    pump.run_ready();
    CHECK(log == words{"a"});
    happened.clear();
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, happened.wait())), sb::timed_out);
}

TEST_CASE_FIXTURE(fixture, "aio EV1: waiters that are cancelled or dropped, before it is set or behind, disturb no others") {
    sb::event happened;
    auto const first = scheduler.start(waits{&happened, &log, "first"});
    auto dropped = scheduler.start(waits{&happened, &log, "dropped"});
    auto const cancelled = scheduler.start(waits{&happened, &log, "cancelled"});
    auto dropped_late = scheduler.start(waits{&happened, &log, "dropped late"});
    auto const last = scheduler.start(waits{&happened, &log, "last"});
    pump.run_ready();
    dropped.reset();
    happened.set();
    cancelled.cancel();
    dropped_late.reset();
    pump.run_ready();
    CHECK(log == words{"first", "last"});
    CHECK(cancelled.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own MP3: those who wait in an event that dies are told so") {
    auto happened = std::make_unique<sb::event>();
    auto const a = scheduler.start(waits{happened.get(), &log, "a"});
    auto const b = scheduler.start(waits{happened.get(), &log, "b"});
    pump.run_ready();
    happened.reset();
    pump.run_ready();
    CHECK(log == words{"a: what this task waited for has been destroyed", "b: what this task waited for has been destroyed"});
}

TEST_CASE_FIXTURE(fixture, "own MP3: who was woken before goes on as if nothing were") {
    auto happened = std::make_unique<sb::event>();
    auto const a = scheduler.start(waits{happened.get(), &log, "a"});
    pump.run_ready();
    happened->set();
    happened.reset();
    pump.run_ready();
    CHECK(log == words{"a"});
}

TEST_CASE_FIXTURE(fixture, "own MP5: tasks of two schedulers wait in one event, and each goes on in its own") {
    sb::testing::virtual_pump other_pump;
    sb::task_scheduler other{other_pump, other_pump};
    sb::event happened;
    auto const here = scheduler.start(waits{&happened, &log, "here"});
    auto const there = other.start(waits{&happened, &log, "there"});
    pump.run_ready();
    other_pump.run_ready();
    happened.set();
    other_pump.run_ready();
    CHECK(log == words{"there"});
    pump.run_ready();
    CHECK(log == words{"there", "here"});
}

TEST_CASE_FIXTURE(fixture, "own MP4: an event belongs to the thread that uses it first") {
    sb::event happened;
    happened.clear();
    std::thread([&] {
        CHECK_THROWS_AS(happened.set(), sb::wrong_thread);
        CHECK_THROWS_AS(happened.clear(), sb::wrong_thread);
        sb::native_pump own_pump;
        sb::task_scheduler own{own_pump};
        CHECK_THROWS_AS(own.run(happened.wait()), sb::wrong_thread);
    }).join();
}

TEST_CASE("aio D5: a scheduler is closed while tasks wait in an event") {
    words log;
    sb::event happened;
    {
        test::virtual_time time;
        time.scheduler.start_detached(waits{&happened, &log, "a"});
        time.pump.run_ready();
    }
    happened.set();
    CHECK(log.empty());
}
