// What Python's own tests hold of generators, where generator_test.cpp and try_test.cpp have no case
// for it: throwing and closing over and over, the end as an exception, and whole programs made of
// generators.
#include "support/live.hpp"
#include "support/unhandled_log.hpp"

#include <switchback/delegates.hpp>
#include <switchback/for.hpp>
#include <switchback/generator.hpp>
#include <switchback/handled.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sb = switchback;
using test::live;

namespace {

using status = sb::generator_status;
using words = std::vector<std::string>;

// The next `n` values, or those that there are.
template <class G>
auto take(std::size_t n, G& g) {
    std::vector<typename G::value_type> values;
    while (values.size() < n) {
        auto* const value = g.next();
        if (value == nullptr) break;
        values.push_back(*value);
    }
    return values;
}

template <class G>
auto all_of(G& g) {
    return take(static_cast<std::size_t>(-1), g);
}

struct storm : std::runtime_error {
    storm() : std::runtime_error("storm") {}
};
struct thunderstorm : storm {};

// ---- In fair weather and foul

struct expedition {
    bool dirty = false;
    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD("depart");
            SB_TRY {
                SB_YIELD("climb");
                throw storm{};
            } SB_CATCH(storm const& met) {
                SB_YIELD("shelter");
                SB_YIELD("wait");
                SB_RAISE();
            } SB_CATCH_ALL {
                SB_YIELD("a handler beside the one that raised");
            } SB_END_TRY
            SB_YIELD("what stands behind it");
        } SB_CATCH_ALL {
            SB_YIELD("turn back");
        } SB_END_TRY
        SB_YIELD("arrive");
        SB_TRY {
            dirty = true;
        } SB_FINALLY {
            SB_YIELD("wash");
        } SB_END_TRY
        if (dirty) SB_YIELD("sleep");
        SB_END();
    }
};

TEST_CASE("gen G1: an exception that is raised again goes to the try around, and the body on behind that") {
    sb::generator<expedition> g;
    CHECK(all_of(g) == words{"depart", "climb", "shelter", "wait", "turn back", "arrive", "wash", "sleep"});
}

TEST_CASE("gen G1: a try that is continued yields in its finally, in each turn of the loop") {
    sb::generator g{[i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        for (; i < 3; ++i) {
            SB_TRY {
                continue;
            } SB_FINALLY {
                SB_YIELD(i);
            } SB_END_TRY
        }
        SB_END();
    }};
    CHECK(all_of(g) == std::vector{0, 1, 2});
    CHECK(g.next() == nullptr);
}

struct fails_after_two {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 2; ++i) SB_YIELD(i);
        throw storm{};
        SB_END();
    }
};

TEST_CASE("gen G1: what a generator raises leaves a loop over it, and can be caught around that loop") {
    using numbers = sb::generator<fails_after_two>;
    sb::generator g{[from = numbers(), each = sb::cursor<numbers&>()](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_FOR(each, from) SB_YIELD(*each);
        } SB_CATCH(storm const& met) {
            SB_YIELD(100);
        } SB_END_TRY
        SB_YIELD(101);
        SB_END();
    }};
    CHECK(all_of(g) == std::vector{0, 1, 100, 101});
}

// Tells how many calls have failed, and adds up what it is sent; ends when nothing is.
struct switchboard {
    int failed = 0;
    int sum = 0;
    std::optional<int> sent{};
    sb::step operator()(sb::yields<int, int, int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_YIELD_INTO(sent, failed);
                if (!sent) SB_RETURN(sum);
                sum += *sent;
            } SB_CATCH(storm const& met) {
                ++failed;
            } SB_END_TRY
        }
        SB_END();
    }
};

TEST_CASE("gen E1, gen B2: a generator may be thrown into again and again, and be sent to in between") {
    sb::generator<switchboard> g;
    CHECK(*g.next() == 0);
    CHECK(*g.throw_(storm{}) == 1);
    CHECK(*g.throw_(thunderstorm{}) == 2);
    CHECK(*g.send(40) == 2);
    CHECK(*g.throw_(std::make_exception_ptr(storm{})) == 3);
    CHECK(*g.send(2) == 3);
    CHECK(g.next() == nullptr);
    CHECK(g.take_returned() == 42);
}

TEST_CASE("gen E2, gen E4: what it does not catch ends it, and then it catches nothing any more") {
    sb::generator<switchboard> g;
    g.next();
    CHECK_THROWS_AS(g.throw_(7), int);
    CHECK(g.status() == status::closed);
    CHECK(g.send(1) == nullptr);
    CHECK_FALSE(g.take_returned().has_value());
    CHECK_THROWS_AS(g.throw_(storm{}), storm);
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen E3: before it has begun, a generator catches nothing yet") {
    sb::generator<switchboard> g;
    CHECK_THROWS_AS(g.throw_(storm{}), storm);
    CHECK(g.status() == status::closed);
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen E1, gen E2: what a caller handles can be thrown in, and comes out as the same object") {
    sb::generator<switchboard> catches;
    catches.next();
    try {
        throw thunderstorm{};
    } catch (storm const&) {
        CHECK(*catches.throw_(std::current_exception()) == 1);
    }
    sb::generator<switchboard> lets_out;
    lets_out.next();
    std::exception_ptr thrown, left;
    try {
        throw 12;
    } catch (int) {
        thrown = std::current_exception();
        try {
            lets_out.throw_(thrown);
        } catch (...) {
            left = std::current_exception();
        }
    }
    CHECK(left != nullptr);
    CHECK(left == thrown);
}

struct cannot_be_copied {
    cannot_be_copied() = default;
    cannot_be_copied(cannot_be_copied const&) { throw storm{}; }
};

