#include "support/live.hpp"

#include <switchback/generator.hpp>
#include <switchback/handled.hpp>
#include <switchback/try.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sb = switchback;
using test::live;

namespace {

struct A : std::runtime_error {
    explicit A(char const* what = "A") : std::runtime_error(what) {}
};
struct B : std::runtime_error {
    explicit B(char const* what = "B") : std::runtime_error(what) {}
};
struct derived_from_A : A {
    derived_from_A() : A("derived") {}
};

// What a body says of its course; a step of the generator adds what came of it.
std::string trace;

void say(std::string const& word) { trace += word + ' '; }

std::string name_of(std::exception_ptr const& error) {
    if (error == nullptr) return "none";
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& known) {
        return known.what();
    } catch (sb::generator_exit const&) {
        return "exit";
    } catch (int number) {
        return std::to_string(number);
    } catch (...) {
        return "?";
    }
}

template <class Action>
std::string result_of(Action const& action) {
    try {
        int* const yielded = action();
        return yielded == nullptr ? "end" : std::to_string(*yielded);
    } catch (...) {
        return name_of(std::current_exception());
    }
}

// Runs a body to its end, and gives what it said, yielded, returned or raised.
template <class F>
std::string course_of(F frame) {
    trace.clear();
    sb::generator g{std::move(frame)};
    for (int i = 0; i < 20 && g.status() != sb::generator_status::closed; ++i) {
        say(result_of([&] { return g.next(); }));
    }
    if constexpr (!std::is_void_v<typename decltype(g)::return_type>) {
        if (auto const returned = g.take_returned()) say("returned " + std::to_string(*returned));
    }
    if (!trace.empty()) trace.pop_back();
    return trace;
}

// ---- The order of the blocks

struct yields_everywhere {
    bool fails;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
            if (fails) throw A{};
            SB_YIELD(2);
        } SB_CATCH(A const& error) {
            SB_YIELD(3);
            SB_YIELD(4);
        } SB_ELSE {
            SB_YIELD(5);
            SB_YIELD(6);
        } SB_FINALLY {
            SB_YIELD(7);
            SB_YIELD(8);
        } SB_END_TRY
        SB_YIELD(9);
        SB_END();
    }
};

TEST_CASE("gen G1: a body may yield in a try, a handler and a finally") {
    CHECK(course_of(yields_everywhere{true}) == "1 3 4 7 8 9 end");
}

TEST_CASE("gen G8: without an exception the else runs, and may yield") {
    CHECK(course_of(yields_everywhere{false}) == "1 2 5 6 7 8 9 end");
}

TEST_CASE("gen G8: an exception in the else goes to the finally, not to the handlers of its try") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ALL {
            say("handler");
        } SB_ELSE {
            throw A{};
        } SB_FINALLY {
            say("finally");
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 finally A");
}

TEST_CASE("gen G8: an exception thrown in at a yield in the else is not caught there either") {
    sb::generator g{yields_everywhere{false}};
    for (int i = 0; i < 3; ++i) g.next();
    CHECK(*g.throw_(A{}) == 7);
    CHECK(*g.next() == 8);
    CHECK_THROWS_AS(g.next(), A);
}

TEST_CASE("gen G8: a break out of the try block leaves the else out, but not the finally") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                break;
            } SB_ELSE {
                say("else");
            } SB_FINALLY {
                say("finally");
            } SB_END_TRY
        }
        SB_YIELD(1);
        SB_END();
    };
    CHECK(course_of(body) == "finally 1 end");
}

struct skips_sibling_handlers {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH(A const& error) {
            throw B{};
        } SB_CATCH(B const& error) {
            say("sibling");
        } SB_CATCH_ALL {
            say("all");
        } SB_FINALLY {
            say("finally");
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen G1: an exception raised in a handler skips its siblings, not the finally") {
    CHECK(course_of(skips_sibling_handlers{}) == "finally B");
}

TEST_CASE("a try with a finally alone lets the exception pass") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_FINALLY {
            SB_YIELD(1);
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 A");
}

TEST_CASE("a try with no other block is an ordinary block") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
            throw A{};
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 A");
}

