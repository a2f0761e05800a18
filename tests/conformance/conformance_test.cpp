// Bodies in which tries, loops and switches stand in one another, steered by plans that were drawn
// at random; what they do is compared with what CPython's generators do. See make_expected.py.

#include <switchback/generator.hpp>
#include <switchback/handled.hpp>

#include <doctest/doctest.h>

#include <map>
#include <sstream>
#include <string>

namespace sb = switchback;

namespace {

struct A : std::exception {};
struct B : std::exception {};

std::string letter_of(std::exception_ptr const& error) {
    if (error == nullptr) return "-";
    try {
        std::rethrow_exception(error);
    } catch (A const&) {
        return "A";
    } catch (B const&) {
        return "B";
    } catch (sb::generator_exit const&) {
        return "X";
    } catch (sb::nothing_to_raise const&) {
        return "N";
    } catch (sb::ignored_exit const&) {
        return "ignored";
    }
}

// What a body is to do at which visit of which point, and what has happened.
class run {
public:
    // "3=.A 7=r": raise A at the second visit of point 3, return at the first one of point 7.
    explicit run(std::string const& plan) {
        std::istringstream words(plan);
        for (std::string word; words >> word;) {
            auto const equals = word.find('=');
            plan_[std::stoi(word.substr(0, equals))] = word.substr(equals + 1);
        }
    }

    char reach(int point, std::exception_ptr const& handled) {
        log(std::to_string(point) + letter_of(handled));
        auto const visit = visits_[point]++;
        auto const& actions = plan_[point];
        char const action = visit < actions.size() ? actions[visit] : '.';
        if (action == 'A') throw A{};
        if (action == 'B') throw B{};
        return action;
    }

    template <class Generator>
    void perform(Generator& g, char operation) {
        try {
            int* yielded = nullptr;
            switch (operation) {
            case 'n': yielded = g.next(); break;
            case 'a': yielded = g.throw_(A{}); break;
            case 'b': yielded = g.throw_(B{}); break;
            default: g.close(); return log("closed");
            }
            if (yielded != nullptr) return log("y" + std::to_string(*yielded));
            auto const returned = g.take_returned();
            log(returned ? "ret" + std::to_string(*returned) : "end");
        } catch (...) {
            log(letter_of(std::current_exception()));
        }
    }

    std::string const& trace() const { return trace_; }

private:
    void log(std::string const& what) { trace_ += (trace_.empty() ? "" : " ") + what; }

    std::map<int, std::string> plan_;
    std::map<int, std::size_t> visits_;
    std::string trace_;
};

// Asks the plan; RAISING may be told to raise what is handled, too.
#define POINT(n) \
    what = now.reach(n, sb::handled_exception(co)); \
    if (what == 'b') break; \
    if (what == 'c') continue; \
    if (what == 'r') SB_RETURN(n)
#define RAISING(n) \
    POINT(n); \
    if (what == 'R') SB_RAISE()

// Tries in every block of a try, four deep.
struct nested {
    run& now;
    int i = 0, j = 0;
    char what = '.';

    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (i = 0; i < 2; ++i) {
            SB_TRY {
                SB_YIELD(0);
                POINT(0);
                SB_TRY {
                    POINT(1);
                    for (j = 0; j < 2; ++j) {
                        SB_TRY {
                            SB_YIELD(1);
                            POINT(2);
                        } SB_CATCH(A const& error) {
                            SB_YIELD(2);
                            RAISING(3);
                            SB_TRY {
                                RAISING(4);
                                SB_YIELD(3);
                            } SB_CATCH(B const& inner) {
                                SB_YIELD(4);
                                RAISING(5);
                            } SB_ELSE {
                                SB_YIELD(5);
                                RAISING(6);
                            } SB_FINALLY {
                                RAISING(7);
                                SB_YIELD(6);
                                RAISING(8);
                            } SB_END_TRY
                            RAISING(9);
                        } SB_ELSE {
                            POINT(10);
                            SB_YIELD(7);
                            POINT(11);
                        } SB_FINALLY {
                            SB_YIELD(8);
                            RAISING(12);
                        } SB_END_TRY
                    }
                    POINT(13);
                } SB_CATCH(B const& error) {
                    SB_YIELD(9);
                    RAISING(14);
                } SB_CATCH_ERRORS {
                    RAISING(15);
                    SB_YIELD(10);
                    RAISING(16);
                } SB_FINALLY {
                    RAISING(17);
                    SB_TRY {
                        SB_YIELD(11);
                        RAISING(18);
                    } SB_CATCH(A const& error) {
                        RAISING(19);
                        SB_YIELD(12);
                    } SB_FINALLY {
                        for (j = 0; j < 2; ++j) {
                            SB_TRY {
                                SB_YIELD(13);
                                RAISING(20);
                            } SB_CATCH_ALL {
                                RAISING(21);
                            } SB_END_TRY
                        }
                        RAISING(22);
                    } SB_END_TRY
                    RAISING(23);
                } SB_END_TRY
            } SB_CATCH_ALL {
                SB_YIELD(14);
                RAISING(24);
            } SB_FINALLY {
                RAISING(25);
                SB_YIELD(15);
                RAISING(26);
            } SB_END_TRY
        }
        SB_YIELD(16);
        SB_RETURN(99);
        SB_END();
    }
};

