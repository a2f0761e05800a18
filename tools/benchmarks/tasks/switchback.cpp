// Switchback's tasks.
#include "../driver.hpp"
#include "work.hpp"

#include <switchback/native_pump.hpp>
#include <switchback/switchback.hpp>

#include <vector>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

using bench::batch;
using bench::checksum;
using bench::number;

template <class Main>
number run(Main&& main) {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump, sb::steady_clock(), {bench::workers, 1024}};
    return scheduler.run(std::forward<Main>(main));
}

// ---- Awaiting

struct echo {
    number value;
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        SB_RETURN(value);
        SB_END();
    }
};
struct await_main {
    number n, i = 0, got = 0;
    checksum sum{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        for (; i < n; ++i) {
            SB_AWAIT_INTO(got, echo{i});
            sum.take(got);
        }
        SB_RETURN(sum.value());
        SB_END();
    }
};

struct link {
    int below;
    number got = 0;
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        if (below == 0) SB_RETURN(0);
        SB_AWAIT_INTO(got, link{below - 1});
        SB_RETURN(got + 1);
        SB_END();
    }
};
struct chain_main {
    number n, i = 0, got = 0;
    checksum sum{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        for (; i < n / batch; ++i) {
            SB_AWAIT_INTO(got, link{batch});
            sum.take(got);
        }
        SB_RETURN(sum.value());
        SB_END();
    }
};

// ---- Starting

struct spawn_main {
    number n, i = 0, got = 0;
    std::size_t k = 0;
    std::vector<sb::future<number>> started{};
    checksum sum{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        started.reserve(batch);
        for (; i < n / batch; ++i) {
            for (k = 0; k < batch; ++k) started.push_back(co.start(echo{k}));
            for (k = 0; k < batch; ++k) {
                SB_AWAIT_INTO(got, started[k]);
                sum.take(got);
            }
            started.clear();
        }
        SB_RETURN(sum.value());
        SB_END();
    }
};

struct yielder {
    number n, i = 0;
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        for (; i < n; ++i) SB_AWAIT(sb::yield_now());
        SB_RETURN(i);
        SB_END();
    }
};
struct deep_yielder {
    int below;
    number n;
    number got = 0;
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        if (below == 0) {
            SB_AWAIT_INTO(got, yielder{n});
        } else {
            SB_AWAIT_INTO(got, deep_yielder{below - 1, n});
        }
        SB_RETURN(got);
        SB_END();
    }
};

// ---- Handing over, through two queues

struct echoes {
    sb::queue<number>& from;
    sb::queue<number>& to;
    number n, i = 0, got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (; i < n; ++i) {
            SB_AWAIT_INTO(got, from.get());
            SB_AWAIT(to.put(got));
        }
        SB_END();
    }
};
struct queues_main {
    sb::queue<number>& there;
    sb::queue<number>& back;
    number n, i = 0, got = 0;
    sb::future<void> other{};
    checksum sum{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        other = co.start(echoes{there, back, n / 2});
        for (; i < n / 2; ++i) {
            SB_AWAIT(there.put(i));
            SB_AWAIT_INTO(got, back.get());
            sum.take(got);
        }
        SB_RETURN(sum.value());
        SB_END();
    }
};

// ---- Ending early

struct sleeper {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    }
};
struct release_main {
    number n, i = 0;
    std::size_t k = 0;
    std::vector<sb::future<void>> started{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        started.reserve(batch);
        for (; i < n / batch; ++i) {
            for (k = 0; k < batch; ++k) started.push_back(co.start(sleeper{}));
            SB_AWAIT(sb::yield_now()); // they fall asleep
            started.clear();
        }
        SB_RETURN(i * batch);
        SB_END();
    }
};

