#include <switchback/generator.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace sb = switchback;

namespace {

using status = sb::generator_status;

struct countdown {
    int from = 3;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        while (from > 0) SB_YIELD(from--);
        SB_END();
    }
};

template <class F>
std::vector<int> rest_of(sb::generator<F>& numbers) {
    return {numbers.begin(), numbers.end()};
}

// Whether the generator's next step throws an E.
template <class E, class F>
bool next_throws(sb::generator<F>& g) {
    try {
        g.next();
    } catch (E const&) {
        return true;
    }
    return false;
}

// ---- A: life of a generator

struct logs_its_start {
    std::string* log;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        *log += "begun ";
        SB_YIELD(1);
        *log += "ended ";
        SB_END();
    }
};

TEST_CASE("gen A1: making a generator runs none of its body") {
    std::string log;
    sb::generator g{logs_its_start{&log}};
    CHECK(log == "");
    g.next();
    CHECK(log == "begun ");
    g.next();
    CHECK(log == "begun ended ");
}

TEST_CASE("gen A1: what the body needs is bound when the frame is made") {
    int start = 2;
    sb::generator g{countdown{start}};
    start = 100;
    CHECK(rest_of(g) == std::vector{2, 1});
}

struct asks_its_own_status {
    sb::generator<asks_its_own_status>* self = nullptr;
    status* seen;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        *seen = self->status();
        SB_YIELD(1);
        *seen = self->status();
        SB_END();
    }
};

TEST_CASE("gen A2: a generator is created, running while on the stack, suspended, closed") {
    auto seen = status::closed;
    sb::generator<asks_its_own_status> g{std::in_place, nullptr, &seen};
    CHECK(g.status() == status::created);
    sb::generator<asks_its_own_status> h{asks_its_own_status{&h, &seen}};
    h.next();
    CHECK(seen == status::running);
    CHECK(h.status() == status::suspended);
    seen = status::closed;
    h.next();
    CHECK(seen == status::running);
    CHECK(h.status() == status::closed);
}

TEST_CASE("gen A3: falling off the end closes for ever") {
    sb::generator g{countdown{1}};
    g.next();
    for (int i = 0; i < 3; ++i) {
        CHECK(g.next() == nullptr);
        CHECK(g.status() == status::closed);
    }
}

struct returns_early {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_RETURN();
        SB_YIELD(1);
        SB_END();
    }
};

TEST_CASE("gen A3: a return closes for ever") {
    sb::generator<returns_early> g;
    CHECK(g.next() == nullptr);
    CHECK(g.next() == nullptr);
    CHECK(g.status() == status::closed);
}

struct fails_after_one {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        throw std::runtime_error("failed");
        SB_END();
    }
};

TEST_CASE("gen A3: an exception that leaves the body closes for ever, and is raised once") {
    sb::generator<fails_after_one> g;
    g.next();
    CHECK_THROWS_WITH_AS(g.next(), "failed", std::runtime_error);
    CHECK(g.status() == status::closed);
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen A3: close() closes for ever") {
    sb::generator g{countdown{3}};
    g.next();
    g.close();
    CHECK(g.status() == status::closed);
    CHECK(g.next() == nullptr);
}

struct never_yields {
    bool yes = false;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        if (yes) {
            SB_YIELD(1);
        }
        SB_END();
    }
};

struct has_no_yield {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_END();
    }
};

TEST_CASE("gen A4: a body whose yield is never reached is a generator of nothing") {
    sb::generator<never_yields> g;
    CHECK(g.next() == nullptr);
    sb::generator<has_no_yield> h;
    CHECK(h.next() == nullptr);
    CHECK(h.status() == status::closed);
}

TEST_CASE("gen A5: a range-for over a half-run generator goes on where it stands") {
    sb::generator g{countdown{4}};
    g.next();
    std::vector<int> seen;
    for (int n : g) {
        seen.push_back(n);
        if (n == 2) break;
    }
    CHECK(seen == std::vector{3, 2});
    CHECK(*g.next() == 1);
}

int next_of(sb::generator<countdown>& g) { return *g.next(); }

TEST_CASE("gen A5: a generator resumes for whoever calls it, from any function") {
    sb::generator g{countdown{3}};
    int const first = next_of(g);
    int const second = *g.next();
    CHECK(std::vector{first, second, next_of(g)} == std::vector{3, 2, 1});
}

TEST_CASE("gen A6: two generators of one frame type share nothing") {
    sb::generator a{countdown{3}};
    sb::generator b{countdown{2}};
    CHECK(*a.next() == 3);
    CHECK(*b.next() == 2);
    a.close();
    CHECK(*b.next() == 1);
}

TEST_CASE("gen A7: a generator can be neither copied nor assigned") {
    using type = sb::generator<countdown>;
    CHECK_FALSE(std::is_copy_constructible_v<type>);
    CHECK_FALSE(std::is_copy_assignable_v<type>);
    CHECK_FALSE(std::is_move_assignable_v<type>);
}

