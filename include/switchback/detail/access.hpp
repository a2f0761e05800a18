// The key to the library's own side of a context. Contexts befriend it, so that users see their
// public face alone.
#pragma once

#include <switchback/detail/config.hpp>

#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Arduino's macro F(string) takes `~F()` for itself, so that the name of the type is another one.
template <class T>
SB_DETAIL_INLINE void destroy(T& object) noexcept(noexcept(object.~T())) {
    object.~T();
}

struct access {
    template <class Context>
    static constexpr bool is_context(typename Context::state*) noexcept {
        return !std::is_const_v<Context>;
    }
    template <class>
    static constexpr bool is_context(...) noexcept {
        return false;
    }

    // Whether a body with that context is a task's: it waits, and hands out nothing before its end.
    template <class Context>
    static constexpr bool is_task() noexcept {
        return Context::state::is_task && !Context::state::can_yield;
    }
    // … or a generator's, which does not wait.
    template <class Context>
    static constexpr bool is_generator() noexcept {
        return !Context::state::is_task;
    }

    template <class Context>
    static auto& body(Context& context) noexcept {
        static_assert(is_context<Context>(nullptr),
            "SB_BEGIN(co): co is the context that the body is called with, an sb::yields<Y>& or an "
            "sb::returns<R>&");
        return static_cast<typename Context::state&>(context);
    }
    // From the header of a node to the whole node, whose context is a private base.
    template <class Node, class Context, class Header>
    static Node& downcast(Header& header) noexcept {
        return static_cast<Node&>(
            static_cast<Context&>(static_cast<typename Context::state&>(header)));
    }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
