// What Python's own tests hold of delegation, where yield_from_test.cpp and delegates_test.cpp have no
// case for it; and each rule for every way to delegate that there is.
#include "support/live.hpp"
#include "support/unhandled_log.hpp"
#include "support/ways_to_delegate.hpp"

#include <switchback/delegates.hpp>
#include <switchback/generator.hpp>
#include <switchback/handled.hpp>
#include <switchback/with.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sb = switchback;
using test::handed_over;
using test::live;
using test::on_the_spot;
using test::to_member;

namespace {

using status = sb::generator_status;
using words = std::vector<std::string>;

// What nearly all of them say to their callers.
template <class Way>
using talk = typename Way::template context<int, int, std::string>;
template <class Way, template <class> class Frame>
using held_by = typename Way::template held<Frame<Way>>;

struct trouble : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string name_of(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (trouble const& known) {
        return known.what();
    } catch (sb::stop_iteration const&) {
        return "stop";
    } catch (sb::escaped_stop const&) {
        return "escaped stop";
    } catch (sb::ignored_exit const&) {
        return "ignored exit";
    } catch (sb::already_running const&) {
        return "already running";
    } catch (sb::generator_exit const&) {
        return "exit";
    } catch (sb::cancelled const&) {
        return "cancelled";
    } catch (...) {
        return "?";
    }
}

// What came of a step: the value yielded, the end with what was returned, or the exception.
template <class G, class Action>
std::string outcome(G& g, Action const& action) {
    try {
        auto* const value = action();
        if (value != nullptr) return std::to_string(*value);
        auto const returned = g.take_returned();
        return returned ? "end: " + *returned : "end";
    } catch (...) {
        return name_of(std::current_exception());
    }
}
template <class G>
std::string next_of(G& g) {
    return outcome(g, [&] { return g.next(); });
}
template <class G>
std::string sent_to(G& g, int value) {
    return outcome(g, [&] { return g.send(value); });
}
template <class G, class E>
std::string thrown_into(G& g, E const& error) {
    return outcome(g, [&] { return g.throw_(error); });
}
template <class G>
std::string close_of(G& g) {
    try {
        auto const returned = g.close();
        return returned ? "closed: " + *returned : "closed";
    } catch (...) {
        return name_of(std::current_exception());
    }
}

// Everything that a generator has to say, up to its end.
template <class G>
words course_of(G& g) {
    words said;
    do said.push_back(next_of(g));
    while (g.status() != status::closed);
    return said;
}

// ---- From the first value to the last

// Yields 1 and 2, and fails in between if it is told to.
template <class Way>
struct brook {
    words* log;
    bool fails_at_once = false;
    bool fails_later = false;
    std::optional<int> sent{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        log->push_back("brook begins");
        SB_TRY {
            if (fails_at_once) throw trouble("dry");
            SB_YIELD_INTO(sent, 1);
            if (sent) log->push_back("brook was sent " + std::to_string(*sent));
            if (fails_later) throw trouble("dam");
            SB_YIELD_INTO(sent, 2);
            if (sent) log->push_back("brook was sent " + std::to_string(*sent));
        } SB_FINALLY {
            log->push_back("brook ends");
        } SB_END_TRY
        SB_RETURN("sea");
        SB_END();
    }
};

// Yields 10 before it is fed by the brook, and 20 after.
template <class Way>
struct river {
    words* log;
    held_by<Way, brook> from;
    std::optional<int> sent{};
    std::string result{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        log->push_back("river begins");
        SB_TRY {
            SB_YIELD_INTO(sent, 10);
            if (sent) log->push_back("river was sent " + std::to_string(*sent));
            SB_YIELD_FROM_INTO(result, Way::give(from));
            SB_YIELD_INTO(sent, 20);
            if (sent) log->push_back("river was sent " + std::to_string(*sent));
        } SB_FINALLY {
            log->push_back("river ends");
        } SB_END_TRY
        SB_RETURN("to the " + result);
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen H1: the other begins when it is delegated to, and is over before the body goes on",
    way, EVERY_WAY) {
    words log;
    sb::generator<river<way>> g{std::in_place, &log, brook<way>{&log}};
    CHECK(next_of(g) == "10");
    CHECK(log == words{"river begins"});
    CHECK(next_of(g) == "1");
    CHECK(log == words{"river begins", "brook begins"});
    CHECK(next_of(g) == "2");
    CHECK(next_of(g) == "20");
    CHECK(log == words{"river begins", "brook begins", "brook ends"});
    CHECK(next_of(g) == "end: to the sea");
    CHECK(log == words{"river begins", "brook begins", "brook ends", "river ends"});
}

TEST_CASE_TEMPLATE(
    "gen H10: what the other raises at its first step passes both finally blocks, innermost first",
    way, EVERY_WAY) {
    words log;
    sb::generator<river<way>> g{std::in_place, &log, brook<way>{&log, true}};
    CHECK(course_of(g) == words{"10", "dry"});
    CHECK(log == words{"river begins", "brook begins", "brook ends", "river ends"});
    CHECK(next_of(g) == "end");
}

TEST_CASE_TEMPLATE("gen H10: and so does what it raises later", way, EVERY_WAY) {
    words log;
    sb::generator<river<way>> g{std::in_place, &log, brook<way>{&log, false, true}};
    CHECK(course_of(g) == words{"10", "1", "dam"});
    CHECK(log == words{"river begins", "brook begins", "brook ends", "river ends"});
}

TEST_CASE_TEMPLATE("gen H2, gen H13: what is sent goes to whoever has yielded, the other or the body",
    way, EVERY_WAY) {
    words log;
    sb::generator<river<way>> g{std::in_place, &log, brook<way>{&log}};
    CHECK(next_of(g) == "10");
    CHECK(sent_to(g, 7) == "1");
    CHECK(sent_to(g, 8) == "2");
    CHECK(next_of(g) == "20"); // nothing sent: nothing passed on
    CHECK(sent_to(g, 9) == "end: to the sea");
    CHECK(log == words{"river begins", "river was sent 7", "brook begins", "brook was sent 8", "brook ends",
        "river was sent 9", "river ends"});
}

TEST_CASE_TEMPLATE("gen H10: what the other raises when it is sent to passes the body", way, EVERY_WAY) {
    words log;
    sb::generator<river<way>> g{std::in_place, &log, brook<way>{&log, false, true}};
    CHECK(next_of(g) == "10");
    CHECK(sent_to(g, 7) == "1");
    CHECK(sent_to(g, 8) == "dam");
    CHECK(g.status() == status::closed);
    CHECK(sent_to(g, 9) == "end");
    CHECK(log.back() == "river ends");
}

TEST_CASE_TEMPLATE("gen H6: close() runs both finally blocks, innermost first", way, EVERY_WAY) {
    words log;
    sb::generator<river<way>> g{std::in_place, &log, brook<way>{&log}};
    next_of(g);
    next_of(g);
    CHECK(close_of(g) == "closed");
    CHECK(log == words{"river begins", "brook begins", "brook ends", "river ends"});
    CHECK(next_of(g) == "end");
}

TEST_CASE_TEMPLATE("gen H6: close() before or behind the delegation leaves the other alone", way, EVERY_WAY) {
    words log;
    sb::generator<river<way>> before{std::in_place, &log, brook<way>{&log}};
    next_of(before);
    CHECK(close_of(before) == "closed");
    CHECK(log == words{"river begins", "river ends"});

    log.clear();
    sb::generator<river<way>> behind{std::in_place, &log, brook<way>{&log}};
    for (int i = 0; i < 4; ++i) next_of(behind);
    CHECK(close_of(behind) == "closed");
    CHECK(log == words{"river begins", "brook begins", "brook ends", "river ends"});
}

TEST_CASE_TEMPLATE(
    "gen H16: an exception that nobody catches runs both finally blocks, and leaves as the same object",
    way, EVERY_WAY) {
    words log;
    sb::generator<river<way>> g{std::in_place, &log, brook<way>{&log}};
    next_of(g);
    next_of(g);
    auto const thrown = std::make_exception_ptr(trouble("drought"));
    std::exception_ptr left;
    try {
        g.throw_(thrown);
    } catch (...) {
        left = std::current_exception();
    }
    CHECK(left == thrown);
    CHECK(log == words{"river begins", "brook begins", "brook ends", "river ends"});
    CHECK(next_of(g) == "end");
}

// ---- What the other returns

template <class Way, class Result>
struct returns_it {
    std::optional<Result> result;
    sb::step operator()(typename Way::template context<int, void, Result>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        if (result) SB_RETURN(std::move(*result));
        SB_END();
    }
};

template <class Way, class Result>
struct passes_it_on {
    using to = typename Way::template held<returns_it<Way, Result>>;
    to first, second;
    std::optional<Result> one{}, two{};
    sb::step operator()(typename Way::template context<int, void, std::optional<Result>>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM_INTO(one, Way::give(first));
        SB_YIELD_FROM_INTO(two, Way::give(second));
        SB_YIELD(one ? 100 : two ? 101 : 102);
        SB_RETURN(std::move(two));
        SB_END();
    }
};

template <class Way, class Result>
std::optional<Result> passed_on(Result result) {
    sb::generator<passes_it_on<Way, Result>> g{
        std::in_place, returns_it<Way, Result>{std::nullopt}, returns_it<Way, Result>{std::move(result)}};
    CHECK(*g.next() == 1);
    CHECK(*g.next() == 1);
    CHECK(*g.next() == 101); // the first returned nothing
    CHECK(g.next() == nullptr);
    auto returned = g.take_returned();
    REQUIRE(returned.has_value());
    return std::move(*returned);
}

TEST_CASE_TEMPLATE("gen H1, gen D2: whatever the other returns is the value of the delegation, as it is",
    way, EVERY_WAY) {
    CHECK(passed_on<way>(1) == 1);
    CHECK(passed_on<way>(std::tuple(2, std::string("two"))) == std::tuple(2, std::string("two")));
    CHECK(passed_on<way>(sb::stop_iteration{}).has_value()); // an exception object is not raised
    CHECK(**passed_on<way>(std::make_unique<int>(3)) == 3);
    {
        auto const kept = passed_on<way>(live{});
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
}

template <class Way>
struct nothing_at_all {
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_RETURN("nothing");
        SB_END();
    }
};
template <class Way>
struct goes_on_at_once {
    held_by<Way, nothing_at_all> first{}, second{};
    std::string result{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM_INTO(result, Way::give(first));
        SB_YIELD_FROM(Way::give(second));
        SB_RETURN(result);
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen H1: a body that delegates to what yields nothing goes on at once", way, EVERY_WAY) {
    sb::generator<goes_on_at_once<way>> g;
    CHECK(next_of(g) == "end: nothing");
}

template <class Way>
struct minds_nothing {
    using silent = typename Way::template held<returns_it<Way, int>>;
    silent to{returns_it<Way, int>{std::nullopt}};
    int result = 0;
    sb::step operator()(typename Way::template context<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM_INTO(result, Way::give(to));
        } SB_CATCH(sb::nothing_returned const& error) {
            SB_YIELD(10);
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen H1: nothing where a value is needed is an error at the delegation", way, EVERY_WAY) {
    sb::generator<minds_nothing<way>> g;
    CHECK(*g.next() == 1);
    CHECK(*g.next() == 10);
    CHECK(g.next() == nullptr);
}

TEST_CASE_TEMPLATE(
    "gen H1, gen D1: lambdas, frames and lambdas that delegate to either return what they are sent",
    way, EVERY_WAY) {
    using context = typename way::template context<int, int, int>;
    auto const echoes = [got = 0](context& co) mutable {
        SB_BEGIN(co);
        SB_YIELD_INTO(got, 1);
        SB_RETURN(got);
        SB_END();
    };
    auto const around = [](auto frame) {
        using held = typename way::template held<decltype(frame)>;
        return [to = held(std::move(frame)), got = 0](context& co) mutable {
            SB_BEGIN(co);
            SB_YIELD_FROM_INTO(got, way::give(to));
            SB_RETURN(got);
            SB_END();
        };
    };
    auto const check = [](auto&& frame) {
        sb::generator g{std::move(frame)};
        CHECK(*g.next() == 1);
        CHECK(g.send(2) == nullptr);
        CHECK(g.take_returned() == 2);
    };
    check(around(echoes));
    check(around(around(echoes)));
    check(around(around(around(around(echoes)))));
}

template <class Way>
struct takes_pairs {
    std::pair<int, char> got{};
    sb::step operator()(typename Way::template context<int, std::pair<int, char>, std::string>& co) {
        SB_BEGIN(co);
        for (;;) SB_YIELD_INTO(got, got.first);
        SB_END();
    }
};
template <class Way>
struct around_pairs {
    held_by<Way, takes_pairs> to{};
    sb::step operator()(typename Way::template context<int, std::pair<int, char>, std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(Way::give(to));
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen H2: what is sent may be a pair, and arrives as one", way, EVERY_WAY) {
    sb::generator<around_pairs<way>> g;
    CHECK(*g.next() == 0);
    CHECK(*g.send(std::pair(4, 'x')) == 4);
}

// ---- Closing and throwing, against everything that the other may do about it

enum class reaction { none, raises, raises_exit, raises_stop, yields, returns, catches_and_ends };

template <class Way>
struct reacts {
    reaction how;
    words* log;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        if (how == reaction::none) {
            SB_YIELD(1);
            SB_YIELD(2);
            SB_RETURN("inner");
        }
        if (how == reaction::catches_and_ends) {
            SB_TRY {
                SB_YIELD(1);
                SB_YIELD(2);
            } SB_CATCH_ALL {
                log->push_back("caught");
            } SB_END_TRY
            SB_RETURN("inner");
        }
        SB_TRY {
            SB_YIELD(1);
            if (how != reaction::yields) SB_YIELD(2);
        } SB_FINALLY {
            log->push_back("inner finally");
            if (how == reaction::raises) throw trouble("inner");
            if (how == reaction::raises_exit) throw sb::generator_exit{};
            if (how == reaction::raises_stop) throw sb::stop_iteration{};
            if (how == reaction::yields) SB_YIELD(3);
            if (how == reaction::returns) SB_RETURN("inner");
        } SB_END_TRY
        SB_RETURN("inner");
        SB_END();
    }
};

// Hands on all of it: values, exceptions and result.
template <class Way>
struct transparent {
    held_by<Way, reacts> to;
    std::string result{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM_INTO(result, Way::give(to));
        SB_RETURN(result);
        SB_END();
    }
};

// The same, with a handler for what comes out of the delegation, and a yield behind it.
template <class Way>
struct watchful {
    held_by<Way, reacts> to;
    words* log;
    std::string result{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM_INTO(result, Way::give(to));
            log->push_back("went on");
        } SB_CATCH_ALL {
            log->push_back("raised " + name_of(sb::handled_exception(co)));
            SB_RAISE();
        } SB_FINALLY {
            log->push_back("outer finally");
        } SB_END_TRY
        SB_YIELD(4);
        SB_RETURN(result);
        SB_END();
    }
};

// The exceptions that are thrown in: one that handlers of errors see, one that they do not, and the
// two that speak of an end.
struct foreign {};

template <class Way>
auto at_its_first_yield(reaction how, words& log) {
    auto g = std::make_unique<sb::generator<transparent<Way>>>(std::in_place, reacts<Way>{how, &log});
    CHECK(next_of(*g) == "1");
    return g;
}

template <class Way, class E>
words course_after(reaction how, E const& thrown) {
    words log;
    auto const g = at_its_first_yield<Way>(how, log);
    words said{thrown_into(*g, thrown)};
    while (g->status() != status::closed) said.push_back(next_of(*g));
    CHECK(next_of(*g) == "end");
    return said;
}
template <class Way>
words course_after_close(reaction how) {
    words log;
    auto const g = at_its_first_yield<Way>(how, log);
    words said{close_of(*g)};
    while (g->status() != status::closed) said.push_back(next_of(*g));
    CHECK(next_of(*g) == "end");
    return said;
}

TEST_CASE_TEMPLATE("gen H3, gen H6, gen E6: thrown into a delegation to a generator that has no try",
    way, EVERY_WAY) {
    auto const how = reaction::none;
    CHECK(course_after_close<way>(how) == words{"closed"});
    CHECK(course_after<way>(how, sb::generator_exit{}) == words{"exit"});
    CHECK(course_after<way>(how, sb::stop_iteration{}) == words{"escaped stop"});
    CHECK(course_after<way>(how, sb::cancelled{}) == words{"cancelled"});
    CHECK(course_after<way>(how, trouble("thrown")) == words{"thrown"});
}

TEST_CASE_TEMPLATE("gen H7, gen H10: what the other raises instead of what was thrown in takes its place",
    way, EVERY_WAY) {
    auto const how = reaction::raises;
    CHECK(course_after_close<way>(how) == words{"inner"});
    CHECK(course_after<way>(how, sb::generator_exit{}) == words{"inner"});
    CHECK(course_after<way>(how, sb::stop_iteration{}) == words{"inner"});
    CHECK(course_after<way>(how, sb::cancelled{}) == words{"inner"});
    CHECK(course_after<way>(how, trouble("thrown")) == words{"inner"});
}

TEST_CASE_TEMPLATE("gen H6, gen H10: the other may raise a generator_exit of its own", way, EVERY_WAY) {
    auto const how = reaction::raises_exit;
    CHECK(course_after_close<way>(how) == words{"closed"});
    CHECK(course_after<way>(how, sb::generator_exit{}) == words{"exit"});
    CHECK(course_after<way>(how, sb::stop_iteration{}) == words{"exit"});
    CHECK(course_after<way>(how, sb::cancelled{}) == words{"exit"});
    CHECK(course_after<way>(how, trouble("thrown")) == words{"exit"});
}

TEST_CASE_TEMPLATE(
    "gen H7, gen H10, gen D3: a stop_iteration that the other raises is no end, of neither of them",
    way, EVERY_WAY) {
    auto const how = reaction::raises_stop;
    CHECK(course_after_close<way>(how) == words{"escaped stop"});
    CHECK(course_after<way>(how, sb::generator_exit{}) == words{"escaped stop"});
    CHECK(course_after<way>(how, sb::stop_iteration{}) == words{"escaped stop"});
    CHECK(course_after<way>(how, sb::cancelled{}) == words{"escaped stop"});
    CHECK(course_after<way>(how, trouble("thrown")) == words{"escaped stop"});
}

TEST_CASE_TEMPLATE("gen H3: the value that the other yields in its finally is that of throw_()",
    way, EVERY_WAY) {
    auto const how = reaction::yields;
    CHECK(course_after<way>(how, sb::stop_iteration{}) == words{"3", "escaped stop"});
    CHECK(course_after<way>(how, sb::cancelled{}) == words{"3", "cancelled"});
    CHECK(course_after<way>(how, trouble("thrown")) == words{"3", "thrown"});
}

TEST_CASE_TEMPLATE(
    "gen H3, gen G3: a return in its finally discards what was thrown in, and ends the delegation",
    way, EVERY_WAY) {
    auto const how = reaction::returns;
    CHECK(course_after<way>(how, sb::stop_iteration{}) == words{"end: inner"});
    CHECK(course_after<way>(how, sb::cancelled{}) == words{"end: inner"});
    CHECK(course_after<way>(how, trouble("thrown")) == words{"end: inner"});
}

template <class Way>
void check_that_a_yield_is_an_error_at_the_delegation() {
    auto const how = reaction::yields;
    CHECK(course_after_close<Way>(how) == words{"ignored exit"});
    CHECK(course_after<Way>(how, sb::generator_exit{}) == words{"ignored exit"});
    words log;
    sb::generator<watchful<Way>> g{std::in_place, reacts<Way>{how, &log}, &log};
    CHECK(next_of(g) == "1");
    CHECK(thrown_into(g, sb::generator_exit{}) == "ignored exit");
    CHECK(log == words{"inner finally", "raised ignored exit", "outer finally"});
}

TEST_CASE_TEMPLATE(
    "gen H8: where the other yields when it is closed, ignored_exit is raised at the delegation",
    way, EVERY_WAY_TO_A_GENERATOR) {
    check_that_a_yield_is_an_error_at_the_delegation<way>();
}

template <class Way>
void check_that_the_exit_goes_on() {
    for (auto const how : {reaction::returns, reaction::catches_and_ends}) {
        CAPTURE(static_cast<int>(how));
        CHECK(course_after_close<Way>(how) == words{"closed"});
        CHECK(course_after<Way>(how, sb::generator_exit{}) == words{"exit"});

        words log;
        sb::generator<watchful<Way>> g{std::in_place, reacts<Way>{how, &log}, &log};
        CHECK(next_of(g) == "1");
        CHECK(close_of(g) == "closed");
        auto const first = how == reaction::returns ? "inner finally" : "caught";
        CHECK(log == words{first, "raised exit", "outer finally"});
    }
}

TEST_CASE_TEMPLATE("gen H9: the exit goes on in the body, though the other has swallowed it and returned",
    way, EVERY_WAY_TO_A_GENERATOR) {
    check_that_the_exit_goes_on<way>();
}

template <class Way>
void check_that_it_is_the_object_thrown_in() {
    words log;
    auto const g = at_its_first_yield<Way>(reaction::catches_and_ends, log);
    auto const thrown = std::make_exception_ptr(sb::generator_exit{});
    std::exception_ptr left;
    try {
        g->throw_(thrown);
    } catch (...) {
        left = std::current_exception();
    }
    CHECK(left == thrown);
}

TEST_CASE_TEMPLATE("gen H9: it is the very object that was thrown in", way, EVERY_WAY_TO_A_GENERATOR) {
    check_that_it_is_the_object_thrown_in<way>();
}

TEST_CASE_TEMPLATE("gen H7: what the other raises when it is closed can be caught at the delegation",
    way, EVERY_WAY) {
    words log;
    sb::generator<watchful<way>> g{std::in_place, reacts<way>{reaction::raises, &log}, &log};
    CHECK(next_of(g) == "1");
    CHECK(close_of(g) == "inner");
    CHECK(log == words{"inner finally", "raised inner", "outer finally"});
    CHECK(g.status() == status::closed);
}

TEST_CASE_TEMPLATE(
    "gen F8, gen H7: what the other raises when a delegating generator is destroyed is reported, once",
    way, EVERY_WAY) {
    test::unhandled_log const reported;
    words log;
    {
        sb::generator<watchful<way>> g{std::in_place, reacts<way>{reaction::raises, &log}, &log};
        next_of(g);
    }
    CHECK(log == words{"inner finally", "raised inner", "outer finally"});
    CHECK(reported.errors().size() == 1);
}

TEST_CASE_TEMPLATE(
    "gen D3, gen H10: the body sees escaped_stop at the delegation, and not the end of the other",
    way, EVERY_WAY) {
    words log;
    sb::generator<watchful<way>> g{std::in_place, reacts<way>{reaction::raises_stop, &log}, &log};
    CHECK(next_of(g) == "1");
    CHECK(next_of(g) == "2");
    CHECK(next_of(g) == "escaped stop");
    CHECK(log == words{"inner finally", "raised escaped stop", "outer finally"});
}

TEST_CASE_TEMPLATE(
    "gen E6, gen H10: a stop_iteration thrown into an other without a try is escaped_stop to the body",
    way, EVERY_WAY) {
    words log;
    sb::generator<watchful<way>> g{std::in_place, reacts<way>{reaction::none, &log}, &log};
    CHECK(next_of(g) == "1");
    CHECK(thrown_into(g, sb::stop_iteration{}) == "escaped stop");
    CHECK(log == words{"raised escaped stop", "outer finally"});
}

TEST_CASE_TEMPLATE(
    "gen H3: the other catches what is thrown in and ends: the body goes on, to the value of throw_()",
    way, EVERY_WAY) {
    words log;
    sb::generator<watchful<way>> g{std::in_place, reacts<way>{reaction::catches_and_ends, &log}, &log};
    CHECK(next_of(g) == "1");
    CHECK(thrown_into(g, trouble("thrown")) == "4");
    CHECK(log == words{"caught", "went on", "outer finally"});
    CHECK(next_of(g) == "end: inner");
}

// ---- A chain of three

// Its handler has an answer to `trouble` of its own name.
template <class Way>
struct innermost {
    words* log;
    std::optional<int> got{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) {
                SB_TRY {
                    SB_YIELD_INTO(got, got.value_or(0));
                } SB_CATCH(trouble const& met) {
                    log->push_back(std::string("innermost sees ") + met.what());
                    if (met.what() != std::string("innermost")) SB_RAISE();
                    got = 1;
                } SB_END_TRY
            }
        } SB_FINALLY {
            log->push_back("innermost ends");
        } SB_END_TRY
        SB_END();
    }
};
template <class Way>
struct middle {
    words* log;
    held_by<Way, innermost> to;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(Way::give(to));
        } SB_CATCH(trouble const& met) {
            log->push_back(std::string("middle sees ") + met.what());
            if (met.what() != std::string("middle")) SB_RAISE();
            SB_YIELD(2);
            SB_RETURN("half");
        } SB_FINALLY {
            log->push_back("middle ends");
        } SB_END_TRY
        SB_END();
    }
};
template <class Way>
struct outermost {
    words* log;
    held_by<Way, middle> to;
    std::optional<std::string> result{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM_INTO(result, Way::give(to));
            SB_YIELD(5);
        } SB_CATCH(trouble const& met) {
            log->push_back(std::string("outermost sees ") + met.what());
            if (met.what() != std::string("outermost")) SB_RAISE();
            SB_YIELD(3);
        } SB_FINALLY {
            log->push_back("outermost ends");
        } SB_END_TRY
        SB_RETURN(result.value_or("none"));
        SB_END();
    }
};