TEST_CASE("a try may be empty, and so may each of its blocks") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
        } SB_CATCH(A const& error) {
        } SB_CATCH_ERRORS {
        } SB_CATCH_ALL {
        } SB_ELSE {
        } SB_FINALLY {
        } SB_END_TRY
        SB_YIELD(1);
        SB_END();
    };
    CHECK(course_of(body) == "1 end");
}

// ---- Which handler

struct throws_it {
    std::function<void()> fail;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            fail();
        } SB_CATCH(derived_from_A const& error) {
            say("derived");
        } SB_CATCH(A const& error) {
            say(error.what());
        } SB_CATCH(std::exception const& error) {
            say("exception");
        } SB_CATCH(int const& number) {
            say("int" + std::to_string(number));
        } SB_CATCH(std::string const& text) {
            say("string:" + text);
        } SB_CATCH_ALL {
            say("all");
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("the first handler that matches is taken, and it alone") {
    CHECK(course_of(throws_it{[] { throw derived_from_A{}; }}) == "derived end");
    CHECK(course_of(throws_it{[] { throw A{}; }}) == "A end");
}

TEST_CASE("a handler of a base class takes what is derived from it") {
    CHECK(course_of(throws_it{[] { throw B{}; }}) == "exception end");
    CHECK(course_of(throws_it{[] { throw std::bad_alloc{}; }}) == "exception end");
}

TEST_CASE("exceptions need not be of classes, or of std::exception's") {
    CHECK(course_of(throws_it{[] { throw 42; }}) == "int42 end");
    CHECK(course_of(throws_it{[] { throw std::string("text"); }}) == "string:text end");
}

TEST_CASE("a handler converts nothing: a type that it does not name goes on") {
    CHECK(course_of(throws_it{[] { throw 42u; }}) == "all end");
    CHECK(course_of(throws_it{[] { throw "literal"; }}) == "all end");
    static int pointed_at = 3;
    CHECK(course_of(throws_it{[] { throw &pointed_at; }}) == "all end");
}

TEST_CASE("an exception that no handler matches goes to the finally, and out") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw 1;
        } SB_CATCH(std::exception const& error) {
            say("no");
        } SB_FINALLY {
            say("finally");
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "finally 1");
}

struct left_base {
    int left = 1;
};
struct right_base {
    int right = 2;
};
struct two_bases : left_base, right_base {};
struct hidden_base : private right_base {};

struct catches_right_base {
    std::function<void()> fail;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            fail();
        } SB_CATCH(right_base const& error) {
            SB_YIELD(error.right);
        } SB_CATCH_ALL {
            SB_YIELD(0);
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("a handler of a second base class sees that part of the exception") {
    CHECK(course_of(catches_right_base{[] { throw two_bases{}; }}) == "2 end");
}

TEST_CASE("a handler of a private base class does not match") {
    CHECK(course_of(catches_right_base{[] { throw hidden_base{}; }}) == "0 end");
}

struct catches_errors {
    std::function<void()> fail;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            fail();
        } SB_CATCH_ERRORS {
            say("error");
        } SB_CATCH_ALL {
            say("all");
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("SB_CATCH_ERRORS takes every exception but generator_exit and cancelled") {
    CHECK(course_of(catches_errors{[] { throw A{}; }}) == "error end");
    CHECK(course_of(catches_errors{[] { throw 1; }}) == "error end");
    CHECK(course_of(catches_errors{[] { throw "text"; }}) == "error end");
    CHECK(course_of(catches_errors{[] { throw sb::generator_exit{}; }}) == "all end");
    CHECK(course_of(catches_errors{[] { throw sb::cancelled{}; }}) == "all end");
}

// ---- The handler's name

struct numbered {
    int number;
};

struct keeps_reference {
    numbered const* seen = nullptr;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw numbered{7};
        } SB_CATCH(numbered const& error) {
            seen = &error;
            SB_YIELD(error.number);
            SB_YIELD(error.number + (&error == seen ? 1 : 0));
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("a handler's name refers to one object, across yields") {
    CHECK(course_of(keeps_reference{}) == "7 8 end");
}

struct reads_it_all_the_time {
    std::shared_ptr<int> shared;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(0);
        } SB_CATCH(std::shared_ptr<int> const& error) {
            SB_YIELD(static_cast<int>(error.use_count()));
        } SB_END_TRY
        SB_YIELD(static_cast<int>(shared.use_count()));
        SB_END();
    }
};

TEST_CASE("a handler's name refers to the exception itself, not to a copy") {
    auto const shared = std::make_shared<int>(1);
    auto error = std::make_exception_ptr(shared);
    sb::generator g{reads_it_all_the_time{shared}};
    g.next();
    CHECK(*g.throw_(std::move(error)) == 3); // the test's, the frame's, the exception's
}

TEST_CASE("gen G9: the exception is freed as soon as its handler has ended") {
    auto const shared = std::make_shared<int>(1);
    sb::generator g{reads_it_all_the_time{shared}};
    g.next();
    g.throw_(std::make_exception_ptr(shared));
    CHECK(*g.next() == 2);
}

TEST_CASE("gen G9: an exception that a handler replaces lives on as the new one's context, and no longer") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                throw live{};
            } SB_CATCH(live const& error) {
                SB_YIELD(live::count());
                throw A{};
            } SB_END_TRY
        } SB_CATCH(A const& error) {
            SB_YIELD(live::count());
        } SB_END_TRY
        SB_YIELD(live::count());
        SB_END();
    }};
    CHECK(*g.next() == 1);
    CHECK(*g.next() == 1);
    CHECK(*g.next() == 0);
}

