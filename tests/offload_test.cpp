#include <switchback/offload.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/frames.hpp"
#include "support/live.hpp"

namespace sb = switchback;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

sb::worker_options threads(unsigned count) {
    sb::worker_options options;
    options.threads = count;
    return options;
}

struct fixture {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump, threads(4)};
};

struct one_worker {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump, threads(1)};
};

// A job that has begun, and ends when it is told to.
class blocker {
public:
    auto job() {
        return sb::offload([this] { run(); });
    }
    void run() {
        begun_.set_value();
        may_end_.get_future().wait();
    }
    void wait_for_begin() { begun_.get_future().wait(); }
    void let_end() { may_end_.set_value(); }

private:
    std::promise<void> begun_;
    std::promise<void> may_end_;
};

// Counts how many of it died on other threads than this test's.
class tells_where_it_dies {
public:
    tells_where_it_dies() = default;
    tells_where_it_dies(tells_where_it_dies&& other) noexcept
        : armed_(std::exchange(other.armed_, false)) {}
    tells_where_it_dies& operator=(tells_where_it_dies&&) = delete;
    ~tells_where_it_dies() {
        if (!armed_) return;
        ++died;
        if (std::this_thread::get_id() != main_thread) ++died_elsewhere;
    }

    static inline std::atomic<int> died{0};
    static inline std::atomic<int> died_elsewhere{0};
    static inline std::thread::id main_thread;
    static void begin() {
        died = 0;
        died_elsewhere = 0;
        main_thread = std::this_thread::get_id();
    }

private:
    bool armed_ = true;
};

int twice(int x) { return 2 * x; }

} // namespace

TEST_CASE_FIXTURE(fixture, "aio X1: a job's result comes back to the scheduler's thread") {
    auto const main_thread = std::this_thread::get_id();
    auto const ran_on = scheduler.run(sb::offload([] { return std::this_thread::get_id(); }));
    bool const elsewhere = ran_on != main_thread;
    CHECK(elsewhere);
    CHECK(scheduler.run(sb::offload(twice, 4)) == 8);
}

TEST_CASE_FIXTURE(fixture, "aio X1: a job's exception comes back to the awaiting task") {
    auto const caught = scheduler.run([got = 0](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::offload([] { throw std::out_of_range("too far"); }));
        } SB_CATCH(std::out_of_range const& error) {
            got = static_cast<int>(std::string(error.what()).size());
        } SB_END_TRY
        SB_RETURN(got);
        SB_END();
    });
    CHECK(caught == 7);
}

TEST_CASE_FIXTURE(fixture,
    "a job may return nothing, and one that returns a reference gives a copy") {
    int x = 0;
    scheduler.run(sb::offload([&x] { x = 1; }));
    CHECK(x == 1);
    int& (*const pass)(int&) = [](int& y) -> int& { return y; };
    int const y = scheduler.run(sb::offload(pass, std::ref(x)));
    CHECK(y == 1);
}

TEST_CASE_FIXTURE(fixture,
    "a job takes move-only arguments and a move-only callable, and gives a move-only result") {
    auto argument = std::make_unique<int>(3);
    auto result = scheduler.run(sb::offload(
        [held = std::make_unique<int>(4)](std::unique_ptr<int> given) {
            return std::make_unique<int>(*held + *given);
        },
        std::move(argument)));
    CHECK(*result == 7);
}

TEST_CASE_FIXTURE(fixture,
    "a job can be started, awaited, exported as a task, and run in parallel") {
    auto const started = scheduler.start(sb::offload(twice, 1));
    auto const [a, b] = scheduler.run(
        sb::run_in_parallel(sb::offload(twice, 2), sb::task<int>(sb::offload(twice, 3))));
    CHECK(scheduler.run(started) == 2);
    CHECK(a == 4);
    CHECK(b == 6);
}

TEST_CASE_FIXTURE(fixture, "own J2: a job is told by its stop_token that nobody waits any more") {
    std::promise<void> begun;
    std::promise<bool> told;
    auto task = scheduler.start(sb::offload([&](sb::stop_token stop) {
        begun.set_value();
        while (!stop.stop_requested()) std::this_thread::yield();
        told.set_value(true);
    }));
    pump.turn(true);
    begun.get_future().wait();
    task.reset();
    CHECK(told.get_future().get());
    pump.run_ready();
}