template <class Way>
auto chain_of_three(words& log) {
    return std::make_unique<sb::generator<outermost<Way>>>(
        std::in_place, &log, middle<Way>{&log, innermost<Way>{&log}});
}

TEST_CASE_TEMPLATE("gen H2, gen H16: through a chain of three, what is sent comes to the innermost",
    way, EVERY_WAY) {
    words log;
    auto const g = chain_of_three<way>(log);
    CHECK(next_of(*g) == "0");
    for (int i = 6; i < 9; ++i) CHECK(sent_to(*g, i) == std::to_string(i));
    CHECK(next_of(*g) == "0");
    CHECK(log.empty());
}

TEST_CASE_TEMPLATE("gen H16: through a chain of three, an exception goes outwards to who catches it",
    way, EVERY_WAY) {
    words log;
    auto const in_the_innermost = chain_of_three<way>(log);
    next_of(*in_the_innermost);
    CHECK(thrown_into(*in_the_innermost, trouble("innermost")) == "1");
    CHECK(thrown_into(*in_the_innermost, trouble("innermost")) == "1");
    CHECK(sent_to(*in_the_innermost, 9) == "9");
    CHECK(log == words{"innermost sees innermost", "innermost sees innermost"});

    log.clear();
    auto const in_the_middle = chain_of_three<way>(log);
    next_of(*in_the_middle);
    CHECK(thrown_into(*in_the_middle, trouble("middle")) == "2");
    CHECK(log == words{"innermost sees middle", "innermost ends", "middle sees middle"});
    CHECK(next_of(*in_the_middle) == "5");
    CHECK(next_of(*in_the_middle) == "end: half");

    log.clear();
    auto const in_the_outermost = chain_of_three<way>(log);
    next_of(*in_the_outermost);
    CHECK(thrown_into(*in_the_outermost, trouble("outermost")) == "3");
    CHECK(log == words{"innermost sees outermost", "innermost ends", "middle sees outermost", "middle ends",
        "outermost sees outermost"});
    CHECK(next_of(*in_the_outermost) == "end: none");

    log.clear();
    auto const nowhere = chain_of_three<way>(log);
    next_of(*nowhere);
    CHECK(thrown_into(*nowhere, trouble("nobody")) == "nobody");
    CHECK(log.back() == "outermost ends");
    CHECK(next_of(*nowhere) == "end");
}

