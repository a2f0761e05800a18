// Generators that wait. Rules of PEP 525 and of CPython's test_asyncgen.
#include <switchback/async_generator.hpp>

#include <switchback/for_await.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_group.hpp>
#include <switchback/timeouts.hpp>
#include <switchback/with.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::unhandled_log;
using test::words;
using namespace std::chrono_literals;

namespace {

// Yields numbers, each after a while; with no time given, at once.
struct numbers {
    int at = 0;
    int end = 1000;
    std::chrono::nanoseconds every = 1s;
    live alive{};

    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (; at < end; ++at) {
            if (every > 0ns) SB_AWAIT(sb::sleep(every));
            SB_YIELD(at);
        }
        SB_END();
    }
};

// Says what happens to it; yields 1 and 2 in a try, and then 3, and takes time to clean up.
struct guarded {
    words* log;
    std::chrono::nanoseconds clean_up = 0ns;
    int in_handler = 0; // yielded where an error comes, if it is not 0
    live alive{};

    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        log->push_back("begins");
        SB_TRY {
            SB_YIELD(1);
            SB_AWAIT(sb::sleep(1s));
            SB_YIELD(2);
        } SB_CATCH(std::runtime_error const& error) {
            log->push_back(error.what());
            if (in_handler != 0) SB_YIELD(in_handler);
        } SB_FINALLY {
            log->push_back("cleans up");
            if (clean_up > 0ns) SB_AWAIT(sb::sleep(clean_up));
            log->push_back("has cleaned up");
        } SB_END_TRY
        SB_YIELD(3);
        SB_END();
    }
};

// Yields again, whatever it is told.
struct stubborn {
    int times = 1;
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_YIELD(1);
            } SB_CATCH_ALL {
                if (--times < 0) SB_RETURN();
            } SB_END_TRY
        }
        SB_END();
    }
};

// One that takes what is sent.
struct echo {
    std::string got{};
    sb::step operator()(sb::async_yields<std::string, std::string>& co) {
        SB_BEGIN(co);
        for (got = "nothing yet";;) {
            SB_AWAIT(sb::sleep(1s));
            SB_YIELD_INTO(got, "got " + got);
        }
        SB_END();
    }
};

// Awaits one next(), and returns the value; -1 at the end.
template <class Y = int>
struct next_of {
    sb::async_generator<Y>* of;
    typename sb::async_generator<Y>::pointer value = nullptr;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(value, of->next());
        SB_RETURN(value == nullptr ? -1 : *value);
        SB_END();
    }
};
struct close_of {
    sb::async_generator<int>* of;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(of->close());
        SB_END();
    }
};
template <class E>
struct throw_into {
    sb::async_generator<int>* of;
    E error;
    int* value = nullptr;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(value, of->throw_(error));
        SB_RETURN(value == nullptr ? -1 : *value);
        SB_END();
    }
};
template <class E>
throw_into(sb::async_generator<int>*, E) -> throw_into<E>;

// All that it yields, in a task that has the generator as a member.
struct owner_of_numbers {
    numbers made_of{};
    sb::async_generator<int> own{};
    int* value = nullptr;
    int taken = 0;
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        own = std::move(made_of);
        for (;;) {
            SB_AWAIT_INTO(value, own.next());
            if (value == nullptr) SB_RETURN(taken);
            ++taken;
        }
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "gen J1: next() runs to the next yield, and waits for what the body awaits on the way") {
    sb::async_generator<int> of = numbers{0, 2};
    CHECK(of.status() == sb::generator_status::created);
    CHECK(scheduler.run(next_of<>{&of}) == 0);
    CHECK(passed() == 1s);
    CHECK(of.status() == sb::generator_status::suspended);
    CHECK(scheduler.run(next_of<>{&of}) == 1);
    CHECK(passed() == 2s);
    CHECK(scheduler.run(next_of<>{&of}) == -1);
    CHECK(of.status() == sb::generator_status::closed);
}

