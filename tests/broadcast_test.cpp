// Items that everybody gets who listens.
#include <switchback/broadcast.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <functional>
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

struct reader {
    sb::broadcast<int>::subscription from;
    words* log;
    std::string name;
    std::optional<int> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) {
                SB_AWAIT_INTO(got, from.next());
                if (!got) break;
                log->push_back(name + std::to_string(*got));
            }
            log->push_back(name + " ends");
        } SB_CATCH(std::exception const& error) {
            log->push_back(name + ": " + error.what());
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own MP11: each subscriber gets each item that is published after it subscribed, and then the end") {
    sb::broadcast<int> news;
    CHECK(news.publish(0)); // to nobody
    auto const a = scheduler.start(reader{news.subscribe(), &log, "a"});
    news.publish(1);
    auto const b = scheduler.start(reader{news.subscribe(), &log, "b"});
    pump.run_ready();
    CHECK(log == words{"a1"});
    news.publish(2);
    news.publish(3);
    pump.run_ready();
    CHECK(log == words{"a1", "a2", "a3", "b2", "b3"});
    news.publish(4);
    news.close();
    CHECK_FALSE(news.publish(5));
    pump.run_ready();
    CHECK(log == words{"a1", "a2", "a3", "b2", "b3", "a4", "a ends", "b4", "b ends"});
    auto late = news.subscribe();
    CHECK(late.is_closed());
    CHECK_THROWS_AS(scheduler.run(late.get()), sb::queue_closed);
}

TEST_CASE_FIXTURE(fixture, "own MP12: a subscriber that lags loses the oldest, and is told how many; others lose nothing") {
    sb::broadcast<int> news;
    auto slow = news.subscribe(2);
    auto whole = news.subscribe();
    for (int i = 1; i <= 5; ++i) news.publish(i);
    CHECK(slow.size() == 2);
    CHECK(slow.missed() == 3);
    CHECK(*slow.try_get() == 4);
    CHECK(*slow.try_get() == 5);
    CHECK_FALSE(slow.try_get());
    CHECK(whole.size() == 5);
    CHECK(whole.missed() == 0);
    for (int i = 1; i <= 5; ++i) CHECK(scheduler.run(whole.get()) == i);
    CHECK_THROWS_AS(news.subscribe(0), sb::misuse);
}

TEST_CASE_FIXTURE(fixture, "own MP1, own MP11: a get that is cancelled has taken nothing, of a subscription as of a queue") {
    sb::broadcast<int> news;
    auto mine = news.subscribe();
    auto ends = scheduler.start(mine.get());
    auto const next = scheduler.start(mine.get());
    pump.run_ready();
    news.publish(1);
    ends.reset();
    pump.run_ready();
    CHECK(next.get() == 1);
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, mine.get())), sb::timed_out);
    news.publish(2);
    CHECK(*mine.try_get() == 2);
}

TEST_CASE_FIXTURE(fixture, "own MP11: a broadcast that dies is closed; a subscription may be moved, and outlive it") {
    auto news = std::make_unique<sb::broadcast<int>>();
    auto mine = news->subscribe();
    auto const waits = scheduler.start(mine.next());
    auto moved = std::move(mine);
    CHECK_THROWS_AS(static_cast<void>(mine.get()), sb::misuse);
    pump.run_ready();
    news->publish(1);
    news->publish(2);
    news.reset();
    pump.run_ready();
    CHECK(waits.get() == 1);
    CHECK(scheduler.run(moved.get()) == 2);
    CHECK_THROWS_AS(scheduler.run(moved.get()), sb::queue_closed);
}

TEST_CASE_FIXTURE(fixture, "own MP3: those who wait in a subscription that dies are told so, waiting or served") {
    sb::broadcast<int> news;
    auto mine = std::make_unique<sb::broadcast<int>::subscription>(news.subscribe());
    auto const served = scheduler.start(mine->get());
    auto const waits = scheduler.start(mine->get());
    pump.run_ready();
    news.publish(1);
    mine.reset();
    pump.run_ready();
    CHECK_THROWS_AS(served.get(), sb::destroyed);
    CHECK_THROWS_AS(waits.get(), sb::destroyed);
    CHECK_FALSE(news.has_subscribers());
}