TEST_CASE("gen G9: an exception is freed when its handler is left by break, continue or return") {
    sb::generator g{[i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        for (; i < 4; ++i) {
            SB_TRY {
                throw live{};
            } SB_CATCH_ALL {
                if (i < 2) continue;
                if (i == 2) break;
            } SB_FINALLY {
                SB_YIELD(live::count());
            } SB_END_TRY
        }
        SB_TRY {
            throw live{};
        } SB_CATCH_ALL {
            SB_RETURN();
        } SB_FINALLY {
            SB_YIELD(live::count());
        } SB_END_TRY
        SB_END();
    }};
    int seen = 0;
    for (int alive : g) {
        CHECK(alive == 0);
        ++seen;
    }
    CHECK(seen == 4);
}

// ---- Leaving a block, through its finally

enum class leave { by_break, by_continue, by_return, by_throw };
enum class from { the_try, a_handler, the_else, the_finally };

// Leaves the block that it is told to, the way that it is told to, in a loop outside of the try.
struct leaves {
    from block;
    leave way;
    bool yields_first;
    int i = 0;

    bool here(from place) const { return i == 0 && block == place; }

#define LEAVE_FROM(place) \
    if (here(place) && yields_first) { \
        SB_YIELD(0); \
    } \
    if (here(place) && way == leave::by_break) break; \
    if (here(place) && way == leave::by_continue) continue; \
    if (here(place) && way == leave::by_return) SB_RETURN(5); \
    if (here(place) && way == leave::by_throw) throw B {}

    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (; i < 2; ++i) {
            SB_TRY {
                say("try");
                LEAVE_FROM(from::the_try);
                if (here(from::a_handler)) throw A{};
            } SB_CATCH(A const& error) {
                say("handler");
                LEAVE_FROM(from::a_handler);
            } SB_ELSE {
                say("else");
                LEAVE_FROM(from::the_else);
            } SB_FINALLY {
                say("finally");
                LEAVE_FROM(from::the_finally);
            } SB_END_TRY
            say("after");
        }
        SB_END();
    }
#undef LEAVE_FROM
};

TEST_CASE("break leaves any block of a try, through its finally, for the loop around the try") {
    for (bool yields : {false, true}) {
        std::string const y = yields ? "0 " : "";
        auto const course = [&](from block) {
            return course_of(leaves{block, leave::by_break, yields});
        };
        CHECK(course(from::the_try) == "try " + y + "finally end");
        CHECK(course(from::a_handler) == "try handler " + y + "finally end");
        CHECK(course(from::the_else) == "try else " + y + "finally end");
        CHECK(course(from::the_finally) == "try else finally " + y + "end");
    }
}

TEST_CASE("continue leaves any block of a try, through its finally, for the loop's next turn") {
    std::string const again = "try else finally after end";
    for (bool yields : {false, true}) {
        std::string const y = yields ? "0 " : "";
        auto const course = [&](from block) {
            return course_of(leaves{block, leave::by_continue, yields});
        };
        CHECK(course(from::the_try) == "try " + y + "finally " + again);
        CHECK(course(from::a_handler) == "try handler " + y + "finally " + again);
        CHECK(course(from::the_else) == "try else " + y + "finally " + again);
        CHECK(course(from::the_finally) == "try else finally " + y + again);
    }
}