TEST_CASE_FIXTURE(fixture, "gen J1: what needs no wait comes in the same step; a body that waits is running meanwhile") {
    sb::async_generator<int> quick = numbers{0, 1000, 0ns};
    auto const all = scheduler.start(owner_of_numbers{{0, 100, 0ns}});
    pump.run_ready();
    CHECK(all.get() == 100);
    CHECK(passed() == 0ns);

    sb::async_generator<int> slow = numbers{};
    auto const waits = scheduler.start(next_of<>{&slow});
    pump.run_ready();
    CHECK(slow.status() == sb::generator_status::running);
    pump.advance(1s);
    CHECK(waits.get() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J1: the frame's members are destroyed before the end is told") {
    sb::async_generator<int> of = numbers{0, 1};
    CHECK(live::count() == 1);
    scheduler.run(next_of<>{&of});
    CHECK(live::count() == 1);
    scheduler.run(next_of<>{&of});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J1: references are yielded as the objects themselves, and move-only values") {
    struct owned {
        std::vector<int> all{1, 2};
        std::size_t i = 0;
        sb::step operator()(sb::async_yields<int&>& co) {
            SB_BEGIN(co);
            for (; i < all.size(); ++i) SB_YIELD(all[i]);
            SB_END();
        }
    };
    struct pointers {
        sb::step operator()(sb::async_yields<std::unique_ptr<int>>& co) {
            SB_BEGIN(co);
            SB_YIELD(std::make_unique<int>(7));
            SB_AWAIT(sb::sleep(1s));
            SB_YIELD(std::make_unique<int>(8));
            SB_END();
        }
    };
    struct reader {
        sb::async_generator<int&> first = owned{};
        int* at = nullptr;
        int* again = nullptr;
        sb::async_cursor<std::unique_ptr<int>> each{};
        int total = 0;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            SB_AWAIT_INTO(at, first.next());
            CHECK(*at == 1);
            SB_AWAIT_INTO(again, first.next());
            CHECK(again == at + 1);
            SB_FOR_AWAIT (each, pointers{}) total += **each;
            SB_RETURN(total);
            SB_END();
        }
    };
    CHECK(scheduler.run(reader{}) == 15);
}

TEST_CASE_FIXTURE(fixture, "gen J2: an operation that is made and not awaited does nothing") {
    sb::async_generator<int> of = guarded{&log};
    static_cast<void>(of.next());
    static_cast<void>(of.close());
    static_cast<void>(of.throw_(std::runtime_error("not heard")));
    CHECK(of.status() == sb::generator_status::created);
    CHECK(log.empty());
    CHECK(scheduler.run(next_of<>{&of}) == 1);
}

TEST_CASE_FIXTURE(fixture, "gen J3: a value sent to one that has not begun is refused, and it can begin then") {
    struct talk {
        sb::async_generator<std::string, std::string> with = echo{};
        std::string* answer = nullptr;
        words answers{};
        sb::step operator()(sb::returns<words>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(with.send("too early"));
            } SB_CATCH(sb::not_started const& error) {
                answers.push_back(error.what());
            } SB_END_TRY
            SB_AWAIT_INTO(answer, with.next());
            answers.push_back(*answer);
            SB_AWAIT_INTO(answer, with.send("this"));
            answers.push_back(*answer);
            SB_AWAIT_INTO(answer, with.send(std::string("and that")));
            answers.push_back(*answer);
            SB_TRY {
                SB_AWAIT(with.next()); // sends nothing
            } SB_CATCH(sb::nothing_sent const& error) {
                answers.push_back(error.what());
            } SB_END_TRY
            SB_RETURN(answers);
            SB_END();
        }
    };
    CHECK(scheduler.run(talk{}) == words{"a value was sent to a generator that has not been started",
                                       "got nothing yet", "got this", "got and that", sb::nothing_sent().what()});
    CHECK(passed() == 3s);
}

