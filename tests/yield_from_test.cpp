#include <switchback/yield_from.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sb = switchback;

namespace {

std::string events;

template <class G>
std::vector<int> all_of(G& g) {
    std::vector<int> values;
    while (auto* const value = g.next()) values.push_back(*value);
    return values;
}

// Yields 0, 1, 2, and tells what it is sent; yields 100 more than what it catches.
struct inner {
    int i = 0;
    std::optional<int> got{};

    sb::step operator()(sb::yields<int, int, std::string>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (; i < 3; ++i) {
                SB_YIELD_INTO(got, i);
                if (got) events += "got " + std::to_string(*got) + " ";
            }
        } SB_CATCH(int const& error) {
            SB_YIELD(100 + error);
            SB_RETURN("caught");
        } SB_FINALLY {
            events += "finally ";
        } SB_END_TRY
        SB_RETURN("done");
        SB_END();
    }
};

struct outer {
    sb::generator<inner> to{};
    std::string result{};

    sb::step operator()(sb::yields<int, int, std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD(-1);
        SB_YIELD_FROM_INTO(result, to);
        events += "result " + result + " ";
        SB_RETURN(result);
        SB_END();
    }
};

struct catches {
    sb::generator<inner> to{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(to);
        } SB_CATCH(double const& error) {
            SB_YIELD(7);
        } SB_END_TRY
        SB_END();
    }
};

// A generator that yields where it is closed.
struct stubborn {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    }
};

struct around_stubborn {
    sb::generator<stubborn> to{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD_FROM(to);
        } SB_CATCH(sb::ignored_exit const& error) {
            events += "ignored ";
        } SB_END_TRY
        SB_END();
    }
};

struct plain {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 2; ++i) SB_YIELD(i);
        SB_END();
    }
};

struct sends_to_plain {
    sb::generator<plain> to{};
    sb::step operator()(sb::yields<int, int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(to);
        SB_END();
    }
};

struct twice {
    sb::generator<inner> to{};
    std::optional<std::string> first{}, second{};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM_INTO(first, to);
        SB_YIELD_FROM_INTO(second, to);
        events += first ? *first : "none";
        events += second ? *second : "none";
        SB_END();
    }
};

struct itself {
    sb::generator<itself>* me = nullptr;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(*me);
        SB_END();
    }
};

} // namespace

TEST_CASE("gen H1: the values pass through, and the value of the delegation is what the other returns") {
    events.clear();
    sb::generator<outer> g;
    CHECK(all_of(g) == std::vector{-1, 0, 1, 2});
    CHECK(events == "finally result done ");
    CHECK(g.take_returned() == "done");
}

TEST_CASE("gen H2, gen H13: what is sent goes to the other, but for what led into the delegation") {
    events.clear();
    sb::generator<outer> g;
    g.next();
    CHECK(*g.send(5) == 0); // the first resumption of the other is a next()
    CHECK(*g.send(6) == 1);
    CHECK(events == "got 6 ");
}

TEST_CASE("gen H2: a value sent on to a generator that takes none is an error at the delegation") {
    sb::generator<sends_to_plain> g;
    g.next();
    CHECK_THROWS_AS(g.send(1), sb::cannot_send);
    CHECK(g.status() == sb::generator_status::closed);
}

TEST_CASE("gen H3: an exception goes to the other; what it yields then is yielded, its end ends the delegation") {
    events.clear();
    sb::generator<outer> g;
    g.next();
    g.next();
    CHECK(*g.throw_(9) == 109);
    CHECK(g.next() == nullptr);
    CHECK(events == "finally result caught ");
}

TEST_CASE("gen H6: close() closes the other first") {
    events.clear();
    sb::generator<outer> g;
    g.next();
    g.next();
    CHECK_FALSE(g.close().has_value());
    CHECK(events == "finally ");
    CHECK(g.status() == sb::generator_status::closed);
}

TEST_CASE("gen H6: so does destruction") {
    events.clear();
    {
        sb::generator<outer> g;
        g.next();
        g.next();
    }
    CHECK(events == "finally ");
}

TEST_CASE("gen H8: where the other ignores a close, ignored_exit is raised at the delegation") {
    events.clear();
    sb::generator<around_stubborn> g;
    CHECK(*g.next() == 1);
    g.close();
    CHECK(events == "ignored ");
}

TEST_CASE("gen H10: what the other throws is raised at the delegation, where it can be caught") {
    events.clear();
    sb::generator<catches> g;
    g.next();
    CHECK(*g.throw_(2.5) == 7);
    CHECK(events == "finally ");
}

