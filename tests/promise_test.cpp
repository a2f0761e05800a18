#include <switchback/promise.hpp>

#include <switchback/native_pump.hpp>
#include <switchback/offload.hpp>
#include <switchback/shield.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/try.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::at_end;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

// Awaits a future and writes down what comes of it.
struct waiter {
    sb::future<int> of;
    words* log;
    std::string name;
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(got, of);
            log->push_back(name + " got " + std::to_string(got));
        } SB_CATCH(std::exception const& error) {
            log->push_back(name + ": " + error.what());
        } SB_CATCH_ALL {
            log->push_back(name + " sees a cancellation");
        } SB_END_TRY
        SB_AWAIT(sb::yield_now()); // and is not cancelled itself
        log->push_back(name + " goes on");
        SB_END();
    }
};

std::exception_ptr error_saying(char const* what) {
    return std::make_exception_ptr(std::runtime_error(what));
}

// An API of the old kind: calls back once, when it is told to.
class old_api {
public:
    using callback = std::function<void(int)>;
    int ask(callback done) {
        asked_.push_back(std::move(done));
        return static_cast<int>(asked_.size()) - 1;
    }
    void answer(int id, int with) {
        auto const call = std::exchange(asked_[static_cast<std::size_t>(id)], nullptr);
        if (call) call(with);
    }
    void abort(int id) {
        ++aborted;
        asked_[static_cast<std::size_t>(id)] = nullptr;
    }
    int aborted = 0;

private:
    std::vector<callback> asked_;
};

struct ask {
    old_api* api;
    int answer_at_once = 0;
    sb::future<int> soon{};
    int got = 0;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        {
            sb::promise<int> const p{co};
            soon = p.get_future();
            auto const id = api->ask([p](int answer) { p.set_value(answer); });
            if (answer_at_once != 0) api->answer(id, answer_at_once);
            p.on_cancel([to = api, id] { to->abort(id); });
        }
        SB_AWAIT_INTO(got, std::move(soon));
        SB_RETURN(got);
        SB_END();
    }
};

// Counts, on each thread, those that were destroyed there.
struct counted_where_it_dies {
    static inline thread_local int died_here = 0;
    bool moved_from = false;

    counted_where_it_dies() = default;
    counted_where_it_dies(counted_where_it_dies&& other) noexcept
        : moved_from(std::exchange(other.moved_from, true)) {}
    counted_where_it_dies& operator=(counted_where_it_dies&&) = delete;
    ~counted_where_it_dies() {
        if (!moved_from) ++died_here;
    }
};

} // namespace

// ---- On the scheduler's thread

TEST_CASE_FIXTURE(fixture, "own PR1: a promise completed on the scheduler's thread is so at once") {
    sb::promise<int> const p{scheduler};
    auto const f = p.get_future();
    CHECK(p.wanted());
    CHECK_FALSE(f.ready());
    CHECK(p.set_value(3));
    CHECK(f.ready());
    CHECK(f.get() == 3);
    CHECK_FALSE(p.wanted());
}

TEST_CASE_FIXTURE(fixture,
    "own PR1, aio S4: who waits for a promise wakes through the queue, in the order of waiting") {
    sb::promise<int> const p{scheduler};
    auto const f = p.get_future();
    auto const a = scheduler.start(waiter{f, &log, "a"});
    auto const b = scheduler.start(waiter{f, &log, "b"});
    pump.run_ready();
    scheduler.post([&] { log.push_back("between"); });
    p.set_value(1);
    CHECK(log.empty());
    pump.run_ready();
    CHECK(log == words{"between", "a got 1", "b got 1", "a goes on", "b goes on"});
}

