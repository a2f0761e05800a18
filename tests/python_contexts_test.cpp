// What an exception was raised in the middle of (Python: __context__), as Python's own tests of
// generators and delegation hold it.
#include "support/ways_to_delegate.hpp"

#include <switchback/delegates.hpp>
#include <switchback/generator.hpp>
#include <switchback/handled.hpp>
#include <switchback/with.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sb = switchback;
using test::handed_over;
using test::on_the_spot;
using test::to_member;

namespace {

using words = std::vector<std::string>;
using errors = std::vector<std::exception_ptr>;

struct trouble : std::runtime_error {
    using std::runtime_error::runtime_error;
};
std::exception_ptr made(char const* name) { return std::make_exception_ptr(trouble(name)); }

std::string name_of(std::exception_ptr const& error) {
    if (error == nullptr) return "none";
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
words names_of(errors const& several) {
    words names;
    for (auto const& error : several) names.push_back(name_of(error));
    return names;
}

// The exception that an action lets out, and what it was raised in the middle of.
struct raised {
    std::exception_ptr error{};
    errors context{};

    std::string name() const { return name_of(error); }
    words around() const { return names_of(context); }
};
template <class Action>
raised raised_by(Action const& action) {
    try {
        action();
    } catch (...) {
        auto const error = std::current_exception();
        return {error, sb::context_of(error)};
    }
    return {};
}
template <class G>
raised raised_by_next(G& g) {
    return raised_by([&] { g.next(); });
}
template <class G, class E>
raised raised_by_throw(G& g, E const& error) {
    return raised_by([&] { g.throw_(error); });
}
template <class G>
raised raised_by_close(G& g) {
    return raised_by([&] { g.close(); });
}

// ---- In one body

struct yields_in_a_handler {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("first");
        } SB_CATCH_ERRORS {
            SB_YIELD(1);
            throw trouble("second");
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen I1: an exception raised in a handler has the handled one as its context, over yields too") {
    sb::generator<yields_in_a_handler> g;
    g.next();
    auto const left = raised_by_next(g);
    CHECK(left.name() == "second");
    CHECK(left.around() == words{"first"});
}

TEST_CASE("gen I1: and so has one that is thrown in there") {
    sb::generator<yields_in_a_handler> g;
    g.next();
    auto const thrown = made("thrown");
    auto const left = raised_by_throw(g, thrown);
    CHECK(left.error == thrown);
    CHECK(left.around() == words{"first"});
}

// Tells the context of what it catches while it handles something.
template <class Context>
struct tells_of_two {
    sb::step operator()(Context& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("first");
        } SB_CATCH_ERRORS {
            SB_TRY {
                SB_YIELD(errors{});
                SB_YIELD(errors{});
            } SB_CATCH_ERRORS {
                SB_YIELD(sb::context_of(co));
                SB_YIELD(sb::context_of(co));
            } SB_END_TRY
            SB_YIELD(sb::context_of(co));
        } SB_END_TRY
        SB_YIELD(sb::context_of(co));
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen I1: the body itself can ask, in its handler, as often as it likes",
    context, sb::yields<errors>, sb::delegates<errors>) {
    sb::generator<tells_of_two<context>> g;
    g.next();
    g.next();
    CHECK(names_of(*g.throw_(trouble("thrown"))) == words{"first"});
    CHECK(names_of(*g.next()) == words{"first"});
    CHECK(*g.next() == errors{}); // of the first itself
    CHECK(*g.next() == errors{}); // nothing is handled
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen I1: without a handler around it, an exception has no context") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH(trouble const& met) {
            CHECK(sb::context_of(co).empty());
            SB_YIELD(2);
            CHECK(sb::context_of(co).empty());
        } SB_END_TRY
        SB_YIELD(3);
        throw trouble("last");
        SB_END();
    }};
    g.next();
    CHECK(*g.throw_(trouble("thrown")) == 2);
    CHECK(*g.next() == 3);
    CHECK(raised_by_next(g).around() == words{});

    sb::generator<yields_in_a_handler> not_begun;
    CHECK(raised_by_throw(not_begun, trouble("thrown")).around() == words{});
    CHECK(raised_by_throw(not_begun, trouble("thrown")).around() == words{}); // and closed
}

