// A type's name as the compiler spells it: for tracebacks, without RTTI.
#pragma once

#include <switchback/detail/config.hpp>

#include <string_view>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class T>
constexpr std::string_view signature_with() {
#if defined(_MSC_VER) && !defined(__clang__)
    return __FUNCSIG__;
#else
    return __PRETTY_FUNCTION__;
#endif
}

// What stands before and behind the type in such a signature is found with a type that is known.
template <class T>
constexpr std::string_view type_name() {
    constexpr std::string_view known = signature_with<double>();
    constexpr auto before = known.find("double");
    constexpr auto behind = known.size() - before - std::string_view("double").size();
    constexpr std::string_view whole = signature_with<T>();
    return whole.substr(before, whole.size() - before - behind);
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
