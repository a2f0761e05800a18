// Items from some tasks to others.
#include <switchback/queue.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <thread>

#include "support/fixture.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

template <class T = int>
struct getter {
    sb::queue<T>* from;
    words* log;
    std::string name;
    std::optional<T> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(got, from->get());
            log->push_back(name + std::to_string(*got));
        } SB_CATCH(std::exception const& error) {
            log->push_back(name + ": " + error.what());
        } SB_END_TRY
        SB_END();
    }
};

struct putter {
    sb::queue<int>* to;
    words* log;
    int item;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(to->put(item));
            log->push_back("put " + std::to_string(item));
        } SB_CATCH(std::exception const& error) {
            log->push_back("put " + std::to_string(item) + ": " + error.what());
        } SB_END_TRY
        SB_END();
    }
};

std::vector<int> all_in(sb::queue<int>& queue) {
    std::vector<int> found;
    while (auto item = queue.try_get()) found.push_back(*item);
    return found;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "aio Q1: items come out in the order in which they went in, to getters in their order") {
    sb::queue<int> queue;
    CHECK(queue.empty());
    std::vector<sb::future<void>> all;
    for (char const* name : {"a", "b", "c"}) all.push_back(scheduler.start(getter<>{&queue, &log, name}));
    pump.run_ready();
    CHECK(log.empty());
    for (int i = 1; i <= 5; ++i) CHECK(queue.try_put(i));
    CHECK(queue.size() == 5);
    pump.run_ready();
    CHECK(log == words{"a1", "b2", "c3"});
    CHECK(queue.size() == 2);
    CHECK_FALSE(queue.full());
    CHECK(all_in(queue) == std::vector<int>{4, 5});
}

TEST_CASE_FIXTURE(fixture, "aio Q1: where it is full putters wait, and go on in their order as there is room") {
    sb::queue<int> queue{2};
    CHECK(queue.capacity() == 2);
    std::vector<sb::future<void>> all;
    for (int i = 1; i <= 5; ++i) all.push_back(scheduler.start(putter{&queue, &log, i}));
    pump.run_ready();
    CHECK(log == words{"put 1", "put 2"});
    CHECK(queue.full());
    CHECK_FALSE(queue.try_put(9));
    CHECK(*queue.try_get() == 1);
    CHECK_FALSE(queue.try_put(9)); // the room is somebody's
    pump.run_ready();
    CHECK(log == words{"put 1", "put 2", "put 3"});
    for (int i = 2; i <= 5; ++i) {
        CHECK(*queue.try_get() == i);
        pump.run_ready();
    }
    CHECK(log.size() == 5);
    CHECK(queue.empty());
}

TEST_CASE_FIXTURE(fixture, "own MP2: a newcomer goes behind those who were served and have not gone on, and try_get() gets nothing") {
    sb::queue<int> queue;
    auto const a = scheduler.start(getter<>{&queue, &log, "a"});
    pump.run_ready();
    queue.try_put(1);
    queue.try_put(2);
    CHECK_FALSE(queue.try_get());
    auto const b = scheduler.start(getter<>{&queue, &log, "b"});
    pump.run_ready();
    CHECK(log == words{"a1", "b2"});
}

TEST_CASE_FIXTURE(fixture, "aio Q1, own MP1: a getter that is cancelled or dropped has taken nothing, and items keep their order") {
    for (bool drop : {false, true}) {
        CAPTURE(drop);
        log.clear();
        sb::queue<int> queue;
        auto ends = scheduler.start(getter<>{&queue, &log, "ends"});
        auto const next = scheduler.start(getter<>{&queue, &log, "next"});
        pump.run_ready();
        queue.try_put(1);
        queue.try_put(2);
        if (drop) {
            ends.reset();
        } else {
            ends.cancel();
        }
        pump.run_ready();
        CHECK(log == words{"next1"});
        CHECK(all_in(queue) == std::vector<int>{2});
    }
}

TEST_CASE_FIXTURE(fixture, "aio Q1, own MP1: the item of a served getter that ends goes to one who waits") {
    sb::queue<int> queue;
    auto ends = scheduler.start(getter<>{&queue, &log, "ends"});
    auto const next = scheduler.start(getter<>{&queue, &log, "next"});
    pump.run_ready();
    queue.try_put(1);
    ends.cancel();
    pump.run_ready();
    CHECK(log == words{"next1"});
}

