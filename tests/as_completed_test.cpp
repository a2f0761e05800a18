#include <switchback/as_completed.hpp>

#include <switchback/attached.hpp>
#include <switchback/gather.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::failure_after;
using test::live;
using test::logger;
using test::sleeper;
using test::value_after;
using test::words;
using namespace std::chrono_literals;

namespace {

// After so many seconds; negative ones fail, 0 ends at once.
struct seconds {
    int value;
    live alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        if (value != 0) SB_AWAIT(sb::sleep(std::chrono::seconds(std::abs(value))));
        if (value < 0) throw std::runtime_error(std::to_string(value));
        SB_RETURN(value);
        SB_END();
    }
};

struct many_seconds {
    words* log;
    int from;
    int to;
    sb::step operator()(sb::yields<seconds>& co) {
        SB_BEGIN(co);
        for (; from <= to; ++from) {
            log->push_back("makes " + std::to_string(from));
            SB_YIELD(seconds{from});
        }
        SB_END();
    }
};

// Takes all that comes, and notes it.
template <class Make>
struct takes_all {
    words* log;
    Make make;
    std::chrono::nanoseconds pause = 0ns;
    sb::completions<int> arriving{};
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        arriving = make(co);
        while (arriving.more()) {
            SB_TRY {
                SB_AWAIT_INTO(got, arriving.next());
                log->push_back(std::to_string(got));
            } SB_CATCH(std::exception const& error) {
                log->push_back(error.what());
            } SB_END_TRY
            if (pause > 0ns) SB_AWAIT(sb::sleep(pause));
        }
        SB_END();
    }
};
template <class Make>
takes_all(words*, Make) -> takes_all<Make>;
template <class Make>
takes_all(words*, Make, std::chrono::nanoseconds) -> takes_all<Make>;

// Holds some, and takes the first alone.
struct takes_one {
    std::vector<int> in;
    sb::completions<int> arriving{};
    int got = 0;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, in, [](int x) { return seconds{x}; });
        SB_AWAIT_INTO(got, arriving.next());
        SB_RETURN(got);
        SB_END();
    }
};

struct makes_pointer {
    int value;
    sb::step operator()(sb::returns<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::seconds(value)));
        SB_RETURN(std::make_unique<int>(value));
        SB_END();
    }
};

auto const of_int = [](int x) { return seconds{x}; };

} // namespace

TEST_CASE_FIXTURE(fixture, "aio W3: as_completed gives the results in the order in which they come") {
    std::vector<int> const in{3, 1, 2};
    scheduler.run(takes_all{&log, [&](auto& co) { return sb::as_completed(co, in, of_int); }});
    CHECK(log == words{"1", "2", "3"});
    log.clear();
    scheduler.run(takes_all{&log, [&](auto& co) {
        return sb::as_completed(co, std::vector<int>{2, 0, 1}, of_int); // held
    }});
    CHECK(log == words{"0", "1", "2"});
}

TEST_CASE_FIXTURE(fixture, "aio W3: an error is raised by the next() whose turn it is, and the others go on") {
    test::unhandled_log const unhandled;
    std::vector<int> const in{3, -1, 2, -4};
    scheduler.run(takes_all{&log, [&](auto& co) { return sb::as_completed(co, in, of_int); }});
    CHECK(log == words{"-1", "2", "3", "-4"});
    CHECK(unhandled.errors().empty());
}

TEST_CASE_FIXTURE(fixture, "aio W3: so is the cancellation of one of them") {
    auto const victim = scheduler.start(value_after{1, 1h});
    std::vector<sb::future<int>> const in{victim};
    bool cancelled = false;
    auto const task = scheduler.start([&, arriving = sb::completions<int>{}](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, in, [](sb::future<int> const& each) { return each; });
        SB_TRY {
            SB_AWAIT(arriving.next());
        } SB_CATCH(sb::cancelled const& error) {
            cancelled = true;
        } SB_END_TRY
        CHECK_FALSE(arriving.more());
        SB_AWAIT(sb::sleep(1s)); // this task is not
        SB_END();
    });
    pump.run_ready();
    victim.cancel();
    pump.advance(1s);
    CHECK(cancelled);
    CHECK_NOTHROW(task.get());
}