TEST_CASE_TEMPLATE("gen H6: a chain of three is closed, and destroyed, from the innermost outwards",
    way, EVERY_WAY) {
    words log;
    auto const closed = chain_of_three<way>(log);
    next_of(*closed);
    CHECK(close_of(*closed) == "closed");
    CHECK(log == words{"innermost ends", "middle ends", "outermost ends"});

    log.clear();
    auto destroyed = chain_of_three<way>(log);
    next_of(*destroyed);
    destroyed.reset();
    CHECK(log == words{"innermost ends", "middle ends", "outermost ends"});

    log.clear();
    auto const half = chain_of_three<way>(log);
    next_of(*half);
    thrown_into(*half, trouble("middle"));
    log.clear();
    CHECK(close_of(*half) == "closed");
    CHECK(log == words{"middle ends", "outermost ends"});
}

// The same chain of all the ways at once: a frame on the spot, which delegates to a generator that is
// its member, which was handed one over.
struct mixed_middle {
    words* log;
    sb::generator<innermost<to_member>> to;
    sb::step operator()(talk<on_the_spot>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(to);
        } SB_FINALLY {
            log->push_back("second ends");
        } SB_END_TRY
        SB_END();
    }
};
struct mixed_holder {
    words* log;
    sb::generator<mixed_middle> to;
    sb::step operator()(talk<on_the_spot>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(std::move(to));
        } SB_FINALLY {
            log->push_back("third ends");
        } SB_END_TRY
        SB_END();
    }
};
struct mixed {
    words* log;
    sb::step operator()(talk<on_the_spot>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(mixed_holder{
                log, mixed_middle{log, innermost<to_member>{log}}});
        } SB_CATCH(trouble const& met) {
            SB_YIELD(4);
        } SB_FINALLY {
            log->push_back("fourth ends");
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen H2, gen H6, gen H16: a chain may delegate in all the ways at once") {
    words log;
    sb::generator<mixed> g{std::in_place, &log};
    CHECK(next_of(g) == "0");
    CHECK(sent_to(g, 6) == "6");
    CHECK(thrown_into(g, trouble("innermost")) == "1");
    CHECK(thrown_into(g, trouble("none of theirs")) == "4");
    CHECK(log == words{"innermost sees innermost", "innermost sees none of theirs", "innermost ends",
        "second ends", "third ends"});
    CHECK(next_of(g) == "end");

    log.clear();
    {
        sb::generator<mixed> closed{std::in_place, &log};
        next_of(closed);
        CHECK(close_of(closed) == "closed");
        CHECK(log == words{"innermost ends", "second ends", "third ends", "fourth ends"});
        log.clear();
        sb::generator<mixed> destroyed{std::in_place, &log};
        next_of(destroyed);
    }
    CHECK(log == words{"innermost ends", "second ends", "third ends", "fourth ends"});
}

// ---- A delegation in every block of a try, and in a with

enum class block { trying, handling, otherwise, finally };

template <class Way>
struct stream_in_a_block {
    bool catches = false;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH(trouble const& met) {
            if (!catches) SB_RAISE();
            SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    }
};

template <class Way>
struct in_a_block {
    block where;
    bool in_flight;
    words* log;
    held_by<Way, stream_in_a_block> to;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                if (where == block::handling || in_flight) throw sb::cancelled{};
                if (where == block::trying) SB_YIELD_FROM(Way::give(to));
            } SB_CATCH(sb::cancelled const& met) {
                if (where == block::handling) SB_YIELD_FROM(Way::give(to));
                if (in_flight) SB_RAISE();
                log->push_back("handled");
            } SB_CATCH(trouble const& met) {
                log->push_back("trouble");
            } SB_ELSE {
                if (where == block::otherwise) SB_YIELD_FROM(Way::give(to));
                log->push_back("else");
            } SB_FINALLY {
                if (where == block::finally) SB_YIELD_FROM(Way::give(to));
                log->push_back("finally");
            } SB_END_TRY
            log->push_back("behind");
        } SB_CATCH_ALL {
            log->push_back("out: " + name_of(sb::handled_exception(co)));
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }
};

