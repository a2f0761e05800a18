// Generators as input ranges, in the hands of the standard library.

#include <switchback/adaptors.hpp>
#include <switchback/any_generator.hpp>
#include <switchback/generator.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#if __has_include(<version>)
#    include <version>
#endif
#if defined(__cpp_lib_ranges)
#    include <ranges>
// The views of GCC's library do not compile with clang before 16.
#    if !defined(__clang__) || __clang_major__ >= 16
#        define HAS_VIEWS
#    endif
#endif

namespace sb = switchback;

namespace {

using numbers = std::vector<int>;

struct upto {
    int end;
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < end; ++i) SB_YIELD(i);
        SB_END();
    }
};

struct words {
    int i = 0;
    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        for (; i < 3; ++i) SB_YIELD(std::string(20, static_cast<char>('a' + i)));
        SB_END();
    }
};

struct each_of {
    numbers* of;
    std::size_t i = 0;
    sb::step operator()(sb::yields<int&>& co) {
        SB_BEGIN(co);
        for (; i < of->size(); ++i) SB_YIELD((*of)[i]);
        SB_END();
    }
};

struct pointers {
    int i = 0;
    sb::step operator()(sb::yields<std::unique_ptr<int>>& co) {
        SB_BEGIN(co);
        for (; i < 3; ++i) SB_YIELD(std::make_unique<int>(i));
        SB_END();
    }
};

struct shape {
    virtual int corners() const = 0;
    virtual ~shape() = default;
};
struct triangle final : shape {
    int corners() const override { return 3; }
};
struct shapes {
    triangle one{};
    sb::step operator()(sb::yields<shape const&>& co) {
        SB_BEGIN(co);
        SB_YIELD(one);
        SB_YIELD(one);
        SB_END();
    }
};

using of_values = sb::generator<upto>;
using of_references = sb::generator<each_of>;
using of_shapes = sb::generator<shapes>;
using of_any = sb::any_generator<int>;
using of_an_adaptor = decltype(sb::take(3, upto{9}));
using of_pairs = decltype(sb::zip(upto{3}, std::declval<numbers&>()));

template <class G>
constexpr bool has_all_traits() {
    using iterator = decltype(std::declval<G&>().begin());
    using traits = std::iterator_traits<iterator>;
    static_assert(std::is_same_v<typename traits::iterator_category, std::input_iterator_tag>);
    static_assert(std::is_same_v<typename traits::value_type, typename G::value_type>);
    static_assert(std::is_same_v<typename traits::pointer, typename G::pointer>);
    static_assert(std::is_same_v<typename traits::reference, decltype(*std::declval<iterator&>())>);
    static_assert(std::is_signed_v<typename traits::difference_type>);
    static_assert(std::is_same_v<iterator, decltype(std::declval<G&>().end())>);
    static_assert(std::is_copy_constructible_v<iterator> && std::is_copy_assignable_v<iterator> &&
                  std::is_default_constructible_v<iterator>);
#if defined(__cpp_lib_ranges)
    static_assert(std::input_iterator<iterator>);
    static_assert(std::sentinel_for<iterator, iterator>);
    static_assert(std::ranges::input_range<G>);
    static_assert(std::ranges::common_range<G>);
    static_assert(std::ranges::viewable_range<G&>);
    static_assert(!std::ranges::forward_range<G>);
#endif
    return true;
}
static_assert(has_all_traits<of_values>());
static_assert(has_all_traits<of_references>());
static_assert(has_all_traits<sb::generator<words>>());
static_assert(has_all_traits<sb::generator<pointers>>());
static_assert(has_all_traits<of_any>());
static_assert(has_all_traits<sb::any_generator<std::string const&>>());
static_assert(has_all_traits<of_an_adaptor>());
static_assert(has_all_traits<of_pairs>());

