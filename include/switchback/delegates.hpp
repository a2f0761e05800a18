// The context of a generator that makes others as it goes, and yields what they yield: recursion.
//
//     struct walk {
//         tree const* at;
//         sb::step operator()(sb::delegates<int>& co) {
//             SB_BEGIN(co);
//             if (at->left) SB_YIELD_FROM(walk{at->left});
//             SB_YIELD(at->value);
//             if (at->right) SB_YIELD_FROM(walk{at->right});
//             SB_END();
//         }
//     };
//     for (int n : sb::generator{walk{root}}) …
//
// `sb::delegates<Y, Sent, Returned>` is `sb::yields<Y, Sent, Returned>` with one pointer more, and
// with SB_YIELD_FROM of frames that are made on the spot. They are `delegates` themselves, of the
// same Y and Sent; a generator that is an rvalue is taken in as well, and so is a plain range: moved in
// if it is an rvalue, borrowed if it is an lvalue. Each frame lies in a block of
// its own; a resumption goes straight to the innermost, so that an element costs the same at any
// depth, and a chain a million deep runs, closes and is destroyed without recursion.
#pragma once

#include <switchback/detail/callee.hpp>
#include <switchback/yield_from.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class Y, class Sent = void, class Returned = void>
class delegates : private detail::generator_state<Y, Sent, Returned, true> {
public:
    using yield_type = Y;
    using sent_type = Sent;
    using return_type = Returned;

    delegates() = default;

private:
    using state = detail::generator_state<Y, Sent, Returned, true>;
    friend struct detail::access;
    template <class F>
    friend class generator;
};

namespace detail {

template <class G, class R>
step owned_generator<G, R>::operator()(context& co) {
    SB_BEGIN(co);
    SB_YIELD_FROM_INTO(result, held);
    if (result.has_value()) SB_RETURN(std::move(*result));
    SB_END();
}

template <class R, class Y, class Sent>
step given_range<R, Y, Sent>::operator()(delegates<Y, Sent, void>& co) {
    SB_BEGIN(co);
    each.start(range);
    SB_YIELD_FROM(each);
    SB_END();
}

template <class G>
step owned_generator<G, void>::operator()(context& co) {
    SB_BEGIN(co);
    SB_YIELD_FROM(held);
    SB_END();
}

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
