// An exception on its way through bodies, with all that belongs to it.
#pragma once

#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/trace.hpp>

#    include <exception>
#    include <new>
#    include <utility>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

inline constexpr bool has_exceptions = SB_DETAIL_EXCEPTIONS;

#if SB_DETAIL_EXCEPTIONS

// Owned by whoever holds it: moved by hand, since its owner's destructor would cost every body that has
// no exceptions.
struct failure {
    std::exception_ptr error;
    trace* gathered = nullptr;
    failure* context = nullptr; // what was being handled when it was raised. Python: __context__
    // The number of the request, in the order of their delivery, if this is a cancellation that was delivered
    // to the very task that it travels in. 0: it is none.
    unsigned long long request = 0;
};

inline bool is_empty(failure const& what) noexcept { return what.error == nullptr; }

// Costs less than moving: an exception_ptr counts its holders.
inline void swap(failure& one, failure& other) noexcept {
    using std::swap; // libc++'s exception_ptr has no swap() of its own
    swap(one.error, other.error);
    std::swap(one.gathered, other.gathered);
    std::swap(one.context, other.context);
    std::swap(one.request, other.request);
}

SB_DETAIL_COLD inline void discard(failure& what) noexcept {
    if (what.gathered != nullptr) what.gathered->destroy();
    // The one behind it in the chain, and so on, without recursion.
    for (auto* next = std::exchange(what.context, nullptr); next != nullptr;) {
        auto* const gone = next;
        next = std::exchange(gone->context, nullptr);
        if (gone->gathered != nullptr) gone->gathered->destroy();
        delete gone;
    }
    failure nothing;
    swap(what, nothing);
}
// Where memory is short, the exception itself is all that is copied.
SB_DETAIL_COLD inline failure copy(failure const& what) noexcept {
    failure copied;
    auto const* from = &what;
    for (auto* into = &copied;;) {
        into->error = from->error;
        into->request = from->request;
        if (from->gathered != nullptr) into->gathered = from->gathered->copy();
        from = from->context;
        if (from == nullptr) return copied;
        into->context = new (std::nothrow) failure;
        if (into->context == nullptr) return copied;
        into = into->context;
    }
}

// `raised` was raised while `handled` was being dealt with, which is given as the context that it
// becomes: its owner has copied it, or has no more use for it. One that has a context already has been
// raised before, and only passes; one that is raised again is not its own context, nor does it lie
// anywhere behind itself. Python: the same, when an exception is set.
inline bool needs_context(failure const& raised, failure const& handled) noexcept {
    return raised.context == nullptr && raised.error != handled.error;
}
SB_DETAIL_COLD inline void link_context(failure& raised, failure&& handled) noexcept {
    raised.context = new (std::nothrow) failure(handled);
    if (raised.context == nullptr) discard(handled);
    handled = {};
    for (auto* at = raised.context; at != nullptr && at->context != nullptr; at = at->context) {
        if (at->context->error == raised.error) {
            discard(*at->context);
            delete std::exchange(at->context, nullptr);
        }
    }
}

// The same, for one that has come out of another body: what is handled here lies behind all that was
// handled there.
SB_DETAIL_COLD inline void link_behind(failure& raised, failure const& handled) noexcept {
    auto* last = &raised;
    for (; last->error != handled.error; last = last->context) {
        if (last->context != nullptr) continue;
        link_context(*last, copy(handled));
        return;
    }
}

#else

// Without exceptions a body fails in one way: its task is cancelled.
struct failure {};
inline bool is_empty(failure const&) noexcept { return true; }
inline void swap(failure&, failure&) noexcept {}
inline void discard(failure&) noexcept {}
SB_DETAIL_COLD inline failure copy(failure const&) noexcept { return {}; }

#endif

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
