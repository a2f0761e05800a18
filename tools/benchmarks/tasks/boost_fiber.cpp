// Boost.Fiber: each task has a stack of its own, and an await of a child is an ordinary call. There
// is no row "release": a fiber cannot be ended from outside.
#include "../driver.hpp"
#include "work.hpp"

#include <boost/fiber/all.hpp>

#include <vector>

namespace {

using bench::batch;
using bench::checksum;
using bench::number;
namespace fibers = boost::fibers;

#define NOT_INLINED __attribute__((noinline, noclone))

NOT_INLINED number echo(number value) {
    asm volatile("" : "+r"(value));
    return value;
}
number await(std::size_t n) {
    checksum sum;
    for (number i = 0; i < n; ++i) sum.take(echo(i));
    return sum.value();
}

NOT_INLINED number link(int below) {
    asm volatile("" : "+r"(below));
    if (below == 0) return 0;
    return link(below - 1) + 1;
}
number chain(std::size_t n) {
    checksum sum;
    for (number i = 0; i < n / batch; ++i) sum.take(link(batch));
    return sum.value();
}

number spawn(std::size_t n) {
    checksum sum;
    std::vector<number> results(batch);
    std::vector<fibers::fiber> all;
    all.reserve(batch);
    for (number i = 0; i < n / batch; ++i) {
        for (number k = 0; k < batch; ++k) all.emplace_back([&results, k] { results[k] = echo(k); });
        for (number k = 0; k < batch; ++k) {
            all[k].join();
            sum.take(results[k]);
        }
        all.clear();
    }
    return sum.value();
}

NOT_INLINED number yielder(number n) {
    number i = 0;
    for (; i < n; ++i) boost::this_fiber::yield();
    return i;
}
NOT_INLINED number deep_yielder(int below, number n) {
    asm volatile("" : "+r"(below));
    auto const got = below == 0 ? yielder(n) : deep_yielder(below - 1, n);
    asm volatile("");
    return got;
}
// In a fiber that is not the main one, as the tasks of the others are not either.
template <class Main>
number in_fiber(Main main) {
    number result = 0;
    fibers::fiber([&] { result = main(); }).join();
    return result;
}
number yield(std::size_t n) {
    return in_fiber([n] { return yielder(n); });
}
number yield_deep(std::size_t n) {
    return in_fiber([n] { return deep_yielder(batch, n); });
}

// A buffered channel has a bound, a power of two.
using channel = fibers::buffered_channel<number>;
number queues(std::size_t n) {
    checksum sum;
    channel there(1024), back(1024);
    fibers::fiber other([&] {
        number got = 0;
        for (number i = 0; i < n / 2; ++i) {
            there.pop(got);
            back.push(got);
        }
    });
    in_fiber([&] {
        number got = 0;
        for (number i = 0; i < n / 2; ++i) {
            there.push(i);
            back.pop(got);
            sum.take(got);
        }
        return sum.value();
    });
    other.join();
    return sum.value();
}

NOT_INLINED void failing(int below) {
    if (below == 0) throw bench::failure{};
    failing(below - 1);
    asm volatile("");
}
NOT_INLINED void failing_with_finally(int below, checksum& sum) {
    try {
        if (below == 0) throw bench::failure{};
        failing_with_finally(below - 1, sum);
    } catch (...) {
        sum.take(static_cast<number>(below));
        throw;
    }
    sum.take(static_cast<number>(below));
}
template <class Fails>
number fail_often(std::size_t n, checksum& sum, Fails fails) {
    for (number i = 0; i < n / batch; ++i) {
        try {
            fails();
        } catch (bench::failure const&) {
            sum.take(1);
        }
    }
    return sum.value();
}
number failure(std::size_t n) {
    checksum sum;
    return fail_often(n, sum, [] { failing(batch); });
}
number finally(std::size_t n) {
    checksum sum;
    return fail_often(n, sum, [&] { failing_with_finally(batch, sum); });
}

number sleepers(std::size_t n) {
    number awake = 0;
    std::vector<fibers::fiber> all;
    all.reserve(n);
    for (number i = 0; i < n; ++i) {
        all.emplace_back([&awake, i] {
            boost::this_fiber::sleep_for(bench::nap_of(i));
            ++awake;
        });
    }
    for (auto& each : all) each.join();
    return awake;
}

} // namespace

int main(int argc, char** argv) {
    return bench::drive(argc, argv,
        {{"await", await}, {"chain", chain}, {"spawn", spawn}, {"yield", yield},
            {"yield-deep", yield_deep}, {"queues", queues}, {"failure", failure}, {"finally", finally},
            {"sleepers", sleepers}});
}