// The same five elements, from a generator of each kind.
template <class Use>
void with_each(Use use) {
    sb::generator own{upto{5}};
    use(own);
    sb::any_generator<int> within{upto{5}};
    use(within);
    sb::any_generator<int> outside{std::allocator_arg, std::allocator<int>(), upto{5}};
    use(outside);
    auto adapted = sb::filter([](int n) { return n < 5; }, upto{9});
    use(adapted);
    auto erased_twice = sb::take(5, sb::any_generator<int>{upto{9}});
    use(erased_twice);
    auto walked = sb::iter(numbers{0, 1, 2, 3, 4});
    use(walked);
}

} // namespace

TEST_CASE("ranges: range-for walks an lvalue and an rvalue, and takes references from both") {
    with_each([](auto& g) {
        numbers seen;
        for (auto const& n : g) seen.push_back(n);
        CHECK(seen == numbers{0, 1, 2, 3, 4});
        for (int n : g) seen.push_back(n);
        CHECK(seen.size() == 5);
    });
    int sum = 0;
    for (int n : sb::any_generator<int>{upto{4}}) sum += n;
    for (int n : sb::map(std::negate<>(), upto{3})) sum += n;
    CHECK(sum == 3);
}

TEST_CASE("ranges: numeric algorithms") {
    with_each([](auto& g) { CHECK(std::accumulate(g.begin(), g.end(), 0) == 10); });
    with_each([](auto& g) {
        numbers const twos(5, 2);
        CHECK(std::inner_product(g.begin(), g.end(), twos.begin(), 0) == 20);
    });
    with_each([](auto& g) {
        numbers sums;
        std::partial_sum(g.begin(), g.end(), std::back_inserter(sums));
        CHECK(sums == numbers{0, 1, 3, 6, 10});
    });
}

TEST_CASE("ranges: copying algorithms") {
    with_each([](auto& g) {
        numbers to;
        std::copy(g.begin(), g.end(), std::back_inserter(to));
        CHECK(to == numbers{0, 1, 2, 3, 4});
    });
    with_each([](auto& g) {
        numbers to;
        std::copy_n(g.begin(), 3, std::back_inserter(to));
        CHECK(to == numbers{0, 1, 2});
        CHECK(*g.next() == 3);
    });
    with_each([](auto& g) {
        std::ostringstream text;
        std::transform(g.begin(), g.end(), std::ostream_iterator<int>(text, " "),
            [](int n) { return n * n; });
        CHECK(text.str() == "0 1 4 9 16 ");
    });
    with_each([](auto& g) {
        numbers to;
        numbers const others{1, 3, 5};
        std::merge(g.begin(), g.end(), others.begin(), others.end(), std::back_inserter(to));
        CHECK(to == numbers{0, 1, 1, 2, 3, 3, 4, 5});
    });
}

TEST_CASE("ranges: searching algorithms stop where they have found, and the rest is still there") {
    with_each([](auto& g) {
        auto const found = std::find_if(g.begin(), g.end(), [](int n) { return n > 1; });
        CHECK(*found == 2);
        CHECK(*g.next() == 3);
        CHECK(std::find(g.begin(), g.end(), 7) == g.end());
    });
    with_each([](auto& g) { CHECK(std::any_of(g.begin(), g.end(), [](int n) { return n == 3; })); });
    with_each([](auto& g) {
        CHECK(std::count_if(g.begin(), g.end(), [](int n) { return n % 2 == 0; }) == 3);
    });
    with_each([](auto& g) { CHECK(std::distance(g.begin(), g.end()) == 5); });
}

TEST_CASE("ranges: comparing algorithms") {
    with_each([](auto& g) {
        numbers const same{0, 1, 2, 3, 4};
        CHECK(std::equal(g.begin(), g.end(), same.begin(), same.end()));
    });
    with_each([](auto& g) {
        sb::generator shorter{upto{4}};
        CHECK_FALSE(std::equal(g.begin(), g.end(), shorter.begin(), shorter.end()));
    });
    with_each([](auto& g) {
        sb::generator larger{upto{6}};
        CHECK(std::lexicographical_compare(g.begin(), g.end(), larger.begin(), larger.end()));
    });
}

