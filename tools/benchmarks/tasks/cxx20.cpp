// C++20's coroutines.
#include "../driver.hpp"
#include "../heap.hpp"
#include "cxx20_task.hpp"
#include "work.hpp"

#include <deque>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

using bench::batch;
using bench::checksum;
using bench::number;
using bench::started;
using bench::task;

task<number> echo(number value) { co_return value; }
task<number> await_main(number n) {
    checksum sum;
    for (number i = 0; i < n; ++i) sum.take(co_await echo(i));
    co_return sum.value();
}

task<number> link(int below) {
    if (below == 0) co_return 0;
    co_return co_await link(below - 1) + 1;
}
task<number> chain_main(number n) {
    checksum sum;
    for (number i = 0; i < n / batch; ++i) sum.take(co_await link(batch));
    co_return sum.value();
}

task<number> spawn_main(number n) {
    checksum sum;
    std::vector<started<number>> all;
    all.reserve(batch);
    for (number i = 0; i < n / batch; ++i) {
        for (number k = 0; k < batch; ++k) all.emplace_back(echo(k));
        for (auto& each : all) sum.take(co_await each);
        all.clear();
    }
    co_return sum.value();
}

task<number> yielder(number n) {
    number i = 0;
    for (; i < n; ++i) co_await bench::yield_now();
    co_return i;
}
task<number> deep_yielder(int below, number n) {
    if (below == 0) co_return co_await yielder(n);
    co_return co_await deep_yielder(below - 1, n);
}

// A queue by hand, for one getter.
class queue {
public:
    void put(number item) {
        items_.push_back(item);
        if (getter_) bench::loop::instance().make_ready(std::exchange(getter_, nullptr));
    }
    auto get() {
        struct getting {
            queue& from;
            bool await_ready() noexcept { return !from.items_.empty(); }
            void await_suspend(std::coroutine_handle<> waiter) noexcept { from.getter_ = waiter; }
            number await_resume() {
                auto const item = from.items_.front();
                from.items_.pop_front();
                return item;
            }
        };
        return getting{*this};
    }

private:
    std::deque<number> items_;
    std::coroutine_handle<> getter_ = nullptr;
};
task<> echoes(queue& from, queue& to, number n) {
    for (number i = 0; i < n; ++i) to.put(co_await from.get());
}
task<number> queues_main(number n) {
    checksum sum;
    queue there, back;
    started<> other(echoes(there, back, n / 2));
    for (number i = 0; i < n / 2; ++i) {
        there.put(i);
        sum.take(co_await back.get());
    }
    co_await other;
    co_return sum.value();
}

task<> sleeper() { co_await bench::sleep_for(1h); }
task<number> release_main(number n) {
    number i = 0;
    std::vector<started<>> all;
    all.reserve(batch);
    for (; i < n / batch; ++i) {
        for (number k = 0; k < batch; ++k) all.emplace_back(sleeper());
        co_await bench::yield_now(); // they fall asleep
        all.clear();
    }
    co_return i * batch;
}

task<> failing(int below) {
    if (below == 0) throw bench::failure{};
    co_await failing(below - 1);
}
task<> failing_with_finally(int below, checksum& sum) {
    try {
        if (below == 0) throw bench::failure{};
        co_await failing_with_finally(below - 1, sum);
    } catch (...) {
        sum.take(static_cast<number>(below));
        throw;
    }
    sum.take(static_cast<number>(below));
}
task<number> failure_main(number n) {
    checksum sum;
    for (number i = 0; i < n / batch; ++i) {
        try {
            co_await failing(batch);
        } catch (bench::failure const&) {
            sum.take(1);
        }
    }
    co_return sum.value();
}
task<number> finally_main(number n) {
    checksum sum;
    for (number i = 0; i < n / batch; ++i) {
        try {
            co_await failing_with_finally(batch, sum);
        } catch (bench::failure const&) {
            sum.take(1);
        }
    }
    co_return sum.value();
}

task<> nap(std::chrono::nanoseconds time, number& awake) {
    co_await bench::sleep_for(time);
    ++awake;
}
task<number> naps_main(number n) {
    number awake = 0;
    std::vector<started<>> all;
    all.reserve(n);
    for (number i = 0; i < n; ++i) all.emplace_back(nap(bench::nap_of(i), awake));
    for (auto& each : all) co_await each;
    co_return awake;
}

number await(std::size_t n) { return run(await_main(n)); }
number chain(std::size_t n) { return run(chain_main(n)); }
number spawn(std::size_t n) { return run(spawn_main(n)); }
number yield(std::size_t n) { return run(yielder(n)); }
number yield_deep(std::size_t n) { return run(deep_yielder(batch, n)); }
number queues(std::size_t n) { return run(queues_main(n)); }
number release(std::size_t n) { return run(release_main(n)); }
number failure(std::size_t n) { return run(failure_main(n)); }
number finally(std::size_t n) { return run(finally_main(n)); }
number sleepers(std::size_t n) { return run(naps_main(n)); }

} // namespace

int main(int argc, char** argv) {
    using bench::bytes_of;
    checksum sum;
    return bench::drive(argc, argv,
        {{"await", await, bytes_of([] { return echo(1); })},
            {"chain", chain, bytes_of([] { return link(0); })}, {"spawn", spawn},
            {"yield", yield, bytes_of([] { return yielder(1); })}, {"yield-deep", yield_deep},
            {"queues", queues},
            {"release", release, bytes_of([] { return sleeper(); })},
            {"failure", failure, bytes_of([] { return failing(0); })},
            {"finally", finally, bytes_of([&] { return failing_with_finally(0, sum); })},
            {"sleepers", sleepers}});
}
