// The exceptions that a body has caught and has still to deal with: a list, the innermost on top.
#pragma once

#include <switchback/detail/native_error.hpp>
#include <switchback/detail/path.hpp>

#include <exception>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class control;

// The value of a return that waits for a finally, while another return is under way within that.
struct kept_value {
    kept_value() = default;
    kept_value(kept_value const&) = delete;
    kept_value& operator=(kept_value const&) = delete;
    virtual ~kept_value() = default;
};

// An exception that a try has caught: one being handled, or one that waits for its finally to end.
// It exists only from the catch to the end of the handler or try. (Or no exception, but such a value.)
struct record {
    failure what;
    void const* object; // the exception as the handler's type sees it
    int handler;        // the handler's line; 0 while none has been found
    int level;          // the try's
    record* below;
    control* owner;     // whose it is
    kept_value* kept;
};

// Every record is made and freed by these.
SB_DETAIL_COLD inline record* push_record(failure&& what, int level, record* below) {
    auto* const top = new record{what, nullptr, 0, level, below, nullptr, nullptr};
    what = {};
    return top;
}
// Drops those of that level and deeper.
SB_DETAIL_COLD inline record* drop_records(record* top, int level) noexcept {
    while (top != nullptr && top->level >= level) {
        auto* const dropped = top;
        top = dropped->below;
        discard(dropped->what);
        delete dropped->kept;
        delete dropped;
    }
    return top;
}
// The innermost one that is an exception.
inline record* exception_in(record* at) noexcept {
    while (at != nullptr && at->kept != nullptr) at = at->below;
    return at;
}
// What is raised while these records are dealt with gets the innermost for its context. Those of that
// level and deeper are dropped next, so that nothing has to be copied of them.
SB_DETAIL_COLD inline void note_handled(failure& raised, record* top, int dropped_from) noexcept {
    auto* const handled = exception_in(top);
    if (handled == nullptr || !needs_context(raised, handled->what)) return;
    if (handled->level >= dropped_from) {
        link_context(raised, std::exchange(handled->what, {}));
    } else {
        link_context(raised, copy(handled->what));
    }
}
// The exception that C++ has just caught, in a try that may have been dealing with another.
SB_DETAIL_COLD inline record* push_caught_record(int level, record* top) {
    auto what = known_failure(std::current_exception());
    note_handled(what, top, level);
    return push_record(static_cast<failure&&>(what), level, drop_records(top, level));
}

// The topmost one's exception goes on to the try of another level, in the same record: raising it needs
// no memory, and nothing that could throw.
SB_DETAIL_COLD inline record* reroute_record(record* top, int level) noexcept {
    auto* const below = drop_records(top->below, top->level);
    note_handled(top->what, below, level);
    top->below = drop_records(below, level);
    top->object = nullptr;
    top->handler = 0;
    top->level = level;
    top->owner = nullptr;
    return top;
}

inline record* find_in(record* at, int level) noexcept {
    while (at != nullptr && at->level > level) at = at->below;
    return at != nullptr && at->level == level && at->kept == nullptr ? at : nullptr;
}
inline kept_value* kept_in(record* at, int level) noexcept {
    while (at != nullptr && at->level > level) at = at->below;
    return at != nullptr && at->level == level ? at->kept : nullptr;
}
SB_DETAIL_COLD inline record* keep_in(record* top, kept_value* value, int level) {
    auto** at = &top;
    while (*at != nullptr && (*at)->level > level) at = &(*at)->below;
    *at = new record{{}, nullptr, 0, level, *at, nullptr, value};
    return top;
}

// Where a generator keeps an exception that was thrown in, until its body goes on.
constexpr int incoming_level = levels;

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