TEST_CASE("gen E7: an exception object that cannot be made is the caller's affair") {
    sb::generator<switchboard> g;
    g.next();
    cannot_be_copied const thrown;
    CHECK_THROWS_AS(g.throw_(thrown), storm);
    CHECK(g.status() == status::suspended);
    CHECK(*g.send(1) == 0); // the body has seen none
}

TEST_CASE("gen E1: a handler that has ended has nothing to do with what is thrown in later") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw storm{};
        } SB_CATCH(storm const& met) {
        } SB_END_TRY
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ERRORS {
            CHECK(sb::handled_exception(co) != nullptr);
            throw std::out_of_range("another");
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK_THROWS_WITH_AS(g.throw_(3), "another", std::out_of_range);
    CHECK(g.status() == status::closed);
}

// A generator that keeps the exception of its caller, and gives it back when it is asked.
struct keeps_it {
    std::vector<std::exception_ptr> seen{};
    sb::step operator()(sb::yields<std::exception_ptr>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(sb::handled_exception(co));
        } SB_CATCH_ERRORS {
            SB_YIELD(sb::handled_exception(co));
            SB_YIELD(sb::handled_exception(co));
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen G4, gen G5: a thrown exception is handled across yields, whatever callers handle meanwhile") {
    sb::generator<keeps_it> g;
    CHECK(*g.next() == nullptr);
    auto const thrown = std::make_exception_ptr(storm{});
    CHECK(*g.throw_(thrown) == thrown);
    try {
        throw 1;
    } catch (int) {
        CHECK(*g.next() == thrown);
    }
    std::exception_ptr left;
    try {
        g.next();
    } catch (...) {
        left = std::current_exception();
    }
    CHECK(left == thrown);
}

// ---- Sent and returned

TEST_CASE("gen D2: what was sent can be returned whole, be it a tuple or an exception object") {
    auto const returns_what_is_sent = [](auto example) {
        using value = decltype(example);
        return sb::generator{[got = std::optional<value>()](sb::yields<int, value, value>& co) mutable {
            SB_BEGIN(co);
            SB_YIELD_INTO(got, 1);
            SB_RETURN(*got);
            SB_END();
        }};
    };
    auto g = returns_what_is_sent(std::tuple(1, 'x'));
    g.next();
    CHECK(g.send(std::tuple(2, 'y')) == nullptr);
    CHECK(g.take_returned() == std::tuple(2, 'y'));

    auto h = returns_what_is_sent(storm{});
    h.next();
    CHECK(h.send(storm{}) == nullptr);
    CHECK(h.take_returned().has_value());

    auto i = returns_what_is_sent(sb::stop_iteration{});
    i.next();
    CHECK(i.send(sb::stop_iteration{}) == nullptr);
    CHECK(i.take_returned().has_value());
}

struct two_yields_for_one_element {
    std::map<int, int>* table;
    int first = 0, second = 0;
    sb::step operator()(sb::yields<char, int>& co) {
        SB_BEGIN(co);
        SB_YIELD_INTO(first, 'a');
        (*table)[first] = 27;
        SB_YIELD_INTO(second, 'b');
        (*table)[second] = 27;
        SB_END();
    }
};

TEST_CASE("gen B2: what a body writes between two yields is there before the second") {
    std::map<int, int> table{{0, 1}, {1, 2}};
    sb::generator<two_yields_for_one_element> g{std::in_place, &table};
    CHECK(*g.next() == 'a');
    CHECK(table == std::map<int, int>{{0, 1}, {1, 2}});
    CHECK(*g.send(0) == 'b');
    CHECK(table == std::map<int, int>{{0, 27}, {1, 2}});
    CHECK(g.send(1) == nullptr);
    CHECK(table == std::map<int, int>{{0, 27}, {1, 27}});
}

// ---- Closing

struct stays_once {
    std::string* log;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH(sb::generator_exit const& exit) {
            SB_YIELD(2);
            *log += "unreached ";
        } SB_FINALLY {
            *log += "finally ";
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen F5: a generator that ignored a close is ended by the next, if it does not do so again") {
    std::string log;
    sb::generator<stays_once> g{std::in_place, &log};
    g.next();
    CHECK_THROWS_AS(g.close(), sb::ignored_exit);
    CHECK(log == "");
    g.close();
    CHECK(log == "finally ");
    CHECK(g.status() == status::closed);
    g.close();
}

TEST_CASE("gen F4: an exception raised behind the handler that caught the exit leaves close()") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH(sb::generator_exit const& exit) {
        } SB_END_TRY
        throw storm{};
        SB_END();
    }};
    g.next();
    CHECK_THROWS_AS(g.close(), storm);
    CHECK(g.status() == status::closed);
}

TEST_CASE("gen F3, gen F7: a destructor's exit passes SB_CATCH_ERRORS, and runs the finally") {
    std::string log;
    {
        sb::generator g{[&log](sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD(1);
            } SB_CATCH_ERRORS {
                log += "errors ";
            } SB_FINALLY {
                log += "finally ";
            } SB_END_TRY
            SB_END();
        }};
        g.next();
    }
    CHECK(log == "finally ");
}

TEST_CASE("gen F7: a generator that was sent its own address can be destroyed like any other") {
    struct selfish {
        std::string* log;
        sb::generator<selfish>* me = nullptr;
        sb::step operator()(sb::yields<int, sb::generator<selfish>*>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD_INTO(me, 1);
                SB_YIELD(2);
            } SB_FINALLY {
                *log += me->status() == status::running ? "running " : "? ";
            } SB_END_TRY
            SB_END();
        }
    };
    std::string log;
    {
        sb::generator<selfish> g{std::in_place, &log};
        g.next();
        CHECK(*g.send(&g) == 2);
    }
    CHECK(log == "running ");
}