TEST_CASE("gen H11: a generator that has ended gives nothing at once, a half-run one goes on") {
    events.clear();
    sb::generator<twice> g;
    CHECK(all_of(g) == std::vector{0, 1, 2});
    CHECK(events == "finally donenone");
}

TEST_CASE("gen C4: a generator that delegates to itself is told that it is running") {
    sb::generator<itself> g;
    sb::generator<itself> h{std::in_place, &g};
    sb::generator<itself> loops{std::in_place, nullptr};
    sb::generator<itself> self{std::in_place, &self};
    CHECK_THROWS_AS(self.next(), sb::already_running);
    CHECK(self.status() == sb::generator_status::closed);
}

TEST_CASE("gen C2: who delegates is running while the other runs") {
    struct asks {
        sb::generator_status* seen;
        std::function<sb::generator_status()>* ask;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            *seen = (*ask)();
            SB_YIELD(1);
            SB_END();
        }
    };
    struct delegates_to {
        sb::generator<asks> to;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_YIELD_FROM(to);
            SB_END();
        }
    };
    auto seen = sb::generator_status::created;
    std::function<sb::generator_status()> ask;
    sb::generator<delegates_to> g{std::in_place, sb::generator<asks>{std::in_place, &seen, &ask}};
    ask = [&] { return g.status(); };
    g.next();
    CHECK(seen == sb::generator_status::running);
}

// ---- Plain ranges

namespace {

struct walks {
    sb::cursor<std::vector<int>> rest{};
    bool catches = false;
    sb::step operator()(sb::yields<int, int>& co) {
        SB_BEGIN(co);
        rest.start({1, 2, 3});
        SB_TRY {
            SB_YIELD_FROM(rest);
        } SB_CATCH(std::exception const& error) {
            if (!catches) SB_RAISE();
            SB_YIELD(-1);
        } SB_END_TRY
        SB_YIELD_FROM(rest); // goes on where it stands
        SB_END();
    }
};

} // namespace

TEST_CASE("gen H1: the elements of a range are yielded, once") {
    sb::generator<walks> g;
    CHECK(all_of(g) == std::vector{1, 2, 3});
}

TEST_CASE("gen H4: an exception that is thrown in at a range is raised at the delegation") {
    sb::generator g{walks{{}, true}};
    g.next();
    CHECK(*g.next() == 2);
    CHECK(*g.throw_(std::runtime_error("here")) == -1);
    CHECK(*g.next() == 2); // the range is where it was
    CHECK_THROWS_WITH(g.throw_(std::runtime_error("nobody looks")), "nobody looks");
    CHECK(g.status() == sb::generator_status::closed);
}

TEST_CASE("gen H5: so is a stop_iteration, as it is") {
    sb::generator g{walks{{}, true}};
    g.next();
    CHECK(*g.throw_(sb::stop_iteration{}) == -1);
    sb::generator h{walks{}};
    h.next();
    CHECK_THROWS_AS(h.throw_(sb::stop_iteration{}), sb::escaped_stop); // it leaves the body
}

TEST_CASE("gen H2: what is sent to a range is an error at the delegation") {
    sb::generator g{walks{{}, true}};
    g.next();
    CHECK(*g.send(7) == -1);
    CHECK(*g.next() == 1);
}

TEST_CASE("a range that cannot give its next element fails at the delegation") {
    struct failing {
        struct iterator {
            int at;
            int operator*() const { return at; }
            iterator& operator++() {
                if (++at == 2) throw std::runtime_error("torn");
                return *this;
            }
            bool operator!=(iterator const& other) const { return at != other.at; }
        };
        iterator begin() const { return {0}; }
        iterator end() const { return {5}; }
    };
    struct body {
        sb::cursor<failing> rest{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            rest.start({});
            SB_TRY {
                SB_YIELD_FROM(rest);
            } SB_CATCH(std::exception const& error) {
                SB_YIELD(-1);
            } SB_END_TRY
            SB_END();
        }
    };
    sb::generator<body> g;
    CHECK(all_of(g) == std::vector{0, 1, -1});
}

TEST_CASE("a cursor that was not started, or has come to its end, gives nothing") {
    struct body {
        sb::cursor<std::vector<int>> never{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_YIELD_FROM(never);
            SB_YIELD(1);
            SB_END();
        }
    };
    static sb::generator<body> g; // (GCC warns of what is not in a local one)
    CHECK(all_of(g) == std::vector{1});
}