struct on_destruction {
    std::string* log = nullptr;
    explicit on_destruction(std::string* to) : log(to) {}
    on_destruction(on_destruction&& other) noexcept : log(std::exchange(other.log, nullptr)) {}
    ~on_destruction() {
        if (log != nullptr) *log += "freed ";
    }
};

struct owns_something {
    on_destruction owned;
    bool fails = false;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        if (fails) throw std::runtime_error("failed");
        SB_END();
    }
};

TEST_CASE("gen A8: frame members are destroyed before next() tells the end") {
    std::string log;
    sb::generator g{owns_something{on_destruction{&log}}};
    g.next();
    CHECK(log == "");
    CHECK(g.next() == nullptr);
    CHECK(log == "freed ");
}

TEST_CASE("gen A8: frame members are destroyed before next() throws the body's exception") {
    std::string log;
    sb::generator g{owns_something{on_destruction{&log}, true}};
    g.next();
    CHECK(next_throws<std::runtime_error>(g));
    CHECK(log == "freed ");
}

TEST_CASE("gen A8: close() destroys frame members at once, begun or not, and only once") {
    std::string log;
    {
        sb::generator begun{owns_something{on_destruction{&log}}};
        sb::generator not_begun{owns_something{on_destruction{&log}}};
        begun.next();
        begun.close();
        CHECK(log == "freed ");
        not_begun.close();
        CHECK(log == "freed freed ");
    }
    CHECK(log == "freed freed ");
}

// ---- B: next and send

struct echo {
    std::optional<int> got{};
    sb::step operator()(sb::yields<std::optional<int>, int>& co) {
        SB_BEGIN(co);
        for (;;) SB_YIELD_INTO(got, got);
        SB_END();
    }
};

TEST_CASE("gen B1: resumed by next(), a yield's optional target is empty") {
    sb::generator<echo> g;
    g.next();
    CHECK(*g.send(7) == 7);
    CHECK(*g.next() == std::nullopt);
}

TEST_CASE("gen B2: send() makes its value that of the yield, and gives the next value") {
    sb::generator<echo> g;
    g.next();
    CHECK(*g.send(1) == 1);
    CHECK(*g.send(2) == 2);
}

TEST_CASE("gen B3: send() to a generator that has not begun throws, and changes nothing") {
    sb::generator<echo> g;
    CHECK_THROWS_AS(g.send(1), sb::not_started);
    CHECK(g.status() == status::created);
    CHECK(*g.next() == std::nullopt);
    CHECK(*g.send(2) == 2);
}

TEST_CASE("gen B4: next() begins a generator that values can be sent to") {
    sb::generator<echo> g;
    CHECK(g.next() != nullptr);
    CHECK(g.status() == status::suspended);
}

struct takes_plain_int {
    int got = 0;
    sb::step operator()(sb::yields<int, int>& co) {
        SB_BEGIN(co);
        for (;;) SB_YIELD_INTO(got, got);
        SB_END();
    }
};

TEST_CASE("gen B1: next() where a target has no room for nothing raises nothing_sent in the body") {
    sb::generator<takes_plain_int> g;
    g.next();
    CHECK(*g.send(5) == 5);
    CHECK_THROWS_AS(g.next(), sb::nothing_sent);
    CHECK(g.status() == status::closed);
}

struct ignores_then_takes {
    std::optional<int> got{};
    sb::step operator()(sb::yields<std::optional<int>, int>& co) {
        SB_BEGIN(co);
        SB_YIELD(got);
        SB_YIELD_INTO(got, got);
        SB_YIELD(got);
        SB_END();
    }
};

TEST_CASE("gen B1: a value sent to a yield that takes none is dropped, not kept for a later one") {
    sb::generator<ignores_then_takes> g;
    g.next();
    g.send(7);
    CHECK(*g.next() == std::nullopt);
}

struct returns_a_value {
    sb::step operator()(sb::yields<int, int, std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_RETURN("result");
        SB_END();
    }
};

TEST_CASE("gen B5: next() and send() after the end give null, every time") {
    sb::generator<returns_a_value> g;
    g.next();
    CHECK(g.next() == nullptr);
    CHECK(g.send(1) == nullptr);
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen B5: the returned value is given once") {
    sb::generator<returns_a_value> g;
    g.next();
    g.next();
    CHECK(g.take_returned() == "result");
    CHECK_FALSE(g.take_returned().has_value());
}

TEST_CASE("gen B5: a returned value that nobody took is gone after another next() or send()") {
    sb::generator<returns_a_value> a;
    sb::generator<returns_a_value> b;
    for (auto* g : {&a, &b}) {
        g->next();
        g->next();
    }
    a.next();
    b.send(1);
    CHECK_FALSE(a.take_returned().has_value());
    CHECK_FALSE(b.take_returned().has_value());
}

