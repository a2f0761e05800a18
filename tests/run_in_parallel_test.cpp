#include <switchback/run_in_parallel.hpp>

#include <switchback/attached.hpp>
#include <switchback/offload.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <list>
#include <memory>
#include <set>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::failure_after;
using test::live;
using test::logger;
using test::sleeper;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

// Counts how many of its kind run at once.
struct crowd {
    int now = 0;
    int most = 0;
    int begun = 0;
};
struct member {
    crowd* of;
    std::chrono::nanoseconds time = 1s;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        ++of->begun;
        of->most = std::max(of->most, ++of->now);
        SB_AWAIT(sb::sleep(time));
        --of->now;
        SB_END();
    }
};

struct values_upto {
    int end;
    int i = 0;
    sb::step operator()(sb::yields<value_after>& co) {
        SB_BEGIN(co);
        for (i = 0; i < end; ++i) {
            SB_YIELD(value_after{i, std::chrono::nanoseconds(end - i)});
        }
        SB_END();
    }
};

struct fails_after_two {
    words* log;
    sb::step operator()(sb::yields<logger>& co) {
        SB_BEGIN(co);
        SB_YIELD(logger{log, "a"});
        SB_YIELD(logger{log, "b"});
        throw std::runtime_error("no more");
        SB_END();
    }
};

struct makes_pointer {
    int value;
    sb::step operator()(sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(std::make_unique<int>(value));
        SB_END();
    }
};

// As in a crawler: each page leads to others.
struct crawl {
    std::set<int>* seen;
    int page;
    std::vector<int> links{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1ms));
        links = {page * 2, page * 3, page + 1};
        links.erase(std::remove_if(links.begin(), links.end(),
                        [this](int to) { return to > 200 || !seen->insert(to).second; }),
            links.end());
        SB_AWAIT(sb::run_in_parallel(links, [this](int to) { return crawl{seen, to}; }));
        SB_END();
    }
};

struct cleans_up_badly {
    char const* what;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            throw std::runtime_error(what);
        } SB_END_TRY
        SB_END();
    }
};

// What came with the error of a task.
template <class T>
words attached(sb::future<T> const& task) {
    words found;
    try {
        (void)task.get();
    } catch (...) {
        for (auto const& each : sb::attached_to(std::current_exception())) {
            found.push_back(sb::describe(each.error));
        }
    }
    return found;
}

// Fails after a second; or waits, to be cancelled, and fails in its clean-up perhaps.
struct fails_once {
    words* log;
    bool fails;
    bool cleans_up_badly = false;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (log != nullptr) log->push_back("begins");
        SB_TRY {
            SB_AWAIT(sb::sleep(fails ? 1s : 1h));
            throw std::runtime_error("once");
        } SB_FINALLY {
            if (cleans_up_badly && !fails) throw std::runtime_error("in the clean-up");
        } SB_END_TRY
        SB_END();
    }
};

struct throws_on_move {
    int value = 0;
    bool* armed;
    live alive{};
    throws_on_move(int value_, bool* armed_) : value(value_), armed(armed_) {}
    throws_on_move(throws_on_move&& other) : value(other.value), armed(other.armed) {
        if (*armed && value == 2) throw std::runtime_error("no move");
    }
};
struct makes_unmovable {
    int value;
    bool* armed;
    sb::step operator()(sb::returns<throws_on_move>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::seconds(value == 2 ? 1 : 3)));
        SB_RETURN(throws_on_move(value, armed));
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
    "aio G1: the results come in the order of the arguments, whoever ends first") {
    auto const [a, b, c] =
        scheduler.run(sb::run_in_parallel(
            value_after{1, 3s}, value_after{2, 1s}, value_after{3, 2s}));
    CHECK(a == 1);
    CHECK(b == 2);
    CHECK(c == 3);
}

TEST_CASE_FIXTURE(fixture, "imvu T5: what runs in parallel takes the time of the longest") {
    auto const before = pump.now();
    scheduler.run(sb::run_in_parallel(sb::sleep(3s), sb::sleep(5s), sb::sleep(1s)));
    CHECK(pump.now() - before == 5s);
}

TEST_CASE_FIXTURE(fixture, "aio G1: a range's results come in the order of its elements") {
    std::vector<int> const in{5, 1, 4};
    auto const out = scheduler.run(
        sb::run_in_parallel(in, [](int x) { return value_after{x, std::chrono::seconds(x)}; }));
    CHECK(out == in);
}