TEST_CASE("gen A8: a closed generator in a container holds none of its members any more") {
    REQUIRE(live::count() == 0);
    struct holds {
        live held{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            for (;;) SB_YIELD(1);
            SB_END();
        }
    };
    std::list<sb::generator<holds>> several(3);
    CHECK(live::count() == 3);
    for (auto& g : several) g.next();
    several.front().close();
    CHECK(live::count() == 2);
    CHECK_THROWS_AS(several.back().throw_(1), int);
    CHECK(live::count() == 1);
    several.clear();
    CHECK(live::count() == 0);
}

// ---- The end as an exception

struct stops_at_once {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        throw sb::stop_iteration{};
        SB_YIELD(1);
        SB_END();
    }
};

TEST_CASE("gen D3: a stop_iteration that leaves the body is an error, and no end") {
    sb::generator<stops_at_once> g;
    CHECK_THROWS_AS(g.next(), sb::escaped_stop);
    CHECK(g.status() == status::closed);
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen D3: nor is it the end of a generator that has yielded before") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        throw sb::stop_iteration{};
        SB_END();
    }};
    std::vector<int> seen;
    CHECK_THROWS_AS(seen = all_of(g), sb::escaped_stop);
    CHECK(g.status() == status::closed);
}

int stops() { throw sb::stop_iteration{}; }

TEST_CASE("gen D3: one that is raised in the operand of a yield is the same") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(stops());
        SB_END();
    }};
    CHECK_THROWS_AS(g.next(), sb::escaped_stop);
}

TEST_CASE("gen D3: escaped_stop is a misuse, and none of the kinds that a loop may take for the end") {
    sb::generator<stops_at_once> g;
    CHECK_THROWS_AS(g.next(), sb::misuse);
    CHECK_FALSE(std::is_base_of_v<sb::stop_iteration, sb::escaped_stop>);
    CHECK(std::is_base_of_v<std::exception, sb::stop_iteration>);
}

TEST_CASE("gen D4: a return is caught by no handler, a stop_iteration by all that name it or its bases") {
    auto const course_of = [](auto body) {
        sb::generator g{std::move(body)};
        return all_of(g);
    };
    CHECK(course_of([](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN();
        } SB_CATCH_ALL {
            SB_YIELD(1);
        } SB_END_TRY
        SB_END();
    }) == std::vector<int>{});
    CHECK(course_of([](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_TRY {
            throw sb::stop_iteration{};
        } SB_CATCH_ALL {
            SB_YIELD(2);
        } SB_END_TRY
        SB_YIELD(3);
        SB_END();
    }) == std::vector{1, 2, 3});
    CHECK(course_of([](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw sb::stop_iteration{};
        } SB_CATCH_ERRORS {
            SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    }) == std::vector{2});
    CHECK(course_of([](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw sb::stop_iteration{};
        } SB_CATCH(sb::escaped_stop const& error) {
            SB_YIELD(-1); // that is what the caller would see
        } SB_CATCH(std::exception const& error) {
            SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    }) == std::vector{2});
}

// The ways out of a body: through no try, through a finally, out of one, and raised again.
enum class way_out { plain, through_a_finally, out_of_a_finally, raised_again };

template <class Context>
struct stops_by {
    way_out way;
    std::string* log;
    sb::step operator()(Context& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        if (way == way_out::plain) throw sb::stop_iteration{};
        SB_TRY {
            SB_TRY {
                if (way != way_out::out_of_a_finally) throw sb::stop_iteration{};
            } SB_CATCH(sb::stop_iteration const& stop) {
                *log += "handler ";
                SB_YIELD(2);
                SB_RAISE();
            } SB_FINALLY {
                if (way == way_out::out_of_a_finally) throw sb::stop_iteration{};
            } SB_END_TRY
        } SB_FINALLY {
            SB_YIELD(3);
            *log += "finally ";
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen D3: it is made an error at the border of the body, on whichever way it comes there",
    context, sb::yields<int>, sb::delegates<int>) {
    for (auto const way : {way_out::plain, way_out::through_a_finally, way_out::out_of_a_finally,
             way_out::raised_again}) {
        CAPTURE(static_cast<int>(way));
        std::string log;
        sb::generator<stops_by<context>> g{std::in_place, way, &log};
        CHECK_THROWS_AS(all_of(g), sb::escaped_stop);
        CHECK(g.status() == status::closed);
        CHECK(g.next() == nullptr);
        CHECK(log == (way == way_out::plain              ? ""
                      : way == way_out::out_of_a_finally ? "finally "
                                                         : "handler finally "));
    }
}

struct nothing_left : sb::stop_iteration {};

TEST_CASE("gen D6: a type derived from stop_iteration is made an error as well") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw nothing_left{};
        } SB_CATCH(nothing_left const& stop) { // within the body it is what it was
            SB_YIELD(1);
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }};
    CHECK(*g.next() == 1);
    CHECK_THROWS_AS(g.next(), sb::escaped_stop);
}

struct three {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 3; ++i) SB_YIELD(i);
        SB_END();
    }
};

TEST_CASE("gen D5: next_value() gives the values, and raises stop_iteration at the end, every time") {
    sb::generator<three> g;
    CHECK(sb::next_value(g) == 0);
    sb::next_value(g) += 10; // a reference to where the value lies
    CHECK(sb::next_value(g) == 2);
    CHECK_THROWS_AS(sb::next_value(g), sb::stop_iteration);
    CHECK_THROWS_AS(sb::next_value(g), sb::stop_iteration);
    CHECK(g.status() == status::closed);
}

// Adds two by two; a forgotten odd one is an error.
struct pairs {
    sb::generator<three> from{};
    bool minds = false;
    int sum = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                sum = sb::next_value(from);
                sum += sb::next_value(from);
            } SB_CATCH(sb::stop_iteration const& stop) {
                if (!minds) SB_RAISE();
                SB_RETURN();
            } SB_END_TRY
            SB_YIELD(sum);
        }
        SB_END();
    }
};