TEST_CASE("gen B5: nothing is returned before the end") {
    sb::generator<returns_a_value> g;
    CHECK_FALSE(g.take_returned().has_value());
    g.next();
    CHECK_FALSE(g.take_returned().has_value());
}

int fail() { throw std::runtime_error("operand"); }

struct fails_in_operand {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_YIELD(fail());
        SB_END();
    }
};

TEST_CASE("gen B6: an exception in a yield's operand leaves the body and closes") {
    sb::generator<fails_in_operand> g;
    g.next();
    CHECK_THROWS_WITH(g.next(), "operand");
    CHECK(g.status() == status::closed);
}

struct evaluates_once {
    int evaluated = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(++evaluated);
        SB_YIELD(evaluated);
        SB_END();
    }
};

TEST_CASE("gen B6: a yield's operand is evaluated once, before the suspension") {
    sb::generator<evaluates_once> g;
    CHECK(*g.next() == 1);
    CHECK(*g.next() == 1);
}

struct sends_into_an_element {
    std::array<int, 3> values{};
    std::size_t evaluated = 0;
    sb::step operator()(sb::yields<int, int>& co) {
        SB_BEGIN(co);
        SB_YIELD_INTO(values[evaluated++], static_cast<int>(evaluated));
        SB_YIELD(values[0] * 100 + static_cast<int>(evaluated));
        SB_END();
    }
};

TEST_CASE("gen B2: a yield's target is evaluated once, after the resumption") {
    sb::generator<sends_into_an_element> g;
    CHECK(*g.next() == 0);
    CHECK(*g.send(9) == 901);
}

struct takes_move_only {
    std::unique_ptr<int> got{};
    sb::step operator()(sb::yields<int, std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_YIELD_INTO(got, 0);
        SB_YIELD(*got);
        SB_END();
    }
};

TEST_CASE("gen B2: what is sent may be of a type that can only be moved") {
    sb::generator<takes_move_only> g;
    g.next();
    CHECK(*g.send(std::make_unique<int>(4)) == 4);
}

// ---- C: re-entry

enum class entry { next, send, throw_, close };

struct enters_itself {
    entry how;
    sb::generator<enters_itself>* self;
    sb::step operator()(sb::yields<int, int>& co) {
        SB_BEGIN(co);
        SB_YIELD(0);
        switch (how) {
        case entry::next: self->next(); break;
        case entry::send: self->send(1); break;
        case entry::throw_: self->throw_(std::runtime_error("thrown")); break;
        case entry::close: self->close(); break;
        }
        SB_END();
    }
};

TEST_CASE("gen C1, gen C3: a generator that its own body resumes, or ends, throws there") {
    for (auto how : {entry::next, entry::send, entry::throw_, entry::close}) {
        sb::generator<enters_itself> g{enters_itself{how, &g}};
        g.next();
        CHECK(next_throws<sb::already_running>(g));
        CHECK(g.status() == status::closed);
    }
}

struct survives_reentry {
    sb::generator<survives_reentry>* self;
    status seen = status::closed;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        try {
            self->next();
        } catch (sb::already_running const&) {
            seen = self->status();
        }
        SB_YIELD(1);
        SB_YIELD(seen == status::running ? 2 : 0);
        SB_END();
    }
};

TEST_CASE("gen C1: refused, a re-entry leaves the generator running") {
    sb::generator<survives_reentry> g{survives_reentry{&g}};
    CHECK(*g.next() == 1);
    CHECK(*g.next() == 2);
    CHECK(g.next() == nullptr);
}

struct enters_itself_while_closed {
    sb::generator<enters_itself_while_closed>* self;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            self->next();
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen C1: a body that is being closed is running, too") {
    sb::generator<enters_itself_while_closed> g{enters_itself_while_closed{&g}};
    g.next();
    CHECK_THROWS_AS(g.close(), sb::already_running);
    CHECK(g.status() == status::closed);
}

// ---- D: what a body returns

struct returns_on_request {
    bool value;
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        if (value) {
            SB_RETURN(42);
        }
        SB_END();
    }
};

TEST_CASE("gen D1: a return's value is there after the end; falling off the end leaves none") {
    sb::generator with{returns_on_request{true}};
    sb::generator without{returns_on_request{false}};
    with.next();
    without.next();
    CHECK(with.next() == nullptr);
    CHECK(without.next() == nullptr);
    CHECK(with.take_returned() == 42);
    CHECK_FALSE(without.take_returned().has_value());
}

struct returns_an_exception {
    sb::step operator()(sb::yields<int, void, std::exception_ptr>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_RETURN(std::make_exception_ptr(1));
        SB_END();
    }
};