TEST_CASE_FIXTURE(fixture, "own P10: at_most bounds those that run together with those that nobody has taken") {
    std::vector<int> const in{1, 1, 1, 1, 1, 1};
    int made = 0;
    auto const task = scheduler.start(takes_all{&log,
        [&](auto& co) {
            return sb::as_completed(co, sb::at_most{2}, in, [&](int x) {
                ++made;
                return seconds{x};
            });
        },
        10s});
    pump.run_ready();
    CHECK(made == 2);
    pump.advance(5s); // one is taken, another waits to be
    CHECK(made == 3);
    pump.advance(10s);
    CHECK(made == 4);
    pump.advance(1h);
    CHECK(log.size() == 6);
    CHECK(task.ready());
}

TEST_CASE_FIXTURE(fixture, "own P10: elements that end at once are taken no faster than their results") {
    auto const task = scheduler.start(takes_all{&log,
        [&](auto& co) { return sb::as_completed(co, sb::at_most{2}, many_seconds{&log, 0, 0}); }, 1s});
    pump.run_ready();
    CHECK(log == words{"makes 0", "0"});
    pump.advance(1min);
    CHECK(task.ready());
    log.clear();
    std::vector<int> const in(100);
    int made = 0;
    auto const slow = scheduler.start(takes_all{&log,
        [&](auto& co) {
            return sb::as_completed(co, sb::at_most{3}, in, [&](int x) {
                ++made;
                return seconds{x};
            });
        },
        1s});
    pump.advance(10s + 1ms);
    CHECK(log.size() == 11);
    CHECK(made == 14);
}

TEST_CASE_FIXTURE(fixture, "own P2: a generator is asked for its next when there is room for it") {
    auto const task = scheduler.start(takes_all{
        &log, [&](auto& co) { return sb::as_completed(co, sb::at_most{1}, many_seconds{&log, 1, 3}); }});
    pump.advance(1min);
    CHECK(task.ready());
    CHECK(log == words{"makes 1", "1", "makes 2", "2", "makes 3", "3"});
}

TEST_CASE_FIXTURE(fixture, "where nothing is there to be taken, more() asks the range, and is false at its end") {
    std::vector<int> const none;
    scheduler.run(takes_all{&log, [&](auto& co) { return sb::as_completed(co, none, of_int); }});
    scheduler.run(takes_all{&log, [&](auto& co) { return sb::as_completed(co, many_seconds{&log, 1, 0}); }});
    CHECK(log.empty());
    sb::completions<int> empty;
    CHECK_FALSE(empty.more());
}

TEST_CASE_FIXTURE(fixture, "the tasks run while the one that takes their results is busy") {
    std::vector<int> const in{1, 2, 3};
    auto const before = pump.now();
    scheduler.run(takes_all{&log, [&](auto& co) { return sb::as_completed(co, in, of_int); }, 3s});
    CHECK(log == words{"1", "2", "3"});
    CHECK(pump.now() - before == 10s);
}

TEST_CASE_FIXTURE(fixture, "results of nothing, and such as can only be moved") {
    std::vector<int> const in{2, 1};
    int ended = 0;
    int first = 0;
    struct both {
        std::vector<int> const& in;
        int* ended;
        int* first;
        sb::completions<> none{};
        sb::completions<std::unique_ptr<int>> some{};
        std::unique_ptr<int> got{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            none = sb::as_completed(co, in, [](int x) { return sb::sleep(std::chrono::seconds(x)); });
            while (none.more()) {
                SB_AWAIT(none.next());
                ++*ended;
            }
            some = sb::as_completed(co, in, [](int x) { return makes_pointer{x}; });
            SB_AWAIT_INTO(got, some.next());
            *first = *got;
            SB_END();
        }
    };
    scheduler.run(both{in, &ended, &first});
    CHECK(ended == 2);
    CHECK(first == 1);
}