TEST_CASE_FIXTURE(fixture, "aio Q1, own MP1: a put that is cancelled has put nothing, and its room is another's") {
    for (int how : {0, 1, 2, 3}) { // cancelled or dropped, waiting or served
        CAPTURE(how);
        log.clear();
        sb::queue<int> queue{1};
        queue.try_put(1);
        auto ends = scheduler.start(putter{&queue, &log, 2});
        auto const next = scheduler.start(putter{&queue, &log, 3});
        pump.run_ready();
        if (how >= 2) CHECK(*queue.try_get() == 1);
        if (how % 2 == 0) {
            ends.cancel();
        } else {
            ends.reset();
        }
        if (how < 2) CHECK(*queue.try_get() == 1);
        pump.run_ready();
        CHECK(log == words{"put 3"});
        CHECK(all_in(queue) == std::vector<int>{3});
    }
}

TEST_CASE_FIXTURE(fixture, "own MP1: a put that gives way, after many that need not wait, and is cancelled there, has put nothing") {
    sb::queue<int> queue;
    int counted = 0;
    auto const greedy = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT(queue.put(counted));
            ++counted;
        }
        SB_END();
    });
    scheduler.set_turn_limit({1, sb::event_pump::endless});
    for (int turns = 1; turns <= 3; ++turns) {
        pump.turn(false);
        CHECK(queue.size() == std::size_t(counted));
        CHECK(counted > 0);
    }
    greedy.cancel();
    pump.run_ready();
    CHECK(queue.size() == std::size_t(counted));
    CHECK(queue.try_put(1)); // nobody has room reserved
}

TEST_CASE_FIXTURE(fixture, "aio Q1: a time limit in a get loses no item (python/asyncio#201)") {
    sb::queue<int> queue;
    auto const late = scheduler.start(sb::with_timeout(1s, queue.get()));
    pump.run_ready();
    auto const puts = scheduler.start([&](sb::returns<void>& co) { // in the turn in which the limit is over
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_AWAIT(queue.put(7));
        SB_END();
    });
    pump.advance(1s);
    CHECK(late.ready());
    int got = 0;
    try {
        got = late.get();
    } catch (sb::timed_out const&) {
        got = *queue.try_get();
    }
    CHECK(got == 7);
}

TEST_CASE_FIXTURE(fixture, "aio Q1: a closed queue takes nothing, gives what is left, and then the end") {
    sb::queue<int> queue{2};
    queue.try_put(1);
    queue.try_put(2);
    auto const putting = scheduler.start(putter{&queue, &log, 3});
    pump.run_ready();
    queue.close();
    queue.close();
    CHECK(queue.is_closed());
    pump.run_ready();
    CHECK(log == words{"put 3: the queue has been closed"});
    CHECK_FALSE(queue.try_put(4));
    CHECK_THROWS_AS(scheduler.run(queue.put(4)), sb::queue_closed);
    CHECK(scheduler.run(queue.get()) == 1);
    CHECK(scheduler.run(queue.next()) == 2);
    CHECK_FALSE(scheduler.run(queue.next()).has_value());
    CHECK_THROWS_AS(scheduler.run(queue.get()), sb::queue_closed);
    CHECK_FALSE(queue.try_get());
}

TEST_CASE_FIXTURE(fixture, "aio Q1: a close wakes those who wait, behind those who have an item") {
    sb::queue<int> queue;
    std::vector<sb::future<void>> all;
    for (char const* name : {"a", "b", "c"}) all.push_back(scheduler.start(getter<>{&queue, &log, name}));
    pump.run_ready();
    queue.try_put(1);
    queue.close();
    all.push_back(scheduler.start(getter<>{&queue, &log, "d"}));
    pump.run_ready();
    CHECK(log == words{"a1", "b: the queue has been closed", "c: the queue has been closed", "d: the queue has been closed"});
}

TEST_CASE_FIXTURE(fixture, "aio Q1: a putter that was served when the queue is closed has put nothing") {
    sb::queue<int> queue{1};
    queue.try_put(1);
    auto const late = scheduler.start(putter{&queue, &log, 2});
    pump.run_ready();
    CHECK(*queue.try_get() == 1);
    queue.close();
    pump.run_ready();
    CHECK(log == words{"put 2: the queue has been closed"});
    CHECK(queue.empty());
}

