#include <switchback/delegates.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sb = switchback;

namespace {

template <class G>
std::vector<int> all_of(G& g) {
    std::vector<int> values;
    while (auto* const value = g.next()) values.push_back(*value);
    return values;
}

// The numbers from `low` to `high`, as a balanced tree would have them.
struct between {
    int low, high;
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        if (low < high) {
            SB_YIELD_FROM(between{low, (low + high) / 2});
            SB_YIELD((low + high) / 2);
            SB_YIELD_FROM(between{(low + high) / 2 + 1, high});
        }
        SB_END();
    }
};

// A tower of frames, each with a handler and a finally, of which the innermost fails.
struct tower {
    int depth;
    int above = 0;
    sb::step operator()(sb::delegates<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            if (depth == 0) throw 5;
            SB_YIELD(depth);
            SB_YIELD_FROM_INTO(above, tower{depth - 1});
        } SB_CATCH(int const& error) {
            SB_YIELD(100 * error + depth);
            if (depth < 2) SB_RAISE();
            above = 70;
        } SB_FINALLY {
            SB_YIELD(1000 + depth);
        } SB_END_TRY
        SB_RETURN(above + depth);
        SB_END();
    }
};

struct chain {
    int depth;
    std::shared_ptr<int> token;
    bool fails = false;
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        if (depth > 0) {
            SB_YIELD_FROM(chain{depth - 1, token, fails});
        } else {
            for (;;) {
                SB_YIELD(++*token);
                if (fails) throw 3;
            }
        }
        SB_END();
    }
};

struct echo {
    std::optional<int> got{};
    sb::step operator()(sb::delegates<int, int>& co) {
        SB_BEGIN(co);
        for (;;) SB_YIELD_INTO(got, got.value_or(-1));
        SB_END();
    }
};
struct around_echo {
    sb::step operator()(sb::delegates<int, int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(echo{});
        SB_END();
    }
};

struct plain {
    int n;
    int i = 0;
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (; i < n; ++i) SB_YIELD(i);
        SB_RETURN(n);
        SB_END();
    }
};
struct takes_a_generator {
    int result = 0;
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM_INTO(result, sb::generator<plain>{plain{2}});
        SB_YIELD(100 + result);
        SB_END();
    }
};

} // namespace

