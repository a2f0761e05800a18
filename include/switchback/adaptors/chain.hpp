// All elements of one source, then all of the next.
//
//     for (int n : sb::chain(small_numbers, std::vector{100, 200}, naturals{})) …
//
// A source is asked when those before it have ended. Where they yield different types, the chain
// yields what `condition ? this : that` gives: a common type, or a reference to a common class.
// Python: itertools.chain.
#pragma once

#include <switchback/detail/source.hpp>
#include <switchback/make.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class T>
T yielded(); // never defined

template <class First, class Second>
using common_element =
    yielded_as<decltype(true ? yielded<element_of<First>>() : yielded<element_of<Second>>())>;

template <class First, class Second>
struct chaining {
    using element = common_element<First, Second>;

    First first;
    Second second;

    step operator()(yields<element>& co) {
        pointer_to_element_of<First> of_first; // no members: they do not live across a yield
        pointer_to_element_of<Second> of_second;
        SB_BEGIN(co);
        while ((of_first = first.next()) != nullptr) {
            SB_YIELD(static_cast<element>(pass_on<First>(*of_first)));
        }
        while ((of_second = second.next()) != nullptr) {
            SB_YIELD(static_cast<element>(pass_on<Second>(*of_second)));
        }
        SB_END();
    }
};

} // namespace detail

template <class S, class T, class... Others>
auto chain(S&& first, T&& second, Others&&... others) {
    if constexpr (sizeof...(Others) > 0) {
        return chain(static_cast<S&&>(first),
            chain(static_cast<T&&>(second), static_cast<Others&&>(others)...));
    } else {
        return make<detail::chaining<detail::source_of<S>, detail::source_of<T>>>(
            detail::as_source<S>(static_cast<S&&>(first)),
            detail::as_source<T>(static_cast<T&&>(second)));
    }
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
