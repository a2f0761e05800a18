// What happens when the last future of a task goes, in every state that the task can be in.
#include <switchback/future.hpp>

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <future>
#include <random>
#include <thread>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::at_end;
using test::live;
using test::logger;
using test::sleeper;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

struct awaits_void {
    sb::future<void> of;
    live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(of);
        SB_END();
    }
};

// Five frames deep; those of even depth clean up, and wait in doing so.
struct level {
    int depth;
    words* log;
    at_end member;
    level(int depth_, words* log_)
        : depth(depth_), log(log_),
          member([depth_, log_] { log_->push_back("dies " + std::to_string(depth_)); }) {}
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (depth == 0) {
            SB_AWAIT(sb::sleep(1h));
        } else if (depth == 3) {
            SB_TRY {
                SB_AWAIT(level(depth - 1, log));
            } SB_FINALLY {
                log->push_back("finally");
                SB_AWAIT(sb::sleep(1min));
                log->push_back("after");
            } SB_END_TRY
        } else {
            SB_AWAIT(level(depth - 1, log));
        }
        SB_END();
    }
};

// Lets go of its own future within its own step, from so many frames down.
struct lets_go {
    sb::future<void>* own;
    int depth;
    bool then_waits;
    int* reached;
    live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (depth > 0) {
            SB_AWAIT(lets_go{own, depth - 1, then_waits, reached});
        } else {
            own->reset();
            ++*reached;
            if (then_waits) SB_AWAIT(sb::sleep(1h));
        }
        SB_END();
    }
};

// Holds the next one's future as long as it lives; by a result it holds it beyond its end.
struct holder {
    sb::future<void> next;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    }
};

struct link {
    std::shared_ptr<sb::future<link>> next;
};
struct holder_by_result {
    link next;
    sb::step operator()(sb::returns<link>& co) {
        SB_BEGIN(co);
        SB_RETURN(std::move(next));
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
    "imvu T7: dropping the last future cancels the task before the destructor returns") {
    {
        auto const task = scheduler.start(sleeper{});
        pump.run_ready();
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "imvu T7: a task released before its first step never runs, its frame dies at once") {
    auto task = scheduler.start(logger{&log, "task"});
    auto frame = scheduler.start(sleeper{});
    task.reset();
    frame.reset();
    CHECK(live::count() == 0);
    pump.run_ready();
    CHECK(log.empty());
}

TEST_CASE_FIXTURE(fixture,
    "a task released while its fired timer has it in the ready queue is gone from there") {
    bool reached = false;
    sb::future<void> task;
    auto const killer = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        task.reset();
        SB_END();
    });
    task = scheduler.start([&, alive = live{}](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        reached = true;
        SB_END();
    });
    pump.advance(2s);
    CHECK_FALSE(reached);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "own R1: a release destroys the frames that no try guards, innermost first, then runs clean-up to "
    "its first wait") {
    auto task = scheduler.start(level(5, &log));
    pump.run_ready();
    log.clear();
    task.reset();
    CHECK(log == words{"dies 0", "dies 1", "dies 2", "finally"});
    CHECK(scheduler.unfinished_tasks() == 1);
    pump.advance(1min);
    CHECK(log == words{"dies 0", "dies 1", "dies 2", "finally", "after", "dies 3", "dies 4",
                     "dies 5"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a try that is not around the await does not see a release") {
    auto task = scheduler.start([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            log.push_back("try");
        } SB_FINALLY {
            log.push_back("finally");
        } SB_END_TRY
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    });
    pump.run_ready();
    task.reset();
    CHECK(log == words{"try", "finally"});
}

TEST_CASE_FIXTURE(fixture,
    "a released task that catches the cancellation goes on, and the scheduler keeps it") {
    auto task = scheduler.start([this](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_CATCH(sb::cancelled const& error) {
            (void)error;
            log.push_back("caught");
        } SB_END_TRY
        SB_AWAIT(sb::sleep(1s));
        log.push_back("went on");
        SB_END();
    });
    pump.run_ready();
    task.reset();
    CHECK(log == words{"caught"});
    pump.advance(1s);
    CHECK(log == words{"caught", "went on"});
}

TEST_CASE_FIXTURE(fixture,
    "a waiter's own reference keeps the task that it waits for; its release lets go of it") {
    auto awaited = scheduler.start(sleeper{});
    auto first = scheduler.start(awaits_void{awaited});
    auto second = scheduler.start(awaits_void{awaited});
    pump.run_ready();
    awaited.reset();
    CHECK(live::count() == 3);
    first.reset();
    CHECK(live::count() == 2);
    second.reset();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "a released waiter leaves the list of waiters, wherever it stands in it") {
    for (std::size_t const gone : {0u, 1u, 2u}) {
        auto const awaited = scheduler.start(value_after{1, 1s});
        std::vector<sb::future<int>> all;
        for (int i = 0; i < 3; ++i) all.push_back(scheduler.start(sb::future<int>(awaited)));
        pump.run_ready();
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(gone));
        pump.advance(1s);
        for (auto const& task : all) CHECK(task.get() == 1);
    }
}