TEST_CASE_FIXTURE(fixture, "aio Q1: next() goes through a queue to its end") {
    sb::queue<std::string> queue;
    auto const reader = scheduler.start([&, item = std::optional<std::string>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT_INTO(item, queue.next());
            if (!item) break;
            log.push_back(*item);
        }
        log.push_back("end");
        SB_END();
    });
    pump.run_ready();
    queue.try_put("a");
    queue.try_put("b");
    queue.close();
    pump.run_ready();
    CHECK(log == words{"a", "b", "end"});
}

TEST_CASE_FIXTURE(fixture, "aio Q1: join() waits until all that was put has been dealt with") {
    sb::queue<int> queue;
    scheduler.run(queue.join()); // nothing was
    queue.try_put(1);
    queue.try_put(2);
    auto const joined = scheduler.start(queue.join());
    pump.run_ready();
    CHECK(all_in(queue).size() == 2);
    pump.run_ready();
    CHECK_FALSE(joined.ready());
    queue.task_done();
    queue.task_done();
    pump.run_ready();
    CHECK(joined.ready());
    CHECK_THROWS_AS(queue.task_done(), sb::too_many_done);
    queue.try_put(3);
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, queue.join())), sb::timed_out);
}

TEST_CASE_FIXTURE(fixture, "trio N8: with no capacity who puts waits for one who gets") {
    sb::queue<int> queue{0};
    CHECK(queue.full());
    CHECK_FALSE(queue.try_put(9));
    auto const a = scheduler.start(putter{&queue, &log, 1});
    auto const b = scheduler.start(putter{&queue, &log, 2});
    pump.run_ready();
    CHECK(log.empty());
    auto const first = scheduler.start(getter<>{&queue, &log, "first"});
    pump.run_ready();
    CHECK(log == words{"put 1", "first1"});
    auto const second = scheduler.start(getter<>{&queue, &log, "second"});
    auto const third = scheduler.start(getter<>{&queue, &log, "third"});
    pump.run_ready();
    CHECK(log == words{"put 1", "first1", "put 2", "second2"});
    CHECK(queue.try_put(3)); // to the third
    CHECK_FALSE(queue.try_put(4));
    pump.run_ready();
    CHECK(log.back() == "third3");
}

TEST_CASE_FIXTURE(fixture, "trio N8: a getter that is cancelled leaves its item to the next") {
    for (bool served : {false, true}) {
        CAPTURE(served);
        log.clear();
        sb::queue<int> queue{0};
        auto const ends = scheduler.start(getter<>{&queue, &log, "ends"});
        pump.run_ready();
        if (served) CHECK(queue.try_put(1));
        ends.cancel();
        if (!served) CHECK_FALSE(queue.try_put(1));
        pump.run_ready();
        CHECK(queue.size() == (served ? 1 : 0));
        auto const next = scheduler.start(getter<>{&queue, &log, "next"});
        pump.run_ready();
        CHECK(log == (served ? words{"next1"} : words{}));
    }
}

TEST_CASE_FIXTURE(fixture, "own MP3: those who wait in a queue that dies are told so, waiting or served") {
    auto full = std::make_unique<sb::queue<int>>(1);
    auto empty = std::make_unique<sb::queue<int>>();
    full->try_put(1);
    auto const a = scheduler.start(putter{full.get(), &log, 2});
    auto const b = scheduler.start(putter{full.get(), &log, 3});
    auto const c = scheduler.start(getter<>{empty.get(), &log, "c"});
    auto const d = scheduler.start(getter<>{empty.get(), &log, "d"});
    auto const joins = scheduler.start(full->join());
    pump.run_ready();
    full->try_get();
    empty->try_put(1);
    full.reset();
    empty.reset();
    pump.run_ready();
    std::string const gone = ": what this task waited for has been destroyed";
    std::sort(log.begin(), log.end());
    CHECK(log == words{"c" + gone, "d" + gone, "put 2" + gone, "put 3" + gone});
    CHECK_THROWS_AS(joins.get(), sb::destroyed);
}