TEST_CASE("gen D2: a body may return an exception object, which is not raised") {
    sb::generator<returns_an_exception> g;
    g.next();
    CHECK(g.next() == nullptr);
    CHECK(g.take_returned().value() != nullptr);
}

struct returns_in_a_try {
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_RETURN(1);
        } SB_CATCH_ALL {
            SB_RETURN(2);
        } SB_END_TRY
        SB_YIELD(1);
        SB_END();
    }
};

TEST_CASE("gen D4: a return is caught by no handler") {
    sb::generator<returns_in_a_try> g;
    CHECK(g.next() == nullptr);
    CHECK(g.take_returned() == 1);
}

struct returns_move_only {
    sb::step operator()(sb::yields<int, void, std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_RETURN(std::make_unique<int>(8));
        SB_END();
    }
};

TEST_CASE("gen D1: what is returned may be of a type that can only be moved") {
    sb::generator<returns_move_only> g;
    g.next();
    g.next();
    CHECK(*g.take_returned().value() == 8);
}

struct takes_its_return_back {
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_RETURN(1);
            } SB_FINALLY {
                break;
            } SB_END_TRY
        }
        SB_YIELD(0);
        SB_END();
    }
};

TEST_CASE("gen D1: a return that a finally took back leaves no value, however the generator ends") {
    sb::generator<takes_its_return_back> fell_off;
    sb::generator<takes_its_return_back> closed;
    sb::generator<takes_its_return_back> thrown_into;
    for (auto* g : {&fell_off, &closed, &thrown_into}) CHECK(*g->next() == 0);
    fell_off.next();
    CHECK_FALSE(fell_off.take_returned().has_value());
    CHECK_FALSE(closed.close().has_value());
    CHECK_THROWS_AS(thrown_into.throw_(1), int);
    CHECK_FALSE(thrown_into.take_returned().has_value());
}

// ---- E: throw

struct lets_pass {
    bool* went_on;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        *went_on = true;
        SB_YIELD(2);
        SB_END();
    }
};

struct catches_and_yields {
    std::string message{};
    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD("first");
        } SB_CATCH(std::exception const& error) {
            message = error.what();
        } SB_END_TRY
        SB_YIELD(message);
        SB_END();
    }
};

TEST_CASE("gen E1: throw_() raises at the yield, and gives the value that the body yields next") {
    sb::generator<catches_and_yields> g;
    g.next();
    CHECK(*g.throw_(std::runtime_error("thrown")) == "thrown");
    CHECK(g.status() == status::suspended);
}

TEST_CASE("gen E2: throw_() gives null where the body catches the exception and ends") {
    sb::generator g{[](sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ERRORS {
        } SB_END_TRY
        SB_END();
    }};
    g.next();
    CHECK(g.throw_(1) == nullptr);
    CHECK(g.status() == status::closed);
}


TEST_CASE("gen E2: an exception that the body does not catch leaves throw_(), as the same object") {
    bool went_on = false;
    sb::generator g{lets_pass{&went_on}};
    g.next();
    auto const error = std::make_exception_ptr(std::runtime_error("same"));
    try {
        g.throw_(error);
        FAIL("throw_() did not throw");
    } catch (...) {
        CHECK(std::current_exception() == error);
    }
    CHECK(g.status() == status::closed);
    CHECK_FALSE(went_on);
}

struct finally_logs {
    std::string* log;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            *log += "finally ";
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen E3: throw_() before the start runs no body code, not even a finally, and closes") {
    std::string log;
    sb::generator g{finally_logs{&log}};
    CHECK_THROWS_WITH(g.throw_(std::runtime_error("early")), "early");
    CHECK(g.status() == status::closed);
    CHECK(log == "");
}

TEST_CASE("gen E4: throw_() after the end throws the exception as it is") {
    sb::generator g{countdown{0}};
    g.next();
    CHECK_THROWS_WITH(g.throw_(std::runtime_error("late")), "late");
    CHECK_THROWS_AS(g.throw_(sb::generator_exit{}), sb::generator_exit);
    CHECK(g.status() == status::closed);
}

TEST_CASE("gen E6: throw_() into a suspended generator that catches nothing closes it") {
    bool went_on = false;
    sb::generator g{lets_pass{&went_on}};
    g.next();
    CHECK_THROWS_AS(g.throw_(3), int);
    CHECK(g.status() == status::closed);
    CHECK(g.next() == nullptr);
}

TEST_CASE("gen E7: throw_() of a null exception_ptr is refused, and the generator not touched") {
    sb::generator g{countdown{2}};
    g.next();
    CHECK_THROWS_AS(g.throw_(std::exception_ptr{}), sb::nothing_thrown);
    CHECK(g.status() == status::suspended);
    CHECK(*g.next() == 1);
}