// ---- Who holds them

TEST_CASE_FIXTURE(fixture, "own P9: the tasks end with their completions, at whatever moment these go") {
    test::unhandled_log const unhandled;
    for (auto const moment : {0ns, 1ns, 1500ms + 0ns, 2500ms + 0ns, 10s + 0ns}) {
        auto task = scheduler.start([in = std::vector<int>{1, 2, 3, 0}, arriving = sb::completions<int>{}](
                                        sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            arriving = sb::as_completed(co, in, of_int);
            SB_AWAIT(arriving.next());
            SB_AWAIT(arriving.next());
            SB_AWAIT(sb::sleep(1h));
            SB_END();
        });
        if (moment > 0ns) pump.advance(moment);
        task.reset();
        CHECK(live::count() == 0);
        CHECK(scheduler.unfinished_tasks() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "own P9: a task that has the first result, and ends, ends the others") {
    CHECK(scheduler.run(takes_one{{2, 1, 3}}) == 1);
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own P9: clean-up that waits goes on, and the scheduler sees to it") {
    auto task = scheduler.start([&, arriving = sb::completions<>{}](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        arriving = sb::as_completed(
            co, std::vector<int>{1}, [this](int) { return logger{&log, "a", 1h, 1s}; });
        SB_AWAIT(arriving.next());
        SB_END();
    });
    pump.run_ready();
    task.reset();
    CHECK(log == words{"a begins", "a cleans up"});
    pump.advance(1s);
    CHECK(log.back() == "a has cleaned up");
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "own P9: others may be assigned to them: the ones before end") {
    auto const task = scheduler.start([arriving = sb::completions<int>{}](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, std::vector<int>{5, 6}, of_int);
        SB_AWAIT(sb::yield_now());
        CHECK(live::count() == 2);
        arriving = sb::as_completed(co, std::vector<int>{7}, of_int);
        CHECK(live::count() == 0);
        SB_AWAIT(arriving.next());
        CHECK_FALSE(arriving.more());
        SB_END();
    });
    pump.advance(10s);
    CHECK_NOTHROW(task.get());
}

TEST_CASE("own P9: a scheduler that goes ends them, whoever holds the completions") {
    sb::completions<int> outside;
    {
        sb::testing::virtual_pump pump;
        sb::task_scheduler scheduler{pump, pump};
        scheduler.start_detached([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            outside = sb::as_completed(co, std::vector<int>{0, 5, 6}, of_int);
            SB_END();
        });
        pump.run_ready();
        CHECK(live::count() == 2);
    }
    CHECK(live::count() == 0);
    outside = {};
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own P4: errors that nobody takes are reported") {
    test::unhandled_log const unhandled;
    std::vector<int> const in{-1, -2};
    auto task = scheduler.start([&, arriving = sb::completions<int>{}](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, in, of_int);
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    });
    pump.advance(3s);
    CHECK(unhandled.errors().empty());
    task.reset();
    CHECK(unhandled.errors() == words{"std::runtime_error: -1", "std::runtime_error: -2"});
}

// ---- Cancelling

TEST_CASE_FIXTURE(fixture, "own P7: a cancelled next() takes nothing, and cancels none of the tasks") {
    std::vector<int> const in{1, 2};
    sb::future<void> task;
    task = scheduler.start([&, arriving = sb::completions<int>{}, got = 0](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, in, of_int);
        SB_TRY {
            SB_AWAIT_INTO(got, arriving.next());
        } SB_CATCH(sb::cancelled const& error) {
            log.push_back("cancelled");
        } SB_END_TRY
        while (arriving.more()) {
            SB_AWAIT_INTO(got, arriving.next());
            log.push_back(std::to_string(got));
        }
        SB_END();
    });
    SUBCASE("while it waits") {
        pump.run_ready();
        task.cancel();
    }
    SUBCASE("when the result has come, and it is to be resumed") {
        auto const canceller = scheduler.start([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(sb::sleep(0s));
            log.push_back("cancels");
            task.cancel();
            SB_END();
        });
        (void)canceller;
        // The canceller's sleep is the older one; its turn behind that comes between the end and the taking.
        pump.advance(1s);
    }
    pump.advance(10s);
    CHECK_NOTHROW(task.get());
    CHECK(log.back() == "2");
    CHECK(log[log.size() - 2] == "1");
}