TEST_CASE_FIXTURE(fixture,
    "a task released between the end of what it awaited and its resumption takes nothing") {
    sb::future<int> waiter;
    auto const killer = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_AWAIT(sb::yield_now());
        waiter.reset();
        SB_END();
    });
    auto const awaited = scheduler.start(value_after{1, 1s});
    waiter = scheduler.start(sb::future<int>(awaited));
    pump.advance(2s);
    CHECK(awaited.get() == 1);
    CHECK_FALSE(waiter.valid());
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("clean-up that gives the others a turn after a release may itself be ended") {
    fixture f;
    auto task = f.scheduler.start([](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sleeper{});
        } SB_FINALLY {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    });
    f.pump.run_ready();
    task.reset(); // and then the scheduler goes
    CHECK(f.scheduler.unfinished_tasks() == 1);
}

TEST_CASE_FIXTURE(fixture,
    "clean-up that sleeps after a release outside of any turn is woken in time") {
    auto task = scheduler.start(logger{&log, "task", 1h, 1s});
    pump.run_ready();
    task.reset();
    pump.advance(1s);
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- In its own step

TEST_CASE_FIXTURE(fixture,
    "own R2: a task that lets go of itself in its own step is cancelled when that step is over") {
    for (int const depth : {0, 5}) {
        for (bool const then_waits : {false, true}) {
            int reached = 0;
            sb::future<void> own;
            own = scheduler.start(lets_go{&own, depth, then_waits, &reached});
            pump.run_ready();
            CHECK(reached == 1);
            CHECK(live::count() == 0);
            CHECK(scheduler.unfinished_tasks() == 0);
        }
    }
}

TEST_CASE_FIXTURE(fixture,
    "a task that lets go of itself within a try runs its finally, which may wait") {
    sb::future<void> own;
    own = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            own.reset();
            log.push_back("let go");
            SB_AWAIT(sb::sleep(1h));
            log.push_back("not reached");
        } SB_FINALLY {
            log.push_back("finally");
            SB_AWAIT(sb::sleep(1s));
            log.push_back("after");
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"let go", "finally"});
    pump.advance(1s);
    CHECK(log == words{"let go", "finally", "after"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "a task that another one releases in a nested run within its step dies at the end of that "
    "step") {
    sb::future<void> modal;
    modal = scheduler.start([&, alive = live{}](sb::returns<void>& co) {
        SB_BEGIN(co);
        scheduler.run([&](sb::returns<void>& co2) {
            SB_BEGIN(co2);
            modal.reset();
            SB_END();
        });
        CHECK(live::count() == 1);
        log.push_back("end of step");
        SB_AWAIT(sb::sleep(1h));
        log.push_back("not reached");
        SB_END();
    });
    pump.run_ready();
    CHECK(log == words{"end of step"});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "imvu T10: a nested run does not spin while the task below it waits to be released") {
    sb::future<void> modal;
    std::size_t turns = 0;
    modal = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        modal.reset();
        turns = pump.turns();
        scheduler.run(sb::sleep(1s)); // time would never pass, were there always something to do
        turns = pump.turns() - turns;
        SB_END();
    });
    pump.run_ready();
    CHECK(turns <= 5);
}

