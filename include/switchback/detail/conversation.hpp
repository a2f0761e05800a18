// What a generator's body and its caller say to each other: values, and what becomes of it.
#pragma once

#include <switchback/detail/control.hpp>
#include <switchback/detail/exchange.hpp>
#include <switchback/step.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Y, class Sent>
struct callee;

// A delegating body's word for the frame that it has made, or that has just ended; in the outermost
// one, for the innermost frame there is.
template <class Y, class Sent, bool Delegates>
struct link_below {};
template <class Y, class Sent>
struct link_below<Y, Sent, true> {
    callee<Y, Sent>* below = nullptr;
};

template <class Y, class Sent, bool Delegates>
class conversation : public control,
                     public link_below<Y, Sent, Delegates>,
                     public exchange<Y, Sent> {
public:
    // The generator takes it from there and throws it, to whoever resumed.
    SB_DETAIL_INLINE void fail(failure&& what) { push(static_cast<failure&&>(what), 0); }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