TEST_CASE_FIXTURE(fixture, "own P7: nor is a result lost that was there before next() was asked for it") {
    std::vector<int> const in(50'000);
    sb::future<void> task;
    int taken = 0;
    bool cancelled = false;
    task = scheduler.start([&, arriving = sb::completions<int>{}](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, in, of_int);
        while (arriving.more()) { // so often that the others get a turn between the await and the result
            SB_TRY {
                SB_AWAIT(arriving.next());
                ++taken;
            } SB_CATCH(sb::cancelled const& error) {
                cancelled = true;
            } SB_END_TRY
        }
        SB_END();
    });
    auto const canceller = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        while (taken == 0) SB_AWAIT(sb::yield_now());
        task.cancel();
        SB_END();
    });
    pump.run_ready();
    CHECK_NOTHROW(task.get());
    CHECK(cancelled);
    CHECK(taken == 50'000);
}

TEST_CASE_FIXTURE(fixture, "a task that is cancelled in next(), and does not catch it, ends the others") {
    std::vector<int> const in{5, 6};
    auto const task = scheduler.start(takes_one{{5, 6}});
    pump.run_ready();
    CHECK(live::count() == 2);
    task.cancel();
    pump.run_ready();
    CHECK(task.cancelled());
    CHECK(live::count() == 0);
}

// ---- What is the user's

TEST_CASE_FIXTURE(fixture, "own P8: what the function throws is given by next(), and no other element is taken") {
    std::vector<int> const in{1, 2, 3, 4};
    int calls = 0;
    scheduler.run(takes_all{&log, [&](auto& co) {
        return sb::as_completed(co, in, [&](int x) {
            ++calls;
            if (x == 3) throw std::runtime_error("three");
            return seconds{x};
        });
    }});
    CHECK(log == words{"three", "1", "2"});
    CHECK(calls == 3);
}

TEST_CASE_FIXTURE(fixture, "own P8: what a generator throws when more() asks it is given by next(), too") {
    struct throws_later {
        sb::step operator()(sb::yields<seconds>& co) {
            SB_BEGIN(co);
            SB_YIELD(seconds{1});
            throw std::runtime_error("no more");
            SB_END();
        }
    };
    scheduler.run(takes_all{&log, [&](auto& co) { return sb::as_completed(co, sb::at_most{1}, throws_later{}); }});
    CHECK(log == words{"1", "no more"});
}

TEST_CASE_FIXTURE(fixture, "own P4: an error of the function's that nobody takes is reported") {
    test::unhandled_log const unhandled;
    auto task = scheduler.start([arriving = sb::completions<int>{}](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, std::vector<int>{1, 2}, [](int x) {
            if (x == 2) throw std::runtime_error("two");
            return seconds{x};
        });
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    });
    pump.run_ready();
    task.reset();
    CHECK(unhandled.errors() == words{"std::runtime_error: two"});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "a held generator is closed when its completions go, while the frame is there") {
    bool alive = true;
    bool was_alive = false;
    struct guarded {
        bool* alive;
        bool* was_alive;
        sb::step operator()(sb::yields<seconds>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD(seconds{1});
                SB_YIELD(seconds{1});
            } SB_FINALLY {
                *was_alive = *alive;
            } SB_END_TRY
            SB_END();
        }
    };
    struct owner {
        bool* alive;
        bool* was_alive;
        test::at_end dies{[this_ = alive] { *this_ = false; }};
        sb::completions<int> arriving{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            arriving = sb::as_completed(co, sb::at_most{1}, guarded{alive, was_alive});
            SB_AWAIT(arriving.next());
            SB_AWAIT(sb::sleep(1h));
            SB_END();
        }
    };
    auto task = scheduler.start(owner{&alive, &was_alive});
    pump.advance(2s);
    task.reset();
    CHECK(was_alive);
    CHECK_FALSE(alive);
}

