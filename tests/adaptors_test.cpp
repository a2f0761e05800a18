#include <switchback/adaptors.hpp>
#include <switchback/any_generator.hpp>
#include <switchback/try.hpp>

#include "support/live.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace sb = switchback;

namespace {

using status = sb::generator_status;
using numbers = std::vector<int>;

struct naturals {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;; ++i) SB_YIELD(i);
        SB_END();
    }
};

struct upto {
    int end;
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < end; ++i) SB_YIELD(i);
        SB_END();
    }
};

struct words_of {
    std::vector<std::string> words;
    std::size_t i = 0;
    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        for (; i < words.size(); ++i) SB_YIELD(words[i]);
        SB_END();
    }
};

struct pointers {
    int i = 0;
    sb::step operator()(sb::yields<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        for (; i < 4; ++i) SB_YIELD(std::make_unique<int>(i));
        SB_END();
    }
};

struct logs_its_end {
    std::string* log;
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;; ++i) SB_YIELD(i);
        } SB_FINALLY {
            *log += "ended after " + std::to_string(i);
        } SB_END_TRY
        SB_END();
    }
};

struct fails_at_two {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 2; ++i) SB_YIELD(i);
        throw std::runtime_error("two");
        SB_END();
    }
};

bool is_odd(int n) { return n % 2 != 0; }
int square(int n) { return n * n; }

template <class G>
numbers all_of(G&& generator) {
    numbers all;
    for (int n : generator) all.push_back(n);
    return all;
}

struct person {
    std::string name;
    int age;
    bool is_adult() const { return age >= 18; }
};

} // namespace

// ---- Sources

TEST_CASE("own AD1: a frame, a generator that is an rvalue and a range that is one are owned") {
    CHECK(all_of(sb::take(3, naturals{})) == numbers{0, 1, 2});
    CHECK(all_of(sb::take(3, sb::generator{naturals{5}})) == numbers{5, 6, 7});
    CHECK(all_of(sb::take(3, sb::any_generator<int>{naturals{5}})) == numbers{5, 6, 7});
    CHECK(all_of(sb::take(2, numbers{7, 8, 9})) == numbers{7, 8});
    CHECK(all_of(sb::take(4, sb::map(square, sb::filter(is_odd, naturals{})))) ==
          numbers{1, 9, 25, 49});
}

TEST_CASE("own AD1: what is owned dies with the adaptor, or when that has ended") {
    struct holds_one {
        test::live one{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            for (;;) SB_YIELD(1);
            SB_END();
        }
    };
    CHECK(test::live::count() == 0);
    {
        auto ones = sb::take(2, holds_one{});
        ones.next();
        CHECK(test::live::count() == 1);
    }
    CHECK(test::live::count() == 0);
    auto ones = sb::take(1, holds_one{});
    ones.next();
    CHECK(test::live::count() == 1);
    CHECK(ones.next() == nullptr);
    CHECK(test::live::count() == 0);
    auto objects = sb::iter(std::vector<test::live>(3));
    CHECK(test::live::count() == 3);
    objects.close();
    CHECK(test::live::count() == 0);
}

TEST_CASE("own AD1: an owned generator is closed with the adaptor, and its finally runs") {
    std::string log;
    {
        auto some = sb::map(square, logs_its_end{&log});
        some.next();
        some.next();
        CHECK(log == "");
    }
    CHECK(log == "ended after 1");
}

TEST_CASE("own AD1: a generator that has begun cannot be handed over, one on the heap can") {
    sb::generator begun{naturals{}};
    begun.next();
    CHECK_THROWS_AS(sb::take(1, std::move(begun)), sb::moved_after_start);
    sb::any_generator<int> on_the_heap(
        std::allocator_arg, std::allocator<std::byte>(), naturals{});
    on_the_heap.next();
    CHECK(all_of(sb::take(2, std::move(on_the_heap))) == numbers{1, 2});
}

TEST_CASE("own AD1: a generator that is an lvalue is borrowed, gone on with, and not closed") {
    std::string log;
    sb::generator source{logs_its_end{&log}};
    source.next();
    {
        auto some = sb::take(2, source);
        CHECK(all_of(some) == numbers{1, 2});
        CHECK(some.status() == status::closed);
    }
    CHECK(log == "");
    CHECK(*source.next() == 3); // it has taken none more than it gave
    sb::any_generator<int> any{naturals{}};
    CHECK(all_of(sb::take(2, any)) == numbers{0, 1});
    CHECK(all_of(sb::take(2, any)) == numbers{2, 3});
}

