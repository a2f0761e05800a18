// Task groups: tasks that belong to a block.
#include <switchback/task_group.hpp>

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::failure_after;
using test::live;
using test::logger;
using test::sleeper;
using test::unhandled_log;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

using starting = std::function<void(sb::task_group&)>;

// A group with what is started in it; its body waits for so long. Tells how the block was left.
struct grouped {
    words* log;
    starting start;
    std::chrono::nanoseconds work = 0ns;
    std::chrono::nanoseconds afterwards = 0ns;
    std::optional<sb::task_group> group{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_ASYNC_WITH(group, sb::task_group{}) {
                start(*group);
                if (work > 0ns) SB_AWAIT(logger{log, "body", work});
            } SB_END_WITH
            log->push_back("went on");
        } SB_CATCH(sb::exception_group const& errors) {
            log->push_back(errors.what());
        } SB_CATCH(sb::cancelled const& request) {
            (void)request;
            log->push_back("cancelled");
            SB_RAISE();
        } SB_END_TRY
        if (afterwards > 0ns) SB_AWAIT(logger{log, "afterwards", afterwards});
        SB_END();
    }
};

// Raises something else when it is cancelled.
struct fails_in_clean_up {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            throw std::runtime_error("x");
        } SB_END_TRY
        SB_END();
    }
};

// Goes on for that long when it is asked to end, so often.
struct stubborn {
    words* log;
    int times;
    int i = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (i = 0; i <= times; ++i) {
            SB_TRY {
                SB_AWAIT(sb::sleep(1min));
                log->push_back("done");
                SB_RETURN();
            } SB_CATCH(sb::cancelled const& request) {
                log->push_back(request.cause() == sb::cancel_cause::group ? "not yet" : "not for this");
            } SB_END_TRY
        }
        SB_END();
    }
};

} // namespace

// ---- The end of the block

TEST_CASE_FIXTURE(fixture, "trio N1: a block ends when all of its tasks have ended") {
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(logger{&log, "a", 2s});
        group.start(logger{&log, "b", 1s});
        CHECK(group.running() == 2);
        log.push_back("started");
    }});
    CHECK(log == words{"started", "a begins", "b begins", "b ends", "b cleans up", "b has cleaned up", "a ends",
                     "a cleans up", "a has cleaned up", "went on"});
    CHECK(passed() == 2s);
}

TEST_CASE_FIXTURE(fixture, "trio N1: a block without tasks, or whose tasks have ended, ends at once") {
    scheduler.run(grouped{&log, [](sb::task_group&) {}});
    scheduler.run(grouped{&log, [](sb::task_group& group) { group.start(value_after{1}); }, 1s});
    CHECK(passed() == 1s);
}

TEST_CASE_FIXTURE(fixture, "the group holds its tasks: dropping the future changes nothing, and its result can be awaited") {
    std::optional<sb::task_group> group;
    int sum = 0;
    scheduler.run([&, one = sb::future<int>(), got = 0](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(logger{&log, "dropped", 1s});
            one = group->start(value_after{7, 2s});
            SB_AWAIT_INTO(got, one);
            sum += got;
        } SB_END_WITH
        sum += one.get();
        SB_END();
    });
    CHECK(log == words{"dropped begins", "dropped ends", "dropped cleans up", "dropped has cleaned up"});
    CHECK(sum == 14);
}

TEST_CASE_FIXTURE(fixture, "a group takes frames, tasks, lambdas and whatever else can be awaited") {
    int done = 0;
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(sb::task<int>(value_after{1, 1s}));
        group.start(sb::sleep(2s));
        group.start(scheduler.start(value_after{1, 3s}));
        group.start(sb::run_in_parallel(value_after{1, 1s}, value_after{2, 4s}));
        group.start(sb::offload([&] { ++done; }));
        group.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(5s));
            ++done;
            SB_END();
        });
    }});
    CHECK(done == 2);
    CHECK(passed() == 5s);
}

TEST_CASE_FIXTURE(fixture, "a task of the group may start its siblings, as long as one of them runs") {
    struct family {
        words* log;
        sb::task_group* group;
        int generation;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            if (generation < 3) group->start(family{log, group, generation + 1});
            log->push_back(std::to_string(generation));
            SB_END();
        }
    };
    scheduler.run(grouped{&log, [&](sb::task_group& group) { group.start(family{&log, &group, 1}); }});
    CHECK(log == words{"1", "2", "3", "went on"});
}