TEST_CASE_FIXTURE(fixture, "gen J4: a stop_iteration that leaves the body becomes an escaped_stop") {
    struct child {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            throw sb::stop_iteration();
            SB_END();
        }
    };
    struct stops {
        bool thrown_by_a_child;
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            if (thrown_by_a_child) SB_AWAIT(child{});
            throw sb::stop_iteration();
            SB_END();
        }
    };
    for (bool const by_a_child : {false, true}) {
        sb::async_generator<int> of = stops{by_a_child};
        CHECK_THROWS_AS(scheduler.run(next_of<>{&of}), sb::escaped_stop);
        CHECK(of.status() == sb::generator_status::closed);
        CHECK(scheduler.run(next_of<>{&of}) == -1);
    }
    sb::async_generator<int> fresh = numbers{};
    CHECK_THROWS_AS(scheduler.run(throw_into{&fresh, sb::stop_iteration()}), sb::escaped_stop);
    sb::async_generator<int> begun = numbers{};
    scheduler.run(next_of<>{&begun});
    CHECK_THROWS_AS(scheduler.run(throw_into{&begun, sb::stop_iteration()}), sb::escaped_stop);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J5: throw_ raises at the yield, and gives the value that the body yields next") {
    sb::async_generator<int> of = guarded{&log, 1s, 9};
    scheduler.run(next_of<>{&of});
    CHECK(scheduler.run(throw_into{&of, std::runtime_error("caught")}) == 9);
    CHECK(log == words{"begins", "caught"});
    CHECK(scheduler.run(next_of<>{&of}) == 3);
    CHECK(log == words{"begins", "caught", "cleans up", "has cleaned up"});
    CHECK(passed() == 1s);
}

TEST_CASE_FIXTURE(fixture, "gen J5: an error that the body does not catch leaves by the await, behind its clean-up") {
    sb::async_generator<int> of = guarded{&log, 2s};
    scheduler.run(next_of<>{&of});
    CHECK_THROWS_WITH_AS(scheduler.run(throw_into{&of, std::logic_error("no")}), "no", std::logic_error);
    CHECK(log == words{"begins", "cleans up", "has cleaned up"});
    CHECK(passed() == 2s);
    CHECK(of.status() == sb::generator_status::closed);
    CHECK(live::count() == 0);

    sb::async_generator<int> plain = numbers{}; // no try: it is not entered
    scheduler.run(next_of<>{&plain});
    CHECK_THROWS_WITH_AS(scheduler.run(throw_into{&plain, std::logic_error("no")}), "no", std::logic_error);
    CHECK(plain.status() == sb::generator_status::closed);
    CHECK_THROWS_AS(scheduler.run(throw_into{&plain, std::logic_error("again")}), std::logic_error);

    sb::async_generator<int> fresh = guarded{&log};
    log.clear();
    CHECK_THROWS_AS(scheduler.run(throw_into{&fresh, std::logic_error("at once")}), std::logic_error);
    CHECK(log.empty());
    CHECK(scheduler.run(next_of<>{&fresh}) == -1);

    CHECK_THROWS_AS(scheduler.run(throw_into{&of, std::exception_ptr()}), sb::nothing_thrown);
}

TEST_CASE_FIXTURE(fixture, "gen J5: close raises generator_exit at the yield, and waits for the clean-up") {
    sb::async_generator<int> of = guarded{&log, 3s};
    scheduler.run(next_of<>{&of});
    scheduler.run(close_of{&of});
    CHECK(passed() == 3s);
    CHECK(log == words{"begins", "cleans up", "has cleaned up"});
    CHECK(of.status() == sb::generator_status::closed);
    CHECK(live::count() == 0);
    CHECK(scheduler.run(next_of<>{&of}) == -1);
}

TEST_CASE_FIXTURE(fixture, "gen J5: where no try encloses the yield, close destroys the frame") {
    sb::async_generator<int> of = numbers{};
    scheduler.run(next_of<>{&of});
    scheduler.run(close_of{&of});
    CHECK(live::count() == 0);
    CHECK(passed() == 1s);
}

