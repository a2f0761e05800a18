// What every body keeps across its suspensions: the path, and one word for exceptions that handlers
// and finally blocks have still to deal with. Sixteen bytes, with or without a try in the body.
#pragma once

#include <switchback/detail/path.hpp>
#include <switchback/detail/trace.hpp>

#include <exception>
#include <utility>

namespace switchback {
inline namespace v0 {
namespace detail {

// An exception on its way, with the traceback it has gathered. Owned by whoever holds it.
struct failure {
    std::exception_ptr error;
    trace* gathered = nullptr;
};

// An exception that a try has caught: one being handled, or one that waits for its finally to end.
// It exists only from the catch to the end of the handler or try.
struct record {
    failure what;
    void const* object; // the exception as the handler's type sees it
    int handler;        // the handler's line; 0 while none has been found
    int level;          // the try's
    record* below;
};

inline failure copy(failure const& what) {
    return {what.error, what.gathered == nullptr ? nullptr : new (std::nothrow) trace(*what.gathered)};
}
inline void discard(failure& what) noexcept {
    delete what.gathered;
    what = {};
}

// Every record is made and freed by these.
SB_DETAIL_COLD inline record* push_record(failure&& what, int level, record* below) {
    auto* const top = new record{what, nullptr, 0, level, below};
    what = {};
    return top;
}
// Drops those of that level and deeper.
SB_DETAIL_COLD inline record* drop_records(record* top, int level) noexcept {
    while (top != nullptr && top->level >= level) {
        auto* const dropped = top;
        top = dropped->below;
        discard(dropped->what);
        delete dropped;
    }
    return top;
}
SB_DETAIL_COLD inline record* push_caught_record(int level, record* below) {
    return push_record(failure{std::current_exception()}, level, below);
}

inline record* find_in(record* at, int level) noexcept {
    while (at != nullptr && at->level > level) at = at->below;
    return at != nullptr && at->level == level ? at : nullptr;
}

// Where a generator keeps an exception that was thrown in, until its body goes on.
constexpr int incoming_level = levels;

class control {
public:
    control() = default;
    control(control const&) = delete;
    control& operator=(control const&) = delete;
    ~control() {
        if (SB_DETAIL_UNLIKELY(records() != nullptr)) drop_records(records(), 0);
    }

    path_t path = path_not_begun;

    SB_DETAIL_INLINE record* records() const noexcept {
        return reinterpret_cast<record*>(pending_ & ~bits);
    }
    SB_DETAIL_INLINE record* record_at(int level) const noexcept {
        auto* const top = records();
        return top != nullptr && top->level == level ? top : nullptr;
    }
    // The same, where records of inner tries may lie above.
    SB_DETAIL_INLINE record* find_record(int level) const noexcept {
        return find_in(records(), level);
    }
    // The cold functions take the list, not `this`: handing out the address of a context would keep
    // it in memory, and a generator's loop from dissolving into registers.
    SB_DETAIL_INLINE void drop(int level) noexcept {
        if (auto* const top = records(); SB_DETAIL_UNLIKELY(top != nullptr)) {
            set_records(drop_records(top, level));
        }
    }
    SB_DETAIL_INLINE void push(failure&& what, int level) {
        drop(level);
        set_records(push_record(static_cast<failure&&>(what), level, records()));
    }
    // The exception that C++ has just caught.
    SB_DETAIL_INLINE void push_caught(int level) {
        drop(level);
        set_records(push_caught_record(level, records()));
    }
    // Unlike `push`, keeps what is being handled.
    SB_DETAIL_INLINE void push_incoming(failure&& what) {
        set_records(push_record(static_cast<failure&&>(what), incoming_level, records()));
    }
    // The topmost one's; the record goes.
    SB_DETAIL_INLINE failure take() noexcept {
        auto* const top = records();
        failure what = static_cast<failure&&>(top->what);
        top->what = {};
        set_records(drop_records(top, top->level));
        return what;
    }

    // Whether the body is suspended where a try of its own, or of a generator that it delegates to,
    // would see an exception. Written only by bodies that have such a place, so that the optimiser
    // can prove it false for the others and forget about close() and throw_().
    bool visible() const noexcept { return (pending_ & visible_bit) != 0; }
    void set_visible() noexcept { pending_ |= visible_bit; }
    void clear_visible() noexcept { pending_ &= ~visible_bit; }
    // A delegating generator runs one of the frames that it has made: its own body does not run, but
    // it cannot be resumed.
    bool busy() const noexcept { return (pending_ & busy_bit) != 0; }
    void set_busy() noexcept { pending_ |= busy_bit; }
    void clear_busy() noexcept { pending_ &= ~busy_bit; }
    // True for nearly every generator at its end: nothing to close, nothing to free.
    bool untouched() const noexcept { return pending_ == 0; }

private:
    static constexpr std::uintptr_t visible_bit = 1;
    static constexpr std::uintptr_t busy_bit = 2;
    static constexpr std::uintptr_t bits = visible_bit | busy_bit;

    void set_records(record* top) noexcept {
        pending_ = reinterpret_cast<std::uintptr_t>(top) | (pending_ & bits);
    }

    std::uintptr_t pending_ = 0;
};

static_assert(sizeof(control) <= 16);

} // namespace detail
} // namespace v0
} // namespace switchback
