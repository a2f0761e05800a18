// The elements for which a predicate is true.
//
//     for (int n : sb::filter(is_prime, naturals{})) …
//     auto adults = sb::filter(&person::is_adult, people);
//
// The predicate is called with the element, an lvalue, and is whatever std::invoke takes. Python:
// filter.
#pragma once

#include <switchback/detail/source.hpp>
#include <switchback/make.hpp>

#include <functional>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Predicate, class Source>
struct filtering {
    Predicate holds;
    Source source;

    step operator()(yields<element_of<Source>>& co) {
        pointer_to_element_of<Source> element; // no member: it does not live across a yield
        SB_BEGIN(co);
        while ((element = source.next()) != nullptr) {
            if (std::invoke(holds, *element)) SB_YIELD(pass_on<Source>(*element));
        }
        SB_END();
    }
};

} // namespace detail

template <class Predicate, class S>
auto filter(Predicate predicate, S&& source) {
    return make<detail::filtering<Predicate, detail::source_of<S>>>(
        static_cast<Predicate&&>(predicate), detail::as_source<S>(static_cast<S&&>(source)));
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