// What is said when the other ends by itself, and when an exception is thrown into it at its yield.
template <class Way>
std::pair<words, words> courses_in(block where, bool in_flight, bool catches) {
    words untouched;
    sb::generator<in_a_block<Way>> g{
        std::in_place, where, in_flight, &untouched, stream_in_a_block<Way>{catches}};
    CHECK(next_of(g) == "1");
    untouched.push_back(next_of(g));

    words thrown;
    sb::generator<in_a_block<Way>> h{
        std::in_place, where, in_flight, &thrown, stream_in_a_block<Way>{catches}};
    CHECK(next_of(h) == "1");
    thrown.push_back(thrown_into(h, trouble("thrown")));
    if (h.status() != status::closed) thrown.push_back(next_of(h));
    return {untouched, thrown};
}

TEST_CASE_TEMPLATE(
    "gen G1, gen H10: a delegation may stand in each block of a try, and raises where it stands",
    way, EVERY_WAY) {
    auto const in_try = courses_in<way>(block::trying, false, false);
    CHECK(in_try.first == words{"else", "finally", "behind", "end"});
    CHECK(in_try.second == words{"trouble", "finally", "behind", "end"});
    auto const in_handler = courses_in<way>(block::handling, false, false);
    CHECK(in_handler.first == words{"handled", "finally", "behind", "end"});
    CHECK(in_handler.second == words{"finally", "out: thrown", "thrown"});
    auto const in_else = courses_in<way>(block::otherwise, false, false);
    CHECK(in_else.first == words{"else", "finally", "behind", "end"});
    CHECK(in_else.second == words{"finally", "out: thrown", "thrown"});
    auto const in_finally = courses_in<way>(block::finally, false, false);
    CHECK(in_finally.first == words{"else", "finally", "behind", "end"});
    CHECK(in_finally.second == words{"else", "out: thrown", "thrown"});
}

