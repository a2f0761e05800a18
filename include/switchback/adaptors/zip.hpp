// One element of each source, together: a std::pair of two, a std::tuple of another number.
//
//     for (auto& [name, age] : sb::zip(names, ages)) …
//     auto rows = sb::zip(names, ages);
//     std::map<std::string, int> age_of(rows.begin(), rows.end());
//
// Sources are asked from left to right. The first that has ended ends it, and those before it have
// lost an element. Where a source yields references, the pair or tuple holds references. One
// generator may be given several times: sb::zip(g, g) yields pairs of neighbours. Python: zip.
#pragma once

#include <switchback/detail/side_by_side.hpp>
#include <switchback/make.hpp>

#include <tuple>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class... T>
struct row {
    using type = std::tuple<T...>;
};
template <class First, class Second>
struct row<First, Second> {
    using type = std::pair<First, Second>;
};

template <class Row>
struct making {
    template <class... E>
    SB_DETAIL_INLINE Row operator()(E&&... elements) const {
        return Row(static_cast<E&&>(elements)...);
    }
};

template <class... Sources>
struct zipping {
    using row_type = typename row<element_of<Sources>...>::type;

    all_of<Sources...> sources;

    template <class... S>
    SB_DETAIL_INLINE explicit zipping(std::in_place_t, S&&... given)
        : sources(as_source<S>(static_cast<S&&>(given))...) {}

    step operator()(yields<row_type>& co) {
        typename all_of<Sources...>::elements elements; // no member: it does not live across a yield
        SB_BEGIN(co);
        while (sources.take(elements)) SB_YIELD(sources.use(making<row_type>{}, elements));
        SB_END();
    }
};

} // namespace detail

template <class... S>
auto zip(S&&... sources) {
    static_assert(sizeof...(S) > 0, "sb::zip takes one source or more");
    return make<detail::zipping<detail::source_of<S>...>>(
        std::in_place, static_cast<S&&>(sources)...);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
