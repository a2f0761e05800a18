// Async generators made of others.
#include <switchback/async_adaptors.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

struct numbers {
    int at;
    int end;
    std::chrono::nanoseconds every = 1s;
    live alive{};

    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (; at < end; ++at) {
            if (every > 0ns) SB_AWAIT(sb::sleep(every));
            SB_YIELD(at);
        }
        SB_END();
    }
};

// A value, and when it came.
struct arrival {
    int value;
    std::chrono::seconds at;
    friend bool operator==(arrival const& one, arrival const& other) {
        return one.value == other.value && one.at == other.at;
    }
    friend std::ostream& operator<<(std::ostream& out, arrival const& what) {
        return out << what.value << " at " << what.at.count() << " s";
    }
};
using arrivals = std::vector<arrival>;

// All values of a generator of them.
struct all_of {
    sb::async_generator<int> from;
    std::chrono::nanoseconds pause = 0ns; // behind each
    sb::async_cursor<int> each{};
    sb::time_point began{};
    arrivals seen{};
    sb::step operator()(sb::returns<arrivals>& co) {
        SB_BEGIN(co);
        began = co.now();
        SB_FOR_AWAIT (each, from) {
            seen.push_back({*each, std::chrono::duration_cast<std::chrono::seconds>(co.now() - began)});
            if (pause > 0ns) SB_AWAIT(sb::sleep(pause));
        }
        SB_RETURN(seen);
        SB_END();
    }
};

