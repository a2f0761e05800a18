// A queue whose getters get the lowest item first.
#include <switchback/priority_queue.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>

#include "support/fixture.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

struct job {
    int priority;
    int number;
    friend bool operator<(job const& a, job const& b) { return a.priority < b.priority; }
};

} // namespace

TEST_CASE("own MP10: the lowest comes first, of equal ones the one that was put first") {
    sb::priority_queue<job> jobs;
    int const priorities[] = {3, 1, 2, 1, 3, 1, 2};
    for (int i = 0; i < 7; ++i) CHECK(jobs.try_put(job{priorities[i], i}));
    CHECK(jobs.size() == 7);
    int const order[] = {1, 3, 5, 2, 6, 0, 4};
    for (int expected : order) CHECK(jobs.try_get()->number == expected);
    CHECK(jobs.empty());
}

TEST_CASE("own MP10: another comparison gives another order") {
    sb::priority_queue<int, std::greater<>> highest;
    sb::priority_queue<int, std::function<bool(int, int)>> nearest{
        sb::priority_queue<int>::unbounded, [](int a, int b) { return std::abs(a - 10) < std::abs(b - 10); }};
    for (int i : {4, 9, 30, 11}) {
        highest.try_put(i);
        nearest.try_put(i);
    }
    for (int expected : {30, 11, 9, 4}) CHECK(*highest.try_get() == expected);
    for (int expected : {9, 11, 4, 30}) CHECK(*nearest.try_get() == expected);
}

TEST_CASE("own MP10: random items come out sorted, and stably so") {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        sb::priority_queue<job> jobs;
        std::vector<job> model;
        for (int i = 0; i < 500; ++i) {
            if (random() % 3 != 0) {
                job const fresh{static_cast<int>(random() % 10), i};
                jobs.try_put(fresh);
                model.insert(std::upper_bound(model.begin(), model.end(), fresh), fresh);
            } else if (auto const got = jobs.try_get()) {
                REQUIRE(got->number == model.front().number);
                model.erase(model.begin());
            }
            REQUIRE(jobs.size() == model.size());
        }
    }
}

TEST_CASE_FIXTURE(fixture, "aio Q1, own MP10: getters and putters wait and are cancelled as with a queue") {
    sb::priority_queue<int> jobs{2};
    auto const a = scheduler.start(jobs.get());
    auto const b = scheduler.start(jobs.get());
    pump.run_ready();
    jobs.try_put(2);
    jobs.try_put(1); // comes before the other, and is what the first getter gets
    auto const putting = scheduler.start(jobs.put(0));
    a.cancel();
    pump.run_ready();
    CHECK(b.get() == 1);
    CHECK(putting.ready());
    CHECK(*jobs.try_get() == 0);
    CHECK(*jobs.try_get() == 2);
    jobs.close();
    CHECK_FALSE(scheduler.run(jobs.next()).has_value());
}

namespace {

struct fussy {
    static inline int left = 0;
    bool operator()(int a, int b) const {
        if (left > 0 && --left == 0) throw std::runtime_error("cannot compare");
        return a < b;
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own MP10: a comparison that throws leaves the queue as it was, and its room is another's") {
    for (int at = 1; at <= 8; ++at) {
        CAPTURE(at);
        sb::priority_queue<int, fussy> queue{8};
        for (int i : {5, 3, 8, 1, 9, 2}) queue.try_put(i);
        fussy::left = at;
        bool thrown = false;
        try {
            queue.try_put(0);
        } catch (std::runtime_error const&) {
            thrown = true;
        }
        fussy::left = 0;
        CHECK(queue.size() == (thrown ? 6 : 7));
        fussy::left = at;
        try {
            queue.try_get();
            thrown = false;
        } catch (std::runtime_error const&) {
            thrown = true;
        }
        fussy::left = 0;
        auto const size = queue.size();
        std::vector<int> rest;
        while (auto one = queue.try_get()) rest.push_back(*one);
        CHECK(rest.size() == size);
        CHECK(std::is_sorted(rest.begin(), rest.end()));
    }
    sb::priority_queue<int, fussy> full{1};
    full.try_put(1);
    auto const fails = scheduler.start(full.put(2));
    auto const next = scheduler.start(full.put(3));
    pump.run_ready();
    full.try_get();
    full.try_put(1); // no: it is somebody's
    pump.run_ready();
    CHECK(fails.ready());
    full.try_get();
    pump.run_ready();
    CHECK(next.ready());
}

TEST_CASE_FIXTURE(fixture, "own MP10: a getter whose comparison throws fails, and the item goes to the next") {
    sb::priority_queue<int, fussy> queue;
    auto const fails = scheduler.start(queue.get());
    auto const next = scheduler.start(queue.get());
    pump.run_ready();
    for (int i : {3, 1, 2, 4}) queue.try_put(i);
    fussy::left = 1;
    pump.run_ready();
    fussy::left = 0;
    CHECK_THROWS_AS(fails.get(), std::runtime_error);
    CHECK(next.get() == 1);
    CHECK(queue.size() == 3);
}

TEST_CASE("own MP10: items that can be moved alone, destroyed with the queue") {
    struct by_value {
        bool operator()(std::unique_ptr<int> const& a, std::unique_ptr<int> const& b) const { return *a < *b; }
    };
    sb::priority_queue<std::unique_ptr<int>, by_value> queue;
    for (int i : {3, 1, 2}) queue.try_put(std::make_unique<int>(i));
    CHECK(**queue.try_get() == 1);
    {
        struct alike {
            live alive{};
            bool operator<(alike const&) const { return false; }
        };
        sb::priority_queue<alike> dies;
        for (int i = 0; i < 5; ++i) dies.try_put(alike{});
    }
    CHECK(live::count() == 0);
}