TEST_CASE("own AD1: a range that is an lvalue is borrowed, and its own elements are yielded") {
    numbers source{1, 2, 3};
    for (int& n : sb::filter(is_odd, source)) n *= 10;
    CHECK(source == numbers{10, 2, 30});
    numbers const constant{4, 5};
    auto first = sb::take(1, constant);
    static_assert(std::is_same_v<decltype(first)::yield_type, int const&>);
    CHECK(first.next() == &constant[0]);
    int array[] = {6, 7};
    auto last = sb::filter(is_odd, array);
    CHECK(last.next() == &array[1]);
}

TEST_CASE("own AD1: elements that an iterator makes are yielded as values") {
    std::istringstream in("1 2 3");
    struct stream_range {
        std::istream* from;
        auto begin() const { return std::istream_iterator<int>(*from); }
        auto end() const { return std::istream_iterator<int>(); }
    };
    CHECK(all_of(sb::map(square, stream_range{&in})) == numbers{1, 4, 9});
    std::vector<bool> bits{true, false};
    auto walked = sb::iter(bits);
    static_assert(!std::is_reference_v<decltype(walked)::yield_type>);
    int ones = 0;
    for (bool bit : walked) ones += bit;
    CHECK(ones == 1);
}

TEST_CASE("own AD2: nothing runs before the first next") {
    std::string log;
    struct logs_its_start {
        std::string* log;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            *log += "begun ";
            SB_YIELD(1);
            SB_END();
        }
    };
    auto some = sb::zip(sb::map(square, logs_its_start{&log}), logs_its_start{&log});
    CHECK(log == "");
    some.next();
    CHECK(log == "begun begun ");
}

TEST_CASE("own AD2: an exception of a source or of a function leaves the adaptor and closes it") {
    auto squares = sb::map(square, fails_at_two{});
    squares.next();
    squares.next();
    CHECK_THROWS_WITH_AS(squares.next(), "two", std::runtime_error);
    CHECK(squares.status() == status::closed);
    CHECK(squares.next() == nullptr);

    auto fails = [](int n) -> bool { throw std::out_of_range(std::to_string(n)); };
    sb::generator source{naturals{}};
    auto none = sb::filter(fails, source);
    CHECK_THROWS_WITH_AS(none.next(), "0", std::out_of_range);
    CHECK(*source.next() == 1);
}

TEST_CASE("own AD2: what is thrown into an adaptor is raised there, not in its source") {
    std::string log;
    sb::generator source{logs_its_end{&log}};
    auto squares = sb::map(square, source);
    squares.next();
    CHECK_THROWS_AS(squares.throw_(std::runtime_error("thrown in")), std::runtime_error);
    CHECK(log == "");
    CHECK(*source.next() == 1);
}

TEST_CASE("own AD2: an adaptor is a generator: moved before its first step, erased, delegated to") {
    auto first = sb::take(3, naturals{});
    auto moved = std::move(first);
    CHECK(*moved.next() == 0);
    CHECK_THROWS_AS(decltype(moved)(std::move(moved)), sb::moved_after_start);

    sb::any_generator<int> any = sb::take(2, naturals{});
    CHECK(all_of(any) == numbers{0, 1});

    using few = decltype(sb::take(2, naturals{}));
    struct delegating {
        few to;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_YIELD_FROM(to);
            SB_YIELD(-1);
            SB_END();
        }
    };
    CHECK(all_of(sb::generator<delegating>{std::in_place, sb::take(2, naturals{})}) ==
          numbers{0, 1, -1});
}

// ---- take

TEST_CASE("take gives so many, or fewer where there are not so many") {
    CHECK(all_of(sb::take(0, naturals{})) == numbers{});
    CHECK(all_of(sb::take(9, upto{2})) == numbers{0, 1});
    CHECK(all_of(sb::take(2, sb::take(3, naturals{}))) == numbers{0, 1});
}

