#include <switchback/generator.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

namespace sb = switchback;

namespace {

template <class F>
std::vector<int> all_of(F frame) {
    sb::generator g{std::move(frame)};
    return {g.begin(), g.end()};
}

struct chooses {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(1):
            SB_YIELD(10);
            SB_YIELD(11);
            break;
        SB_CASE(2):
            SB_YIELD(20);
            break;
        SB_DEFAULT:
            SB_YIELD(30);
            break;
        }
        SB_YIELD(99);
        SB_END();
    }
};

TEST_CASE("a case of SB_SWITCH may yield, and goes on behind the yield") {
    CHECK(all_of(chooses{1}) == std::vector{10, 11, 99});
    CHECK(all_of(chooses{2}) == std::vector{20, 99});
}

TEST_CASE("SB_DEFAULT takes what no case names") {
    CHECK(all_of(chooses{3}) == std::vector{30, 99});
    CHECK(all_of(chooses{-1}) == std::vector{30, 99});
}

struct has_no_default {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(1): SB_YIELD(1); break;
        }
        SB_YIELD(99);
        SB_END();
    }
};

TEST_CASE("without SB_DEFAULT, what no case names is passed by") {
    CHECK(all_of(has_no_default{1}) == std::vector{1, 99});
    CHECK(all_of(has_no_default{2}) == std::vector{99});
}

struct falls_through {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(0):
            SB_YIELD(0);
            [[fallthrough]];
        SB_CASE(1):
        SB_CASE(2):
            SB_YIELD(1);
            [[fallthrough]];
        SB_DEFAULT:
            SB_YIELD(2);
        }
        SB_END();
    }
};

TEST_CASE("a case without a break falls through to the next, behind a yield as well") {
    CHECK(all_of(falls_through{0}) == std::vector{0, 1, 2});
    CHECK(all_of(falls_through{1}) == std::vector{1, 2});
    CHECK(all_of(falls_through{2}) == std::vector{1, 2});
    CHECK(all_of(falls_through{7}) == std::vector{2});
}

struct default_comes_first {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_DEFAULT: SB_YIELD(0); break;
        SB_CASE(1): SB_YIELD(1); break;
        }
        SB_END();
    }
};

TEST_CASE("SB_DEFAULT need not be the last") {
    CHECK(all_of(default_comes_first{1}) == std::vector{1});
    CHECK(all_of(default_comes_first{5}) == std::vector{0});
}

enum class color : unsigned char { red, green, blue };
enum plain_enum { plain_zero, plain_one };

struct chooses_color {
    color which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(color::red): SB_YIELD(1); break;
        SB_CASE(color::green): SB_YIELD(2); break;
        SB_CASE(color::blue): SB_YIELD(3); break;
        }
        SB_SWITCH(which == color::red ? plain_zero : plain_one) {
        SB_CASE(plain_zero): SB_YIELD(4); break;
        SB_CASE(plain_one): SB_YIELD(5); break;
        }
        SB_END();
    }
};

TEST_CASE("SB_SWITCH takes enumerations, scoped and unscoped") {
    CHECK(all_of(chooses_color{color::red}) == std::vector{1, 4});
    CHECK(all_of(chooses_color{color::blue}) == std::vector{3, 5});
}

template <class T>
struct chooses_of {
    T which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(std::numeric_limits<T>::min()): SB_YIELD(1); break;
        SB_CASE(std::numeric_limits<T>::max()): SB_YIELD(2); break;
        SB_CASE(T(1) + T(1) == T(0) ? T(0) : static_cast<T>(65)): SB_YIELD(3); break;
        SB_DEFAULT: SB_YIELD(4);
        }
        SB_END();
    }
};

TEST_CASE("SB_SWITCH takes every integer type, to its limits") {
    CHECK(all_of(chooses_of<char>{'A'}) == std::vector{3});
    CHECK(all_of(chooses_of<short>{-32768}) == std::vector{1});
    CHECK(all_of(chooses_of<unsigned>{~0u}) == std::vector{2});
    CHECK(all_of(chooses_of<std::int64_t>{INT64_MIN}) == std::vector{1});
    CHECK(all_of(chooses_of<std::int64_t>{INT64_MAX}) == std::vector{2});
    CHECK(all_of(chooses_of<std::uint64_t>{UINT64_MAX}) == std::vector{2});
    CHECK(all_of(chooses_of<std::uint64_t>{5}) == std::vector{4});
}