TEST_CASE_FIXTURE(fixture, "own MP5: tasks of two schedulers use one queue") {
    sb::testing::virtual_pump other_pump;
    sb::task_scheduler other{other_pump, other_pump};
    sb::queue<int> queue{1};
    std::vector<sb::future<void>> all;
    for (int i = 1; i <= 3; ++i) all.push_back(scheduler.start(putter{&queue, &log, i}));
    pump.run_ready();
    for (char const* name : {"a", "b", "c"}) all.push_back(other.start(getter<>{&queue, &log, name}));
    for (int i = 0; i < 3; ++i) {
        other_pump.run_ready();
        pump.run_ready();
    }
    CHECK(log == words{"put 1", "a1", "put 2", "b2", "put 3", "c3"});
}

TEST_CASE_FIXTURE(fixture, "own MP9: items may be such that can be moved alone, and are destroyed with the queue") {
    sb::queue<std::unique_ptr<live>> queue{1};
    CHECK(queue.try_put(std::make_unique<live>()));
    auto another = std::make_unique<live>();
    CHECK_FALSE(queue.try_put(std::move(another)));
    CHECK(another != nullptr); // it is left alone
    auto putting = scheduler.start(queue.put(std::move(another)));
    pump.run_ready();
    CHECK(live::count() == 2);
    CHECK(scheduler.run(queue.get()) != nullptr);
    pump.run_ready();
    CHECK(putting.ready());
    auto dropped = scheduler.start(queue.put(std::make_unique<live>()));
    pump.run_ready();
    CHECK(live::count() == 2);
    dropped.reset();
    CHECK(live::count() == 1);
    std::optional<std::unique_ptr<live>> got = queue.try_get();
    REQUIRE(got);
    queue.try_put(std::move(*got));
    {
        sb::queue<live> short_lived;
        short_lived.try_put(live());
        short_lived.try_put(live());
    }
    CHECK(live::count() == 1);
}

namespace {

// Throws when it is moved, if it is told to.
struct throws_when_moved {
    explicit throws_when_moved(int value_) : value(value_) {}
    throws_when_moved(throws_when_moved&& other) : value(other.value) {
        if (left > 0 && --left == 0) throw std::runtime_error("cannot be moved");
    }
    throws_when_moved& operator=(throws_when_moved&&) = default;
    int value;
    live alive{};
    static inline int left = 0;
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own MP9: whatever an item throws when it is moved, nothing is lost that went in, nor room") {
    for (int at = 1; at <= 12; ++at) {
        CAPTURE(at);
        {
            sb::queue<throws_when_moved> queue{2};
            std::vector<int> in, out;
            throws_when_moved::left = 0;
            auto const puts = scheduler.start([&, i = 0](sb::returns<void>& co) mutable {
                SB_BEGIN(co);
                for (i = 1; i <= 5; ++i) {
                    SB_TRY {
                        SB_AWAIT(queue.put(throws_when_moved(i)));
                        in.push_back(i);
                    } SB_CATCH(std::runtime_error const& error) {
                        log.push_back(error.what());
                    } SB_END_TRY
                }
                queue.close();
                SB_END();
            });
            auto const gets = scheduler.start([&, item = std::optional<throws_when_moved>(), over = false](sb::returns<void>& co) mutable {
                SB_BEGIN(co);
                while (!over) {
                    SB_TRY {
                        SB_AWAIT_INTO(item, queue.get());
                        out.push_back(item->value);
                    } SB_CATCH(sb::queue_closed const& closed) {
                        over = true;
                    } SB_CATCH(std::runtime_error const& error) {
                        log.push_back(error.what());
                    } SB_END_TRY
                }
                SB_END();
            });
            throws_when_moved::left = at;
            pump.run_ready();
            CHECK(puts.ready());
            CHECK(gets.ready());
            CHECK(std::is_sorted(out.begin(), out.end()));
            // One that came out, and whose target threw, is gone.
            CHECK(in.size() - out.size() <= 1);
            CHECK(std::includes(in.begin(), in.end(), out.begin(), out.end()));
        }
        CHECK(live::count() == 0);
    }
    throws_when_moved::left = 0;
}

TEST_CASE_FIXTURE(fixture, "own MP9: a try_get() whose item cannot be moved leaves it where it was") {
    sb::queue<throws_when_moved> queue;
    queue.try_put(throws_when_moved(1));
    queue.try_put(throws_when_moved(2));
    throws_when_moved::left = 1;
    CHECK_THROWS_AS(queue.try_get(), std::runtime_error);
    CHECK(queue.size() == 2);
    CHECK(queue.try_get()->value == 1);
}

namespace {

// Does something when it dies, wherever that is. It is copied, not moved.
struct meddler {
    std::function<void()>* what;
    explicit meddler(std::function<void()>& what_) : what(&what_) {}
    meddler(meddler const&) = default;
    meddler& operator=(meddler const&) = default;
    ~meddler() {
        if (*what) (*what)();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own MP9: an item may use the queue when it dies") {
    std::function<void()> nothing;
    std::function<void()> meddle;
    int depth = 0;
    auto queue = std::make_unique<sb::queue<meddler>>(3);
    meddle = [&] {
        if (depth > 1) return;
        ++depth;
        queue->try_put(meddler(nothing));
        queue->try_get();
        queue->try_put(meddler(meddle));
        --depth;
    };
    for (int i = 0; i < 20; ++i) {
        queue->try_put(meddler(meddle));
        queue->try_get();
        CHECK(queue->size() <= 3);
    }
    auto const getting = scheduler.start([&, got = std::optional<meddler>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        for (;;) SB_AWAIT_INTO(got, queue->get());
        SB_END();
    });
    auto const putting = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) SB_AWAIT(queue->put(meddler(meddle)));
        SB_END();
    });
    scheduler.set_turn_limit({1, sb::event_pump::endless});
    for (int i = 0; i < 20; ++i) pump.turn(false);
    CHECK(queue->size() <= 3);
    getting.cancel();
    putting.cancel();
    pump.run_ready();
    queue->close();
    auto* const raw = queue.get();
    meddle = [&, raw] {
        CHECK_FALSE(raw->try_put(meddler(nothing)));
        raw->try_get();
    };
    queue.reset();
    meddle = nullptr;
}

