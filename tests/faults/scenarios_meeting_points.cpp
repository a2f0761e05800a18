// Tasks that meet: events, mutexes, semaphores, conditions, barriers, queues, broadcasts and signals.
#include "frames.hpp"

#include <switchback/async_with.hpp>
#include <switchback/barrier.hpp>
#include <switchback/broadcast.hpp>
#include <switchback/condition.hpp>
#include <switchback/event.hpp>
#include <switchback/mutex.hpp>
#include <switchback/priority_queue.hpp>
#include <switchback/queue.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/semaphore.hpp>
#include <switchback/signal.hpp>

#include <memory>
#include <optional>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

namespace {

struct waits_for_event {
    sb::event* of;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(of->wait());
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

struct has_lock_for {
    sb::mutex* in;
    std::chrono::nanoseconds time;
    std::optional<sb::mutex::guard> lock{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(lock, in->lock()) {
            SB_AWAIT(sb::sleep(time));
        } SB_END_WITH
        SB_END();
    }
};

struct has_permit_for {
    sb::semaphore* in;
    std::chrono::nanoseconds time;
    std::optional<sb::semaphore::permit> one{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(one, in->acquire()) {
            SB_AWAIT(sb::sleep(time));
        } SB_END_WITH
        SB_END();
    }
};

struct waits_for_change {
    sb::mutex* mutex;
    sb::condition* changed;
    int* count;
    std::optional<sb::mutex::guard> lock{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(lock, mutex->lock()) {
            SB_TRY {
                enters_try();
                while (*count == 0) SB_AWAIT(changed->wait(*lock));
                --*count;
            } SB_FINALLY {
                leaves_try();
            } SB_END_TRY
        } SB_END_WITH
        SB_END();
    }
};

using item = std::unique_ptr<test::live>;

struct puts_items {
    sb::queue<item>* into;
    int n;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (; n > 0; --n) SB_AWAIT(into->put(std::make_unique<test::live>()));
        SB_END();
    }
};

struct gets_items {
    sb::queue<item>* from;
    int n;
    item got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (; n > 0; --n) {
            SB_TRY {
                enters_try();
                SB_AWAIT_INTO(got, from->get());
                from->task_done();
            } SB_FINALLY {
                leaves_try();
            } SB_END_TRY
        }
        SB_END();
    }
};

} // namespace