TEST_CASE("gen I1: a handler that has ended is no context for what comes after it") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("over");
        } SB_CATCH(trouble const& met) {
        } SB_END_TRY
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ERRORS {
            throw trouble("answer");
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    auto const left = raised_by_throw(g, trouble("thrown"));
    CHECK(left.name() == "answer");
    CHECK(left.around() == words{"thrown"});
}

TEST_CASE("gen I1: what is handled in turns of a loop does not gather") {
    sb::generator g{[i = 0](sb::yields<errors>& co) mutable {
        SB_BEGIN(co);
        for (; i < 3; ++i) {
            SB_TRY {
                throw trouble("turn " + std::to_string(i));
            } SB_CATCH_ERRORS {
                SB_TRY {
                    throw trouble("within");
                } SB_CATCH_ERRORS {
                    SB_YIELD(sb::context_of(co));
                } SB_END_TRY
            } SB_END_TRY
        }
        SB_END();
    }};
    for (int i = 0; i < 3; ++i) CHECK(names_of(*g.next()) == words{"turn " + std::to_string(i)});
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen I1: handlers within handlers are told nearest first") {
    sb::generator g{[](sb::yields<errors>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("one");
        } SB_CATCH_ERRORS {
            SB_TRY {
                throw trouble("two");
            } SB_CATCH_ERRORS {
                SB_TRY {
                    SB_YIELD(errors{});
                } SB_CATCH_ERRORS {
                    SB_YIELD(sb::context_of(co));
                    throw trouble("four");
                } SB_END_TRY
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK(names_of(*g.throw_(trouble("three"))) == words{"two", "one"});
    auto const left = raised_by_next(g);
    CHECK(left.name() == "four");
    CHECK(left.around() == words{"three", "two", "one"});
}

TEST_CASE("gen I1: an exception that waits for its finally is the context of one that is raised there") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("waits");
        } SB_FINALLY {
            SB_YIELD(1);
            SB_TRY {
                throw trouble("in the finally");
            } SB_CATCH_ERRORS {
                CHECK(names_of(sb::context_of(co)) == words{"waits"});
            } SB_END_TRY
            SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    g.next();
    auto const left = raised_by_throw(g, trouble("thrown"));
    CHECK(left.name() == "thrown");
    CHECK(left.around() == words{"waits"});
}

TEST_CASE("gen I1: a finally that no exception led to, and an else, are no context") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ERRORS {
        } SB_ELSE {
            SB_YIELD(2);
        } SB_FINALLY {
            throw trouble("in the finally");
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    g.next();
    auto const left = raised_by_next(g);
    CHECK(left.name() == "in the finally");
    CHECK(left.around() == words{});
}

TEST_CASE("gen I1: an exception that leaves a with has the one as its context that its exit was told of") {
    struct refuses {
        bool exit(std::exception_ptr const& told) {
            if (told != nullptr) throw trouble("refused");
            return false;
        }
    };
    sb::generator g{[with = std::optional<refuses>()](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        SB_WITH(with, refuses{}) {
            SB_YIELD(1);
        } SB_END_WITH
        SB_END();
    }};
    g.next();
    auto const left = raised_by_throw(g, trouble("thrown"));
    CHECK(left.name() == "refused");
    CHECK(left.around() == words{"thrown"});
}

TEST_CASE("gen G4, gen I1: raised again after suspensions, an exception has the context that it had: none") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ERRORS {
            SB_YIELD(2);
            SB_YIELD(3);
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    auto const thrown = made("thrown");
    try { // what a plain caller handles is nothing to the body
        throw trouble("the caller's");
    } catch (trouble const&) {
        g.throw_(thrown);
    }
    g.next();
    auto const left = raised_by_next(g);
    CHECK(left.error == thrown);
    CHECK(left.around() == words{});
}

TEST_CASE("gen I1: what a generator handles is no context for another, and none of it is left behind") {
    sb::generator<yields_in_a_handler> handles;
    handles.next();
    sb::generator fails{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        throw trouble("elsewhere");
        SB_END();
    }};
    fails.next();
    CHECK(raised_by_next(fails).around() == words{});
    CHECK(raised_by_next(handles).around() == words{"first"});
}

// Resumes another by hand in its handler; tells the context of what comes out of it.
template <class Other>
struct resumes_in_a_handler {
    sb::generator<Other> other{};
    sb::step operator()(sb::yields<errors>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("outer");
        } SB_CATCH_ERRORS {
            SB_TRY {
                other.next();
                other.next();
            } SB_CATCH_ERRORS {
                CHECK(name_of(sb::handled_exception(co)) == "second");
                SB_YIELD(sb::context_of(co));
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }
};
struct fails_outside_of_a_handler {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        throw trouble("second");
        SB_END();
    }
};

TEST_CASE("gen I1: what comes out of a generator that a handler resumes is raised in that handler") {
    sb::generator<resumes_in_a_handler<fails_outside_of_a_handler>> g;
    CHECK(names_of(*g.next()) == words{"outer"});
    // An exception that has a context already keeps it: the generator knew nothing of its caller.
    sb::generator<resumes_in_a_handler<yields_in_a_handler>> h;
    CHECK(names_of(*h.next()) == words{"first"});
}

// ---- No exception in its own context

enum class again { by_sb_raise, by_rethrow, thrown_in };

struct raises_it_again {
    again how;
    std::exception_ptr first;
    sb::step operator()(sb::yields<errors>& co) {
        SB_BEGIN(co);
        SB_TRY {
            std::rethrow_exception(first);
        } SB_CATCH_ERRORS {
            SB_TRY {
                SB_YIELD(errors{});
                if (how == again::by_sb_raise) SB_RAISE();
                if (how == again::by_rethrow) std::rethrow_exception(sb::handled_exception(co));
                SB_YIELD(errors{});
            } SB_CATCH_ERRORS {
                CHECK(sb::handled_exception(co) == first);
                SB_YIELD(sb::context_of(co));
                SB_RAISE();
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen I4: an exception that is raised again while it is handled is not its own context") {
    for (auto const how : {again::by_sb_raise, again::by_rethrow, again::thrown_in}) {
        CAPTURE(static_cast<int>(how));
        auto const first = made("first");
        sb::generator<raises_it_again> g{std::in_place, how, first};
        g.next();
        auto* const context = how == again::thrown_in ? g.throw_(first) : g.next();
        REQUIRE(context != nullptr);
        CHECK(*context == errors{});
        auto const left = raised_by_next(g);
        CHECK(left.error == first);
        CHECK(left.around() == words{});
    }
}

TEST_CASE("gen I4: nor is it where another is handled in between") {
    auto const first = made("first");
    sb::generator g{[&first](sb::yields<errors>& co) {
        SB_BEGIN(co);
        SB_TRY {
            std::rethrow_exception(first);
        } SB_CATCH_ERRORS {
            SB_TRY {
                throw trouble("second");
            } SB_CATCH_ERRORS {
                SB_TRY {
                    SB_YIELD(errors{});
                } SB_CATCH_ERRORS {
                    SB_YIELD(sb::context_of(co));
                } SB_END_TRY
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK(names_of(*g.throw_(first)) == words{"second"});
}

// ---- Through delegations

template <class Way>
using talk = typename Way::template context<errors, void, std::string>;
template <class Way, template <class> class Frame>
using held_by = typename Way::template held<Frame<Way>>;

template <class Way>
struct only_yields {
    bool fails = false;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD(errors{});
        if (fails) throw trouble("raised");
        SB_END();
    }
};
template <class Way>
struct delegates_in_a_handler {
    held_by<Way, only_yields> to{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("first");
        } SB_CATCH_ERRORS {
            SB_YIELD_FROM(Way::give(to));
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen I2: what is thrown into a delegation has the context of the body that delegates",
    way, EVERY_WAY) {
    sb::generator<delegates_in_a_handler<way>> g;
    g.next();
    auto const thrown = made("thrown");
    auto const left = raised_by_throw(g, thrown);
    CHECK(left.error == thrown);
    CHECK(left.around() == words{"first"});
}

TEST_CASE_TEMPLATE("gen I2: and so has what the other raises by itself", way, EVERY_WAY) {
    sb::generator<delegates_in_a_handler<way>> g{std::in_place, only_yields<way>{true}};
    g.next();
    auto const left = raised_by_next(g);
    CHECK(left.name() == "raised");
    CHECK(left.around() == words{"first"});
}

// Tells the context of what it catches, thrown in or its own.
template <class Way>
struct tells_the_context {
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(errors{});
            throw trouble("own");
        } SB_CATCH_ERRORS {
            SB_YIELD(sb::context_of(co));
            throw trouble("answer");
        } SB_END_TRY
        SB_END();
    }
};
template <class Way>
struct handles_around_it {
    held_by<Way, tells_the_context> to{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("middle");
        } SB_CATCH_ERRORS {
            SB_YIELD_FROM(Way::give(to));
        } SB_END_TRY
        SB_END();
    }
};
template <class Way>
struct handles_around_that {
    held_by<Way, handles_around_it> to{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("outer");
        } SB_CATCH_ERRORS {
            SB_TRY {
                SB_YIELD_FROM(Way::give(to));
            } SB_CATCH_ERRORS {
                SB_YIELD(sb::context_of(co));
                SB_RAISE();
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE_TEMPLATE("gen I2: what is thrown in has the bodies' context once it comes out to them, not before",
    way, EVERY_WAY) {
    sb::generator<handles_around_that<way>> g;
    g.next();
    CHECK(*g.throw_(trouble("thrown")) == errors{}); // in the innermost, which catches it
    CHECK(names_of(*g.next()) == words{"thrown"});   // of the answer, further out
    auto const left = raised_by_next(g);
    CHECK(left.name() == "answer");
    CHECK(left.around() == words{"thrown"});
}

template <class Way>
struct catches_what_it_handles {
    std::exception_ptr first;
    held_by<Way, only_yields> to{};
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_TRY {
            std::rethrow_exception(first);
        } SB_CATCH_ERRORS {
            SB_TRY {
                SB_YIELD_FROM(Way::give(to));
            } SB_CATCH_ERRORS {
                CHECK(sb::handled_exception(co) == first);
                SB_YIELD(sb::context_of(co));
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE_TEMPLATE(
    "gen I4, gen I2: thrown into a delegation, what the body handles already is not its own context",
    way, EVERY_WAY) {
    auto const first = made("first");
    sb::generator<catches_what_it_handles<way>> g{std::in_place, first};
    g.next();
    auto* const context = g.throw_(first);
    REQUIRE(context != nullptr);
    CHECK(*context == errors{});
    CHECK(g.next() == nullptr);
}

TEST_CASE_TEMPLATE("gen I2: a delegation that is over leaves no context to the body", way, EVERY_WAY) {
    sb::generator g{[to = typename way::template held<handles_around_it<way>>(handles_around_it<way>{})](
                        talk<way>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(way::give(to));
        } SB_CATCH_ERRORS {
            CHECK(names_of(sb::context_of(co)) == words{"thrown"});
        } SB_END_TRY
        SB_TRY {
            throw trouble("later");
        } SB_CATCH_ERRORS {
            SB_YIELD(sb::context_of(co));
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    g.throw_(trouble("thrown"));
    CHECK(*g.next() == errors{});
}

// ---- Closing, and the end as an exception

enum class reaction { none, raises, raises_exit, raises_stop, yields };

template <class Way>
struct reacts {
    reaction how;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        if (how == reaction::none) SB_YIELD(errors{});
        SB_TRY {
            SB_YIELD(errors{});
        } SB_FINALLY {
            if (how == reaction::raises) throw trouble("inner");
            if (how == reaction::raises_exit) throw sb::generator_exit{};
            if (how == reaction::raises_stop) throw sb::stop_iteration{};
            if (how == reaction::yields) SB_YIELD(errors{});
        } SB_END_TRY
        SB_END();
    }
};
template <class Way>
struct transparent {
    held_by<Way, reacts> to;
    sb::step operator()(talk<Way>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(Way::give(to));
        SB_END();
    }
};

template <class Way>
raised closed_then(reaction how) {
    sb::generator<transparent<Way>> g{std::in_place, reacts<Way>{how}};
    g.next();
    return raised_by_close(g);
}
template <class Way, class E>
raised thrown_then(reaction how, E const& error) {
    sb::generator<transparent<Way>> g{std::in_place, reacts<Way>{how}};
    g.next();
    auto left = raised_by_throw(g, error);
    return left.error == nullptr ? raised_by_next(g) : left;
}

TEST_CASE_TEMPLATE("gen I1, gen H10: an exception that passes a delegation untouched has no context",
    way, EVERY_WAY) {
    auto const how = reaction::none;
    CHECK(thrown_then<way>(how, sb::generator_exit{}).around() == words{});
    CHECK(thrown_then<way>(how, sb::cancelled{}).around() == words{});
    CHECK(thrown_then<way>(how, trouble("thrown")).around() == words{});
    auto const waits_for_a_finally = thrown_then<way>(reaction::yields, trouble("thrown"));
    CHECK(waits_for_a_finally.name() == "thrown");
    CHECK(waits_for_a_finally.around() == words{});
}

TEST_CASE_TEMPLATE("gen I1, gen H7: what the other raises on an exception has that as its context",
    way, EVERY_WAY) {
    auto const how = reaction::raises;
    auto const closed = closed_then<way>(how);
    CHECK(closed.name() == "inner");
    CHECK(closed.around() == words{"exit"});
    CHECK(thrown_then<way>(how, sb::generator_exit{}).around() == words{"exit"});
    CHECK(thrown_then<way>(how, sb::stop_iteration{}).around() == words{"stop"});
    CHECK(thrown_then<way>(how, sb::cancelled{}).around() == words{"cancelled"});
    CHECK(thrown_then<way>(how, trouble("thrown")).around() == words{"thrown"});
}

TEST_CASE_TEMPLATE("gen I1, gen H10: so has a generator_exit that it raises", way, EVERY_WAY) {
    auto const how = reaction::raises_exit;
    auto const left = thrown_then<way>(how, trouble("thrown"));
    CHECK(left.name() == "exit");
    CHECK(left.around() == words{"thrown"});
    CHECK(thrown_then<way>(how, sb::stop_iteration{}).around() == words{"stop"});
    CHECK(thrown_then<way>(how, sb::cancelled{}).around() == words{"cancelled"});
}

TEST_CASE_TEMPLATE("gen D3, gen I1: the context of escaped_stop is the stop_iteration, and then that one's",
    way, EVERY_WAY) {
    auto const how = reaction::raises_stop;
    auto const closed = closed_then<way>(how);
    CHECK(closed.name() == "escaped stop");
    CHECK(closed.around() == words{"stop", "exit"});
    CHECK(thrown_then<way>(how, sb::generator_exit{}).around() == words{"stop", "exit"});
    CHECK(thrown_then<way>(how, sb::stop_iteration{}).around() == words{"stop", "stop"});
    CHECK(thrown_then<way>(how, sb::cancelled{}).around() == words{"stop", "cancelled"});
    CHECK(thrown_then<way>(how, trouble("thrown")).around() == words{"stop", "thrown"});
}

TEST_CASE_TEMPLATE("gen D3, gen E6, gen I1: it is the very stop_iteration, also where it was thrown in",
    way, EVERY_WAY) {
    for (auto const how : {reaction::none, reaction::yields}) {
        CAPTURE(static_cast<int>(how));
        auto const thrown = std::make_exception_ptr(sb::stop_iteration{});
        auto const left = thrown_then<way>(how, thrown);
        CHECK(left.name() == "escaped stop");
        CHECK(left.context == errors{thrown});
    }
}

TEST_CASE("gen D3, gen E5, gen I1: it has it before the generator has begun, and without a delegation") {
    auto const thrown = std::make_exception_ptr(sb::stop_iteration{});
    sb::generator<only_yields<to_member>> not_begun;
    auto const left = raised_by_throw(not_begun, thrown);
    CHECK(left.name() == "escaped stop");
    CHECK(left.context == errors{thrown});

    sb::generator raises{[&thrown](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        std::rethrow_exception(thrown);
        SB_END();
    }};
    raises.next();
    auto const after = raised_by_next(raises);
    CHECK(after.name() == "escaped stop");
    CHECK(after.context == errors{thrown});

    sb::generator<only_yields<to_member>> was_closed;
    was_closed.close();
    auto const as_it_is = raised_by_throw(was_closed, thrown);
    CHECK(as_it_is.error == thrown);
    CHECK(as_it_is.context == errors{});
}

TEST_CASE_TEMPLATE(
    "gen D3, gen I1: a body that catches escaped_stop at a delegation finds the stop_iteration in it",
    way, EVERY_WAY) {
    sb::generator g{[to = typename way::template held<reacts<way>>(reacts<way>{reaction::raises_stop})](
                        talk<way>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(way::give(to));
        } SB_CATCH(sb::escaped_stop const& error) {
            SB_YIELD(sb::context_of(co));
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK(names_of(*g.next()) == words{"stop"});
}

TEST_CASE("gen F5, gen I1: ignored_exit has no context") {
    sb::generator<reacts<to_member>> g{std::in_place, reaction::yields};
    g.next();
    auto const left = raised_by_close(g);
    CHECK(left.name() == "ignored exit");
    CHECK(left.around() == words{});
}

TEST_CASE_TEMPLATE("gen H8, gen I1: nor has it where it is raised at a delegation",
    way, EVERY_WAY_TO_A_GENERATOR) {
    auto const closed = closed_then<way>(reaction::yields);
    CHECK(closed.name() == "ignored exit");
    CHECK(closed.around() == words{});
    auto const thrown = thrown_then<way>(reaction::yields, sb::generator_exit{});
    CHECK(thrown.name() == "ignored exit");
    CHECK(thrown.around() == words{});
}

// ---- What plain code can ask

TEST_CASE("the context of an exception that no body has let out is empty") {
    CHECK(sb::context_of(std::exception_ptr()).empty());
    CHECK(sb::context_of(made("never seen")).empty());
    CHECK(sb::context_of(std::current_exception()).empty());
}

TEST_CASE("plain code knows the context of the exception that came out of a body last") {
    sb::generator<yields_in_a_handler> one;
    sb::generator<yields_in_a_handler> two;
    one.next();
    two.next();
    auto const from_one = raised_by_next(one);
    CHECK(names_of(sb::context_of(from_one.error)) == words{"first"});
    auto const from_two = raised_by_next(two);
    CHECK(names_of(sb::context_of(from_two.error)) == words{"first"});
    CHECK(sb::context_of(from_one.error).empty());
}

// ---- Where we differ from Python: what the other raises by itself learns what the bodies around it
// handle when it comes out to them, and only if it has no context of its own.

TEST_CASE_TEMPLATE(
    "own D4: within the other, what it raises by itself has no context of the bodies around it",
    way, EVERY_WAY) {
    sb::generator<handles_around_that<way>> g;
    g.next();
    CHECK(names_of(*g.next()) == words{});
    CHECK(names_of(*g.next()) == words{"own"}); // that of the answer
    auto const left = raised_by_next(g);
    CHECK(left.name() == "answer");
    CHECK(left.around() == words{"own"});
}

TEST_CASE_TEMPLATE("own D4: nor has the stop_iteration that is the context of escaped_stop",
    way, EVERY_WAY) {
    sb::generator g{[to = typename way::template held<reacts<way>>(reacts<way>{reaction::raises_stop})](
                        talk<way>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            throw trouble("first");
        } SB_CATCH_ERRORS {
            SB_TRY {
                SB_YIELD_FROM(way::give(to));
            } SB_CATCH(sb::escaped_stop const& error) {
                SB_YIELD(sb::context_of(co));
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK(names_of(*g.next()) == words{"stop"});
}

TEST_CASE("closing another generator leaves alone what is known of an error") {
    sb::generator<yields_in_a_handler> fails;
    fails.next();
    bool caught = false;
    try {
        sb::generator<yields_in_a_handler> guarded; // is closed by the exception that passes
        guarded.next();
        fails.next();
    } catch (...) {
        auto error = std::current_exception();
        CHECK(names_of(sb::context_of(error)) == words{"first"});
        caught = true;
    }
    CHECK(caught);
}

} // namespace
