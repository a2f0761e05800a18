// What runs programs in any order: what it decides, what it finds, and how it tells that.
#include "explored.hpp"

#include <set>

namespace {

using namespace orders;

std::set<std::string> seen;

// One of each thing whose order is promised, and of each whose is not.
struct steps_of : program_without_state {
    struct notes {
        steps_of* p;
        char who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->note(who);
            SB_END();
        }
    };
    void check(sb::testing::stage&) { seen.insert(log); }
};

struct three_starts : steps_of {
    void start(sb::testing::stage& of) {
        for (char who = 'a'; who <= 'c'; ++who) of.start(std::string(1, who), notes{this, who});
    }
};

template <class Waits>
struct waits_and_notes {
    steps_of* p;
    char who;
    Waits* of;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        p->note(who);
        SB_AWAIT(of->wait());
        p->note(static_cast<char>(who - 'a' + 'A'));
        SB_END();
    }
};

struct sets_all {
    std::vector<sb::event*> events;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        for (auto* each : events) each->set();
        SB_END();
    }
};

struct one_event : steps_of {
    sb::event happened{};
    void start(sb::testing::stage& of) {
        for (char who = 'a'; who <= 'c'; ++who) {
            of.start(std::string(1, who), waits_and_notes<sb::event>{this, who, &happened});
        }
        of.start("sets", sets_all{{&happened}});
    }
};

struct two_events : steps_of {
    sb::event one{}, other{};
    void start(sb::testing::stage& of) {
        of.start("a", waits_and_notes<sb::event>{this, 'a', &one});
        of.start("b", waits_and_notes<sb::event>{this, 'b', &other});
        of.start("sets", sets_all{{&one, &other}});
    }
};

struct timers : steps_of {
    struct sleeps {
        steps_of* p;
        char who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->note(who);
            SB_AWAIT(sb::sleep(1s));
            p->note(static_cast<char>(who - 'a' + 'A'));
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        for (char who = 'a'; who <= 'c'; ++who) of.start(std::string(1, who), sleeps{this, who});
    }
};

struct posts : steps_of {
    struct posts_two {
        posts* p;
        sb::remote to;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            to.post([p = p] { p->note('1'); });
            to.post([p = p] { p->note('2'); });
            SB_AWAIT(sb::yield_now());
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("a", notes{this, 'a'});
        of.start("posts", posts_two{this, of.scheduler().remote()});
    }
};

template <class Program>
std::set<std::string> all_orders(sb::testing::disturbances const& disturb = {0}) {
    seen.clear();
    auto const found = sb::testing::explore<Program>({disturb, 100000});
    CHECK_MESSAGE(found.is_clean(), found.to_string());
    return std::move(seen);
}

bool is_before(std::string const& in, char one, char other) { return in.find(one) < in.find(other); }

} // namespace

TEST_CASE("own IX3: tasks that are started begin in every order") {
    CHECK(all_orders<three_starts>() == std::set<std::string>{"abc", "acb", "bac", "bca", "cab", "cba"});
}

TEST_CASE("own IX3: those who wait in one object, or for the same time, keep their order") {
    for (auto const& orders_seen : {all_orders<one_event>(), all_orders<timers>()}) {
        CHECK(orders_seen.size() == 6);
        for (auto const& each : orders_seen) {
            std::string went = each.substr(3);
            for (auto& letter : went) letter = static_cast<char>(letter - 'A' + 'a');
            CHECK(each.substr(0, 3) == went);
        }
    }
}

TEST_CASE("own IX3: those who wait in different objects do not") {
    CHECK(all_orders<two_events>() == std::set<std::string>{"abAB", "abBA", "baAB", "baBA"});
}

TEST_CASE("own IX3: what one thread posts comes in its order, before or behind the others' steps") {
    auto const found = all_orders<posts>();
    CHECK(found.size() > 1);
    for (auto const& each : found) CHECK(is_before(each, '1', '2'));
}

namespace {

struct may_fail_twice : steps_of {
    struct tries {
        may_fail_twice* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (char what : {'a', 'b', 'c'}) {
                try {
                    p->on->may_fail("no");
                    p->note(what);
                } catch (sb::testing::injected_failure const&) {
                    p->note('-');
                }
            }
            SB_AWAIT(sb::yield_now());
            p->note('.');
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        on = &of;
        of.start("tries", tries{this});
    }
    void state(sb::testing::fingerprint& of) const { of << log; }
};

struct cancels_itself : steps_of {
    void start(sb::testing::stage& of) { of.start("a", notes{this, 'a'}); }
    void check(sb::testing::stage& of) {
        log += of.is_disturbed() ? '!' : ' ';
        log += of.is_disturbed("a") ? '!' : ' ';
        log += of.is_disturbed("b") ? '!' : ' ';
        steps_of::check(of);
    }
};

} // namespace

TEST_CASE("own IX1: what may fail does so at each place, and as often as is allowed") {
    sb::testing::disturbances failures;
    failures.cancels = failures.releases = false;
    CHECK(all_orders<may_fail_twice>(failures) == std::set<std::string>{"abc.", "-bc.", "a-c.", "ab-."});
    failures.most = 2;
    CHECK(all_orders<may_fail_twice>(failures) ==
          std::set<std::string>{"abc.", "-bc.", "a-c.", "ab-.", "--c.", "-b-.", "a--."});
}