TEST_CASE("SB_RETURN leaves any block of a try, through its finally, with its value") {
    for (bool yields : {false, true}) {
        std::string const y = yields ? "0 " : "";
        auto const course = [&](from block) {
            return course_of(leaves{block, leave::by_return, yields});
        };
        CHECK(course(from::the_try) == "try " + y + "finally end returned 5");
        CHECK(course(from::a_handler) == "try handler " + y + "finally end returned 5");
        CHECK(course(from::the_else) == "try else " + y + "finally end returned 5");
        CHECK(course(from::the_finally) == "try else finally " + y + "end returned 5");
    }
}

TEST_CASE("an exception leaves any block of a try, through its finally") {
    for (bool yields : {false, true}) {
        std::string const y = yields ? "0 " : "";
        auto const course = [&](from block) {
            return course_of(leaves{block, leave::by_throw, yields});
        };
        CHECK(course(from::the_try) == "try " + y + "finally B");
        CHECK(course(from::a_handler) == "try handler " + y + "finally B");
        CHECK(course(from::the_else) == "try else " + y + "finally B");
        CHECK(course(from::the_finally) == "try else finally " + y + "B");
    }
}

TEST_CASE("break and continue of a loop inside a block stay in that block") {
    auto const body = [i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            for (i = 0; i < 9; ++i) {
                if (i == 1) continue;
                if (i == 3) break;
                SB_YIELD(i);
            }
            say("rest");
        } SB_ELSE {
            say("else");
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "0 2 rest else end");
}

TEST_CASE("break leaves several tries at once, through all of their finally blocks") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_TRY {
                    SB_YIELD(1);
                    break;
                } SB_FINALLY {
                    SB_YIELD(2);
                } SB_END_TRY
                say("not here");
            } SB_FINALLY {
                SB_YIELD(3);
            } SB_END_TRY
            say("nor here");
        }
        SB_YIELD(4);
        SB_END();
    };
    CHECK(course_of(body) == "1 2 3 4 end");
}

TEST_CASE("the value of SB_RETURN is evaluated before the finally runs") {
    auto const body = [n = 1](sb::yields<int, void, int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(n);
        } SB_FINALLY {
            n = 2;
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "end returned 1");
}

TEST_CASE("gen G2: a return value survives yields in the finally blocks on its way") {
    auto const body = [](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                SB_RETURN(7);
            } SB_FINALLY {
                SB_YIELD(1);
                SB_YIELD(2);
            } SB_END_TRY
        } SB_FINALLY {
            SB_YIELD(3);
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 2 3 end returned 7");
}

TEST_CASE("gen G2: a try within the finally leaves the return that waits for it alone") {
    auto const body = [](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(7);
        } SB_FINALLY {
            SB_TRY {
                SB_YIELD(1);
                throw A{};
            } SB_CATCH(A const& error) {
                SB_YIELD(2);
            } SB_FINALLY {
                SB_YIELD(3);
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 2 3 end returned 7");
}

// ---- One exit takes another's place

TEST_CASE("gen G3: a return in a finally discards the exception in flight") {
    auto const body = [](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_FINALLY {
            SB_YIELD(1);
            SB_RETURN(2);
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 end returned 2");
}

TEST_CASE("gen G3: a break in a finally discards the exception in flight") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                throw live{};
            } SB_FINALLY {
                SB_YIELD(live::count());
                break;
            } SB_END_TRY
        }
        SB_YIELD(live::count());
        SB_END();
    };
    CHECK(course_of(body) == "1 0 end");
}

TEST_CASE("gen G3: a continue in a finally discards the exception in flight") {
    auto const body = [i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        for (i = 0; i < 2; ++i) {
            SB_TRY {
                throw A{};
            } SB_FINALLY {
                SB_YIELD(i);
                continue;
            } SB_END_TRY
        }
        SB_YIELD(9);
        SB_END();
    };
    CHECK(course_of(body) == "0 1 9 end");
}

TEST_CASE("gen G3: a return in a finally takes the place of another return") {
    auto const body = [](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(1);
        } SB_FINALLY {
            SB_RETURN(2);
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "end returned 2");
}

