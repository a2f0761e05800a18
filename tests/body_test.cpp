#include <switchback/body.hpp>
#include <switchback/generator.hpp>

#include <doctest/doctest.h>

#include <list>
#include <string>
#include <type_traits>
#include <vector>

namespace sb = switchback;

namespace {

template <class F>
std::vector<int> all_of(F frame) {
    sb::generator g{std::move(frame)};
    return {g.begin(), g.end()};
}

// ---- Macros are statements

struct unbraced {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 4; ++i)
            if (i % 2 == 0)
                SB_YIELD(i);
            else
                SB_YIELD(-i);
        SB_END();
    }
};

TEST_CASE("SB_YIELD is one statement: it may stand in an if and an else without braces") {
    CHECK(all_of(unbraced{}) == std::vector{0, -1, 2, -3});
}

struct unbraced_return {
    int i = 0;
    sb::step operator()(sb::yields<int, int>& co) {
        SB_BEGIN(co);
        for (;; ++i)
            if (i == 2) SB_RETURN();
            else
                SB_YIELD(i);
        SB_END();
    }
};

TEST_CASE("SB_RETURN is one statement, too") {
    CHECK(all_of(unbraced_return{}) == std::vector{0, 1});
}

struct unbraced_yield_into {
    int got = 0;
    sb::step operator()(sb::yields<int, int>& co) {
        SB_BEGIN(co);
        if (got == 0)
            SB_YIELD_INTO(got, 1);
        else
            SB_YIELD_INTO(got, 2);
        SB_YIELD(got);
        SB_END();
    }
};

TEST_CASE("SB_YIELD_INTO is one statement, too") {
    sb::generator<unbraced_yield_into> g;
    CHECK(*g.next() == 1);
    CHECK(*g.send(8) == 8);
}

struct in_every_loop {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        while (i < 2) SB_YIELD(i++);
        do SB_YIELD(i++);
        while (i < 4);
        for (; i < 6; ++i) SB_YIELD(i);
        {
            { SB_YIELD(6); }
        }
        SB_END();
    }
};

TEST_CASE("a yield may stand in any loop and any nested block") {
    CHECK(all_of(in_every_loop{}) == std::vector{0, 1, 2, 3, 4, 5, 6});
}

struct has_locals {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        {
            int const local = 1;
            std::string const text(local, 'x');
            if (text.size() != 1) SB_RETURN();
        }
        SB_YIELD(1);
        for (int const n : {1, 2}) {
            if (n == 3) SB_RETURN();
        }
        SB_YIELD(2);
        SB_END();
    }
};

TEST_CASE("a local variable may stand in a block of its own that no yield is in") {
    CHECK(all_of(has_locals{}) == std::vector{1, 2});
}

struct on_several_lines {
    std::vector<int> got{};
    sb::step operator()(sb::yields<std::vector<int>, std::vector<int>>& co) {
        SB_BEGIN(co);
        SB_YIELD_INTO(
            got,
            std::vector<int>{
                1,
                2,
            });
        SB_YIELD(
            got);
        SB_END();
    }
};

TEST_CASE("a macro's arguments may take several lines and hold commas") {
    sb::generator<on_several_lines> g;
    CHECK(g.next()->size() == 2);
    CHECK(g.send(std::vector{5})->front() == 5);
}

// ---- Where a body may stand

template <class T>
struct repeats {
    T value;
    int times;
    sb::step operator()(sb::yields<T>& co) {
        SB_BEGIN(co);
        for (; times > 0; --times) SB_YIELD(value);
        SB_END();
    }
};

TEST_CASE("a body may stand in a class template") {
    sb::generator words{repeats<std::string>{"x", 2}};
    CHECK(*words.next() == "x");
    CHECK(all_of(repeats<int>{7, 2}) == std::vector{7, 7});
}

template <class T>
struct with_try {
    T value;
    sb::step operator()(sb::yields<T>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(value);
            throw value;
        } SB_CATCH(T const& error) {
            SB_YIELD(error);
        } SB_FINALLY {
            SB_YIELD(T{});
        } SB_END_TRY
        SB_SWITCH(static_cast<int>(sizeof(T))) {
        SB_CASE(sizeof(int)): SB_YIELD(value); break;
        SB_DEFAULT: break;
        }
        SB_END();
    }
};

TEST_CASE("a body in a template may hold tries and switches that depend on its arguments") {
    CHECK(all_of(with_try<int>{4}) == std::vector{4, 4, 0, 4});
    sb::generator g{with_try<std::string>{"s"}};
    CHECK(std::vector<std::string>(g.begin(), g.end()) == std::vector<std::string>{"s", "s", ""});
}

struct container {
    int base;

    struct counts {
        int i = 0;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            for (; i < 2; ++i) SB_YIELD(i);
            SB_END();
        }
    };

    template <class Step>
    struct counts_by {
        container const* of;
        Step by;
        int i = 0;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            for (; i < 3; ++i) SB_YIELD(of->base + static_cast<int>(by) * i);
            SB_END();
        }
    };

    template <class Step>
    auto counting_by(Step by) const {
        return sb::generator{counts_by<Step>{this, by}};
    }

    template <class T>
    auto repeating(T times) const {
        return sb::generator{[this, times](sb::yields<int>& co) mutable {
            SB_BEGIN(co);
            for (; times > 0; --times) SB_YIELD(base);
            SB_END();
        }};
    }
};

