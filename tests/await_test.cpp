#include <switchback/start.hpp>

#include <switchback/handled.hpp>
#include <switchback/offload.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <new>
#include <optional>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time;
using test::at_end;
using test::failure_after;
using test::live;
using test::sleeper;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

// ---- Values

struct point { // not default-constructible
    explicit point(int at) : x(at) {}
    int x;
};

template <class T>
struct returns_made {
    sb::step operator()(sb::returns<T>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(T(7));
        SB_END();
    }
};

struct returns_pointer {
    sb::step operator()(sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_RETURN(std::make_unique<int>(7));
        SB_END();
    }
};

// Something to be assigned to that does not like it.
struct refuses_assignment {
    refuses_assignment& operator=(live const&) { throw std::runtime_error("refused"); }
};

struct returns_live {
    std::chrono::nanoseconds time = 0ns;
    sb::step operator()(sb::returns<live>& co) {
        SB_BEGIN(co);
        if (time > 0ns) SB_AWAIT(sb::sleep(time));
        SB_RETURN(live{});
        SB_END();
    }
};

live make_live() { return {}; }

template <class Awaitable>
struct into_refusing {
    Awaitable (*make)();
    words* log;
    refuses_assignment target{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(target, make());
        } SB_CATCH(std::runtime_error const& error) {
            log->push_back(error.what());
        } SB_END_TRY
        SB_END();
    }
};

struct no_return {
    bool suspends;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        if (suspends) SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

// ---- Errors

struct special_error : std::runtime_error {
    using std::runtime_error::runtime_error;
    int code = 42;
};

struct fails_specially {
    std::chrono::nanoseconds time;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (time > 0ns) SB_AWAIT(sb::sleep(time));
        throw special_error("special");
        SB_END();
    }
};

struct passes_on {
    int depth;
    std::chrono::nanoseconds time;
    words* log;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            if (depth > 0) {
                SB_AWAIT(passes_on{depth - 1, time, log});
            } else {
                SB_AWAIT(fails_specially{time});
            }
        } SB_CATCH(std::bad_alloc const& error) {
            log->push_back("wrong handler");
        } SB_FINALLY {
            log->push_back("finally " + std::to_string(depth));
        } SB_END_TRY
        SB_END();
    }
};

struct fails_while_made {
    fails_while_made() { throw std::runtime_error("not made"); }
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "imvu T3: a sub-task is a call: its value comes back at the await") {
    auto const sum = scheduler.run([a = 0, b = 0](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(a, value_after{1});
        SB_AWAIT_INTO(b, value_after{2, 1s});
        SB_RETURN(a + b);
        SB_END();
    });
    CHECK(sum == 3);
}

TEST_CASE_FIXTURE(fixture,
    "aio S3: awaiting a frame runs it at once, without a turn of the queue") {
    words log;
    auto const a = scheduler.start([&log, got = 0](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        log.push_back("before");
        SB_AWAIT_INTO(got, value_after{1});
        log.push_back("after");
        SB_END();
    });
    auto const b = scheduler.start([&log](sb::returns<void>& co) {
        SB_BEGIN(co);
        log.push_back("other");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"before", "after", "other"});
}

TEST_CASE_FIXTURE(fixture, "own V1: the target of an await is evaluated once, after the resumption") {
    words log;
    int slots[2] = {0, 0};
    auto const pick = [&]() -> int& {
        log.push_back("target");
        return slots[log.size() - 2];
    };
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        log.push_back("await");
        SB_AWAIT_INTO(pick(), value_after{7, 1s});
        SB_END();
    });
    CHECK(log == words{"await", "target"});
    CHECK(slots[0] == 7);
}

TEST_CASE_FIXTURE(fixture, "the awaitable is evaluated once, when the await begins") {
    int made = 0;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT((++made, sb::sleep(1s)));
        SB_END();
    });
    CHECK(made == 1);
}

TEST_CASE_FIXTURE(fixture,
    "an optional target is emplaced, so a result need not be default-constructible") {
    std::optional<point> target;
    scheduler.run([&target](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(target, returns_made<point>{});
        SB_END();
    });
    REQUIRE(target.has_value());
    CHECK(target->x == 7);
}

TEST_CASE_FIXTURE(fixture, "a move-only result is moved into its target") {
    std::unique_ptr<int> target;
    scheduler.run([&target](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(target, returns_pointer{});
        SB_END();
    });
    CHECK(*target == 7);
    CHECK(*scheduler.run(returns_pointer{}) == 7);
}