TEST_CASE_FIXTURE(fixture,
    "a task whose last future is a member of its own frame ends like any other") {
    struct keeps_itself {
        sb::future<void>* slot;
        sb::future<void> own{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            own = std::move(*slot);
            SB_AWAIT(sb::sleep(1s));
            SB_END();
        }
    };
    sb::future<void> slot;
    slot = scheduler.start(keeps_itself{&slot});
    pump.advance(2s);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "a task whose last future is a member of its frames may fail, at any depth") {
    test::unhandled_log const unhandled;
    struct fails_keeping_root {
        sb::future<void>* slot;
        int depth;
        live alive{};
        sb::future<void> own{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            if (depth == 1) own = std::move(*slot);
            if (depth == 0) SB_AWAIT(test::failure_after{"failed", 1s});
            SB_AWAIT(fails_keeping_root{slot, depth - 1});
            SB_END();
        }
    };
    for (int const depth : {1, 2, 3}) {
        sb::future<void> slot;
        slot = scheduler.start(fails_keeping_root{&slot, depth});
        pump.advance(2s);
        CHECK(live::count() == 0);
        CHECK(scheduler.unfinished_tasks() == 0);
    }
    CHECK(unhandled.errors().size() == 3);
}

TEST_CASE_FIXTURE(fixture,
    "a task whose last future dies with a frame that its cancellation destroys ends once") {
    sb::future<void> own;
    own = scheduler.start([member = at_end([&] { own.reset(); }), alive = live{}](
                              sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    });
    pump.run_ready();
    own.cancel();
    pump.run_ready();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- Releases within releases

TEST_CASE_FIXTURE(fixture,
    "own R3: a million tasks that each hold the next one's future are released without recursion") {
    sb::future<void> first;
    for (int i = 0; i < 1'000'000; ++i) {
        auto next = scheduler.start(holder{std::move(first)});
        first = std::move(next);
    }
    pump.run_ready();
    CHECK(scheduler.unfinished_tasks() == 1'000'000);
    first.reset();
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "a million finished tasks whose results each hold the next one are released without "
    "recursion") {
    sb::future<link> first;
    for (int i = 0; i < 1'000'000; ++i) {
        first = scheduler.start(
            holder_by_result{{std::make_shared<sb::future<link>>(std::move(first))}});
        pump.run_ready();
    }
    CHECK(scheduler.unfinished_tasks() == 0);
    first.reset();
}

TEST_CASE_FIXTURE(fixture,
    "a release within clean-up that turns the loop comes too late for a task that ends "
    "meanwhile") {
    sb::future<void> second;
    auto first = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            second.reset();
            scheduler.run(sb::yield_now());
            scheduler.run(sb::sleep(1s));
        } SB_END_TRY
        SB_END();
    });
    pump.run_ready();
    second = scheduler.start([alive = live{}](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_END();
    });
    first.reset();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- Waiting for others

TEST_CASE_FIXTURE(fixture,
    "a task that waits for a job is released at once; the result dies on the main thread when "
    "it comes") {
    std::promise<void> begun;
    std::promise<void> may_end;
    static std::thread::id died_on;
    struct tells_where_it_dies {
        bool armed = true;
        tells_where_it_dies() = default;
        tells_where_it_dies(tells_where_it_dies&& other) noexcept
            : armed(std::exchange(other.armed, false)) {}
        ~tells_where_it_dies() {
            if (armed) died_on = std::this_thread::get_id();
        }
    };
    auto task = scheduler.start(sb::offload([&] {
        begun.set_value();
        may_end.get_future().wait();
        return tells_where_it_dies{};
    }));
    pump.turn(true);
    begun.get_future().wait();
    task.reset();
    CHECK(scheduler.unfinished_tasks() == 0);
    may_end.set_value();
    pump.run_ready();
    bool const on_this_thread = died_on == std::this_thread::get_id();
    CHECK(on_this_thread);
}

