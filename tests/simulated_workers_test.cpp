#include <switchback/testing/simulated_workers.hpp>

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/sleep.hpp>
#include <switchback/testing/explore.hpp>
#include <switchback/timeouts.hpp>
#include <switchback/try.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/fixture.hpp"

namespace sb = switchback;
using namespace std::chrono_literals;
using test::virtual_time;
using test::words;

namespace {

auto const main_thread = std::this_thread::get_id();
bool is_main_thread() { return std::this_thread::get_id() == main_thread; }

struct jobs_in_virtual_time : test::virtual_time_with_log {
    std::vector<std::chrono::nanoseconds> times{}; // of the jobs, in their order; then a millisecond
    sb::testing::simulated_workers workers{scheduler, options()};

    sb::testing::simulated_jobs options() {
        sb::testing::simulated_jobs how;
        how.threads = 2;
        how.blocking_threads = 3;
        how.duration = [this](std::size_t number) -> std::chrono::nanoseconds {
            return number < times.size() ? times[number] : 1ms;
        };
        return how;
    }
    std::string at(std::string const& what) const {
        return what + " at " + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(passed()).count());
    }
};

struct does {
    jobs_in_virtual_time* here;
    std::string name;
    bool blocks = false;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (blocks) {
            SB_AWAIT(sb::offload_blocking([this] { here->log.push_back(here->at(name + " is done")); }));
        } else {
            SB_AWAIT(sb::offload([this] { here->log.push_back(here->at(name + " is done")); }));
        }
        here->log.push_back(here->at(name + " goes on"));
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(jobs_in_virtual_time, "own SJ1: a job is called on the scheduler's thread when its time is over") {
    times = {1h};
    CHECK(scheduler.run(sb::offload(is_main_thread)));
    CHECK(passed() == 1h);
}

TEST_CASE_FIXTURE(jobs_in_virtual_time, "own SJ1: while jobs are under way time passes for the others") {
    times = {2s};
    auto const job = scheduler.start(does{this, "job"});
    auto const sleeper = scheduler.start(sb::sleep(1s));
    pump.advance(1s);
    CHECK(sleeper.ready());
    CHECK_FALSE(job.ready());
    CHECK(workers.running() == 1);
    pump.advance(1s);
    CHECK(job.ready());
    CHECK(workers.running() == 0);
    CHECK(log == words{"job is done at 2000", "job goes on at 2000"});
}

TEST_CASE_FIXTURE(jobs_in_virtual_time, "own SJ1: so many run at once as there are threads, the others in their order") {
    times = {3ms, 1ms, 1ms, 1ms};
    auto const all = scheduler.start(sb::run_in_parallel(
        does{this, "a"}, does{this, "b"}, does{this, "c"}, does{this, "d"}, does{this, "x", true}));
    pump.run_ready();
    CHECK(workers.running() == 3);
    CHECK(workers.waiting() == 2);
    pump.advance(1s);
    CHECK(all.ready());
    CHECK(workers.begun() == 5);
    CHECK(log == words{"b is done at 1", "x is done at 1", "b goes on at 1", "x goes on at 1", "c is done at 2",
                     "c goes on at 2", "a is done at 3", "d is done at 3", "a goes on at 3", "d goes on at 3"});
}

TEST_CASE_FIXTURE(virtual_time, "own SJ2: jobs that end at the same moment do so in the order that is chosen") {
    sb::testing::simulated_jobs how;
    std::vector<std::size_t> asked;
    how.choose = [&](std::size_t ways) {
        asked.push_back(ways);
        return ways - 1;
    };
    sb::testing::simulated_workers const workers(scheduler, how);
    std::string order;
    auto const job = [&](char name) { return sb::offload([&order, name] { order += name; }); };
    scheduler.run(sb::run_in_parallel(job('a'), job('b'), job('c')));
    CHECK(order == "cba");
    CHECK(asked == std::vector<std::size_t>{3, 2});
}

TEST_CASE_FIXTURE(virtual_time, "own SJ3: a job fails with what is thrown in its place, and was not called") {
    sb::testing::simulated_jobs how;
    how.before = [](std::size_t number) {
        if (number == 1) throw std::runtime_error("the disk is full");
    };
    sb::testing::simulated_workers const workers(scheduler, how);
    int calls = 0;
    auto const job = [&] { return sb::offload([&calls] { ++calls; }); };
    scheduler.run(job());
    CHECK_THROWS_WITH_AS(scheduler.run(job()), "the disk is full", std::runtime_error);
    scheduler.run(job());
    CHECK(calls == 2);
}

TEST_CASE_FIXTURE(virtual_time, "own SJ3: a job fails at once where its time cannot be told") {
    sb::testing::simulated_jobs how;
    how.threads = 1;
    how.duration = [](std::size_t number) {
        if (number == 0) throw std::runtime_error("no such job");
        return 1s;
    };
    sb::testing::simulated_workers const workers(scheduler, how);
    auto const first = scheduler.start(sb::offload([] {}));
    auto const second = scheduler.start(sb::offload([] { return 7; }));
    pump.run_ready();
    CHECK_THROWS_WITH_AS(first.get(), "no such job", std::runtime_error);
    CHECK_FALSE(second.ready());
    pump.advance(1s);
    CHECK(second.get() == 7);
}

TEST_CASE_FIXTURE(virtual_time, "own SJ3: a job's own error comes back to its task") {
    sb::testing::simulated_workers const workers(scheduler);
    CHECK_THROWS_WITH_AS(
        scheduler.run(sb::offload([]() -> int { throw std::runtime_error("no"); })), "no", std::runtime_error);
}

TEST_CASE_FIXTURE(jobs_in_virtual_time, "own SJ4: a cancelled job that has not begun never runs") {
    times = {1s, 1s};
    auto const one = scheduler.start(does{this, "one"});
    auto const two = scheduler.start(does{this, "two"});
    auto three = scheduler.start(does{this, "three"});
    auto four = scheduler.start(does{this, "four"});
    pump.run_ready();
    three.cancel();
    four.reset();
    pump.run_ready();
    CHECK(three.cancelled());
    CHECK(workers.waiting() == 0);
    pump.advance(10s);
    CHECK(log == words{"one is done at 1000", "two is done at 1000", "one goes on at 1000", "two goes on at 1000"});
}

TEST_CASE_FIXTURE(jobs_in_virtual_time, "own SJ4: a cancelled job that runs is told by its token, and keeps its thread") {
    times = {1s, 1h, 1s};
    bool stopped = false;
    auto slow = scheduler.start(sb::offload([&](sb::stop_token const& token) { stopped = token.stop_requested(); }));
    auto const other = scheduler.start(does{this, "other"});
    auto const next = scheduler.start(does{this, "next"});
    pump.run_ready();
    slow.cancel();
    pump.run_ready();
    CHECK(slow.cancelled());
    CHECK(workers.running() == 2);
    CHECK_FALSE(stopped);
    pump.advance(1s);
    CHECK(stopped);
    CHECK(workers.running() == 2); // the next one has begun
    pump.advance(1s);
    CHECK(next.ready());
}

// quoted: slow
TEST_CASE("own SJ4: who waits for a slow job is told after a second") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    sb::testing::simulated_jobs how;
    how.duration = [](std::size_t number) -> std::chrono::nanoseconds { return number == 0 ? 10ms : 1h; };
    sb::testing::simulated_workers const workers{scheduler, how};

