// A state, guarded by a mutex, that tasks wait for a change of.
#include <switchback/condition.hpp>

#include <switchback/async_with.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <thread>

#include "support/fixture.hpp"

namespace sb = switchback;
using test::words;
using namespace std::chrono_literals;

namespace {

struct fixture : test::virtual_time_with_log {
    // They outlive the tasks.
    std::unique_ptr<sb::mutex> mutex = std::make_unique<sb::mutex>();
    std::unique_ptr<sb::condition> changed = std::make_unique<sb::condition>();
    ~fixture() { CHECK(scheduler.unfinished_tasks() == 0); }
};

// Waits once, and says how it went on: with the lock or without.
struct waiter {
    fixture* of;
    std::string name;
    std::optional<sb::mutex::guard> lock{};
    ~waiter() {
        if (lock) of->log.push_back(name + (lock->owns_lock() ? " dies with it" : " dies without"));
    }
    waiter(fixture* of_, std::string name_) : of(of_), name(std::move(name_)) {}
    waiter(waiter&&) = default;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(lock, of->mutex->lock()) {
            SB_TRY {
                SB_AWAIT(of->changed->wait(*lock));
                of->log.push_back(name);
            } SB_CATCH(std::exception const& error) {
                of->log.push_back(name + ": " + error.what());
            } SB_FINALLY {
                CHECK(of->mutex->is_locked());
                if (!lock->owns_lock()) of->log.push_back(name + " without the lock");
            } SB_END_TRY
        } SB_END_WITH
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "aio CO1: those who wait are notified in their order, so many as are said, and have the lock then") {
    std::vector<sb::future<void>> all;
    for (char const* name : {"a", "b", "c", "d", "e"}) all.push_back(scheduler.start(waiter{this, name}));
    pump.run_ready();
    CHECK(changed->waiting() == 5);
    CHECK_FALSE(mutex->is_locked());
    changed->notify_one();
    changed->notify_one();
    CHECK(changed->waiting() == 3);
    pump.run_ready();
    CHECK(log == words{"a", "b"});
    changed->notify(2);
    pump.run_ready();
    CHECK(log == words{"a", "b", "c", "d"});
    changed->notify_all();
    changed->notify_all();
    pump.run_ready();
    CHECK(log == words{"a", "b", "c", "d", "e"});
}

TEST_CASE_FIXTURE(fixture, "aio CO1: who is notified waits for the lock in its turn") {
    auto const a = scheduler.start(waiter{this, "a"});
    pump.run_ready();
    auto held = mutex->try_lock();
    auto const next = scheduler.start([&, lock = std::optional<sb::mutex::guard>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(lock, mutex->lock()) {
            log.push_back("next");
        } SB_END_WITH
        SB_END();
    });
    pump.run_ready();
    changed->notify_one();
    pump.run_ready();
    CHECK(log.empty());
    held->unlock();
    pump.run_ready();
    CHECK(log == words{"next", "a"});
}

TEST_CASE_FIXTURE(fixture, "aio CO1: a wait that is cancelled comes back with the lock, before it is notified or behind") {
    for (bool notified : {false, true}) {
        CAPTURE(notified);
        log.clear();
        auto const a = scheduler.start(waiter{this, "a"});
        pump.run_ready();
        auto held = mutex->try_lock();
        if (notified) changed->notify_one();
        a.cancel();
        a.cancel();
        pump.run_ready();
        CHECK_FALSE(a.ready()); // it waits for the lock
        CHECK(log.empty());
        held->unlock();
        pump.run_ready();
        CHECK(a.cancelled());
        CHECK(log.empty()); // with the lock
        CHECK_FALSE(mutex->is_locked());
    }
}

TEST_CASE_FIXTURE(fixture, "aio CO1: a time limit in a wait is the limit's, and the block has the lock again") {
    auto const a = scheduler.start(
        [&, lock = std::optional<sb::mutex::guard>(), limit = std::optional<sb::move_on_after>()](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            SB_ASYNC_WITH(lock, mutex->lock()) {
                SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
                    SB_AWAIT(changed->wait(*lock));
                } SB_END_WITH
                CHECK(limit->expired());
                CHECK(lock->owns_lock());
                log.push_back("goes on");
            } SB_END_WITH
            SB_END();
        });
    pump.advance(1s);
    CHECK(log == words{"goes on"});
    CHECK_FALSE(mutex->is_locked());
}