TEST_CASE("gen G3: a break in a finally takes a return back, value and all") {
    auto const body = [](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_RETURN(1);
            } SB_FINALLY {
                break;
            } SB_END_TRY
        }
        SB_YIELD(3);
        SB_END();
    };
    CHECK(course_of(body) == "3 end");
}

TEST_CASE("gen G3: an exception in a finally takes the place of a return, a break and a continue") {
    auto const body = [i = 0](sb::yields<int, void, int>& co) mutable {
        SB_BEGIN(co);
        for (i = 0; i < 3; ++i) {
            SB_TRY {
                SB_TRY {
                    if (i == 0) SB_RETURN(1);
                    if (i == 1) break;
                    continue;
                } SB_FINALLY {
                    throw A{};
                } SB_END_TRY
            } SB_CATCH(A const& error) {
                SB_YIELD(i);
            } SB_END_TRY
            say("after");
        }
        SB_END();
    };
    CHECK(course_of(body) == "0 after 1 after 2 after end");
}

TEST_CASE("gen G3: a break that waits for a finally is forgotten when a return replaces it") {
    // The outer finally has a try on the level of the inner one, which must not find that break.
    auto const body = [](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) {
                SB_TRY {
                    break;
                } SB_FINALLY {
                    SB_RETURN(1);
                } SB_END_TRY
            }
        } SB_FINALLY {
            for (;;) {
                SB_TRY {
                    SB_YIELD(2);
                } SB_FINALLY {
                    say("inner");
                } SB_END_TRY
                say("went on");
                break;
            }
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "2 inner went on end returned 1");
}

TEST_CASE("gen G3: a return that waits for a finally is forgotten when an exception replaces it") {
    auto const body = [i = 0](sb::yields<int, void, int>& co) mutable {
        SB_BEGIN(co);
        for (i = 0; i < 2; ++i) {
            SB_TRY {
                SB_TRY {
                    if (i == 0) SB_RETURN(1);
                } SB_FINALLY {
                    if (i == 0) SB_YIELD(2);
                    if (i == 0) throw A{};
                } SB_END_TRY
                say("went on");
            } SB_CATCH(A const& error) {
                say("handler");
            } SB_END_TRY
        }
        SB_END();
    };
    CHECK(course_of(body) == "2 handler went on end");
}

TEST_CASE("gen G3: a continue is forgotten by the same try in the loop's next turn") {
    auto const body = [i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        for (i = 0; i < 3; ++i) {
            SB_TRY {
                if (i == 0) continue;
                SB_YIELD(i);
            } SB_FINALLY {
                say("finally");
            } SB_END_TRY
            say("after");
        }
        SB_END();
    };
    CHECK(course_of(body) == "finally 1 finally after 2 finally after end");
}