    auto const load = [] { return 7; };
    CHECK(scheduler.run(sb::with_timeout(1s, sb::offload(load))) == 7);
    CHECK_THROWS_AS(scheduler.run(sb::with_timeout(1s, sb::offload(load))), sb::timed_out);
}
// end of quote

TEST_CASE("own SJ5: jobs that have begun end with their scheduler, the others never begin") {
    sb::testing::virtual_pump pump;
    std::optional<sb::task_scheduler> scheduler(std::in_place, pump, pump);
    sb::testing::simulated_jobs how;
    how.threads = 1;
    sb::testing::simulated_workers const workers(*scheduler, how);
    test::live const counted;
    auto const before = test::live::count();
    int calls = 0;
    auto const job = [&, alive = test::live()] { ++calls; };
    auto const one = scheduler->start(sb::offload(job));
    auto const two = scheduler->start(sb::offload(job));
    pump.run_ready();
    scheduler.reset();
    CHECK(calls == 1);
    CHECK(one.cancelled());
    CHECK(two.cancelled());
    CHECK(workers.running() == 0);
    CHECK(test::live::count() == before + 1);
}

TEST_CASE_FIXTURE(virtual_time, "own SJ5: close() waits for jobs in virtual time") {
    sb::testing::simulated_jobs how;
    how.duration = [](std::size_t) { return 2s; };
    sb::testing::simulated_workers const workers(scheduler, how);
    int calls = 0;
    auto const task = scheduler.start(sb::offload([&calls] { ++calls; }));
    pump.run_ready();
    CHECK(scheduler.close(1min).jobs == 0);
    CHECK(calls == 1);
    CHECK(passed() == 2s);
}

TEST_CASE_FIXTURE(virtual_time, "own SJ5: where the simulation ends first, jobs that are left fail") {
    std::optional<sb::testing::simulated_workers> workers(std::in_place, scheduler);
    auto const left = scheduler.start(sb::offload([] { return 1; }));
    pump.run_ready();
    workers.reset();
    pump.run_ready();
    CHECK_THROWS_WITH_AS(left.get(), "the simulated workers have gone before this job was done", sb::misuse);
    CHECK_FALSE(scheduler.run(sb::offload(is_main_thread)));
}

