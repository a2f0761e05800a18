#include <switchback/native_pump.hpp>

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "support/frames.hpp"

namespace sb = switchback;
using test::value_after;
using namespace std::chrono_literals;

namespace {

// A client that counts how often it is called.
struct counting_client final : sb::pump_client {
    int calls = 0;
    void run_tasks(bool) noexcept override { ++calls; }
    bool awaits_other_threads() const noexcept override { return false; }
};

struct served {
    sb::native_pump pump;
    counting_client client;
    served() { pump.serve(&client); }
    ~served() { pump.serve(nullptr); }
};

} // namespace

TEST_CASE("imvu T9: tasks run in the built-in loop") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    CHECK(scheduler.run(value_after{3, 1ms}) == 3);
}

TEST_CASE("a pump serves one scheduler: pump_in_use for a second one, until the first has gone") {
    sb::native_pump pump;
    {
        sb::task_scheduler const first{pump};
        CHECK_THROWS_AS(sb::task_scheduler{pump}, sb::pump_in_use);
    }
    sb::task_scheduler second{pump};
    CHECK(second.run(value_after{1}) == 1);
}

TEST_CASE("aio S5: a timer of the built-in loop is never early") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    for (int i = 0; i < 200; ++i) {
        auto const time = std::chrono::microseconds(i * 7 % 50);
        auto const before = std::chrono::steady_clock::now();
        scheduler.run(sb::sleep(time));
        CHECK(std::chrono::steady_clock::now() - before >= time);
    }
}

TEST_CASE("any number of wakes before a turn count as one") {
    served s;
    for (int i = 0; i < 10; ++i) s.pump.wake();
    s.pump.turn(true);
    s.pump.turn(false);
    CHECK(s.client.calls == 1);
}

TEST_CASE("imvu T10: run_tasks is not called while nothing happens") {
    served s;
    for (int i = 0; i < 10; ++i) s.pump.turn(false);
    CHECK(s.client.calls == 0);
    s.pump.wake_after(1h);
    for (int i = 0; i < 10; ++i) s.pump.turn(false);
    CHECK(s.client.calls == 0);
}

TEST_CASE("wake_after calls once; a later call takes the place of an earlier one, endless takes "
          "it back") {
    served s;
    s.pump.wake_after(1h);
    s.pump.wake_after(0ns);
    s.pump.turn(true);
    s.pump.turn(false);
    CHECK(s.client.calls == 1);
    s.pump.wake_after(0ns);
    s.pump.wake_after(sb::event_pump::endless);
    s.pump.turn(false);
    CHECK(s.client.calls == 1);
}

TEST_CASE("a wake by another thread ends the loop's sleep") {
    served s;
    for (int i = 1; i <= 200; ++i) {
        std::thread waker([&] { s.pump.wake(); });
        while (s.client.calls < i) s.pump.turn(true);
        waker.join();
    }
    CHECK(s.client.calls == 200);
}

TEST_CASE("no wake is lost where two threads wake as fast as they can") {
    served s;
    std::atomic<int> asked{0};
    std::atomic<bool> over{false};
    auto const wakes = [&] {
        for (int i = 0; i < 20'000; ++i) {
            ++asked;
            s.pump.wake();
        }
    };
    std::thread a(wakes);
    std::thread b([&] {
        wakes();
        a.join();
        over = true;
        s.pump.wake();
    });
    while (!over) s.pump.turn(true);
    b.join();
    s.pump.turn(false);
    CHECK(asked == 40'000);
    CHECK(s.client.calls > 0);
}

#if defined(__unix__) || defined(__APPLE__)
namespace {
sb::native_pump* woken_by_signal = nullptr;
}

TEST_CASE("a signal handler may wake the pump") {
    served s;
    woken_by_signal = &s.pump;
    auto const before = std::signal(SIGUSR1, [](int) { woken_by_signal->wake(); });
    std::raise(SIGUSR1);
    s.pump.turn(true);
    CHECK(s.client.calls == 1);
    std::signal(SIGUSR1, before);
}
#endif

TEST_CASE("timers, jobs and ready tasks share the loop") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    std::vector<int> const in{1, 2, 3, 4, 5, 6, 7, 8};
    auto const [values, jobs, last] = scheduler.run(sb::run_in_parallel(
        sb::run_in_parallel(in, [](int x) { return value_after{x, std::chrono::milliseconds(x)}; }),
        sb::run_in_parallel(in, [](int x) { return sb::offload([x] { return x; }); }),
        value_after{9}));
    CHECK(values == in);
    CHECK(jobs == in);
    CHECK(last == 9);
}

TEST_CASE("a scheduler on a native pump goes while tasks sleep in it") {
    sb::native_pump pump;
    sb::future<void> kept;
    {
        sb::task_scheduler scheduler{pump};
        kept = scheduler.start(test::sleeper{});
        pump.turn(true);
    }
    CHECK_THROWS_AS(kept.get(), sb::cancelled);
    pump.turn(false);
}
