// Scopes and joins, in every order, and with each task cancelled or released at each point, or one that fails:
// nothing outlives what it belongs to, no result is lost, and every clean-up is run.
#include "explored.hpp"

#include <memory>
#include <stdexcept>
#include <tuple>
#include <variant>

namespace {

using namespace orders;

struct failed : std::runtime_error {
    failed() : std::runtime_error("it failed") {}
};

// Counts a frame as long as it lives.
class counted {
public:
    counted() = default;
    explicit counted(int& by) : by_(&by) { ++by; }
    counted(counted&& other) noexcept : by_(std::exchange(other.by_, nullptr)) {}
    counted& operator=(counted&& other) noexcept {
        std::swap(by_, other.by_);
        return *this;
    }
    ~counted() {
        if (by_ != nullptr) --*by_;
    }

private:
    int* by_ = nullptr;
};

// What the programs below run side by side: awaits so often, in a try, and counts itself. (Its clean-up waits at its
// end, and may be cancelled there.)
template <class Program>
struct works {
    Program* p;
    char who;
    int steps;
    int i = 0;
    counted alive{};
    sb::step operator()(sb::returns<char>& co) {
        SB_BEGIN(co);
        SB_TRY {
            ++p->entered;
            alive = counted(p->running);
            for (; i < steps; ++i) {
                p->at[static_cast<std::size_t>(who - 'a')] = i;
                SB_AWAIT(sb::yield_now());
            }
            p->on->may_fail();
            p->note(who);
        } SB_FINALLY {
            p->at[static_cast<std::size_t>(who - 'a')] = 9;
            ++p->left;
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_RETURN(who);
        SB_END();
    }
};

struct joining : program {
    int running = 0;
    std::array<int, 4> at{};
    void start_on(sb::testing::stage& of) { on = &of; }
    void nothing_outlives() {
        if (running != 0) on->fail("a task has outlived its join");
    }
    void check(sb::testing::stage& of) {
        check_clean_ups(of);
        if (running != 0) of.fail("a task is still at work");
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << running << at;
    }
};

// Each of these forms is one frame, beside which something else goes on.
template <class Frame>
struct with_other : joining {
    void start(sb::testing::stage& of) {
        start_on(of);
        of.start("joins", Frame{this});
        of.start("other", works<joining>{this, 'd', 1});
    }
};

struct in_parallel {
    joining* p;
    std::tuple<char, char> both{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(both, sb::run_in_parallel(works<joining>{p, 'a', 2}, works<joining>{p, 'b', 1}));
            if (std::get<0>(both) != 'a' || std::get<1>(both) != 'b') p->on->fail("results in another order");
        } SB_FINALLY {
            if (p->at[3] == 9) p->note('d');
        } SB_END_TRY
        SB_END();
    }
};

struct gathers {
    joining* p;
    std::tuple<sb::outcome<char>, sb::outcome<char>> both{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(both, sb::gather(works<joining>{p, 'a', 2}, works<joining>{p, 'b', 1}));
        p->note(std::get<0>(both).has_value() ? 'A' : '-');
        p->note(std::get<1>(both).has_value() ? 'B' : '-');
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

struct races {
    joining* p;
    std::variant<char, char> first{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(first, sb::race(works<joining>{p, 'a', 2}, works<joining>{p, 'b', 2}));
        p->note(first.index() == 0 ? '0' : '1');
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

struct as_they_come {
    joining* p;
    std::vector<char> const names{'a', 'b', 'c'};
    sb::completions<char> arriving{};
    char next = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        arriving = sb::as_completed(
            co, sb::at_most{2}, names, [p = p](char who) { return works<joining>{p, who, 1}; });
        while (arriving.more()) {
            SB_AWAIT_INTO(next, arriving.next());
            p->note(static_cast<char>(next - 'a' + 'A'));
        }
        SB_END();
    }
};

struct in_group {
    joining* p;
    std::optional<sb::task_group> group{};
    std::optional<sb::future<char>> a{}, b{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_ASYNC_WITH(group, sb::task_group{}) {
                a.emplace(group->start(works<joining>{p, 'a', 1}));
                b.emplace(group->start(works<joining>{p, 'b', 2}));
                SB_AWAIT(sb::yield_now());
                p->note('w');
            } SB_END_WITH
        } SB_CATCH(sb::exception_group const& error) {
            p->note('g');
        } SB_END_TRY
        if (p->at[0] != 9 && p->entered > 2) p->on->fail("the block was left before its task had ended");
        SB_END();
    }
};

// A limit of time for a lock that somebody else has.
struct limits_program : program {
    sb::mutex lock{};
    struct limited {
        limits_program* p;
        bool fails;
        std::optional<sb::fail_after> failing{};
        std::optional<sb::move_on_after> moving{};
        std::optional<sb::mutex::guard> held{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++p->entered;
                if (fails) {
                    SB_ASYNC_WITH(failing, sb::fail_after(2s)) {
                        SB_AWAIT_INTO(held, p->lock.lock());
                        SB_AWAIT(sb::sleep(1s));
                        p->note('f');
                    } SB_END_WITH
                } else {
                    SB_ASYNC_WITH(moving, sb::move_on_after(1s)) {
                        SB_AWAIT_INTO(held, p->lock.lock());
                        p->note('m');
                    } SB_END_WITH
                }
                held.reset();
            } SB_CATCH(sb::timed_out const& error) {
                p->note('t');
            } SB_FINALLY {
                ++p->left;
            } SB_END_TRY
            SB_END();
        }
    };
    struct holds {
        limits_program* p;
        std::optional<sb::mutex::guard> held{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(held, p->lock.lock()) {
                SB_AWAIT(sb::sleep(1s));
            } SB_END_WITH
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        on = &of;
        of.start("fails", limited{this, true});
        of.start("moves", limited{this, false});
        of.start("holds", holds{this});
    }
    void check(sb::testing::stage& of) {
        check_clean_ups(of);
        if (!lock.try_lock()) of.fail("it stays locked: " + log);
        if (count('f') + count('t') != 1 && !of.is_disturbed()) of.fail("neither in time nor late: " + log);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << lock.is_locked();
    }
};

// A get with a limit loses no item.
struct timeout_program : program {
    sb::queue<int> items{};
    int put = 0;
    struct gets {
        timeout_program* p;
        int item = -1;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT_INTO(item, sb::with_timeout(1s, p->items.get()));
                p->note(static_cast<char>('0' + item));
            } SB_CATCH(sb::timed_out const& error) {
                p->note('t');
            } SB_END_TRY
            SB_END();
        }
    };
    struct puts {
        timeout_program* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (; p->put < 2; ++p->put) {
                SB_AWAIT(sb::sleep(1s));
                SB_AWAIT(p->items.put(p->put));
            }
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("a", gets{this});
        of.start("b", gets{this});
        of.start("puts", puts{this});
    }
    void check(sb::testing::stage& of) {
        auto const got = log.size() - count('t');
        if (got + items.size() != static_cast<std::size_t>(put)) of.fail("an item was lost: " + log);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << put << items.size();
    }
};

struct shields {
    joining* p;
    char got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, sb::shield(works<joining>{p, 'a', 2}));
        p->note('s');
        SB_END();
    }
};
struct shield_program : with_other<shields> {
    void check(sb::testing::stage& of) {
        joining::check(of);
        // Once begun it goes on to its end.
        if (entered != 0 && at[0] == 9 && count('a') == 0 && !of.is_disturbed()) of.fail("it was not shielded");
        if (at[0] != 9 && at[0] != 0) of.fail("what was shielded has not ended");
    }
};