TEST_CASE_TEMPLATE(
    "gen G4, gen H10: what a body handles waits while the other runs, catches and handles things of its own",
    way, EVERY_WAY) {
    auto const in_handler = courses_in<way>(block::handling, true, true);
    CHECK(in_handler.first == words{"finally", "out: cancelled", "cancelled"});
    CHECK(in_handler.second == words{"2", "finally", "out: cancelled", "cancelled"});
    auto const in_finally = courses_in<way>(block::finally, true, true);
    CHECK(in_finally.first == words{"finally", "out: cancelled", "cancelled"});
    CHECK(in_finally.second == words{"2", "finally", "out: cancelled", "cancelled"});
    auto const replaced = courses_in<way>(block::finally, true, false);
    CHECK(replaced.second == words{"out: thrown", "thrown"});
}

TEST_CASE_TEMPLATE("gen H6: a delegation in each block of a try is closed like any other", way, EVERY_WAY) {
    for (auto const where : {block::trying, block::handling, block::otherwise, block::finally}) {
        for (bool const in_flight : {false, true}) {
            if (in_flight && (where == block::trying || where == block::otherwise)) continue;
            words log;
            sb::generator<in_a_block<way>> g{
                std::in_place, where, in_flight, &log, stream_in_a_block<way>{}};
            CHECK(next_of(g) == "1");
            log.clear();
            CHECK(close_of(g) == "closed");
            CHECK(log == (where == block::finally ? words{"out: exit"} : words{"finally", "out: exit"}));
        }
    }
}

