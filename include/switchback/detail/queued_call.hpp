// A function that is called once, from the ready queue: a node like a task's, less the body. It waits in
// that queue, or among those who wait for a root, and frees itself behind its call.
//
// Nobody can cancel it; so whoever lists it sees to it that its turn comes, at the latest when the
// scheduler closes.
#pragma once

#include <switchback/detail/core.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/match.hpp>
#    include <switchback/detail/native_error.hpp>
#    include <switchback/unhandled.hpp>
#endif

#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if SB_DETAIL_EXCEPTIONS
// The exception being caught has left a function that the scheduler has called for somebody else. A
// cancellation is no error: it has asked the future of a cancelled task for its result.
SB_DETAIL_COLD inline void report_from_call(char const* where) noexcept {
    auto what = known_failure(std::current_exception());
    if (match<cancelled>(what.error) == nullptr) {
        report_unhandled({what.error, where, what.gathered});
    }
    discard(what);
}
#endif

template <class Function>
class queued_call final : public node {
public:
    // One allocation, from the scheduler's free lists. `where` is what a report of an error says.
    template <class F>
    static node& make(core& of, char const* where, F&& function) {
        struct guard {
            frame_memory& memory;
            void* allocated;
            ~guard() {
                if (allocated != nullptr) free(memory, allocated);
            }
        } building{of.memory, allocate_node<queued_call>(of.memory, false)};
        auto* const made =
            ::new (building.allocated) queued_call(of, where, static_cast<F&&>(function));
        building.allocated = nullptr;
        return *made;
    }

private:
    template <class F>
    queued_call(core& of, char const* where, F&& function)
        : node(&of, type), where_(where), function_(static_cast<F&&>(function)) {}

    static step resume(node& n) {
        auto& self = static_cast<queued_call&>(n);
        auto& memory = n.home->memory;
        SB_DETAIL_TRY { self.function_(); }
        SB_DETAIL_CATCH_ALL {
#if SB_DETAIL_EXCEPTIONS
            report_from_call(self.where_);
#endif
        }
        self.~queued_call();
        free(memory, &self);
        return step::suspended; // nothing more is known of it
    }
    static void free(frame_memory& memory, void* allocated) noexcept {
        release_node_memory(
            memory, allocated, sizeof(queued_call), alignof(queued_call), false);
    }

    static const frame_type type;

    char const* where_;
    Function function_;
};

// Only the first is ever asked for: nothing awaits such a node, or owns it.
template <class Function>
inline const frame_type queued_call<Function>::type{&queued_call::resume, nullptr, nullptr, nullptr,
    "a call", nullptr, sizeof(queued_call), alignof(queued_call)};

// What on_ready() calls: the function, with the future that keeps the task until then.
template <class Future, class Function>
struct call_with_future {
    Future of;
    Function function;

    void operator()() { function(std::move(of)); }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
