// docs/porting/threads.md: the same work with a thread for each operation and with tasks.
#include <switchback/native_pump.hpp>
#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace sb = switchback;

// What blocks, and is called on any thread. Counts how many are in it.
class disk {
public:
    std::size_t wait_for = 0; // a read waits until so many were in it at once

    std::size_t size_of(std::string const& name) {
        std::unique_lock<std::mutex> lock(mutex_);
        ++inside_;
        peak_ = std::max(peak_, inside_);
        changed_.notify_all();
        changed_.wait(lock, [this] { return peak_ >= wait_for; });
        --inside_;
        if (name == "broken") throw std::runtime_error("cannot read " + name);
        return name.size();
    }
    std::size_t peak() const {
        std::lock_guard<std::mutex> lock(mutex_);
        return peak_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t inside_ = 0;
    std::size_t peak_ = 0;
};

using names = std::vector<std::string>;
using shown = std::vector<std::size_t>;

namespace before {

// quoted: before
// Four threads take names from the list. `show` is called on any of them.
std::size_t total_size(disk& from, names const& list, std::function<void(std::size_t)> const& show) {
    std::mutex mutex; // guards all that follow
    std::size_t total = 0;
    std::size_t finished = 0;
    std::exception_ptr error;
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stop{false};

    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (auto at = next++; at < list.size() && !stop; at = next++) {
                try {
                    auto const size = from.size_of(list[at]);
                    std::lock_guard<std::mutex> lock(mutex);
                    total += size;
                    show(++finished);
                } catch (...) {
                    std::lock_guard<std::mutex> lock(mutex);
                    if (error == nullptr) error = std::current_exception();
                    stop = true;
                }
            }
        });
    }
    for (auto& each : threads) each.join();
    if (error != nullptr) std::rethrow_exception(error);
    return total;
}
// end of quote

} // namespace before

namespace after {

// quoted: after
// One name. Only size_of() runs on a worker; `show` is called where all bodies run.
struct size_of_one {
    disk* from;
    std::string name;
    std::function<void(std::size_t)> const* show;
    std::size_t* finished;
    std::size_t size = 0;

    sb::step operator()(sb::returns<std::size_t>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(size, sb::offload(&disk::size_of, from, name));
        (*show)(++*finished);
        SB_RETURN(size);
        SB_END();
    }
};

struct total_size {
    disk* from;
    names list;
    std::function<void(std::size_t)> show;
    std::vector<std::size_t> sizes{};
    std::size_t finished = 0;

    sb::step operator()(sb::returns<std::size_t>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(sizes,
            sb::run_in_parallel(sb::at_most{4}, list, [this](std::string const& name) {
                return size_of_one{from, name, &show, &finished};
            }));
        SB_RETURN(std::accumulate(sizes.begin(), sizes.end(), std::size_t(0)));
        SB_END();
    }
};
// end of quote

// quoted: half_way
// While old and new run side by side: the new one, for a caller who has a thread to block.
std::size_t total_size_blocking(
    disk& from, names const& list, std::function<void(std::size_t)> const& show) {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    return scheduler.run(total_size{&from, list, show});
}
// end of quote

// quoted: stop
// The flag that long loops looked at is a token that is handed in.
std::size_t count_primes(sb::stop_token stop, std::size_t below) {
    std::size_t found = 0;
    for (std::size_t n = 2; n < below && !stop.stop_requested(); ++n) {
        bool prime = true;
        for (std::size_t d = 2; d * d <= n && prime; ++d) prime = n % d != 0;
        if (prime) ++found;
    }
    return found;
}
// end of quote

} // namespace after

struct outcome {
    std::string said;
    shown steps;
};

template <class Work>
outcome outcome_of(Work work) {
    outcome came;
    auto const show = [&](std::size_t finished) { came.steps.push_back(finished); };
    try {
        came.said = std::to_string(work(show));
    } catch (std::exception const& error) {
        came.said = error.what();
    }
    return came;
}

names twenty() {
    names list;
    for (int i = 0; i < 20; ++i) list.push_back(std::string(static_cast<std::size_t>(i), 'x'));
    return list;
}

} // namespace

TEST_CASE("porting: tasks find what the threads found, and show as much") {
    disk first, second;
    first.wait_for = second.wait_for = 4; // fewer at once would wait for ever
    auto const old = outcome_of([&](auto show) { return before::total_size(first, twenty(), show); });
    auto const now =
        outcome_of([&](auto show) { return after::total_size_blocking(second, twenty(), show); });
    CHECK(old.said == "190");
    CHECK(now.said == old.said);
    CHECK(now.steps == old.steps);
    CHECK(first.peak() == 4);
    CHECK(second.peak() == 4);
}

TEST_CASE("porting: an error comes out of the tasks as it came out of the threads") {
    disk from;
    names list = twenty();
    list[7] = "broken";
    auto const old = outcome_of([&](auto show) { return before::total_size(from, list, show); });
    auto const now =
        outcome_of([&](auto show) { return after::total_size_blocking(from, list, show); });
    CHECK(old.said == "cannot read broken");
    CHECK(now.said == old.said);
}

TEST_CASE("porting: a job is told by its token that nobody waits any more") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    CHECK(scheduler.run(sb::offload(after::count_primes, std::size_t(100))) == 25);
    // It would run for years: the scheduler, which waits for jobs that have begun, could not go.
    auto counting =
        scheduler.start(sb::offload(after::count_primes, std::numeric_limits<std::size_t>::max()));
    pump.turn(true);
    counting.reset();
}