TEST_CASE_FIXTURE(fixture, "gen J5: another error that the clean-up raises leaves close()") {
    struct fails_to_clean_up {
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD(1);
            } SB_FINALLY {
                SB_AWAIT(sb::sleep(1s));
                throw std::runtime_error("no way out");
            } SB_END_TRY
            SB_END();
        }
    };
    sb::async_generator<int> of = fails_to_clean_up{};
    scheduler.run(next_of<>{&of});
    CHECK_THROWS_WITH_AS(scheduler.run(close_of{&of}), "no way out", std::runtime_error);
    CHECK(of.status() == sb::generator_status::closed);
}

TEST_CASE_FIXTURE(fixture, "gen J6: a yield during close is an error, and leaves the generator suspended there") {
    sb::async_generator<int> of = stubborn{2};
    scheduler.run(next_of<>{&of});
    CHECK_THROWS_AS(scheduler.run(close_of{&of}), sb::ignored_exit);
    CHECK(of.status() == sb::generator_status::suspended);
    CHECK(scheduler.run(next_of<>{&of}) == 1);
    CHECK_THROWS_AS(scheduler.run(close_of{&of}), sb::ignored_exit);
    scheduler.run(close_of{&of}); // now it gives in
    CHECK(of.status() == sb::generator_status::closed);
}

TEST_CASE_FIXTURE(fixture, "gen J7: a second operation while one is under way is refused, and does no harm") {
    sb::async_generator<int> of = numbers{};
    auto const first = scheduler.start(next_of<>{&of});
    pump.run_ready();
    CHECK_THROWS_AS(scheduler.run(next_of<>{&of}), sb::already_running);
    CHECK_THROWS_AS(scheduler.run(close_of{&of}), sb::already_running);
    CHECK_THROWS_AS(scheduler.run(throw_into{&of, std::logic_error("no")}), sb::already_running);
    pump.advance(1s);
    CHECK(first.get() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J7: so is one from its own body") {
    struct asks_itself {
        sb::async_generator<int>* self;
        int* value = nullptr;
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_AWAIT_INTO(value, self->next());
            SB_END();
        }
    };
    sb::async_generator<int> of{};
    of = asks_itself{&of};
    CHECK_THROWS_AS(scheduler.run(next_of<>{&of}), sb::already_running);
    CHECK(of.status() == sb::generator_status::closed);
}

TEST_CASE_FIXTURE(fixture, "gen J9: to close what has not begun, or has ended, does nothing; the end is told again and again") {
    sb::async_generator<int> fresh = guarded{&log};
    scheduler.run(close_of{&fresh});
    CHECK(log.empty());
    CHECK(live::count() == 0);
    for (int i = 0; i < 3; ++i) {
        scheduler.run(close_of{&fresh});
        CHECK(scheduler.run(next_of<>{&fresh}) == -1);
    }
}