// A resource that tells of itself, and may swallow what it is told.
struct lamp {
    words* log;
    bool swallows;
    lamp(words* to, bool s) : log(to), swallows(s) { log->push_back("on"); }
    lamp(lamp&& other) noexcept : log(std::exchange(other.log, nullptr)), swallows(other.swallows) {}
    lamp& operator=(lamp&&) = delete;
    ~lamp() {
        if (log != nullptr) log->push_back("off");
    }
    bool exit(std::exception_ptr error) {
        log->push_back(error == nullptr ? "exit" : "exit with " + name_of(error));
        return swallows;
    }
};

template <class Way>
struct by_lamplight {
    words* log;
    bool swallows;
    held_by<Way, brook> to;
    std::optional<lamp> with{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_WITH(with, log, swallows) {
            SB_YIELD_FROM(Way::give(to));
        } SB_END_WITH
        SB_YIELD(30);
        SB_RETURN("dark");
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen G6, gen H1: a with around a delegation lasts until the other has ended",
    way, EVERY_WAY) {
    words log;
    sb::generator<by_lamplight<way>> g{std::in_place, &log, false, brook<way>{&log}};
    CHECK(course_of(g) == words{"1", "2", "30", "end: dark"});
    CHECK(log == words{"on", "brook begins", "brook ends", "exit", "off"});
}

TEST_CASE_TEMPLATE(
    "gen G6, gen H16: it is left behind the other's finally, with the exception that came out of it",
    way, EVERY_WAY) {
    words log;
    sb::generator<by_lamplight<way>> g{std::in_place, &log, false, brook<way>{&log}};
    next_of(g);
    CHECK(thrown_into(g, trouble("thrown")) == "thrown");
    CHECK(log == words{"on", "brook begins", "brook ends", "exit with thrown", "off"});

    log.clear();
    sb::generator<by_lamplight<way>> fails{std::in_place, &log, false, brook<way>{&log, false, true}};
    CHECK(course_of(fails) == words{"1", "dam"});
    CHECK(log == words{"on", "brook begins", "brook ends", "exit with dam", "off"});

    log.clear();
    sb::generator<by_lamplight<way>> closed{std::in_place, &log, false, brook<way>{&log}};
    next_of(closed);
    CHECK(close_of(closed) == "closed");
    CHECK(log == words{"on", "brook begins", "brook ends", "exit with exit", "off"});
}

TEST_CASE_TEMPLATE("gen G6, gen G7: an exit that swallows what came out of the other lets the body go on",
    way, EVERY_WAY) {
    words log;
    sb::generator<by_lamplight<way>> g{std::in_place, &log, true, brook<way>{&log}};
    next_of(g);
    CHECK(thrown_into(g, trouble("thrown")) == "30");
    CHECK(next_of(g) == "end: dark");

    sb::generator<by_lamplight<way>> closed{std::in_place, &log, true, brook<way>{&log}};
    next_of(closed);
    CHECK(close_of(closed) == "ignored exit"); // there is a yield behind the with
    CHECK(next_of(closed) == "end: dark");
}

template <class Way>
struct held_in_a_with {
    words* log;
    std::optional<lamp> with{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_WITH(with, log, false) {
            SB_YIELD(1);
        } SB_END_WITH
        SB_RETURN("inner");
        SB_END();
    }
};
template <class Way>
struct around_a_with {
    words* log;
    held_by<Way, held_in_a_with> to;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(Way::give(to));
        log->push_back("went on");
        SB_END();
    }
};

TEST_CASE_TEMPLATE(
    "gen G6, gen H3: a with in the other, too, is left when an exception is thrown in, or it is closed",
    way, EVERY_WAY) {
    words log;
    sb::generator<around_a_with<way>> g{std::in_place, &log, held_in_a_with<way>{&log}};
    next_of(g);
    CHECK(thrown_into(g, trouble("thrown")) == "thrown");
    CHECK(log == words{"on", "exit with thrown", "off"});
    log.clear();
    sb::generator<around_a_with<way>> closed{std::in_place, &log, held_in_a_with<way>{&log}};
    next_of(closed);
    CHECK(close_of(closed) == "closed");
    CHECK(log == words{"on", "exit with exit", "off"});
}

// ---- Who runs

template <class Way>
struct looks_around;