TEST_CASE("gen H1: a recursive generator yields in order, at any depth") {
    sb::generator g{between{0, 100}};
    auto const values = all_of(g);
    REQUIRE(values.size() == 100);
    for (int i = 0; i < 100; ++i) CHECK(values[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("gen H10, gen H16: errors go outwards, from frame to frame, through handlers and finally blocks") {
    sb::generator g{tower{3}};
    CHECK(all_of(g) == std::vector{3, 2, 1, 500, 1000, 501, 1001, 502, 1002, 1003});
    CHECK(g.take_returned() == 75);
}

TEST_CASE("gen H16: an exception that is thrown in is seen by the innermost frame first") {
    sb::generator g{tower{3}};
    g.next();
    g.next();
    CHECK(*g.throw_(9) == 902);
    CHECK(all_of(g) == std::vector{1002, 1003});
}

TEST_CASE("gen H8: a made frame that yields while it is closed makes its caller see ignored_exit") {
    sb::generator g{tower{2}};
    g.next();
    g.next();
    CHECK_THROWS_AS(g.close(), sb::ignored_exit); // the outermost finally yields, too
    CHECK(g.status() == sb::generator_status::suspended);
    CHECK_THROWS_AS(g.next(), sb::ignored_exit); // the inner frame's: it has waited for that finally
    CHECK(g.next() == nullptr);
}

namespace {

// How a frame takes it to be closed.
enum class closing { ends, swallows, fails, yields, yields_again };

struct closed_within {
    std::vector<std::string>& log;
    closing how;
    std::shared_ptr<int> alive = std::make_shared<int>(1); // destroyed twice, ASan would tell
    sb::step operator()(sb::delegates<int, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH(sb::generator_exit const& exit) {
            log.push_back("inner");
            if (how == closing::swallows) SB_RETURN();
            if (how == closing::fails) throw std::runtime_error("instead");
            if (how == closing::yields) SB_YIELD(2);
            if (how == closing::yields_again) {
                SB_TRY {
                    SB_YIELD(3);
                } SB_CATCH_ALL {
                    log.push_back("again");
                    SB_YIELD(4);
                    log.push_back("never");
                } SB_END_TRY
            }
            SB_RAISE();
        } SB_FINALLY {
            log.push_back("inner finally");
        } SB_END_TRY
        SB_END();
    }
};

struct closes_within {
    std::vector<std::string>& log;
    closing how;
    bool catches = false;
    sb::step operator()(sb::delegates<int, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(closed_within{log, how});
            log.push_back("went on");
        } SB_CATCH(sb::generator_exit const& exit) {
            log.push_back("outer exit");
            SB_RAISE();
        } SB_CATCH(std::exception const& error) {
            log.push_back(error.what());
            if (!catches) SB_RAISE();
        } SB_END_TRY
        SB_END();
    }
};

std::vector<std::string> unraisable;
void note_unraisable(sb::unhandled_error const& what) {
    try {
        std::rethrow_exception(what.error);
    } catch (std::exception const& error) {
        unraisable.push_back(error.what());
    } catch (...) {
        unraisable.push_back("?");
    }
}

using strings = std::vector<std::string>;
constexpr char const* ignored = "the generator yielded while it was being closed";

} // namespace

TEST_CASE("gen H6: close() closes made frames from the innermost outwards") {
    strings log;
    sb::generator g{closes_within{log, closing::ends}};
    g.next();
    g.close();
    CHECK(log == strings{"inner", "inner finally", "outer exit"});
    CHECK(g.status() == sb::generator_status::closed);
}

TEST_CASE("gen H9: a made frame that swallows its close does not stop that of its caller") {
    strings log;
    {
        sb::generator g{closes_within{log, closing::swallows}};
        g.next();
        CHECK_THROWS_AS(g.throw_(sb::generator_exit{}), sb::generator_exit);
    }
    CHECK(log == strings{"inner", "inner finally", "outer exit"});
    log.clear();
    {
        sb::generator g{closes_within{log, closing::swallows}};
        g.next(); // and is destroyed
    }
    CHECK(log == strings{"inner", "inner finally", "outer exit"});
}

TEST_CASE("gen H7: what a made frame raises when it is closed is raised at the delegation") {
    strings log;
    sb::generator g{closes_within{log, closing::fails}};
    g.next();
    CHECK_THROWS_AS(g.close(), std::runtime_error);
    CHECK(log == strings{"inner", "inner finally", "instead"});
    log.clear();
    sb::generator h{closes_within{log, closing::fails, true}};
    h.next();
    h.close(); // it has caught that, and ended
    CHECK(h.status() == sb::generator_status::closed);
}

TEST_CASE("gen H8: ignored_exit is raised at the delegation, and the frame that yielded is gone") {
    auto* const before = sb::set_unhandled_error_handler(note_unraisable);
    unraisable.clear();
    strings log;
    sb::generator g{closes_within{log, closing::yields, true}};
    g.next();
    CHECK(g.throw_(sb::generator_exit{}) == nullptr);
    CHECK(log == strings{"inner", "inner finally", ignored});
    CHECK(unraisable.empty());
    log.clear();
    sb::generator h{closes_within{log, closing::yields_again, true}};
    h.next();
    h.close();
    CHECK(log == strings{"inner", "again", ignored});
    CHECK(unraisable == strings{ignored}); // nobody holds the inner frame: it is closed once more
    sb::set_unhandled_error_handler(before);
}

TEST_CASE("gen B1: next() forgets what was sent to a made frame that did not take it") {
    struct inner {
        std::optional<int> got{};
        sb::step operator()(sb::delegates<int, int>& co) {
            SB_BEGIN(co);
            SB_YIELD(1);
            SB_YIELD(2);
            SB_YIELD_INTO(got, 3);
            SB_YIELD(got.value_or(-1));
            SB_END();
        }
    };
    struct outer {
        sb::step operator()(sb::delegates<int, int>& co) {
            SB_BEGIN(co);
            SB_YIELD_FROM(inner{});
            SB_END();
        }
    };
    sb::generator<outer> g;
    g.next();
    CHECK(*g.send(7) == 2);
    CHECK(*g.next() == 3);
    CHECK(*g.next() == -1);
}

TEST_CASE("gen H2: what is sent reaches the innermost frame") {
    sb::generator g{around_echo{}};
    CHECK(*g.next() == -1);
    CHECK(*g.send(4) == 4);
    CHECK(*g.next() == -1);
}

TEST_CASE("own D2: a chain a million deep runs, closes, fails and is destroyed without recursion") {
    auto const token = std::make_shared<int>(0);
    {
        sb::generator g{chain{1'000'000, token}};
        for (int i = 1; i < 5; ++i) CHECK(*g.next() == i);
        CHECK(token.use_count() == 1'000'002);
        g.close();
        CHECK(token.use_count() == 1);
        sb::generator h{chain{1'000'000, token}};
        h.next();
    }
    CHECK(token.use_count() == 1);
    sb::generator fails{chain{1'000'000, token, true}};
    fails.next();
    CHECK_THROWS_AS(fails.next(), int);
    CHECK(token.use_count() == 1);
}

TEST_CASE("gen C1: a recursive generator that resumes itself is told that it is running") {
    struct asks {
        std::function<void()>* again;
        bool innermost = false;
        sb::step operator()(sb::delegates<int>& co) {
            SB_BEGIN(co);
            if (innermost) {
                (*again)();
            } else {
                SB_YIELD_FROM(asks{again, true});
            }
            SB_END();
        }
    };
    std::function<void()> again;
    sb::generator g{asks{&again}};
    again = [&] {
        CHECK(g.status() == sb::generator_status::running);
        CHECK_THROWS_AS(g.next(), sb::already_running);
        CHECK_THROWS_AS(g.close(), sb::already_running);
    };
    CHECK(g.next() == nullptr);
}

TEST_CASE("a generator that is handed over is delegated to like a frame") {
    sb::generator g{takes_a_generator{}};
    CHECK(all_of(g) == std::vector{0, 1, 102});
}

TEST_CASE("a generator that can delegate costs eight bytes more") {
    if (sizeof(void*) == 8) CHECK(sizeof(sb::delegates<int>) == sizeof(sb::yields<int>) + 8);
}

// ---- Plain ranges

namespace {

struct takes_ranges {
    std::vector<int> own{4, 5};
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(std::vector{1, 2, 3}); // moved in
        SB_YIELD_FROM(own);                  // borrowed
        own.push_back(6);
        SB_YIELD_FROM(own);
        SB_END();
    }
};

} // namespace

TEST_CASE("gen H1: a range may be given as it is: an rvalue is moved in, an lvalue borrowed") {
    sb::generator<takes_ranges> g;
    CHECK(all_of(g) == std::vector{1, 2, 3, 4, 5, 4, 5, 6});
}

// ---- Members whose destructors resume the generator

namespace {

struct when_it_ends {
    std::function<void()> act{};
    when_it_ends(std::function<void()> f) : act(std::move(f)) {}
    when_it_ends(when_it_ends&& other) : act(std::exchange(other.act, nullptr)) {}
    ~when_it_ends() {
        if (act) act();
    }
};
struct acts_at_its_end {
    when_it_ends end;
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};
struct around_that {
    std::function<void()> act;
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(acts_at_its_end{when_it_ends{act}});
        SB_YIELD(2);
        SB_END();
    }
};

} // namespace