TEST_CASE_FIXTURE(fixture, "aio TG4: outside of its block, and when its last task has ended at its end, a group starts nothing") {
    sb::task_group never_opened;
    CHECK_THROWS_AS(never_opened.start(sleeper{}), sb::scope_closed);
    CHECK_THROWS_AS(never_opened.cancel(), sb::scope_closed);

    std::optional<sb::task_group> group;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(sb::sleep(1s));
        } SB_END_WITH
        log.push_back("behind");
        SB_END();
    });
    auto const intruder = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        while (group->running() != 0) SB_AWAIT(sb::yield_now()); // the owner is ready, and has not run yet
        CHECK(log.empty());
        CHECK_THROWS_AS(group->start(logger{&log, "too late"}), sb::scope_closed);
        SB_END();
    });
    pump.advance(2s);
    CHECK(intruder.ready());
    CHECK(log == words{"behind"});
    CHECK_THROWS_AS(group->start(sleeper{}), sb::scope_closed);
    CHECK(group->running() == 0);
    CHECK(live::count() == 0);
}

// ---- Failures

TEST_CASE_FIXTURE(fixture, "aio TG1: the first failure cancels the others, their clean-up is waited for, and all errors are raised as one") {
    struct fails_too {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                throw std::logic_error("second");
            } SB_END_TRY
            SB_END();
        }
    };
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(logger{&log, "a", 1h, 5s});
        group.start(failure_after{"first", 1s});
        group.start(fails_too{});
    }});
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up",
                     "2 errors: std::runtime_error: first; std::logic_error: second"});
    CHECK(passed() == 6s);
}

TEST_CASE_FIXTURE(fixture, "aio TG2: a failure cancels the body at its next await, and that does not leak out of the block") {
    scheduler.run(grouped{&log, [](sb::task_group& group) { group.start(failure_after{"no", 1s}); }, 1h, 1s});
    CHECK(log == words{"body begins", "body cleans up", "body has cleaned up", "1 error: std::runtime_error: no",
                     "afterwards begins", "afterwards ends", "afterwards cleans up", "afterwards has cleaned up"});
    CHECK(passed() == 2s);
}

TEST_CASE_FIXTURE(fixture, "aio TG2: nor where the failure comes while the body leaves, or in its last step") {
    for (auto const work : {1s, 2s}) {
        log.clear();
        scheduler.run(grouped{&log,
            [](sb::task_group& group) { group.start(failure_after{"no", 2s}); }, work, 1s});
        CHECK(log.back() == "afterwards has cleaned up");
        CHECK(std::count(log.begin(), log.end(), "afterwards ends") == 1);
    }
}

TEST_CASE_FIXTURE(fixture, "aio TG1: the clean-up of the others is not interrupted by the body's leaving") {
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(logger{&log, "a", 1h, 5s});
        group.start(failure_after{"no", 1s});
    }, 1h});
    CHECK(log == words{"body begins", "a begins", "a cleans up", "body cleans up", "body has cleaned up",
                     "a has cleaned up", "1 error: std::runtime_error: no"});
    CHECK(passed() == 6s);
}

TEST_CASE_FIXTURE(fixture, "own S8: an error of the block itself comes first in the group, even if it is the only one") {
    std::optional<sb::task_group> group;
    for (bool alone : {true, false}) {
        auto const task = scheduler.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(group, sb::task_group{}) {
                if (!alone) group->start(fails_in_clean_up{});
                SB_AWAIT(sb::sleep(1s));
                throw std::logic_error("its own");
            } SB_END_WITH
            SB_END();
        });
        pump.advance(2s);
        try {
            task.get();
            FAIL_CHECK("nothing was raised");
        } catch (sb::exception_group const& raised) {
            REQUIRE(raised.errors().size() == (alone ? 1 : 2));
            CHECK(std::string(raised.what()).find("std::logic_error: its own") != std::string::npos);
            CHECK(sb::describe(raised.errors().front().error) == "std::logic_error: its own");
            CHECK(raised.errors().front().way.to_string().find("task_group_test.cpp") != std::string::npos);
        }
    }
}