TEST_CASE("gen E8: throw_() runs the finally before the exception leaves") {
    std::string log;
    sb::generator g{finally_logs{&log}};
    g.next();
    CHECK_THROWS_WITH(g.throw_(std::runtime_error("thrown")), "thrown");
    CHECK(log == "finally ");
}

struct finally_replaces {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            throw std::logic_error("replaced");
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen E8: a finally may replace the exception that was thrown in") {
    sb::generator<finally_replaces> g;
    g.next();
    CHECK_THROWS_WITH_AS(g.throw_(1), "replaced", std::logic_error);
}

struct finally_yields {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            SB_YIELD(2);
        } SB_END_TRY
        SB_YIELD(3);
        SB_END();
    }
};

TEST_CASE("gen E8: a finally may yield, and the exception goes on after it") {
    sb::generator<finally_yields> g;
    g.next();
    CHECK(*g.throw_(std::runtime_error("thrown")) == 2);
    CHECK_THROWS_WITH(g.next(), "thrown");
}

// ---- F: close and destruction

TEST_CASE("gen F1: close() before the start runs no body code") {
    std::string log;
    sb::generator g{logs_its_start{&log}};
    g.close();
    CHECK(g.status() == status::closed);
    CHECK(g.next() == nullptr);
    CHECK(log == "");
}

TEST_CASE("gen F1: close() after the end does nothing") {
    sb::generator g{countdown{0}};
    g.next();
    g.close();
    g.close();
    CHECK(g.status() == status::closed);
}

TEST_CASE("gen F2: close() raises generator_exit at the yield, so that the finally runs") {
    std::string log;
    sb::generator g{finally_logs{&log}};
    g.next();
    CHECK_NOTHROW(g.close());
    CHECK(log == "finally ");
    CHECK(g.status() == status::closed);
}

struct logs_exit {
    std::string* log;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ERRORS {
            *log += "error ";
        } SB_CATCH(sb::generator_exit const& exit) {
            *log += "exit ";
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen F3: generator_exit is no std::exception, and passes SB_CATCH_ERRORS") {
    CHECK_FALSE(std::is_base_of_v<std::exception, sb::generator_exit>);
    std::string log;
    sb::generator g{logs_exit{&log}};
    g.next();
    g.close();
    CHECK(log == "exit ");
}

TEST_CASE("gen F4: close() lets any other exception out, and the generator is closed") {
    sb::generator<finally_replaces> g;
    g.next();
    CHECK_THROWS_WITH_AS(g.close(), "replaced", std::logic_error);
    CHECK(g.status() == status::closed);
}

struct ignores_exit {
    int times = 1;
    int ignored = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_YIELD(ignored);
            } SB_CATCH(sb::generator_exit const& exit) {
                if (ignored == times) SB_RAISE();
                ++ignored;
            } SB_END_TRY
        }
        SB_END();
    }
};

TEST_CASE("gen F5: a yield during close is an error, and leaves the generator suspended") {
    sb::generator<ignores_exit> g;
    g.next();
    CHECK_THROWS_AS(g.close(), sb::ignored_exit);
    CHECK(g.status() == status::suspended);
    CHECK(*g.next() == 1);
    CHECK_NOTHROW(g.close());
    CHECK(g.status() == status::closed);
}

TEST_CASE("gen F5: a finally that yields during close is an error, too, and can be gone on with") {
    sb::generator<finally_yields> g;
    g.next();
    CHECK_THROWS_AS(g.close(), sb::ignored_exit);
    CHECK_THROWS_AS(g.next(), sb::generator_exit); // it still goes on after the finally
    CHECK(g.status() == status::closed);
}

struct returns_on_exit {
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH(sb::generator_exit const& exit) {
            SB_RETURN(5);
        } SB_END_TRY
        SB_END();
    }
};

TEST_CASE("gen F6: close() gives what the body returns on its way out, once") {
    sb::generator<returns_on_exit> g;
    g.next();
    CHECK(g.close() == 5);
    CHECK_FALSE(g.close().has_value());
    CHECK_FALSE(g.take_returned().has_value());
}

TEST_CASE("gen F6: close() gives nothing where the body does not return a value") {
    sb::generator g{returns_on_request{true}};
    CHECK_FALSE(g.close().has_value());
    sb::generator h{returns_on_request{true}};
    h.next();
    CHECK_FALSE(h.close().has_value());
}

TEST_CASE("gen F6: close() after the end gives nothing, though the value was not taken") {
    sb::generator g{returns_on_request{true}};
    g.next();
    g.next();
    CHECK_FALSE(g.close().has_value());
}

TEST_CASE("gen F7: the destructor of a suspended generator runs its finally") {
    std::string log;
    {
        sb::generator g{finally_logs{&log}};
        g.next();
    }
    CHECK(log == "finally ");
}