TEST_CASE_FIXTURE(fixture,
    "a pack may hold awaitables of all kinds; the place of a void one is a monostate") {
    auto const soon = scheduler.start(value_after{4, 1s});
    auto const results = scheduler.run(sb::run_in_parallel(value_after{1}, sb::sleep(1s), soon,
        sb::offload([] { return 5; }), sb::task<int>(value_after{6}), sb::yield_now()));
    CHECK(std::get<0>(results) == 1);
    CHECK(std::get<2>(results) == 4);
    CHECK(std::get<3>(results) == 5);
    CHECK(std::get<4>(results) == 6);
    CHECK(std::is_same_v<std::decay_t<decltype(std::get<1>(results))>, std::monostate>);
}

TEST_CASE_FIXTURE(fixture, "move-only results are moved out") {
    auto const results = scheduler.run(sb::run_in_parallel(
        std::vector<int>{1, 2}, [](int x) { return makes_pointer{x}; }));
    CHECK(*results[0] == 1);
    CHECK(*results[1] == 2);
}

TEST_CASE_FIXTURE(fixture, "an empty range is done at once") {
    std::vector<int> const none;
    auto const results =
        scheduler.run(sb::run_in_parallel(none, [](int x) { return value_after{x}; }));
    CHECK(results.empty());
    scheduler.run(sb::run_in_parallel(values_upto{0}));
}

// ---- Failure

TEST_CASE_FIXTURE(fixture,
    "own P1: the first failure cancels the others, waits for their clean-up, and is raised at the await") {
    auto const task = scheduler.start(sb::run_in_parallel(
        logger{&log, "a", 1h, 5s}, failure_after{"first", 1s}, logger{&log, "b", 1h, 1s}));
    pump.advance(2s);
    CHECK_FALSE(task.ready());
    pump.advance(10s);
    CHECK_THROWS_WITH_AS(task.get(), "first", std::runtime_error);
    CHECK(log == words{"a begins", "b begins", "a cleans up", "b cleans up", "b has cleaned up",
                     "a has cleaned up"});
}

TEST_CASE_FIXTURE(fixture,
    "a failure in a first step keeps the elements behind it from being started") {
    CHECK_THROWS_AS(scheduler.run(sb::run_in_parallel(
                        logger{&log, "a"}, failure_after{"at once"}, logger{&log, "never"})),
        std::runtime_error);
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up"});
}

TEST_CASE_FIXTURE(fixture,
    "own P1: errors out of the clean-up after a failure are attached to it, and reported nowhere else") {
    test::unhandled_log const unhandled;
    auto const task = scheduler.start(sb::run_in_parallel(
        cleans_up_badly{"second"}, failure_after{"first", 1s}, sleeper{}, cleans_up_badly{"third"}));
    pump.advance(2s);
    CHECK(attached(task) == words{"std::runtime_error: second", "std::runtime_error: third"});
    CHECK_THROWS_WITH_AS(task.get(), "first", std::runtime_error);
    CHECK(unhandled.errors().empty());
}

TEST_CASE_FIXTURE(fixture, "own P1: that the others were cancelled is no error, and not attached") {
    auto const task =
        scheduler.start(sb::run_in_parallel(failure_after{"first", 1s}, sleeper{}, logger{&log, "a"}));
    pump.advance(2s);
    CHECK(attached(task).empty());
}

TEST_CASE_FIXTURE(fixture,
    "what a range's function throws cancels the others and is raised at the await") {
    std::vector<int> const in{1, 2, 3};
    auto const run = [&] {
        scheduler.run(sb::run_in_parallel(in, [this](int x) {
            if (x == 3) throw std::runtime_error("three");
            return logger{&log, std::to_string(x)};
        }));
    };
    CHECK_THROWS_WITH_AS(run(), "three", std::runtime_error);
    CHECK(log == words{"1 begins", "2 begins", "1 cleans up", "1 has cleaned up", "2 cleans up",
                     "2 has cleaned up"});
}

TEST_CASE_FIXTURE(fixture,
    "what a generator of tasks throws cancels the others and is raised at the await") {
    CHECK_THROWS_WITH_AS(
        scheduler.run(sb::run_in_parallel(fails_after_two{&log})), "no more", std::runtime_error);
    CHECK(log.size() == 6);
}