TEST_CASE("own IX1: a task is cancelled, or its future dropped, before its first step too; check() is told so") {
    CHECK(all_orders<cancels_itself>({}) == std::set<std::string>{"a   ", "!! "});
}

namespace {

struct fails_in_check : steps_of {
    void start(sb::testing::stage& of) { of.start("a", notes{this, 'a'}); }
    void check(sb::testing::stage&) { throw std::runtime_error("not like this"); }
};

struct never_ends : program_without_state {
    struct spins {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (;;) SB_AWAIT(sb::yield_now());
            SB_END();
        }
    };
    void start(sb::testing::stage& of) { of.start("spins", spins{}); }
    void check(sb::testing::stage&) {}
};
struct never_ends_with_state : never_ends {
    void state(sb::testing::fingerprint&) const {}
};

struct fails_with_something : program_without_state {
    struct fails {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            throw std::runtime_error("broken");
            SB_END();
        }
    };
    void start(sb::testing::stage& of) { of.start("fails", fails{}); }
    void check(sb::testing::stage&) {}
};

} // namespace

TEST_CASE("own IX5: what a program itself throws, a task that fails and one that never ends are findings") {
    CHECK(sb::testing::explore<fails_in_check>().finding ==
          "the program itself failed: std::runtime_error: not like this");
    CHECK(sb::testing::explore<never_ends>().finding == "it does not end: 20000 steps were not enough");
    CHECK(sb::testing::chaos<never_ends>(100).finding == "it does not end: 20000 steps were not enough");
    CHECK(sb::testing::explore<fails_with_something>().finding == "\"fails\" failed: std::runtime_error: broken");
}

TEST_CASE("own IX5: where runs are left that come to where another has been, one that never ends is seen too") {
    auto const found = sb::testing::explore<never_ends_with_state>();
    CHECK(found.finding == "it does not end: 20000 steps were not enough");
    CHECK(found.where.deviations().empty());
    CHECK(found.is_exhausted);
}

namespace {

// One named inside, one that is not, and one that is cancelled.
struct told : program_without_state {
    struct inner {
        bool names_itself;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            if (names_itself) co.set_name("named");
            SB_AWAIT(sb::yield_now());
            SB_END();
        }
    };
    struct outer {
        told* p;
        sb::future<void> one{}, other{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            one = co.start(inner{true});
            other = co.start(inner{false});
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(one);
            p->on->fail("the end is reached");
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        on = &of;
        of.start("outer", outer{this});
    }
    void check(sb::testing::stage&) {}
};

std::string without_lines(std::string text) {
    for (auto at = text.find(".cpp:"); at != std::string::npos; at = text.find(".cpp:", at + 1)) {
        auto const digits = at + 5;
        auto const end = text.find(')', digits);
        text.replace(digits, end - digits, "…");
    }
    return text;
}

} // namespace

TEST_CASE("own IX6: a run is told as a table, with a column for each task and a line for each step") {
    auto const found = sb::testing::explore<told>();
    CHECK(found.finding == "the end is reached");
    auto const& rows = found.what_happened.rows;
    REQUIRE(rows.size() == 6);
    REQUIRE(found.what_happened.tasks.size() == 3);
    CHECK(found.what_happened.tasks[0] == "outer");
    CHECK(found.what_happened.tasks[1] == "named");
    CHECK(found.what_happened.tasks[2].find("inner") != std::string::npos);
    CHECK(without_lines(rows[0].what) == "begins (engine_test.cpp:…)");
    CHECK(without_lines(rows[3].what) == "goes on (engine_test.cpp:…)");
    CHECK(rows[5].time == 1s);
    CHECK(found.to_string().find("In this order: the plain one\nstep time        outer") != std::string::npos);
}

TEST_CASE("own IX6: an order is told as a line, which can be read again") {
    sb::testing::interleaving const read("3:1 7:2");
    CHECK(read.way_at(3) == 1);
    CHECK(read.way_at(4) == 0);
    CHECK(read.way_at(7) == 2);
    CHECK(read.to_string() == "3:1 7:2");
    CHECK(sb::testing::interleaving("").deviations().empty());
    CHECK(sb::testing::interleaving(" 3:1 ").to_string() == "3:1");
    for (auto const* each : {"3", "3:", "3:1 7", "3;1", "x", "3:1 x", "7:1 3:1", "3:1 3:2"}) {
        CAPTURE(std::string(each));
        CHECK_THROWS_AS(sb::testing::interleaving{each}, sb::misuse);
    }
}

TEST_CASE("own IX6: what is no number, text or range of these makes no fingerprint; others differ by each part") {
    auto const of = [](auto const&... what) {
        sb::testing::fingerprint made;
        static_cast<void>((made << ... << what));
        return made.value();
    };
    CHECK(of(1, 2) == of(1, 2));
    CHECK(of(1, 2) != of(2, 1));
    CHECK(of("ab", "c") != of("a", "bc"));
    CHECK(of(std::vector{1, 2}, std::vector<int>()) != of(std::vector{1}, std::vector{2}));
    CHECK(of(true, must_end::never) != of(false, must_end::never));
}

TEST_CASE("own IX6: a stage within a stage: each has its own errors") {
    struct nests : steps_of {
        void start(sb::testing::stage& of) { of.start("a", notes{this, 'a'}); }
        void check(sb::testing::stage&) {
            if (sb::testing::explore<fails_with_something>().finding.empty()) throw std::logic_error("nothing found");
        }
    };
    CHECK(sb::testing::explore<nests>().is_clean());
}