TEST_CASE_FIXTURE(fixture,
    "a task that runs others in parallel releases them, innermost frames first") {
    auto task = scheduler.start(sb::run_in_parallel(
        sleeper{}, logger{&log, "branch", 1h}, sb::run_in_parallel(sleeper{}, sleeper{})));
    pump.run_ready();
    CHECK(live::count() > 0);
    log.clear();
    task.reset();
    CHECK(live::count() == 0);
    CHECK(log == words{"branch cleans up", "branch has cleaned up"});
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a released task waits for the clean-up of those it runs in parallel") {
    auto task = scheduler.start([this, alive = live{}](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::run_in_parallel(logger{&log, "a", 1h, 1s}, sb::sleep(1h)));
        SB_END();
    });
    pump.run_ready();
    log.clear();
    task.reset();
    CHECK(log == words{"a cleans up"});
    CHECK(live::count() == 1);
    pump.advance(1s);
    CHECK(log == words{"a cleans up", "a has cleaned up"});
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("branches that catch a release and end well are freed with the others") {
    // (A leak checker sees what is left of them: a scheduler lives as long as its tasks.)
    struct ends_well {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_CATCH_ALL {
            } SB_END_TRY
            SB_END();
        }
    };
    fixture f;
    auto task = f.scheduler.start(sb::run_in_parallel(ends_well{}, ends_well{}, ends_well{}));
    f.pump.run_ready();
    task.reset();
    CHECK(f.scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture,
    "a branch that releases its owner in its own step is cancelled when that step is over") {
    sb::future<void> owner;
    owner = scheduler.start(sb::run_in_parallel(
        [&, alive = live{}](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            owner.reset();
            log.push_back("released");
            SB_AWAIT(sb::sleep(1h));
            log.push_back("not reached");
            SB_END();
        },
        sleeper{}));
    pump.advance(2s);
    CHECK(log == words{"released"});
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a task may be released by a destructor that its cancellation runs") {
    // The task alone holds what it waits for; as that dies, it drops the task's own last future.
    sb::future<void> waiter;
    auto awaited = scheduler.start([member = at_end([&] { waiter.reset(); })](
                                       sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    });
    waiter = scheduler.start(awaits_void{std::move(awaited)});
    pump.run_ready();
    auto const* const asked = &waiter;
    asked->cancel();
    pump.run_ready();
    CHECK_FALSE(waiter.valid());
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("a task may be released by the result that its cancellation throws away") {
    sb::testing::virtual_pump pump;
    sb::worker_options one;
    one.threads = 1;
    sb::task_scheduler scheduler{pump, pump, one};
    using result = std::shared_ptr<at_end>;
    sb::future<result> waiter;
    auto const canceller = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::offload([] {}));
        auto const* const asked = &waiter;
        asked->cancel();
        SB_END();
    });
    waiter = scheduler.start(sb::offload([](result held) { return held; },
        std::make_shared<at_end>([&] { waiter.reset(); })));
    std::promise<void> both_are_there; // and so both arrive in one turn, the canceller's job first
    auto const last = scheduler.start(sb::offload([&] { both_are_there.set_value(); }));
    pump.turn(true);
    both_are_there.get_future().wait();
    pump.run_ready();
    CHECK_FALSE(waiter.valid());
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- Everything at once