TEST_CASE_FIXTURE(fixture,
    "own P4: an error of the range's function that a cancel overtakes is reported, not lost") {
    test::unhandled_log const unhandled;
    std::vector<int> const in{1, 2};
    auto task = scheduler.start(sb::run_in_parallel(in, [this](int x) {
        if (x == 2) throw std::runtime_error("two");
        return logger{&log, "a", 1h, 1min};
    }));
    pump.run_ready();
    task.cancel();
    pump.advance(2min);
    CHECK_THROWS_AS(task.get(), sb::cancelled);
    CHECK(unhandled.errors() == words{"std::runtime_error: two"});
}

TEST_CASE_FIXTURE(fixture,
    "a branch that was cancelled by itself counts as a failure: the others are cancelled") {
    auto const victim = scheduler.start(value_after{1, 1h});
    auto const task = scheduler.start(sb::run_in_parallel(sb::future<int>(victim), sleeper{}));
    pump.run_ready();
    victim.cancel();
    pump.run_ready();
    CHECK_THROWS_AS(task.get(), sb::cancelled);
    CHECK(live::count() == 0);
}

// ---- at_most

TEST_CASE_FIXTURE(fixture,
    "own P3: at_most bounds how many run at once, and each element is taken when there is room") {
    crowd all;
    std::vector<int> const in(100);
    auto const task = scheduler.start(
        sb::run_in_parallel(sb::at_most{7}, in, [&](int) { return member{&all}; }));
    pump.run_ready();
    CHECK(all.begun == 7);
    pump.advance(1min);
    CHECK(task.ready());
    CHECK(all.most == 7);
    CHECK(all.begun == 100);
}

TEST_CASE_FIXTURE(fixture, "at_most holds for a pack and for a generator") {
    crowd all;
    scheduler.run(sb::run_in_parallel(
        sb::at_most{2}, member{&all}, member{&all}, member{&all}, member{&all}, member{&all}));
    CHECK(all.most == 2);
    auto const results = scheduler.run(sb::run_in_parallel(sb::at_most{3}, values_upto{20}));
    CHECK(results.size() == 20);
    CHECK(std::is_sorted(results.begin(), results.end()));
}

TEST_CASE("at_most{0} is misuse") { CHECK_THROWS_AS(sb::at_most{0}, sb::misuse); }

TEST_CASE_FIXTURE(fixture,
    "own P2: each element runs to its first suspension before the next one is taken") {
    std::vector<int> const in{1, 2, 3};
    scheduler.run(sb::run_in_parallel(in, [this](int x) {
        log.push_back("makes " + std::to_string(x));
        return logger{&log, std::to_string(x), 1s};
    }));
    words const start(log.begin(), log.begin() + 6);
    CHECK(start == words{"makes 1", "1 begins", "makes 2", "2 begins", "makes 3", "3 begins"});
}

TEST_CASE_FIXTURE(fixture,
    "an endless range of elements that need never wait gives the others their turns") {
    bool other_ran = false;
    auto const other = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(sb::yield_now());
        other_ran = true;
        SB_END();
    });
    std::vector<int> const in(10'000);
    bool before_the_end = false;
    auto const task = scheduler.start(sb::run_in_parallel(sb::at_most{1}, in, [&](int) {
        before_the_end = other_ran;
        return value_after{1};
    }));
    pump.run_ready();
    CHECK(before_the_end);
}

// ---- What is borrowed, what is held

TEST_CASE_FIXTURE(fixture,
    "a range given as an rvalue is held until the end, one given as an lvalue is borrowed") {
    auto held = scheduler.start(sb::run_in_parallel(sb::at_most{1},
        std::list<std::string>{"1", "22", "333"}, [](std::string const& s) {
            return value_after{static_cast<int>(s.size()), 1s};
        }));
    pump.advance(10s);
    CHECK(held.get() == std::vector<int>{1, 2, 3});

    std::deque<int> growing{1, 2};
    auto const grown = scheduler.start(sb::run_in_parallel(
        sb::at_most{1}, growing, [](int& x) { return value_after{x++, 1s}; }));
    pump.advance(10s);
    CHECK(grown.get() == std::vector<int>{1, 2});
    CHECK(growing == std::deque<int>{2, 3});
}

TEST_CASE_FIXTURE(fixture,
    "a generator given as an lvalue is borrowed, and stands where it was left") {
    sb::generator<values_upto> numbers{values_upto{5}};
    (void)numbers.next();
    CHECK(scheduler.run(sb::run_in_parallel(numbers)) == std::vector<int>{1, 2, 3, 4});
    CHECK(numbers.status() == sb::generator_status::closed);
    CHECK(scheduler.run(sb::run_in_parallel(sb::generator<values_upto>{values_upto{2}})) ==
          std::vector<int>{0, 1});
}