// Delegates to what looks at both of their states.
template <class Way>
struct looked_at {
    std::vector<status>* seen;
    std::function<void()>* look;
    held_by<Way, looks_around> to;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(Way::give(to));
        (*look)();
        SB_YIELD(2);
        (*look)();
        SB_END();
    }
};
template <class Way>
struct looks_around {
    std::function<void()>* look;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            (*look)();
            SB_YIELD(1);
            (*look)();
        } SB_CATCH(trouble const& met) {
            (*look)();
        } SB_FINALLY {
            (*look)();
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE_TEMPLATE(
    "gen A2, gen C2: who delegates runs whenever the other does: in next, send, throw_ and close",
    way, EVERY_WAY) {
    std::vector<status> seen;
    std::function<void()> look;
    auto const make = [&] {
        return std::make_unique<sb::generator<looked_at<way>>>(
            std::in_place, &seen, &look, looks_around<way>{&look});
    };
    auto const check = [&](auto const& action, std::size_t looks) {
        auto const g = make();
        look = [&] {
            seen.push_back(g->status());
            CHECK_THROWS_AS(g->next(), sb::already_running);
            CHECK_THROWS_AS(g->send(1), sb::already_running);
            CHECK_THROWS_AS(g->throw_(1), sb::already_running);
            CHECK_THROWS_AS(g->close(), sb::already_running);
        };
        CHECK(g->status() == status::created);
        CHECK(*g->next() == 1);
        CHECK(g->status() == status::suspended);
        seen.clear();
        action(*g);
        CHECK(seen == std::vector(looks, status::running));
        CHECK(g->status() != status::running);
        look = [] {};
    };
    check([](auto& g) { CHECK(next_of(g) == "2"); }, 3);
    check([](auto& g) { CHECK(sent_to(g, 5) == "2"); }, 3);
    check([](auto& g) { CHECK(thrown_into(g, trouble("thrown")) == "2"); }, 3);
    check([](auto& g) { CHECK(close_of(g) == "closed"); }, 1);
    check([](auto& g) { CHECK(course_of(g) == words{"2", "end"}); }, 4);
}

template <class Way>
struct second_of_a_ring;

// The first delegates to the second, which delegates to the first and catches what comes of it.
template <class Way>
struct first_of_a_ring {
    held_by<Way, second_of_a_ring> to;
    bool absorbs = false;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(0);
        } SB_CATCH(trouble const& met) {
        } SB_END_TRY
        SB_YIELD_FROM(Way::give(to));
        SB_TRY {
            SB_YIELD(3);
        } SB_CATCH(trouble const& met) {
        } SB_END_TRY
        SB_END();
    }
};
template <class Way>
struct second_of_a_ring {
    sb::generator<first_of_a_ring<Way>>** first;
    bool catches;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH(trouble const& met) {
        } SB_END_TRY
        SB_TRY {
            SB_YIELD_FROM(**first);
        } SB_CATCH(sb::already_running const& error) {
            if (!catches) SB_RAISE();
        } SB_END_TRY
        SB_TRY {
            SB_YIELD(2);
        } SB_CATCH(trouble const& met) {
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen C4: a ring of delegations is told that it is running, and can go on from there",
    way, EVERY_WAY) {
    sb::generator<first_of_a_ring<way>>* first = nullptr;
    auto const make = [&](bool catches) {
        auto g = std::make_unique<sb::generator<first_of_a_ring<way>>>(
            std::in_place, second_of_a_ring<way>{&first, catches});
        first = g.get();
        return g;
    };
    auto const by_next = make(true);
    CHECK(course_of(*by_next) == words{"0", "1", "2", "3", "end"});

    auto const by_send = make(true);
    words said{next_of(*by_send)};
    while (by_send->status() != status::closed) said.push_back(sent_to(*by_send, 42));
    CHECK(said == words{"0", "1", "2", "3", "end"});

    auto const by_throw = make(true);
    said = {next_of(*by_throw)};
    while (by_throw->status() != status::closed) said.push_back(thrown_into(*by_throw, trouble("thrown")));
    CHECK(said == words{"0", "1", "2", "3", "end"});

    auto const uncaught = make(false);
    CHECK(course_of(*uncaught) == words{"0", "1", "already running"});
}

TEST_CASE_TEMPLATE("gen H11: a generator that is running cannot be delegated to", way, EVERY_WAY) {
    struct runs_another {
        std::function<std::string()>* run;
        std::string* result;
        sb::step operator()(sb::yields<int, int, std::string>& co) {
            SB_BEGIN(co);
            *result = (*run)();
            SB_YIELD(1);
            SB_END();
        }
    };
    std::function<std::string()> run;
    std::string result;
    sb::generator<runs_another> g{std::in_place, &run, &result};
    sb::generator other{[&g](talk<way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(g);
        SB_END();
    }};
    run = [&] { return next_of(other); };
    CHECK(next_of(g) == "1");
    CHECK(result == "already running");
    CHECK(next_of(g) == "end");
}

// ---- Generators that live elsewhere, half-run, ended, or shared

template <class Way>
struct to_elsewhere {
    sb::generator<brook<to_member>>* to;
    std::optional<std::string> result{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM_INTO(result, *to);
        SB_RETURN(result.value_or("none"));
        SB_END();
    }
};
template <class Way>
struct to_elsewhere_with_a_finally {
    sb::generator<brook<to_member>>* to;
    std::optional<std::string> result{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM_INTO(result, *to);
        } SB_FINALLY {
            result = result.value_or("none") + "!";
        } SB_END_TRY
        SB_RETURN(*result);
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen H11: a half-run generator is gone on with, an ended one gives nothing",
    way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<brook<to_member>> source{std::in_place, &log};
    CHECK(next_of(source) == "1");
    sb::generator<to_elsewhere<way>> goes_on{std::in_place, &source};
    CHECK(course_of(goes_on) == words{"2", "end: sea"});
    sb::generator<to_elsewhere<way>> too_late{std::in_place, &source};
    CHECK(course_of(too_late) == words{"end: none"});
}

TEST_CASE_TEMPLATE("gen H11: one that was closed, or has failed, gives nothing either",
    way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<brook<to_member>> was_closed{std::in_place, &log};
    was_closed.close();
    sb::generator<to_elsewhere<way>> first{std::in_place, &was_closed};
    CHECK(course_of(first) == words{"end: none"});
    sb::generator<brook<to_member>> has_failed{std::in_place, &log, true};
    CHECK(next_of(has_failed) == "dry");
    sb::generator<to_elsewhere<way>> second{std::in_place, &has_failed};
    CHECK(course_of(second) == words{"end: none"});
}

TEST_CASE_TEMPLATE("gen H12: the other may be resumed by somebody else while it is delegated to",
    way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<brook<to_member>> source{std::in_place, &log};
    sb::generator<to_elsewhere<way>> g{std::in_place, &source};
    CHECK(next_of(g) == "1");
    CHECK(next_of(source) == "2");
    CHECK(next_of(g) == "end: sea");
}

TEST_CASE_TEMPLATE("gen H12: or be ended by somebody else; then the delegation is over, with nothing",
    way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<brook<to_member>> to_close{std::in_place, &log};
    sb::generator<to_elsewhere<way>> g{std::in_place, &to_close};
    CHECK(next_of(g) == "1");
    CHECK(close_of(to_close) == "closed");
    CHECK(next_of(g) == "end: none");

    sb::generator<brook<to_member>> to_finish{std::in_place, &log};
    sb::generator<to_elsewhere<way>> h{std::in_place, &to_finish};
    CHECK(next_of(h) == "1");
    CHECK(course_of(to_finish) == words{"2", "end: sea"}); // and takes the result with it
    CHECK(sent_to(h, 1) == "end: none");
}

TEST_CASE_TEMPLATE(
    "gen H12, gen E4: thrown into a delegation whose other has been ended, an exception is raised there",
    way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<brook<to_member>> source{std::in_place, &log};
    sb::generator<to_elsewhere_with_a_finally<way>> g{std::in_place, &source};
    CHECK(next_of(g) == "1");
    source.close();
    CHECK(thrown_into(g, trouble("thrown")) == "thrown");
    CHECK(g.status() == status::closed);
}

TEST_CASE_TEMPLATE("gen H12: two may delegate to one, and share what it yields", way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<brook<to_member>> source{std::in_place, &log};
    sb::generator<to_elsewhere<way>> g{std::in_place, &source};
    sb::generator<to_elsewhere<way>> h{std::in_place, &source};
    CHECK(next_of(g) == "1");
    CHECK(next_of(h) == "2");
    CHECK(next_of(g) == "end: sea");
    CHECK(next_of(h) == "end: none");
}

TEST_CASE_TEMPLATE(
    "gen H6, gen H12: a close reaches the other wherever it lives, and what is left of it is closed",
    way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<brook<to_member>> source{std::in_place, &log};
    sb::generator<to_elsewhere<way>> g{std::in_place, &source};
    next_of(g);
    CHECK(close_of(g) == "closed");
    CHECK(log == words{"brook begins", "brook ends"});
    CHECK(source.status() == status::closed);
    CHECK(next_of(source) == "end");
}

TEST_CASE_TEMPLATE("gen F7, gen H12: so does the destruction of who delegates", way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<brook<to_member>> source{std::in_place, &log};
    {
        sb::generator<to_elsewhere<way>> g{std::in_place, &source};
        next_of(g);
    }
    CHECK(log == words{"brook begins", "brook ends"});
    CHECK(source.status() == status::closed);
}

struct tries_late {
    words* log;
    sb::step operator()(sb::yields<int, int, std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_TRY {
            SB_YIELD(2);
        } SB_CATCH(trouble const& met) {
            SB_YIELD(3);
        } SB_FINALLY {
            log->push_back("finally");
        } SB_END_TRY
        SB_END();
    }
};
TEST_CASE(
    "gen H12: a generator that was closed by one delegation gives nothing to the next in the same body") {
    struct twice {
        sb::generator<tries_late>* to;
        sb::step operator()(sb::yields<int, int, std::string>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD_FROM(*to);
            } SB_CATCH_ALL {
                SB_YIELD(10);
                SB_YIELD_FROM(*to);
            } SB_END_TRY
            SB_RETURN("done");
            SB_END();
        }
    };
    words log;
    sb::generator<tries_late> source{std::in_place, &log};
    sb::generator<twice> g{std::in_place, &source};
    CHECK(next_of(g) == "1");
    CHECK(thrown_into(g, sb::cancelled{}) == "10");
    CHECK(next_of(g) == "end: done");
}