TEST_CASE("gen D5: the end of a generator that a body resumes by hand is an error, unless it is caught") {
    sb::generator<pairs> careless;
    CHECK(*careless.next() == 1);
    CHECK_THROWS_AS(careless.next(), sb::escaped_stop);

    sb::generator<pairs> careful{std::in_place, sb::generator<three>(), true};
    CHECK(all_of(careful) == std::vector{1});

    sb::generator no_try{[from = sb::generator<three>()](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        for (;;) SB_YIELD(2 * sb::next_value(from));
        SB_END();
    }};
    CHECK(take(3, no_try) == std::vector{0, 2, 4});
    CHECK_THROWS_AS(no_try.next(), sb::escaped_stop);
}

TEST_CASE(
    "gen D5: an escaped_stop is no stop_iteration: it passes a body that would have taken that for the end") {
    sb::generator g{[from = sb::generator<stops_at_once>()](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(sb::next_value(from));
        } SB_CATCH(sb::stop_iteration const& stop) {
            SB_YIELD(-1);
        } SB_END_TRY
        SB_END();
    }};
    CHECK_THROWS_AS(g.next(), sb::escaped_stop);
}

TEST_CASE("gen E4: a stop_iteration thrown into a closed generator leaves as it is") {
    sb::generator<three> g;
    g.close();
    CHECK_THROWS_AS(g.throw_(sb::stop_iteration{}), sb::stop_iteration);
    sb::generator<three> h;
    all_of(h);
    CHECK_THROWS_AS(h.throw_(nothing_left{}), nothing_left);
}

TEST_CASE("gen E5: thrown into one that has not begun, it is an error, as if the body had let it out") {
    sb::generator<three> g;
    CHECK_THROWS_AS(g.throw_(sb::stop_iteration{}), sb::escaped_stop);
    CHECK(g.status() == status::closed);
    sb::generator<stops_by<sb::delegates<int>>> h{std::in_place, way_out::plain, nullptr};
    CHECK_THROWS_AS(h.throw_(nothing_left{}), sb::escaped_stop);
    CHECK(h.status() == status::closed);
}

TEST_CASE("gen E6: thrown into a suspended one that has no try, it is an error") {
    sb::generator<three> g;
    g.next();
    CHECK_THROWS_AS(g.throw_(sb::stop_iteration{}), sb::escaped_stop);
    CHECK(g.status() == status::closed);
    CHECK(g.next() == nullptr);
    std::string log;
    sb::generator<stops_by<sb::delegates<int>>> h{std::in_place, way_out::plain, &log};
    h.next();
    CHECK_THROWS_AS(h.throw_(sb::stop_iteration{}), sb::escaped_stop);
}

TEST_CASE_TEMPLATE("gen E6: a finally may yield before it is one",
    context, sb::yields<int>, sb::delegates<int>) {
    auto const body = [](context& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    };
    sb::generator g{body};
    g.next();
    CHECK(*g.throw_(sb::stop_iteration{}) == 2);
    CHECK_THROWS_AS(g.next(), sb::escaped_stop);
    CHECK(g.status() == status::closed);
}

TEST_CASE("gen E6: a body that catches it goes on, and may end in good order") {
    sb::generator g{[](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) SB_YIELD(1);
        } SB_CATCH(sb::stop_iteration const& stop) {
            SB_RETURN(2);
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK(g.throw_(sb::stop_iteration{}) == nullptr);
    CHECK(g.take_returned() == 2);
}

struct stops_when_closed {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            throw sb::stop_iteration{};
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen F4, gen D3: close() does not take a stop_iteration for the end either") {
    sb::generator<stops_when_closed> g;
    g.next();
    CHECK_THROWS_AS(g.close(), sb::escaped_stop);
    CHECK(g.status() == status::closed);
}

TEST_CASE("gen F8, gen D3: one that is raised while the generator is destroyed is reported as an error") {
    test::unhandled_log const log;
    {
        sb::generator<stops_when_closed> g;
        g.next();
    }
    CHECK(log.errors() == words{sb::describe(std::make_exception_ptr(sb::escaped_stop{}))});
}

// ---- Generators at work together

TEST_CASE("gen A5: generators in a container take turns, and leave it as they end") {
    struct worker {
        char name;
        int turns;
        sb::step operator()(sb::yields<char>& co) {
            SB_BEGIN(co);
            while (turns-- > 0) SB_YIELD(name);
            SB_END();
        }
    };
    std::list<sb::generator<worker>> workers;
    workers.emplace_back(std::in_place, 'a', 3);
    workers.emplace_back(std::in_place, 'b', 1);
    workers.emplace_back(std::in_place, 'c', 0);
    workers.emplace_back(std::in_place, 'd', 2);
    std::string order;
    while (!workers.empty()) {
        for (auto at = workers.begin(); at != workers.end();) {
            if (auto* const name = at->next()) {
                order += *name;
                ++at;
            } else {
                at = workers.erase(at);
            }
        }
    }
    CHECK(order == "abdada");
}

// Each resumes the one after it by hand; the last fails. `log` is told of every way out.
struct hand_driven {
    std::vector<std::unique_ptr<sb::generator<hand_driven>>>* all;
    std::size_t at;
    std::string* log;
    int* next = nullptr;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            if (at + 1 == all->size()) {
                SB_YIELD(1);
                throw storm{};
            }
            while ((next = (*all)[at + 1]->next()) != nullptr) SB_YIELD(10 * *next);
        } SB_CATCH(storm const& met) {
            *log += 'c' + std::to_string(at) + ' ';
            if (at > 0) SB_RAISE();
        } SB_FINALLY {
            *log += 'f' + std::to_string(at) + ' ';
        } SB_END_TRY
        SB_YIELD(5);
        SB_END();
    }
};