TEST_CASE_FIXTURE(fixture,
    "a stop_token is handed over before the arguments; a default one never tells") {
    CHECK(scheduler.run(sb::offload(
              [](sb::stop_token stop, int x) { return stop.stop_requested() ? 0 : x; }, 5)) == 5);
    CHECK_FALSE(sb::stop_token().stop_requested());
}

TEST_CASE_FIXTURE(one_worker,
    "own J1: a job that has not begun does not run when its task is released or cancelled") {
    blocker first;
    auto const blocking = scheduler.start(first.job());
    std::atomic<int> ran{0};
    auto released = scheduler.start(sb::offload([&] { ++ran; }));
    auto cancelled = scheduler.start(sb::offload([&] { ++ran; }));
    auto kept = scheduler.start(sb::offload([&] { ran += 10; }));
    pump.turn(true);
    first.wait_for_begin();
    released.reset();
    cancelled.cancel();
    first.let_end();
    scheduler.run(kept);
    CHECK(ran == 10);
}

TEST_CASE_FIXTURE(fixture, "own J3: a job's callable and its result die on the scheduler's thread") {
    tells_where_it_dies::begin();
    auto job = sb::offload([held = tells_where_it_dies()] { return tells_where_it_dies(); });
    scheduler.run([job = std::move(job)](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT(std::move(job));
        SB_END();
    });
    CHECK(tells_where_it_dies::died.load() == 2);
    CHECK(tells_where_it_dies::died_elsewhere.load() == 0);
}

TEST_CASE_FIXTURE(one_worker,
    "what an abandoned job holds dies on the scheduler's thread, run or not") {
    tells_where_it_dies::begin();
    blocker first;
    auto running = scheduler.start(first.job());
    auto queued = scheduler.start(
        sb::offload([held = tells_where_it_dies()] { return tells_where_it_dies(); }));
    pump.turn(true);
    first.wait_for_begin();
    queued.reset();
    running.reset();
    CHECK(tells_where_it_dies::died.load() == 0);
    first.let_end();
    pump.run_ready();
    CHECK(tells_where_it_dies::died.load() == 1);
    CHECK(tells_where_it_dies::died_elsewhere.load() == 0);
}

TEST_CASE("trio N7: what queued and running jobs hold dies on the scheduler's thread when that goes, behind them") {
    tells_where_it_dies::begin();
    blocker first;
    std::thread helper;
    {
        one_worker f;
        f.scheduler.start_detached(first.job());
        for (int i = 0; i < 10; ++i) {
            f.scheduler.start_detached(
                sb::offload([held = tells_where_it_dies()] { return tells_where_it_dies(); }));
        }
        f.pump.turn(true);
        first.wait_for_begin();
        helper = std::thread([&] { first.let_end(); });
    }
    helper.join();
    CHECK(tells_where_it_dies::died.load() >= 10); // and the results of those that ran
    CHECK(tells_where_it_dies::died_elsewhere.load() == 0);
}

TEST_CASE_FIXTURE(one_worker,
    "a task released or cancelled between a job's arrival and its own resumption destroys the "
    "result") {
    for (bool const cancel : {false, true}) {
        sb::future<test::live> waiter;
        auto const ender = scheduler.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::offload([] {}));
            if (cancel) waiter.cancel();
            if (!cancel) waiter.reset();
            SB_END();
        });
        waiter = scheduler.start(sb::offload([] { return test::live{}; }));
        std::promise<void> both_are_there; // and so both arrive in one turn, the ender's job first
        auto const last = scheduler.start(sb::offload([&] { both_are_there.set_value(); }));
        pump.turn(true);
        both_are_there.get_future().wait();
        pump.run_ready();
        CHECK(test::live::count() == 0);
        CHECK(scheduler.unfinished_tasks() == 0);
        auto const before = pump.now(); // time goes on: no job is thought to be under way
        scheduler.run(sb::sleep(1s));
        CHECK(pump.now() - before == 1s);
        if (cancel) CHECK_THROWS_AS(waiter.get(), sb::cancelled);
    }
}

