// The values that a body which yields and whoever resumes it hand to each other.
#pragma once

#include <switchback/detail/slot.hpp>
#include <switchback/generator_errors.hpp>

#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

[[noreturn]] SB_DETAIL_COLD inline void throw_nothing_sent() { raise<nothing_sent>(); }

template <class Y, class Sent>
class exchange : private optional_slot<Sent, slot_use::sent> {
    using sent_slot = optional_slot<Sent, slot_use::sent>;

public:
    using yield_type = Y;
    using sent_type = Sent;

    static_assert(std::is_reference_v<Y> || !std::is_const_v<Y>,
        "sb::yields<Y>: Y is a type that can be assigned, or a reference");

    template <class V>
    void give(V&& value) {
        if constexpr (std::is_reference_v<Y> &&
                      !std::is_convertible_v<std::remove_reference_t<V>*, std::remove_reference_t<Y>*>) {
            static_assert(always_false<V>,
                "SB_YIELD: a body that yields references yields objects of that very type that "
                "outlive the yield: members, not temporaries");
        } else if constexpr (std::is_reference_v<Y> && !std::is_lvalue_reference_v<V>) {
            static_assert(always_false<V>,
                "SB_YIELD: a body that yields references yields objects that outlive the yield: "
                "members, not temporaries");
        } else if constexpr (std::is_convertible_v<V&&, Y>) {
            yielded_.put(static_cast<V&&>(value));
        } else {
            static_assert(always_false<V>,
                "SB_YIELD: this value is not of the type that the body's context, sb::yields<Y>, names");
        }
    }
    auto* yielded() noexcept { return yielded_.get(); }
    // The body has ended, and nobody asks for it any more.
    void forget_yielded() noexcept { yielded_.forget(); }

    template <class V>
    void send(V&& value) {
        sent_slot::held.emplace(static_cast<V&&>(value));
    }

    template <class Target>
    void take_sent(Target& target) {
        if constexpr (std::is_void_v<Sent>) {
            static_assert(always_false<Target>,
                "SB_YIELD_INTO: nothing can be sent to this body; its context must say sb::yields<Y, Sent>");
        } else if constexpr (std::is_assignable_v<Target&, Sent&&> || is_optional<Target>::value) {
            if (!sent_slot::held.has_value()) {
                if constexpr (is_optional<Target>::value) {
                    target.reset();
                    return;
                } else {
                    throw_nothing_sent();
                }
            }
            auto value = std::move(*sent_slot::held);
            sent_slot::held.reset();
            if constexpr (std::is_assignable_v<Target&, Sent&&>) {
                target = std::move(value); // of an optional that is sent, all of it
            } else {
                target.emplace(std::move(value));
            }
        } else {
            static_assert(always_false<Target>,
                "SB_YIELD_INTO: what is sent to this body cannot be assigned to this target");
        }
    }

    // What was sent to a yield that does not take it is gone by the next resumption.
    void forget_sent() noexcept {
        if constexpr (!std::is_void_v<Sent>) sent_slot::held.reset();
    }
    // For a delegation, which passes it on.
    bool has_sent() const noexcept { return sent_slot::held.has_value(); }
    auto take_sent_value() {
        auto value = std::move(*sent_slot::held);
        sent_slot::held.reset();
        return value;
    }

private:
    yield_slot<Y> yielded_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