struct chooses_bool {
    bool which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(false): SB_YIELD(0); break;
        SB_CASE(true): SB_YIELD(1); break;
        }
        SB_END();
    }
};

TEST_CASE("SB_SWITCH takes a bool") {
    CHECK(all_of(chooses_bool{true}) == std::vector{1});
    CHECK(all_of(chooses_bool{false}) == std::vector{0});
}

struct chooses_negative {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(-1): SB_YIELD(1); break;
        SB_CASE(-2): SB_YIELD(2); break;
        SB_CASE(0): SB_YIELD(3); break;
        }
        SB_END();
    }
};

TEST_CASE("cases may be negative") {
    CHECK(all_of(chooses_negative{-1}) == std::vector{1});
    CHECK(all_of(chooses_negative{-2}) == std::vector{2});
    CHECK(all_of(chooses_negative{0}) == std::vector{3});
}

struct chooses_large {
    std::int64_t which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(1): SB_YIELD(1); break;
        SB_CASE(1LL << 41): SB_YIELD(2); break;
        SB_DEFAULT: SB_YIELD(3);
        }
        SB_END();
    }
};

TEST_CASE("a value that looks like the label of a resume point goes to SB_DEFAULT") {
    for (std::int64_t offset = 0; offset <= 1023; ++offset) {
        CHECK(all_of(chooses_large{(std::int64_t(1) << 40) + offset}) == std::vector{3});
    }
    CHECK(all_of(chooses_large{std::int64_t(1) << 41}) == std::vector{2});
}

struct evaluates_once {
    int evaluated = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(++evaluated) {
        SB_CASE(1):
            SB_YIELD(1);
            SB_YIELD(2);
            break;
        SB_DEFAULT: SB_YIELD(-1);
        }
        SB_YIELD(evaluated);
        SB_END();
    }
};

TEST_CASE("SB_SWITCH evaluates its value once, however often its cases yield") {
    CHECK(all_of(evaluates_once{}) == std::vector{1, 2, 1});
}

struct loops_in_a_case {
    int i = 0, j = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(1) {
        SB_CASE(1):
            for (i = 0; i < 3; ++i) {
                if (i == 1) continue;
                for (j = 0;; ++j) {
                    if (j == 2) break;
                    SB_YIELD(10 * i + j);
                }
            }
            SB_YIELD(99);
            break;
        SB_CASE(2): SB_YIELD(-1);
        }
        SB_END();
    }
};

TEST_CASE("break and continue in a loop within a case are the loop's") {
    CHECK(all_of(loops_in_a_case{}) == std::vector{0, 1, 20, 21, 99});
}

struct switch_in_a_loop {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (i = 0; i < 4; ++i) {
            SB_SWITCH(i) {
            SB_CASE(0): SB_YIELD(0); continue;
            SB_CASE(1): SB_YIELD(1); break;
            SB_CASE(2): continue;
            SB_DEFAULT: break;
            }
            SB_YIELD(100 + i);
        }
        SB_END();
    }
};

TEST_CASE("break in a case leaves the switch, continue goes to the loop around it") {
    CHECK(all_of(switch_in_a_loop{}) == std::vector{0, 1, 101, 103});
}

struct returns_in_a_case {
    int which;
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(0):
            SB_YIELD(0);
            SB_RETURN(7);
        SB_DEFAULT: break;
        }
        SB_YIELD(1);
        SB_END();
    }
};

TEST_CASE("SB_RETURN in a case ends the body") {
    sb::generator g{returns_in_a_case{0}};
    g.next();
    CHECK(g.next() == nullptr);
    CHECK(g.take_returned() == 7);
}

struct nested_switches {
    int a, b;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(a) {
        SB_CASE(0):
            SB_SWITCH(b) {
            SB_CASE(0):
                SB_SWITCH(a + b) {
                SB_CASE(0):
                    SB_SWITCH(a) {
                    SB_CASE(0): SB_YIELD(0); break;
                    }
                    SB_YIELD(1);
                }
                break;
            SB_CASE(1): SB_YIELD(2); break;
            }
            SB_YIELD(3);
            break;
        SB_CASE(1): SB_YIELD(4); break;
        }
        SB_END();
    }
};

