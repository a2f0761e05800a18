// Tasks in files that are compiled with -fno-exceptions -fno-rtti, and so is the library.
#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#include "misuse.hpp"

#include <switchback/switchback.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

struct fixture {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
};

sb::result<int> half(int n) {
    if (n % 2 != 0) return sb::failed{std::errc::invalid_argument};
    return n / 2;
}

struct halve_later {
    int n;
    int halved = 0;

    sb::step operator()(sb::returns<sb::result<int>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(10ms));
        SB_AWAIT_OK_INTO(halved, sb::offload(half, n));
        SB_RETURN(halved);
        SB_END();
    }
};

// Passes on what the other fails with, as an error of its own type.
struct quarter {
    int n;
    std::vector<std::string>* log;
    int halved = 0;

    sb::step operator()(sb::returns<sb::result<std::string>>& co) {
        SB_BEGIN(co);
        SB_AWAIT_OK_INTO(halved, halve_later{n});
        log->push_back("half: " + std::to_string(halved));
        SB_AWAIT_OK_INTO(halved, halve_later{halved});
        SB_RETURN(std::to_string(halved));
        SB_END();
    }
};

struct checks {
    int n;
    bool* passed;

    sb::step operator()(sb::returns<sb::result<void>>& co) {
        SB_BEGIN(co);
        SB_AWAIT_OK(halve_later{n});
        *passed = true;
        SB_RETURN(sb::ok);
        SB_END();
    }
};

struct holds {
    std::shared_ptr<int> alive;
    std::chrono::hours time{1};

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(time));
        SB_RETURN(*alive);
        SB_END();
    }
};

struct outer {
    std::shared_ptr<int> alive;
    int result = 0;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(result, holds{alive});
        SB_RETURN(result);
        SB_END();
    }
};

} // namespace

TEST_CASE("without exceptions: a task awaits tasks, timers and jobs") {
    fixture f;
    auto const before = f.pump.now();
    CHECK(f.scheduler.run(halve_later{8}).value() == 4);
    CHECK(f.pump.now() - before == 10ms);
}

TEST_CASE("without exceptions: errors are values, and SB_AWAIT_OK passes them on") {
    fixture f;
    std::vector<std::string> log;
    CHECK(f.scheduler.run(quarter{8, &log}).value() == "2");
    auto const failed = f.scheduler.run(quarter{6, &log});
    CHECK_FALSE(failed.has_value());
    CHECK(failed.error() == std::errc::invalid_argument);
    CHECK(log == std::vector<std::string>{"half: 4", "half: 3"});
}

TEST_CASE("without exceptions: a result of nothing is success or an error") {
    fixture f;
    bool passed = false;
    CHECK(f.scheduler.run(checks{3, &passed}).error() == std::errc::invalid_argument);
    CHECK_FALSE(passed);
    CHECK(f.scheduler.run(checks{4, &passed}).has_value());
    CHECK(passed);
}

TEST_CASE("without exceptions: tasks run in parallel, each with its own outcome") {
    fixture f;
    auto const all = f.scheduler.run(sb::run_in_parallel(
        std::vector<int>{2, 3, 8}, [](int n) { return halve_later{n}; }));
    CHECK(all.size() == 3);
    CHECK(all[0].value() == 1);
    CHECK(all[1].error() == std::errc::invalid_argument);
    CHECK(all[2].value_or(0) == 4);
}

TEST_CASE("without exceptions: dropping the last future destroys the task at once, innermost frame first") {
    fixture f;
    auto const alive = std::make_shared<int>(1);
    auto future = f.scheduler.start(outer{alive});
    f.pump.run_ready();
    CHECK(alive.use_count() == 3);
    future.reset();
    CHECK(alive.use_count() == 1);
    CHECK(f.scheduler.unfinished_tasks() == 0);
}

TEST_CASE("without exceptions: cancel() destroys the task one turn later, and those that await it") {
    fixture f;
    auto const alive = std::make_shared<int>(1);
    auto const future = f.scheduler.start(outer{alive});
    f.pump.run_ready();
    CHECK(future.cancel());
    CHECK_FALSE(future.ready());
    f.pump.run_ready();
    CHECK(future.ready());
    CHECK(future.cancelled());
    CHECK(alive.use_count() == 1);
}