namespace {

// Forty tasks that know of each other. One awaits only those of lesser depth, so that none can wait
// for itself.
struct disorder {
    struct slot {
        sb::future<int> task{};
        int depth = 0;
    };
    explicit disorder(unsigned seed) : random(seed) {}
    std::vector<slot> all{40};
    std::mt19937 random;
    std::size_t any(std::size_t below) { return random() % below; }
    slot& any_slot() { return all[any(all.size())]; }
    void drop() { any_slot().task.reset(); }
    void cancel() {
        if (auto& at = any_slot(); at.task.valid()) at.task.cancel();
    }
    void put(sb::future<int> task, int depth) { any_slot() = {std::move(task), depth}; }
    sb::future<int> below(int depth) {
        auto const& at = any_slot();
        return at.depth < depth ? at.task : sb::future<int>();
    }
};

struct does_anything {
    disorder* in;
    int depth;
    live alive{};
    int i = 0;
    int got = 0;
    std::vector<int> several{};
    std::vector<int> elements{};
    sb::future<int> held{};

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        elements.assign(in->any(5), 0);
        for (i = 0; i < 4; ++i) {
            SB_TRY {
                SB_SWITCH(in->any(depth > 0 ? 12 : 5)) {
                    SB_CASE(0): {
                        SB_AWAIT(sb::sleep(std::chrono::nanoseconds(in->any(50))));
                        break;
                    }
                    SB_CASE(1): {
                        SB_AWAIT(sb::yield_now());
                        break;
                    }
                    SB_CASE(2): {
                        if (in->any(3) == 0) throw std::runtime_error("at random");
                        break;
                    }
                    SB_CASE(3): {
                        in->drop();
                        break;
                    }
                    SB_CASE(4): {
                        SB_AWAIT_INTO(got, sb::offload([](int x) { return x + 1; }, i));
                        break;
                    }
                    SB_CASE(5): {
                        held = in->below(depth);
                        if (held.valid()) SB_AWAIT_INTO(got, held);
                        break;
                    }
                    SB_CASE(6): {
                        in->put(co.start(does_anything{in, depth - 1}), depth - 1);
                        break;
                    }
                    SB_CASE(7): {
                        SB_AWAIT_INTO(got, does_anything{in, depth - 1});
                        break;
                    }
                    SB_CASE(8): {
                        SB_AWAIT_INTO(several, sb::run_in_parallel(sb::at_most(1 + in->any(4)),
                            elements, [this](int) { return does_anything{in, depth - 1}; }));
                        break;
                    }
                    SB_CASE(9): {
                        held = co.start(does_anything{in, depth - 1});
                        break;
                    }
                    SB_CASE(10): {
                        in->cancel();
                        break;
                    }
                    SB_CASE(11): {
                        SB_AWAIT(sb::run_in_parallel(
                            does_anything{in, depth - 1}, sb::sleep(10ns), does_anything{in, 0}));
                        break;
                    }
                }
            } SB_CATCH(std::runtime_error const& error) {
                (void)error;
                if (in->any(3) == 0) SB_AWAIT(sb::sleep(5ns));
                if (in->any(3) == 0) SB_RAISE();
            } SB_FINALLY {
                if (in->any(4) == 0) SB_AWAIT(sb::yield_now());
                if (in->any(8) == 0) in->drop();
            } SB_END_TRY
        }
        SB_RETURN(i);
        SB_END();
    }
};

} // namespace

TEST_CASE("tasks that start, drop, await, cancel, offload, run in parallel and throw at random "
          "leave nothing behind") {
    test::unhandled_log const unhandled;
    for (unsigned seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        fixture f;
        disorder chaos(seed);
        for (auto& slot : chaos.all) slot = {f.scheduler.start(does_anything{&chaos, 3}), 3};
        for (int turns = 0; turns < 200; ++turns) {
            f.pump.advance(7ns);
            if (turns % 7 == 0) chaos.drop();
        }
        for (int left = 0; left < 100 && f.scheduler.unfinished_tasks() != 0; ++left) {
            for (auto& slot : chaos.all) slot = {};
            f.pump.advance(1s);
        }
        CHECK(f.scheduler.unfinished_tasks() == 0);
        CHECK(live::count() == 0);
    }
}

TEST_CASE("a scheduler that goes in the midst of disorder leaves nothing behind") {
    test::unhandled_log const unhandled;
    for (unsigned seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        disorder chaos(seed);
        {
            fixture f;
            for (auto& slot : chaos.all) slot = {f.scheduler.start(does_anything{&chaos, 2}), 2};
            for (unsigned turns = 0; turns < seed % 20; ++turns) f.pump.advance(7ns);
        }
        CHECK(chaos.all.size() == 40);
        chaos.all.clear();
        CHECK(live::count() == 0);
    }
}