TEST_CASE("gen C3, gen E8: an exception passes generators that resume one another, up to who catches it") {
    std::string log;
    std::vector<std::unique_ptr<sb::generator<hand_driven>>> chain(3);
    for (std::size_t at = 0; at < chain.size(); ++at) {
        chain[at] = std::make_unique<sb::generator<hand_driven>>(std::in_place, &chain, at, &log);
    }
    CHECK(*chain[0]->next() == 100);
    CHECK(*chain[0]->next() == 5);
    CHECK(log == "c2 f2 c1 f1 c0 f0 ");
    CHECK(chain[0]->status() == status::suspended);
    CHECK(chain[1]->status() == status::closed);
    CHECK(chain[2]->status() == status::closed);
}

struct partner {
    sb::generator<partner>** other;
    int* got = nullptr;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            got = (*other)->next();
            SB_YIELD(1 + *got);
        } SB_CATCH(sb::already_running const& error) {
            SB_YIELD(10);
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen C1: of two generators that resume each other, the second is told that the first is running") {
    sb::generator<partner>* to_first = nullptr;
    sb::generator<partner> second{std::in_place, &to_first};
    auto* to_second = &second;
    sb::generator<partner> first{std::in_place, &to_second};
    to_first = &first;
    CHECK(*first.next() == 11);
    CHECK(first.status() == status::suspended);
    CHECK(second.status() == status::suspended);
}

TEST_CASE("gen F7: a generator may destroy another in its finally, which has a finally of its own") {
    std::string log;
    struct inner_life {
        std::string* log;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD(1);
            } SB_FINALLY {
                *log += "inner ";
            } SB_END_TRY
            SB_END();
        }
    };
    {
        sb::generator g{[held = std::make_unique<sb::generator<inner_life>>(std::in_place, &log), &log](
                            sb::yields<int>& co) mutable {
            SB_BEGIN(co);
            SB_TRY {
                held->next();
                SB_YIELD(1);
            } SB_FINALLY {
                held.reset();
                log += "outer ";
            } SB_END_TRY
            SB_END();
        }};
        g.next();
    }
    CHECK(log == "inner outer ");
}

// ---- Trees

struct tree {
    char label;
    std::unique_ptr<tree> left{}, right{};
};

std::unique_ptr<tree> balanced(std::string const& labels) {
    if (labels.empty()) return nullptr;
    auto const middle = labels.size() / 2;
    return std::make_unique<tree>(
        tree{labels[middle], balanced(labels.substr(0, middle)), balanced(labels.substr(middle + 1))});
}

struct in_order {
    tree const* at;
    sb::step operator()(sb::delegates<char>& co) {
        SB_BEGIN(co);
        if (at != nullptr) {
            SB_YIELD_FROM(in_order{at->left.get()});
            SB_YIELD(at->label);
            SB_YIELD_FROM(in_order{at->right.get()});
        }
        SB_END();
    }
};

// The same by loops: each level hands on what the one below it yields.
struct in_order_by_hand {
    tree const* at;
    std::unique_ptr<sb::generator<in_order_by_hand>> below{};
    char* label = nullptr;
    sb::step operator()(sb::yields<char>& co) {
        SB_BEGIN(co);
        if (at != nullptr) {
            below = make(at->left);
            while ((label = below->next()) != nullptr) SB_YIELD(*label);
            SB_YIELD(at->label);
            below = make(at->right);
            while ((label = below->next()) != nullptr) SB_YIELD(*label);
        }
        SB_END();
    }
    static std::unique_ptr<sb::generator<in_order_by_hand>> make(std::unique_ptr<tree> const& of) {
        return std::make_unique<sb::generator<in_order_by_hand>>(std::in_place, of.get());
    }
};

// And without recursion.
struct in_order_by_stack {
    tree const* at;
    std::vector<tree const*> above{};
    sb::step operator()(sb::yields<char>& co) {
        SB_BEGIN(co);
        while (at != nullptr || !above.empty()) {
            for (; at != nullptr; at = at->left.get()) above.push_back(at);
            at = above.back();
            above.pop_back();
            SB_YIELD(at->label);
            at = at->right.get();
        }
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen A5, gen H1: a tree is walked in order, by recursion or without",
    walk, in_order, in_order_by_hand, in_order_by_stack) {
    std::string const labels = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (std::size_t size = 0; size <= labels.size(); ++size) {
        auto const root = balanced(labels.substr(0, size));
        sb::generator<walk> g{std::in_place, root.get()};
        std::string seen;
        for (char const label : g) seen += label;
        CHECK(seen == labels.substr(0, size));
    }
}

TEST_CASE_TEMPLATE("gen A6: several walks over one tree know nothing of each other",
    walk, in_order, in_order_by_hand, in_order_by_stack) {
    auto const root = balanced("abcdefg");
    sb::generator<walk> one{std::in_place, root.get()};
    sb::generator<walk> two{std::in_place, root.get()};
    take(3, one);
    CHECK(*two.next() == 'a');
    CHECK(*one.next() == 'd');
    one.close();
    CHECK(*two.next() == 'b');
}

// ---- Permutations and partitions: recursion in which a caller changes what it was given

struct permutations {
    std::vector<int> of;
    std::unique_ptr<sb::generator<permutations>> of_the_rest{};
    std::vector<int>* found = nullptr;
    std::vector<int> changed{};
    std::size_t place = 0;
    sb::step operator()(sb::yields<std::vector<int>>& co) {
        SB_BEGIN(co);
        if (of.empty()) {
            SB_YIELD(std::vector<int>{});
        } else {
            of_the_rest = std::make_unique<sb::generator<permutations>>(
                std::in_place, std::vector<int>(of.begin() + 1, of.end()));
            while ((found = of_the_rest->next()) != nullptr) {
                for (place = 0; place < of.size(); ++place) {
                    changed = *found;
                    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(place), of.front());
                    SB_YIELD(changed);
                }
            }
        }
        SB_END();
    }
};

