// What a function makes of each element, or of one element each of several sources.
//
//     for (int n : sb::map(square, numbers)) …
//     for (auto& name : sb::map(&person::name, people)) …            // std::string&
//     for (int n : sb::map(std::plus<>(), prices, std::vector{1, 2, 3})) …
//
// The function is whatever std::invoke takes. It is called with the elements as their sources yield
// them: lvalues where those yield references, else rvalues. What it returns is yielded, by reference
// if it returns an lvalue. (Where several sources are given, and one that yields values is borrowed,
// then by value: its element has been moved out of it by then.) It ends with the first source that
// ends, asking them as sb::zip does. Python: map.
#pragma once

#include <switchback/detail/side_by_side.hpp>
#include <switchback/make.hpp>

#include <functional>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Function>
struct calling {
    Function& function;

    template <class... E>
    SB_DETAIL_INLINE decltype(auto) operator()(E&&... elements) const {
        return std::invoke(function, static_cast<E&&>(elements)...);
    }
};

template <class Function, class... Sources>
struct mapping {
    using returned = std::invoke_result_t<Function&, element_of<Sources>&&...>;
    static constexpr bool outlive_it =
        !(may_be_overtaken<Sources...>::template value<Sources> || ...);
    using result = yielded_as<std::conditional_t<outlive_it, returned, std::decay_t<returned>>>;

    Function function;
    all_of<Sources...> sources;

    template <class... S>
    SB_DETAIL_INLINE explicit mapping(Function&& called, S&&... given)
        : function(static_cast<Function&&>(called)),
          sources(as_source<S>(static_cast<S&&>(given))...) {}

    step operator()(yields<result>& co) {
        typename all_of<Sources...>::elements elements; // no member: it does not live across a yield
        SB_BEGIN(co);
        while (sources.take(elements)) SB_YIELD(sources.use(calling<Function>{function}, elements));
        SB_END();
    }
};

} // namespace detail

template <class Function, class... S>
auto map(Function function, S&&... sources) {
    static_assert(sizeof...(S) > 0, "sb::map takes a function and one source or more");
    return make<detail::mapping<Function, detail::source_of<S>...>>(
        static_cast<Function&&>(function), static_cast<S&&>(sources)...);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