// Who has the promise may be gone; who has the future may be; nobody waits for ever.
struct promise_program : program {
    std::optional<sb::future<int>> soon{};
    std::optional<sb::promise<int>> open{};
    int cancelled = 0;
    struct keeps {
        promise_program* p;
        sb::promise<int> own;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            SB_AWAIT(sb::yield_now());
            p->on->may_fail();
            if (own.wanted()) own.set_value(7);
            SB_END();
        }
    };
    struct waits {
        promise_program* p;
        sb::future<int> of;
        int got = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++p->entered;
                SB_AWAIT_INTO(got, of);
                p->note(static_cast<char>('0' + got));
            } SB_CATCH(sb::broken_promise const& error) {
                p->note('b');
            } SB_FINALLY {
                ++p->left;
            } SB_END_TRY
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        on = &of;
        sb::promise<int> made{of.scheduler()};
        auto const future = made.get_future();
        made.on_cancel([this] { ++cancelled; });
        of.start("a", waits{this, future});
        of.start("b", waits{this, future});
        of.start("keeps", keeps{this, std::move(made)});
    }
    void check(sb::testing::stage& of) {
        check_clean_ups(of);
        if (!of.is_disturbed() && log != "77") of.fail("not both were told: " + log);
        if (count('7') != 0 && count('b') != 0) of.fail("one was told this, and one that: " + log);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << cancelled;
    }
};

