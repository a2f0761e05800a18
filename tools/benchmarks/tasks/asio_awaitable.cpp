// Asio's awaitable, on an io_context of one thread.
#include "../driver.hpp"
#include "../heap.hpp"
#include "work.hpp"

#include <asio.hpp>
#include <asio/experimental/channel.hpp>

#include <memory>
#include <vector>

using namespace std::chrono_literals;

namespace {

using asio::awaitable;
using asio::use_awaitable;
using bench::batch;
using bench::checksum;
using bench::number;

number run(awaitable<number> main, asio::io_context& context) {
    number result = 0;
    asio::co_spawn(context, std::move(main), [&](std::exception_ptr error, number value) {
        if (error) std::rethrow_exception(error);
        result = value;
    });
    context.run();
    return result;
}
template <class... A>
number run(awaitable<number> (*main)(A...), A... arguments) {
    asio::io_context context(1); // one thread: no locks
    return run(main(arguments...), context);
}

awaitable<number> echo(number value) { co_return value; }
awaitable<number> await_main(number n) {
    checksum sum;
    for (number i = 0; i < n; ++i) sum.take(co_await echo(i));
    co_return sum.value();
}

awaitable<number> link(int below) {
    if (below == 0) co_return 0;
    co_return co_await link(below - 1) + 1;
}
awaitable<number> chain_main(number n) {
    checksum sum;
    for (number i = 0; i < n / batch; ++i) sum.take(co_await link(batch));
    co_return sum.value();
}

// Tells its waiter when so many have ended: Asio has no future that an awaitable can wait for.
struct countdown {
    std::size_t left;
    asio::steady_timer end;
    countdown(asio::any_io_executor const& on, std::size_t n)
        : left(n), end(on, asio::steady_timer::time_point::max()) {}
    void one() {
        if (--left == 0) end.cancel();
    }
    awaitable<void> zero() {
        if (left == 0) co_return;
        asio::error_code ignored;
        co_await end.async_wait(asio::redirect_error(use_awaitable, ignored));
    }
};

awaitable<number> spawn_main(number n) {
    checksum sum;
    auto const here = co_await asio::this_coro::executor;
    std::vector<number> results(batch);
    for (number i = 0; i < n / batch; ++i) {
        countdown all(here, batch);
        for (number k = 0; k < batch; ++k) {
            asio::co_spawn(here, echo(k), [&, k](std::exception_ptr, number value) {
                results[k] = value;
                all.one();
            });
        }
        co_await all.zero();
        for (auto got : results) sum.take(got);
    }
    co_return sum.value();
}

awaitable<number> yielder(number n) {
    number i = 0;
    for (; i < n; ++i) co_await asio::post(use_awaitable);
    co_return i;
}
awaitable<number> deep_yielder(int below, number n) {
    if (below == 0) co_return co_await yielder(n);
    co_return co_await deep_yielder(below - 1, n);
}

// A channel's bound is a number: there is none without.
using channel = asio::experimental::channel<void(asio::error_code, number)>;
awaitable<void> echoes(channel& from, channel& to, number n) {
    for (number i = 0; i < n; ++i) {
        auto const got = co_await from.async_receive(use_awaitable);
        co_await to.async_send(asio::error_code(), got, use_awaitable);
    }
}
awaitable<number> queues_main(number n) {
    checksum sum;
    auto const here = co_await asio::this_coro::executor;
    channel there(here, batch), back(here, batch);
    countdown ended(here, 1);
    asio::co_spawn(here, echoes(there, back, n / 2), [&](std::exception_ptr) { ended.one(); });
    for (number i = 0; i < n / 2; ++i) {
        co_await there.async_send(asio::error_code(), i, use_awaitable);
        sum.take(co_await back.async_receive(use_awaitable));
    }
    co_await ended.zero();
    co_return sum.value();
}

awaitable<void> sleeper() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(use_awaitable);
}
awaitable<number> release_main(number n) {
    number i = 0;
    auto const here = co_await asio::this_coro::executor;
    for (; i < n / batch; ++i) {
        countdown all(here, batch);
        std::vector<asio::cancellation_signal> ends(batch);
        for (auto& end : ends) {
            asio::co_spawn(here, sleeper(),
                asio::bind_cancellation_slot(
                    end.slot(), [&](std::exception_ptr) { all.one(); }));
        }
        co_await asio::post(use_awaitable); // they fall asleep
        for (auto& end : ends) end.emit(asio::cancellation_type::terminal);
        co_await all.zero();
    }
    co_return i * batch;
}

awaitable<void> failing(int below) {
    if (below == 0) throw bench::failure{};
    co_await failing(below - 1);
}
awaitable<void> failing_with_finally(int below, checksum& sum) {
    try {
        if (below == 0) throw bench::failure{};
        co_await failing_with_finally(below - 1, sum);
    } catch (...) {
        sum.take(static_cast<number>(below));
        throw;
    }
    sum.take(static_cast<number>(below));
}
awaitable<number> failure_main(number n) {
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
awaitable<number> finally_main(number n) {
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

awaitable<void> nap(std::chrono::nanoseconds time, number& awake) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(use_awaitable);
    ++awake;
}
awaitable<number> naps_main(number n) {
    number awake = 0;
    auto const here = co_await asio::this_coro::executor;
    countdown all(here, n);
    for (number i = 0; i < n; ++i) {
        asio::co_spawn(here, nap(bench::nap_of(i), awake), [&](std::exception_ptr) { all.one(); });
    }
    co_await all.zero();
    co_return awake;
}

// A job on the pool: its coroutine runs there, and its end comes back here.
awaitable<number> job(number value) { co_return bench::job(value); }
awaitable<number> offload_main(number n, asio::thread_pool& pool) {
    checksum sum;
    for (number i = 0; i < n; ++i) sum.take(co_await asio::co_spawn(pool, job(i), use_awaitable));
    co_return sum.value();
}
awaitable<number> offload_many_main(number n, asio::thread_pool& pool) {
    checksum sum;
    auto const here = co_await asio::this_coro::executor;
    std::vector<number> results(batch);
    for (number i = 0; i < n / batch; ++i) {
        countdown all(here, batch);
        for (number k = 0; k < batch; ++k) {
            asio::co_spawn(pool, job(k),
                asio::bind_executor(here, [&, k](std::exception_ptr, number value) {
                    results[k] = value;
                    all.one();
                }));
        }
        co_await all.zero();
        for (auto got : results) sum.take(got);
    }
    co_return sum.value();
}
number run_with_pool(awaitable<number> (*main)(number, asio::thread_pool&), std::size_t n) {
    asio::thread_pool pool(bench::workers);
    asio::io_context context;
    return run(main(n, pool), context);
}

number await(std::size_t n) { return run<number>(await_main, n); }
number chain(std::size_t n) { return run<number>(chain_main, n); }
number spawn(std::size_t n) { return run<number>(spawn_main, n); }
number yield(std::size_t n) { return run<number>(yielder, n); }
number yield_deep(std::size_t n) { return run<int, number>(deep_yielder, batch, n); }
number queues(std::size_t n) { return run<number>(queues_main, n); }
number release(std::size_t n) { return run<number>(release_main, n); }
number failure(std::size_t n) { return run<number>(failure_main, n); }
number finally(std::size_t n) { return run<number>(finally_main, n); }
number sleepers(std::size_t n) { return run<number>(naps_main, n); }
number offload(std::size_t n) { return run_with_pool(offload_main, n); }
number offload_many(std::size_t n) { return run_with_pool(offload_many_main, n); }

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
            {"sleepers", sleepers}, {"offload", offload},
            {"offload-1000", offload_many}});
}