TEST_CASE_FIXTURE(fixture, "aio TG6: tasks are cancelled, and their errors listed, in the order of their start") {
    struct fails_at_the_end {
        words* log;
        char const* name;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                log->push_back(name);
                throw std::runtime_error(name);
            } SB_END_TRY
            SB_END();
        }
    };
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(fails_at_the_end{&log, "a"});
        group.start(fails_at_the_end{&log, "b"});
        group.start(failure_after{"c", 1s});
        group.start(fails_at_the_end{&log, "d"});
    }});
    CHECK(log == words{"a", "b", "d",
                     "4 errors: std::runtime_error: a; std::runtime_error: b; std::runtime_error: c; std::runtime_error: d"});
}

TEST_CASE_FIXTURE(fixture, "own S8: whatever is thrown is an error like any other, foreign types too") {
    scheduler.run(grouped{&log, [](sb::task_group& group) {
        group.start([](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            throw 42;
            SB_END();
        });
    }});
    REQUIRE(log.size() == 1);
    CHECK(log.front().find("1 error: ") == 0);
}

TEST_CASE_FIXTURE(fixture, "own S8: a task that ends as cancelled is no error, whoever has cancelled it") {
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(sleeper{}).cancel();
        group.start([](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            throw sb::cancelled{};
            SB_END();
        });
        group.start(logger{&log, "a", 1s});
    }});
    CHECK(log == words{"a begins", "a ends", "a cleans up", "a has cleaned up", "went on"});
}

TEST_CASE_FIXTURE(fixture, "a body that awaits the task which fails sees its own cancellation; the error is told once") {
    std::optional<sb::task_group> group;
    unhandled_log const unhandled;
    auto const task = scheduler.start([&, soon = sb::future<int>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            soon = group->start(failure_after{"no", 1s});
            SB_TRY {
                SB_AWAIT(soon);
            } SB_CATCH(sb::cancelled const& request) {
                log.push_back(request.cause() == sb::cancel_cause::group ? "by the group" : "?");
                SB_RAISE();
            } SB_END_TRY
        } SB_END_WITH
        SB_END();
    });
    pump.advance(2s);
    CHECK(log == words{"by the group"});
    try {
        task.get();
        FAIL_CHECK("nothing was raised");
    } catch (sb::exception_group const& raised) {
        CHECK(raised.errors().size() == 1);
    }
    CHECK(unhandled.errors().empty());
}

TEST_CASE_FIXTURE(fixture, "a task that is started while the group is being cancelled never runs") {
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                group.start(logger{&log, "too late"});
            } SB_END_TRY
            SB_END();
        });
        group.start(failure_after{"no", 1s});
    }});
    CHECK(log == words{"1 error: std::runtime_error: no"});
}

TEST_CASE_FIXTURE(fixture, "a task that ignores its cancellation for a while is waited for") {
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(stubborn{&log, 1});
        group.start(failure_after{"no", 1s});
    }});
    CHECK(log == words{"not yet", "done", "1 error: std::runtime_error: no"});
    CHECK(passed() == 61s);
}

// ---- Cancelled from outside

TEST_CASE_FIXTURE(fixture, "own S2: a request passes through a block: its tasks are cancelled, their clean-up is waited for, and it goes on") {
    for (auto const work : {0s, 3600s}) { // while it waits at its end; while its body runs
        log.clear();
        auto const task = scheduler.start(grouped{&log, [&](sb::task_group& group) {
            group.start(logger{&log, "a", 1h, 5s});
        }, work});
        pump.advance(1s);
        task.cancel();
        pump.advance(4s);
        CHECK_FALSE(task.ready());
        pump.advance(1s);
        CHECK(log.back() == "cancelled");
        CHECK(std::count(log.begin(), log.end(), "a has cleaned up") == 1);
        CHECK(task.cancelled());
    }
}

TEST_CASE_FIXTURE(fixture, "aio TG3, own S9: where errors come with a request, they win, and the request comes at the next await") {
    for (auto const work : {0s, 3600s}) {
        log.clear();
        auto const task = scheduler.start(grouped{&log, [&](sb::task_group& group) {
            group.start(fails_in_clean_up{});
        }, work, 1s});
        pump.advance(1s);
        task.cancel();
        pump.advance(5s);
        CHECK(task.cancelled());
        words const tail(log.end() - 4, log.end());
        CHECK(tail == words{"1 error: std::runtime_error: x", "afterwards begins", "afterwards cleans up",
                          "afterwards has cleaned up"});
    }
}