TEST_CASE_FIXTURE(fixture, "aio CO1: a release cannot wait: the guard is without the lock, and says so") {
    for (bool notified : {false, true}) {
        CAPTURE(notified);
        log.clear();
        auto a = scheduler.start(waiter{this, "a"});
        pump.run_ready();
        auto held = mutex->try_lock();
        if (notified) changed->notify_one();
        a.reset();
        CHECK(log == words{"a without the lock"});
        CHECK(mutex->is_locked());
        held.reset();
        CHECK_FALSE(mutex->is_locked());
    }
}

TEST_CASE_FIXTURE(fixture, "aio CO1, own MP1: a notification whose waiter ends without it goes to the next (cpython#112202)") {
    for (bool drop : {false, true}) {
        for (bool has_lock_next : {false, true}) {
            CAPTURE(drop);
            CAPTURE(has_lock_next);
            log.clear();
            auto ends = scheduler.start(waiter{this, "ends"});
            auto const next = scheduler.start(waiter{this, "next"});
            pump.run_ready();
            auto held = mutex->try_lock();
            if (has_lock_next) held.reset();
            changed->notify_one();
            if (drop) {
                ends.reset();
            } else {
                ends.cancel();
            }
            held.reset();
            pump.run_ready();
            CHECK(next.ready());
            CHECK(log.back() == "next");
            CHECK(changed->waiting() == 0);
        }
    }
}

TEST_CASE_FIXTURE(fixture, "aio CO1: the form with a predicate waits until it holds, and not at all where it does") {
    int count = 0;
    auto const consumer = scheduler.start([&, lock = std::optional<sb::mutex::guard>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(lock, mutex->lock()) {
            SB_AWAIT(changed->wait(*lock, [&] { return count >= 2; }));
            CHECK(lock->owns_lock());
            SB_AWAIT(changed->wait(*lock, [&] { return count >= 2; }));
            log.push_back("enough");
        } SB_END_WITH
        SB_END();
    });
    for (; count < 2; ++count) {
        changed->notify_all();
        pump.run_ready();
        CHECK(log.empty());
    }
    changed->notify_all();
    pump.run_ready();
    CHECK(log == words{"enough"});
}

TEST_CASE_FIXTURE(fixture, "aio CO1: what the predicate throws is raised at the await, with the lock held") {
    auto const task = scheduler.start([&, lock = std::optional<sb::mutex::guard>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(lock, mutex->lock()) {
            SB_TRY {
                SB_AWAIT(changed->wait(*lock, []() -> bool { throw std::runtime_error("no"); }));
            } SB_CATCH(std::runtime_error const& error) {
                CHECK(lock->owns_lock());
                log.push_back(error.what());
            } SB_END_TRY
        } SB_END_WITH
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"no"});
}

TEST_CASE_FIXTURE(fixture, "own MP6: the guard may be moved meanwhile, and the lock comes to where it is; or dropped, and nobody has it") {
    sb::mutex::guard lock = std::move(*mutex->try_lock());
    auto const waits = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(changed->wait(lock));
        SB_END();
    });
    pump.run_ready();
    CHECK_FALSE(lock.owns_lock());
    CHECK_THROWS_AS(lock.unlock(), sb::not_locked);
    CHECK_THROWS_AS(scheduler.run(changed->wait(lock)), sb::not_locked);
    auto elsewhere = std::make_unique<sb::mutex::guard>(std::move(lock));
    changed->notify_one();
    pump.run_ready();
    CHECK(waits.ready());
    CHECK_FALSE(lock.owns_lock());
    CHECK(elsewhere->owns_lock());

    auto const again = scheduler.start(changed->wait(*elsewhere));
    pump.run_ready();
    elsewhere.reset();
    changed->notify_one();
    pump.run_ready();
    CHECK(again.ready());
    CHECK_FALSE(mutex->is_locked());
}

