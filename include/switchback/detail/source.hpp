// What an adaptor takes its elements from, and how it keeps it: always as something with a next().
#pragma once

#include <switchback/for.hpp>
#include <switchback/yield_from.hpp>

#include <iterator>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class T>
struct type_is {
    using type = T;
};

// A result as it is yielded: a reference, or a value.
template <class T>
using yielded_as =
    std::conditional_t<std::is_lvalue_reference_v<T>, T, std::remove_cv_t<std::remove_reference_t<T>>>;

// Walks a range: its own, or where Range is a reference, another's. The iterators are made at the
// first step; where they can be made of nothing before, they are plain members.
template <class Range, class Iterator = decltype(std::begin(std::declval<Range&>())),
    class Sentinel = decltype(std::end(std::declval<Range&>())), class = void>
struct walking {
    Range range;
    cursor<std::remove_reference_t<Range>&> each{};

    step operator()(yields<yielded_as<decltype(*std::declval<Iterator&>())>>& co) {
        SB_BEGIN(co);
        SB_FOR (each, range) SB_YIELD(*each);
        SB_END();
    }
};
template <class Range, class Iterator, class Sentinel>
struct walking<Range, Iterator, Sentinel,
    std::enable_if_t<
        std::is_default_constructible_v<Iterator> && std::is_default_constructible_v<Sentinel> &&
        std::is_move_assignable_v<Iterator> && std::is_move_assignable_v<Sentinel>>> {
    Range range;
    Iterator at{};
    Sentinel end{};

    step operator()(yields<yielded_as<decltype(*std::declval<Iterator&>())>>& co) {
        SB_BEGIN(co);
        for (at = std::begin(range), end = std::end(range); at != end; ++at) SB_YIELD(*at);
        SB_END();
    }
};

// What cannot be a source, so that nothing but the sentence about it is said.
struct no_source {
    using yield_type = char;
    using pointer = char*;
    template <class T>
    no_source(T&&) {}
    pointer next() { return nullptr; }
};

// S is what a forwarding reference to the source deduces.
template <class S>
constexpr auto kept_as() {
    using plain = std::remove_cv_t<std::remove_reference_t<S>>;
    if constexpr (is_generator<plain>::value && std::is_const_v<std::remove_reference_t<S>>) {
        static_assert(always_false<S>, "an adaptor cannot go on with a generator that is const");
        return type_is<no_source>();
    } else if constexpr (is_generator<plain>::value) {
        return type_is<S>();
    } else if constexpr (is_frame<plain>) {
        static_assert(!std::is_lvalue_reference_v<S>,
            "an adaptor owns the frame that it runs: write std::move(x), or pass a copy");
        return type_is<generator<plain>>();
    } else if constexpr (is_range<S>::value) {
        return type_is<generator<walking<S>>>();
    } else {
        static_assert(always_false<S>,
            "an adaptor takes its elements from a generator, a generator's frame or a range");
        return type_is<no_source>();
    }
}
template <class S>
using source_of = typename decltype(kept_as<S>())::type;

// The same as what it is built of.
template <class S>
SB_DETAIL_INLINE decltype(auto) as_source(S&& given) {
    using plain = std::remove_cv_t<std::remove_reference_t<S>>;
    if constexpr (is_range<S>::value && !is_generator<plain>::value && !is_frame<plain>) {
        return walking<S>{static_cast<S&&>(given)};
    } else {
        return static_cast<S&&>(given);
    }
}

template <class Source>
using element_of = typename std::remove_reference_t<Source>::yield_type;
template <class Source>
using pointer_to_element_of = typename std::remove_reference_t<Source>::pointer;

// An element as it is yielded on: the object itself, or a value, which is moved.
template <class Source>
SB_DETAIL_INLINE element_of<Source>&& pass_on(std::remove_reference_t<element_of<Source>>& element) {
    return static_cast<element_of<Source>&&>(element);
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
