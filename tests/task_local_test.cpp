// Values that go along with a task.
#include <switchback/task_local.hpp>

#include <switchback/as_completed.hpp>
#include <switchback/gather.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/shield.hpp>
#include <switchback/task_group.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/timeouts.hpp>
#include <switchback/with.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

sb::task_local<int> const request{0};
sb::task_local<std::string> const user;

// Returns the number of its request, after a while.
struct request_seen {
    std::chrono::nanoseconds time = 0ns;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        if (time > 0ns) SB_AWAIT(sb::sleep(time));
        SB_RETURN(request.get(co));
        SB_END();
    }
};

struct sets_request {
    int to;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        request.set(co, to);
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

sb::task_local<live> const held;

struct sets_held {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        held.set(co, live());
        co.start_detached(test::value_after{1, 2s});
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own TL1: what is set in a task is seen in all frames that it awaits, and set by them") {
    scheduler.run([seen = 0](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        CHECK(request.get(co) == 0);
        request.set(co, 1);
        SB_AWAIT_INTO(seen, request_seen{1s});
        CHECK(seen == 1);
        SB_AWAIT_INTO(seen, sb::task<int>(request_seen{}));
        CHECK(seen == 1);
        SB_AWAIT_INTO(seen, sb::with_timeout(1h, request_seen{1s})); // in place
        CHECK(seen == 1);
        SB_AWAIT(sets_request{2});
        CHECK(request.get(co) == 2);
        SB_END();
    });
    CHECK(scheduler.run(request_seen{}) == 0); // from outside: with none
}

TEST_CASE_FIXTURE(fixture, "own TL2: a task that is started begins with what its starter has at that moment") {
    scheduler.run([started = sb::future<int>(), seen = 0](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        request.set(co, 1);
        started = co.start(request_seen{1s});
        request.set(co, 2); // too late for it
        SB_AWAIT_INTO(seen, started);
        CHECK(seen == 1);
        started = co.start([](sb::returns<int>& inner) {
            SB_BEGIN(inner);
            request.set(inner, 3);
            SB_AWAIT(sb::sleep(1s));
            SB_RETURN(request.get(inner));
            SB_END();
        });
        SB_AWAIT_INTO(seen, started);
        CHECK(seen == 3);
        CHECK(request.get(co) == 2); // not from there
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture, "own TL2: so in run_in_parallel, gather, as_completed, groups and shields, and what starts there in its turn") {
    struct frame {
        std::optional<sb::task_group> group{};
        sb::future<int> grouped{};
        std::vector<int> numbers{1, 2, 3}, got{};
        std::vector<sb::outcome<int>> outcomes{};
        sb::completions<int> arriving{};
        int seen = 0;

        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            request.set(co, 5);
            SB_AWAIT_INTO(got, sb::run_in_parallel(numbers, [](int n) { return request_seen{n * 1s}; }));
            CHECK(got == std::vector<int>{5, 5, 5});
            SB_AWAIT_INTO(outcomes, sb::gather(numbers, [](int) { return request_seen{}; }));
            CHECK(outcomes.at(2).value() == 5);
            arriving = sb::as_completed(co, numbers, [](int n) { return request_seen{n * 1s}; });
            while (arriving.more()) {
                SB_AWAIT_INTO(seen, arriving.next());
                CHECK(seen == 5);
            }
            SB_ASYNC_WITH(group, sb::task_group{}) {
                grouped = group->start([inner = sb::future<int>(), n = 0](sb::returns<int>& deeper) mutable {
                    SB_BEGIN(deeper);
                    inner = deeper.start(request_seen{});
                    SB_AWAIT_INTO(n, inner);
                    SB_RETURN(n);
                    SB_END();
                });
            } SB_END_WITH
            CHECK(grouped.get() == 5);
            SB_AWAIT_INTO(seen, sb::shield(request_seen{1s}));
            CHECK(seen == 5);
            SB_AWAIT(sb::run_in_parallel(sets_request{6}, sets_request{7})); // copies
            CHECK(request.get(co) == 5);
            SB_END();
        }
    };
    scheduler.run(frame{});
}

TEST_CASE_FIXTURE(fixture, "own TL3: a value that is bound in a block ends with it, on every way out") {
    scheduler.run([bound = std::optional<sb::bound_value>(), inner = std::optional<sb::bound_value>(), seen = 0](
                      sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        request.set(co, 1);
        SB_WITH(bound, request.bind(co, 2)) {
            SB_AWAIT_INTO(seen, request_seen{1s});
            CHECK(seen == 2);
            SB_WITH(inner, request.bind(co, 3)) {
                CHECK(request.get(co) == 3);
            } SB_END_WITH
            CHECK(request.get(co) == 2);
        } SB_END_WITH
        CHECK(request.get(co) == 1);
        SB_TRY {
            SB_WITH(bound, user.bind(co, "ann")) {
                CHECK(user.get(co) == "ann");
                throw std::runtime_error("no");
            } SB_END_WITH
        } SB_CATCH_ERRORS {
            CHECK(user.find(co) == nullptr);
        } SB_END_TRY
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture, "own TL3: to end a bound value after its task does nothing") {
    std::optional<sb::bound_value> kept;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        kept.emplace(request.bind(co, 2));
        SB_END();
    });
    kept.reset();
    CHECK(scheduler.run(request_seen{}) == 0);
}

TEST_CASE_FIXTURE(fixture, "own TL1: without a value and a default find() gives null, and get() throws nothing_set") {
    scheduler.run([](sb::returns<void>& co) {
        SB_BEGIN(co);
        CHECK(user.find(co) == nullptr);
        CHECK_THROWS_AS((void)user.get(co), sb::nothing_set);
        user.set(co, "ann");
        REQUIRE(user.find(co) != nullptr);
        CHECK(user.get(co) == "ann");
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture, "own TL1: two objects never share a value, even one after the other in the same place") {
    scheduler.run([](sb::returns<void>& co) {
        SB_BEGIN(co);
        for (int i = 0; i < 3; ++i) {
            sb::task_local<int> const passing{-1};
            CHECK(passing.get(co) == -1);
            passing.set(co, i);
            CHECK(passing.get(co) == i);
        }
        SB_END();
    });
}

TEST_CASE_FIXTURE(fixture, "own TL4: values die with the last task that has them, not with its future") {
    auto const ended = scheduler.start(sets_held{});
    pump.advance(1s);
    CHECK(ended.ready());
    CHECK(live::count() == 1); // the task that it has started
    pump.advance(1s);
    CHECK(live::count() == 0);

    auto dropped = scheduler.start(sets_held{});
    pump.run_ready();
    CHECK(live::count() == 1);
    dropped.reset();
    pump.advance(2s);
    CHECK(live::count() == 0);

    auto const cancelled = scheduler.start(sets_held{});
    pump.run_ready();
    cancelled.cancel();
    pump.advance(2s);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own TL4: a value whose end drops its own task's future, or sets another, does no harm") {
    static sb::task_local<std::shared_ptr<test::at_end>> const ending;
    sb::future<void> task;
    task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        ending.set(co, std::make_shared<test::at_end>([&] { log.push_back("replaced"), request.set(co, 3); }));
        ending.set(co, std::make_shared<test::at_end>([&] { log.push_back("ended"), task.reset(); }));
        CHECK(request.get(co) == 3);
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    });
    pump.advance(1s);
    CHECK(log == words{"replaced", "ended"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("own TL4: a scheduler that goes takes the values with it, of tasks whose futures outlive it too") {
    sb::future<void> outlives;
    {
        sb::testing::virtual_pump pump;
        sb::task_scheduler scheduler{pump, pump};
        outlives = scheduler.start([](sb::returns<void>& co) {
            SB_BEGIN(co);
            co.set_name("late");
            held.set(co, live());
            SB_AWAIT(sb::sleep(1s));
            SB_END();
        });
        pump.run_ready();
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
    CHECK(outlives.cancelled());
}
