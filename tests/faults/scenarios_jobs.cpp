// Jobs on worker threads. Each scenario has one under way at a time, so that its turns are nearly the
// same each time.
#include "frames.hpp"

#include <switchback/offload.hpp>
#include <switchback/progress.hpp>
#include <switchback/remote.hpp>
#include <switchback/run_in_parallel.hpp>

#include <memory>
#include <string>
#include <thread>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

SB_SCENARIO("aio X1, own J3: a job's result comes back", faults::uses_threads) {
    std::string got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, sb::offload([alive = test::live()] { return std::string(100, 'x'); }));
            CHECK(got.size() == 100);
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("aio X1: a job fails", faults::uses_threads) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::offload([] { throw faults::failure{}; }));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own J1, own J2: a job that nobody waits for any more", faults::uses_threads) {
    sb::future<void> job{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        job = co.start(sb::offload([alive = test::live()](sb::stop_token nobody_waits) {
            while (!nobody_waits.stop_requested()) std::this_thread::yield();
        }));
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(sb::yield_now());
        job.reset();
        SB_AWAIT(sb::offload([] { return std::make_unique<test::live>(); }));
        SB_END();
    }
};

SB_SCENARIO("aio X2: jobs side by side", faults::uses_threads) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::run_in_parallel(faults::cleans_up{}, sb::offload([] { return 1; }),
            sb::offload([held = std::make_shared<test::live>()] { return held; })));
        SB_END();
    }
};

SB_SCENARIO("own J4: a blocking job's result comes back", faults::uses_threads) {
    std::unique_ptr<test::live> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, sb::offload_blocking([alive = test::live()] { return std::make_unique<test::live>(); }));
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own FT1, own FT3: a job calls back, and starts a task", faults::uses_threads | faults::may_report) {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(sb::offload([remote = faults::scheduler().remote()] {
                try {
                    remote.run_from_thread([held = test::live()] { return std::make_shared<test::live>(); });
                    remote.run_task_from_thread(faults::value_after{1, 0s});
                } catch (sb::scheduler_closed const&) {
                } catch (sb::cancelled const&) {
                }
            }));
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own PG1, own PG3: a job tells how far it has come", faults::uses_threads) {
    sb::progress<test::live> how_far{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            how_far = {co, [alive = test::live()](test::live const&) {}};
            SB_AWAIT(sb::offload([](sb::progress_sink<test::live> out) {
                for (int i = 0; i < 3; ++i) out(test::live());
            }, how_far.sink()));
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};
