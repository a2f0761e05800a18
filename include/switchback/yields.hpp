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
#include <switchback/detail/control.hpp>
#include <switchback/detail/place.hpp>
#include <switchback/detail/slot.hpp>
#include <switchback/errors.hpp>
#include <switchback/step.hpp>

namespace switchback {
inline namespace v0 {

template <class F>
class generator;

namespace detail {

[[noreturn]] SB_DETAIL_COLD inline void throw_nothing_sent() { throw nothing_sent{}; }

// The library's side of `yields`.
template <class Y, class Sent, class Returned>
class generator_state : public control,
                        private optional_slot<Sent, slot_use::sent>,
                        private optional_slot<Returned, slot_use::returned> {
    using sent_slot = optional_slot<Sent, slot_use::sent>;
    using returned_slot = optional_slot<Returned, slot_use::returned>;

public:
    static constexpr bool is_generator = true;
    static constexpr bool is_task = false;
    using sent_type = Sent;

    path_t enter() noexcept {
        auto const from = path;
        path = path_running;
        return from;
    }
    step describe(place const&) noexcept { return step::returned; }
    // The generator takes it from there and throws it, to whoever resumed.
    void fail(failure&& what) { push(std::move(what), 0); }

    template <class V>
    void give(V&& value) {
        if constexpr (std::is_convertible_v<V&&, Y>) {
            yielded_.put(static_cast<V&&>(value));
        } else {
            static_assert(always_false<V>,
                "SB_YIELD: this value is not of the type that the body's context, sb::yields<Y>, names");
        }
    }
    auto* yielded() noexcept { return yielded_.get(); }

    template <class V>
    void send(V&& value) { sent_slot::held.emplace(static_cast<V&&>(value)); }

    template <class Target>
    void take_sent(Target& target) {
        if constexpr (std::is_void_v<Sent>) {
            static_assert(always_false<Target>,
                "SB_YIELD_INTO: nothing can be sent to this body; its context must say sb::yields<Y, Sent>");
        } else if constexpr (std::is_assignable_v<Target&, Sent&&> && !is_optional<Target>::value) {
            if (!sent_slot::held) throw_nothing_sent();
            auto value = std::move(*sent_slot::held);
            sent_slot::held.reset();
            target = std::move(value);
        } else if constexpr (is_optional<Target>::value) {
            target.reset();
            if (!sent_slot::held) return;
            auto value = std::move(*sent_slot::held);
            sent_slot::held.reset();
            target.emplace(std::move(value));
        } else {
            static_assert(always_false<Target>,
                "SB_YIELD_INTO: what is sent to this body cannot be assigned to this target");
        }
    }

    // For a delegation, which passes it on.
    bool has_sent() const noexcept { return sent_slot::held.has_value(); }
    auto take_sent_value() {
        auto value = std::move(*sent_slot::held);
        sent_slot::held.reset();
        return value;
    }

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
    // A return that a finally took back leaves no value behind (nor does the end of the body).
    void discard_returned() noexcept {
        if constexpr (!std::is_void_v<Returned>) returned_slot::held.reset();
    }
    step fall_off() noexcept {
        discard_returned();
        return step::returned;
    }
    auto take_returned() { return std::exchange(returned_slot::held, std::nullopt); }

private:
    yield_slot<Y> yielded_;
};

} // namespace detail

template <class Y, class Sent = void, class Returned = void>
class yields : private detail::generator_state<Y, Sent, Returned> {
public:
    using yield_type = Y;
    using sent_type = Sent;
    using return_type = Returned;

    yields() = default;

private:
    using state = detail::generator_state<Y, Sent, Returned>;
    friend struct detail::access;
    template <class F>
    friend class generator;
};

} // namespace v0
} // namespace switchback