TEST_CASE("own MP11: an item is kept once, and dies when the last has taken it or has gone") {
    sb::broadcast<std::shared_ptr<live>> news;
    auto a = std::make_unique<sb::broadcast<std::shared_ptr<live>>::subscription>(news.subscribe());
    auto b = news.subscribe();
    auto c = news.subscribe(1);
    for (int i = 0; i < 4; ++i) news.publish(std::make_shared<live>());
    CHECK(live::count() == 4);
    b.try_get();
    CHECK(live::count() == 4);
    a.reset();
    CHECK(live::count() == 3);
    while (b.try_get()) {}
    CHECK(live::count() == 1);
    c.try_get();
    CHECK(live::count() == 0);
    news.publish(std::make_shared<live>());
    news.publish(std::make_shared<live>());
    CHECK(live::count() == 2);
}

namespace {

struct meddler {
    std::function<void()>* what;
    ~meddler() {
        if (*what) (*what)();
    }
    meddler(std::function<void()>& what_) : what(&what_) {}
    meddler(meddler const&) = default;
};

} // namespace

TEST_CASE("own MP9, own MP11: an item may use the broadcast when it dies") {
    std::function<void()> nothing, meddle;
    sb::broadcast<meddler> news;
    std::vector<sb::broadcast<meddler>::subscription> all;
    int depth = 0;
    meddle = [&] {
        if (depth > 1) return;
        ++depth;
        news.publish(meddler(nothing));
        if (!all.empty()) all.back().try_get();
        if (all.size() > 3) all.pop_back();
        all.push_back(news.subscribe(2));
        --depth;
    };
    all.push_back(news.subscribe(2));
    for (int i = 0; i < 20; ++i) {
        news.publish(meddler(meddle));
        all.front().try_get();
    }
    CHECK(all.size() >= 2);
    meddle = nullptr;
}

TEST_CASE("own MP4: a broadcast and its subscriptions belong to the thread that uses them first") {
    sb::broadcast<int> news;
    auto mine = news.subscribe();
    mine.try_get();
    std::thread([&] {
        CHECK_THROWS_AS(news.publish(1), sb::wrong_thread);
        CHECK_THROWS_AS(news.subscribe(), sb::wrong_thread);
        CHECK_THROWS_AS(news.close(), sb::wrong_thread);
        CHECK_THROWS_AS(mine.try_get(), sb::wrong_thread);
    }).join();
}

TEST_CASE("own MP11, own MP12: random publishing, subscribing and taking, against deques") {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        sb::broadcast<int> news;
        struct one {
            sb::broadcast<int>::subscription mine;
            std::size_t bound;
            std::deque<int> model{};
            std::size_t missed = 0;
        };
        std::vector<one> all;
        for (int i = 0; i < 300; ++i) {
            switch (random() % 6) {
            case 0: {
                auto const bound = 1 + random() % 5;
                all.push_back({news.subscribe(bound), bound});
                break;
            }
            case 1:
                if (!all.empty()) all.erase(all.begin() + static_cast<std::ptrdiff_t>(random() % all.size()));
                break;
            case 2:
            case 3:
                CHECK(news.publish(i));
                for (auto& each : all) {
                    each.model.push_back(i);
                    if (each.model.size() <= each.bound) continue;
                    each.model.pop_front();
                    ++each.missed;
                }
                break;
            default:
                if (all.empty()) break;
                auto& from = all[random() % all.size()];
                auto const got = from.mine.try_get();
                REQUIRE(got.has_value() == !from.model.empty());
                if (!got) break;
                REQUIRE(*got == from.model.front());
                from.model.pop_front();
                break;
            }
            for (auto& each : all) {
                REQUIRE(each.mine.size() == each.model.size());
                REQUIRE(each.mine.missed() == each.missed);
            }
        }
    }
}

TEST_CASE("aio D5: a scheduler is closed while tasks listen") {
    words log;
    sb::broadcast<int> news;
    {
        test::virtual_time time;
        for (int i = 0; i < 3; ++i) time.scheduler.start_detached(reader{news.subscribe(), &log, "x"});
        time.pump.run_ready();
        news.publish(1);
    }
    CHECK_FALSE(news.has_subscribers());
    CHECK(log.empty());
}