TEST_CASE("gen F7: the destructor of a generator that has not begun runs no body code") {
    std::string log;
    { sb::generator g{finally_logs{&log}}; }
    CHECK(log == "");
}

TEST_CASE("gen F7: the destructor destroys the frame after its finally has run") {
    std::string log;
    {
        sb::generator g{[owned = on_destruction{&log}, &log](sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD(1);
            } SB_FINALLY {
                log += "finally ";
            } SB_END_TRY
            SB_END();
        }};
        g.next();
    }
    CHECK(log == "finally freed ");
}

// Catches what goes to the handler of unhandled errors, as long as it lives.
class unhandled {
public:
    unhandled() : before_(sb::set_unhandled_error_handler(&record)) { errors().clear(); }
    ~unhandled() { sb::set_unhandled_error_handler(before_); }
    unhandled(unhandled const&) = delete;
    unhandled& operator=(unhandled const&) = delete;

    static std::vector<std::string>& errors() {
        static std::vector<std::string> all;
        return all;
    }

private:
    static void record(sb::unhandled_error const& unhandled) {
        try {
            std::rethrow_exception(unhandled.error);
        } catch (std::exception const& error) {
            errors().push_back(std::string(unhandled.where) + ": " + error.what());
        }
    }

    sb::unhandled_error_handler before_;
};

TEST_CASE("gen F8: what a body raises while it is destroyed goes to the unhandled-error handler") {
    unhandled const handler;
    {
        sb::generator<finally_replaces> g;
        g.next();
    }
    CHECK(handler.errors() == std::vector<std::string>{"a generator's destructor: replaced"});
}

TEST_CASE("gen F8: a yield while it is destroyed goes there as well, and the frame is destroyed") {
    unhandled const handler;
    std::string log;
    {
        sb::generator g{[owned = on_destruction{&log}, &log](sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD(1);
            } SB_FINALLY {
                SB_YIELD(2);
                log += "never ";
            } SB_END_TRY
            SB_END();
        }};
        g.next();
    }
    CHECK(handler.errors().size() == 1);
    CHECK(log == "freed ");
}

TEST_CASE("gen F8: a generator that ignored a close is closed once more by its destructor") {
    unhandled const handler;
    {
        sb::generator g{ignores_exit{100}};
        g.next();
        CHECK_THROWS_AS(g.close(), sb::ignored_exit);
    }
    CHECK(handler.errors().size() == 1);
}

TEST_CASE("gen F8: the handler can be asked for, and set back to the default") {
    auto* const before = sb::set_unhandled_error_handler(nullptr);
    bool const was_default = sb::set_unhandled_error_handler(before) == nullptr;
    CHECK(was_default);
}

TEST_CASE("gen F10: leaving a loop over a generator early does not close it") {
    sb::generator g{countdown{3}};
    for (int n : g) {
        if (n == 3) break;
    }
    CHECK(g.status() == status::suspended);
    CHECK(*g.next() == 2);
}

// ---- Ranges

TEST_CASE("a generator is an input range for the standard algorithms") {
    sb::generator g{countdown{4}};
    CHECK(std::accumulate(g.begin(), g.end(), 0) == 10);
    CHECK(g.begin() == g.end());

    sb::generator h{countdown{3}};
    std::vector<int> copied;
    std::copy(h.begin(), h.end(), std::back_inserter(copied));
    CHECK(copied == std::vector{3, 2, 1});
}

TEST_CASE("a generator's iterator keeps the old value for `*it++`") {
    sb::generator g{countdown{3}};
    auto it = g.begin();
    CHECK(*it++ == 3);
    CHECK(*it++ == 2);
    CHECK(*it == 1);
    CHECK(++it == g.end());
}

TEST_CASE("a generator's iterator says that it is an input iterator") {
    using iterator = sb::generator<countdown>::iterator;
    using traits = std::iterator_traits<iterator>;
    CHECK(std::is_same_v<traits::iterator_category, std::input_iterator_tag>);
    CHECK(std::is_same_v<traits::value_type, int>);
    CHECK(std::is_same_v<traits::reference, int&>);
    CHECK(iterator{} == iterator{});
}

struct name {
    std::string text;
};

struct names {
    sb::step operator()(sb::yields<name>& co) {
        SB_BEGIN(co);
        SB_YIELD(name{"ada"});
        SB_END();
    }
};

TEST_CASE("a generator's iterator gives access to members") {
    sb::generator<names> g;
    CHECK(g.begin()->text == "ada");
}

TEST_CASE("an exception leaves a range-for over the generator that raised it") {
    sb::generator<fails_after_one> g;
    int seen = 0;
    CHECK_THROWS_WITH(
        [&] {
            for (int n : g) seen += n;
        }(),
        "failed");
    CHECK(seen == 1);
}

// ---- Frames