struct owner_program : joining {
    struct owns {
        owner_program* p;
        std::unique_ptr<sb::task_owner> tasks{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            tasks = std::make_unique<sb::task_owner>(co);
            static_cast<void>(tasks->start(works<joining>{p, 'a', 1}));
            static_cast<void>(tasks->start(works<joining>{p, 'b', 3}));
            SB_AWAIT(sb::yield_now());
            SB_AWAIT(sb::yield_now());
            SB_AWAIT(tasks->close());
            p->nothing_outlives();
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        start_on(of);
        of.start("owns", owns{this});
    }
};

// Three calls, one after the other, whoever is cancelled.
struct object_program : program {
    std::optional<sb::active_object> calls{};
    int inside = 0;
    std::string called{};
    struct method {
        object_program* p;
        char who;
        counted alive{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++p->entered;
                alive = counted(p->inside);
                if (p->inside != 1) p->on->fail("two methods run at once");
                p->note(who);
                SB_AWAIT(sb::yield_now());
            } SB_FINALLY {
                ++p->left;
                SB_AWAIT(sb::yield_now());
            } SB_END_TRY
            SB_END();
        }
    };
    struct calls_it {
        object_program* p;
        char who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            p->called += who;
            SB_AWAIT(p->calls->call(method{p, who}));
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        on = &of;
        calls.emplace(of.scheduler());
        for (char who = 'a'; who <= 'c'; ++who) of.start(std::string(1, who), calls_it{this, who});
    }
    void check(sb::testing::stage& of) {
        check_clean_ups(of);
        if (!same_order(called, log)) of.fail("overtaken: " + called + ", " + log);
        if (!of.is_disturbed() && log.size() != 3) of.fail("a call was lost");
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << inside << called << calls->size();
    }
};

struct generator_program : program {
    int opened = 0, closed = 0;
    sb::mutex lock{};
    struct numbers {
        generator_program* p;
        int i = 0;
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++p->opened;
                for (; i < 2; ++i) {
                    SB_AWAIT(sb::yield_now());
                    SB_YIELD(i);
                }
            } SB_FINALLY {
                ++p->closed;
                SB_AWAIT(sb::yield_now());
            } SB_END_TRY
            SB_END();
        }
    };
    struct walks {
        generator_program* p;
        bool breaks;
        sb::async_cursor<int> each{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_FOR_AWAIT (each, numbers{p}) {
                p->note(static_cast<char>((breaks ? 'a' : 'A') + *each));
                SB_AWAIT(sb::yield_now());
                if (breaks) break;
            }
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("all", walks{this, false});
        of.start("first", walks{this, true});
    }
    void check(sb::testing::stage& of) {
        if (opened != closed) of.fail("a generator was not closed: " + log);
        if (!of.is_disturbed() && (count('A') != 1 || count('B') != 1 || count('a') != 1)) of.fail("lost: " + log);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << opened << closed;
    }
};

// What is made anew until it succeeds, and what many ask for.
struct retry_program : program {
    int tries = 0;
    struct attempt {
        retry_program* p;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            ++p->tries;
            SB_AWAIT(sb::yield_now());
            if (p->tries < 2) throw failed();
            p->on->may_fail();
            SB_RETURN(p->tries);
            SB_END();
        }
    };
    struct tries_it {
        retry_program* p;
        int got = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++p->entered;
                SB_AWAIT_INTO(got, sb::retry([p = p] { return attempt{p}; }));
                p->note(static_cast<char>('0' + got));
            } SB_FINALLY {
                ++p->left;
            } SB_END_TRY
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        on = &of;
        of.start("tries", tries_it{this});
        of.start("other", tries_it{this});
    }
    void check(sb::testing::stage& of) {
        check_clean_ups(of);
        if (!of.is_disturbed() && log.size() != 2) of.fail("it gave up: " + log);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << tries;
    }
};

struct makes_works {
    joining* p;
    auto operator()(char const& key) const { return works<joining>{p, key, 1}; }
};