TEST_CASE("gen G3: throw_() at a yield in a finally takes the place of what waited for it") {
    sb::generator g{[](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                SB_RETURN(1);
            } SB_FINALLY {
                SB_YIELD(2);
            } SB_END_TRY
        } SB_CATCH(A const& error) {
            SB_YIELD(3);
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK(*g.throw_(A{}) == 3);
    CHECK(g.next() == nullptr);
    CHECK_FALSE(g.take_returned().has_value());
}

TEST_CASE("gen G3: throw_() at a yield in an outermost finally discards the return value") {
    sb::generator g{[](sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(1);
        } SB_FINALLY {
            SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK_THROWS_AS(g.throw_(A{}), A);
    CHECK_FALSE(g.take_returned().has_value());
}

// ---- SB_RAISE

TEST_CASE("gen G4: SB_RAISE in a handler raises what is handled, though others came between") {
    sb::generator other{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw B{};
        } SB_CATCH_ALL {
            SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    }};
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH_ALL {
            SB_YIELD(1);
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    other.next();
    CHECK_THROWS_AS(g.next(), A);
}

TEST_CASE("SB_RAISE raises the same exception object") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ALL {
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    auto const error = std::make_exception_ptr(A{});
    std::exception_ptr raised;
    try {
        g.throw_(error);
    } catch (...) {
        raised = std::current_exception();
    }
    CHECK(raised == error);
}

TEST_CASE("SB_RAISE goes through the finally of its try") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH_ALL {
            SB_RAISE();
        } SB_FINALLY {
            SB_YIELD(1);
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 A");
}

TEST_CASE("SB_RAISE in a loop or switch of a handler raises what the handler handles") {
    auto const body = [i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH_ALL {
            for (;; ++i) {
                SB_SWITCH(i) {
                SB_CASE(0): SB_YIELD(0); break;
                SB_DEFAULT: SB_RAISE();
                }
            }
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "0 A");
}

TEST_CASE("SB_RAISE in a try within a handler can be caught there") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH(A const& error) {
            SB_TRY {
                SB_YIELD(1);
                SB_RAISE();
            } SB_CATCH(A const& again) {
                say(&again == &error ? "same" : "other");
            } SB_END_TRY
            SB_YIELD(2);
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 same 2 A");
}

TEST_CASE("SB_RAISE means the innermost handler's exception, and then the outer's again") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH_ALL {
            SB_TRY {
                SB_TRY {
                    throw B{};
                } SB_CATCH_ALL {
                    SB_RAISE();
                } SB_END_TRY
            } SB_CATCH(B const& error) {
                say("B");
            } SB_END_TRY
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "B A");
}

TEST_CASE("SB_RAISE in a finally raises the exception that led there") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_FINALLY {
            SB_YIELD(1);
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 A");
}

TEST_CASE("SB_RAISE in a finally that no exception led to throws nothing_to_raise") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK_THROWS_AS(g.next(), sb::nothing_to_raise);
}

TEST_CASE("SB_RAISE in the finally of a handler that returned throws nothing_to_raise") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH_ALL {
            SB_RETURN();
        } SB_FINALLY {
            SB_RAISE();
        } SB_END_TRY
        SB_YIELD(1);
        SB_END();
    }};
    CHECK_THROWS_AS(g.next(), sb::nothing_to_raise);
}

TEST_CASE("SB_RAISE in a finally within a handler raises what the handler handles") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH_ALL {
            SB_TRY {
                SB_YIELD(1);
            } SB_FINALLY {
                SB_RAISE();
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 A");
}

// ---- What is handled

struct says_what_is_handled {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        say(name_of(sb::handled_exception(co)));
        SB_TRY {
            say(name_of(sb::handled_exception(co)));
            throw A{};
        } SB_CATCH_ALL {
            say(name_of(sb::handled_exception(co)));
            SB_TRY {
                throw B{};
            } SB_CATCH_ALL {
                SB_YIELD(1);
                say(name_of(sb::handled_exception(co)));
            } SB_END_TRY
            say(name_of(sb::handled_exception(co)));
        } SB_FINALLY {
            say(name_of(sb::handled_exception(co)));
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen G5: handled_exception() is the innermost handler's, across yields; else null") {
    CHECK(course_of(says_what_is_handled{}) == "none none A 1 B A none end");
}

TEST_CASE("gen G5: handled_exception() in a finally is the exception that led there") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_FINALLY {
            SB_YIELD(1);
            say(name_of(sb::handled_exception(co)));
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "1 A A");
}

TEST_CASE("gen G5: what a generator handles is its own, and not its caller's") {
    sb::generator g{says_what_is_handled{}};
    trace.clear();
    g.next();
    CHECK(std::current_exception() == nullptr);
    try {
        throw std::runtime_error("caller's");
    } catch (...) {
        g.next();
        CHECK(name_of(std::current_exception()) == "caller's");
    }
    CHECK(trace == "none none A B A none ");
}

// ---- Nesting

struct four_deep {
    int throws_at;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                SB_TRY {
                    SB_TRY {
                        SB_YIELD(4);
                        if (throws_at == 4) throw A{};
                    } SB_CATCH(B const& error) {
                        say("no");
                    } SB_FINALLY {
                        SB_YIELD(14);
                    } SB_END_TRY
                    SB_YIELD(3);
                    if (throws_at == 3) throw A{};
                } SB_CATCH(B const& error) {
                    say("no");
                } SB_FINALLY {
                    SB_YIELD(13);
                } SB_END_TRY
                SB_YIELD(2);
            } SB_CATCH(A const& error) {
                SB_YIELD(22);
                SB_RAISE();
            } SB_FINALLY {
                SB_YIELD(12);
            } SB_END_TRY
            SB_YIELD(1);
        } SB_CATCH(A const& error) {
            SB_YIELD(21);
        } SB_FINALLY {
            SB_YIELD(11);
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("tries nest four deep") {
    CHECK(course_of(four_deep{0}) == "4 14 3 13 2 12 1 11 end");
    CHECK(course_of(four_deep{4}) == "4 14 13 22 12 21 11 end");
    CHECK(course_of(four_deep{3}) == "4 14 3 13 22 12 21 11 end");
}

struct tries_in_a_switch {
    int which = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; which < 3; ++which) {
            SB_TRY {
                SB_SWITCH(which) {
                SB_CASE(0):
                    SB_TRY {
                        SB_YIELD(1);
                        break;
                    } SB_FINALLY {
                        SB_YIELD(2);
                    } SB_END_TRY
                    say("no");
                    break;
                SB_CASE(1):
                    SB_TRY {
                        SB_YIELD(3);
                        throw A{};
                    } SB_FINALLY {
                        SB_YIELD(4);
                    } SB_END_TRY
                    break;
                SB_DEFAULT:
                    SB_TRY {
                        SB_YIELD(5);
                        continue;
                    } SB_FINALLY {
                        SB_YIELD(6);
                    } SB_END_TRY
                }
                say("after");
            } SB_CATCH(A const& error) {
                SB_YIELD(7);
            } SB_FINALLY {
                SB_YIELD(8);
            } SB_END_TRY
        }
        SB_END();
    }
};