TEST_CASE("switches nest four deep") {
    CHECK(all_of(nested_switches{0, 0}) == std::vector{0, 1, 3});
    CHECK(all_of(nested_switches{0, 1}) == std::vector{2, 3});
    CHECK(all_of(nested_switches{1, 0}) == std::vector{4});
}

struct unbraced_switch {
    bool choose;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        if (choose) {
            SB_SWITCH(1) {
            SB_CASE(1): SB_YIELD(1);
            }
        } else
            SB_SWITCH(2) {
            SB_CASE(2): SB_YIELD(2);
            }
        SB_YIELD(3);
        SB_END();
    }
};

TEST_CASE("SB_SWITCH is one statement: it may stand in an else without braces") {
    CHECK(all_of(unbraced_switch{true}) == std::vector{1, 3});
    CHECK(all_of(unbraced_switch{false}) == std::vector{2, 3});
}

struct plain_switch_within {
    int i = 0, n = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 2; ++i) {
            SB_SWITCH(i) {
            SB_CASE(0):
                switch (i) {
                case 0: n = 5; break;
                default: n = 6;
                }
                SB_YIELD(n);
                break;
            SB_DEFAULT: SB_YIELD(7);
            }
        }
        SB_END();
    }
};

TEST_CASE("a plain switch without a yield may stand in a case") {
    CHECK(all_of(plain_switch_within{}) == std::vector{5, 7});
}

// ---- With tries

struct in_a_try {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_SWITCH(which) {
            SB_CASE(0): SB_YIELD(0); throw std::runtime_error("case 0");
            SB_CASE(1): SB_YIELD(1); break;
            SB_DEFAULT: throw std::runtime_error("default");
            }
            SB_YIELD(2);
        } SB_CATCH_ERRORS {
            SB_SWITCH(which) {
            SB_CASE(0): SB_YIELD(10); break;
            SB_DEFAULT: SB_RAISE();
            }
        } SB_FINALLY {
            SB_SWITCH(which) {
            SB_CASE(0): SB_YIELD(20); break;
            SB_DEFAULT: SB_YIELD(21); break;
            }
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("a switch may stand in every block of a try") {
    CHECK(all_of(in_a_try{0}) == std::vector{0, 10, 20});
    CHECK(all_of(in_a_try{1}) == std::vector{1, 2, 21});
}

TEST_CASE("an exception leaves a switch within a handler, through the finally") {
    sb::generator g{in_a_try{2}};
    CHECK(*g.next() == 21);
    CHECK_THROWS_WITH(g.next(), "default");
}

struct try_in_a_case {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
        SB_CASE(0):
            SB_TRY {
                SB_YIELD(0);
                break;
            } SB_FINALLY {
                SB_YIELD(1);
            } SB_END_TRY
            SB_YIELD(-1);
            break;
        SB_CASE(1):
            SB_TRY {
                throw 1;
            } SB_CATCH_ALL {
                SB_YIELD(2);
                break;
            } SB_END_TRY
            SB_YIELD(-1);
            [[fallthrough]];
        SB_DEFAULT:
            SB_TRY {
                SB_YIELD(3);
            } SB_END_TRY
            SB_YIELD(4);
        }
        SB_YIELD(5);
        SB_END();
    }
};

TEST_CASE("break in a try within a case leaves the switch, through the finally") {
    CHECK(all_of(try_in_a_case{0}) == std::vector{0, 1, 5});
    CHECK(all_of(try_in_a_case{1}) == std::vector{2, 5});
    CHECK(all_of(try_in_a_case{2}) == std::vector{3, 4, 5});
}

struct closed_in_a_case {
    bool* finally_ran;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_SWITCH(1) {
            SB_CASE(1): SB_YIELD(1);
            }
        } SB_FINALLY {
            *finally_ran = true;
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen F2: close() at a yield in a case runs the finally around the switch") {
    bool finally_ran = false;
    sb::generator g{closed_in_a_case{&finally_ran}};
    g.next();
    g.close();
    CHECK(finally_ran);
}

} // namespace