TEST_CASE("a body may stand in a nested class, and in a member template") {
    CHECK(all_of(container::counts{}) == std::vector{0, 1});
    container const ten{10};
    auto g = ten.counting_by(5L);
    CHECK(std::vector<int>(g.begin(), g.end()) == std::vector{10, 15, 20});
}

TEST_CASE("a body may stand in a lambda in a member template") {
    container const three{3};
    auto g = three.repeating(2);
    CHECK(std::vector<int>(g.begin(), g.end()) == std::vector{3, 3});
}

TEST_CASE("a body may stand in a class that is local to a function") {
    struct local {
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_YIELD(1);
            SB_END();
        }
    };
    CHECK(all_of(local{}) == std::vector{1});
}

struct defined_elsewhere {
    int i = 0;
    sb::step operator()(sb::yields<int>& co);
};

sb::step defined_elsewhere::operator()(sb::yields<int>& co) {
    SB_BEGIN(co);
    for (; i < 2; ++i) SB_YIELD(i);
    SB_END();
}

TEST_CASE("a body may be defined outside of its class") {
    CHECK(all_of(defined_elsewhere{}) == std::vector{0, 1});
}

struct has_a_body_within {
    int sum = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(0);
        SB_TRY {
            SB_YIELD(1);
            {
                auto inner = [i = 0](sb::yields<int>& inner_co) mutable {
                    SB_BEGIN(inner_co);
                    SB_TRY {
                        for (; i < 3; ++i) SB_YIELD(i);
                        throw i;
                    } SB_CATCH(int const& error) {
                        SB_YIELD(error * 100);
                    } SB_END_TRY
                    SB_END();
                };
                for (int n : sb::generator{inner}) sum += n;
            }
            SB_YIELD(sum);
        } SB_FINALLY {
            SB_YIELD(5);
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("a body may hold another body, in a lambda, at any depth of its blocks") {
    CHECK(all_of(has_a_body_within{}) == std::vector{0, 1, 303, 5});
}

struct has_a_plain_lambda {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD([] {
            switch (2) {
            case 2: return 4;
            default: return 5;
            }
        }());
        SB_END();
    }
};

TEST_CASE("a yield's operand may hold a lambda with a switch of its own") {
    CHECK(all_of(has_a_plain_lambda{}) == std::vector{4});
}

struct has_a_plain_switch {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 3; ++i) {
            int n;
            switch (i) {
            case 0: n = 10; break;
            case 1: continue;
            default: n = 20; break;
            }
            if (n == 10) SB_YIELD(n);
            SB_YIELD(i);
        }
        SB_END();
    }
};

TEST_CASE("a plain switch may stand in a body where no yield is in it") {
    CHECK(all_of(has_a_plain_switch{}) == std::vector{10, 0, 2});
}

namespace other {
namespace switchback {} // a namespace of the same name, nearer by
struct counts {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(i);
        } SB_CATCH(int const& error) {
        } SB_CATCH_ALL {
        } SB_FINALLY {
            SB_YIELD(i + 1);
        } SB_END_TRY
        SB_SWITCH(i) {
        SB_CASE(0): SB_YIELD(i + 2);
        }
        SB_END();
    }
};
} // namespace other

TEST_CASE("the macros name the library from the outermost namespace") {
    CHECK(all_of(other::counts{}) == std::vector{0, 1, 2});
}

struct has_its_own_names {
    int body = 1, now = 2, step = 3, scope = 4;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(body + now + step + scope);
        } SB_FINALLY {
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("the macros' own names begin with sb_: a frame's members cannot clash with them") {
    CHECK(all_of(has_its_own_names{}) == std::vector{10});
}

// ---- The ways out of a body

struct breaks_outside_of_loops {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        break;
        SB_END();
    }
};

struct continues_outside_of_loops {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        if (true) continue;
        SB_END();
    }
};

TEST_CASE("a break or continue at the level of the body throws stray_exit") {
    sb::generator<breaks_outside_of_loops> a;
    a.next();
    CHECK_THROWS_AS(a.next(), sb::stray_exit);
    sb::generator<continues_outside_of_loops> b;
    b.next();
    CHECK_THROWS_AS(b.next(), sb::stray_exit);
}

struct breaks_in_a_try_outside_of_loops {
    bool* finally_ran;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
            break;
        } SB_CATCH_ALL {
            SB_YIELD(2);
        } SB_FINALLY {
            *finally_ran = true;
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("a stray break in a try throws behind its finally, where no handler of it sees it") {
    bool finally_ran = false;
    sb::generator g{breaks_in_a_try_outside_of_loops{&finally_ran}};
    g.next();
    CHECK_THROWS_AS(g.next(), sb::stray_exit);
    CHECK(finally_ran);
}

struct only_yields {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

TEST_CASE("a yield may be the last thing of a body") {
    CHECK(all_of(only_yields{}) == std::vector{1});
}

struct statements_behind_a_return {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_RETURN();
        SB_YIELD(2);
        SB_END();
    }
};

TEST_CASE("what stands behind a return is not reached") {
    CHECK(all_of(statements_behind_a_return{}) == std::vector{1});
}

struct far_down {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
#line 16000 "body_test.cpp"
        SB_YIELD(2);
        SB_TRY {
            SB_YIELD(3);
#line 16900 "body_test.cpp"
            SB_YIELD(4);
        } SB_FINALLY {
            SB_YIELD(5);
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("a body may be some sixteen thousand lines long, and a block of it a thousand") {
    CHECK(all_of(far_down{}) == std::vector{1, 2, 3, 4, 5});
}

} // namespace
