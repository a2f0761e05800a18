// Tasks that belong to an object, and end with it.
#include <switchback/task_owner.hpp>

#include <switchback/promise.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/shield.hpp>
#include <switchback/task_group.hpp>
#include <switchback/task_local.hpp>
#include <switchback/task_scheduler.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <thread>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::failure_after;
using test::live;
using test::logger;
using test::sleeper;
using test::unhandled_log;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

words const released{"a begins", "a cleans up", "a has cleaned up"};

} // namespace

TEST_CASE_FIXTURE(fixture, "own OW1: an owner keeps its tasks going, and lets go of each that has ended") {
    sb::task_owner owner(scheduler);
    CHECK(owner.empty());
    owner.start(value_after{1, 1s});
    auto const two = owner.start(value_after{2, 2s});
    CHECK(owner.size() == 2);
    pump.advance(1s);
    CHECK(owner.size() == 1);
    CHECK_FALSE(two.ready());
    pump.advance(1s);
    CHECK(owner.empty());
    CHECK(two.get() == 2);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "imvu T7, own OW2: when the owner dies its tasks are released before the destructor returns") {
    std::optional<sb::task_owner> owner(scheduler);
    owner->start(logger{&log, "a"});
    owner->start(sleeper{});
    pump.run_ready();
    CHECK(live::count() == 1);
    owner.reset();
    CHECK(log == released);
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own OW2: whatever futures there are: they read as cancelled, and who awaits one sees that") {
    std::optional<sb::task_owner> owner(scheduler);
    auto const kept = owner->start(logger{&log, "a"});
    auto const waiter = scheduler.start([kept](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(kept);
        SB_END();
    });
    pump.run_ready();
    owner.reset();
    CHECK(log == released);
    CHECK(kept.cancelled());
    CHECK_FALSE(waiter.ready());
    pump.run_ready();
    CHECK(waiter.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own OW2: tasks that have not begun never run; one that is shielded ends, too") {
    std::optional<sb::task_owner> owner(scheduler);
    auto const fresh = owner->start(logger{&log, "fresh"});
    owner.reset();
    pump.run_ready();
    CHECK(fresh.cancelled());
    CHECK(log.empty());

    owner.emplace(scheduler);
    auto const waiter = scheduler.start(sb::shield(owner->start(logger{&log, "a"})));
    pump.run_ready();
    owner.reset();
    CHECK(log == released);
    pump.run_ready();
    CHECK(waiter.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own OW2: clean-up that waits goes on behind that, in the scheduler") {
    std::optional<sb::task_owner> owner(scheduler);
    auto const task = owner->start(logger{&log, "a", 1h, 1s});
    pump.run_ready();
    owner.reset();
    CHECK(log == words{"a begins", "a cleans up"});
    pump.advance(1s);
    CHECK(log == released);
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own OW3: an owner that is destroyed by a task of its own ends that at its next suspension") {
    auto owner = std::make_unique<sb::task_owner>(scheduler);
    owner->start(logger{&log, "a"});
    owner->start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        owner.reset();
        log.push_back("goes on");
        SB_AWAIT(sb::yield_now());
        log.push_back("not reached");
        SB_END();
    });
    auto const held = owner->start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        log.push_back("not begun");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up", "goes on"});
    CHECK(held.cancelled());
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own OW3: so where somebody has a future of that task") {
    auto owner = std::make_unique<sb::task_owner>(scheduler);
    auto const task = owner->start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            owner.reset();
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            log.push_back("cleans up");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"cleans up"});
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "own OW3: an owner that dies with the frame of its own task, or of another release, is right, to any depth") {
    struct nested {
        std::unique_ptr<sb::task_owner> owner{};
        sb::future<void> held{};
        live alive{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1h));
            SB_END();
        }
    };
    constexpr int depth = 100000;
    auto owner = std::make_unique<sb::task_owner>(scheduler);
    for (int i = 0; i < depth; ++i) {
        auto outer = std::make_unique<sb::task_owner>(scheduler);
        nested frame;
        frame.held = owner->start(sleeper{});
        frame.owner = std::move(owner);
        outer->start(std::move(frame));
        owner = std::move(outer);
    }
    CHECK(live::count() == 2 * depth);
    owner.reset();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own OW4: close() asks all to end, and waits for their clean-up; nothing is started behind it") {
    sb::task_owner owner(scheduler);
    owner.start(logger{&log, "a", 1h, 2s});
    owner.start(logger{&log, "b", 1h, 1s});
    auto const closed = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_AWAIT(owner.close());
        CHECK(owner.empty());
        CHECK_THROWS_AS(owner.start(sleeper{}), sb::owner_closed);
        SB_AWAIT(owner.close()); // once more
        log.push_back("closed");
        SB_END();
    });
    pump.advance(2s);
    CHECK(log == words{"a begins", "b begins", "a cleans up", "b cleans up", "b has cleaned up"});
    CHECK_THROWS_AS(owner.start(sleeper{}), sb::owner_closed);
    pump.advance(1s);
    CHECK(log.back() == "closed");
    CHECK(closed.ready());
}

