// Generators in files that are compiled with -fno-exceptions -fno-rtti.
#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#include "misuse.hpp"

#include <switchback/adaptors.hpp>
#include <switchback/any_generator.hpp>
#include <switchback/delegates.hpp>
#include <switchback/for.hpp>
#include <switchback/generator.hpp>
#include <switchback/make.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace sb = switchback;

namespace {

struct count {
    int end;
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < end; ++i) SB_YIELD(i);
        SB_END();
    }
};

template <class Generator>
auto all_of(Generator&& generator) {
    std::vector<typename std::decay_t<Generator>::value_type> found;
    for (auto& each : generator) found.push_back(each);
    return found;
}

using ints = std::vector<int>;

struct echo {
    std::string last{};

    sb::step operator()(sb::yields<std::string, std::string, int>& co) {
        SB_BEGIN(co);
        while (last != "stop") SB_YIELD_INTO(last, "got " + last);
        SB_RETURN(42);
        SB_END();
    }
};

struct walk {
    int from;
    int to;

    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        if (from > to) SB_RETURN();
        SB_YIELD_FROM(walk{from, (from + to) / 2 - 1});
        SB_YIELD((from + to) / 2);
        SB_YIELD_FROM(walk{(from + to) / 2 + 1, to});
        SB_END();
    }
};

struct chain {
    int depth;

    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        if (depth > 0) {
            SB_YIELD_FROM(chain{depth - 1});
        } else {
            SB_YIELD(7);
        }
        SB_END();
    }
};

struct owner {
    std::shared_ptr<int> alive;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;;) SB_YIELD(*alive);
        SB_END();
    }
};

} // namespace

TEST_CASE("without exceptions: a generator is a loop") { CHECK(all_of(sb::generator{count{4}}) == ints{0, 1, 2, 3}); }

TEST_CASE("without exceptions: send() and the returned value") {
    sb::generator<echo> g;
    CHECK(*g.next() == "got ");
    CHECK(*g.send("a") == "got a");
    CHECK(g.send("stop") == nullptr);
    CHECK(g.take_returned() == 42);
    CHECK_FALSE(g.take_returned().has_value());
}

TEST_CASE("without exceptions: made frames, recursion, and a chain of a hundred thousand") {
    ints expected(15);
    std::iota(expected.begin(), expected.end(), 1);
    CHECK(all_of(sb::generator{walk{1, 15}}) == expected);
    CHECK(all_of(sb::generator{chain{100'000}}) == ints{7});
    sb::generator deep{chain{100'000}};
    CHECK(*deep.next() == 7);
    deep.close(); // destroyed without recursion
    CHECK(deep.next() == nullptr);
}

TEST_CASE("without exceptions: close() and the destructor destroy the frame") {
    auto const alive = std::make_shared<int>(5);
    sb::generator closed{owner{alive}};
    CHECK(*closed.next() == 5);
    CHECK(alive.use_count() == 2);
    closed.close();
    CHECK(alive.use_count() == 1);
    CHECK(closed.status() == sb::generator_status::closed);
    {
        sb::generator abandoned{owner{alive}};
        abandoned.next();
        sb::generator not_begun{owner{alive}};
        CHECK(alive.use_count() == 3);
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("without exceptions: adaptors, and generators whose type is erased") {
    auto const is_even = [](int n) { return n % 2 == 0; };
    auto const twice = [](int n) { return 2 * n; };
    CHECK(all_of(sb::map(twice, sb::filter(is_even, count{7}))) == ints{0, 4, 8, 12});
    CHECK(all_of(sb::take(2, sb::chain(count{1}, count{5}))) == ints{0, 0});
    sb::any_generator<int> any = count{3};
    CHECK(*any.next() == 0);
    CHECK(all_of(any) == ints{1, 2});
    CHECK_FALSE(static_cast<bool>(sb::any_generator<int>{}));
    static_assert(sb::any_generator<int>::holds_within<count>);
}

TEST_CASE("without exceptions: a context is a path and what was yielded") {
    CHECK(sizeof(sb::yields<std::int64_t>) == 16); // 24 with exceptions
    CHECK(sizeof(sb::generator<count>) <= 8 + 4 + 4 + 8); // less, where eight bytes need not be aligned
}

#if defined(CAN_END_A_PROGRAM)

TEST_CASE("without exceptions: a misuse goes to the handler, with its sentence") {
    CHECK(test::misuse_told([] {
        sb::generator<echo> g;
        g.send("too early");
    }) == sb::not_started().what());
    CHECK(test::misuse_told([] {
        sb::generator g{count{1}};
        sb::next_value(g);
        sb::next_value(g);
    }) == sb::stop_iteration().what());
    CHECK(test::misuse_told([] {
        sb::generator g{count{1}};
        g.next();
        sb::generator moved{std::move(g)};
    }) == sb::moved_after_start().what());
    CHECK(test::misuse_told([] {
        sb::maybe<int> none;
        (void)none.value();
    }) == sb::no_value().what());
    CHECK(test::misuse_told([] {}) == "no misuse");
}

TEST_CASE("without exceptions: the default handler prints the sentence and aborts") {
    CHECK(test::misuse_told([] {
        sb::set_misuse_handler(nullptr);
        sb::generator<echo> g;
        g.send("too early");
    }) == "aborted: switchback: " + std::string(sb::not_started().what()) + "\n");
}

TEST_CASE("without exceptions: a handler that returns does not get the program any further") {
    CHECK(test::misuse_told([] {
        sb::set_misuse_handler([](char const*) {});
        sb::generator<echo> g;
        g.send("too early");
    }) == "aborted: switchback: " + std::string(sb::not_started().what()) + "\n");
}

#endif