TEST_CASE("a try may stand in a switch that stands in a try") {
    CHECK(course_of(tries_in_a_switch{}) == "1 2 after 8 3 4 7 8 5 6 8 end");
}

// ---- A thousand turns

struct fails_again_and_again {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 1000; ++i) {
            SB_TRY {
                SB_TRY {
                    throw live{};
                } SB_CATCH(live const& error) {
                    if (i % 5 == 0) SB_YIELD(live::count());
                    if (i % 5 == 1) continue;
                    if (i % 5 == 2) SB_RAISE();
                    if (i % 5 == 3) throw live{};
                } SB_FINALLY {
                    if (i % 7 == 0) SB_YIELD(live::count());
                } SB_END_TRY
            } SB_CATCH_ALL {
                if (i % 3 == 0) continue;
            } SB_END_TRY
        }
        SB_END();
    }
};

TEST_CASE("a try in a loop keeps no exception alive behind it") {
    int most = 0;
    {
        sb::generator<fails_again_and_again> g;
        for (int alive : g) most = alive > most ? alive : most;
    }
    CHECK(most == 2); // the one that is raised in a handler, and the one that is handled there
    CHECK(live::count() == 0);
}

// ---- Suspended in each kind of block

struct stops_in {
    from block;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                if (block == from::the_try) SB_YIELD(1);
                if (block == from::a_handler || block == from::the_finally) throw live{};
            } SB_CATCH(live const& error) {
                if (block == from::a_handler) SB_YIELD(2);
                SB_RAISE();
            } SB_ELSE {
                if (block == from::the_else) SB_YIELD(3);
            } SB_FINALLY {
                if (block == from::the_finally) SB_YIELD(4);
                say("finally");
            } SB_END_TRY
        } SB_FINALLY {
            say("outer:" + name_of(sb::handled_exception(co)));
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("close() of a generator suspended in any block runs what finally blocks are left") {
    for (auto block : {from::the_try, from::a_handler, from::the_else, from::the_finally}) {
        trace.clear();
        sb::generator g{stops_in{block}};
        g.next();
        g.close();
        CHECK(trace == (block == from::the_finally ? "outer:exit " : "finally outer:exit "));
        CHECK(g.status() == sb::generator_status::closed);
        CHECK(live::count() == 0);
    }
}

TEST_CASE("the destructor of a generator suspended in any block does the same") {
    for (auto block : {from::the_try, from::a_handler, from::the_else, from::the_finally}) {
        trace.clear();
        {
            sb::generator g{stops_in{block}};
            g.next();
        }
        CHECK(trace == (block == from::the_finally ? "outer:exit " : "finally outer:exit "));
        CHECK(live::count() == 0);
    }
}

TEST_CASE("throw_() into a generator suspended in any block replaces what it handles") {
    for (auto block : {from::the_try, from::a_handler, from::the_else, from::the_finally}) {
        trace.clear();
        sb::generator g{stops_in{block}};
        g.next();
        CHECK(result_of([&] { return g.throw_(A{}); }) == "A");
        CHECK(trace == (block == from::the_finally ? "outer:A " : "finally outer:A "));
        sb::forget_last_error(); // its context
        CHECK(live::count() == 0);
    }
}

TEST_CASE("a generator destroyed in an outermost finally frees the exception that waited there") {
    {
        sb::generator g{[](sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                throw live{};
            } SB_FINALLY {
                SB_YIELD(1);
                say("never");
            } SB_END_TRY
            SB_END();
        }};
        trace.clear();
        g.next();
        CHECK(live::count() == 1);
    }
    CHECK(live::count() == 0);
    CHECK(trace == "");
}