struct doubled_later {
    int n;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(2s));
        SB_RETURN(2 * n);
        SB_END();
    }
};
struct even_later {
    int n;
    sb::step operator()(sb::returns<bool>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(n % 2 == 0);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own AN3: async_map yields what its function returns, or what that comes to") {
    auto const at_once = sb::async_map([](int n) { return n * n; }, numbers{1, 4});
    static_assert(std::is_same_v<decltype(at_once), sb::async_generator<int> const>);
    CHECK(scheduler.run(all_of{sb::async_map([](int n) { return n * n; }, numbers{1, 4})}) ==
          arrivals{{1, 1s}, {4, 2s}, {9, 3s}});
    CHECK(scheduler.run(all_of{sb::async_map([](int n) { return doubled_later{n}; }, numbers{1, 3})}) ==
          arrivals{{2, 3s}, {4, 6s}});
}

TEST_CASE_FIXTURE(fixture, "own AN3: async_filter keeps what its predicate holds for, awaited where that can be") {
    CHECK(scheduler.run(all_of{sb::async_filter([](int n) { return n % 2 == 1; }, numbers{0, 6})}) ==
          arrivals{{1, 2s}, {3, 4s}, {5, 6s}});
    CHECK(scheduler.run(all_of{sb::async_filter([](int n) { return even_later{n}; }, numbers{0, 3})}) ==
          arrivals{{0, 2s}, {2, 6s}});
}

TEST_CASE_FIXTURE(fixture, "own AN3: they go on with a generator that is borrowed, and move values that cannot be copied") {
    sb::async_generator<int> from = numbers{0, 10};
    {
        auto first = sb::async_map([](int n) { return n; }, from);
        int* value = nullptr;
        auto const take = [&] { return scheduler.start(first.next()); };
        auto const soon = take();
        pump.advance(1s);
        value = soon.get();
        CHECK(*value == 0);
    }
    CHECK(from.status() == sb::generator_status::suspended);
    auto const rest = scheduler.run(all_of{sb::async_filter([](int n) { return n > 7; }, from)});
    CHECK(rest == arrivals{{8, 8s}, {9, 9s}});

    auto pointers = sb::async_filter([](std::unique_ptr<int> const& p) { return *p != 1; },
        sb::async_map([](int n) { return std::make_unique<int>(n); }, numbers{0, 3}));
    CHECK(scheduler.run(all_of{sb::async_map([](std::unique_ptr<int> p) { return *p; }, std::move(pointers))}) ==
          arrivals{{0, 1s}, {2, 3s}});
}

TEST_CASE_FIXTURE(fixture, "own AN4: async_throttle spaces values out, and loses none") {
    CHECK(scheduler.run(all_of{sb::async_throttle(2s, numbers{0, 3, 0ns})}) ==
          arrivals{{0, 0s}, {1, 2s}, {2, 4s}});
    CHECK(scheduler.run(all_of{sb::async_throttle(2s, numbers{0, 3, 5s})}) ==
          arrivals{{0, 5s}, {1, 10s}, {2, 15s}});
    CHECK(scheduler.run(all_of{sb::async_throttle(2s, numbers{0, 3, 0ns}), 3s}) ==
          arrivals{{0, 0s}, {1, 3s}, {2, 6s}});
}

TEST_CASE_FIXTURE(fixture, "own AN3: an error of the source or the function leaves by the adaptor, and takes all with it") {
    auto const fails_at_two = [](int n) {
        if (n == 2) throw std::runtime_error("two");
        return n;
    };
    CHECK_THROWS_WITH_AS(scheduler.run(all_of{sb::async_map(fails_at_two, numbers{0, 5})}), "two",
        std::runtime_error);
    CHECK_THROWS_WITH_AS(scheduler.run(all_of{sb::async_filter(fails_at_two, numbers{0, 5})}), "two",
        std::runtime_error);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own AN5: async_merge yields what comes first, and ends with the last") {
    CHECK(scheduler.run(all_of{sb::async_merge(numbers{0, 3, 2s}, numbers{10, 12, 3s}, numbers{20, 20})}) ==
          arrivals{{0, 2s}, {10, 3s}, {1, 4s}, {11, 6s}, {2, 6s}});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own AN5: async_merge asks a source again when its value was taken, and not before") {
    CHECK(scheduler.run(all_of{sb::async_merge(numbers{0, 3}, numbers{10, 12}), 5s}) ==
          arrivals{{0, 1s}, {10, 6s}, {1, 11s}, {11, 16s}, {2, 21s}});
}

TEST_CASE_FIXTURE(fixture, "own AN5: async_merge fails with the first, and closes the others at once") {
    auto const fails = [](int n) {
        if (n == 1) throw std::runtime_error("one");
        return n;
    };
    auto all = scheduler.start(all_of{sb::async_merge(numbers{0, 9, 3s}, sb::async_map(fails, numbers{0, 9, 2s}))});
    pump.advance(4s);
    REQUIRE(all.ready());
    CHECK_THROWS_WITH_AS(all.get(), "one", std::runtime_error);
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own AN5: async_merge let go of lets go of its sources, at any moment") {
    for (int const when : {0, 1, 2, 3, 4, 5}) {
        CAPTURE(when);
        sb::async_generator<int> borrowed = numbers{20, 29};
        auto all = scheduler.start(all_of{sb::async_merge(numbers{0, 9}, borrowed, numbers{10, 12, 3s}), 1s});
        pump.advance(when * 1s);
        all.reset();
        CHECK(live::count() <= 1); // the borrowed one's
        CHECK(scheduler.unfinished_tasks() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "own AN6: async_buffered runs ahead of its reader by so many values") {
    CHECK(scheduler.run(all_of{sb::async_buffered(2, numbers{0, 5, 1s}), 3s}) ==
          arrivals{{0, 1s}, {1, 4s}, {2, 7s}, {3, 10s}, {4, 13s}});
    // without it, each would cost four seconds
    CHECK(scheduler.run(all_of{numbers{0, 3, 1s}, 3s}) == arrivals{{0, 1s}, {1, 5s}, {2, 9s}});
    CHECK_THROWS_AS(sb::async_buffered(0, numbers{0, 1}), sb::misuse);
}

TEST_CASE_FIXTURE(fixture, "own AN6: of what can be awaited, so many run at once, and come in order") {
    struct takes {
        int n;
        std::chrono::seconds time;
        int* running;
        int* most;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            *most = (std::max)(*most, ++*running);
            SB_AWAIT(sb::sleep(time));
            --*running;
            SB_RETURN(n);
            SB_END();
        }
    };
    int running = 0;
    int most = 0;
    struct work {
        int* running;
        int* most;
        int n = 0;
        sb::step operator()(sb::async_yields<takes>& co) {
            SB_BEGIN(co);
            for (; n < 6; ++n) SB_YIELD(takes{n, (n % 2 == 0 ? 4s : 1s), running, most});
            SB_END();
        }
    };
    CHECK(scheduler.run(all_of{sb::async_buffered(2, work{&running, &most})}) ==
          arrivals{{0, 4s}, {1, 4s}, {2, 8s}, {3, 8s}, {4, 12s}, {5, 12s}});
    CHECK(most == 2);
}

TEST_CASE_FIXTURE(fixture, "own AN6: an error of the source comes behind the values before it") {
    auto const fails = [](int n) {
        if (n == 2) throw std::runtime_error("two");
        return n;
    };
    auto all = all_of{sb::async_buffered(5, sb::async_map(fails, numbers{0, 9, 0ns})), 1s};
    auto const running = scheduler.start(std::move(all));
    pump.advance(1500ms);
    CHECK_FALSE(running.ready());
    pump.advance(1s);
    CHECK_THROWS_WITH_AS(running.get(), "two", std::runtime_error);
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own AN6: the source is never further ahead than it says") {
    struct counts {
        int* asked;
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            for (;;) SB_YIELD(++*asked);
            SB_END();
        }
    };
    for (std::size_t const most : {std::size_t(1), std::size_t(2), std::size_t(3)}) {
        int asked = 0;
        auto of = sb::async_buffered(most, counts{&asked});
        auto const first = scheduler.start(of.next());
        pump.run_ready();
        CHECK(*first.get() == 1);
        CHECK(asked == 1 + static_cast<int>(most));
    }
}

TEST_CASE_FIXTURE(fixture, "own AN4: a throttle of all time lets one value through") {
    auto of = sb::async_throttle(std::chrono::hours::max(), numbers{0, 3, 0ns});
    auto const first = scheduler.start(of.next());
    pump.run_ready();
    CHECK(*first.get() == 0);
    auto const second = scheduler.start(of.next());
    pump.advance(100h);
    CHECK_FALSE(second.ready());
}