TEST_CASE("gen A5: permutations, each level putting its element into every place of those below") {
    sb::generator<permutations> g{std::in_place, std::vector{1, 2, 3, 4}};
    std::set<std::vector<int>> seen;
    for (auto const& each : g) {
        CHECK(std::is_permutation(each.begin(), each.end(), std::vector{1, 2, 3, 4}.begin()));
        seen.insert(each);
    }
    CHECK(seen.size() == 24);
    sb::generator<permutations> of_two{std::in_place, std::vector{8, 9}};
    CHECK(all_of(of_two) == std::vector<std::vector<int>>{{8, 9}, {9, 8}});
}

// The ways to write `sum` as a sum of numbers up to `largest`, through frames made on the spot.
struct partitions {
    int sum;
    int largest;
    std::vector<int>* parts;
    sb::step operator()(sb::delegates<std::vector<int> const&>& co) {
        SB_BEGIN(co);
        if (sum == 0) SB_YIELD(*parts);
        for (; largest > 0; --largest) {
            if (largest > sum) continue;
            parts->push_back(largest);
            SB_YIELD_FROM(partitions{sum - largest, largest, parts});
            parts->pop_back();
        }
        SB_END();
    }
};

TEST_CASE("gen H1: partitions of a number, the parts being one vector that all levels share") {
    std::vector<int> parts;
    sb::generator<partitions> g{std::in_place, 5, 5, &parts};
    CHECK(all_of(g) == std::vector<std::vector<int>>{
        {5}, {4, 1}, {3, 2}, {3, 1, 1}, {2, 2, 1}, {2, 1, 1, 1}, {1, 1, 1, 1, 1}});
    CHECK(parts.empty());
    sb::generator<partitions> many{std::in_place, 20, 20, &parts};
    CHECK(all_of(many).size() == 627);
}

// ---- Streams: generators behind an interface, so that one can hold others of any type

struct stream {
    stream() = default;
    stream(stream const&) = delete;
    stream& operator=(stream const&) = delete;
    virtual ~stream() = default;
    virtual int const* next() = 0;
};

template <class F>
std::unique_ptr<stream> stream_of(F frame) {
    struct of final : stream {
        sb::generator<F> from;
        explicit of(F f) : from(std::move(f)) {}
        int const* next() override { return from.next(); }
    };
    return std::make_unique<of>(std::move(frame));
}

std::vector<int> take(std::size_t n, stream& from) {
    std::vector<int> values;
    while (values.size() < n) {
        auto const* const value = from.next();
        if (value == nullptr) break;
        values.push_back(*value);
    }
    return values;
}

struct count_from {
    int n;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;; ++n) SB_YIELD(n);
        SB_END();
    }
};

struct not_divided_by {
    int n;
    std::unique_ptr<stream> from;
    int const* at = nullptr;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        while ((at = from->next()) != nullptr) {
            if (*at % n != 0) SB_YIELD(*at);
        }
        SB_END();
    }
};

struct primes {
    std::unique_ptr<stream> sieved;
    int prime = 0;
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        prime = *sieved->next();
        SB_YIELD(prime);
        SB_YIELD_FROM(primes{stream_of(not_divided_by{prime, std::move(sieved)})});
        SB_END();
    }
};

TEST_CASE("gen H1: a sieve that puts a new generator behind those before it, for each prime") {
    auto const found = stream_of(primes{stream_of(count_from{2})});
    CHECK(take(12, *found) == std::vector{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37});
    auto const more = take(100, *found);
    REQUIRE(more.size() == 100);
    CHECK(more.back() == 613); // the 112th
}

struct times {
    int factor;
    std::unique_ptr<stream> from;
    int const* at = nullptr;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        while ((at = from->next()) != nullptr) SB_YIELD(factor * *at);
        SB_END();
    }
};

// Two rising sequences as one, what is in both once.
struct merged {
    std::unique_ptr<stream> left, right;
    int const* l = nullptr;
    int const* r = nullptr;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        l = left->next();
        r = right->next();
        while (l != nullptr || r != nullptr) {
            if (r == nullptr || (l != nullptr && *l < *r)) {
                SB_YIELD(*l);
                l = left->next();
            } else if (l == nullptr || *r < *l) {
                SB_YIELD(*r);
                r = right->next();
            } else {
                SB_YIELD(*l);
                l = left->next();
                r = right->next();
            }
        }
        SB_END();
    }
};

TEST_CASE("gen A5: sequences that end at different times are merged to the end of the longest") {
    auto const multiples_below = [](int n, int limit) {
        return [n, limit, i = 0](sb::yields<int>& co) mutable {
            SB_BEGIN(co);
            for (; i * n < limit; ++i) SB_YIELD(i * n);
            SB_END();
        };
    };
    auto const both = stream_of(merged{stream_of(multiples_below(3, 10)), stream_of(multiples_below(2, 20))});
    CHECK(take(100, *both) == std::vector{0, 2, 3, 4, 6, 8, 9, 10, 12, 14, 16, 18});
}

// One sequence, read by several at their own pace. It is kept from the slowest reader on.
class shared_sequence {
    struct link {
        int value = 0;
        std::shared_ptr<link> next{};
        live counted{};
    };

public:
    // For the sequence itself, its readers must be there before its generator is.
    void set_source(std::unique_ptr<stream> source) { source_ = std::move(source); }

    std::unique_ptr<stream> reader() const {
        struct reads final : stream {
            shared_sequence const* of;
            std::shared_ptr<link> at;
            reads(shared_sequence const* sequence, std::shared_ptr<link> from)
                : of(sequence), at(std::move(from)) {}
            int const* next() override {
                if (at->next == nullptr) {
                    auto const* const value = of->source_->next();
                    if (value == nullptr) return nullptr;
                    at->next = std::make_shared<link>(link{*value});
                }
                at = at->next;
                return &at->value;
            }
        };
        return std::make_unique<reads>(this, first_);
    }
    void let_go_of_the_beginning() { first_.reset(); }

private:
    std::shared_ptr<link> first_ = std::make_shared<link>();
    std::unique_ptr<stream> source_;
};