TEST_CASE_FIXTURE(fixture, "own MP9: a waiting putter's item may end that very task when it dies") {
    sb::queue<std::shared_ptr<test::at_end>> queue{1};
    queue.try_put(nullptr);
    sb::future<void> task;
    task = scheduler.start(queue.put(std::make_shared<test::at_end>([&] { task.reset(); })));
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(scheduler.unfinished_tasks() == 0);
    task = scheduler.start(queue.put(std::make_shared<test::at_end>([&] { queue.close(); })));
    pump.run_ready();
    task.reset();
    CHECK(queue.is_closed());
}

TEST_CASE_FIXTURE(fixture, "own MP4: a queue belongs to the thread that uses it first") {
    sb::queue<int> queue;
    queue.try_put(1);
    std::thread([&] {
        CHECK_THROWS_AS(queue.try_put(1), sb::wrong_thread);
        CHECK_THROWS_AS(queue.try_get(), sb::wrong_thread);
        CHECK_THROWS_AS(queue.close(), sb::wrong_thread);
        CHECK_THROWS_AS(queue.task_done(), sb::wrong_thread);
        sb::native_pump own_pump;
        sb::task_scheduler own{own_pump};
        CHECK_THROWS_AS(own.run(queue.get()), sb::wrong_thread);
        CHECK_THROWS_AS(own.run(queue.put(1)), sb::wrong_thread);
        CHECK_THROWS_AS(own.run(queue.join()), sb::wrong_thread);
    }).join();
    CHECK(queue.size() == 1);
}

TEST_CASE("aio D5: a scheduler is closed while tasks wait to put and to get") {
    sb::queue<std::shared_ptr<live>> full{1};
    sb::queue<int> empty;
    words log;
    {
        test::virtual_time time;
        full.try_put(std::make_shared<live>());
        for (int i = 0; i < 3; ++i) {
            time.scheduler.start_detached(full.put(std::make_shared<live>()));
            time.scheduler.start_detached(getter<>{&empty, &log, "x"});
        }
        time.pump.run_ready();
        empty.try_put(1);
        full.try_get();
    }
    CHECK(live::count() == 0);
    CHECK(full.try_put(nullptr));
    CHECK(*empty.try_get() == 1);
    CHECK(log.empty());
}

namespace {

// A queue as one would write it down: what is in it, and who waits, in their order.
class model {
public:
    explicit model(std::size_t capacity) : capacity_(capacity) {}

