#include <switchback/generator.hpp>
#include <switchback/with.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace sb = switchback;

namespace {

std::string events;

struct resource {
    char name;
    explicit resource(char n) : name(n) { events += std::string("+") + name; }
    resource(resource const&) = delete;
    ~resource() { events += std::string("-") + name; }
};

// A resource with an opinion about exceptions.
struct judge {
    bool swallows;
    explicit judge(bool s) : swallows(s) {}
    bool exit(std::exception_ptr error) {
        events += error == nullptr ? "exit " : "exit! ";
        return swallows;
    }
};

enum class way { end, breaking, continuing, returning, throwing };

struct leaves {
    way how;
    std::optional<resource> outer{}, inner{};
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (i = 0; i < 2; ++i) {
            SB_WITH(outer, 'a') {
                SB_WITH(inner, 'b') {
                    SB_YIELD(i);
                    if (how == way::breaking) break;
                    if (how == way::continuing) continue;
                    if (how == way::returning) SB_RETURN();
                    if (how == way::throwing) throw 7;
                } SB_END_WITH
                events += ' ';
            } SB_END_WITH
        }
        events += '.';
        SB_END();
    }
};

std::string trace_of(way how) {
    events.clear();
    sb::generator<leaves> g{std::in_place, how};
    try {
        while (g.next() != nullptr) {}
    } catch (int) {
        events += "7";
    }
    return events;
}

struct judged {
    bool swallows;
    bool yields_after = false;
    std::optional<judge> with{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_WITH(with, swallows) {
            SB_YIELD(1);
        } SB_END_WITH
        events += with ? "still there" : "gone";
        if (yields_after) SB_YIELD(2);
        SB_END();
    }
};

struct refused {
    struct unavailable {
        explicit unavailable(int error) { throw error; }
    };
    std::optional<unavailable> with{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_WITH(with, 5) {
                SB_YIELD(1);
            } SB_END_WITH
        } SB_CATCH(int const& error) {
            SB_YIELD(error);
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE("gen G6: the resource of a with is let go of on every way out") {
    CHECK(trace_of(way::end) == "+a+b-b -a+a+b-b -a.");
    CHECK(trace_of(way::breaking) == "+a+b-b-a.");
    CHECK(trace_of(way::continuing) == "+a+b-b-a+a+b-b-a.");
    CHECK(trace_of(way::returning) == "+a+b-b-a");
    CHECK(trace_of(way::throwing) == "+a+b-b-a7");
}

TEST_CASE("gen G6: closing or destroying a generator within a with lets go of the resource") {
    events.clear();
    {
        sb::generator<leaves> g{std::in_place, way::end};
        g.next();
        g.close();
        CHECK(events == "+a+b-b-a");
        sb::generator<leaves> h{std::in_place, way::end};
        h.next();
    }
    CHECK(events == "+a+b-b-a+a+b-b-a");
}

TEST_CASE("gen G6: exit sees the exception, and the body goes on behind the with if it returns true") {
    events.clear();
    sb::generator<judged> g{std::in_place, true};
    g.next();
    CHECK(g.throw_(7) == nullptr);
    CHECK(events == "exit! gone");

    events.clear();
    sb::generator<judged> h{std::in_place, false};
    h.next();
    CHECK_THROWS_AS(h.throw_(7), int);
    CHECK(events == "exit! ");
}

TEST_CASE("gen G6: exit hears of no exception where there is none") {
    events.clear();
    sb::generator<judged> g{std::in_place, true};
    while (g.next() != nullptr) {}
    CHECK(events == "exit gone");
}

TEST_CASE("gen G7: an exit that swallows the end of the generator, and a yield behind it, make close fail") {
    sb::generator<judged> g{std::in_place, true, true};
    g.next();
    CHECK_THROWS_AS(g.close(), sb::ignored_exit);
    CHECK(g.status() == sb::generator_status::suspended);
}

TEST_CASE("gen G6: a resource that cannot be had is not let go of") {
    sb::generator<refused> g;
    CHECK(*g.next() == 5);
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen G6: a resource may be made of nothing") {
    sb::generator g{[text = std::optional<std::string>()](sb::yields<std::size_t>& co) mutable {
        SB_BEGIN(co);
        SB_WITH(text) {
            *text += "abc";
            SB_YIELD(text->size());
        } SB_END_WITH
        SB_YIELD(text ? 1u : 0u);
        SB_END();
    }};
    CHECK(*g.next() == 3);
    CHECK(*g.next() == 0);
}