TEST_CASE_FIXTURE(fixture, "gen J11: let go of at a yield, it cleans up as far as it can at once, and the scheduler sees to the rest") {
    {
        sb::async_generator<int> of = guarded{&log, 2s};
        scheduler.run(next_of<>{&of});
        CHECK(scheduler.unfinished_tasks() == 0);
    }
    CHECK(log == words{"begins", "cleans up"});
    CHECK(scheduler.unfinished_tasks() == 1);
    pump.advance(2s);
    CHECK(log == words{"begins", "cleans up", "has cleaned up"});
    CHECK(scheduler.unfinished_tasks() == 0);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J11: let go of elsewhere, its frame is gone at once") {
    {
        sb::async_generator<int> of = numbers{};
        sb::async_generator<int> begun = numbers{};
        scheduler.run(next_of<>{&begun});
        CHECK(live::count() == 2);
    }
    CHECK(live::count() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J11: what its clean-up raises is reported, and a yield there ends it") {
    unhandled_log const unhandled;
    struct fails_to_clean_up {
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD(1);
            } SB_FINALLY {
                throw std::runtime_error("no way out");
            } SB_END_TRY
            SB_END();
        }
    };
    sb::async_generator<int> of = fails_to_clean_up{};
    scheduler.run(next_of<>{&of});
    of.reset();
    CHECK(unhandled.errors() == words{"std::runtime_error: no way out"});
    CHECK_FALSE(of.valid());

    unhandled.errors().clear();
    of = stubborn{5};
    scheduler.run(next_of<>{&of});
    of.reset();
    REQUIRE(unhandled.errors().size() == 1);
    CHECK(unhandled.errors()[0].find("ignored_exit") != std::string::npos);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J11: a scheduler that closes closes those that are left, behind its tasks") {
    sb::testing::virtual_pump other;
    auto inner = std::make_unique<sb::task_scheduler>(other, other);
    sb::async_generator<int> of = guarded{&log, 2s};
    sb::async_generator<int> plain = numbers{};
    sb::async_generator<int> fresh = numbers{};
    inner->run(next_of<>{&of});
    inner->run(next_of<>{&plain});
    auto const task = inner->start(test::logger{&log, "task"});
    other.run_ready();
    auto const report = inner->close(10s);
    CHECK(report.tasks == 0);
    CHECK(log == words{"begins", "task begins", "task cleans up", "task has cleaned up", "cleans up", "has cleaned up"});
    CHECK(of.status() == sb::generator_status::closed);
    CHECK(plain.status() == sb::generator_status::closed);
    inner.reset();
    CHECK(live::count() == 1); // the one that it never heard of
}

TEST_CASE_FIXTURE(fixture, "gen J11: the destructor of a scheduler closes them, and interrupts what they wait for") {
    sb::testing::virtual_pump other;
    sb::async_generator<int> of = guarded{&log, 2s};
    sb::async_generator<int> waiting = numbers{};
    {
        sb::task_scheduler inner{other, other};
        inner.run(next_of<>{&of});
        auto const task = inner.start(next_of<>{&waiting});
        other.run_ready();
    }
    CHECK(log == words{"begins", "cleans up"});
    CHECK(live::count() == 0);
    CHECK(of.status() == sb::generator_status::closed);
    CHECK(waiting.status() == sb::generator_status::closed);
}

TEST_CASE_FIXTURE(fixture, "gen J11: to drop the generator while a task waits for it: its step is finished, and that task sees the end") {
    sb::async_generator<int> of = guarded{&log, 2s};
    scheduler.run(next_of<>{&of});
    auto const waits = scheduler.start(next_of<>{&of});
    pump.run_ready();
    of.reset();
    CHECK(live::count() == 1);
    pump.advance(1s);
    CHECK(waits.get() == -1);
    CHECK(log == words{"begins", "cleans up"});
    pump.advance(2s);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J1: a task that is cancelled while it waits for the next value cancels the body, which may clean up") {
    sb::async_generator<int> of = guarded{&log, 2s};
    scheduler.run(next_of<>{&of});
    auto const waits = scheduler.start(next_of<>{&of});
    pump.run_ready();
    waits.cancel();
    pump.run_ready();
    CHECK(log == words{"begins", "cleans up"});
    CHECK_FALSE(waits.ready());
    pump.advance(2s);
    CHECK(waits.cancelled());
    CHECK(of.status() == sb::generator_status::closed);
}

TEST_CASE_FIXTURE(fixture, "gen J1: a task that is released meanwhile takes the body with it") {
    sb::async_generator<int> plain = numbers{};
    auto waits = scheduler.start(next_of<>{&plain});
    pump.run_ready();
    waits.reset();
    CHECK(live::count() == 0);
    CHECK(plain.status() == sb::generator_status::closed);

    sb::async_generator<int> of = guarded{&log, 2s};
    scheduler.run(next_of<>{&of});
    waits = scheduler.start(next_of<>{&of});
    pump.run_ready();
    waits.reset();
    CHECK(log == words{"begins", "cleans up"});
    CHECK(of.status() == sb::generator_status::running);
    pump.advance(2s);
    CHECK(of.status() == sb::generator_status::closed);
}