TEST_CASE("a mutable lambda is a frame, and its type is deduced") {
    sb::generator count{[i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        for (;; ++i) SB_YIELD(i);
        SB_END();
    }};
    CHECK(*count.next() == 0);
    CHECK(*count.next() == 1);
}

TEST_CASE("a lambda that is not mutable is a frame, and so is one that is noexcept") {
    int n = 1;
    sb::generator constant{[&n](sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; n < 3; ++n) SB_YIELD(n);
        SB_END();
    }};
    sb::generator quiet{[&n](sb::yields<int>& co) noexcept {
        SB_BEGIN(co);
        SB_YIELD(n * 10);
        SB_END();
    }};
    CHECK(*constant.next() == 1);
    CHECK(*quiet.next() == 10);
}

TEST_CASE("a generator's template argument is deduced from the frame") {
    sb::generator g{countdown{1}};
    CHECK(std::is_same_v<decltype(g), sb::generator<countdown>>);
}

TEST_CASE("a generator names the types of its body") {
    using body = sb::generator<returns_a_value>;
    CHECK(std::is_same_v<body::yield_type, int>);
    CHECK(std::is_same_v<body::sent_type, int>);
    CHECK(std::is_same_v<body::return_type, std::string>);
    CHECK(std::is_same_v<body::value_type, int>);
}

struct immovable {
    int from;
    explicit immovable(int start) : from(start) {}
    immovable(immovable const&) = delete;
    immovable& operator=(immovable const&) = delete;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        while (from > 0) SB_YIELD(from--);
        SB_END();
    }
};

TEST_CASE("a frame that cannot be moved is built in place") {
    sb::generator<immovable> g{std::in_place, 2};
    CHECK(rest_of(g) == std::vector{2, 1});
}

TEST_CASE("a generator can be moved before its first step, and goes on in its new place") {
    sb::generator g{countdown{2}};
    sb::generator<countdown> moved{std::move(g)};
    CHECK(rest_of(moved) == std::vector{2, 1});
}

TEST_CASE("a generator cannot be moved after its first step, and is left as it was") {
    sb::generator g{countdown{2}};
    g.next();
    CHECK_THROWS_AS(sb::generator<countdown>{std::move(g)}, sb::moved_after_start);
    CHECK(*g.next() == 1);
}

TEST_CASE("a generator that has ended cannot be moved either") {
    sb::generator g{countdown{0}};
    g.next();
    CHECK_THROWS_AS(sb::generator<countdown>{std::move(g)}, sb::moved_after_start);
}

sb::generator<countdown> make_countdown(int from) {
    sb::generator g{countdown{from}};
    return g;
}

TEST_CASE("a generator can be returned from a function, and held in a container") {
    std::vector<sb::generator<countdown>> all;
    all.push_back(make_countdown(1));
    all.push_back(make_countdown(2));
    CHECK(*all[0].next() == 1);
    CHECK(*all[1].next() == 2);
}

TEST_CASE("errors that name a mistake of the calling program have a common base") {
    CHECK(std::is_base_of_v<sb::misuse, sb::already_running>);
    CHECK(std::is_base_of_v<sb::misuse, sb::not_started>);
    CHECK(std::is_base_of_v<sb::misuse, sb::ignored_exit>);
    CHECK(std::is_base_of_v<sb::misuse, sb::moved_after_start>);
    CHECK(std::is_base_of_v<std::exception, sb::misuse>);
}

// ---- Values

struct elements_of {
    std::vector<int>& values;
    std::size_t i = 0;
    sb::step operator()(sb::yields<int&>& co) {
        SB_BEGIN(co);
        for (; i < values.size(); ++i) SB_YIELD(values[i]);
        SB_END();
    }
};

TEST_CASE("a generator of references yields the objects themselves") {
    std::vector<int> values{1, 2, 3};
    sb::generator g{elements_of{values}};
    for (int& n : g) n *= 10;
    CHECK(values == std::vector{10, 20, 30});
}

struct constants_of {
    std::array<std::string, 2> const& values;
    std::size_t i = 0;
    sb::step operator()(sb::yields<std::string const&>& co) {
        SB_BEGIN(co);
        for (; i < values.size(); ++i) SB_YIELD(values[i]);
        SB_END();
    }
};

TEST_CASE("a generator of references to const copies nothing") {
    std::array<std::string, 2> const values{"a", "b"};
    sb::generator g{constants_of{values}};
    CHECK(g.next() == &values[0]);
    CHECK(g.next() == &values[1]);
}

struct no_default {
    int value;
    explicit no_default(int v) : value(v) {}
};

struct yields_no_default {
    sb::step operator()(sb::yields<no_default>& co) {
        SB_BEGIN(co);
        SB_YIELD(no_default{1});
        SB_YIELD(no_default{2});
        SB_END();
    }
};

TEST_CASE("a generator may yield a type that has no default constructor") {
    sb::generator<yields_no_default> g;
    CHECK(g.next()->value == 1);
    CHECK(g.next()->value == 2);
}

