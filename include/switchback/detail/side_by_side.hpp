// Several sources, of which one element each is taken, from left to right.
#pragma once

#include <switchback/detail/source.hpp>

#include <optional>
#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Whether a value has to be moved out of its source at once: another of the sources may go on with
// the same generator, if that is borrowed.
template <class... Sources>
struct may_be_overtaken {
    template <class Source>
    static constexpr bool value = sizeof...(Sources) > 1 && std::is_reference_v<Source> &&
                                  !std::is_reference_v<element_of<Source>>;
};

// An element, until the other sources have been asked.
template <class Source, bool AtOnce>
struct taken_from {
    pointer_to_element_of<Source> element;

    SB_DETAIL_INLINE bool take(Source& source) { return (element = source.next()) != nullptr; }
    SB_DETAIL_INLINE element_of<Source>&& get() { return pass_on<Source>(*element); }
};
template <class Source>
struct taken_from<Source, true> {
    std::optional<element_of<Source>> element;

    SB_DETAIL_INLINE bool take(Source& source) {
        auto* const next = source.next();
        if (next == nullptr) return false;
        element.emplace(pass_on<Source>(*next));
        return true;
    }
    SB_DETAIL_INLINE element_of<Source>&& get() { return pass_on<Source>(*element); }
};

// `Rule` says of each source whether its elements are taken at once.
template <class Rule, class... Sources>
struct side_by_side;

template <class Rule>
struct side_by_side<Rule> {
    struct elements {};

    SB_DETAIL_INLINE bool take(elements&) { return true; }
    template <class Use, class... Before>
    SB_DETAIL_INLINE static decltype(auto) use(Use const& by, elements&, Before&&... before) {
        return by(static_cast<Before&&>(before)...);
    }
};
template <class Rule, class First, class... Others>
struct side_by_side<Rule, First, Others...> {
    using others_type = side_by_side<Rule, Others...>;
    struct elements { // lives on the stack of whoever takes them, and is not made of anything
        taken_from<First, Rule::template value<First>> first;
        typename others_type::elements others;
    };

    First first;
    others_type others;

    template <class Source, class... Sources>
    SB_DETAIL_INLINE explicit side_by_side(Source&& source, Sources&&... sources)
        : first(static_cast<Source&&>(source)), others(static_cast<Sources&&>(sources)...) {}

    SB_DETAIL_INLINE bool take(elements& into) {
        return into.first.take(first) && others.take(into.others);
    }
    // What `by` makes of all the elements.
    template <class Use, class... Before>
    SB_DETAIL_INLINE static decltype(auto) use(Use const& by, elements& taken, Before&&... before) {
        return others_type::use(
            by, taken.others, static_cast<Before&&>(before)..., taken.first.get());
    }
};

template <class... Sources>
using all_of = side_by_side<may_be_overtaken<Sources...>, Sources...>;

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