TEST_CASE("a generator that has begun cannot be handed over: that is an error at the delegation") {
    words log;
    sb::generator<brook<handed_over>> source{std::in_place, &log};
    next_of(source);
    sb::generator g{[&source](talk<handed_over>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(std::move(source));
        } SB_CATCH(sb::moved_after_start const& error) {
            SB_YIELD(7);
        } SB_END_TRY
        SB_END();
    }};
    CHECK(next_of(g) == "7");
    CHECK(next_of(source) == "2");
    CHECK(next_of(g) == "end");
}

// ---- The expression that says to whom

TEST_CASE("gen H14: what is raised while a frame is made on the spot is raised at the delegation") {
    struct refuses {
        explicit refuses(words* log) {
            log->push_back("asked");
            throw trouble("refused");
        }
        sb::step operator()(talk<on_the_spot>& co) {
            SB_BEGIN(co);
            SB_END();
        }
    };
    words log;
    sb::generator g{[&log](talk<on_the_spot>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(refuses{&log});
        } SB_CATCH(trouble const& met) {
            SB_YIELD(1);
        } SB_END_TRY
        SB_YIELD_FROM(refuses{&log});
        SB_END();
    }};
    CHECK(next_of(g) == "1");
    CHECK(next_of(g) == "refused");
    CHECK(log == words{"asked", "asked"});
    CHECK(g.status() == status::closed);
}

TEST_CASE("gen H1: a frame is made once for a delegation, however often that is resumed") {
    words log;
    int made = 0;
    sb::generator g{[&log, &made](talk<on_the_spot>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM((++made, brook<on_the_spot>{&log}));
        SB_END();
    }};
    CHECK(course_of(g) == words{"1", "2", "end"});
    CHECK(made == 1);
}

TEST_CASE_TEMPLATE("gen A8, gen H1: what the other has held is gone before the body goes on",
    way, on_the_spot, handed_over) {
    REQUIRE(live::count() == 0);
    struct holds {
        live held{};
        sb::step operator()(talk<way>& co) {
            SB_BEGIN(co);
            SB_YIELD(1);
            SB_END();
        }
    };
    int left = -1;
    sb::generator g{[&left](talk<way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(typename way::template held<holds>(holds{}));
        left = live::count();
        SB_YIELD(2);
        SB_END();
    }};
    CHECK(course_of(g) == words{"1", "2", "end"});
    CHECK(left == 0);
}

// ---- Recursion that fails, far down

// Goes down to zero, and takes the depth from an exception that is raised there, on its way up.
template <class Way>
struct descends {
    int depth;
    int caught_at;
    std::unique_ptr<sb::generator<descends>> below{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            if (depth == 0) throw trouble("bottom");
            SB_YIELD(depth);
            if constexpr (std::is_same_v<Way, to_member>) {
                below = std::make_unique<sb::generator<descends>>(std::in_place, depth - 1, caught_at);
            }
            SB_YIELD_FROM(next_below());
        } SB_CATCH(trouble const& met) {
            if (depth != caught_at) SB_RAISE();
            SB_YIELD(100 + depth);
        } SB_END_TRY
        SB_RETURN("from " + std::to_string(depth));
        SB_END();
    }
    decltype(auto) next_below() {
        if constexpr (std::is_same_v<Way, to_member>) {
            return (*below);
        } else {
            return descends{depth - 1, caught_at};
        }
    }
};

TEST_CASE_TEMPLATE(
    "gen H10, gen H16: an exception from the bottom of a recursion comes to the level that catches it",
    way, to_member, on_the_spot) {
    for (int caught_at = 0; caught_at <= 20; ++caught_at) {
        CAPTURE(caught_at);
        sb::generator<descends<way>> g{std::in_place, 20, caught_at};
        auto const said = course_of(g);
        REQUIRE(said.size() == 22);
        for (std::size_t i = 0; i < 20; ++i) CHECK(said[i] == std::to_string(20 - i));
        CHECK(said[20] == std::to_string(100 + caught_at));
        CHECK(said[21] == "end: from 20");
    }
    sb::generator<descends<way>> uncaught{std::in_place, 20, -1};
    CHECK(course_of(uncaught).back() == "bottom");
}

TEST_CASE("gen H8: a yield of a frame made on the spot, when it is closed, is an error at the delegation") {
    check_that_a_yield_is_an_error_at_the_delegation<on_the_spot>();
}
TEST_CASE("gen H9: the exit goes on in the body, though a frame made on the spot has swallowed it") {
    check_that_the_exit_goes_on<on_the_spot>();
}
TEST_CASE("gen H9: an exit that a frame made on the spot has swallowed is raised again as it is") {
    check_that_it_is_the_object_thrown_in<on_the_spot>();
}

// ---- Where we differ from Python: a body knows of a generator that lives elsewhere what held when it
// yielded, and no more. (Everything else would cost each delegation to a member its speed.)

struct no_try_at_all {
    live alive{};
    sb::step operator()(sb::yields<int, int, std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_YIELD(2);
        SB_END();
    }
};
template <class Way>
struct to_one_without_a_try {
    sb::generator<no_try_at_all>* to;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(*to);
        SB_END();
    }
};

TEST_CASE_TEMPLATE("own D3: a generator that lives elsewhere, and has no try, is left where it is",
    way, EVERY_WAY_TO_A_MEMBER) {
    sb::generator<no_try_at_all> source;
    sb::generator<to_one_without_a_try<way>> g{std::in_place, &source};
    next_of(g);
    CHECK(close_of(g) == "closed");
    CHECK(source.status() == status::suspended);
    CHECK(next_of(source) == "2");

    sb::generator<no_try_at_all> thrown_to;
    sb::generator<to_one_without_a_try<way>> h{std::in_place, &thrown_to};
    next_of(h);
    CHECK(thrown_into(h, trouble("thrown")) == "thrown");
    CHECK(thrown_to.status() == status::suspended);

    sb::generator<no_try_at_all> left_behind;
    {
        sb::generator<to_one_without_a_try<way>> destroyed{std::in_place, &left_behind};
        next_of(destroyed);
    }
    CHECK(left_behind.status() == status::suspended);
}

template <class Way>
struct to_one_that_tries_late {
    sb::generator<tries_late>* to;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(*to);
        SB_END();
    }
};

TEST_CASE_TEMPLATE(
    "own D3: an exception does not reach a try into which somebody else has brought the other since",
    way, EVERY_WAY_TO_A_MEMBER) {
    words log;
    sb::generator<tries_late> source{std::in_place, &log};
    sb::generator<to_one_that_tries_late<way>> g{std::in_place, &source};
    CHECK(next_of(g) == "1");
    CHECK(next_of(source) == "2");
    CHECK(thrown_into(g, trouble("thrown")) == "thrown");
    CHECK(log == words{});
    CHECK(source.status() == status::suspended);
}

} // namespace