struct memoize_program : joining {
    sb::memoized<char, makes_works> remembered = sb::memoize<char>(makes_works{this});
    struct asks {
        memoize_program* p;
        char got = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            SB_AWAIT_INTO(got, p->remembered('a'));
            p->note('!');
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        start_on(of);
        of.start("a", asks{this});
        of.start("b", asks{this});
        of.start("c", asks{this});
    }
    void check(sb::testing::stage& of) {
        joining::check(of);
        if (!of.is_disturbed() && (count('!') != 3 || count('a') != 1)) of.fail("not once for all: " + log);
    }
};

struct rate_program : program {
    sb::rate_limit one_a_second{1, 1s};
    std::string came{};
    std::vector<std::int64_t> moments{};
    struct acquires {
        rate_program* p;
        char who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->came += who;
            SB_AWAIT(p->one_a_second.acquire());
            p->note(who);
            p->moments.push_back(co.now().time_since_epoch().count());
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        for (char who = 'a'; who <= 'c'; ++who) of.start(std::string(1, who), acquires{this, who});
    }
    void check(sb::testing::stage& of) {
        if (!same_order(came, log)) of.fail("overtaken: " + came + ", " + log);
        for (std::size_t i = 1; i < moments.size(); ++i) {
            if (moments[i] - moments[i - 1] < 1000000000) of.fail("too fast");
        }
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << came << moments;
    }
};

struct beats {
    joining* p;
    char got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, sb::heartbeat(1s, [p = p] { p->note('.'); }, works<joining>{p, 'a', 1}));
        p->note('h');
        SB_END();
    }
};

struct named_program : joining {
    std::optional<sb::named_task_collection> tasks{};
    struct starts {
        named_program* p;
        char who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            static_cast<void>(p->tasks->start("the same", works<joining>{p, who, 2}));
            SB_AWAIT(sb::yield_now());
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        start_on(of);
        tasks.emplace(of.scheduler());
        of.start("one", starts{this, 'a'});
        of.start("other", starts{this, 'b'});
    }
    void check(sb::testing::stage& of) {
        joining::check(of);
        if (!of.is_disturbed() && log.empty()) of.fail("neither has ended");
    }
};

sb::testing::disturbances with_delay() {
    sb::testing::disturbances disturb;
    disturb.delay = 1s;
    return disturb;
}

} // namespace

TEST_CASE("own IX1: run_in_parallel in every order") {
    in_every_order<with_other<in_parallel>>("run_in_parallel");
}
TEST_CASE("own IX1: gather in every order") { in_every_order<with_other<gathers>>("gather"); }
TEST_CASE("own IX1: race in every order") { in_every_order<with_other<races>>("race"); }
TEST_CASE("own IX1: as_completed in every order") { in_every_order<with_other<as_they_come>>("as_completed"); }
TEST_CASE("own IX1: task groups in every order") { in_every_order<with_other<in_group>>("task_group"); }
TEST_CASE("own IX1: time limits in every order") {
    in_every_order<limits_program>("fail_after, move_on_after", with_delay());
    in_every_order<timeout_program>("with_timeout", with_delay());
}
TEST_CASE("own IX1: shield in every order") { in_every_order<shield_program>("shield"); }
TEST_CASE("own IX1: promises in every order") { in_every_order<promise_program>("promise"); }
TEST_CASE("own IX1, own OW1: owners of tasks in every order") { in_every_order<owner_program>("task_owner"); }
TEST_CASE("own IX1, own AO1: active objects in every order") { in_every_order<object_program>("active_object"); }
TEST_CASE("own IX1, own AN1: async generators in every order") {
    in_every_order<generator_program>("SB_FOR_AWAIT");
}
TEST_CASE("own IX1, own RT1: retry in every order") { in_every_order<retry_program>("retry"); }
TEST_CASE("own IX1, own ME1: memoize in every order") { in_every_order<memoize_program>("memoize"); }
TEST_CASE("own IX1, own RL1: rate_limit in every order") {
    in_every_order<rate_program>("rate_limit", with_delay());
}
TEST_CASE("own IX1, own HB1: heartbeat in every order") { in_every_order<with_other<beats>>("heartbeat"); }
TEST_CASE("own IX1, own NT1: named tasks in every order") {
    in_every_order<named_program>("named_task_collection");
}
