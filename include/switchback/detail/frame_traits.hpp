// What the type of a frame tells: the context of its body.
#pragma once

#include <switchback/step.hpp>

#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class Y, class Sent, class Returned>
class yields;

namespace detail {

// What is no body gets some context all the same, so that the sentence about it stays the only error.
template <class Operator>
struct context_of_operator {
    static constexpr bool is_body = false;
    using type = yields<int, void, void>;
};
template <class F, class Context>
struct context_of_operator<step (F::*)(Context&)> {
    static constexpr bool is_body = true;
    using type = Context;
};
template <class F, class Context>
struct context_of_operator<step (F::*)(Context&) const> : context_of_operator<step (F::*)(Context&)> {};
template <class F, class Context>
struct context_of_operator<step (F::*)(Context&) noexcept>
    : context_of_operator<step (F::*)(Context&)> {};
template <class F, class Context>
struct context_of_operator<step (F::*)(Context&) const noexcept>
    : context_of_operator<step (F::*)(Context&)> {};

// An overloaded or generic operator() has no one address, and so is no body.
template <class F, class = void>
struct frame_traits : context_of_operator<void> {};
template <class F>
struct frame_traits<F, std::void_t<decltype(&F::operator())>>
    : context_of_operator<decltype(&F::operator())> {};

template <class F>
inline constexpr bool is_frame = frame_traits<F>::is_body;

template <class F>
using context_of = typename frame_traits<F>::type;

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
