// What an async adaptor takes its values from: an async generator, its own or another's.
#pragma once

#include <switchback/detail/source.hpp>
#include <switchback/for_await.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// What cannot be a source, so that nothing but the sentence about it is said.
using no_async_source = async_generator<char>;

// S is what a forwarding reference to the source deduces.
template <class S>
constexpr auto async_kept_as() {
    using given = plain<S>;
    if constexpr (is_async_frame<given>::value) {
        static_assert(!std::is_lvalue_reference_v<S>,
            "an adaptor owns the frame that it runs: write std::move(x), or pass a copy");
        return type_is<decltype(async_generator{std::declval<given>()})>();
    } else if constexpr (is_async_generator<given>::value) {
        static_assert(!std::is_const_v<std::remove_reference_t<S>>,
            "an adaptor cannot go on with an async generator that is const");
        return type_is<S>();
    } else {
        static_assert(always_false<S>,
            "an async adaptor takes its values from an sb::async_generator or the frame of one");
        return type_is<no_async_source>();
    }
}
// Owned, or a reference where it is borrowed.
template <class S>
using async_source_of = typename decltype(async_kept_as<S>())::type;

template <class Source>
using async_cursor_of = async_cursor<typename std::remove_reference_t<Source>::yield_type,
    typename std::remove_reference_t<Source>::sent_type>;

// A function's result, which is awaited first where that can be.
template <class T, bool = is_awaitable<T>::value>
struct result_of_call : type_is<yielded_as<T>> {
    static constexpr bool is_awaited = false;
};
template <class T>
struct result_of_call<T, true> : type_is<result_of<T>> {
    static constexpr bool is_awaited = true;
};
template <class Function, class Source>
using call_of = result_of_call<std::invoke_result_t<Function&, element_of<Source>&&>>;

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