TEST_CASE_FIXTURE(fixture, "aio TG3: of groups in one another both raise, and the request is delivered once behind them") {
    struct both {
        words* log;
        std::optional<sb::task_group> outer{}, inner{};
        int requests = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_ASYNC_WITH(outer, sb::task_group{}) {
                    outer->start(fails_in_clean_up{});
                    SB_ASYNC_WITH(inner, sb::task_group{}) {
                        inner->start(fails_in_clean_up{});
                        SB_AWAIT(sb::sleep(1h));
                    } SB_END_WITH
                } SB_END_WITH
            } SB_CATCH(sb::exception_group const& raised) {
                log->push_back(raised.what());
            } SB_END_TRY
            for (;;) {
                SB_TRY {
                    SB_AWAIT(sb::sleep(1s));
                    break;
                } SB_CATCH(sb::cancelled const& request) {
                    (void)request;
                    ++requests;
                } SB_END_TRY
            }
            log->push_back(std::to_string(requests));
            SB_END();
        }
    };
    auto const task = scheduler.start(both{&log});
    pump.advance(1s);
    task.cancel();
    pump.advance(5s);
    REQUIRE(log.size() == 2);
    CHECK(log[0].find("exception_group: 1 error: std::runtime_error: x; std::runtime_error: x") != std::string::npos);
    CHECK(log[1] == "1");
}

TEST_CASE_FIXTURE(fixture, "own S9: a request is asked for again of the scope that it was for, as long as that is open") {
    struct limited {
        words* log;
        std::optional<sb::move_on_after> limit{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
                SB_AWAIT(grouped{log, [](sb::task_group& group) { group.start(fails_in_clean_up{}); }, 0s, 1s});
            } SB_END_WITH
            SB_AWAIT(sb::sleep(1s));
            log->push_back("not cut off");
            SB_END();
        }
    };
    scheduler.run(limited{&log});
    CHECK(log == words{"1 error: std::runtime_error: x", "afterwards begins", "afterwards cleans up",
                     "afterwards has cleaned up", "not cut off"});
    CHECK(passed() == 2s);
}

TEST_CASE_FIXTURE(fixture, "own S1: of a limit's request and one from outside at the end of a block, the outer one goes on") {
    struct limited {
        words* log;
        std::optional<sb::fail_after> limit{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(limit, sb::fail_after(1s)) {
                SB_AWAIT(grouped{log, [this](sb::task_group& group) {
                    group.start(logger{log, "a", 1h, 10s});
                }, 1h});
            } SB_END_WITH
            SB_END();
        }
    };
    auto const task = scheduler.start(limited{&log});
    pump.advance(2s); // the limit's has left the body; the block waits for the clean-up of its task
    task.cancel();
    pump.advance(20s);
    CHECK(task.cancelled());
    CHECK(log.back() == "cancelled");
}

TEST_CASE_FIXTURE(fixture, "aio C10: a second request while a block waits at its end interrupts the clean-up of its tasks") {
    auto const task = scheduler.start(grouped{&log, [&](sb::task_group& group) {
        group.start(logger{&log, "a", 1h, 1h});
    }});
    pump.advance(1s);
    task.cancel();
    pump.advance(1s);
    CHECK_FALSE(task.ready());
    task.cancel();
    pump.run_ready();
    CHECK(log == words{"a begins", "a cleans up", "cancelled"});
    CHECK(task.cancelled());
}

TEST_CASE_FIXTURE(fixture, "a request between the end of the last task and the end of the block wins") {
    auto const task = scheduler.start(grouped{&log, [&](sb::task_group& group) {
        group.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            SB_END();
        });
    }});
    auto const canceller = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_AWAIT(sb::yield_now()); // the group's own notice of the end comes first
        CHECK(task.cancel());
        SB_END();
    });
    pump.advance(2s);
    CHECK(log == words{"cancelled"});
    CHECK(task.cancelled());
}

// ---- cancel()