TEST_CASE("own AD3: take takes no element more than it gives") {
    sb::generator source{naturals{}};
    CHECK(all_of(sb::take(0, source)) == numbers{});
    CHECK(source.status() == status::created);
    CHECK(all_of(sb::take(2, source)) == numbers{0, 1});
    CHECK(*source.next() == 2);
}

// ---- filter

TEST_CASE("filter gives what the predicate holds for; it is whatever can be invoked") {
    CHECK(all_of(sb::filter(is_odd, upto{6})) == numbers{1, 3, 5});
    std::vector<person> const people{{"Ann", 20}, {"Bob", 3}, {"Cid", 40}};
    std::string names;
    for (auto& each : sb::filter(&person::is_adult, people)) names += each.name;
    CHECK(names == "AnnCid");
    auto even = sb::filter([calls = 0](int) mutable { return calls++ % 2 == 0; }, upto{4});
    CHECK(all_of(even) == numbers{0, 2});
}

TEST_CASE("filter moves values on, and takes none that cannot be copied apart") {
    auto odd = sb::filter([](auto const& p) { return *p % 2 != 0; }, pointers{});
    CHECK(**odd.next() == 1);
    std::unique_ptr<int> const mine = std::move(*odd.next());
    CHECK(*mine == 3);
    CHECK(odd.next() == nullptr);
}

// ---- map

TEST_CASE("map gives what the function returns: values, or references to what outlives it") {
    CHECK(all_of(sb::map(square, upto{4})) == numbers{0, 1, 4, 9});
    std::vector<person> people{{"Ann", 20}, {"Bob", 3}};
    auto ages = sb::map(&person::age, people);
    static_assert(std::is_same_v<decltype(ages)::yield_type, int&>);
    for (int& age : ages) ++age;
    CHECK(people[1].age == 4);
    auto lengths = sb::map([](std::string word) { return word.size(); }, words_of{{"a", "bcd"}});
    static_assert(std::is_same_v<decltype(lengths)::yield_type, std::size_t>);
    CHECK(*lengths.next() == 1);
    CHECK(*lengths.next() == 3);
}

TEST_CASE("map hands values over as rvalues, and yields a member of one as a value") {
    auto values = sb::map([](std::unique_ptr<int> p) { return *p; }, pointers{});
    CHECK(all_of(values) == numbers{0, 1, 2, 3});
    auto names = sb::map(&person::name, sb::map([](int n) { return person{"some", n}; }, upto{2}));
    static_assert(std::is_same_v<decltype(names)::yield_type, std::string>);
    CHECK(*names.next() == "some");
}

TEST_CASE("own AD4: map of several sources calls the function with one element of each") {
    CHECK(all_of(sb::map(std::plus<>(), upto{9}, numbers{10, 20})) == numbers{10, 21});
    auto const sum = [](int a, int b, int c) { return a + b + c; };
    CHECK(all_of(sb::map(sum, upto{3}, upto{2}, naturals{100})) == numbers{100, 103});
    sb::generator source{naturals{}};
    CHECK(all_of(sb::take(3, sb::map(std::minus<>(), source, source))) == numbers{-1, -1, -1});
    auto const larger = [](auto const& a, auto const& b) -> auto const& { return a < b ? b : a; };
    auto maxima = sb::map(larger, source, source);
    static_assert(std::is_same_v<decltype(maxima)::yield_type, int>);
    CHECK(*maxima.next() == 7);
}

// ---- zip

TEST_CASE("zip gives pairs of two, tuples of another number") {
    auto pairs = sb::zip(upto{2}, words_of{{"a", "b"}});
    static_assert(
        std::is_same_v<decltype(pairs)::yield_type, std::pair<int, std::string>>);
    CHECK(*pairs.next() == std::pair(0, std::string("a")));
    CHECK(*pairs.next() == std::pair(1, std::string("b")));
    CHECK(pairs.next() == nullptr);
    auto triples = sb::zip(upto{1}, upto{2}, upto{3});
    CHECK(*triples.next() == std::tuple(0, 0, 0));
    CHECK(triples.next() == nullptr);
    auto singles = sb::zip(upto{1});
    CHECK(*singles.next() == std::tuple(0));
}

TEST_CASE("zip of ranges refers to their elements") {
    numbers a{1, 2, 3};
    std::list<int> const b{10, 20};
    for (auto [x, y] : sb::zip(a, b)) x += y;
    CHECK(a == numbers{11, 22, 3});
}

