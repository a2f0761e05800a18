// SB_SWITCH: the user's values and the labels of resume points, in one switch.
#pragma once

#include <switchback/detail/activation.hpp>
#include <switchback/detail/slot.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

constexpr bool is_reserved_value(long long value) {
    return value >= chooser_base && value <= chooser_base + static_cast<long long>(mask_of(1));
}
#if SB_PATH_BITS == 64
constexpr bool has_room_in_label(long long) { return true; }
#else
constexpr bool has_room_in_label(long long value) {
    return value >= -0x7fffffffL - 1 && value <= 0x7fffffffL;
}
#endif

// A value that would be taken for a label goes to label 0, which no resume point has and no SB_CASE
// can name: to SB_DEFAULT.
template <class T>
constexpr label chosen_by_value(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>,
        "SB_SWITCH takes an integer or an enumeration");
    auto const number = static_cast<long long>(value);
    return is_reserved_value(number) || !has_room_in_label(number)
               ? static_cast<label>(chooser_base)
               : static_cast<label>(number);
}

template <class S>
constexpr label chosen_by_path(path_t target) {
    auto const index = target >> shift_of(S::depth) & mask_of(S::depth);
    return static_cast<label>(chooser_base + static_cast<label_value>(index));
}

#if SB_DETAIL_EXCEPTIONS
#    define SB_DETAIL_NO_CONSTANT(sentence) throw sentence
#else
label no_constant(char const* sentence); // nowhere defined
#    define SB_DETAIL_NO_CONSTANT(sentence) no_constant(sentence)
#endif

template <class S, class T>
constexpr label case_value(T value) {
    static_assert(S::kind == block::chooser, "SB_CASE stands outside of an SB_SWITCH");
    auto const number = static_cast<long long>(value);
    if (is_reserved_value(number)) {
#if SB_PATH_BITS == 64
        SB_DETAIL_NO_CONSTANT("SB_CASE: the values from 2^40 to 2^40 + 1023 are reserved");
#else
        SB_DETAIL_NO_CONSTANT("SB_CASE: the values from 2^30 to 2^30 + 127 are reserved");
#endif
    }
    if (!has_room_in_label(number)) SB_DETAIL_NO_CONSTANT("SB_CASE: with SB_PATH_BITS 32 a case lies between -2^31 and 2^31 - 1");
    return static_cast<label>(number);
}

// Control comes by, on its way into the switch.
template <class S, int Line>
SB_DETAIL_INLINE bool come_by_switch(activation& now) {
    static_assert(S::in_body, "SB_SWITCH stands outside a body: write SB_BEGIN(co) first");
    static_assert(S::can_nest,
        "SB_SWITCH: blocks nest too deep (" SB_DETAIL_INNER_LEVELS " of SB_TRY, SB_WITH and SB_SWITCH): "
        "move the inner part into a frame of its own");
    static_assert(!S::in_body || S::has_room_for(Line),
        "SB_SWITCH stands too many lines behind the beginning of its body (" SB_DETAIL_LINES_IN_BODY
        " lines) or block (" SB_DETAIL_LINES_IN_BLOCK "): move a part into a frame of its own");
    arrive<S>(now);
    return false;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