TEST_CASE_FIXTURE(fixture, "a result that is not asked for is destroyed before the await returns") {
    scheduler.run([](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(returns_live{});
        CHECK(live::count() == 0);
        SB_AWAIT(returns_live{1s});
        CHECK(live::count() == 0);
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture,
    "what the target's assignment throws is raised at that await, and nothing leaks") {
    words log;
    scheduler.run(into_refusing<returns_live>{[] { return returns_live{}; }, &log});
    scheduler.run(into_refusing<returns_live>{[] { return returns_live{1s}; }, &log});
    using task = sb::task<live>;
    scheduler.run(into_refusing<task>{[]() -> task { return returns_live{1s}; }, &log});
    using job = decltype(sb::offload(make_live));
    scheduler.run(into_refusing<job>{[] { return sb::offload(make_live); }, &log});
    CHECK(log == words{"refused", "refused", "refused", "refused"});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "what the assignment of a future's result throws is raised at that await") {
    auto of = scheduler.start(returns_live{1s});
    scheduler.run([of = std::move(of), target = refuses_assignment{}, caught = 0](
                      sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(target, std::move(of));
        } SB_CATCH(std::runtime_error const& error) {
            ++caught;
        } SB_END_TRY
        CHECK(caught == 1);
        CHECK(live::count() == 0);
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture,
    "at a child's end its result is stored, its members die, and its parent goes on") {
    words log;
    struct child {
        words* log;
        at_end member;
        bool suspends;
        int result() const {
            log->push_back("result");
            return 1;
        }
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            if (suspends) SB_AWAIT(sb::sleep(1s));
            SB_RETURN(result());
            SB_END();
        }
    };
    for (bool const suspends : {false, true}) {
        log.clear();
        scheduler.run([&log, suspends, got = 0](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            SB_AWAIT_INTO(got, child{&log, at_end([&log] { log.push_back("members"); }), suspends});
            log.push_back("parent");
            SB_END();
        });
        CHECK(log == words{"result", "members", "parent"});
    }
}

TEST_CASE_FIXTURE(fixture, "own V2: the members of a task die before its future is ready") {
    sb::future<void> f;
    bool was_ready = true;
    f = scheduler.start([member = at_end([&] { was_ready = f.ready(); })](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_END();
    });
    pump.run_ready();
    CHECK(f.ready());
    CHECK_FALSE(was_ready);
}

TEST_CASE_FIXTURE(fixture, "own V3: the end of a body that must return a value raises missing_return") {
    CHECK_THROWS_AS(scheduler.run(no_return{false}), sb::missing_return);
    CHECK_THROWS_AS(scheduler.run(no_return{true}), sb::missing_return);
}

// ---- SB_RETURN_AWAIT

namespace {

struct returns_awaited {
    sb::step operator()(sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_RETURN_AWAIT(returns_pointer{});
        SB_END();
    }
};
struct returns_nothing_awaited {
    bool& went_on;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_RETURN_AWAIT(sb::sleep(1s));
        went_on = true;
        SB_END();
    }
};
struct returns_through_finally {
    words& log;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN_AWAIT(value_after{7, 1s});
        } SB_CATCH_ERRORS {
            log.push_back("caught");
            SB_RETURN_AWAIT(value_after{8, 1s});
        } SB_FINALLY {
            SB_AWAIT(sb::sleep(1s));
            log.push_back("finally");
        } SB_END_TRY
        SB_END();
    }
};
struct returns_after_failure {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(failure_after{"too late", 1s});
        } SB_CATCH_ERRORS {
            SB_RETURN_AWAIT(value_after{8, 1s});
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "SB_RETURN_AWAIT returns what is awaited, without a member for it") {
    CHECK(*scheduler.run(returns_awaited{}) == 7);
    bool went_on = false;
    scheduler.run(returns_nothing_awaited{went_on});
    CHECK_FALSE(went_on);
    CHECK(scheduler.run(returns_after_failure{}) == 8);
}

TEST_CASE_FIXTURE(fixture, "SB_RETURN_AWAIT leaves through the finally blocks, which may wait") {
    words log;
    CHECK(scheduler.run(returns_through_finally{log}) == 7);
    CHECK(log == words{"finally"});
}

TEST_CASE_FIXTURE(fixture, "SB_RETURN evaluates its value before finally runs") {
    auto const got = scheduler.run([x = 1](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(x);
        } SB_FINALLY {
            x = 2;
            SB_AWAIT(sb::sleep(1s));
        } SB_END_TRY
        SB_RETURN(3);
        SB_END();
    });
    CHECK(got == 1);
}