struct failing {
    int below;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (below == 0) throw bench::failure{};
        SB_AWAIT(failing{below - 1});
        SB_END();
    }
};
struct failing_with_finally {
    int below;
    checksum& sum;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            if (below == 0) throw bench::failure{};
            SB_AWAIT((failing_with_finally{below - 1, sum}));
        } SB_FINALLY {
            sum.take(static_cast<number>(below));
        } SB_END_TRY
        SB_END();
    }
};
struct failure_main {
    number n, i = 0;
    checksum sum{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        for (; i < n / batch; ++i) {
            SB_TRY {
                SB_AWAIT(failing{batch});
            } SB_CATCH(bench::failure const& error) {
                sum.take(1);
            } SB_END_TRY
        }
        SB_RETURN(sum.value());
        SB_END();
    }
};
struct finally_main {
    number n, i = 0;
    checksum sum{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        for (; i < n / batch; ++i) {
            SB_TRY {
                SB_AWAIT((failing_with_finally{batch, sum}));
            } SB_CATCH(bench::failure const& error) {
                sum.take(1);
            } SB_END_TRY
        }
        SB_RETURN(sum.value());
        SB_END();
    }
};

// ---- Sleeping, all at once

struct nap {
    std::chrono::nanoseconds time;
    number& awake;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(time));
        ++awake;
        SB_END();
    }
};
struct naps_main {
    number n, awake = 0;
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        for (number i = 0; i < n; ++i) co.start_detached(nap{bench::nap_of(i), awake});
        SB_AWAIT(sb::sleep(bench::longest_nap + 100ms));
        while (awake < n) SB_AWAIT(sb::sleep(10ms));
        SB_RETURN(awake);
        SB_END();
    }
};

// ---- Jobs

struct offload_main {
    number n, i = 0, got = 0;
    checksum sum{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        for (; i < n; ++i) {
            SB_AWAIT_INTO(got, sb::offload(bench::job, i));
            sum.take(got);
        }
        SB_RETURN(sum.value());
        SB_END();
    }
};
struct offload_many_main {
    number n, i = 0;
    std::vector<number> numbers = bench::numbers_of_batch(), results{};
    checksum sum{};
    sb::step operator()(sb::returns<number>& co) {
        SB_BEGIN(co);
        for (; i < n / batch; ++i) {
            SB_AWAIT_INTO(results,
                sb::run_in_parallel(numbers, [](number k) { return sb::offload(bench::job, k); }));
            for (auto got : results) sum.take(got);
        }
        SB_RETURN(sum.value());
        SB_END();
    }
};

number await(std::size_t n) { return run(await_main{n}); }
number chain(std::size_t n) { return run(chain_main{n}); }
number spawn(std::size_t n) { return run(spawn_main{n}); }
number yield(std::size_t n) { return run(yielder{n}); }
number yield_deep(std::size_t n) { return run(deep_yielder{batch, n}); }
number queues(std::size_t n) {
    sb::queue<number> there, back;
    return run(queues_main{there, back, n});
}
number release(std::size_t n) { return run(release_main{n}); }
number failure(std::size_t n) { return run(failure_main{n}); }
number finally(std::size_t n) { return run(finally_main{n}); }
number sleepers(std::size_t n) { return run(naps_main{n}); }
number offload(std::size_t n) { return run(offload_main{n}); }
number offload_many(std::size_t n) { return run(offload_many_main{n}); }

// A task with its frame: a child's, which its parent awaits.
template <class Frame>
bench::row row(char const* name, number (*run)(std::size_t)) {
    using sb::detail::frame_memory;
    auto const blocks = sizeof(sb::detail::node_of<Frame>) + frame_memory::alignment - 1;
    return {name, run, blocks - blocks % frame_memory::alignment, sizeof(Frame)};
}

} // namespace

int main(int argc, char** argv) {
    return bench::drive(argc, argv,
        {row<echo>("await", await), row<link>("chain", chain), {"spawn", spawn},
            row<yielder>("yield", yield), {"yield-deep", yield_deep}, {"queues", queues},
            row<sleeper>("release", release), row<failing>("failure", failure),
            row<failing_with_finally>("finally", finally), {"sleepers", sleepers},
            {"offload", offload}, {"offload-1000", offload_many}});
}