TEST_CASE_FIXTURE(fixture, "aio TG7: cancel() ends the tasks and leaves the block, without an exception") {
    for (auto const work : {0s, 3600s}) {
        log.clear();
        sb::task_group* group = nullptr;
        auto const task = scheduler.start(grouped{&log, [&](sb::task_group& of) {
            of.start(logger{&log, "a", 1h, 5s});
            group = &of;
        }, work, 1s});
        pump.advance(1s);
        group->cancel();
        group->cancel(); // nobody has heard of the first yet
        pump.advance(10s);
        CHECK(std::count(log.begin(), log.end(), "a has cleaned up") == 1);
        CHECK(std::count(log.begin(), log.end(), "went on") == 1);
        CHECK(log.back() == "afterwards has cleaned up");
        CHECK(std::count(log.begin(), log.end(), "afterwards ends") == 1);
        CHECK_NOTHROW(task.get());
    }
}

TEST_CASE_FIXTURE(fixture, "aio TG7: a task may cancel the group that it runs in; so may the body") {
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(logger{&log, "a", 1h});
        group.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            group.cancel();
            log.push_back("goes on to its next await");
            SB_AWAIT(sb::sleep(1s));
            log.push_back("not reached");
            SB_END();
        });
    }, 1h});
    CHECK(log == words{"body begins", "a begins", "goes on to its next await", "a cleans up", "a has cleaned up",
                     "body cleans up", "body has cleaned up", "went on"});
    log.clear();
    scheduler.run(grouped{&log, [](sb::task_group& group) {
        group.start(sleeper{});
        group.cancel();
    }});
    CHECK(log == words{"went on"});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "aio TG7: a failure while a group is being cancelled is raised all the same") {
    sb::task_group* group = nullptr;
    auto const task = scheduler.start(grouped{&log, [&](sb::task_group& of) {
        of.start(fails_in_clean_up{});
        group = &of;
    }});
    pump.advance(1s);
    group->cancel();
    pump.run_ready();
    CHECK(log == words{"1 error: std::runtime_error: x"});
}

// ---- Groups, limits and other scopes in one another

TEST_CASE_FIXTURE(fixture, "a group in a limit, and a limit in a group: each takes its own") {
    struct layered {
        words* log;
        std::optional<sb::fail_after> outer{};
        std::optional<sb::task_group> group{};
        std::optional<sb::move_on_after> inner{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_ASYNC_WITH(outer, sb::fail_after(3s)) {
                    SB_ASYNC_WITH(group, sb::task_group{}) {
                        group->start(logger{log, "a", 1h});
                        SB_ASYNC_WITH(inner, sb::move_on_after(1s)) {
                            SB_AWAIT(logger{log, "body", 1h});
                        } SB_END_WITH
                        log->push_back("behind inner");
                    } SB_END_WITH
                    log->push_back("not reached");
                } SB_END_WITH
            } SB_CATCH(sb::timed_out const& late) {
                (void)late;
                log->push_back("outer");
            } SB_END_TRY
            SB_END();
        }
    };
    scheduler.run(layered{&log});
    CHECK(log == words{"body begins", "a begins", "body cleans up", "body has cleaned up", "behind inner",
                     "a cleans up", "a has cleaned up", "outer"});
    CHECK(passed() == 3s);
}

TEST_CASE_FIXTURE(fixture, "own S3: a group in a handler of timed_out is not asked for what was dealt with before") {
    std::optional<sb::fail_after> limit;
    std::optional<sb::task_group> group;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_ASYNC_WITH(limit, sb::fail_after(1s)) {
                SB_AWAIT(sb::sleep(1h));
            } SB_END_WITH
        } SB_CATCH(sb::timed_out const& late) {
            (void)late;
            SB_TRY {
                SB_ASYNC_WITH(group, sb::task_group{}) {
                    throw std::runtime_error("x");
                } SB_END_WITH
            } SB_CATCH(sb::exception_group const& raised) {
                log.push_back(raised.what());
            } SB_END_TRY
        } SB_END_TRY
        SB_AWAIT(sb::sleep(1s));
        log.push_back("not cut off");
        SB_END();
    });
    CHECK(log == words{"1 error: std::runtime_error: x", "not cut off"});
}