TEST_CASE_FIXTURE(fixture, "a range of tasks that are moved out is a range like any other") {
    std::vector<sb::task<int>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(value_after{i, 1s});
    auto const results = scheduler.run(
        sb::run_in_parallel(tasks, [](sb::task<int>& task) { return std::move(task); }));
    CHECK(results == std::vector<int>{0, 1, 2});
}

// ---- Nesting

TEST_CASE_FIXTURE(fixture, "parallel runs nest") {
    auto const [a, b] = scheduler.run(
        sb::run_in_parallel(sb::run_in_parallel(value_after{1, 1s}, value_after{2, 2s}),
            sb::run_in_parallel(value_after{3, 1s}, sb::sleep(1s))));
    CHECK(a == std::tuple<int, int>{1, 2});
    CHECK(std::get<0>(b) == 3);
}

TEST_CASE_FIXTURE(fixture,
    "a crawler that runs itself in parallel sees what the elements before have added") {
    std::set<int> seen{1};
    scheduler.run(crawl{&seen, 1});
    CHECK(seen.size() == 200);
}

// ---- Cancelling

TEST_CASE_FIXTURE(fixture,
    "aio G4: to cancel the awaiting task cancels all, and waits for their clean-up") {
    auto const task = scheduler.start(
        sb::run_in_parallel(logger{&log, "a", 1h, 1s}, logger{&log, "b", 1h, 2s}));
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK_FALSE(task.ready());
    pump.advance(2s);
    CHECK_THROWS_AS(task.get(), sb::cancelled);
    CHECK(log == words{"a begins", "b begins", "a cleans up", "b cleans up", "a has cleaned up",
                     "b has cleaned up"});
}

TEST_CASE_FIXTURE(fixture, "aio G4: a cancelled parallel run takes no further element") {
    crowd all;
    std::vector<int> const in(100);
    auto const task = scheduler.start(
        sb::run_in_parallel(sb::at_most{3}, in, [&](int) { return member{&all}; }));
    pump.advance(1500ms);
    task.cancel();
    pump.advance(1min);
    CHECK(all.begun == 6);
    CHECK(task.ready());
}

TEST_CASE_FIXTURE(fixture,
    "none outlives the await, also if it is cancelled while it takes its elements") {
    // So many that the taking gives the others a turn, in which it is cancelled.
    crowd all;
    std::vector<int> const in(50'000);
    struct slow_to_clean_up {
        crowd* of;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++of->now;
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                SB_AWAIT(sb::sleep(1s));
                --of->now;
            } SB_END_TRY
            SB_END();
        }
    };
    int left = -1;
    auto const owner = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::run_in_parallel(in, [&](int) { return slow_to_clean_up{&all}; }));
        } SB_FINALLY {
            left = all.now;
        } SB_END_TRY
        SB_END();
    });
    auto const canceller = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        CHECK(all.now > 0);
        CHECK(all.now < 50'000);
        owner.cancel();
        SB_END();
    });
    pump.advance(10s);
    CHECK(owner.ready());
    CHECK(left == 0);
    CHECK(all.now == 0);
}

TEST_CASE_FIXTURE(fixture, "aio C10: a second cancel interrupts the clean-up of all") {
    auto const task = scheduler.start(sb::run_in_parallel(logger{&log, "a", 1h, 1h}, sleeper{}));
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK(task.ready());
    CHECK(log == words{"a begins", "a cleans up"});
}

TEST_CASE_FIXTURE(fixture,
    "branches that catch their cancellation do not make the cancelled await succeed") {
    auto const task = scheduler.start(sb::run_in_parallel([](sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_CATCH_ALL {
        } SB_END_TRY
        SB_RETURN(1);
        SB_END();
    }));
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    CHECK_THROWS_AS(task.get(), sb::cancelled);
}

TEST_CASE_FIXTURE(fixture,
    "the results of branches are destroyed with the await that does not take them") {
    struct makes_live {
        sb::step operator()(sb::returns<live>& co) {
            SB_BEGIN(co);
            SB_RETURN(live{});
            SB_END();
        }
    };
    auto task = scheduler.start(sb::run_in_parallel(makes_live{}, makes_live{}, sb::sleep(1h)));
    pump.run_ready();
    CHECK(live::count() == 2);
    task.reset();
    CHECK(live::count() == 0);
    CHECK_THROWS_AS(
        scheduler.run(sb::run_in_parallel(makes_live{}, failure_after{"no", 1s})),
        std::runtime_error);
    CHECK(live::count() == 0);
}