TEST_CASE_FIXTURE(fixture, "own OW4: a request of an owner carries that cause; cancel() leaves the owner open") {
    sb::task_owner owner(scheduler);
    auto const task = owner.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_CATCH(sb::cancelled const& why) {
            CHECK(why.cause() == sb::cancel_cause::owner);
            log.push_back("told");
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    owner.cancel();
    CHECK(log.empty());
    auto const later = owner.start(value_after{1});
    pump.run_ready();
    CHECK(log == words{"told"});
    CHECK(task.cancelled());
    CHECK(later.get() == 1);
}

TEST_CASE_FIXTURE(fixture, "own OW4: to cancel who waits in close() leaves the tasks to their clean-up") {
    sb::task_owner owner(scheduler);
    owner.start(logger{&log, "a", 1h, 5s});
    pump.run_ready();
    auto const closing = scheduler.start(owner.close());
    pump.run_ready();
    closing.cancel();
    pump.run_ready();
    CHECK(closing.cancelled());
    CHECK(owner.size() == 1);
    pump.advance(5s);
    CHECK(log == released);
}

TEST_CASE_FIXTURE(fixture, "own OW4: to wait in a task of its own owner is misuse; who waits for one that dies is told") {
    sb::task_owner owner(scheduler);
    owner.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::run_in_parallel(sb::sleep(1s), owner.close()));
        } SB_CATCH(sb::misuse const& error) {
            log.push_back(error.what());
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"a task awaits the end of all tasks of its own owner: of itself"});
    owner.start(value_after{1}); // it is open still

    std::optional<sb::task_owner> dying(scheduler);
    dying->start(logger{&log, "a", 1h, 1h});
    auto const closing = scheduler.start(dying->close());
    pump.run_ready();
    dying.reset();
    pump.run_ready();
    CHECK_THROWS_AS(closing.get(), sb::destroyed);
}

TEST_CASE_FIXTURE(fixture, "imvu T11, own OW5: an error that nobody looks at is reported, once, as the task ends") {
    unhandled_log const unhandled;
    sb::task_owner owner(scheduler);
    owner.start(failure_after{"lost", 1s});
    auto const seen = owner.start(failure_after{"seen", 1s});
    pump.advance(1s);
    CHECK(unhandled.errors() == words{"std::runtime_error: lost"});
    CHECK_THROWS_WITH((void)seen.get(), "seen");
    CHECK(owner.empty());
}

TEST_CASE_FIXTURE(fixture, "own OW6: a task that was started elsewhere can be given to an owner") {
    static sb::task_local<int> const number{0};
    std::optional<sb::task_owner> owner(scheduler);
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        number.set(co, 7);
        owner->keep(co.start([&](sb::returns<void>& inner) {
            SB_BEGIN(inner);
            SB_AWAIT(logger{&log, std::to_string(number.get(inner))});
            SB_END();
        }));
        SB_END();
    });
    pump.run_ready();
    CHECK(owner->size() == 1);
    auto const ended = scheduler.start(value_after{1});
    pump.run_ready();
    owner->keep(ended);
    CHECK(owner->size() == 1);
    sb::promise<int> promised(scheduler);
    auto const soon = promised.get_future();
    owner->keep(soon);
    owner.reset();
    CHECK(soon.cancelled());
    CHECK(log == words{"7 begins", "7 cleans up", "7 has cleaned up"});
    owner.emplace(scheduler);
    CHECK_THROWS_AS(owner->keep(sb::future<void>()), sb::already_awaited);
    sb::testing::virtual_pump other_pump;
    sb::task_scheduler other{other_pump, other_pump};
    CHECK_THROWS_AS(owner->keep(other.start(sleeper{})), sb::wrong_scheduler);
}

TEST_CASE("own OW7: an owner may outlive its scheduler, and starts nothing then") {
    words log;
    std::optional<sb::task_owner> owner;
    {
        sb::testing::virtual_pump pump;
        sb::task_scheduler scheduler{pump, pump};
        owner.emplace(scheduler);
        owner->start(logger{&log, "a"});
        owner->start(sleeper{});
        pump.run_ready();
    }
    CHECK(log == released);
    CHECK(live::count() == 0);
    CHECK(owner->empty());
    CHECK_THROWS_AS(owner->start(sleeper{}), sb::wrong_scheduler);
    owner.reset();
}

TEST_CASE_FIXTURE(fixture, "own OW7: from another thread: wrong_thread") {
    sb::task_owner owner(scheduler);
    std::thread([&] {
        CHECK_THROWS_AS(owner.start(sleeper{}), sb::wrong_thread);
        CHECK_THROWS_AS(owner.cancel(), sb::wrong_thread);
        CHECK_THROWS_AS((void)owner.size(), sb::wrong_thread);
    }).join();
}

TEST_CASE_FIXTURE(fixture, "own OW1: an owner in a frame, made of its context, ends what it has started with the frame") {
    auto task = scheduler.start([&, owner = std::unique_ptr<sb::task_owner>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        owner = std::make_unique<sb::task_owner>(co);
        owner->start(logger{&log, "a"});
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    });
    pump.advance(1s);
    CHECK(task.ready());
    CHECK(log == released);
}