TEST_CASE_FIXTURE(fixture, "own MP3: when the condition dies those who wait are told so, with the lock") {
    auto const a = scheduler.start(waiter{this, "a"});
    auto const b = scheduler.start(waiter{this, "b"});
    pump.run_ready();
    changed->notify_one();
    changed.reset();
    pump.run_ready();
    CHECK(log.size() == 2);
    CHECK(a.ready());
    CHECK(b.ready());
    CHECK_FALSE(mutex->is_locked());
}

TEST_CASE_FIXTURE(fixture, "own MP3: when the mutex dies those who wait in the condition are told so as soon as they are notified") {
    for (int when : {0, 1, 2}) { // before they are notified; while they wait for the lock; while it is on its way
        CAPTURE(when);
        log.clear();
        mutex = std::make_unique<sb::mutex>();
        auto const a = scheduler.start([&, lock = std::optional<sb::mutex::guard>()](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            SB_AWAIT_INTO(lock, mutex->lock());
            SB_TRY {
                SB_AWAIT(changed->wait(*lock));
            } SB_CATCH(sb::destroyed const& error) {
                log.push_back(error.what());
                CHECK_FALSE(lock->owns_lock());
            } SB_END_TRY
            SB_END();
        });
        pump.run_ready();
        auto held = when == 1 ? mutex->try_lock() : std::nullopt;
        if (when != 0) changed->notify_one();
        mutex.reset();
        if (when == 0) changed->notify_one();
        pump.run_ready();
        CHECK(log == words{"what this task waited for has been destroyed"});
    }
}

TEST_CASE_FIXTURE(fixture, "own MP4: a condition belongs to the thread that uses it first") {
    changed->notify_one();
    std::thread([&] { CHECK_THROWS_AS(changed->notify_all(), sb::wrong_thread); }).join();
}

TEST_CASE("aio CO1: random waits, notifications and cancellations: no notification is lost, nobody goes on without the lock") {
    struct counted {
        sb::mutex* mutex;
        sb::condition* changed;
        int* tokens;
        int* got;
        std::optional<sb::mutex::guard> lock{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(lock, mutex->lock()) {
                while (*tokens == 0) SB_AWAIT(changed->wait(*lock));
                CHECK(lock->owns_lock());
                --*tokens;
                ++*got;
                SB_AWAIT(sb::sleep(10ms));
            } SB_END_WITH
            SB_END();
        }
    };
    for (unsigned seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        test::virtual_time time;
        sb::mutex mutex;
        sb::condition changed;
        int tokens = 0, got = 0, put = 0;
        std::vector<sb::future<void>> all;
        for (int i = 0; i < 150; ++i) {
            switch (random() % 6) {
            case 0:
            case 1: all.push_back(time.scheduler.start(counted{&mutex, &changed, &tokens, &got})); break;
            case 2:
                if (!all.empty()) all[random() % all.size()].cancel();
                break;
            case 3:
                if (!all.empty()) all.erase(all.begin() + static_cast<std::ptrdiff_t>(random() % all.size()));
                break;
            case 4:
                ++tokens;
                ++put;
                changed.notify_one();
                break;
            case 5: time.pump.advance(std::chrono::milliseconds(random() % 30)); break;
            }
        }
        time.pump.advance(1h);
        CHECK(got + tokens == put);
        if (tokens != 0) CHECK(changed.waiting() == 0); // one who waits though there is a token: a lost notification
        all.clear();
        CHECK_FALSE(mutex.is_locked());
    }
}

TEST_CASE("aio D5: a scheduler is closed while tasks wait in a condition") {
    sb::mutex mutex;
    sb::condition changed;
    {
        test::virtual_time time;
        for (int i = 0; i < 3; ++i) {
            time.scheduler.start_detached([&, lock = std::optional<sb::mutex::guard>()](sb::returns<void>& co) mutable {
                SB_BEGIN(co);
                SB_ASYNC_WITH(lock, mutex.lock()) {
                    SB_AWAIT(changed.wait(*lock));
                } SB_END_WITH
                SB_END();
            });
        }
        time.pump.run_ready();
        changed.notify_one();
    }
    CHECK(changed.waiting() == 0);
    CHECK_FALSE(mutex.is_locked());
}