TEST_CASE_FIXTURE(fixture, "own S2: the request that another task failed of is not this one's") {
    std::optional<sb::task_group> group;
    std::optional<sb::fail_after> limit;
    auto const cancelled = scheduler.start(fails_in_clean_up{});                         // by request
    auto const late = scheduler.start(sb::with_timeout(1s, value_after{1, 1h})); // by a limit that is gone
    for (int which = 0; which < 2; ++which) {
        log.clear();
        scheduler.run([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_ASYNC_WITH(group, sb::task_group{}) {
                    SB_ASYNC_WITH(limit, sb::fail_after(1h)) {
                        SB_AWAIT(sb::sleep(1ms));
                        cancelled.cancel();
                        if (which == 0) SB_AWAIT(cancelled);
                        SB_AWAIT(late);
                    } SB_END_WITH
                } SB_END_WITH
            } SB_CATCH(sb::exception_group const& raised) {
                log.push_back(raised.what());
            } SB_END_TRY
            SB_AWAIT(sb::sleep(1s));
            log.push_back("not cut off");
            SB_END();
        });
        CHECK(log.size() == 2);
        CHECK(log.back() == "not cut off");
    }
}

TEST_CASE_FIXTURE(fixture, "a block may be left by SB_RETURN, break and continue: it waits for its tasks on every way") {
    std::optional<sb::task_group> group;
    auto const task = scheduler.start([&, i = 0](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        for (i = 0; i < 3; ++i) {
            SB_ASYNC_WITH(group, sb::task_group{}) {
                group->start(logger{&log, std::to_string(i), 1s});
                if (i == 0) continue;
                if (i == 1) break;
            } SB_END_WITH
            log.push_back("not reached");
        }
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(logger{&log, "return", 1s});
            SB_RETURN(7);
        } SB_END_WITH
        SB_END();
    });
    pump.advance(1min);
    CHECK(task.get() == 7);
    CHECK(log.size() == 12);
    CHECK(log.back() == "return has cleaned up");
}

TEST_CASE_FIXTURE(fixture, "an error at the end of a block takes the place of the return that led there") {
    std::optional<sb::task_group> group;
    auto const task = scheduler.start([&](sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(failure_after{"no", 1s});
            SB_RETURN(7);
        } SB_END_WITH
        SB_END();
    });
    pump.advance(2s);
    CHECK_THROWS_AS(task.get(), sb::exception_group);
}

// ---- Released, and closed

TEST_CASE_FIXTURE(fixture, "own S5: a task that is released in a group releases the group's tasks with it") {
    for (auto const work : {0s, 3600s}) {
        log.clear();
        auto task = scheduler.start(grouped{&log, [&](sb::task_group& group) {
            group.start(logger{&log, "a"});
            group.start(sleeper{});
        }, work});
        pump.advance(1s);
        task.reset();
        CHECK(log.back() == "cancelled"); // before reset() has returned
        CHECK(std::count(log.begin(), log.end(), "a has cleaned up") == 1);
        CHECK(live::count() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "own S5: clean-up of its tasks that waits is waited for, by the scheduler") {
    auto task = scheduler.start(grouped{&log, [&](sb::task_group& group) {
        group.start(logger{&log, "a", 1h, 5s});
    }});
    pump.advance(1s);
    task.reset();
    CHECK(log == words{"a begins", "a cleans up"});
    CHECK(scheduler.unfinished_tasks() == 2);
    pump.advance(5s);
    CHECK(log == words{"a begins", "a cleans up", "a has cleaned up", "cancelled"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own S5: the error of a task whose group is released is reported") {
    unhandled_log const unhandled;
    auto task = scheduler.start(grouped{&log, [&](sb::task_group& group) { group.start(fails_in_clean_up{}); }});
    pump.advance(1s);
    task.reset();
    pump.run_ready();
    CHECK(log == words{"1 error: std::runtime_error: x"}); // it has handled it itself
    CHECK(unhandled.errors().empty());

    auto other = scheduler.start([group = std::optional<sb::task_group>()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(fails_in_clean_up{});
        } SB_END_WITH
        SB_END();
    });
    pump.advance(1s);
    other.reset();
    pump.run_ready();
    CHECK(unhandled.errors().size() == 1);
}

TEST_CASE_FIXTURE(fixture, "own S5: a group that is emptied in its block releases its tasks, whose clean-up goes on") {
    std::optional<sb::task_group> group;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(logger{&log, "a", 1h, 1s});
            SB_AWAIT(sb::sleep(1s));
            group.reset();
        } SB_END_WITH
        log.push_back("behind");
        SB_END();
    });
    CHECK(log == words{"a begins", "a cleans up", "behind"});
    pump.advance(1s);
    CHECK(log.back() == "a has cleaned up");
}