TEST_CASE_FIXTURE(fixture, "gen J1: a task that is cancelled where it gives way to others has taken nothing") {
    struct swamped { // its awaits need no wait, so that some time it has to give way, with a value there
        sb::async_generator<int>* from;
        int* value = nullptr;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (;;) SB_AWAIT_INTO(value, from->next());
            SB_END();
        }
    };
    sb::async_generator<int> quick = numbers{0, 1000, 0ns};
    auto const takes = scheduler.start(swamped{&quick});
    scheduler.set_turn_limit({1});
    pump.turn(false);
    CHECK_FALSE(takes.ready());
    takes.cancel();
    pump.run_ready();
    CHECK(takes.cancelled());
    CHECK(quick.status() == sb::generator_status::suspended);
    CHECK(scheduler.run(next_of<>{&quick}) == 127);
}

TEST_CASE_FIXTURE(fixture, "gen J1: a time limit around the loop cancels the body's own await") {
    struct limited {
        sb::async_generator<int> from = numbers{};
        std::optional<sb::move_on_after> limit{};
        int* value = nullptr;
        int seen = 0;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(limit, sb::move_on_after(3500ms)) {
                for (;; ++seen) SB_AWAIT_INTO(value, from.next());
            } SB_END_WITH
            SB_RETURN(seen);
            SB_END();
        }
    };
    CHECK(scheduler.run(limited{}) == 3);
    CHECK(passed() == 3500ms);
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J1: a body may use scopes, as long as it does not yield within them; and iterate over others") {
    struct doubled {
        sb::async_cursor<int> each{};
        std::optional<sb::fail_after> limit{};
        int slow = 0;
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_FOR_AWAIT (each, numbers{1, 4}) {
                SB_ASYNC_WITH(limit, sb::fail_after(1s)) {
                    SB_AWAIT(sb::sleep(500ms));
                } SB_END_WITH
                SB_YIELD(2 * *each);
            }
            SB_END();
        }
    };
    struct total {
        sb::async_cursor<int> each{};
        int sum = 0;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            SB_FOR_AWAIT (each, doubled{}) sum += *each;
            SB_RETURN(sum);
            SB_END();
        }
    };
    CHECK(scheduler.run(total{}) == 12);
    CHECK(passed() == 4500ms);
}

TEST_CASE_FIXTURE(fixture, "gen J1: an error on its way through has the generator's line in its traceback") {
    struct fails {
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_AWAIT(test::failure_after{"deep", 1s});
            SB_END();
        }
    };
    sb::async_generator<int> of = fails{};
    auto const waits = scheduler.start(next_of<>{&of});
    pump.advance(1s);
    CHECK(waits.ready());
    auto const way = waits.traceback().to_string();
    CHECK(way.find("fails") != std::string::npos);
    CHECK(way.find("next_of") != std::string::npos);
    CHECK(way.find("async_generator_test.cpp") != std::string::npos);
    CHECK(waits.error() != nullptr);
}

TEST_CASE_FIXTURE(fixture, "gen J1: an operation is an awaitable like others: started, or in parallel") {
    sb::async_generator<int> one = numbers{10};
    sb::async_generator<int> other = numbers{20};
    auto const both = scheduler.run(sb::run_in_parallel(one.next(), other.next()));
    CHECK(*std::get<0>(both) == 10);
    CHECK(*std::get<1>(both) == 20);
    CHECK(passed() == 1s);
    auto const soon = scheduler.start(one.next());
    pump.advance(1s);
    CHECK(*soon.get() == 11);
}

TEST_CASE_FIXTURE(fixture, "aio F7: a generator belongs to the scheduler of whoever asked first") {
    sb::async_generator<int> of = numbers{};
    scheduler.run(next_of<>{&of});
    sb::testing::virtual_pump other;
    sb::task_scheduler second{other, other};
    CHECK_THROWS_AS(second.run(next_of<>{&of}), sb::wrong_scheduler);
    CHECK(scheduler.run(next_of<>{&of}) == 1);
}