struct hamming_numbers {
    std::unique_ptr<stream> products;
    int const* at = nullptr;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        while ((at = products->next()) != nullptr) SB_YIELD(*at);
        SB_END();
    }
};

bool is_hamming(int n) {
    for (int const prime : {2, 3, 5}) {
        while (n % prime == 0) n /= prime;
    }
    return n == 1;
}

TEST_CASE("gen A5, gen C1: a sequence that is made of itself, through readers at three paces") {
    REQUIRE(live::count() == 0);
    {
        shared_sequence numbers;
        auto const by = [&](int factor) { return stream_of(times{factor, numbers.reader()}); };
        auto const result = numbers.reader();
        numbers.set_source(stream_of(hamming_numbers{
            stream_of(merged{by(2), stream_of(merged{by(3), by(5)})})}));
        numbers.let_go_of_the_beginning();

        std::vector<int> expected;
        for (int n = 1; expected.size() < 300; ++n) {
            if (is_hamming(n)) expected.push_back(n);
        }
        CHECK(take(300, *result) == expected);
        CHECK(live::count() < 300); // what all have read is gone
    }
    CHECK(live::count() == 0);
}

struct sums {
    std::unique_ptr<stream> head, tail;
    int term = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_YIELD(2);
        tail->next();
        for (;;) {
            term = *head->next();
            term += *tail->next();
            SB_YIELD(term);
        }
        SB_END();
    }
};

TEST_CASE("gen A5, gen C1: Fibonacci's numbers, as the sum of themselves and their tail") {
    {
        shared_sequence numbers;
        auto const result = numbers.reader();
        numbers.set_source(stream_of(sums{numbers.reader(), numbers.reader()}));
        CHECK(take(12, *result) == std::vector{1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233});
    }
    CHECK(live::count() == 0);
}

TEST_CASE("gen C1: a sequence that needs an element of itself too early is told that it is running") {
    shared_sequence numbers;
    auto const result = numbers.reader();
    numbers.set_source(stream_of(times{2, numbers.reader()})); // its first is twice its first
    CHECK_THROWS_AS(result->next(), sb::already_running);
    CHECK(result->next() == nullptr); // and that has closed it
}

// ---- Disjoint sets, each with a generator of whom it belongs to

struct village {
    struct rulers {
        village* of;
        sb::step operator()(sb::yields<village*>& co) {
            SB_BEGIN(co);
            while (of->lord == nullptr) SB_YIELD(of);
            SB_YIELD_FROM(of->lord->ruler);
            SB_END();
        }
    };

    village* lord = nullptr;
    sb::generator<rulers> ruler{std::in_place, this};
};

TEST_CASE("gen H11, gen H12: generators that delegate to one another's are asked in any order, half-run") {
    std::deque<village> land(13);
    std::vector<std::size_t> above(land.size());
    std::iota(above.begin(), above.end(), std::size_t{0});
    auto const root_of = [&](std::size_t at) {
        while (above[at] != at) at = above[at];
        return at;
    };
    unsigned seed = 7;
    for (std::size_t conquests = 0;; ++conquests) {
        for (std::size_t i = 0; i < land.size(); ++i) CHECK(*land[i].ruler.next() == &land[root_of(i)]);
        if (conquests + 1 == land.size()) break;
        std::size_t loser = 0, winner = 0;
        while (loser == winner) {
            loser = root_of((seed = seed * 1103515245u + 12345u) / 65536u % land.size());
            winner = root_of((seed = seed * 1103515245u + 12345u) / 65536u % land.size());
        }
        above[loser] = winner;
        land[loser].lord = &land[winner];
    }
}

// ---- Backtracking: every choice that can be made, given the choices before it

using alternatives = std::function<std::unique_ptr<stream>()>;

// Yields the choices made, one from each; the next alternatives are asked when those before have chosen.
struct every_choice {
    std::vector<alternatives> const* from;
    std::vector<int>* chosen;
    std::size_t at = 0;
    std::unique_ptr<stream> here{};
    int const* choice = nullptr;
    sb::step operator()(sb::delegates<std::vector<int> const&>& co) {
        SB_BEGIN(co);
        if (at == from->size()) {
            SB_YIELD(*chosen);
        } else {
            here = (*from)[at]();
            while ((choice = here->next()) != nullptr) {
                (*chosen)[at] = *choice;
                SB_YIELD_FROM(every_choice{from, chosen, at + 1});
            }
        }
        SB_END();
    }
};

// The same by a stack of its own.
struct every_choice_by_stack {
    std::vector<alternatives> const* from;
    std::vector<int>* chosen;
    std::vector<std::unique_ptr<stream>> open{};
    int const* choice = nullptr;
    sb::step operator()(sb::yields<std::vector<int> const&>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) {
                if (open.size() == from->size()) {
                    SB_YIELD(*chosen);
                } else {
                    open.push_back((*from)[open.size()]());
                }
                while (!open.empty()) {
                    choice = open.back()->next();
                    if (choice != nullptr) break;
                    open.pop_back();
                }
                if (open.empty()) break;
                (*chosen)[open.size() - 1] = *choice;
            }
        } SB_FINALLY {
            while (!open.empty()) open.pop_back(); // the latest choice first
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen H1: every choice of a bit n times over gives the numbers of n bits",
    conjunction, every_choice, every_choice_by_stack) {
    alternatives const bit = [] {
        return stream_of([i = 0](sb::yields<int>& co) mutable {
            SB_BEGIN(co);
            for (; i < 2; ++i) SB_YIELD(i);
            SB_END();
        });
    };
    for (std::size_t n = 0; n < 8; ++n) {
        CAPTURE(n);
        std::vector<alternatives> const bits(n, bit);
        std::vector<int> chosen(n);
        sb::generator<conjunction> g{std::in_place, &bits, &chosen};
        int expected = 0;
        for (auto const& digits : g) {
            CHECK(&digits == &chosen); // the very vector, each time
            int number = 0;
            for (int const digit : digits) number = 2 * number + digit;
            CHECK(number == expected++);
        }
        CHECK(expected == 1 << n);
    }
}