TEST_CASE("ranges: containers are made and filled of them") {
    with_each([](auto& g) { CHECK(numbers(g.begin(), g.end()) == numbers{0, 1, 2, 3, 4}); });
    with_each([](auto& g) {
        std::list<long> list{-1};
        list.insert(list.end(), g.begin(), g.end());
        CHECK(list == std::list<long>{-1, 0, 1, 2, 3, 4});
    });
    with_each([](auto& g) {
        numbers some{9};
        some.assign(g.begin(), g.end());
        some.insert(some.begin(), g.begin(), g.end());
        CHECK(some == numbers{0, 1, 2, 3, 4});
    });
    with_each([](auto& g) { CHECK(std::set<int>(g.begin(), g.end()).size() == 5); });
}

TEST_CASE("ranges: values can be moved out, by a move_iterator as well") {
    sb::generator texts{words{}};
    std::vector<std::string> const moved(
        std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end()));
    CHECK(moved.back() == std::string(20, 'c'));
    sb::any_generator<std::unique_ptr<int>> owners{pointers{}};
    std::vector<std::unique_ptr<int>> const owned(
        std::make_move_iterator(owners.begin()), std::make_move_iterator(owners.end()));
    CHECK(*owned[2] == 2);
}

TEST_CASE("ranges: *it++ gives the old value, and it-> its members") {
    with_each([](auto& g) {
        auto it = g.begin();
        CHECK(*it++ == 0);
        CHECK(*it == 1);
        CHECK(*++it == 2);
        it++;
        CHECK(*it == 3);
    });
    sb::generator texts{words{}};
    auto it = texts.begin();
    CHECK(it->size() == 20);
    std::string const first = *it++;
    CHECK(first == std::string(20, 'a'));
    CHECK(*it == std::string(20, 'b'));
}

TEST_CASE("ranges: elements are written through references") {
    numbers some{1, 2, 3};
    sb::generator each{each_of{&some}};
    std::for_each(each.begin(), each.end(), [](int& n) { n *= 2; });
    sb::any_generator<int&> any{each_of{&some}};
    for (int& n : any) ++n;
    CHECK(some == numbers{3, 5, 7});
}

TEST_CASE("ranges: references to an abstract class are walked, too") {
    int corners = 0;
    for (auto& each : of_shapes{}) corners += each.corners();
    sb::any_generator<shape const&> any{shapes{}};
    for (auto& each : any) corners += each.corners();
    CHECK(corners == 12);
}

TEST_CASE("ranges: of what has ended, or is empty, the beginning is the end") {
    with_each([](auto& g) {
        while (g.next() != nullptr) {}
        CHECK(g.begin() == g.end());
    });
    sb::any_generator<int> empty;
    CHECK(std::accumulate(empty.begin(), empty.end(), 0) == 0);
}

#if defined(__cpp_lib_ranges)

TEST_CASE("ranges: the algorithms of C++20 take them") {
    with_each([](auto& g) {
        numbers to;
        std::ranges::copy(g, std::back_inserter(to));
        CHECK(to == numbers{0, 1, 2, 3, 4});
    });
    with_each([](auto& g) { CHECK(*std::ranges::find(g, 3) == 3); });
    with_each([](auto& g) { CHECK(std::ranges::count_if(g, [](int n) { return n > 1; }) == 3); });
}

#endif
#if defined(HAS_VIEWS)

TEST_CASE("ranges: the views of C++20 take them") {
    with_each([](auto& g) {
        numbers to;
        std::ranges::copy(g | std::views::transform([](int n) { return n * n; }) |
                              std::views::take(3),
            std::back_inserter(to));
        CHECK(to == numbers{0, 1, 4});
    });
    numbers odd;
    sb::any_generator<int> any{upto{6}};
    for (int n : any | std::views::filter([](int n) { return n % 2 != 0; })) odd.push_back(n);
    CHECK(odd == numbers{1, 3, 5});
}

TEST_CASE("ranges: the adaptors take views") {
    numbers to;
    for (int n : sb::map(std::negate<>(), std::views::iota(1, 4))) to.push_back(n);
    numbers some{1, 2, 3};
    for (auto [i, n] : sb::enumerate(some | std::views::drop(1))) to.push_back(n);
    CHECK(to == numbers{-1, -2, -3, 2, 3});
}

#endif