TEST_CASE_FIXTURE(fixture, "gen J7: an empty generator has a sentence of its own") {
    sb::async_generator<int> of{};
    CHECK(of.status() == sb::generator_status::closed);
    CHECK_THROWS_AS(scheduler.run(next_of<>{&of}), sb::misuse);
    sb::async_generator<int> from = numbers{};
    of = std::move(from);
    CHECK_THROWS_AS(scheduler.run(next_of<>{&from}), sb::misuse);
    scheduler.run(close_of{&from}); // there is nothing to do
    CHECK(scheduler.run(next_of<>{&of}) == 0);
}

TEST_CASE_FIXTURE(fixture, "own D1: generators that iterate over one another a hundred thousand deep need no deep stack") {
    struct layer {
        sb::async_generator<int> below;
        int* value = nullptr;
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            for (;;) {
                SB_AWAIT_INTO(value, below.next());
                if (value == nullptr) SB_RETURN();
                SB_YIELD(*value + 1);
            }
            SB_END();
        }
    };
    constexpr int depth = 100000;
    sb::async_generator<int> top = numbers{0, 3};
    for (int i = 0; i < depth; ++i) top = layer{std::move(top)};
    CHECK(scheduler.run(next_of<>{&top}) == depth);
    CHECK(scheduler.run(next_of<>{&top}) == depth + 1);
    auto waits = scheduler.start(next_of<>{&top});
    pump.run_ready();
    waits.reset();
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J1: tasks that take turns at a generator that never waits get each value once") {
    struct takes_all {
        sb::async_generator<int>* from;
        std::vector<int>* all;
        int* value = nullptr;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (;;) {
                SB_AWAIT_INTO(value, from->next());
                if (value == nullptr) SB_RETURN();
                all->push_back(*value);
            }
            SB_END();
        }
    };
    sb::async_generator<int> of = numbers{0, 1000, 0ns};
    std::vector<int> all;
    auto const one = scheduler.start(takes_all{&of, &all});
    auto const other = scheduler.start(takes_all{&of, &all});
    pump.run_ready();
    CHECK(one.ready());
    CHECK(other.ready());
    REQUIRE(all.size() == 1000);
    for (int i = 0; i < 1000; ++i) CHECK(all[static_cast<std::size_t>(i)] == i);
}