TEST_CASE("without exceptions: a scheduler that closes releases what is left") {
    auto const alive = std::make_shared<int>(1);
    sb::future<int> future;
    {
        fixture f;
        future = f.scheduler.start(outer{alive});
        f.scheduler.start_detached(outer{alive});
        f.pump.run_ready();
    }
    CHECK(alive.use_count() == 1);
    CHECK(future.cancelled());
}

TEST_CASE("without exceptions: ten thousand tasks at once") {
    fixture f;
    auto const alive = std::make_shared<int>(1);
    std::vector<sb::future<int>> futures;
    for (int i = 0; i < 10'000; ++i) futures.push_back(f.scheduler.start(outer{alive}));
    f.pump.advance(2h);
    int sum = 0;
    for (auto const& each : futures) sum += each.get();
    CHECK(sum == 10'000);
}

TEST_CASE("without exceptions: a promise is completed, broken or unwanted") {
    fixture f;
    auto const alive = std::make_shared<int>(1);
    sb::promise<std::shared_ptr<int>> p(f.scheduler);
    auto const kept = p.get_future();
    CHECK(p.set_value(alive));
    CHECK(*f.scheduler.run(kept) == 1);
    CHECK(alive.use_count() == 2);

    sb::promise<int> broken(f.scheduler);
    auto const never = broken.get_future();
    broken.reset();
    CHECK(never.cancelled());

    int told = 0;
    sb::promise<void> const unwanted(f.scheduler);
    auto dropped = unwanted.get_future();
    unwanted.on_cancel([&told, alive] { ++told; });
    CHECK(unwanted.wanted());
    dropped.reset();
    CHECK(told == 1);
    CHECK(alive.use_count() == 2);
    CHECK_FALSE(unwanted.set_value());
    CHECK(f.scheduler.unfinished_tasks() == 0);
}

TEST_CASE("without exceptions: a promise is completed on another thread") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    sb::promise<std::string> p(scheduler);
    auto const soon = p.get_future();
    std::thread other([p = std::move(p)] { p.set_value("from afar"); });
    CHECK(scheduler.run(soon) == "from afar");
    other.join();
}

TEST_CASE("without exceptions: callbacks and posted calls") {
    std::vector<std::string> log;
    auto const alive = std::make_shared<int>(1);
    {
        fixture f;
        f.scheduler.start(holds{alive}).on_ready([&](sb::future<int> const& of) {
            log.push_back(of.cancelled() ? "cancelled" : std::to_string(of.get()));
        });
        f.scheduler.post([&] { log.push_back("posted"); });
        f.pump.advance(2h);
        f.scheduler.start(holds{alive}).on_ready([&](sb::future<int> const& of) {
            log.push_back(of.cancelled() ? "closed" : "not closed");
        });
    }
    CHECK(log == std::vector<std::string>{"posted", "1", "closed"});
    CHECK(alive.use_count() == 1);
}

TEST_CASE("without exceptions: sb::run gives the exit status") {
    CHECK(sb::run([](sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_RETURN(3);
        SB_END();
    }) == 3);
}

#if defined(CAN_END_A_PROGRAM)
TEST_CASE("without exceptions: a misuse goes to the handler, with its sentence") {
    CHECK(test::misuse_told([] { (void)sb::future<int>().get(); }) == sb::already_awaited().what());
    CHECK(test::misuse_told([] {
        fixture f;
        auto const future = f.scheduler.start(halve_later{2});
        (void)future.get();
    }) == sb::not_ready().what());
    CHECK(test::misuse_told([] {
        sb::result<int> failed = sb::failed{std::errc::timed_out};
        (void)failed.value();
    }) == sb::result_failed().what());
    CHECK(test::misuse_told([] {
        sb::result<int> fine = 1;
        (void)fine.error();
    }) == sb::result_succeeded().what());
    CHECK(test::misuse_told([] {
        fixture f;
        auto const future = f.scheduler.start(holds{std::make_shared<int>(1)});
        f.pump.run_ready();
        future.cancel();
        f.pump.run_ready();
        (void)future.get();
    }) == "the result of a task that was cancelled was asked for");
    CHECK(test::misuse_told([] {
        fixture f;
        sb::promise<int> const p(f.scheduler);
        p.set_value(1);
        p.set_value(2);
    }) == sb::already_completed().what());
}
#endif