SB_SCENARIO("aio EV1: tasks that wait for an event, which is set, and one that dies", faults::may_report) {
    std::unique_ptr<sb::event> first = std::make_unique<sb::event>();
    std::unique_ptr<sb::event> second = std::make_unique<sb::event>();
    sb::future<void> a{}, b{}, c{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        a = co.start(waits_for_event{first.get()});
        b = co.start(waits_for_event{first.get()});
        c = co.start(waits_for_event{second.get()});
        SB_AWAIT(sb::sleep(1s));
        first->set();
        second.reset();
        SB_AWAIT(a);
        SB_AWAIT(b);
        SB_TRY {
            SB_AWAIT(c);
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("aio L1, aio L2, own MP1: tasks that wait for a mutex, one after the other") {
    std::unique_ptr<sb::mutex> mutex = std::make_unique<sb::mutex>();
    std::optional<sb::mutex::guard> lock{};
    sb::future<void> a{}, b{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(lock, mutex->lock()) {
            a = co.start(has_lock_for{mutex.get(), 1s});
            b = co.start(has_lock_for{mutex.get(), 1s});
            SB_AWAIT(sb::sleep(1s));
        } SB_END_WITH
        a.cancel();
        SB_ASYNC_WITH(lock, mutex->lock()) {
            CHECK(lock->owns_lock());
            SB_AWAIT(sb::yield_now());
        } SB_END_WITH
        SB_AWAIT(b);
        SB_END();
    }
};

SB_SCENARIO("aio SE1: tasks that share permits") {
    std::unique_ptr<sb::semaphore> permits = std::make_unique<sb::semaphore>(2);
    sb::future<void> a{}, b{}, c{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        a = co.start(has_permit_for{permits.get(), 1s});
        b = co.start(has_permit_for{permits.get(), 2s});
        c = co.start(has_permit_for{permits.get(), 1s});
        SB_AWAIT(has_permit_for{permits.get(), 1s});
        SB_AWAIT(a);
        SB_AWAIT(c);
        SB_AWAIT(b);
        CHECK(permits->available() == 2);
        SB_END();
    }
};

SB_SCENARIO("aio CO1: tasks that wait in a condition, and are notified") {
    std::unique_ptr<sb::mutex> mutex = std::make_unique<sb::mutex>();
    std::unique_ptr<sb::condition> changed = std::make_unique<sb::condition>();
    std::unique_ptr<int> count = std::make_unique<int>(0);
    sb::future<void> a{}, b{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        a = co.start(waits_for_change{mutex.get(), changed.get(), count.get()});
        b = co.start(waits_for_change{mutex.get(), changed.get(), count.get()});
        SB_AWAIT(sb::sleep(1s));
        *count = 1;
        changed->notify_one();
        SB_AWAIT(a);
        *count = 1;
        changed->notify_all();
        SB_AWAIT(b);
        SB_END();
    }
};

SB_SCENARIO("aio BA1: tasks that wait for one another, twice") {
    std::unique_ptr<sb::barrier> both = std::make_unique<sb::barrier>(2);
    std::tuple<std::size_t, std::size_t> places{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(places, sb::run_in_parallel(both->wait(), both->wait()));
        CHECK(std::get<0>(places) != std::get<1>(places));
        SB_AWAIT_INTO(places, sb::run_in_parallel(both->wait(), both->wait()));
        CHECK(both->waiting() == 0);
        SB_END();
    }
};

SB_SCENARIO("aio Q1, own MP9: items through a full queue") {
    std::unique_ptr<sb::queue<item>> queue = std::make_unique<sb::queue<item>>(2);
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::run_in_parallel(puts_items{queue.get(), 4}, puts_items{queue.get(), 2},
            gets_items{queue.get(), 3}, gets_items{queue.get(), 3}));
        SB_AWAIT(queue->join());
        queue->close();
        SB_TRY {
            SB_AWAIT(queue->put(nullptr));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("trio N8: items from hand to hand") {
    std::unique_ptr<sb::queue<item>> queue = std::make_unique<sb::queue<item>>(0);
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::run_in_parallel(puts_items{queue.get(), 3}, gets_items{queue.get(), 3}));
        SB_END();
    }
};

SB_SCENARIO("own MP10: a queue by priority") {
    std::unique_ptr<sb::priority_queue<int>> queue = std::make_unique<sb::priority_queue<int>>(2);
    sb::future<void> late{};
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(queue->put(2));
        SB_AWAIT(queue->put(1));
        late = co.start(queue->put(0));
        SB_AWAIT(sb::yield_now());
        SB_AWAIT_INTO(got, queue->get());
        CHECK(got == 1);
        SB_AWAIT(late);
        SB_AWAIT_INTO(got, queue->get());
        CHECK(got == 0);
        SB_END();
    }
};

SB_SCENARIO("own MP3: a queue that dies with those who wait in it", faults::may_report) {
    std::unique_ptr<sb::queue<item>> queue = std::make_unique<sb::queue<item>>(1);
    sb::future<void> puts{}, gets{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        puts = co.start(puts_items{queue.get(), 3});
        SB_AWAIT(sb::sleep(1s));
        queue->try_get();
        queue.reset();
        SB_TRY {
            SB_AWAIT(puts);
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own MP11, own MP12: those who listen to a broadcast, one of them slowly") {
    using subscription = sb::broadcast<std::shared_ptr<test::live>>::subscription;
    std::unique_ptr<sb::broadcast<std::shared_ptr<test::live>>> news =
        std::make_unique<sb::broadcast<std::shared_ptr<test::live>>>();
    std::unique_ptr<subscription> quick{}, slow{};
    sb::future<std::shared_ptr<test::live>> next{};
    std::optional<std::shared_ptr<test::live>> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        quick = std::make_unique<subscription>(news->subscribe());
        slow = std::make_unique<subscription>(news->subscribe(1));
        next = co.start(quick->get());
        SB_AWAIT(sb::yield_now());
        news->publish(std::make_shared<test::live>());
        news->publish(std::make_shared<test::live>());
        SB_AWAIT_INTO(got, next);
        SB_AWAIT_INTO(got, slow->next());
        CHECK(slow->missed() == 1);
        news.reset();
        SB_AWAIT_INTO(got, slow->next());
        CHECK_FALSE(got);
        SB_END();
    }
};

SB_SCENARIO("own MP13, own MP15: those who wait for a signal, with a predicate and without", faults::may_report) {
    std::unique_ptr<sb::signal<std::shared_ptr<test::live>>> made =
        std::make_unique<sb::signal<std::shared_ptr<test::live>>>();
    sb::future<std::shared_ptr<test::live>> a{}, b{};
    std::shared_ptr<test::live> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        a = co.start(made->next());
        b = co.start(made->next([](std::shared_ptr<test::live> const& what) { return what != nullptr; }));
        SB_AWAIT(sb::yield_now());
        made->raise(nullptr);
        made->raise(std::make_shared<test::live>());
        SB_AWAIT_INTO(got, a);
        CHECK_FALSE(static_cast<bool>(got));
        SB_AWAIT_INTO(got, b);
        CHECK(static_cast<bool>(got));
        SB_END();
    }
};