TEST_CASE("own S5: a scheduler may go in every state of a group") {
    for (bool waits_in_its_body : {false, true}) {
        for (auto const after : {0ms, 500ms, 1000ms, 1500ms, 2000ms}) {
            for (auto const fails : {false, true}) {
                words log;
                sb::future<void> task;
                sb::future<int> child;
                {
                    unhandled_log const unhandled;
                    sb::testing::virtual_pump pump;
                    sb::task_scheduler scheduler{pump, pump};
                    task = scheduler.start(grouped{&log, [&](sb::task_group& group) {
                        group.start(logger{&log, "a", 2s, 1s});
                        child = group.start(failure_after{"no", fails ? 1s : 1h});
                        group.start(sleeper{});
                    }, waits_in_its_body ? 2s : 0s});
                    pump.advance(after);
                }
                CHECK(task.ready());
                CHECK((!child.valid() || child.ready()));
                CHECK(live::count() == 0);
            }
        }
    }
}

TEST_CASE_FIXTURE(fixture, "own S4: a group goes on in a loop that a step of its body, or of its tasks, has opened") {
    scheduler.run(grouped{&log, [&](sb::task_group& group) {
        group.start(failure_after{"no", 1s});
        group.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            scheduler.run(logger{&log, "nested", 3s});
            SB_AWAIT(sb::sleep(1s));
            log.push_back("not reached");
            SB_END();
        });
        scheduler.run(sb::sleep(2s));
        log.push_back("the body's loop has ended");
    }, 1h});
    CHECK(std::count(log.begin(), log.end(), "nested ends") == 1);
    CHECK(std::count(log.begin(), log.end(), "not reached") == 0);
    CHECK(log.back() == "1 error: std::runtime_error: no");
}

TEST_CASE("own S6: a hundred thousand tasks in a group") {
    constexpr int count = 100'000;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    words log;
    auto const task = scheduler.start(grouped{&log, [&](sb::task_group& group) {
        for (int i = 0; i < count; ++i) group.start(sleeper{});
    }});
    pump.run_ready();
    CHECK(live::count() == count);
    task.cancel();
    pump.run_ready();
    CHECK(live::count() == 0);
    CHECK(log == words{"cancelled"});
}

TEST_CASE("own S6: ten thousand groups, each in a task of the one before") {
    struct nest {
        int depth;
        int* ended;
        std::optional<sb::task_group> group{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(group, sb::task_group{}) {
                if (depth > 0) {
                    group->start(nest{depth - 1, ended});
                } else {
                    SB_AWAIT(sb::sleep(1h));
                }
            } SB_END_WITH
            ++*ended;
            SB_END();
        }
    };
    constexpr int count = 10'000;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    int ended = 0;
    scheduler.run(nest{count - 1, &ended});
    CHECK(ended == count);
    auto cancelled = scheduler.start(nest{count - 1, &ended});
    pump.run_ready();
    cancelled.cancel();
    pump.run_ready();
    CHECK(cancelled.cancelled());
    auto released = scheduler.start(nest{count - 1, &ended});
    pump.run_ready();
    released.reset();
    pump.run_ready();
    CHECK(scheduler.unfinished_tasks() == 0);
    CHECK(ended == count);
}

TEST_CASE_FIXTURE(fixture, "own S9: of several requests that errors came in the way of, the outermost is made again") {
    struct layered {
        words* log;
        std::optional<sb::move_on_after> limit{};
        std::optional<sb::task_group> group{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(limit, sb::move_on_after(2s)) {
                SB_TRY {
                    SB_ASYNC_WITH(group, sb::task_group{}) {
                        SB_TRY {
                            SB_AWAIT(logger{log, "work", 1h, 1h}); // the request; then the limit interrupts it
                        } SB_FINALLY {
                            throw std::runtime_error("x");
                        } SB_END_TRY
                    } SB_END_WITH
                } SB_CATCH(sb::exception_group const& raised) {
                    log->push_back(raised.what());
                } SB_END_TRY
                SB_AWAIT(sb::yield_now());
            } SB_END_WITH
            log->push_back("not reached");
            SB_END();
        }
    };
    auto const task = scheduler.start(layered{&log});
    pump.advance(1s);
    task.cancel();
    pump.advance(5s);
    CHECK(log == words{"work begins", "work cleans up", "1 error: std::runtime_error: x"});
    CHECK(task.cancelled());
}