namespace {

struct returns_then_fails {
    bool waits;
    sb::step operator()(sb::returns<live>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(live{});
        } SB_FINALLY {
            if (waits) SB_AWAIT(sb::sleep(1s));
            throw std::runtime_error("in finally");
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "a value whose return a finally takes back by failing is destroyed") {
    for (bool const waits : {false, true}) {
        CHECK_THROWS_AS(scheduler.run(returns_then_fails{waits}), std::runtime_error);
        CHECK(live::count() == 0);
        auto const parent = scheduler.start([waits](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(returns_then_fails{waits});
            } SB_CATCH_ERRORS {
            } SB_END_TRY
            SB_END();
        });
        pump.advance(2s);
        CHECK(parent.ready());
        CHECK(live::count() == 0);
    }
}

TEST_CASE_FIXTURE(fixture,
    "a value that was returned is destroyed when its finally is released or cancelled") {
    for (bool const cancel : {false, true}) {
        for (bool const nested : {false, true}) {
            auto task = nested ? scheduler.start(sb::task<live>(returns_then_fails{true}))
                               : scheduler.start([](sb::returns<live>& co) {
                                     SB_BEGIN(co);
                                     SB_TRY {
                                         SB_RETURN(live{});
                                     } SB_FINALLY {
                                         SB_AWAIT(sb::sleep(1s));
                                     } SB_END_TRY
                                     SB_END();
                                 });
            pump.run_ready();
            CHECK(live::count() == 1);
            if (cancel) task.cancel();
            pump.run_ready();
            task.reset();
            CHECK(live::count() == 0);
        }
    }
}

// ---- Errors

TEST_CASE_FIXTURE(fixture,
    "imvu T3: an error passes through three levels, and each finally runs on its way") {
    for (auto const time : {0ns, std::chrono::nanoseconds(1s)}) {
        words log;
        CHECK_THROWS_AS(scheduler.run(passes_on{2, time, &log}), special_error);
        CHECK(log == words{"finally 0", "finally 1", "finally 2"});
    }
}

TEST_CASE_FIXTURE(fixture,
    "imvu T3: a typed handler catches an error from three levels below, whole") {
    words log;
    int code = 0;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(passes_on{2, 1s, &log});
        } SB_CATCH(special_error const& error) {
            code = error.code;
        } SB_END_TRY
        SB_END();
    });
    CHECK(code == 42);
}

TEST_CASE_FIXTURE(fixture, "an error object keeps its identity on its way through tasks") {
    void const* seen_within = nullptr;
    void const* seen_outside = nullptr;
    try {
        scheduler.run([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(fails_specially{1s});
            } SB_CATCH(special_error const& error) {
                seen_within = &error;
                SB_AWAIT(sb::sleep(1s));
                SB_RAISE();
            } SB_END_TRY
            SB_END();
        });
    } catch (special_error const& error) {
        seen_outside = &error;
    }
    CHECK(seen_within != nullptr);
    CHECK(seen_within == seen_outside);
}

TEST_CASE_FIXTURE(fixture, "what making a frame throws is raised at the await") {
    words log;
    scheduler.run([&log](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(fails_while_made{});
        } SB_CATCH(std::runtime_error const& error) {
            log.push_back(error.what());
        } SB_END_TRY
        SB_TRY {
            SB_AWAIT(value_after{std::stoi("no number")});
        } SB_CATCH(std::invalid_argument const& error) {
            log.push_back("no number");
        } SB_END_TRY
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    });
    CHECK(log == words{"not made", "no number"});
}

TEST_CASE_FIXTURE(fixture,
    "an error that is no std::exception passes and is caught like any other") {
    struct throws_int {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            throw 5;
            SB_END();
        }
    };
    CHECK_THROWS_AS(scheduler.run(throws_int{}), int);
}

TEST_CASE_FIXTURE(fixture, "an error raised in a finally takes the place of the one on its way") {
    auto const run = [&] {
        scheduler.run([](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(fails_specially{1s});
            } SB_FINALLY {
                SB_AWAIT(failure_after{"later", 1s});
            } SB_END_TRY
            SB_END();
        });
    };
    CHECK_THROWS_WITH_AS(run(), "later", std::runtime_error);
}

// ---- Errors on their way, while destructors run tasks

namespace {

// A task whose clean-up runs at its release.
struct cleans_up {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
    "an error is not lost where the members of the frames it leaves release tasks") {
    struct fails_holding {
        sb::future<void> held;
        int depth;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            if (depth == 0) {
                SB_AWAIT(failure_after{"kept", 1s});
            } else {
                SB_AWAIT(fails_holding{co.start(cleans_up{}), depth - 1});
            }
            SB_END();
        }
    };
    CHECK_THROWS_WITH_AS(
        scheduler.run(fails_holding{scheduler.start(cleans_up{}), 3}), "kept", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture,
    "an error raised again is not lost where a local of the finally releases a task") {
    auto held = scheduler.start(cleans_up{});
    auto const task = scheduler.start([&held](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(failure_after{"kept", 1s});
        } SB_FINALLY {
            {
                at_end const local([&held] { held.reset(); });
                SB_RAISE();
            }
        } SB_END_TRY
        SB_END();
    });
    pump.advance(2s);
    REQUIRE(task.ready());
    CHECK(sb::describe(task.error()) == "std::runtime_error: kept");
}

TEST_CASE_FIXTURE(fixture,
    "a job's error is not lost where its callable's members release a task") {
    auto held = std::make_shared<sb::future<void>>(scheduler.start(cleans_up{}));
    pump.run_ready();
    auto const task = scheduler.start(sb::offload([held = std::move(held)] {
        throw std::runtime_error("kept");
    }));
    pump.run_ready();
    REQUIRE(task.ready());
    CHECK(sb::describe(task.error()) == "std::runtime_error: kept");
    CHECK(scheduler.unfinished_tasks() == 0);
}