TEST_CASE("gen C1: a made frame that dies in a close or throw_ finds the generator running") {
    for (bool closes : {true, false}) {
        sb::generator<around_that>* self = nullptr;
        int told = 0;
        sb::generator<around_that> g{std::in_place, [&] {
            CHECK_THROWS_AS(self->next(), sb::already_running);
            ++told;
        }};
        self = &g;
        g.next();
        if (closes) {
            g.close();
        } else {
            CHECK_THROWS_AS(g.throw_(std::runtime_error("out")), std::runtime_error);
        }
        CHECK(told == 1);
        CHECK(g.next() == nullptr);
    }
}

TEST_CASE("gen H1: an optional that a frame returns arrives as it is") {
    struct inner {
        sb::step operator()(sb::delegates<int, void, std::optional<bool>>& co) {
            SB_BEGIN(co);
            SB_RETURN(std::optional<bool>(false));
            SB_END();
        }
    };
    struct outer {
        std::optional<bool> got{};
        sb::step operator()(sb::delegates<int>& co) {
            SB_BEGIN(co);
            SB_YIELD_FROM_INTO(got, inner{});
            SB_YIELD(got ? (*got ? 1 : 0) : -1);
            SB_END();
        }
    };
    sb::generator<outer> g;
    CHECK(*g.next() == 0);
}
