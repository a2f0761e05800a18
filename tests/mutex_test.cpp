// Who has a mutex does something in peace.
#include <switchback/mutex.hpp>

#include <switchback/async_with.hpp>
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

// Has the lock for a while.
struct worker {
    sb::mutex* in;
    words* log;
    std::string name;
    std::chrono::nanoseconds time = 1s;
    std::optional<sb::mutex::guard> lock{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_ASYNC_WITH(lock, in->lock()) {
                log->push_back(name);
                SB_AWAIT(sb::sleep(time));
            } SB_END_WITH
        } SB_CATCH(std::exception const& error) {
            log->push_back(name + ": " + error.what());
        } SB_END_TRY
        SB_END();
    }
};

char const* const gone = ": what this task waited for has been destroyed";

} // namespace

TEST_CASE_FIXTURE(fixture, "aio L1: the lock goes to those who wait in their order, one at a time") {
    sb::mutex mutex;
    auto const a = scheduler.start(worker{&mutex, &log, "a"});
    auto const b = scheduler.start(worker{&mutex, &log, "b"});
    auto const c = scheduler.start(worker{&mutex, &log, "c"});
    pump.run_ready();
    CHECK(log == words{"a"});
    CHECK(mutex.is_locked());
    pump.advance(1s);
    CHECK(log == words{"a", "b"});
    pump.advance(2s);
    CHECK(log == words{"a", "b", "c"});
    CHECK_FALSE(mutex.is_locked());
    CHECK(passed() == 3s);
}

TEST_CASE_FIXTURE(fixture, "aio L1, own MP2: nobody overtakes while the lock is on its way to the next") {
    sb::mutex mutex;
    auto first = mutex.try_lock();
    REQUIRE(first);
    CHECK(first->owns_lock());
    CHECK_FALSE(mutex.try_lock());
    auto const waiting = scheduler.start(worker{&mutex, &log, "waiting"});
    pump.run_ready();
    first->unlock(); // it is on its way
    CHECK(mutex.is_locked());
    CHECK_FALSE(mutex.try_lock());
    auto const late = scheduler.start(worker{&mutex, &log, "late"});
    pump.run_ready();
    CHECK(log == words{"waiting"});
    pump.advance(1s);
    CHECK(log == words{"waiting", "late"});
}

TEST_CASE_FIXTURE(fixture, "aio L2, own MP1: a waiter that is cancelled or dropped passes the lock on, also where it was to have it next") {
    for (bool has_it_next : {false, true}) {
        for (bool drop : {false, true}) {
            CAPTURE(has_it_next);
            CAPTURE(drop);
            log.clear();
            sb::mutex mutex;
            auto first = mutex.try_lock();
            auto ends = scheduler.start(worker{&mutex, &log, "ends"});
            auto const next = scheduler.start(worker{&mutex, &log, "next"});
            pump.run_ready();
            if (has_it_next) first->unlock();
            if (drop) {
                ends.reset();
            } else {
                ends.cancel();
            }
            if (!has_it_next) first->unlock();
            pump.run_ready();
            CHECK(log == words{"next"});
            pump.advance(1s);
            CHECK_FALSE(mutex.is_locked());
        }
    }
}

TEST_CASE_FIXTURE(fixture, "aio L2: a time limit while waiting leaves the mutex as it was") {
    sb::mutex mutex;
    auto first = mutex.try_lock();
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, mutex.lock())), sb::timed_out);
    first->unlock();
    CHECK(mutex.try_lock());
    auto const got = scheduler.run(mutex.lock());
    CHECK(got.owns_lock());
    CHECK(mutex.is_locked());
}

TEST_CASE_FIXTURE(fixture, "own MP6: a guard is moved, unlocked, and dropped; and may outlive the mutex") {
    auto mutex = std::make_unique<sb::mutex>();
    sb::mutex::guard kept;
    CHECK_FALSE(kept.owns_lock());
    CHECK_THROWS_AS(kept.unlock(), sb::not_locked);
    {
        auto lock = mutex->try_lock();
        kept = std::move(*lock);
        CHECK_FALSE(lock->owns_lock());
    }
    CHECK(mutex->is_locked());
    kept.unlock();
    CHECK_FALSE(mutex->is_locked());
    CHECK_FALSE(kept);
    kept = std::move(*mutex->try_lock());
    sb::mutex::guard moved{std::move(kept)};
    CHECK(moved);
    mutex.reset();
    CHECK_FALSE(moved.owns_lock());
    CHECK_THROWS_AS(moved.unlock(), sb::not_locked);
}