TEST_CASE_FIXTURE(virtual_time, "own SJ5: simulated twice, or while jobs are under way: misuse") {
    {
        sb::testing::simulated_workers const workers(scheduler);
        CHECK_THROWS_WITH_AS(sb::testing::simulated_workers{scheduler}, "this scheduler's jobs are simulated already",
            sb::misuse);
    }
    auto const job = scheduler.start(sb::offload([] {}));
    scheduler.set_turn_limit({1});
    pump.turn(false); // with it the job is handed over
    CHECK_THROWS_AS(sb::testing::simulated_workers{scheduler}, sb::misuse);
}

// ---- On a stage

namespace {

struct notes_end {
    std::string* order;
    char name;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::offload([into = order, letter = name] { *into += letter; })); // which may outlive this frame
        SB_END();
    }
};

std::set<std::string> orders;

struct three_jobs {
    std::string order{};
    void start(sb::testing::stage& on) {
        on.simulate_jobs();
        on.start("a", notes_end{&order, 'a'});
        on.start("b", notes_end{&order, 'b'});
        on.start("c", notes_end{&order, 'c'});
    }
    void check(sb::testing::stage& on) {
        orders.insert(order);
        if (order.size() != 3 && !on.is_disturbed()) on.fail("a job has not run");
    }
    void state(sb::testing::fingerprint& of) const { of << order; }
};

sb::testing::exploration_limits undisturbed() {
    sb::testing::exploration_limits limits;
    limits.disturb.most = 0;
    return limits;
}

// Something is decided while the jobs are under way.
struct decides {
    sb::testing::stage* on;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1ms));
        on->one_of(2);
        SB_END();
    }
};

// Whose job begins first takes longer: to see both orders of their ends, one has to know whose is whose.
template <bool HasState>
struct slower_first {
    std::string order{};
    void start(sb::testing::stage& on) {
        sb::testing::simulated_jobs how;
        how.duration = [](std::size_t number) { return number == 0 ? 5ms : 3ms; };
        on.simulate_jobs(how);
        on.start("a", notes_end{&order, 'a'});
        on.start("b", notes_end{&order, 'b'});
        on.start("c", decides{&on});
    }
    void check(sb::testing::stage&) { orders.insert(order); }
    template <class Fingerprint>
    auto state(Fingerprint& of) const -> std::enable_if_t<HasState && (sizeof(Fingerprint) > 0)> {
        of << order;
    }
};

// A picture is asked for twice before it is there, and so loaded twice.
struct picture {
    int loaded = 0;
    bool is_there = false;
};
struct shows {
    picture* what;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (!what->is_there) {
            SB_AWAIT(sb::offload([] {}));
            ++what->loaded;
            what->is_there = true;
        }
        SB_END();
    }
};
struct two_views {
    picture shared{};
    void start(sb::testing::stage& on) {
        sb::testing::simulated_jobs how;
        how.duration = [&on](std::size_t) { return on.one_of(2) == 0 ? 1ms : 1s; };
        on.simulate_jobs(how);
        on.start("one", shows{&shared});
        on.start("two", two_seconds_later{&shared});
    }
    void check(sb::testing::stage& on) {
        if (shared.loaded != 1) on.fail("loaded twice");
    }
    struct two_seconds_later {
        picture* what;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(500ms));
            SB_AWAIT(shows{what});
            SB_END();
        }
    };
};

} // namespace

TEST_CASE("own SJ6: on a stage jobs that end at the same moment do so in every order") {
    orders.clear();
    auto const found = sb::testing::explore<three_jobs>(undisturbed());
    INFO(found.to_string());
    CHECK(found.is_clean());
    CHECK(orders == std::set<std::string>{"abc", "acb", "bac", "bca", "cab", "cba"});
}

TEST_CASE("own SJ6: on a stage it is known whose job ends when") {
    orders.clear();
    CHECK(sb::testing::explore<slower_first<false>>(undisturbed()).is_clean());
    CHECK(orders == std::set<std::string>{"ab", "ba"});
    orders.clear();
    CHECK(sb::testing::explore<slower_first<true>>(undisturbed()).is_clean());
    CHECK(orders == std::set<std::string>{"ab", "ba"});
}

TEST_CASE("own SJ6: on a stage a job may fail, be cancelled, or be dropped, at every moment") {
    auto const found = sb::testing::explore<three_jobs>();
    INFO(found.to_string());
    CHECK(found.is_clean());
    CHECK(found.runs > 50);
}

TEST_CASE("own SJ6: on a stage a job that takes long is found out, and told in the table") {
    auto const found = sb::testing::explore<two_views>(undisturbed());
    CHECK(found.finding == "loaded twice");
    CHECK(found.what_happened.to_string().find("job 1 ends") != std::string::npos);
}