TEST_CASE("zip of keys and values makes a map") {
    std::vector<std::string> const names{"Ann", "Bob"};
    auto rows = sb::zip(names, naturals{20});
    std::map<std::string, int> const ages(rows.begin(), rows.end());
    CHECK(ages == std::map<std::string, int>{{"Ann", 20}, {"Bob", 21}});
}

TEST_CASE("own AD4: zip ends with the shortest; sources to the left of it have lost an element") {
    sb::generator longer{naturals{}};
    sb::generator shorter{upto{2}};
    sb::generator behind{naturals{}};
    int rows = 0;
    for (auto& row : sb::zip(longer, shorter, behind)) {
        static_cast<void>(row);
        ++rows;
    }
    CHECK(rows == 2);
    CHECK(*longer.next() == 3);
    CHECK(*behind.next() == 2);
}

TEST_CASE("own AD4: one generator may stand in several places of a zip") {
    sb::generator source{words_of{{"a", "b", "c", "d", "e"}}};
    auto neighbours = sb::zip(source, source);
    CHECK(*neighbours.next() == std::pair(std::string("a"), std::string("b")));
    CHECK(*neighbours.next() == std::pair(std::string("c"), std::string("d")));
    CHECK(neighbours.next() == nullptr);
    sb::generator again{naturals{}};
    auto with_squares = sb::zip(again, sb::map(square, again));
    CHECK(*with_squares.next() == std::pair(0, 1));
    CHECK(*with_squares.next() == std::pair(2, 9));
}

// ---- chain

TEST_CASE("chain gives one source after the other") {
    CHECK(all_of(sb::chain(upto{2}, numbers{7, 8})) == numbers{0, 1, 7, 8});
    CHECK(all_of(sb::chain(upto{0}, upto{1}, upto{0}, upto{2})) == numbers{0, 0, 1});
}

TEST_CASE("chain asks a source when those before it have ended, and lets go of these") {
    sb::generator later{naturals{}};
    auto both = sb::chain(upto{1}, later);
    both.next();
    CHECK(later.status() == status::created);
    both.next();
    CHECK(later.status() == status::suspended);
}

TEST_CASE("chain of several types yields a common one, of references a common reference") {
    auto mixed = sb::chain(upto{1}, std::vector<long>{7});
    static_assert(std::is_same_v<decltype(mixed)::yield_type, long>);
    CHECK(*mixed.next() == 0);
    CHECK(*mixed.next() == 7);
    numbers a{1}, b{2};
    numbers const c{3};
    auto own = sb::chain(a, b);
    static_assert(std::is_same_v<decltype(own)::yield_type, int&>);
    CHECK(own.next() == &a[0]);
    CHECK(own.next() == &b[0]);
    auto constant = sb::chain(a, c);
    static_assert(std::is_same_v<decltype(constant)::yield_type, int const&>);
    CHECK(constant.next() == &a[0]);
    CHECK(constant.next() == &c[0]);
    auto texts = sb::chain(std::vector<char const*>{"a"}, words_of{{"b"}});
    CHECK(*texts.next() == "a");
    CHECK(*texts.next() == "b");
}

// ---- enumerate

TEST_CASE("enumerate numbers the elements, from 0 or another number") {
    std::vector<std::string> lines{"a", "b"};
    std::string text;
    for (auto [i, line] : sb::enumerate(lines)) {
        text += std::to_string(i) + line;
        line += "!";
    }
    CHECK(text == "0a1b");
    CHECK(lines[1] == "b!");
    auto numbered = sb::enumerate(words_of{{"x"}}, 7);
    CHECK(*numbered.next() == std::pair<std::size_t, std::string>(7, "x"));
    CHECK(numbered.next() == nullptr);
}

// ---- iter

TEST_CASE("iter walks a range, and begins at its first step") {
    numbers source{1, 2};
    auto walked = sb::iter(source);
    source.push_back(3);
    CHECK(all_of(walked) == numbers{1, 2, 3});
    std::array<int, 2> const fixed{4, 5};
    auto own = sb::iter(std::array<int, 2>(fixed));
    auto moved = std::move(own);
    CHECK(all_of(moved) == numbers{4, 5});
    CHECK(all_of(sb::take(1, sb::iter(numbers{6, 7}))) == numbers{6});
}