TEST_CASE_FIXTURE(fixture, "what storing a result throws is raised at the await, and the others are there still") {
    struct fussy {
        int value = 0;
        fussy& operator=(int given) {
            if (given == 1) throw std::runtime_error("not 1");
            value = given;
            return *this;
        }
    };
    auto const task = scheduler.start(
        [&, got = fussy{}, arriving = sb::completions<int>{}](sb::returns<int>& co) mutable {
            SB_BEGIN(co);
            arriving = sb::as_completed(co, std::vector<int>{1, 2}, of_int);
            SB_TRY {
                SB_AWAIT_INTO(got, arriving.next());
            } SB_CATCH(std::runtime_error const& error) {
                log.push_back(error.what());
            } SB_END_TRY
            SB_AWAIT_INTO(got, arriving.next());
            SB_RETURN(got.value);
            SB_END();
        });
    pump.advance(3s);
    CHECK(task.get() == 2);
    CHECK(log == words{"not 1"});
    CHECK(live::count() == 0);
}

// ---- Misuse

TEST_CASE_FIXTURE(fixture, "next() where there is nothing more is misuse") {
    CHECK_THROWS_AS(scheduler.run([arriving = sb::completions<int>{}](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT(arriving.next());
        SB_END();
    }),
        sb::misuse);
    CHECK_THROWS_AS(scheduler.run([arriving = sb::completions<int>{}](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        arriving = sb::as_completed(co, std::vector<int>{1}, of_int);
        SB_AWAIT(arriving.next());
        SB_AWAIT(arriving.next());
        SB_END();
    }),
        sb::misuse);
}

TEST_CASE_FIXTURE(fixture, "a second task in next() is misuse, and so is to drop what a task waits for") {
    sb::completions<int> shared;
    auto const maker = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        shared = sb::as_completed(co, std::vector<int>{1, 2}, of_int);
        SB_END();
    });
    auto waits = [&](sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(shared.next());
        SB_RETURN(1);
        SB_END();
    };
    auto const first = scheduler.start(sb::task<int>(decltype(waits)(waits)));
    auto const second = scheduler.start(sb::task<int>(decltype(waits)(waits)));
    pump.run_ready();
    CHECK_FALSE(first.ready());
    CHECK_THROWS_AS(second.get(), sb::misuse);
    shared = {};
    pump.run_ready();
    CHECK_THROWS_AS(first.get(), sb::misuse);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "completions may be dropped by the function that makes their tasks") {
    sb::completions<int> shared;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        shared = sb::as_completed(co, std::vector<int>{1, 2, 3}, [&](int x) {
            if (x == 2) shared = {};
            return seconds{x};
        });
        SB_END();
    });
    pump.run_ready();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

// ---- Many

TEST_CASE_FIXTURE(fixture, "a hundred thousand that end at once need no stack") {
    std::vector<int> const in(100'000);
    auto const count = [&](auto&& make) {
        int taken = 0;
        scheduler.run([&, arriving = sb::completions<int>{}](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            arriving = make(co);
            while (arriving.more()) {
                SB_AWAIT(arriving.next());
                ++taken;
            }
            SB_END();
        });
        return taken;
    };
    CHECK(count([&](auto& co) { return sb::as_completed(co, in, of_int); }) == 100'000);
    CHECK(count([&](auto& co) { return sb::as_completed(co, sb::at_most{3}, in, of_int); }) == 100'000);
}

TEST_CASE_FIXTURE(fixture, "a hundred thousand that wait are released without a deep stack") {
    auto task = scheduler.start(takes_one{std::vector<int>(100'000, 5)});
    pump.run_ready();
    CHECK(live::count() == 100'000);
    task.reset();
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}