    void get(int who) {
        getters_.push_back(who);
        settle();
    }
    void put(int who) {
        putters_.push_back(who);
        settle();
    }
    void end(int who) {
        getters_.erase(std::remove(getters_.begin(), getters_.end(), who), getters_.end());
        putters_.erase(std::remove(putters_.begin(), putters_.end(), who), putters_.end());
        settle();
    }
    std::map<int, int> const& got() const { return got_; }
    std::size_t size() const { return items_.size(); }
    std::size_t waiting() const { return getters_.size() + putters_.size(); }

private:
    void settle() {
        for (bool more = true; more;) {
            more = false;
            if (!putters_.empty() && (capacity_ == 0 ? getters_.size() > items_.size() : items_.size() < capacity_)) {
                items_.push_back(putters_.front());
                putters_.erase(putters_.begin());
                more = true;
            }
            if (!getters_.empty() && !items_.empty()) {
                got_[getters_.front()] = items_.front();
                getters_.erase(getters_.begin());
                items_.erase(items_.begin());
                more = true;
            }
        }
    }

    std::size_t capacity_;
    std::vector<int> items_, getters_, putters_;
    std::map<int, int> got_;
};

struct gets {
    sb::queue<int>* from;
    std::map<int, int>* results;
    int who;
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, from->get());
        (*results)[who] = got;
        SB_END();
    }
};

} // namespace

TEST_CASE("aio Q1, trio N8: random puts, gets and ends do what the plainest model does") {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        test::virtual_time time;
        std::size_t const capacity = random() % 5 == 4 ? sb::queue<int>::unbounded : random() % 4;
        sb::queue<int> queue{capacity};
        model expected{capacity};
        std::map<int, int> got;
        std::map<int, sb::future<void>> all;
        for (int i = 0; i < 120; ++i) {
            switch (random() % 5) {
            case 0:
            case 1:
                all[i] = time.scheduler.start(gets{&queue, &got, i});
                expected.get(i);
                break;
            case 2:
            case 3:
                all[i] = time.scheduler.start(queue.put(i));
                expected.put(i);
                break;
            case 4: {
                auto const at = all.lower_bound(static_cast<int>(random() % 120));
                if (at == all.end()) break;
                expected.end(at->first);
                if (random() % 2 == 0) {
                    at->second.cancel();
                } else {
                    all.erase(at);
                }
                break;
            }
            }
            time.pump.run_ready();
            REQUIRE(got == expected.got());
            REQUIRE(queue.size() == expected.size());
            REQUIRE(time.scheduler.unfinished_tasks() == expected.waiting());
        }
    }
}

TEST_CASE("aio Q1, own MP1: random ends at any moment lose nothing, double nothing, and keep the order") {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        test::virtual_time time;
        std::size_t const capacity = 1 + random() % 3;
        sb::queue<int> queue{capacity};
        std::vector<int> in, out;
        std::map<int, int> got;
        std::map<int, sb::future<void>> all;
        time.scheduler.set_turn_limit({1, sb::event_pump::endless});
        int const count = 150;
        for (int i = 0; i < count; ++i) {
            switch (random() % 7) {
            case 0:
            case 1: all[i] = time.scheduler.start(gets{&queue, &got, i}); break;
            case 2:
            case 3:
                all[i] = time.scheduler.start([&, i](sb::returns<void>& co) {
                    SB_BEGIN(co);
                    SB_AWAIT(queue.put(i));
                    in.push_back(i);
                    SB_END();
                });
                break;
            case 4: {
                auto const at = all.lower_bound(static_cast<int>(random() % unsigned(count)));
                if (at == all.end()) break;
                if (random() % 2 == 0) {
                    at->second.cancel();
                } else {
                    all.erase(at);
                }
                break;
            }
            default: time.pump.turn(false); break; // one step
            }
            CHECK(queue.size() <= capacity);
        }
        time.pump.run_ready();
        all.clear();
        for (auto const& each : got) out.push_back(each.second);
        CHECK(std::is_sorted(out.begin(), out.end())); // the order of getters is that of their items
        for (int left : all_in(queue)) out.push_back(left);
        CHECK(std::is_sorted(in.begin(), in.end()));
        CHECK(out == in);
    }
}