TEST_CASE_FIXTURE(fixture, "own MP3: those who wait for a mutex that dies are told so, and so is the one to whom the lock is on its way") {
    auto mutex = std::make_unique<sb::mutex>();
    auto first = mutex->try_lock();
    auto const a = scheduler.start(worker{mutex.get(), &log, "a"});
    auto const b = scheduler.start(worker{mutex.get(), &log, "b"});
    pump.run_ready();
    first->unlock();
    mutex.reset();
    pump.run_ready();
    CHECK(log == words{std::string("a") + gone, std::string("b") + gone});
}

TEST_CASE_FIXTURE(fixture, "own MP3: a task of a second scheduler, to whom the lock is on its way, is told so too") {
    sb::testing::virtual_pump other_pump;
    sb::task_scheduler other{other_pump, other_pump};
    auto mutex = std::make_unique<sb::mutex>();
    auto first = mutex->try_lock();
    auto const a = other.start(worker{mutex.get(), &log, "a"});
    other_pump.run_ready();
    first->unlock();
    mutex.reset();
    pump.run_ready();
    other_pump.run_ready();
    CHECK(log == words{std::string("a") + gone});
}

TEST_CASE_FIXTURE(fixture, "own MP7: a task that holds the lock in a frame of its own, and asks for it again, is told so") {
    sb::mutex mutex;
    auto const outer = scheduler.start([&, lock = std::optional<sb::mutex::guard>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(lock, mutex.lock()) {
            SB_TRY {
                SB_AWAIT(mutex.lock());
            } SB_CATCH(sb::already_locked const& error) {
                log.push_back(error.what());
            } SB_END_TRY
            SB_AWAIT((worker{&mutex, &log, "inner"}));
            CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, mutex.lock())), sb::timed_out); // another task
        } SB_END_WITH
        SB_END();
    });
    pump.advance(2s);
    CHECK(outer.ready());
    CHECK(log == words{"this task holds the mutex already, and would wait for itself",
                     "inner: this task holds the mutex already, and would wait for itself"});
    CHECK_FALSE(mutex.is_locked());
}

TEST_CASE_FIXTURE(fixture, "own MP7: where the guard has been handed to another task, one may wait for it") {
    sb::mutex mutex;
    sb::mutex::guard elsewhere;
    auto const task = scheduler.start([&, lock = sb::mutex::guard()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(lock, mutex.lock());
        elsewhere = std::move(lock);
        SB_AWAIT_INTO(lock, mutex.lock());
        log.push_back("again");
        SB_END();
    });
    pump.run_ready();
    CHECK(log.empty());
    elsewhere.unlock();
    pump.run_ready();
    CHECK(log == words{"again"});
}

TEST_CASE_FIXTURE(fixture, "own MP1: a task that gives way with the lock reserved, and is cancelled there, has not locked it") {
    sb::mutex mutex;
    auto const greedy = scheduler.start([&, i = 0](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        for (;; ++i) SB_AWAIT(mutex.lock());
        SB_END();
    });
    scheduler.set_turn_limit({1, sb::event_pump::endless});
    pump.turn(false); // its first 128
    CHECK(mutex.is_locked()); // reserved
    greedy.cancel();
    CHECK_FALSE(mutex.is_locked());
    pump.run_ready();
    CHECK(mutex.try_lock());
}

TEST_CASE_FIXTURE(fixture, "own MP4: a mutex belongs to the thread that uses it first") {
    sb::mutex mutex;
    auto lock = mutex.try_lock();
    std::thread([&] {
        CHECK_THROWS_AS(mutex.try_lock(), sb::wrong_thread);
        CHECK_THROWS_AS(lock->unlock(), sb::wrong_thread);
        sb::native_pump own_pump;
        sb::task_scheduler own{own_pump};
        CHECK_THROWS_AS(own.run(mutex.lock()), sb::wrong_thread);
    }).join();
    CHECK(lock->owns_lock());
}

TEST_CASE("aio D5: a scheduler is closed while a task has a mutex, and others wait for it") {
    words log;
    sb::mutex mutex;
    {
        test::virtual_time time;
        for (char const* name : {"a", "b", "c"}) time.scheduler.start_detached(worker{&mutex, &log, name});
        time.pump.run_ready();
    }
    CHECK(log == words{"a"});
    CHECK_FALSE(mutex.is_locked());
}
