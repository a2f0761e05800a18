// What decides what a program does next, taken together in one number: of two runs that come to the same, one is
// gone on with. See explore.hpp.
//
//     void state(sb::testing::fingerprint& of) const { of << sum << log << items.size(); }
#pragma once

#include <switchback/detail/config.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

class fingerprint;

namespace detail_of_stage {

template <class T, class = void>
struct has_state : std::false_type {};
template <class T>
struct has_state<T, std::void_t<decltype(std::declval<T const&>().state(std::declval<fingerprint&>()))>>
    : std::true_type {};

template <class T, class = void>
struct is_range : std::false_type {};
template <class T>
struct is_range<T, std::void_t<decltype(std::declval<T const&>().begin(), std::declval<T const&>().end())>>
    : std::true_type {};

} // namespace detail_of_stage

class fingerprint {
public:
    // Integers, enumerators, text, what has such a state() itself, and ranges of these. (No addresses, which are
    // others in each run.)
    template <class T>
    fingerprint& operator<<(T const& value) {
        if constexpr (detail_of_stage::has_state<T>::value) {
            value.state(*this);
        } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
            mix(static_cast<std::uint64_t>(value));
        } else if constexpr (std::is_convertible_v<T const&, std::string_view>) {
            std::string_view const text = value;
            mix(text.size());
            for (char const each : text) mix(static_cast<unsigned char>(each));
        } else {
            static_assert(detail_of_stage::is_range<T>::value,
                "a fingerprint is made of integers, enumerators, text, what has a state(fingerprint&), and "
                "ranges of these");
            std::uint64_t count = 0;
            for (auto const& each : value) {
                *this << each;
                ++count;
            }
            mix(count);
        }
        return *this;
    }
    std::uint64_t value() const noexcept { return value_; }

private:
    void mix(std::uint64_t word) noexcept {
        value_ ^= word + 0x9e3779b97f4a7c15u + (value_ << 12) + (value_ >> 4);
        value_ *= 0xff51afd7ed558ccdu;
        value_ ^= value_ >> 33;
    }

    std::uint64_t value_ = 0x2545f4914f6cdd1du;
};

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