TEST_CASE("throw_() at a yield in a handler is caught by an outer try, with the handled one as context") {
    CHECK(live::count() == 0);
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                throw live{};
            } SB_CATCH_ALL {
                SB_YIELD(1);
            } SB_END_TRY
        } SB_CATCH(A const& error) {
            SB_YIELD(live::count());
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK(*g.throw_(A{}) == 1);
}

TEST_CASE("throw_() at a yield in a try within a handler leaves what the handler handles alone") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH(A const& error) {
            SB_TRY {
                SB_YIELD(1);
            } SB_CATCH(B const& inner) {
                SB_YIELD(2);
            } SB_END_TRY
            say(error.what());
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }};
    trace.clear();
    g.next();
    CHECK(*g.throw_(B{}) == 2);
    CHECK_THROWS_AS(g.next(), A);
    CHECK(trace == "A ");
}

// ---- C++'s own try

TEST_CASE("a C++ try without a yield in it works within the blocks as ever") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            try {
                throw A{};
            } catch (A const& error) {
                say(error.what());
            }
            throw B{};
        } SB_CATCH(B const& error) {
            try {
                throw A{};
            } catch (std::exception const& inner) {
                say(inner.what());
            }
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "A A B");
}

TEST_CASE("in a handler std::current_exception() knows nothing of the exception") {
    auto const body = [](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            throw A{};
        } SB_CATCH_ALL {
            say(name_of(std::current_exception()));
            SB_YIELD(1);
        } SB_END_TRY
        SB_END();
    };
    CHECK(course_of(body) == "none 1 end");
}

} // namespace

// ---- Returns within returns

namespace {

template <class Action>
struct returns_twice {
    int n = 0;
    Action act{};
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(1);
        } SB_FINALLY {
            for (n = 0; n < 2; ++n) {
                SB_TRY {
                    SB_RETURN(2);
                } SB_FINALLY {
                    if (act(n)) continue;
                } SB_END_TRY
            }
        } SB_END_TRY
        SB_END();
    }
};

template <class Action>
std::optional<int> result_with(Action act) {
    sb::generator<returns_twice<Action>> g{returns_twice<Action>{0, act}};
    CHECK(g.next() == nullptr);
    return g.take_returned();
}

} // namespace

TEST_CASE("gen G3: a return that a finally takes back gives its place back to the one before it") {
    CHECK(result_with([](int) { return true; }) == 1);
    CHECK(result_with([](int n) { return n == 0; }) == 2);
    CHECK(result_with([](int) { return false; }) == 2);
}

TEST_CASE("gen G3: so does one without a value, and one that an exception overtakes") {
    sb::generator g{[n = 0](sb::yields<int, void, std::string>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN();
        } SB_FINALLY {
            for (n = 0; n < 1; ++n) {
                SB_TRY {
                    SB_RETURN("inner");
                } SB_FINALLY {
                    continue;
                } SB_END_TRY
            }
        } SB_END_TRY
        SB_END();
    }};
    CHECK(g.next() == nullptr);
    CHECK_FALSE(g.take_returned().has_value());
    sb::generator h{[](sb::yields<int, void, std::string>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN("outer");
        } SB_FINALLY {
            SB_TRY {
                SB_TRY {
                    SB_RETURN("inner");
                } SB_FINALLY {
                    throw A{};
                } SB_END_TRY
            } SB_CATCH_ALL {
                SB_YIELD(1);
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }};
    CHECK(*h.next() == 1);
    CHECK(h.next() == nullptr);
    CHECK(h.take_returned() == "outer");
}