// Finally blocks around finally blocks, with loops between them.
struct unwinding {
    run& now;
    int i = 0, j = 0, k = 0;
    char what = '.';

    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (i = 0; i < 2; ++i) {
            SB_TRY {
                for (j = 0; j < 2; ++j) {
                    SB_TRY {
                        for (k = 0; k < 2; ++k) {
                            SB_TRY {
                                SB_TRY {
                                    SB_YIELD(0);
                                    POINT(0);
                                } SB_FINALLY {
                                    RAISING(1);
                                    SB_YIELD(1);
                                    RAISING(2);
                                } SB_END_TRY
                                POINT(3);
                            } SB_CATCH(A const& error) {
                                RAISING(4);
                            } SB_ELSE {
                                POINT(5);
                            } SB_FINALLY {
                                SB_YIELD(2);
                                RAISING(6);
                            } SB_END_TRY
                        }
                        POINT(7);
                    } SB_FINALLY {
                        RAISING(8);
                        SB_TRY {
                            SB_YIELD(3);
                            RAISING(9);
                        } SB_FINALLY {
                            RAISING(10);
                            SB_YIELD(4);
                            RAISING(11);
                        } SB_END_TRY
                        RAISING(12);
                    } SB_END_TRY
                    POINT(13);
                }
            } SB_FINALLY {
                SB_YIELD(5);
                RAISING(14);
            } SB_END_TRY
            POINT(15);
        }
        SB_RETURN(99);
        SB_END();
    }
};

// A switch in a try, a try in a switch.
struct choosing {
    run& now;
    int i = 0, j = 0;
    char what = '.';

    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (i = 0; i < 4; ++i) {
            SB_TRY {
                SB_SWITCH(i) {
                SB_CASE(0):
                    SB_YIELD(0);
                    POINT(0);
                    break;
                SB_CASE(1):
                    SB_TRY {
                        SB_YIELD(1);
                        POINT(1);
                    } SB_CATCH(A const& error) {
                        SB_YIELD(2);
                        RAISING(2);
                    } SB_ELSE {
                        POINT(3);
                        SB_YIELD(3);
                    } SB_FINALLY {
                        RAISING(4);
                        SB_YIELD(4);
                        RAISING(5);
                    } SB_END_TRY
                    POINT(6);
                    break;
                SB_DEFAULT:
                    POINT(7);
                    for (j = 0; j < 2; ++j) {
                        SB_TRY {
                            SB_YIELD(5);
                            POINT(8);
                        } SB_CATCH(B const& error) {
                            RAISING(9);
                        } SB_FINALLY {
                            SB_YIELD(6);
                            RAISING(10);
                        } SB_END_TRY
                    }
                    POINT(11);
                }
                POINT(12);
            } SB_CATCH_ERRORS {
                SB_YIELD(7);
                RAISING(13);
            } SB_FINALLY {
                RAISING(14);
                SB_YIELD(8);
                RAISING(15);
            } SB_END_TRY
        }
        SB_RETURN(99);
        SB_END();
    }
};

struct conformance_case {
    char const* plan;
    char const* operations;
    char const* trace;
};

#include "expected.inc"

template <class Body, std::size_t N>
void check_all(conformance_case const (&cases)[N]) {
    for (auto const& expected : cases) {
        run now(expected.plan);
        sb::generator<Body> g{std::in_place, now};
        for (char const* operation = expected.operations; *operation != 0; ++operation) {
            now.perform(g, *operation);
        }
        INFO("the plan: " << expected.plan << "; the caller: " << expected.operations);
        CHECK(now.trace() == expected.trace);
    }
}

TEST_CASE("gen G1, gen G2, gen G3, gen G4, gen G5, gen G8: tries in every block of a try do what "
          "CPython's do") {
    check_all<nested>(nested_cases);
}

TEST_CASE("gen G1, gen G2, gen G3: an exit that takes another's place in a finally does what "
          "CPython's does") {
    check_all<unwinding>(unwinding_cases);
}

TEST_CASE("gen G1, gen G2, gen G3, gen G4, gen G5, gen G8: a try in a switch in a try does what "
          "CPython's does") {
    check_all<choosing>(choosing_cases);
}

} // namespace