namespace {

// A generator that is kept alive by its own frame.
struct session {
    sb::async_generator<int> of{};
};
struct of_a_session {
    std::shared_ptr<session> keep;
    int i = 0;
    live alive{};
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (;; ++i) SB_YIELD(i);
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "gen J5: a frame that is the last to hold its own generator may be closed, and thrown into") {
    for (bool const begins : {false, true}) {
        for (bool const closes : {false, true}) {
            auto whole = std::make_shared<session>();
            whole->of = of_a_session{whole};
            auto* const of = &whole->of;
            whole.reset();
            if (begins) CHECK(scheduler.run(next_of<>{of}) == 0);
            if (closes) {
                scheduler.run(close_of{of});
            } else {
                CHECK_THROWS_AS(scheduler.run(throw_into{of, std::logic_error("out")}), std::logic_error);
            }
            CHECK(live::count() == 0);
        }
    }
}

TEST_CASE_FIXTURE(fixture, "gen J11: a scheduler closes a generator whose value has not been taken yet") {
    struct goes_on_in_clean_up {
        std::shared_ptr<sb::async_generator<int>> from;
        int n = 0;
        int* value = nullptr;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(sb::sleep(1h));
            } SB_FINALLY {
                for (; n < 500; ++n) SB_AWAIT_INTO(value, from->next());
            } SB_END_TRY
            SB_END();
        }
    };
    for (auto const limit : {0s, 1s}) {
        sb::testing::virtual_pump other;
        auto inner = std::make_unique<sb::task_scheduler>(other, other);
        auto const from = std::make_shared<sb::async_generator<int>>(numbers{0, 1000, 0ns});
        inner->start_detached(goes_on_in_clean_up{from});
        other.run_ready();
        inner->close(limit);
        inner.reset();
        CHECK(from->status() == sb::generator_status::closed);
    }
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J11: clean-up that ends the task which awaits it, as its generator is let go of") {
    struct drops {
        sb::future<void>* closing;
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD(1);
            } SB_CATCH_ALL {
                SB_AWAIT(sb::sleep(1s));
                SB_TRY {
                    SB_YIELD(2);
                } SB_FINALLY {
                    closing->reset();
                } SB_END_TRY
            } SB_END_TRY
            SB_END();
        }
    };
    unhandled_log const unhandled;
    sb::future<void> closing;
    sb::async_generator<int> of = drops{&closing};
    scheduler.run(next_of<>{&of});
    closing = scheduler.start(close_of{&of});
    pump.run_ready();
    of.reset();
    pump.advance(1s);
    CHECK_FALSE(closing.valid());
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "gen J2: an operation that was made holds its generator, whose value goes with whoever has it") {
    auto of = std::make_unique<sb::async_generator<int>>(numbers{0, 9, 0ns});
    auto const soon = scheduler.start(of->next());
    of.reset();
    CHECK(live::count() == 1);
    pump.run_ready();
    CHECK(soon.get() == nullptr);
    CHECK(live::count() == 0);
    {
        sb::async_generator<int> other = numbers{0, 9, 0ns};
        auto const never_awaited = other.next();
        other.reset();
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own D1: chains of generators that have begun, and of those that have not, go without a deep stack") {
    struct layer {
        sb::async_generator<int> below;
        int* value = nullptr;
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_AWAIT_INTO(value, below.next());
            SB_YIELD(*value);
            SB_END();
        }
    };
    for (bool const begins : {false, true}) {
        sb::async_generator<int> top = numbers{0, 3};
        for (int i = 0; i < 300000; ++i) top = layer{std::move(top)};
        if (begins) CHECK(scheduler.run(next_of<>{&top}) == 0);
        top.reset();
        CHECK(live::count() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "gen J1: the last value dies with the body; what was sent to one that has ended, at once") {
    struct yields_one {
        std::shared_ptr<int> what;
        sb::step operator()(sb::async_yields<std::shared_ptr<int>, std::shared_ptr<int>>& co) {
            SB_BEGIN(co);
            SB_YIELD(what);
            SB_END();
        }
    };
    struct talks {
        sb::async_generator<std::shared_ptr<int>, std::shared_ptr<int>>* with;
        std::shared_ptr<int> sent;
        std::shared_ptr<int>* got = nullptr;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT_INTO(got, with->next());
            SB_AWAIT_INTO(got, with->send(sent));
            SB_AWAIT_INTO(got, with->send(sent));
            SB_END();
        }
    };
    auto const what = std::make_shared<int>(1);
    sb::async_generator<std::shared_ptr<int>, std::shared_ptr<int>> of = yields_one{what};
    scheduler.run(talks{&of, what});
    CHECK(what.use_count() == 1);
}

TEST_CASE_FIXTURE(fixture, "gen J9: one that has ended tells so to tasks of every scheduler") {
    sb::async_generator<int> of = numbers{0, 1, 0ns};
    {
        sb::testing::virtual_pump other;
        sb::task_scheduler inner{other, other};
        CHECK(inner.run(next_of<>{&of}) == 0);
    }
    CHECK(scheduler.run(next_of<>{&of}) == -1);
    scheduler.run(close_of{&of});
}

TEST_CASE_FIXTURE(fixture, "gen J5: what is thrown in has the line of the yield in its traceback") {
    sb::async_generator<int> of = guarded{&log};
    scheduler.run(next_of<>{&of});
    auto const thrown = scheduler.start(throw_into{&of, std::logic_error("no")});
    pump.run_ready();
    auto const way = thrown.traceback().to_string();
    CHECK(way.find("guarded") != std::string::npos);
    CHECK(thrown.error() != nullptr);
}