struct chessboard {
    int size;
    std::set<std::pair<int, int>> taken{};
    int last = -1; // square
};

// The columns where a queen of this row is attacked by none above. The square is taken while it is
// the chosen one.
struct queen_of_a_row {
    chessboard* board;
    int row;
    int column = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; column < board->size; ++column) {
            if (attacked()) continue;
            board->taken.emplace(row, column);
            SB_TRY {
                SB_YIELD(column);
            } SB_FINALLY {
                board->taken.erase({row, column});
            } SB_END_TRY
        }
        SB_END();
    }
    bool attacked() const {
        return std::any_of(board->taken.begin(), board->taken.end(), [this](auto const& queen) {
            auto const [r, c] = queen;
            return r == row || c == column || std::abs(r - row) == std::abs(c - column);
        });
    }
};

std::vector<alternatives> queens(chessboard& board) {
    std::vector<alternatives> rows;
    for (int row = 0; row < board.size; ++row) {
        rows.push_back([&board, row] { return stream_of(queen_of_a_row{&board, row}); });
    }
    return rows;
}

TEST_CASE_TEMPLATE("gen H1, gen F7: queens that do not attack each other, by backtracking",
    conjunction, every_choice, every_choice_by_stack) {
    std::vector<int> const solutions{1, 1, 0, 0, 2, 10, 4, 40};
    for (int size = 0; size < 8; ++size) {
        CAPTURE(size);
        chessboard board{size};
        auto const rows = queens(board);
        std::vector<int> columns(rows.size());
        sb::generator<conjunction> g{std::in_place, &rows, &columns};
        int found = 0;
        while (g.next() != nullptr) {
            CHECK(board.taken.size() == rows.size());
            ++found;
        }
        CHECK(found == solutions[static_cast<std::size_t>(size)]);
        CHECK(board.taken.empty());
    }
}

TEST_CASE_TEMPLATE("gen F2, gen F7: a search that is closed at a solution takes all of its choices back",
    conjunction, every_choice, every_choice_by_stack) {
    chessboard board{8};
    auto const rows = queens(board);
    std::vector<int> columns(rows.size());
    {
        sb::generator<conjunction> g{std::in_place, &rows, &columns};
        g.next();
        CHECK(columns == std::vector{0, 4, 7, 5, 2, 6, 1, 3});
        CHECK(board.taken.size() == 8);
        g.close();
        CHECK(board.taken.empty());
        sb::generator<conjunction> h{std::in_place, &rows, &columns};
        h.next();
        h.next();
        CHECK(columns == std::vector{0, 5, 7, 2, 6, 3, 1, 4});
        CHECK_THROWS_AS(h.throw_(storm{}), storm);
        CHECK(board.taken.empty());
        sb::generator<conjunction> destroyed{std::in_place, &rows, &columns};
        destroyed.next();
    }
    CHECK(board.taken.empty());
}

// A knight's next squares, those with the fewest ways on first.
struct knight_moves {
    chessboard* board;
    std::vector<std::pair<int, int>> to{}; // how many ways on, square
    std::size_t i = 0;
    int from = -1;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        from = board->last;
        for (int const square : reached_from(from)) {
            to.emplace_back(static_cast<int>(reached_from(square).size()), square);
        }
        std::sort(to.begin(), to.end());
        for (; i < to.size(); ++i) {
            move_to(to[i].second);
            SB_TRY {
                SB_YIELD(to[i].second);
            } SB_FINALLY {
                board->taken.erase(place_of(to[i].second));
                board->last = from;
            } SB_END_TRY
        }
        SB_END();
    }

    std::pair<int, int> place_of(int square) const { return {square / board->size, square % board->size}; }
    void move_to(int square) const {
        board->taken.insert(place_of(square));
        board->last = square;
    }
    std::vector<int> reached_from(int square) const {
        std::vector<int> found;
        if (square < 0) return {0}; // begin in the corner
        auto const [row, column] = place_of(square);
        for (int r = 0; r < board->size; ++r) {
            for (int c = 0; c < board->size; ++c) {
                bool const jump = std::abs(r - row) * std::abs(c - column) == 2;
                if (jump && board->taken.count({r, c}) == 0) found.push_back(r * board->size + c);
            }
        }
        return found;
    }
};

TEST_CASE_TEMPLATE("gen H1, gen F7: a knight's tour, with a generator for each of its moves",
    conjunction, every_choice, every_choice_by_stack) {
    for (int size = 1; size <= 8; ++size) {
        CAPTURE(size);
        chessboard board{size};
        auto const squares = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
        std::vector<alternatives> const moves(
            squares, [&] { return stream_of(knight_moves{&board}); });
        std::vector<int> tour(squares);
        sb::generator<conjunction> g{std::in_place, &moves, &tour};
        bool const found = g.next() != nullptr;
        CHECK(found == (size == 1 || size >= 5));
        if (found) {
            CHECK(std::set<int>(tour.begin(), tour.end()).size() == squares);
            for (std::size_t i = 1; i < squares; ++i) {
                int const rows = std::abs(tour[i] / size - tour[i - 1] / size);
                int const columns = std::abs(tour[i] % size - tour[i - 1] % size);
                CHECK(rows * columns == 2);
            }
            CHECK(board.taken.size() == squares);
            g.close();
        }
        CHECK(board.taken.empty());
        CHECK(board.last == -1);
    }
}

} // namespace
