#include <switchback/generator.hpp>
#include <switchback/maybe.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace sb = switchback;

namespace {

template <class T>
sb::maybe<T> holding(T value) {
    sb::maybe<T> made;
    made.emplace(std::move(value));
    return made;
}

struct counts_itself {
    static inline int alive = 0;
    counts_itself() { ++alive; }
    counts_itself(counts_itself const&) { ++alive; }
    ~counts_itself() { --alive; }
};

struct throws_when_copied {
    throws_when_copied() = default;
    throws_when_copied(throws_when_copied const&) { throw std::runtime_error("copied"); }
};

// A generator that ends at once, with that value.
template <class T>
struct returns_at_once {
    T value;

    sb::step operator()(sb::yields<int, void, T>& co) {
        SB_BEGIN(co);
        SB_RETURN(value);
        SB_END();
    }
};
template <class T>
auto returned(T value) {
    sb::generator<returns_at_once<T>> g{returns_at_once<T>{value}};
    g.next();
    return g.take_returned();
}

} // namespace

TEST_CASE("maybe: a value, or none") {
    sb::maybe<std::string> m;
    CHECK_FALSE(m.has_value());
    CHECK_FALSE(static_cast<bool>(m));
    CHECK_THROWS_AS(m.value(), sb::no_value);
    CHECK(m.value_or("none") == "none");
    CHECK(m.emplace(3u, 'a') == "aaa");
    CHECK(m.has_value());
    CHECK(*m == "aaa");
    CHECK(m->size() == 3);
    CHECK(std::as_const(m).value() == "aaa");
    CHECK(std::move(m).value_or("none") == "aaa");
    m.reset();
    CHECK_FALSE(m.has_value());
}

TEST_CASE("maybe: is copied and moved as its value is") {
    auto a = holding(std::string("a"));
    auto b = a;
    CHECK(*b == "a");
    sb::maybe<std::string> const none;
    a = none;
    CHECK_FALSE(a.has_value());
    a = b;
    a = *&a; // itself
    CHECK(*a == "a");
    a = std::move(b);
    CHECK(*a == "a");

    auto owner = holding(std::make_unique<int>(7));
    auto other = std::move(owner);
    CHECK(**other == 7);
    static_assert(!std::is_copy_constructible_v<sb::maybe<std::unique_ptr<int>>>);
    static_assert(!std::is_copy_assignable_v<sb::maybe<std::unique_ptr<int>>>);
    static_assert(std::is_nothrow_move_constructible_v<sb::maybe<std::unique_ptr<int>>>);
    static_assert(std::is_trivially_destructible_v<sb::maybe<int>>);
    sb::maybe<int const> constant;
    CHECK(constant.emplace(3) == 3);
}

TEST_CASE("maybe: destroys what it holds, once, and nothing that it does not") {
    {
        sb::maybe<counts_itself> a, b, c;
        a.emplace();
        b = a;
        CHECK(counts_itself::alive == 2);
        a.emplace();
        CHECK(counts_itself::alive == 2);
        b = c;
        CHECK(counts_itself::alive == 1);
        std::swap(a, c);
        CHECK(counts_itself::alive == 1);
    }
    CHECK(counts_itself::alive == 0);
    sb::maybe<throws_when_copied> held;
    held.emplace();
    CHECK_THROWS_AS(sb::maybe<throws_when_copied>{held}, std::runtime_error);
    sb::maybe<throws_when_copied> into;
    into.emplace();
    CHECK_THROWS_AS(into = held, std::runtime_error);
    CHECK_FALSE(into.has_value());
}

TEST_CASE("maybe: becomes a std::optional, on every way") {
    std::optional<bool> const copied = returned(false);
    std::optional<bool> const direct(returned(false));
    std::optional<bool> assigned;
    assigned = returned(false);
    struct keeps {
        explicit keeps(sb::maybe<bool> from) : kept(std::move(from)) {}
        std::optional<bool> kept;
    } const member(returned(false));
    for (auto const* each : {&copied, &direct, &std::as_const(assigned), &member.kept}) {
        REQUIRE(each->has_value());
        CHECK_FALSE(**each);
    }
    std::optional<std::string> const text = returned(std::string("text"));
    CHECK(text == "text");
    std::optional<int> const nothing = sb::maybe<int>();
    CHECK_FALSE(nothing.has_value());
}

TEST_CASE("maybe: is compared to another, to a value, and to an optional") {
    auto const one = holding(1);
    sb::maybe<int> const none;
    CHECK(one == one);
    CHECK(one != none);
    CHECK(none == sb::maybe<int>());
    CHECK(one == 1);
    CHECK(one != 2);
    CHECK(none != 0);
    bool const other_way_round = 1 == one && 2 != one && 0 != none;
    CHECK(other_way_round);
    CHECK(1 == one);
    CHECK(std::optional<int>(one) == std::optional<int>(1));
    CHECK(holding(std::string("a")) == "a");
}