// ---- What user code does while the next element is made

TEST_CASE_FIXTURE(fixture,
    "own P8: what the function throws is raised with the errors out of the others' clean-up attached") {
    test::unhandled_log const unhandled;
    std::vector<int> const in{1, 2};
    auto const task = scheduler.start(sb::run_in_parallel(in, [](int x) {
        if (x == 2) throw std::runtime_error("two");
        return cleans_up_badly{"one"};
    }));
    pump.run_ready();
    CHECK_THROWS_WITH_AS(task.get(), "two", std::runtime_error);
    CHECK(attached(task) == words{"std::runtime_error: one"});
    CHECK(unhandled.errors().empty());
}

TEST_CASE_FIXTURE(fixture,
    "own P8: an element that is made while the others fail, because its maker turns the loop, never runs") {
    std::vector<int> const in{1, 2};
    auto const task = scheduler.start(sb::run_in_parallel(in, [this](int x) {
        if (x == 2) pump.advance(2s);
        return fails_once{&log, x == 1};
    }));
    pump.run_ready();
    CHECK_THROWS_WITH_AS(task.get(), "once", std::runtime_error);
    CHECK(log == words{"begins"});
}

TEST_CASE_FIXTURE(fixture,
    "own P8: an error of the function's that comes after a task has failed is attached to that one's") {
    std::vector<int> const in{1, 2};
    auto const task = scheduler.start(sb::run_in_parallel(in, [this](int x) {
        if (x == 2) {
            pump.advance(2s);
            throw std::runtime_error("two");
        }
        return failure_after{"one", 1s};
    }));
    pump.run_ready();
    CHECK_THROWS_WITH_AS(task.get(), "one", std::runtime_error);
    CHECK(attached(task) == words{"std::runtime_error: two"});
}

TEST_CASE_FIXTURE(fixture,
    "own P4: an error of the function's is reported also where all have ended when the cancel comes") {
    test::unhandled_log const unhandled;
    std::vector<int> const in{1, 2};
    sb::future<void> task;
    words at_the_cancel;
    auto cancels = [&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now()); // meanwhile the clean-up ends
        at_the_cancel = log;
        task.cancel();
        SB_END();
    };
    task = scheduler.start(sb::run_in_parallel(in, [&](int x) {
        if (x == 2) {
            scheduler.start_detached(std::move(cancels));
            throw std::runtime_error("two");
        }
        return logger{&log, "a"};
    }));
    pump.run_ready();
    CHECK(at_the_cancel == words{"a begins", "a cleans up", "a has cleaned up"});
    CHECK(task.cancelled());
    CHECK(unhandled.errors() == words{"std::runtime_error: two"});
}

TEST_CASE_FIXTURE(fixture, "what moving a result throws is raised at the await, and nothing is leaked") {
    bool armed = false;
    auto const run = [&](auto&& all) {
        auto const task = scheduler.start(static_cast<decltype(all)>(all));
        pump.advance(2s);
        armed = true; // one has its result
        pump.advance(2s);
        CHECK_THROWS_WITH_AS(task.get(), "no move", std::runtime_error);
        armed = false;
    };
    run(sb::run_in_parallel(makes_unmovable{1, &armed}, makes_unmovable{2, &armed}));
    std::vector<int> const in{1, 2, 3};
    run(sb::run_in_parallel(in, [&](int x) { return makes_unmovable{x, &armed}; }));
    CHECK(live::count() == 0);
}

// ---- Many

TEST_CASE_FIXTURE(fixture, "a hundred thousand that end at once need no stack, and no more than a node each") {
    std::vector<int> const in(100'000);
    int sum = 0;
    for (int each : scheduler.run(sb::run_in_parallel(in, [](int) { return value_after{1}; }))) sum += each;
    CHECK(sum == 100'000);
}

TEST_CASE_FIXTURE(fixture, "own P1: of a hundred thousand that fail in their clean-up, all are attached") {
    std::vector<int> in(100'000);
    in.back() = 1;
    auto const task = scheduler.start(sb::run_in_parallel(in, [](int last) {
        return fails_once{nullptr, last == 1, true};
    }));
    pump.advance(2s);
    CHECK_THROWS_WITH_AS(task.get(), "once", std::runtime_error);
    CHECK(attached(task).size() == in.size() - 1);
}