struct yields_move_only {
    sb::step operator()(sb::yields<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        SB_YIELD(std::make_unique<int>(1));
        SB_YIELD(std::make_unique<int>(2));
        SB_END();
    }
};

TEST_CASE("a generator may yield a type that can only be moved, and its caller may take it") {
    sb::generator<yields_move_only> g;
    auto first = std::move(*g.next());
    auto second = std::move(*g.next());
    CHECK(*first + *second == 3);
}

struct converts {
    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD("literal");
        SB_YIELD(std::string(2, 'x'));
        SB_END();
    }
};

TEST_CASE("a yielded value is converted to the type that the context names") {
    sb::generator<converts> g;
    CHECK(*g.next() == "literal");
    CHECK(*g.next() == "xx");
}

TEST_CASE("a yielded value stays valid until the next resumption, and may be changed") {
    sb::generator<converts> g;
    auto* value = g.next();
    *value += "!";
    CHECK(*value == "literal!");
}

struct yields_with_commas {
    sb::step operator()(sb::yields<std::pair<int, int>>& co) {
        SB_BEGIN(co);
        SB_YIELD(std::pair<int, int>{1, 2});
        SB_YIELD(
            std::pair<int, int>{
                3,
                4});
        SB_END();
    }
};

TEST_CASE("a yielded expression may hold commas, and take several lines") {
    sb::generator<yields_with_commas> g;
    CHECK(*g.next() == std::pair{1, 2});
    CHECK(*g.next() == std::pair{3, 4});
    CHECK(g.next() == nullptr);
}

// ---- Sizes

struct small_frame {
    long long i = 0;
    sb::step operator()(sb::yields<long long>& co) {
        SB_BEGIN(co);
        for (;; ++i) SB_YIELD(i);
        SB_END();
    }
};

struct small_frame_with_try {
    long long i = 0;
    sb::step operator()(sb::yields<long long>& co) {
        SB_BEGIN(co);
        for (;; ++i) {
            SB_TRY {
                SB_YIELD(i);
            } SB_CATCH_ERRORS {
                SB_YIELD(-1);
            } SB_FINALLY {
                SB_YIELD(-2);
            } SB_END_TRY
        }
        SB_END();
    }
};

TEST_CASE("a generator costs its frame, the room for a value, and sixteen bytes") {
    static_assert(sizeof(void*) != 8 || sizeof(sb::yields<int>) == 24);
    // Less, where pointers are smaller, and paths too.
    static_assert(sizeof(sb::yields<long long>) <= 16 + sizeof(long long));
    static_assert(sizeof(sb::generator<small_frame>) <= sizeof(small_frame) + 8 + 16);
    CHECK(sizeof(sb::yields<int&>) <= 16 + sizeof(int*));
}

TEST_CASE("a try costs a generator no byte") {
    CHECK(sizeof(sb::generator<small_frame_with_try>) == sizeof(sb::generator<small_frame>));
}

} // namespace

// ---- What is sent and returned

namespace {

struct takes_an_optional {
    std::optional<bool> got{};
    std::string& log;
    sb::step operator()(sb::yields<int, std::optional<bool>>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_YIELD_INTO(got, 0);
            log += got ? (*got ? "t" : "f") : "-";
        }
        SB_END();
    }
};

} // namespace

TEST_CASE("gen B2: an optional that is sent arrives as it is") {
    std::string log;
    sb::generator<takes_an_optional> g{takes_an_optional{{}, log}};
    g.next();
    g.send(std::optional<bool>(false));
    g.send(std::optional<bool>(true));
    g.send(std::optional<bool>());
    g.next();
    CHECK(log == "ft--");
}

// ---- Moved from

TEST_CASE("gen A7: a generator that was moved from has ended") {
    sb::generator g{[text = std::string("long enough to lie on the heap"), i = 0](
                        sb::yields<char>& co) mutable {
        SB_BEGIN(co);
        for (; i < 2; ++i) SB_YIELD(text.at(static_cast<std::size_t>(i)));
        SB_END();
    }};
    auto taken = std::move(g);
    CHECK(g.status() == sb::generator_status::closed);
    CHECK(g.next() == nullptr);
    CHECK(*taken.next() == 'l');
}

// ---- At the program's end: closed after everything that was made later

namespace {

struct guarded_for_ever {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) SB_YIELD(1);
        } SB_FINALLY {
        } SB_END_TRY
        SB_END();
    }
};

sb::generator<guarded_for_ever> of_the_whole_program;

} // namespace

TEST_CASE("gen F7: a static generator is closed at the program's end") {
    of_the_whole_program.next();
    sb::generator<guarded_for_ever> local;
    local.next();
    local.close(); // what close() needs is made now, and destroyed before the static one
}