TEST_CASE_FIXTURE(fixture, "ten thousand jobs come back, each to its own task") {
    std::vector<int> numbers(10'000);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
    auto const doubled =
        scheduler.run(sb::run_in_parallel(numbers, [](int x) { return sb::offload(twice, x); }));
    bool all = doubled.size() == numbers.size();
    for (std::size_t i = 0; all && i < numbers.size(); ++i) all = doubled[i] == 2 * numbers[i];
    CHECK(all);
}

TEST_CASE("a queue of one job makes the others wait on the scheduler's side, and they all run") {
    sb::testing::virtual_pump pump;
    sb::worker_options narrow;
    narrow.threads = 2;
    narrow.queue = 1;
    sb::task_scheduler scheduler{pump, pump, narrow};
    std::vector<int> const numbers(500, 1);
    auto const all =
        scheduler.run(sb::run_in_parallel(numbers, [](int x) { return sb::offload(twice, x); }));
    CHECK(all == std::vector<int>(500, 2));
}

TEST_CASE_FIXTURE(fixture, "jobs that are released at random leave nothing behind") {
    std::vector<sb::future<test::live>> all;
    for (int i = 0; i < 2000; ++i) {
        all.push_back(scheduler.start(sb::offload([] { return test::live{}; })));
        if (i % 3 == 0) pump.turn(true);
        if (i % 2 == 0) all[static_cast<std::size_t>(i * 7919 % (i + 1))].reset();
    }
    pump.run_ready();
    all.clear();
    CHECK(test::live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("a job wakes a native pump that sleeps") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    for (int i = 0; i < 200; ++i) CHECK(scheduler.run(sb::offload(twice, i)) == 2 * i);
}

TEST_CASE("what a job does happens before its task goes on, and what the task did before the job "
          "begins") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    int plain = 0; // a race here is seen by the thread sanitizer
    scheduler.run([&, i = 0](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        for (i = 0; i < 100; ++i) {
            ++plain;
            SB_AWAIT(sb::offload([&] { ++plain; }));
        }
        SB_END();
    });
    CHECK(plain == 200);
}

TEST_CASE_FIXTURE(fixture, "own J2: a long computation looks at its stop_token now and then") {
    // quoted: stoppable
    auto const count_primes = [](sb::stop_token stop, int below) {
        int found = 0;
        for (int n = 2; n < below; ++n) {
            if (stop.stop_requested()) return 0; // nobody will see it
            bool prime = true;
            for (int d = 2; prime && d * d <= n; ++d) prime = n % d != 0;
            found += prime;
        }
        return found;
    };
    CHECK(scheduler.run(sb::offload(count_primes, 100)) == 25);
    // end of quote
}

// ---- Jobs that block

namespace {

sb::worker_options crews(unsigned computing, unsigned blocking, std::size_t queue = 1024) {
    sb::worker_options options;
    options.threads = computing;
    options.blocking_threads = blocking;
    options.queue = queue;
    return options;
}

struct one_of_each {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump, crews(1, 1)};
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own J4: a blocking job gives its result, its exception, and takes what others take") {
    CHECK(scheduler.run(sb::offload_blocking(twice, 4)) == 8);
    CHECK_THROWS_AS(scheduler.run(sb::offload_blocking([] { throw std::out_of_range("too far"); })), std::out_of_range);
    CHECK(scheduler.run(sb::offload_blocking([](sb::stop_token stop, int x) { return stop.stop_requested() ? 0 : x; }, 5)) == 5);
}

TEST_CASE_FIXTURE(one_of_each, "own J4: jobs that block keep none from those that compute, nor the other way round") {
    blocker blocks;
    auto const blocked = scheduler.start(sb::offload_blocking([&] { blocks.run(); }));
    pump.turn(true);
    blocks.wait_for_begin();
    CHECK(scheduler.run(sb::offload(twice, 1)) == 2);
    blocks.let_end();
    scheduler.run(blocked);

    blocker computes;
    auto const computing = scheduler.start(computes.job());
    pump.turn(true);
    computes.wait_for_begin();
    CHECK(scheduler.run(sb::offload_blocking(twice, 2)) == 4);
    computes.let_end();
    scheduler.run(computing);
}

TEST_CASE("own J4: so many jobs block at once as there are threads for them, which are started as needed") {
    constexpr int many = 20;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump, crews(1, many)};
    std::atomic<int> blocked{0};
    std::vector<int> const numbers(many, 1);
    scheduler.run(sb::run_in_parallel(numbers, [&](int) {
        return sb::offload_blocking([&] { // each waits for all the others
            ++blocked;
            while (blocked < many) std::this_thread::yield();
        });
    }));
    CHECK(blocked == many);
}