TEST_CASE_FIXTURE(fixture, "a promise's error is raised at each await, and is one object") {
    sb::promise<int> const p{scheduler};
    auto const f = p.get_future();
    auto const a = scheduler.start(waiter{f, &log, "a"});
    auto const b = scheduler.start(waiter{f, &log, "b"});
    pump.run_ready();
    auto const error = error_saying("no");
    CHECK(p.set_error(error));
    pump.run_ready();
    CHECK(log == words{"a: no", "b: no", "a goes on", "b goes on"});
    CHECK(f.error() == error);
    CHECK(f.traceback().empty());
    CHECK_THROWS_WITH_AS(f.get(), "no", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture, "a promise may be of nothing, and of what can only be moved") {
    sb::promise<void> const nothing{scheduler};
    auto const done = nothing.get_future();
    CHECK(nothing.set_value());
    scheduler.run(done);
    sb::promise<std::unique_ptr<int>> const moved{scheduler};
    auto const f = moved.get_future();
    CHECK(moved.set_value(std::make_unique<int>(4)));
    CHECK(*f.get() == 4);
    sb::promise<std::vector<int>> const braced{scheduler};
    auto const g = braced.get_future();
    CHECK(braced.set_value({1, 2}));
    CHECK(g.get().size() == 2);
}

TEST_CASE_FIXTURE(fixture, "a promise can be completed before its future is taken") {
    sb::promise<std::string> const p{scheduler};
    CHECK(p.set_value("a text too long for the small-string optimisation"));
    auto const f = p.get_future();
    REQUIRE(f.ready());
    CHECK(f.get().size() > 40);
    sb::promise<int> const q{scheduler};
    CHECK(q.set_error(error_saying("no")));
    CHECK_THROWS_WITH_AS(q.get_future().get(), "no", std::runtime_error);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "the future of a promise is taken once: future_taken") {
    sb::promise<int> const p{scheduler};
    auto f = p.get_future();
    CHECK_THROWS_AS(p.get_future(), sb::future_taken);
    f.reset();
    CHECK_THROWS_AS(p.get_future(), sb::future_taken);
}

TEST_CASE_FIXTURE(fixture, "own PR1: an error may be given as the exception itself") {
    sb::promise<int> p{scheduler};
    auto const soon = p.get_future();
    CHECK(p.set_error(std::runtime_error("no answer")));
    CHECK_THROWS_WITH_AS(soon.get(), "no answer", std::runtime_error);
}

TEST_CASE_FIXTURE(fixture, "own PR3: a promise is completed once: already_completed") {
    sb::promise<int> const p{scheduler};
    auto f = p.get_future();
    p.set_value(1);
    CHECK_THROWS_AS(p.set_value(2), sb::already_completed);
    CHECK_THROWS_AS(p.set_error(error_saying("no")), sb::already_completed);
    CHECK(f.get() == 1);

    sb::promise<int> const unwanted{scheduler};
    unwanted.get_future().reset();
    CHECK_FALSE(unwanted.set_value(1));
    CHECK_THROWS_AS(unwanted.set_value(2), sb::already_completed);
}

TEST_CASE_FIXTURE(fixture, "an empty promise answers all questions with empty_promise") {
    sb::promise<int> p;
    CHECK_FALSE(p.valid());
    CHECK_FALSE(p.wanted());
    CHECK_THROWS_AS(p.set_value(1), sb::empty_promise);
    CHECK_THROWS_AS(p.set_error(error_saying("no")), sb::empty_promise);
    CHECK_THROWS_AS(p.get_future(), sb::empty_promise);
    CHECK_THROWS_AS(p.on_cancel([] {}), sb::empty_promise);
    sb::promise<int> q{scheduler};
    p = q;
    CHECK(p.valid());
    auto const r = std::move(q);
    CHECK_FALSE(q.valid());
    CHECK(r.wanted());
}

TEST_CASE_FIXTURE(fixture, "set_error() of no exception is a misuse, and leaves the promise as it was") {
    sb::promise<int> const p{scheduler};
    auto const f = p.get_future();
    CHECK_THROWS_AS(p.set_error(nullptr), sb::misuse);
    CHECK(p.set_value(1));
}

TEST_CASE_FIXTURE(fixture, "a value that throws as it is copied leaves the promise as it was") {
    struct refuses {
        bool refuse;
        explicit refuses(bool r) : refuse(r) {}
        refuses(refuses const& other) : refuse(other.refuse) {
            if (refuse) throw std::runtime_error("refused");
        }
        refuses& operator=(refuses const&) = default;
    };
    sb::promise<refuses> const p{scheduler};
    auto const f = p.get_future();
    refuses const bad{true};
    refuses const good{false};
    CHECK_THROWS_WITH_AS(p.set_value(bad), "refused", std::runtime_error);
    std::thread([&] { CHECK_THROWS_WITH_AS(p.set_value(bad), "refused", std::runtime_error); }).join();
    CHECK(p.wanted());
    CHECK(p.set_value(good));
    CHECK(f.ready());
}

TEST_CASE_FIXTURE(fixture, "a value that throws as it is carried over fails the future with that") {
    struct hard_to_carry {
        int moves;
        explicit hard_to_carry(int m) : moves(m) {}
        hard_to_carry(hard_to_carry&& other) : moves(other.moves - 1) {
            if (moves == 0) throw std::runtime_error("dropped on the way");
        }
    };
    sb::promise<hard_to_carry> const p{scheduler};
    auto const f = p.get_future();
    std::thread([&] { CHECK(p.set_value(hard_to_carry{2})); }).join();
    pump.run_ready();
    REQUIRE(f.ready());
    CHECK_THROWS_WITH_AS(f.get(), "dropped on the way", std::runtime_error);
}

// ---- In bodies

TEST_CASE_FIXTURE(fixture, "a promise copied into a std::function bridges an old API into a task") {
    old_api api;
    auto const task = scheduler.start(ask{&api});
    pump.run_ready();
    CHECK_FALSE(task.ready());
    api.answer(0, 7);
    pump.run_ready();
    CHECK(task.get() == 7);
    CHECK(api.aborted == 0);
    CHECK(scheduler.run(ask{&api, 8}) == 8); // called back at once
    CHECK(api.aborted == 0);
}

TEST_CASE_FIXTURE(fixture, "own PR5: a task that is dropped or cancelled aborts the operation that it awaits") {
    old_api api;
    auto dropped = scheduler.start(ask{&api});
    auto const cancelled = scheduler.start(ask{&api});
    pump.run_ready();
    dropped.reset();
    CHECK(api.aborted == 1);
    cancelled.cancel();
    pump.run_ready();
    CHECK(cancelled.cancelled());
    CHECK(api.aborted == 2);
    api.answer(1, 3);
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- Broken

TEST_CASE_FIXTURE(fixture, "own PR4: the last copy of a promise that goes uncompleted breaks it") {
    sb::promise<int> p{scheduler};
    auto const f = p.get_future();
    auto const a = scheduler.start(waiter{f, &log, "a"});
    pump.run_ready();
    {
        std::function<void(int)> const done = [p](int v) { p.set_value(v); };
        auto const copy = done;
        p.reset();
        CHECK_FALSE(f.ready());
    }
    REQUIRE(f.ready());
    CHECK_THROWS_AS(f.get(), sb::broken_promise);
    pump.run_ready();
    CHECK(log == words{std::string("a: ") + sb::broken_promise().what(), "a goes on"});
}

TEST_CASE_FIXTURE(fixture, "own PR4: a promise breaks, too, when the last copy goes on another thread") {
    sb::promise<int> p{scheduler};
    auto const f = p.get_future();
    std::thread([p = std::move(p)] {}).join();
    CHECK_FALSE(f.ready());
    pump.run_ready();
    CHECK_THROWS_AS(f.get(), sb::broken_promise);
}

TEST_CASE_FIXTURE(fixture, "a promise whose future nobody took leaves nothing behind") {
    test::unhandled_log const unhandled;
    SUBCASE("uncompleted") { sb::promise<live>{scheduler}.reset(); }
    SUBCASE("completed") { sb::promise<live>{scheduler}.set_value(live{}); }
    SUBCASE("uncompleted, and on another thread") {
        sb::promise<live> p{scheduler};
        p.on_cancel([] { CHECK(false); });
        std::thread([q = std::move(p)] {}).join();
    }
    SUBCASE("completed on another thread") {
        sb::promise<live> p{scheduler};
        std::thread([q = std::move(p)] { CHECK(q.set_value(live{})); }).join();
    }
    SUBCASE("completed on another thread, dropped here") {
        sb::promise<live> p{scheduler};
        std::thread([&p] { CHECK(p.set_value(live{})); }).join();
    }
    SUBCASE("completed here, dropped on another thread") {
        sb::promise<live> p{scheduler};
        CHECK(p.set_value(live{}));
        std::thread([q = std::move(p)] {}).join();
    }
    pump.run_ready();
    CHECK(scheduler.unfinished_tasks() == 0);
    CHECK(live::count() == 0);
    CHECK(unhandled.errors().empty());
}

TEST_CASE_FIXTURE(fixture, "aio F4: an error set in a promise that nobody looks at is reported") {
    test::unhandled_log const unhandled;
    {
        sb::promise<int> const p{scheduler};
        auto f = p.get_future();
        p.set_error(error_saying("unseen"));
        CHECK(unhandled.errors().empty());
        f.reset();
        CHECK(unhandled.errors().size() == 1);
        sb::promise<int> const untaken{scheduler};
        untaken.set_error(error_saying("unseen, and nobody there"));
    }
    CHECK(unhandled.errors() ==
          words{"std::runtime_error: unseen", "std::runtime_error: unseen, and nobody there"});
    unhandled.errors().clear();
    std::optional<sb::promise<int>> left;
    {
        fixture closes;
        left.emplace(closes.scheduler);
        left->set_error(error_saying("unseen, and the scheduler closes"));
    }
    CHECK(unhandled.errors() == words{"std::runtime_error: unseen, and the scheduler closes"});
}

// ---- The future is cancelled, or dropped

TEST_CASE_FIXTURE(fixture, "own PR5: a dropped future tells the promise before its destructor returns") {
    int told = 0;
    sb::promise<int> const p{scheduler};
    auto f = p.get_future();
    auto copy = f;
    p.on_cancel([&] { ++told; });
    f.reset();
    CHECK(told == 0);
    CHECK(p.wanted());
    copy.reset();
    CHECK(told == 1);
    CHECK_FALSE(p.wanted());
    CHECK_FALSE(p.set_value(1));
    CHECK(told == 1);
}

TEST_CASE_FIXTURE(fixture,
    "own PR5, aio C3: a cancelled future tells the promise a turn later; those who await it see it, and "
    "are not cancelled themselves") {
    int told = 0;
    sb::promise<int> const p{scheduler};
    auto const f = p.get_future();
    p.on_cancel([&] { ++told; });
    auto const a = scheduler.start(waiter{f, &log, "a"});
    auto const b = scheduler.start(waiter{f, &log, "b"});
    pump.run_ready();
    CHECK(f.cancel());
    CHECK(f.cancel()); // it is still on its way
    CHECK(told == 0);
    CHECK_FALSE(p.wanted());
    CHECK_FALSE(p.set_value(1));
    pump.run_ready();
    CHECK_FALSE(f.cancel());
    CHECK(f.cancelled());
    CHECK(log == words{"a sees a cancellation", "b sees a cancellation", "a goes on", "b goes on"});
    CHECK(a.ready());
    CHECK(b.ready());
}

TEST_CASE_FIXTURE(fixture, "own PR5: on_cancel is called once, where nobody completed the promise before") {
    int told = 0;
    auto const tell = [&] { ++told; };
    SUBCASE("cancelled, and then dropped before the turn") {
        sb::promise<int> const p{scheduler};
        auto f = p.get_future();
        p.on_cancel(tell);
        f.cancel();
        f.reset();
        CHECK(told == 1);
        pump.run_ready();
        CHECK(told == 1);
    }
    SUBCASE("asked for after it has been") {
        sb::promise<int> const p{scheduler};
        p.get_future().reset();
        p.on_cancel(tell);
        CHECK(told == 1);
    }
    SUBCASE("the later one counts") {
        sb::promise<int> const p{scheduler};
        auto f = p.get_future();
        p.on_cancel([held = live{}] { CHECK(false); });
        p.on_cancel(tell);
        CHECK(live::count() == 0);
        f.reset();
        CHECK(told == 1);
    }
    SUBCASE("completed") {
        sb::promise<int> const p{scheduler};
        auto f = p.get_future();
        p.on_cancel([held = live{}, tell] { tell(); });
        p.set_value(1);
        CHECK(live::count() == 0);
        p.on_cancel(tell);
        f.reset();
        CHECK(told == 0);
    }
    SUBCASE("broken") {
        sb::promise<int> p{scheduler};
        auto f = p.get_future();
        p.on_cancel([held = live{}, tell] { tell(); });
        p.reset();
        CHECK(live::count() == 0);
        CHECK(f.error() != nullptr);
        f.reset();
        CHECK(told == 0);
    }
    SUBCASE("completed on another thread, and on its way") {
        sb::promise<live> const p{scheduler};
        auto f = p.get_future();
        p.on_cancel(tell);
        std::thread([p] { CHECK(p.set_value(live{})); }).join();
        CHECK(live::count() == 1);
        f.reset();
        CHECK(told == 0);
        pump.run_ready();
        CHECK(live::count() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "own PR5: a scheduler that closes tells the promises that are left") {
    int told = 0;
    std::optional<sb::promise<int>> taken;
    std::optional<sb::promise<int>> untaken;
    sb::future<int> f;
    {
        fixture other;
        taken.emplace(other.scheduler);
        untaken.emplace(other.scheduler);
        f = taken->get_future();
        taken->on_cancel([&] { ++told; });
        untaken->on_cancel([&] { ++told; });
    }
    CHECK(told == 2);
    CHECK(f.cancelled());
    CHECK_FALSE(taken->wanted());
    CHECK_FALSE(taken->set_value(1));
    CHECK_FALSE(untaken->set_value(1));
    CHECK_THROWS_AS(untaken->get_future(), sb::wrong_scheduler);
}

TEST_CASE_FIXTURE(fixture, "on_cancel may hold a copy of its promise") {
    sb::promise<live> p{scheduler};
    auto f = p.get_future();
    p.on_cancel([p, held = live{}] { CHECK_FALSE(p.set_value(live{})); });
    SUBCASE("dropped") {
        p.reset();
        f.reset();
    }
    SUBCASE("completed") { p.set_value(live{}); }
    SUBCASE("completed on another thread") {
        std::thread([&] { p.set_value(live{}); }).join();
        p.reset();
        pump.run_ready();
    }
    SUBCASE("cancelled") {
        f.cancel();
        pump.run_ready();
    }
    p.reset();
    f.reset();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- Reentrancy

TEST_CASE_FIXTURE(fixture, "in on_cancel other promises may be completed, dropped and cancelled, the loop turned") {
    sb::promise<int> const first{scheduler};
    sb::promise<int> second{scheduler};
    sb::promise<int> const third{scheduler};
    auto f = first.get_future();
    auto g = second.get_future();
    auto h = third.get_future();
    auto const waits = scheduler.start(waiter{g, &log, "waiter"});
    pump.run_ready();
    third.on_cancel([&] {
        log.push_back("third");
        CHECK_FALSE(third.set_value(3));
    });
    first.on_cancel([&] {
        log.push_back("first");
        CHECK_FALSE(first.set_value(1));
        h.reset();
        second.reset();
        scheduler.run(test::value_after{1});
    });
    SUBCASE("dropped") { f.reset(); }
    SUBCASE("cancelled") {
        f.cancel();
        pump.run_ready();
    }
    REQUIRE(log.size() >= 3);
    CHECK(log[0] == "first");
    CHECK(g.error() != nullptr);
    pump.run_ready();
    CHECK(std::count(log.begin(), log.end(), "third") == 1);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a promise that is completed while its future waits to be released hears that nobody wants it") {
    sb::promise<int> const outer{scheduler};
    auto f = outer.get_future();
    sb::promise<live> p{scheduler};
    auto g = p.get_future();
    SUBCASE("with a value") {
        outer.on_cancel([&] {
            g.reset(); // queued: a release is under way
            CHECK_FALSE(p.set_value(live{}));
        });
    }
    SUBCASE("with an error") {
        outer.on_cancel([&] {
            g.reset();
            CHECK_FALSE(p.set_error(error_saying("no")));
        });
    }
    SUBCASE("dropped") {
        outer.on_cancel([&] {
            g.reset();
            p.reset();
        });
    }
    SUBCASE("on its way from another thread, and the loop turned") {
        outer.on_cancel([&] {
            std::thread([&] { p.set_value(live{}); }).join();
            g.reset();
            scheduler.run(test::value_after{1});
        });
    }
    f.reset();
    p.reset();
    pump.run_ready();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

namespace {

// Does something as it is stored.
struct meddles {
    std::function<void()>* what;
    live alive{};
    explicit meddles(std::function<void()>& w) : what(&w) {}
    meddles(meddles&& other) noexcept : what(std::exchange(other.what, nullptr)) {
        if (what != nullptr && *what) std::exchange(*what, nullptr)();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "a value may drop, cancel or turn the loop while it is stored") {
    sb::promise<meddles> const p{scheduler};
    auto f = p.get_future();
    std::function<void()> what;
    bool completes = false;
    SUBCASE("drop") {
        what = [&] { f.reset(); };
        completes = true;
    }
    SUBCASE("cancel") { what = [&] { f.cancel(); }; }
    SUBCASE("cancel, and turn the loop") {
        what = [&] {
            f.cancel();
            pump.run_ready();
        };
    }
    SUBCASE("complete it") {
        what = [&] {
            std::function<void()> none;
            CHECK_THROWS_AS(p.set_value(meddles{none}), sb::already_completed);
        };
        completes = true;
    }
    CHECK(p.set_value(meddles{what}) == completes);
    f.reset();
    pump.run_ready();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a value may do so where it comes from another thread, too") {
    sb::promise<meddles> const p{scheduler};
    auto f = p.get_future();
    std::function<void()> what;
    std::thread([&] { CHECK(p.set_value(meddles{what})); }).join();
    SUBCASE("drop") { what = [&] { f.reset(); }; }
    SUBCASE("cancel") { what = [&] { f.cancel(); }; }
    SUBCASE("cancel, and turn the loop") {
        what = [&] {
            f.cancel();
            scheduler.run(test::value_after{1});
        };
    }
    pump.run_ready();
    CHECK_FALSE(what);
    f.reset();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a frame may hold a promise, and its waiter, and be destroyed") {
    test::unhandled_log const unhandled;
    struct holder {
        sb::promise<int> p{};
        sb::future<int> f{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p = sb::promise<int>{co};
            f = p.get_future();
            SB_AWAIT(f);
            SB_END();
        }
    };
    auto task = scheduler.start(holder{});
    pump.run_ready();
    CHECK(scheduler.unfinished_tasks() == 2);
    task.reset();
    CHECK(scheduler.unfinished_tasks() == 0);
    CHECK(unhandled.errors().empty());
}

// ---- Other threads

TEST_CASE("own PR2: a promise is completed from another thread, in the scheduler's loop") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    for (int i = 0; i < 100; ++i) {
        sb::promise<std::string> p{scheduler};
        auto const f = p.get_future();
        std::thread other([p = std::move(p), i] { CHECK(p.set_value(std::to_string(i))); });
        if (i % 2 == 0) other.join();
        CHECK_FALSE(f.ready());
        CHECK(scheduler.run(f) == std::to_string(i));
        if (other.joinable()) other.join();
    }
}

TEST_CASE("own PR2: many threads complete their promises at the same time") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    constexpr int count = 400;
    std::vector<sb::future<int>> futures;
    std::vector<sb::promise<int>> promises[4];
    for (int i = 0; i < 4 * count; ++i) {
        promises[i % 4].emplace_back(scheduler);
        futures.push_back(promises[i % 4].back().get_future());
    }
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([mine = std::move(promises[t])]() mutable {
            int n = 0;
            for (auto& each : mine) {
                if (n % 3 == 0) each.set_value(n);
                if (n % 3 == 1) each.set_error(error_saying("no"));
                each.reset(); // breaks the third
                ++n;
            }
        });
    }
    int values = 0;
    int errors = 0;
    int broken = 0;
    for (auto const& each : futures) {
        try {
            scheduler.run(each);
            ++values;
        } catch (std::runtime_error const&) {
            ++errors;
        } catch (sb::broken_promise const&) {
            ++broken;
        }
    }
    for (auto& each : threads) each.join();
    CHECK(values == 4 * 134);
    CHECK(errors == 4 * 133);
    CHECK(broken == 4 * 133);
}

TEST_CASE("own PR3: of threads that race to complete a promise one succeeds, the others are told") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    for (int round = 0; round < 200; ++round) {
        sb::promise<int> const p{scheduler};
        auto const f = p.get_future();
        std::atomic<int> winner{-1};
        std::atomic<int> late{0};
        std::atomic<int> ready{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 2; ++t) {
            threads.emplace_back([&, t, p] {
                for (++ready; ready < 3;) {}
                try {
                    if (p.set_value(t)) winner = t;
                } catch (sb::already_completed const&) {
                    ++late;
                }
            });
        }
        ++ready;
        if (round % 2 == 0) { // and this one, too
            try {
                p.set_value(2);
                winner = 2;
            } catch (sb::already_completed const&) {
                ++late;
            }
        }
        auto const got = scheduler.run(f);
        for (auto& each : threads) each.join();
        CHECK(got == winner);
        CHECK(late == (round % 2 == 0 ? 2 : 1));
    }
}

TEST_CASE("own PR6: values and what on_cancel was given are destroyed on the scheduler's thread") {
    std::atomic<int> elsewhere{0};
    auto const before = counted_where_it_dies::died_here;
    int given = 0;
    std::atomic<int> refused{0};
    for (int round = 0; round < 100; ++round) {
        sb::native_pump pump;
        std::vector<std::thread> threads;
        {
            sb::task_scheduler scheduler{pump};
            for (int i = 0; i < 6; ++i) {
                sb::promise<counted_where_it_dies> p{scheduler};
                auto f = p.get_future();
                p.on_cancel([held = counted_where_it_dies()] {});
                given += i == 5 ? 1 : 2;
                threads.emplace_back([p = std::move(p), &elsewhere, &refused, i]() mutable {
                    {
                        counted_where_it_dies value;
                        value.moved_from = i == 5;
                        if (i != 5 && !p.set_value(std::move(value))) {
                            ++refused; // it dies here
                            value.moved_from = true;
                            counted_where_it_dies::died_here = 0;
                        }
                    }
                    p.reset();
                    elsewhere += counted_where_it_dies::died_here;
                });
                if (i == 0) scheduler.run(std::move(f));
                if (i == 1) f.reset();
                if (i == 2) f.cancel();
                if (i == 3) f.on_ready([](sb::future<counted_where_it_dies> const&) {});
            }
            if (round % 2 == 0) {
                for (auto& each : threads) each.join();
            }
        }
        for (auto& each : threads) {
            if (each.joinable()) each.join();
        }
    }
    CHECK(elsewhere == 0);
    CHECK(counted_where_it_dies::died_here - before == given - refused);
}

TEST_CASE("own PR7: promises are completed and dropped while their scheduler closes, and after it") {
    test::unhandled_log const unhandled;
    for (int round = 0; round < 100; ++round) {
        std::vector<std::thread> threads;
        std::atomic<bool> go{false};
        std::vector<sb::future<std::string>> futures;
        {
            sb::native_pump pump;
            sb::task_scheduler scheduler{pump};
            for (int i = 0; i < 4; ++i) {
                sb::promise<std::string> p{scheduler};
                if (i != 3) futures.push_back(p.get_future());
                threads.emplace_back([p = std::move(p), &go, i]() mutable {
                    while (!go) {}
                    if (i == 0 || i == 3) p.set_value("a text too long for the small-string optimisation");
                    if (i == 1) p.set_error(error_saying("no"));
                    p.reset();
                });
            }
            go = true;
            if (round % 2 == 0) pump.turn(false);
            if (round % 3 == 0) futures.pop_back();
        }
        for (auto const& each : futures) {
            CHECK(each.ready());
            (void)each.error();
        }
        if (round % 5 == 0) futures.clear();
        for (auto& each : threads) each.join();
    }
}

TEST_CASE("own PR7: promises and futures may outlive their scheduler, in any order") {
    for (int order = 0; order < 4; ++order) {
        sb::promise<live> p;
        sb::future<live> f;
        {
            fixture fx;
            p = sb::promise<live>(fx.scheduler);
            f = p.get_future();
            p.on_cancel([held = live{}] {});
        }
        CHECK(live::count() == 0);
        CHECK(f.cancelled());
        CHECK_FALSE(p.wanted());
        if (order == 0) f.reset();
        if (order == 1) p.reset();
        if (order == 2) CHECK_FALSE(p.set_value(live{}));
        if (order == 3) std::thread([q = p] { CHECK_FALSE(q.set_value(live{})); }).join();
        bool told = false;
        if (order == 0) p.on_cancel([&] { told = true; });
        CHECK(told == (order == 0));
    }
    CHECK(live::count() == 0);
}

TEST_CASE("own PR7: a value on its way to a scheduler that closes is destroyed by it") {
    sb::future<live> f;
    std::optional<sb::promise<live>> p;
    {
        fixture fx;
        p.emplace(fx.scheduler);
        std::thread([&] { CHECK(p->set_value(live{})); }).join();
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
    {
        fixture fx;
        sb::promise<live> q{fx.scheduler};
        CHECK(q.set_value(live{})); // stored, and the future never taken
        p = q;
    }
}

TEST_CASE_FIXTURE(fixture, "what belongs to the scheduler's thread says so on others: wrong_thread") {
    sb::promise<int> const p{scheduler};
    std::thread([&] {
        CHECK_THROWS_AS(sb::promise<int>{scheduler}, sb::wrong_thread);
        CHECK_THROWS_AS(p.get_future(), sb::wrong_thread);
        CHECK_THROWS_AS(p.on_cancel([] {}), sb::wrong_thread);
        CHECK(p.wanted());
    }).join();
}

namespace {

// Asks an old API to end it, and waits for that.
struct ends_politely {
    std::function<void(std::function<void(int)>)> end;
    words* log;
    sb::future<int> soon{};
    int how = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            {
                sb::promise<int> const p{co};
                soon = p.get_future();
                p.on_cancel([to = log] { to->push_back("too late"); });
                end([p](int result) { p.set_value(result); });
            }
            SB_AWAIT_INTO(how, std::move(soon));
            log->push_back("ended: " + std::to_string(how));
        } SB_END_TRY
        SB_END();
    }
};

// Does not heed any cancellation.
struct never_ends {
    at_end when_destroyed;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_CATCH(sb::cancelled const& request) {
                (void)request;
            } SB_END_TRY
        }
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "clean-up may await a promise while the scheduler closes, if that gives it time") {
    std::thread other;
    {
        sb::native_pump other_pump;
        sb::task_scheduler closes{other_pump};
        closes.start_detached(ends_politely{[&](std::function<void(int)> done) {
            other = std::thread([done = std::move(done)] { done(3); });
        }, &log});
        other_pump.turn(false);
        SUBCASE("it does") {
            CHECK(closes.close(1h).complete());
            CHECK(log == words{"ended: 3"});
        }
        SUBCASE("it does not") {}
    }
    other.join();
    CHECK(log.size() == 1);
}

TEST_CASE("a promise of a scheduler that has closed is refused: wrong_scheduler") {
    int refused = 0;
    {
        fixture f;
        f.scheduler.start_detached(never_ends{at_end([&] {
            try {
                sb::promise<int>{f.scheduler};
            } catch (sb::wrong_scheduler const&) {
                ++refused;
            }
        })});
        f.pump.run_ready();
    }
    CHECK(refused == 1);
}

TEST_CASE_FIXTURE(fixture, "a shielded promise is wanted though its last future has gone") {
    int told = 0;
    sb::promise<live> p{scheduler};
    p.on_cancel([&] { ++told; });
    auto waits = scheduler.start(sb::shield(p.get_future()));
    pump.run_ready();
    waits.reset();
    CHECK(p.wanted());
    SUBCASE("completed") { CHECK(p.set_value(live{})); }
    SUBCASE("completed on another thread") {
        std::thread([&] { CHECK(p.set_value(live{})); }).join();
        pump.run_ready();
    }
    SUBCASE("failed") {
        test::unhandled_log const unhandled;
        CHECK(p.set_error(error_saying("no")));
        CHECK(unhandled.errors() == words{"std::runtime_error: no"});
    }
    SUBCASE("broken") { p.reset(); }
    CHECK(told == 0);
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}
