// The exceptions that a body has caught and has still to deal with: a list, the innermost on top.
#pragma once

#include <switchback/detail/handler_slot.hpp>
#include <switchback/detail/native_error.hpp>
#include <switchback/detail/path.hpp>

#include <exception>
#include <new>
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

// An exception finds its handler, and the finally blocks on its way are run, where memory is short, too:
// that is the very time when exceptions are thrown. So these are set aside, for the whole program. (A
// runtime has the same for the exceptions themselves.)
struct spare_record {
    handler_slot<spare_record*> user; // itself, while it is in use
    alignas(record) unsigned char room[sizeof(record)];
};
inline spare_record spare_records[64];

// Throws std::bad_alloc where these are in use as well.
SB_DETAIL_COLD inline void* room_for_record() {
    if (auto* const room = ::operator new(sizeof(record), std::nothrow)) return room;
    for (auto& spare : spare_records) {
        if (spare.user.load() == nullptr && spare.user.exchange(&spare) == nullptr) return spare.room;
    }
    throw std::bad_alloc();
}
SB_DETAIL_COLD inline void free_room(void* room) noexcept {
    auto const offset = reinterpret_cast<std::uintptr_t>(room) -
                        reinterpret_cast<std::uintptr_t>(&spare_records);
    if (offset < sizeof spare_records) {
        spare_records[offset / sizeof(spare_record)].user.exchange(nullptr);
    } else {
        ::operator delete(room);
    }
}
SB_DETAIL_COLD inline void free_record(record* gone) noexcept {
    gone->~record();
    free_room(gone);
}

// Every record is made and freed by these. (Room for one may be at hand.)
SB_DETAIL_COLD inline record* push_record(failure&& what, int level, record* below, void* room = nullptr) {
    if (room == nullptr) room = room_for_record();
    auto* const top = ::new (room) record{{}, nullptr, 0, level, below, nullptr, nullptr};
    swap(top->what, what);
    return top;
}
// Drops those of that level and deeper.
SB_DETAIL_COLD inline record* drop_records(record* top, int level) noexcept {
    while (top != nullptr && top->level >= level) {
        auto* const dropped = top;
        top = dropped->below;
        if (!is_empty(dropped->what)) discard(dropped->what);
        delete dropped->kept;
        free_record(dropped);
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
    void* room = nullptr;
    try {
        room = room_for_record();
    } catch (...) {
        delete value;
        throw;
    }
    *at = ::new (room) record{{}, nullptr, 0, level, *at, nullptr, value};
    return top;
}

// Where a generator keeps an exception that was thrown in, until its body goes on.
constexpr int incoming_level = levels;

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
