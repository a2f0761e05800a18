// The context that a generator's body is called with.
//
//     struct countdown {
//         int from;
//         sb::step operator()(sb::yields<int>& co) {
//             SB_BEGIN(co);
//             while (from > 0) SB_YIELD(from--);
//             SB_END();
//         }
//     };
//
// Its type says what the body is: `yields<Y>` yields values of type Y, `yields<Y, Sent>` takes what
// send() passes in, `yields<Y, Sent, Returned>` ends with SB_RETURN(value). Y may be a reference.
// A body touches its context through the SB_ macros alone.
#pragma once

#include <switchback/detail/access.hpp>
#include <switchback/detail/conversation.hpp>
#include <switchback/detail/place.hpp>
#include <switchback/detail/slot.hpp>
#include <switchback/step.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class F>
class generator;

namespace detail {

// The library's side of `yields`.
template <class Y, class Sent, class Returned, bool Delegates>
class generator_state : public conversation<Y, Sent, Delegates>,
                        private optional_slot<Returned, slot_use::returned> {
    using returned_slot = optional_slot<Returned, slot_use::returned>;

public:
    static constexpr bool is_generator = true;
    static constexpr bool is_task = false;
    static constexpr bool can_yield = true;
    static constexpr bool delegates = Delegates;

    SB_DETAIL_INLINE path_t enter() noexcept { return std::exchange(this->path, path_running); }
    step describe(place const&) noexcept { return step::returned; }

    void set_returned() noexcept { discard_returned(); }
    template <class V>
    void set_returned(V&& value) {
        if constexpr (std::is_void_v<Returned>) {
            static_assert(always_false<V>,
                "SB_RETURN(value) in a body that returns nothing: its context must say "
                "sb::yields<Y, Sent, Returned>");
        } else if constexpr (std::is_convertible_v<V&&, Returned>) {
            returned_slot::held.emplace(static_cast<V&&>(value));
        } else {
            static_assert(always_false<V>,
                "SB_RETURN: this value is not of the type that the body's context names");
        }
    }
#if SB_DETAIL_EXCEPTIONS
    // See keep_earlier_return.
    void keep_returned(int level) {
        if constexpr (!std::is_void_v<Returned>) {
            auto* const fresh = new kept_return;
            std::swap(fresh->value, returned_slot::held);
            this->keep(fresh, level);
        }
    }
    void restore_returned(int level) noexcept {
        if constexpr (!std::is_void_v<Returned>) {
            std::swap(returned_slot::held, static_cast<kept_return*>(this->kept(level))->value);
        }
    }
#endif
    // A return that a finally took back leaves no value behind (nor does the end of the body).
    void discard_returned() noexcept {
        if constexpr (!std::is_void_v<Returned>) returned_slot::held.reset();
    }
    step fall_off() noexcept {
        discard_returned();
        return step::returned;
    }
    auto take_returned() { return std::exchange(returned_slot::held, {}); }

#if SB_DETAIL_EXCEPTIONS
private:
    struct kept_return : kept_value {
        maybe<std::conditional_t<std::is_void_v<Returned>, char, Returned>> value;
    };
#endif
};

} // namespace detail

template <class Y, class Sent = void, class Returned = void>
class yields : private detail::generator_state<Y, Sent, Returned, false> {
public:
    using yield_type = Y;
    using sent_type = Sent;
    using return_type = Returned;

    yields() = default;

private:
    using state = detail::generator_state<Y, Sent, Returned, false>;
    friend struct detail::access;
    template <class F>
    friend class generator;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