TEST_CASE("own J5: threads for blocking jobs end when they are idle, and others take their places") {
    auto options = crews(1, 3);
    options.idle = 0ns;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump, options};
    for (int i = 0; i < 100; ++i) CHECK(scheduler.run(sb::offload_blocking(twice, i)) == 2 * i);
    std::vector<int> const numbers(200, 1);
    auto const all = scheduler.run(
        sb::run_in_parallel(numbers, [](int x) { return sb::offload_blocking(twice, x); }));
    CHECK(all == std::vector<int>(200, 2));
}

// ---- When there is no room

TEST_CASE("own J6: jobs run in the order of their offloading, those beyond the queue too; none is refused") {
    for (bool const blocking : {false, true}) {
        sb::testing::virtual_pump pump;
        sb::task_scheduler scheduler{pump, pump, crews(1, 1, 3)};
        std::vector<int> order; // the one worker's
        std::vector<sb::future<void>> all;
        for (int i = 0; i < 100; ++i) {
            auto const job = [&order, i] { order.push_back(i); };
            all.push_back(blocking ? scheduler.start(sb::offload_blocking(job)) : scheduler.start(sb::offload(job)));
        }
        for (auto const& each : all) scheduler.run(each);
        bool in_order = order.size() == 100;
        for (std::size_t i = 0; in_order && i < order.size(); ++i) in_order = order[i] == static_cast<int>(i);
        CHECK(in_order);
    }
}

TEST_CASE("own J6: a task that ends while its job has no room yet takes none, and what the job holds goes at once") {
    for (bool const release : {false, true}) {
        sb::testing::virtual_pump pump;
        sb::task_scheduler scheduler{pump, pump, crews(1, 1, 1)};
        blocker first;
        auto const blocking = scheduler.start(first.job());
        pump.turn(true);
        first.wait_for_begin();
        std::atomic<int> ran{0};
        std::vector<sb::future<void>> all;
        for (int i = 0; i < 5; ++i) all.push_back(scheduler.start(sb::offload([&, held = std::make_unique<live>()] { ++ran; })));
        pump.turn(true);
        CHECK(live::count() == 5); // one is in the queue, four wait for room
        for (std::size_t const gone : {4u, 1u, 2u}) {
            if (release) all[gone].reset();
            if (!release) all[gone].cancel();
        }
        while (live::count() != 2) pump.turn(true);
        first.let_end();
        scheduler.run(all[3]);
        CHECK(ran == 2);
        CHECK(all[0].ready());
    }
}

TEST_CASE_FIXTURE(one_of_each, "own J7: a worker survives whatever a job throws, and results that cannot be moved") {
    struct moves_badly {
        int moves_left;
        explicit moves_badly(int moves) : moves_left(moves) {}
        moves_badly(moves_badly&& other) : moves_left(other.moves_left - 1) {
            if (moves_left < 0) throw std::runtime_error("cannot be moved");
        }
    };
    struct nothing_known {};
    CHECK_THROWS_AS(scheduler.run(sb::offload([] { throw nothing_known{}; })), nothing_known);
    CHECK_THROWS_AS(scheduler.run(sb::offload([] { throw 5; })), int);
    CHECK_THROWS_AS(scheduler.run(sb::offload([] { throw sb::cancelled{}; })), sb::cancelled);
    for (int moves = 0; moves < 8; ++moves) { // on the worker, and then in the task
        auto const job = scheduler.start([moves, got = std::optional<moves_badly>()](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            SB_AWAIT_INTO(got, sb::offload([moves] { return moves_badly(moves); }));
            SB_END();
        });
        try {
            scheduler.run(job);
        } catch (std::runtime_error const&) {
            CHECK(moves < 7);
        }
        (void)job.error();
    }
    CHECK(scheduler.run(sb::offload(twice, 1)) == 2);
}
